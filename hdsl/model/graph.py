"""The model graph: what the file says, with every name, axis and index set understood.

A graph has as many nodes as the file has statements, whatever the size of the data. Nodes are
whole families (``theta[day]``), never elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hdsl.distributions.random import Random
from hdsl.expressions.cycles import components
from hdsl.expressions.evaluate import Value
from hdsl.expressions.index_set import IndexSet, Label
from hdsl.expressions.tree import Along, Expression, Reference
from hdsl.source import NOWHERE, Source, Span
from hdsl.syntax import tree

Role: TypeAlias = Literal["observation", "parameter", "prediction", "derived", "data"]


@dataclass(frozen=True)
class SetDeclaration:
    """An index set, as far as the file says what its labels are.

    Attributes
    ----------
    labels
        The labels that the file lists, in order; `None` where data give them.
    codes
        The values that stand for the labels in data, where the file gives any.
    bounds
        Lower end, upper end and step of a range that depends on data.
    typed_by
        Names of the data that have this set as their type, in the order of the file.
    """

    name: str
    span: Span = NOWHERE
    labels: tuple[Label, ...] | range | None = None
    codes: tuple[Label, ...] | None = None
    bounds: tuple[Expression, Expression, Expression] | None = None
    typed_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataFile:
    """The file that a data statement names, and the rows of it that are kept."""

    name: str
    span: Span
    where: tree.Expression | None = None


@dataclass(frozen=True)
class DataDeclaration:
    """A quantity that comes from outside.

    Attributes
    ----------
    axes
        One index set name for each axis; the second over one set is primed.
    type
        ``real``, ``int``, ``count``, ``bool``, ``positive``, ``probability``, ``simplex``, the name
        of an index set, or `None` where the file does not say.
    column
        The name it has in the file.
    file
        The file it comes from; `None`: from the caller, or given inline.
    given
        The value that stands in the model itself: a number, text or nested lists of them.
    within
        For labels that repeat from one element to the next of another set (``class within
        school``): the name of that set, or of the column that tells them apart.
    labels_of
        For a label column (``"name" as gc``): the index set whose labels it holds. Such an item has
        no values of its own.
    """

    name: str
    axes: tuple[str, ...]
    type: str | None
    column: str
    file: DataFile | None
    given: Any = None
    labels_of: str | None = None
    span: Span = NOWHERE
    type_span: Span = NOWHERE
    description: str = ""
    within: str | None = None


@dataclass(frozen=True)
class Selection:
    """The elements to which a statement with ``for`` or with labels on its left applies.

    It is an axis of its own, named `axis`, along which the chosen elements are listed, first
    index outermost. ``positions`` gives for each running index of the statement the name of the
    (data) vector along `axis` that holds its positions.

    Attributes
    ----------
    over
        The axes that the running indices range over.
    condition
        What must hold, an expression of data and of positions along `over`; 1 where it holds.
    """

    axis: str
    over: tuple[str, ...]
    positions: tuple[str, ...]
    condition: Expression
    span: Span = NOWHERE


@dataclass(frozen=True)
class Part:
    """One of several statements that together define a quantity.

    Attributes
    ----------
    node
        Name of the node with the part's values.
    at
        For each axis of the whole: a label, the axis of the part along which it runs, or
        the name of the data vector that holds its positions along the part's selection.
    """

    node: str
    at: tuple[Label | Along | Reference, ...]
    span: Span = NOWHERE


@dataclass(frozen=True)
class Stochastic:
    """``x[i] ~ D``: an unknown, or an observation where `value` is an expression of data.

    `is_internal` marks a part of a quantity that is defined in several.
    """

    name: str
    axes: tuple[str, ...]
    random: Random
    value: Expression | None = None
    span: Span = NOWHERE
    description: str = ""
    is_internal: bool = False

    @property
    def is_observed(self) -> bool:
        """Whether its value is given by data."""
        return self.value is not None

    @property
    def itself(self) -> Expression:
        """The value: the data of an observation, else the whole unknown."""
        return self.value if self.value is not None else whole(self.name, self.axes)

    @property
    def plates(self) -> tuple[str, ...]:
        """The axes along which its elements are independent."""
        return tuple(axis for axis in self.axes if axis not in self.random.event_axes)

    @property
    def names(self) -> frozenset[str]:
        """The names of what it depends on."""
        given = self.value.names if self.value is not None else frozenset[str]()
        return self.random.names | given


@dataclass(frozen=True)
class Deterministic:
    """``x[i] = expr``. `is_internal` marks what the file does not name itself."""

    name: str
    axes: tuple[str, ...]
    expression: Expression
    span: Span = NOWHERE
    description: str = ""
    is_internal: bool = False

    @property
    def names(self) -> frozenset[str]:
        """The names of what it depends on."""
        return self.expression.names


@dataclass(frozen=True)
class Factor:
    """``factor expr``: the sum of the expression over its axes is added to the log density."""

    name: str
    expression: Expression
    span: Span = NOWHERE
    description: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The names of what it depends on."""
        return self.expression.names


