"""The plan in words: what becomes of each quantity, and why."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from hdsl.distributions.categorical import Categorical
from hdsl.distributions.random import Applied, Random, Truncated
from hdsl.expressions.text import text
from hdsl.model.graph import Bound, Deterministic, Stochastic
from hdsl.plan.plan import Computed, Drawn, Plan

WIDTH = 96


@dataclass(frozen=True)
class Line:
    """What becomes of one quantity.

    Attributes
    ----------
    fate
        ``observed``, ``sampled``, ``integrated out``, ``transformed``, ``predicted`` or ``computed``.
    rule
        The rule that decided it, if one did.
    refused
        Reasons for which other rules did not apply, as ``rule: reason``.
    """

    fate: str
    name: str
    line: int
    rule: str = ""
    reason: str = ""
    recovery: str = ""
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Explanation:
    """A plan in words."""

    model: str
    headline: str
    lines: tuple[Line, ...]
    remarks: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """The same facts for JSON."""
        return asdict(self)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"

    def __str__(self) -> str:
        out = [f"{self.model}: {self.headline}", ""]
        for line in self.lines:
            place = f"line {line.line}" if line.line else ""
            out.append(f"  {line.fate:<15}{line.name:<44}{place}".rstrip())
            if line.reason:
                out.extend(_wrapped(f"{line.rule}: {line.reason}" if line.rule else line.reason))
            if line.recovery:
                out.extend(_wrapped(line.recovery))
            for refused in line.refused:
                out.extend(_wrapped(f"not {refused}"))
        for remark in self.remarks:
            out.extend(["", *textwrap.wrap(remark, WIDTH)])
        return "\n".join(out)


def _wrapped(words: str) -> list[str]:
    return textwrap.wrap(words, WIDTH, initial_indent=" " * 17, subsequent_indent=" " * 19)


def explain(plan: Plan, bound: Bound | None = None) -> Explanation:
    """Put a plan into words; with data, with sizes."""
    lines = tuple(_lines(plan, bound))
    unseen = bound.unseen if bound is not None else ()
    sizes = () if bound is not None else ("The data were not read, so sizes are not known.",)
    return Explanation(plan.graph.source.name, _headline(plan, bound), lines, (*unseen, *sizes))


def _headline(plan: Plan, bound: Bound | None) -> str:
    if plan.sampler == "direct":
        if any(n.is_observed for n in plan.graph.stochastic):
            return "nothing is left to sample: the posterior is drawn directly and exactly"
        return "nothing is observed: the prior is drawn directly"
    sampled = _count(plan, bound)
    numbers = f"{sampled} number{'s' if sampled != 1 else ''}" if sampled else "what is marked so"
    return f"{numbers} sampled by NUTS, everything else follows exactly"


def _count(plan: Plan, bound: Bound | None) -> int | None:
    total = 0
    for unknown in plan.unknowns:
        size = 1
        for axis in unknown.axes:
            length = _size(axis, bound)
            if length is None:
                return None
            size *= length
        total += size
    return total


def _size(axis: str, bound: Bound | None) -> int | None:
    if bound is None:
        return None
    if axis in bound.sizes:
        return bound.sizes[axis]
    found = bound.sets.get(axis.rstrip("'"))
    return found.size if found is not None else None


def _lines(plan: Plan, bound: Bound | None) -> Iterator[Line]:
    roles = plan.graph.roles
    computed = {s.node.name for s in plan.recovery if isinstance(s, Computed)}
    drawn = {s.node.name: s.node for s in plan.recovery if isinstance(s, Drawn)}
    for node in plan.graph.nodes.values():
        if isinstance(node, Stochastic) and roles[node.name] == "observation":
            yield _line(plan, bound, "observed", node)
    for node in plan.graph.stochastic:
        if roles[node.name] != "parameter":
            continue
        if node.name in drawn:
            recovery = f"{_name(node, None)} ~ {_random(drawn[node.name].random)}"
            yield _line(plan, bound, "integrated out", node, recovery)
        elif node.name in computed:
            yield _line(plan, bound, "transformed", node)
        else:
            yield _line(plan, bound, "sampled", node)
    for node in plan.graph.nodes.values():
        if isinstance(node, Stochastic) and roles[node.name] == "prediction":
            yield _line(plan, bound, "predicted", node)
    for node in plan.graph.deterministic:
        if not node.is_internal:
            fate = "computed" if roles[node.name] == "derived" else "data"
            yield _line(plan, bound, fate, node)


def _line(
    plan: Plan, bound: Bound | None, fate: str, node: Stochastic | Deterministic, recovery: str = ""
) -> Line:
    fired = [n for n in plan.notes if n.fired and node.name in n.names]
    rule, reason = (fired[-1].rule, fired[-1].reason) if fired else ("", "")
    if fate == "data":
        reason = "depends on data alone: computed once"
    refused = tuple(
        f"{n.rule}: {n.reason}" for n in plan.notes if not n.fired and node.name in n.names
    )
    where = plan.graph.source.position(node.span.start)[0] if node.span.end else 0
    stays = fate in ("sampled", "transformed")
    return Line(
        fate, _name(node, bound), where, rule, reason, recovery, refused if stays else ()
    )


def _name(node: Stochastic | Deterministic, bound: Bound | None) -> str:
    if not node.axes:
        return node.name
    sizes = [_size(axis, bound) for axis in node.axes]
    known = " x ".join(str(s) for s in sizes if s is not None)
    return f"{node.name}[{', '.join(node.axes)}]" + (f" ({known})" if known else "")


def _random(random: Random) -> str:
    match random:
        case Applied(distribution, arguments):
            return f"{distribution.name}({', '.join(text(e) for _, e in arguments)})"
        case Truncated(base):
            return f"{_random(base)} truncated"
        case Categorical(p):
            return f"Categorical({text(p)})"
        case _:
            return type(random).__name__
