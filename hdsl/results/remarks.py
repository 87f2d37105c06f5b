"""What a reader of a fit should know besides the verdict, a sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from hdsl.density.sizes import data_evaluator
from hdsl.density.streams import DRAW
from hdsl.expressions.evaluate import Value
from hdsl.expressions.quadrature import is_rough, outermost_integrals, with_half_of_the_nodes
from hdsl.model.graph import Bound
from hdsl.model.node_expressions import all_expressions
from hdsl.plan.plan import Plan

_DRAWS = 16


def remarks_on(
    plan: Plan,
    bound: Bound,
    values: Mapping[str, Value],
    left_out: Sequence[str],
    too_many: bool,
) -> tuple[str, ...]:
    """Replicates that were left out, and integrals that are not exact.

    Parameters
    ----------
    left_out
        Observations that cannot be drawn forward.
    too_many
        Whether replicates would have needed too much memory.
    """
    found: list[str] = []
    if too_many:
        found.append("New data were not drawn: they would need too much memory.")
    elif left_out:
        names = " and ".join(f"`{name}`" for name in left_out)
        have = "has a density" if len(left_out) == 1 else "have a density"
        found.append(
            f"No new data are drawn for {names}, which {have} of the model's own: what has only a "
            "formula cannot be drawn."
        )
    return (*found, *_rough_integrals(plan, bound, values))


def _rough_integrals(plan: Plan, bound: Bound, values: Mapping[str, Value]) -> Iterator[str]:
    graph = plan.graph
    some = {name: _first_draws(value) for name, value in values.items()}
    definitions = {n: d for n, d in graph.definitions.items() if n not in some}
    for e in outermost_integrals(all_expressions(graph)):
        if not e.names <= {*some, *bound.values, *definitions}:
            continue
        half = with_half_of_the_nodes(e)
        run = data_evaluator(bound, [e, half], some, definitions)
        if is_rough(e, half, lambda part, run=run: run(part).array):
            line, _ = graph.source.position(e.span.start)
            yield (
                f"The integral in line {line} may be wrong: its integrand changes too fast for the "
                "points at which it is computed. Narrow its ends to where the integrand counts, or "
                "split it."
            )


def _first_draws(value: Value) -> Value:
    if DRAW not in value.axes:
        return value
    array = np.asarray(value.array)
    chosen = np.linspace(0, array.shape[value.axes.index(DRAW)] - 1, _DRAWS).astype(int)
    return Value(np.take(array, chosen, axis=value.axes.index(DRAW)), value.axes)