Node: TypeAlias = Stochastic | Deterministic | Factor


def is_observation(node: Node) -> bool:
    """Whether a name means data: the statement that observes them is no parent."""
    return isinstance(node, Stochastic) and node.is_observed


def whole(name: str, axes: tuple[str, ...]) -> Reference:
    """A reference to a whole array."""
    return Reference(name, tuple(Along(axis) for axis in axes))


@dataclass(frozen=True)
class ModelGraph:
    """A checked model.

    Attributes
    ----------
    nodes
        Statements by name, parents before children. Observations bear the name of their data.
    assembled
        For a quantity defined in parts: its axes and its parts. Its values are gathered from the
        internal deterministic node of the same name.
    vectors
        For each unknown that is drawn together with others as one vector: the node of the vector.
    label_uses
        Index sets whose labels are used as numbers, with the place.
    """

    source: Source
    sets: Mapping[str, SetDeclaration]
    data: Mapping[str, DataDeclaration]
    nodes: Mapping[str, Node]
    selections: Mapping[str, Selection] = field(default_factory=dict[str, Selection])
    assembled: Mapping[str, tuple[tuple[str, ...], tuple[Part, ...]]] = field(
        default_factory=dict[str, tuple[tuple[str, ...], tuple[Part, ...]]]
    )
    label_uses: tuple[tuple[str, Span], ...] = ()
    description: str = ""
    vectors: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def title(self) -> str:
        """The first sentence of the model's description."""
        return re.split(r"(?<=[.?!])\s+(?=[A-Z])", " ".join(self.description.split()))[0]

    @property
    def stochastic(self) -> Iterator[Stochastic]:
        """The stochastic nodes, parents first."""
        return (node for node in self.nodes.values() if isinstance(node, Stochastic))

    @property
    def deterministic(self) -> Iterator[Deterministic]:
        """The deterministic nodes, parents first."""
        return (node for node in self.nodes.values() if isinstance(node, Deterministic))

    @property
    def factors(self) -> Iterator[Factor]:
        """The factors."""
        return (node for node in self.nodes.values() if isinstance(node, Factor))

    @cached_property
    def unknowns(self) -> frozenset[str]:
        """The names of the unobserved stochastic nodes."""
        return frozenset(n.name for n in self.stochastic if not n.is_observed)

    def parts_of(self, name: str) -> tuple[Node, ...]:
        """The nodes that define a quantity: those of its parts, or its own."""
        if name not in self.assembled:
            return (self.nodes[name],)
        _, parts = self.assembled[name]
        return tuple(self.nodes[part.node] for part in parts)

    def drawn_as(self, name: str) -> tuple[Node, ...]:
        """The nodes from which a quantity is drawn: its parts, or the vectors that hold them."""
        parts = (part.name for part in self.parts_of(name))
        return tuple(self.nodes[self.vectors.get(part, part)] for part in parts)

    @cached_property
    def definitions(self) -> dict[str, tuple[tuple[str, ...], Expression]]:
        """Axes and expression of each deterministic node, as `inline.inline` wants them."""
        return {n.name: (n.axes, n.expression) for n in self.deterministic}

    def parents(self, name: str) -> list[str]:
        """The nodes on which a node depends directly."""
        # The name of observed data means the data, not the statement that observes them.
        names = (n for n in self.nodes[name].names if n in self.nodes and n not in self.data)
        return sorted(n for n in names if not is_observation(self.nodes[n]))

    @cached_property
    def recursions(self) -> tuple[frozenset[str], ...]:
        """Groups of nodes whose elements depend on other elements of the group."""
        groups = components(self.nodes, self.parents)
        return tuple(
            frozenset(group)
            for group in groups
            if len(group) > 1 or group[0] in self.parents(group[0])
        )

    @cached_property
    def recursive(self) -> frozenset[str]:
        """The names of all nodes in recursions."""
        return frozenset[str]().union(*self.recursions)

    @cached_property
    def ancestors(self) -> dict[str, frozenset[str]]:
        """For each node, all names that it depends on, directly or not."""
        found: dict[str, frozenset[str]] = {}
        for group in components(self.nodes, self.parents):
            own = frozenset[str]().union(*(self.nodes[name].names for name in group))
            computed = (parent for name in group for parent in self.parents(name))
            together = own.union(*(found.get(parent, frozenset()) for parent in computed))
            found.update(dict.fromkeys(group, together))
        return found

    @cached_property
    def needed_by_data(self) -> frozenset[str]:
        """The names that an observation or a factor depends on, directly or not."""
        return frozenset[str]().union(
            *(
                self.ancestors[name]
                for name, node in self.nodes.items()
                if isinstance(node, Factor) or (isinstance(node, Stochastic) and node.is_observed)
            )
        )

    @cached_property
    def roles(self) -> dict[str, Role]:
        """What becomes of each node (language.md, 3.9)."""
        needed = self.needed_by_data.union(
            # What cannot be drawn forward has to be sampled, and with it all that it depends on.
            *(
                self.ancestors[node.name] | {node.name}
                for node in self.stochastic
                if not node.is_observed and not node.random.is_drawable
            ),
        )
        roles: dict[str, Role] = {}
        for name, node in self.nodes.items():
            if isinstance(node, Factor):
                continue
            if isinstance(node, Deterministic):
                depends = self.ancestors[name] & self.unknowns
                roles[name] = "derived" if depends else "data"
            elif node.is_observed:
                roles[name] = "observation"
            else:
                roles[name] = "parameter" if name in needed else "prediction"
        return roles


