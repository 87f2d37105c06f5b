from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hdsl.results import Fit, RunFacts, Variable

SHAPE = (4, 500)


def codes(fit: Fit) -> list[str]:
    return [found.code for found in fit.diagnostics]


def changed(fits: SimpleNamespace, name: str, change: Any) -> Variable:
    variable = fits.variables()[name]
    values = variable.values.astype(float)
    change(values)
    return replace(variable, values=values)


def test_a_healthy_fit(fits: SimpleNamespace) -> None:
    fit = fits.make()
    assert codes(fit) == []
    assert fit.trusted
    assert "4 chains agree" in fit.verdict
    assert "posterior sd" in fit.verdict


def test_independent_draws_have_no_chains_to_judge(fits: SimpleNamespace) -> None:
    tau = replace(fits.variables()["tau"], values=fits.autoregression(0.999, SHAPE))
    fit = fits.make(tau, facts=RunFacts(direct=True))
    assert codes(fit) == []
    assert "exact and independent" in fit.verdict


def test_chains_in_two_places(fits: SimpleNamespace) -> None:
    def split(values: np.ndarray) -> None:
        values[2:] += 20

    fit = fits.make(changed(fits, "tau", split))
    assert codes(fit) == ["HB552"]
    found = fit.diagnostics[0]
    assert fits.MODEL[found.span.start : found.span.end] == "tau ~ HalfNormal(1)"
    assert found.severity == "error"
    assert found.note.startswith("means of the chains: 0.")
    assert not fit.trusted
    assert "(line 2)" in fit.verdict


def test_the_worst_element_is_named(fits: SimpleNamespace) -> None:
    def split(values: np.ndarray) -> None:
        values[2:, :, 4] += 1
        values[2:, :, 7] += 10

    fit = fits.make(changed(fits, "theta", split))
    assert codes(fit) == ["HB552"]
    assert "`theta[2014-03-08]`" in fit.diagnostics[0].title


def test_one_chain_apart_is_named_once(fits: SimpleNamespace) -> None:
    def shift(values: np.ndarray) -> None:
        values[2] += 20

    moved = [changed(fits, name, shift) for name in ("tau", "theta", "twice")]
    fit = fits.make(*moved)
    assert codes(fit) == ["HB557"]
    assert fit.diagnostics[0].title.startswith("chain 3 stands apart")


def test_a_wandering_chain_among_wandering_chains_is_not_singled_out(fits: SimpleNamespace) -> None:
    walk = fits.autoregression(1.0, SHAPE)
    fit = fits.make(replace(fits.variables()["tau"], values=walk))
    assert codes(fit) == ["HB552"]


def test_a_chain_that_never_moved_is_named_once(fits: SimpleNamespace) -> None:
    def stop(values: np.ndarray) -> None:
        values[1] = values[1, :1]

    fit = fits.make(changed(fits, "tau", stop), changed(fits, "twice", stop))
    assert codes(fit) == ["HB551"]
    assert fit.diagnostics[0].title == "chain 2 never moved"


def test_all_chains_stuck(fits: SimpleNamespace) -> None:
    def stop(values: np.ndarray) -> None:
        values[:] = values[:, :1]

    fit = fits.make(changed(fits, "tau", stop))
    assert codes(fit) == ["HB551"]
    assert "chains 1, 2, 3 and 4" in fit.diagnostics[0].title


def test_a_parameter_that_is_a_constant_is_no_stuck_chain(fits: SimpleNamespace) -> None:
    fit = fits.make(replace(fits.variables()["tau"], values=np.ones(SHAPE)))
    assert codes(fit) == []


@pytest.mark.parametrize(("phi", "trusted"), [(0.0, True), (0.8, False), (0.92, False)])
def test_few_effective_draws_are_an_error(fits: SimpleNamespace, phi: float, trusted: bool) -> None:
    tau = fits.variables()["tau"]
    fit = fits.make(replace(tau, values=fits.autoregression(phi, SHAPE, seed=3)))
    assert codes(fit) == ([] if trusted else ["HB553"])
    assert fit.trusted == trusted
    assert trusted or "as many draws" in fit.verdict


def test_a_slightly_raised_r_hat_among_many_effective_draws_is_an_error(
    fits: SimpleNamespace,
) -> None:
    def widen(values: np.ndarray) -> None:
        values[2] *= 1.4

    fit = fits.make(changed(fits, "theta", widen))
    assert codes(fit) == ["HB552"]
    assert not fit.trusted


def test_a_fit_is_trusted_only_within_the_limits(fits: SimpleNamespace) -> None:
    trusted = 0
    for seed in range(30):
        draws = fits.autoregression(0.55, SHAPE, seed=seed)
        fit = fits.make(replace(fits.variables()["tau"], values=draws))
        row = fit.summary(names=["tau"]).rows[0]
        good = row.r_hat <= 1.01 and min(row.ess_bulk, row.ess_tail) >= 400
        assert fit.trusted == good
        trusted += good
    assert 0 < trusted < 30


