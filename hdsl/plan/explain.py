"""The plan in words: what becomes of each quantity, and why."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from hdsl.expressions.text import with_axes
from hdsl.expressions.tree import set_of
from hdsl.model.graph import Bound, Deterministic, Imputed, Stochastic
from hdsl.plan.explanation import Explanation, Line
from hdsl.plan.fates import fate_of
from hdsl.plan.formulas import in_own_indices
from hdsl.plan.phrases import shown
from hdsl.plan.plan import Drawn, Note, Plan
from hdsl.plan.recovered import recovered


def explain(plan: Plan, bound: Bound | None = None) -> Explanation:
    """Put a plan into words; with data, with sizes."""
    telling = _Telling(plan, bound)
    unseen = bound.unseen if bound is not None else ()
    sizes = () if bound is not None else ("The data were not read, so sizes are not known.",)
    lines = tuple(telling.lines())
    gaps = () if bound is None else missing_cells(bound)
    remarks = (*gaps, *unseen, *sizes)
    graph = plan.graph
    return Explanation(graph.source.name, graph.title, telling.headline(), lines, remarks)


def missing_cells(bound: Bound) -> tuple[str, ...]:
    """Sentences on how many cells of the data are missing, and what becomes of them."""
    return tuple(_missing_of(bound, imputed) for imputed in bound.imputed)


def _missing_of(bound: Bound, imputed: Imputed) -> str:
    graph = bound.graph
    names = set(imputed.parts).union(*(graph.nodes[part].names for part in imputed.parts))
    estimated = any(graph.roles.get(n) == "parameter" for n in names if n.startswith("missing "))
    data = bound.values.get(imputed.data) if imputed.cells else None
    count, total = sum(map(len, imputed.cells)), 0
    if data is not None:
        total = data.array.size
    else:
        selection = graph.nodes[imputed.parts[0]]
        assert isinstance(selection, Stochastic)
        count = math.prod(_length(bound, axis) for axis in selection.axes)
    are = "is" if count == 1 else "are"
    of = f"{count} of the {total} cells of " if total > 1 else ""
    if not total:
        of = f"{count} value{'' if count == 1 else 's'} of "
    fate = (
        f"{'an unknown' if count == 1 else 'unknowns'} of the model"
        if estimated
        else "predicted, since nothing observed depends on " + ("it" if count == 1 else "them")
    )
    return f"{of}`{imputed.data}` {are} missing: {fate}."


def _length(bound: Bound, axis: str) -> int:
    return bound.sizes[axis] if axis in bound.sizes else bound.sets[set_of(axis)].size


@dataclass(frozen=True)
class _Telling:
    plan: Plan
    bound: Bound | None

    def headline(self) -> str:
        plan = self.plan
        if plan.sampler == "direct":
            if any(n.is_observed for n in plan.graph.stochastic):
                return "nothing is left to sample: the posterior is drawn directly and exactly"
            return "nothing is observed: the prior is drawn directly"
        rest = ", everything else follows exactly" if plan.recovery or plan.predictions else ""
        sampled = self._count()
        if sampled is None:
            return f"what is marked `sampled` or `transformed` is sampled by NUTS{rest}"
        return f"{sampled} number{'' if sampled == 1 else 's'} sampled by NUTS{rest}"

    def _count(self) -> int | None:
        total = 0
        for unknown in self.plan.unknowns:
            size = 1
            for axis in unknown.axes:
                length = self._size(axis)
                if length is None:
                    return None
                size *= length
            total += size
        return total

    def _size(self, axis: str) -> int | None:
        if self.bound is None:
            return None
        if axis in self.bound.sizes:
            return self.bound.sizes[axis]
        found = self.bound.sets.get(axis.rstrip("'"))
        return found.size if found is not None else None

    @cached_property
    def _drawn(self) -> Mapping[str, Drawn]:
        return {s.node.name: s for s in self.plan.recovery if isinstance(s, Drawn)}

    def lines(self) -> Iterator[Line]:
        """Observations, unknowns, predictions, then what is computed; each in the file's order."""
        roles = self.plan.graph.roles
        stochastic = list(self.plan.graph.stochastic)
        for role in ("observation", "parameter", "prediction"):
            for node in stochastic:
                if roles[node.name] == role:
                    yield self._line(fate_of(self.plan, node), node)
        for node in self.plan.graph.deterministic:
            if not node.is_internal and node.name not in self.plan.graph.vectors:
                yield self._line("computed" if roles[node.name] == "derived" else "data", node)

    def _line(self, fate: str, node: Stochastic | Deterministic) -> Line:
        notes = [n for n in self.plan.notes if node.name in n.names]
        fired = [n for n in notes if n.fired]
        rule, reason = (fired[-1].rule, fired[-1].reason) if fired else ("", "")
        if fired and fired[-1].names[0] != node.name:
            reason = f"together with `{fired[-1].names[0]}`"
        if fate == "data":
            reason = "from data alone, computed once"
        if isinstance(node, Deterministic) and node.name in self.plan.graph.assembled:
            reason = "put together from parts"
        if isinstance(node, Stochastic) and not reason:
            reason = node.random.map(lambda e: in_own_indices(e, self.plan.graph)).remark
        stays = fate in ("sampled", "transformed")
        refused = tuple(_refused(n) for n in notes if not n.fired) if stays else ()
        step = self._drawn.get(node.name)
        recovery = () if step is None else tuple(recovered(step, self.plan))
        place = self.plan.graph.source.position(node.span.start)[0] if node.span.end else 0
        return Line(fate, self._name(node), place, rule, reason, recovery, refused)

    def _name(self, node: Stochastic | Deterministic) -> str:
        sizes = [self._size(axis) for axis in node.axes]
        known = " x ".join("?" if s is None else str(s) for s in sizes) if any(sizes) else ""
        # A part bears the left side of its statement as its name.
        is_part = node.is_internal and not node.name.startswith("missing ")
        name = node.name if is_part else with_axes(shown(node.name), self._axes(node.axes))
        return name + (f" ({known})" if known else "")

    def _axes(self, axes: tuple[str, ...]) -> tuple[str, ...]:
        """The axes, with those from which a selection chooses in its place."""
        found: list[str] = []
        for axis in axes:
            chosen = self.plan.graph.selections.get(axis)
            found += (axis,) if chosen is None else self._axes(chosen.over)
        return tuple(found)


def _refused(note: Note) -> str:
    if note.rule == "keep":
        return note.reason
    groups = {"collapse": "not integrated out", "coordinates": "not transformed"}
    rule = f" ({note.rule})" if note.rule != note.group else ""
    return f"{groups[note.group]}{rule}: {note.reason}"