@dataclass(frozen=True)
class Imputed:
    """Missing cells of observed data, which are unknowns of the model.

    Attributes
    ----------
    data
        The name of the data, or of the observation where a formula of data is observed that does
        not tell its data.
    parts
        The nodes that hold the values of the cells.
    cells
        For each part the positions of its cells in the flattened array of data, in the order of
        the part's values; empty where the parts are no cells of data.
    """

    data: str
    parts: tuple[str, ...]
    cells: tuple[NDArray[np.int64], ...]


@dataclass(frozen=True)
class Bound:
    """A graph with its data.

    Attributes
    ----------
    graph
        The model, in which missing cells of what is observed are unknowns.
    sets
        Index sets with their labels.
    values
        All that depends on data alone, by name: data, labels of numeric sets (``"day.labels"``),
        positions of selections, and deterministic nodes of data. Texts are positions in their set.
    sizes
        Lengths of the axes that are no index set: selections and parts.
    fingerprints
        SHA-256 of each file by its name, and of each value from the caller by the name of its data.
    unseen
        Sentences on what could not be checked, since files or values were not there.
    missing
        For data with missing cells, which are missing; `values` hold any admissible value there.
    imputed
        The missing cells that are unknowns.
    """

    graph: ModelGraph
    sets: Mapping[str, IndexSet]
    values: Mapping[str, Value]
    sizes: Mapping[str, int]
    fingerprints: Mapping[str, str]
    unseen: tuple[str, ...] = ()
    missing: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict[str, NDArray[np.bool_]])
    imputed: tuple[Imputed, ...] = ()
