"""What a plan does with each unknown, in a word."""

from __future__ import annotations

from hdsl.model.discrete import is_discrete_unknown
from hdsl.model.graph import Stochastic
from hdsl.plan.plan import Computed, Drawn, Plan


def fate_of(plan: Plan, node: Stochastic) -> str:
    """One of the words that `explain` begins its lines with, ``observed`` to ``sampled``.

    What is ``transformed`` is sampled too, in other coordinates.
    """
    role = plan.graph.roles[node.name]
    if role != "parameter":
        return {"observation": "observed", "prediction": "predicted"}[role]
    if is_discrete_unknown(plan.graph, node.name):
        return "summed out"
    if any(isinstance(step, Drawn) and step.node.name == node.name for step in plan.recovery):
        return "integrated out"
    computed = (step.node.name for step in plan.recovery if isinstance(step, Computed))
    return "transformed" if node.name in computed else "sampled"
