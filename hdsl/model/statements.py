"""Statements become nodes of the graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from hdsl.diagnostics import Report
from hdsl.distributions.categorical import Categorical
from hdsl.distributions.joint import Joint
from hdsl.distributions.ordered import Ordered
from hdsl.distributions.random import Random
from hdsl.expressions.functions import LINKS
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.tree import (
    Expression,
    Reduce,
    Stack,
    apply,
    walk,
)
from hdsl.model.assemble import assemble
from hdsl.model.axes import axes_in_order
from hdsl.model.function_bodies import check_function_bodies
from hdsl.model.graph import (
    Deterministic,
    Factor,
    Node,
    Part,
    Selection,
    SetDeclaration,
    Stochastic,
    whole,
)
from hdsl.model.joint import joint_factor, joint_random
from hdsl.model.label_values import label_value
from hdsl.model.left import Left, read_left
from hdsl.model.listed_draws import draws_from_itself, draws_label, listed_chances
from hdsl.model.names import Names, Target
from hdsl.model.observations import observe
from hdsl.model.observed_constants import check_not_constant
from hdsl.model.order import by_dependency, report_cycle
from hdsl.model.own_densities import own_density, own_random
from hdsl.model.randoms import random
from hdsl.model.reductions import bind_conditions
from hdsl.model.scope import LIST_AXIS, SECOND_LIST_AXIS, Failed, Scope
from hdsl.model.settle import settle
from hdsl.model.settle_parts import settle_parts
from hdsl.model.stacked import Stacked, define_stacked, is_stacked
from hdsl.model.target_axes import axes_of_targets
from hdsl.model.translate import Translator
from hdsl.model.whole_draws import inside_scope, rank_of_target, settle_joint, settle_ordered
from hdsl.source import Span
from hdsl.syntax import tree


@dataclass
class Builder:
    """Builds the nodes of a graph from the targets of a program.

    `failed` holds the places of statements about several variables whose mistake was reported,
    `stacks` the vectors of those that draw one.
    """

    names: Names
    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    selections: dict[str, Selection] = field(default_factory=dict[str, Selection])
    assembled: dict[str, tuple[tuple[str, ...], tuple[Part, ...]]] = field(
        default_factory=dict[str, tuple[tuple[str, ...], tuple[Part, ...]]]
    )
    failed: set[Span] = field(default_factory=set[Span])
    stacks: dict[Span, Stacked] = field(default_factory=dict[Span, Stacked])
    vectors: dict[str, str] = field(default_factory=dict[str, str])
    observed: set[Span] = field(default_factory=set[Span])
    _axes: dict[str, tuple[str, ...] | None] = field(
        default_factory=dict[str, tuple[str, ...] | None]
    )
    _values: dict[str, Expression] = field(default_factory=dict[str, Expression])
    _open: list[str] = field(default_factory=list[str])
    _members: dict[str, str | None] = field(default_factory=dict[str, str | None])

    def __post_init__(self) -> None:
        self.read = Translator(self.names, self.axes_of, self.member_of)

    @property
    def report(self) -> Report:
        """Where mistakes go."""
        return self.names.report

    def build(self) -> None:
        """Read every statement; mistakes in one do not keep the others from being read."""
        # What others use comes first: a long chain of definitions is no deep recursion then.
        order, cycles = by_dependency(self.names)
        for cycle in cycles:
            report_cycle(cycle, self.read.declared, self.report)
            self._axes.update(dict.fromkeys(cycle))
        for name in order:
            self._guarded(self.axes_of, name)
        for name, targets in self.names.targets.items():
            self._guarded(self._quantity, name, targets)
        for target in self.names.observations:
            self._guarded(observe, self, target)
        for statement in self.names.factors:
            self._guarded(self._factor, statement)
        for statement in self.names.joints:
            if not is_stacked(self.names, statement):
                self._guarded(joint_factor, self, statement)
        for declared in list(self.names.ranges):
            self._guarded(self._range, declared)
        check_function_bodies(self.read, self.read.called)

    def _guarded(self, step: Callable[..., object], *arguments: object) -> None:
        try:
            step(*arguments)
        except Failed:
            return

    # --- what other statements ask ---------------------------------------------------------------

    def axes_of(self, name: str) -> tuple[str, ...]:
        """The axes of a quantity."""
        if name in self.names.data:
            return self.names.data[name].axes
        if name not in self._axes:
            self._axes[name] = None
            targets = self.names.targets[name]
            computed = next((t for t in targets if t.is_bare_value), None)
            if computed is None:
                self._axes[name] = axes_of_targets(self.read, name, targets)
            else:
                self._axes[name] = axes_in_order(self._bare_value(name, computed))
        axes = self._axes[name]
        if axes is None:
            if name in self._open:
                self._cycle(name)
            raise Failed
        return axes

    def _cycle(self, name: str) -> None:
        report_cycle(self._open[self._open.index(name) :], self.read.declared, self.report)
        raise Failed

    def _bare_value(self, name: str, target: Target) -> Expression:
        """The right side of ``name = expr``, its slices as plain axes."""
        if name not in self._values:
            self._open.append(name)
            try:
                value = self.read.number(_right_side(target), Scope())
            finally:
                self._open.pop()
            names = {a: a.removesuffix("*") for a in value.axes if a.endswith("*")}
            if LIST_AXIS in value.axes:
                set_name = f"{name}_index"
                rows = _list_labels(value, LIST_AXIS)
                self.names.sets[set_name] = SetDeclaration(set_name, target.span, labels=rows)
                names[LIST_AXIS] = set_name
                if SECOND_LIST_AXIS in value.axes:
                    names[SECOND_LIST_AXIS] = self._columns(name, target, value, rows)
            value = rename_axes(value, names)
            self._values[name] = apply(LINKS[target.link], value) if target.link else value
        return self._values[name]

    def _columns(self, name: str, target: Target, value: Expression, rows: range) -> str:
        """The axis of the columns of a list of lists: over the set of its rows, if it is square."""
        columns = _list_labels(value, SECOND_LIST_AXIS)
        if columns == rows:
            return f"{name}_index'"
        set_name = f"{name}_column"
        self.names.sets[set_name] = SetDeclaration(set_name, target.span, labels=columns)
        return set_name

    def member_of(self, name: str) -> str | None:
        """The index set whose positions a quantity holds."""
        if name in self.names.data:
            kind = self.names.data[name].type
            return kind if kind in self.names.sets else None
        if name not in self._members:
            # A chain asks for itself: `z[t] ~ Categorical(P[z[t-1]])`.
            self._members[name] = None
            # A list has no index set of its own: the other parts tell which it is.
            targets = [t for t in self.names.targets.get(name, ()) if not listed_chances(t)]
            found = (self.categorical_set(t) for t in targets)
            member = next((set_name for set_name in found if set_name), None)
            self._members[name] = member or self._listed_set(name)
        return self._members[name]

    def _listed_set(self, name: str) -> str | None:
        """The labels 1, 2, … of what is drawn from a list that meets no index set."""
        for target in self.names.targets.get(name, ()):
            items = listed_chances(target)
            if items:
                labels = range(1, len(items) + 1)
                declared = SetDeclaration(f"{name}_index", target.span, labels=labels)
                return self.names.sets.setdefault(declared.name, declared).name
        return None

    def categorical_set(self, target: Target) -> str | None:
        """The index set from which a statement draws a label, if it draws one."""
        if not isinstance(target.statement, tree.StochasticStatement):
            return None
        if not draws_label(target.statement.distribution):
            return None
        if listed_chances(target):
            return self.member_of(target.name)
        axes = self.axes_of(target.name)
        left = read_left(self.read, target, axes, target.name)
        found = random(self.read, target.statement.distribution, left.scope)
        return found.set_name if isinstance(found, Categorical) else None

    # --- statements ------------------------------------------------------------------------------

    def _quantity(self, name: str, targets: Sequence[Target]) -> None:
        observed = self.computed_observations(targets)
        defining = [t for t in targets if t not in observed]
        axes = self.axes_of(name)
        is_whole = len(defining) == 1 and not self.left(defining[0], axes).is_part
        # Chains of labels beside each other are summed out over the elements of their parts.
        if is_whole and not (len(axes) > 1 and draws_from_itself(defining[0])):
            self.define(defining[0], name, axes)
        else:
            assemble(self, name, axes, defining)
        for target in observed:
            observe(self, target.as_observation())

    def computed_observations(self, targets: Sequence[Target]) -> list[Target]:
        """The ``~`` of a quantity that a full ``=`` computes already: observations of it."""
        values = [t for t in targets if isinstance(t.statement, tree.DeterministicStatement)]
        if len(values) != 1 or values[0].statement.conditions:
            return []
        axes = self.axes_of(values[0].name)
        if values[0].indices and self.left(values[0], axes).is_part:
            return []
        check_not_constant(self.read, values[0], targets)
        return [t for t in targets if t is not values[0]]

    def left(self, target: Target, axes: tuple[str, ...], node: str = "") -> Left:
        """The left side of a statement about a quantity with the given axes."""
        return read_left(self.read, target, axes, node or target.name, rank_of_target(target))

    def define(
        self, target: Target, node: str, axes: tuple[str, ...], internal: bool = False
    ) -> Left:
        """Add the nodes of one statement, the one for its values under the name `node`."""
        if is_stacked(self.names, target.statement):
            return define_stacked(self, target, node, axes, internal)
        left = self.left(target, axes, node)
        description = target.statement.comments.description
        if isinstance(target.statement, tree.DeterministicStatement):
            if not target.indices:
                value = self._bare_value(node, target)
            else:
                value = self._value(target, target.statement, left)
                value = settle(self.read, value, left, target)
                if target.link:
                    value = apply(LINKS[target.link], value)
            self.add(Deterministic(node, left.axes, value, target.span, description, internal))
        else:
            self._unknown(target, node, left, description, internal)
        if left.selection is not None:
            self.selections[left.selection.axis] = left.selection
        return left

    def _value(
        self, target: Target, statement: tree.DeterministicStatement, left: Left
    ) -> Expression:
        """The right side of `=`; a label where another part of the quantity is drawn as one."""
        member = self.member_of(target.name)
        if member is None:
            return self.read.number(statement.value, left.scope)
        targets = self.names.targets[target.name]
        drawn = next(t for t in targets if self.categorical_set(t) == member)
        return label_value(self.read, statement.value, member, left.scope, drawn)

    def _unknown(
        self, target: Target, node: str, left: Left, description: str, internal: bool
    ) -> None:
        member = self.member_of(target.name) if listed_chances(target) else None
        found = self.random(target, left, member)
        if target.link is None:
            self.add(Stochastic(node, left.axes, found, None, target.span, description, internal))
            return
        linked = f"{target.link}({node})"
        self.add(Stochastic(linked, left.axes, found, None, target.span, "", internal))
        value = apply(LINKS[target.link], whole(linked, left.axes))
        self.add(Deterministic(node, left.axes, value, target.span, description, internal))

    def random(self, target: Target, left: Left, member: str | None) -> Random:
        """The distribution right of ``~``, over the axes of the left side."""
        assert isinstance(target.statement, tree.StochasticStatement)
        found = self._distribution(target, target.statement, left, member)
        if isinstance(found, Joint):
            return settle_joint(self.read, found, left, target)
        if isinstance(found, Ordered):
            return settle_ordered(self.read, found, left, target)
        if isinstance(found, Categorical):
            # The vector's own axis stays whole; what else it varies over must stand on the left.
            own = f"{found.set_name}#{target.name}"
            p = rename_axes(found.p, {found.axis: own})
            kept = replace(left, axes=(*left.axes, own))
            return replace(found, p=settle(self.read, p, kept, target), axis=own)
        return settle_parts(self.read, found, left, target)

    def _distribution(
        self, target: Target, statement: tree.StochasticStatement, left: Left, member: str | None
    ) -> Random:
        if statement.joint:
            return joint_random(self, target, left)
        own = own_density(self.read, statement.distribution)
        if own is not None:
            assert isinstance(statement.distribution, tree.Call)
            return own_random(self.read, own, statement.distribution, left.scope, left.axes)
        scope = inside_scope(left, target, rank_of_target(target))
        return random(self.read, statement.distribution, scope, member)

    def add(self, node: Node) -> None:
        """Add a node to the graph."""
        self.nodes[node.name] = node

    def _factor(self, statement: tree.FactorStatement) -> None:
        scope, over, condition = bind_conditions(
            self.read, statement.conditions, statement.value, Scope()
        )
        value = self.read.number(statement.value, scope)
        axes = tuple(sorted(value.axes | set(over)))
        if axes:
            value = Reduce("sum", value, axes, condition, span=statement.span)
        elif condition is not None:
            value = apply("where", condition, value, 0.0)
        name = f"factor {sum(isinstance(n, Factor) for n in self.nodes.values()) + 1}"
        self.add(Factor(name, value, statement.span, statement.comments.description))

    def _range(self, name: str) -> None:
        """The bounds of a range: known now, or an expression of data."""
        bounds = self.names.ranges[name]
        step = bounds.step if bounds.step is not None else tree.Number(1.0)
        ends = self.read.numbers([bounds.lower, bounds.upper, step], Scope())
        if any(end.axes for end in ends):
            self.read.fail(
                "HB319",
                f"the ends of `{name}` are not single numbers",
                bounds.span,
                cause="a range goes from one number to another: `1..T`",
                help="give each end one number, such as `1..10`",
            )
        declared = self.names.sets[name]
        self.names.sets[name] = replace(declared, bounds=(ends[0], ends[1], ends[2]))


def _right_side(target: Target) -> tree.Expression:
    assert isinstance(target.statement, tree.DeterministicStatement)
    return target.statement.value


def _list_labels(value: Expression, axis: str) -> range:
    sizes = {len(e.items) for e in walk(value) if isinstance(e, Stack) and e.axis == axis}
    return range(1, max(sizes) + 1)
