"""All discrete unknowns leave: in which order, and what is said where they cannot."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.distributions.enumerated import EnumeratedChains
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.evaluate import Evaluator
from hdsl.expressions.tree import Expression, WholeNumbers, set_of, walk
from hdsl.model.graph import Bound, Factor, Stochastic
from hdsl.plan.chains import Evaluate
from hdsl.plan.families import Family, find_families, hidden_definitions
from hdsl.plan.joint_sums import TooLarge, sum_out_together
from hdsl.plan.phrases import listed
from hdsl.plan.plan import Note
from hdsl.plan.rule import Rule, Site
from hdsl.plan.state import State
from hdsl.plan.sum_out import Elimination, Refusal, Table, summed_out

LARGEST_TABLE = 10_000_000
"""Elements of the largest array that summing out may need, for one point."""
_UNKNOWN_LENGTH = 10

Count = Callable[[tuple[str, ...]], int]
"""The number of elements along some axes."""


def sum_out(
    state: State,
    collapses: Iterable[Rule],
    keep: Collection[str],
    sizes: Mapping[str, int],
    bound: Bound | None,
) -> State:
    """Sum out all discrete unknowns on which something observed depends.

    What is continuous and below them is integrated first where a rule can do it and the sums stay
    possible: a mixture of its evidences is easier to sample than the mixture itself.

    Raises
    ------
    HdslError
        HB512 where a sum has no simple form, HB513 where it would be too large.
    """
    families = find_families(state)
    if not families:
        return state
    evaluate = _evaluator(bound, sizes)
    count = _counter(families.values(), sizes, evaluate)
    state = _collapse_below(state, families, tuple(collapses), keep, count, evaluate)
    result = eliminate(state, count, evaluate)
    if isinstance(result, State):
        return result
    report = Report(state.graph.source)
    if isinstance(result, Table):
        _too_large(report, result)
    elif isinstance(result, TooLarge):
        _too_many_together(report, state, result)
    else:
        _impossible(report, state, result[0])
    report.raise_errors()
    raise AssertionError


def _evaluator(bound: Bound | None, sizes: Mapping[str, int]) -> Evaluate:
    def evaluate(e: Expression) -> NDArray[Any] | None:
        values = {} if bound is None else bound.values
        if not e.names <= values.keys():
            return None
        run = Evaluator(numpy_arrays(), values, {} if bound is None else bound.sets, sizes)
        try:
            return np.asarray(run(e).array)
        except KeyError:  # without the data, not all sizes and labels are known
            return None

    return evaluate


def _counter(families: Iterable[Family], sizes: Mapping[str, int], evaluate: Evaluate) -> Count:
    lengths = dict(sizes)
    for family in families:
        for e in walk(family.domain.values):
            if isinstance(e, WholeNumbers):
                last = evaluate(e.last)
                if last is not None:
                    lengths[e.axis] = int(last.max()) + 1 if last.size else 1

    def count(axes: tuple[str, ...]) -> int:
        known = (lengths.get(a, lengths.get(set_of(a), _UNKNOWN_LENGTH)) for a in axes)
        return math.prod(known)

    return count


def _collapse_below(
    state: State,
    families: Mapping[str, Family],
    collapses: tuple[Rule, ...],
    keep: Collection[str],
    count: Count,
    evaluate: Evaluate,
) -> State:
    """Integrate what depends on discrete unknowns, as long as these can still be summed out."""
    for name in _below(state, families):
        for rule in collapses:
            site = rule.match(state, name) if name in state.unknowns and name not in keep else None
            if not isinstance(site, Site):
                continue
            note = rule.note(site.names, True, rule.reason(state, site), state.unknowns[name].span)
            tried = rule.rewrite(state, site).noting(note)
            if isinstance(eliminate(tried, count, evaluate), State):
                return _collapse_below(tried, families, collapses, keep, count, evaluate)
    return state


def _below(state: State, families: Mapping[str, Family]) -> Iterator[str]:
    """The continuous unknowns whose priors depend on discrete ones, the lowest first."""
    nodes = {node.name for family in families.values() for node in family.nodes}
    names = {*families, *nodes}
    names |= hidden_definitions(state, names, ()).keys()
    for name, piece in reversed(state.unknowns.items()):
        if name not in nodes and piece.names & names:
            yield name


def eliminate(
    state: State, count: Count, evaluate: Evaluate
) -> State | tuple[Refusal, ...] | Table | TooLarge:
    """Sum all families out, the cheapest first, and those that cannot leave alone together.

    Returns
    -------
    The state without them; or, where those that are left cannot be summed out, why not; or a
    table that would be too large.
    """
    families = find_families(state)
    while families:
        task = Elimination(families, count, evaluate)
        tried = [task.table(state, family) for family in families.values()]
        tables = [table for table in tried if isinstance(table, Table)]
        if not tables:
            found = sum_out_together(state, families, count, evaluate, LARGEST_TABLE)
            if not isinstance(found, Refusal):
                return found
            return (found, *(refusal for refusal in tried if isinstance(refusal, Refusal)))
        table = min(tables, key=lambda t: (t.size, t.family.name))
        if table.size > LARGEST_TABLE:
            return table
        state = summed_out(state, table).noting(_note(table, count))
        families = {n: f for n, f in families.items() if n != table.family.name}
    return state


def _note(table: Table, count: Count) -> Note:
    family = table.family
    number = count((family.domain.axis,))
    elements = sum(count(node.axes) for node in family.nodes)
    each = f" for each of its {elements:,} elements" if elements > 1 else ""
    given = f", given {listed(table.neighbours)}" if table.neighbours else ""
    is_chain = isinstance(table.random, EnumeratedChains)
    way = ", from the end of each chain to its start" if is_chain else given
    reason = (
        f"discrete: summed out exactly over its {number} values{each}{way} (a table of "
        f"{table.size:,} numbers), and drawn afterwards given the rest"
    )
    names = tuple(node.name for node in family.nodes)
    return Note("sum out", names, True, reason, family.span, "sum out")


def _too_large(report: Report, table: Table) -> None:
    family = table.family
    given = f" and the values of {listed(table.neighbours)}" if table.neighbours else ""
    report.add(
        "HB513",
        f"summing `{family.shown}` out would need a table of {table.size:,} numbers",
        family.span,
        cause=f"one for each of its elements and values{given}; at most "
        f"{LARGEST_TABLE:,} are allowed",
        help="give it fewer possible values: a smaller range, or a tighter `truncated to`",
    )


def _too_many_together(report: Report, state: State, found: TooLarge) -> None:
    first = found.families[0]
    statement = state.graph.nodes.get(found.statement)
    names = listed([family.name for family in found.families])
    number = f"{found.size:,.0f}" if found.size < 1e15 else f"{found.size:.0e}"
    what = (
        f"{found.elements} of their elements stand in the same terms, directly or through others"
        if found.elements
        else "one term speaks of so many of their elements"
    )
    report.add(
        "HB520",
        f"summing {names} out would need a table of {number} numbers",
        first.span,
        labels=[Place(statement.span, "this ties elements together")]
        if isinstance(statement, Stochastic | Factor) and statement.span != first.span
        else [],
        cause=f"{what}, so that hdsl would have to sum over their joint values; at most "
        f"{LARGEST_TABLE:,} numbers are allowed",
        help="let fewer elements meet: terms that speak of neighbours along a chain or a tree are "
        "cheap, those of a grid or of everybody with everybody are not",
    )


def _impossible(report: Report, state: State, refusal: Refusal) -> None:
    family = refusal.family
    statement = state.graph.nodes.get(refusal.statement)
    stops = isinstance(statement, Stochastic | Factor) and statement.span != family.span
    report.add(
        "HB512",
        f"`{family.shown}` cannot be summed out",
        family.span,
        labels=[Place(statement.span, "this stops it")] if statement is not None and stops else [],
        cause=f"{refusal.reason}; a discrete unknown is not sampled, but summed out, over the "
        "values of one element or of a few at a time",
        help=refusal.help,
    )