def test_derived_quantities_are_blamed_only_without_a_parameter(fits: SimpleNamespace) -> None:
    variables = fits.variables()
    slow = fits.autoregression(0.8, SHAPE, seed=3)
    both = fits.make(*(replace(variables[name], values=slow) for name in ("tau", "twice")))
    assert ["tau" in found.title for found in both.diagnostics] == [True]
    alone = fits.make(replace(variables["twice"], values=slow))
    assert ["twice" in found.title for found in alone.diagnostics] == [True]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_parameter_that_is_not_finite_is_an_error(fits: SimpleNamespace, bad: float) -> None:
    def spoil(values: np.ndarray) -> None:
        values[0, 3] = values[2, 9] = bad

    fit = fits.make(changed(fits, "tau", spoil), changed(fits, "twice", spoil))
    assert codes(fit) == ["HB550"]
    assert "`tau` is not a finite number in 2 of 2000 draws" in fit.verdict


def test_a_derived_quantity_that_is_not_finite_is_a_warning(fits: SimpleNamespace) -> None:
    def spoil(values: np.ndarray) -> None:
        values[0, 3] = np.nan

    fit = fits.make(changed(fits, "twice", spoil))
    assert codes(fit) == ["HB550"]
    assert fit.trusted


@pytest.mark.parametrize(("draws", "trusted"), [(3, False), (20, False), (60, False), (400, True)])
def test_too_few_draws(fits: SimpleNamespace, draws: int, trusted: bool) -> None:
    independent = fits.variables(seed=5, draws=draws)
    kept = tuple(v for v in independent.values() if v.name in ("tau", "twice"))
    fit = fits.make(variables=kept)
    assert ("HB558" in codes(fit)) != trusted
    assert fit.trusted == trusted


@pytest.mark.parametrize(("count", "trusted"), [(0, True), (1, True), (2, True), (3, False)])
def test_divergences(fits: SimpleNamespace, count: int, trusted: bool) -> None:
    diverging = np.zeros(SHAPE, dtype=bool)
    diverging[0, 10 : 10 + count] = True
    fit = fits.make(sample_stats={"diverging": diverging})
    assert codes(fit) == ["HB554"][: min(count, 1)]
    assert fit.trusted == trusted


def test_divergences_are_blamed_on_the_line_where_they_gather(fits: SimpleNamespace) -> None:
    diverging = fits.variables()["tau"].values < 0.02
    fit = fits.make(sample_stats={"diverging": diverging})
    assert "small values of `tau`" in fit.diagnostics[0].title
    assert fit.diagnostics[0].span == fits.line("tau ~ HalfNormal(1)")
    anywhere = np.random.default_rng(3).random(SHAPE) < 0.02
    scattered = fits.make(sample_stats={"diverging": anywhere}).diagnostics[0]
    assert scattered.span is None


def test_tree_depth_and_energy_only_warn(fits: SimpleNamespace) -> None:
    depth = np.full(SHAPE, 4)
    energy = np.random.default_rng(1).normal(size=SHAPE)
    assert codes(fits.make(sample_stats={"tree_depth": depth, "energy": energy})) == []
    depth[:, :50] = 10
    energy[1] = np.cumsum(energy[1])
    fit = fits.make(sample_stats={"tree_depth": depth, "energy": energy})
    assert codes(fit) == ["HB555", "HB556"]
    assert "10 % of the transitions" in fit.diagnostics[0].title
    assert "chain 2 explores" in fit.diagnostics[1].title
    assert fit.trusted


def test_predictions_and_replicates_are_not_judged(fits: SimpleNamespace) -> None:
    variables = fits.variables()
    walk = fits.autoregression(1.0, SHAPE)
    walks = np.broadcast_to(walk[..., None], (*SHAPE, 20))
    fit = fits.make(replace(variables["next"], values=walk), replace(variables["y"], values=walks))
    assert codes(fit) == []


def test_errors_come_first_and_json_is_safe(fits: SimpleNamespace) -> None:
    def split(values: np.ndarray) -> None:
        values[2:] += 20

    diverging = np.zeros(SHAPE, dtype=bool)
    diverging[0, 0] = True
    fit = fits.make(changed(fits, "tau", split), sample_stats={"diverging": diverging})
    assert [found.severity for found in fit.diagnostics] == ["error", "warning"]
    told = json.loads(json.dumps(fit.to_dict(), allow_nan=False))
    assert told["trusted"] is False
    assert [found["code"] for found in told["diagnostics"]] == ["HB552", "HB554"]
    assert told["summary"]["variables"][0]["name"] == "tau"


def test_a_model_without_unknowns() -> None:
    fit = Fit(())
    assert fit.trusted
    assert "There is nothing to draw" in repr(fit)
    assert "table" in fit._repr_html_()


def test_printing_a_fit(fits: SimpleNamespace) -> None:
    lines = repr(fits.make()).splitlines()
    assert lines[0] == "Fit of days.hbm: 4 chains of 500 draws, seed 7"
    assert lines[1:4] == [
        "  parameters: tau, theta[day: 20]",
        "  derived: twice",
        "  predictions: next",
    ]
    assert lines[4].startswith("The draws can be trusted")
