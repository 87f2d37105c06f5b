"""From the model's graph to what a picture shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from hdsl.distributions.own import Joined
from hdsl.expressions.tree import Reference, set_of, walk
from hdsl.model.graph import Bound, Deterministic, Factor, ModelGraph, Node, Stochastic
from hdsl.notation import layers as notation
from hdsl.picture.canonical import canonical, is_written, members
from hdsl.picture.layers import HYPERPRIOR, PRIOR, layers_of
from hdsl.picture.picture import Picture
from hdsl.picture.plates import Nesting, Plates, nested, plates_of
from hdsl.picture.scene import Arrow, Chip, Drawn, Fate, Kind, Scene
from hdsl.picture.symbols import Run, Runs, formula, symbol
from hdsl.picture.wording import Wording, labels_of, numbers, wordings
from hdsl.plan.fates import fate_of
from hdsl.plan.plan import Plan


def picture_of(
    graph: ModelGraph, bound: Bound | None = None, plan: Plan | None = None, captions: bool = True
) -> Picture:
    """The picture of a model: with its data, with sizes; with a plan, with what becomes of it."""
    fates = None if plan is None else _fates(plan)
    return Picture(scene_of(graph, bound, fates), captions)


def _fates(plan: Plan) -> dict[str, Fate]:
    words: Mapping[str, Fate] = {
        "observed": "",
        "sampled": "sampled",
        "transformed": "sampled",
        "integrated out": "integrated out",
        "summed out": "summed out",
        "predicted": "drawn forward",
    }
    return {node.name: words[fate_of(plan, node)] for node in plan.graph.stochastic}


def scene_of(
    graph: ModelGraph,
    bound: Bound | None = None,
    fates: Mapping[str, Fate] | None = None,
) -> Scene:
    """What the picture of a model shows.

    Parameters
    ----------
    bound
        The model with its data, for the sizes of plates.
    fates
        What a plan does with each node of the model.
    """
    view = _View(graph, bound, fates)
    nodes = {name: view.node(name) for name in view.shown}
    nodes = {name: replace(node, layer=view.layers[name]) for name, node in nodes.items()}
    used = dict.fromkeys(p for n in nodes.values() for p in sorted(n.plates))
    sizes = {plate: view.size(plate) for plate in used}
    return Scene(
        graph.source.name,
        nodes,
        view.arrows,
        sizes,
        graph.title,
        fates is not None,
        tuple(sorted({node.layer for node in nodes.values()})),
    )


@dataclass(frozen=True)
class _View:
    graph: ModelGraph
    bound: Bound | None
    fates: Mapping[str, Fate] | None

    @cached_property
    def merged(self) -> Mapping[str, str]:
        return canonical(self.graph)

    @cached_property
    def wordings(self) -> Mapping[int, Wording]:
        return wordings(self.graph)

    @cached_property
    def statements(self) -> Mapping[str, list[str]]:
        """For each node of the picture the statements behind it."""
        found = members(self.graph, self.merged)
        kept = {n: [m for m in own if is_written(self.graph, m)] for n, own in found.items()}
        return {name: own for name, own in kept.items() if own}

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        found: dict[str, Kind] = {name: self._kind(own) for name, own in self.statements.items()}
        data: dict[str, Kind] = {name: "data" for name in self.graph.data if name not in found}
        return found | data

    def _kind(self, own: list[str]) -> Kind:
        if all(isinstance(self.graph.nodes[name], Factor) for name in own):
            return "factor"
        roles = {self.graph.roles.get(name) for name in own}
        for role, kind in _KINDS.items():
            if role in roles:
                return kind
        return "data"

    def uses(self, name: str, factors: bool = True) -> set[str]:
        """The names of all nodes of the picture on which one depends directly."""
        found: set[str] = set()
        for member in self.statements[name]:
            node = self.graph.nodes[member]
            if isinstance(node, Factor) and not factors:
                continue
            names = node.random.names if isinstance(node, Stochastic) else node.names
            found.update(self.merged.get(used, used) for used in names)
        return found & set(self.kinds)

    @cached_property
    def parents(self) -> Mapping[str, set[str]]:
        """Unknowns and what is computed from them; data stand alone."""
        return {
            name: self.uses(name) - {name} for name in self.statements if self.kinds[name] != "data"
        }

    @cached_property
    def users(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, parents in self.parents.items():
            for parent in sorted(parents):
                found.setdefault(parent, []).append(name)
        return found

    @cached_property
    def nesting(self) -> Nesting:
        found = {
            name: plates_of(self.graph, [self.graph.nodes[n] for n in self.statements[name]])
            for name, kind in self.kinds.items()
            if name in self.statements and kind != "data"
        }
        within = {
            data.name: (self._data_plates(data.name), data.type)
            for data in self.graph.data.values()
            if data.type is not None and data.type in self.graph.sets and data.name in self.users
            if data.name not in self.statements
        }
        return nested(found, within)

    def _arrays(self, name: str) -> list[Stochastic | Deterministic]:
        nodes = (self.graph.nodes[member] for member in self.statements[name])
        return [node for node in nodes if not isinstance(node, Factor)]

    def _data_plates(self, name: str) -> Plates:
        node = self.graph.nodes.get(name)
        axes = node.axes if isinstance(node, Deterministic) else self.graph.data[name].axes
        return frozenset(set_of(axis) for axis in axes)

    def plates(self, name: str) -> Plates:
        if self.kinds[name] != "data":
            return self.nesting.plates[name]
        found = self._data_plates(name)
        for told in self.nesting.told:
            data = self.graph.data[told]
            if data.type is not None and self._data_plates(told) <= found:
                found |= {data.type}
        return found

    @cached_property
    def inputs(self) -> Mapping[str, list[str]]:
        """Data that enter one node alone, and stand by it."""
        found: dict[str, list[str]] = {}
        for name, users in self.users.items():
            if self.kinds[name] == "data" and name not in self.nesting.told:
                alone = len(users) == 1 and self.plates(users[0]) <= self.plates(name)
                if alone:
                    found.setdefault(users[0], []).append(name)
        return found

    @cached_property
    def shown(self) -> list[str]:
        beside = {name for names in self.inputs.values() for name in names}
        hidden = beside | self.nesting.told
        return [
            name
            for name, kind in self.kinds.items()
            if kind != "data" or (name in self.users and name not in hidden)
        ]

    @cached_property
    def arrows(self) -> tuple[Arrow, ...]:
        return tuple(
            Arrow(parent, name)
            for name in self.shown
            for parent in self.shown
            if parent in self.parents.get(name, ())
        )

    @cached_property
    def layers(self) -> Mapping[str, int]:
        kinds: dict[str, Kind] = {name: self.kinds[name] for name in self.shown}
        told = notation.layers_of(self.graph)
        unknowns = {
            name: PRIOR
            if any(told.get(member) == "prior" for member in self.statements[name])
            else HYPERPRIOR
            for name, kind in kinds.items()
            if kind == "unknown"
        }
        return layers_of(kinds, self.arrows, unknowns)

    def node(self, name: str) -> Drawn:
        own = self.statements.get(name, [])
        words = [self.wordings.get(self.graph.nodes[m].span.start) for m in own]
        is_root = not self.parents.get(name) and self.kinds[name] in ("unknown", "predicted")
        fixed = self._numbers(own) if is_root else ()
        return Drawn(
            name,
            self.kinds[name],
            0,
            self._label(name),
            self._formula(name, fixed),
            self.plates(name),
            fixed,
            tuple(self._input(data) for data in self.inputs.get(name, ())),
            self._repeats(name),
            self._fate(own),
            "\n".join(dict.fromkeys(word.whole for word in words if word is not None)),
            " ".join(dict.fromkeys(filter(None, (self._description(m) for m in own or [name])))),
        )

    def _numbers(self, own: Iterable[str]) -> tuple[Chip, ...]:
        nodes = [self.graph.nodes[name] for name in own]
        random = [node.random for node in nodes if isinstance(node, Stochastic)]
        return numbers(self.graph, random[0]) if len(random) == 1 else ()

    def _label(self, name: str) -> Runs:
        arrays = {
            *self.graph.data,
            *(n for n, node in self.graph.nodes.items() if _is_joined(node)),
        }
        together = [n for n, whole in self.merged.items() if whole == name and n in arrays]
        if len(together) > 1:
            inside = [run for n in together for run in (Run(", "), *symbol(n))]
            return (Run("("), *inside[1:], Run(")"))
        if self.kinds[name] == "factor":
            return (Run("factor"),) if name.startswith("factor ") else formula(name)
        # An observation of what is computed from data is told apart from it by a word before.
        bare = name.removeprefix("observed ")
        return symbol(bare) if bare.isidentifier() else formula(bare)

    def _formula(self, name: str, fixed: tuple[Chip, ...]) -> Runs:
        own = self.statements.get(name, ())
        drawn = [m for m in own if isinstance(self.graph.nodes[m], Stochastic)]
        if not own:
            return ()
        if self.kinds[name] == "factor":
            span = self.graph.nodes[name].span
            written = self.graph.source.text[span.start : span.end]
            return formula(written.removeprefix("factor").strip(), labels_of(self.graph))
        member = (drawn or own)[-1]
        node = self.graph.nodes[member]
        if fixed and isinstance(node, Stochastic):
            return (Run(f"∼ {node.random.family}"),)
        word = self.wordings.get(node.span.start)
        if word is None:
            return ()
        # The left side of an observation is its label already.
        return replace(word, left="").formula if self.kinds[name] == "observed" else word.formula

    def _input(self, name: str) -> Chip:
        data = self.graph.data.get(name)
        given = data.given if data is not None else None
        label = symbol(name)
        if isinstance(given, int | float) and not isinstance(given, bool):
            label = (*label, Run(f" = {given:g}".replace("-", "−")))
        return Chip(label, self._description(name) or f"data {name}")

    def _description(self, name: str) -> str:
        known = self.graph.nodes.get(name) or self.graph.data.get(name)
        return known.description if known is not None else ""

    def _repeats(self, name: str) -> bool:
        """Whether elements depend on other elements: data stand for themselves, but not shifted."""
        own = self.statements.get(name, [])
        if self.kinds[name] != "observed":
            return bool(own) and name in self.uses(name, factors=False)
        random = (node.random for node in self._arrays(name) if isinstance(node, Stochastic))
        inner = (inner for each in random for e in each.expressions for inner in walk(e))
        return any(isinstance(e, Reference) and e.name == name and not e.is_plain for e in inner)

    def _fate(self, own: Iterable[str]) -> Fate:
        known = self.fates or {}
        found: list[Fate] = [known[name] for name in own if name in known]
        return found[-1] if found else ""

    def size(self, plate: str) -> int | None:
        """How many elements a plate has, where it is known."""
        if self.bound is not None and plate in self.bound.sets:
            return self.bound.sets[plate].size
        labels = self.graph.sets[plate].labels
        return None if labels is None else len(labels)


def _is_joined(node: Node) -> bool:
    return isinstance(node, Stochastic) and isinstance(node.random, Joined)


_KINDS: Mapping[str, Kind] = {
    "observation": "observed",
    "parameter": "unknown",
    "prediction": "predicted",
    "derived": "derived",
}
