"""What the sentences of the language's page promise, program by program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import hdsl
from hdsl.density.density import lower
from hdsl.density.law import law_errors
from hdsl.density.recover import recover
from hdsl.density.sizes import data_evaluator
from hdsl.density.written import log_density_as_written
from hdsl.diagnostics import HdslError
from hdsl.expressions.evaluate import Value, broadcast
from hdsl.expressions.tree import Reference
from hdsl.model.bind import bind
from hdsl.model.graph import Deterministic, Stochastic
from hdsl.plan.planner import Options, make_plan

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Program:
    """A model with its data, and what holds of it.

    Attributes
    ----------
    at
        Values of unknowns at which `gives` and `log_density` hold.
    gives
        Values of computed quantities.
    roles
        What becomes of quantities.
    log_density
        Of all but predictions, as the model is written.
    warns
        The codes of its lints.
    """

    text: str
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])
    at: Mapping[str, Any] = field(default_factory=dict[str, Any])
    gives: Mapping[str, Any] = field(default_factory=dict[str, Any])
    roles: Mapping[str, str] = field(default_factory=dict[str, str])
    log_density: Any = None
    warns: tuple[str, ...] | None = None
    draws: bool = True

    def check(self) -> None:
        model = hdsl.compile(self.text)
        formatted = hdsl.format(model.tree)
        assert hdsl.parse(formatted) == model.tree
        if self.warns is not None:
            assert sorted({w.code for w in model.warnings}) == sorted(self.warns)
        for name, role in self.roles.items():
            assert model.graph.roles[name] == role, name
        make_plan(model.graph)
        bound = bind(model.graph, given=dict(self.data), folder=DATA)
        self._check_values(bound)
        plan = make_plan(bound.graph, Options(), bound)
        density = lower(plan, bound)
        if self.draws:
            _check_law(density)

    def _check_values(self, bound: Any) -> None:
        graph = bound.graph
        axes = {
            n.name: n.axes
            for n in graph.nodes.values()
            if isinstance(n, Stochastic | Deterministic)
        }
        values = {name: Value(np.asarray(v, float), axes[name]) for name, v in self.at.items()}
        if self.log_density is not None:
            parts = log_density_as_written(graph, bound, values)
            total = sum(float(v.array) for v in parts.values())
            np.testing.assert_allclose(total, self.log_density, rtol=1e-9, atol=1e-12)
        for name, expected in self.gives.items():
            run = data_evaluator(
                bound, [b for _, b in graph.definitions.values()], values, graph.definitions
            )
            found = run(Reference(name)) if name not in bound.values else bound.values[name]
            array = broadcast(run, found, axes.get(name, found.axes)).array
            np.testing.assert_allclose(array, expected, rtol=1e-9, atol=1e-12, err_msg=name)


def _check_law(density: Any) -> None:
    """Draws of everything can be made, and the plan keeps the density as it is written."""
    positions = np.random.default_rng(1).normal(0, 0.3, (4, density.dimension))
    sampled = density.constrain(positions)
    values = recover(density.plan, density.bound, sampled, 1, len(positions))
    errors = law_errors(density, positions, values)
    assert np.isfinite(errors).all(), errors
    assert errors.max() < 1e-8, errors


def refusal(text: str, data: Mapping[str, Any]) -> tuple[str, ...]:
    """The codes with which a program is refused, each with a cause and a way out."""
    try:
        graph = hdsl.compile(text).graph
        make_plan(graph)
        bind(graph, given=dict(data), folder=DATA)
    except HdslError as error:
        for found in error.diagnostics:
            assert found.cause, found
            assert found.help, found
        return tuple(found.code for found in error.diagnostics)
    return ()
