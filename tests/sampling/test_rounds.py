"""Runs that go on by themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hdsl
from hdsl.sampling import Chains, Sampler, Settings
from hdsl.sampling.rounds import Round, Rounds, Shortfall

FIRST = Round(1000, 1000, 0.8)


def rounds_after(*done: Round, seconds: float = 2.0, max_seconds: float = 600.0) -> Rounds:
    """Rounds that took `seconds` each."""
    kept = [
        Chains(
            np.zeros((2, r.num_samples, 1)),
            {
                "diverging": np.zeros((2, r.num_samples), bool),
                "lp": np.zeros((2, r.num_samples)),
            },
            np.ones((2, 1)),
            0.0,
            seconds,
            0,
        )
        for r in done
    ]
    sampler: Any = None
    return Rounds(sampler, max_seconds, list(done), kept, seconds * len(done))


def test_draws_that_are_too_few_are_added_to() -> None:
    following = rounds_after(FIRST).following(Shortfall(False, False, 1.5))
    assert following == Round(0, 1000, 0.8)


def test_a_round_grows_with_what_is_lacking_but_not_at_once() -> None:
    following = rounds_after(FIRST).following(Shortfall(False, False, 100.0))
    assert following == Round(0, 3000, 0.8)


def test_chains_that_disagree_warm_up_anew_and_longer() -> None:
    following = rounds_after(FIRST).following(Shortfall(True, False, 3.0))
    assert following == Round(2000, 2000, 0.8, anew=True)


def test_a_chain_apart_is_moved_if_its_mode_weighs_nothing() -> None:
    rounds = rounds_after(FIRST)
    lacking = Shortfall(True, False, 3.0, apart=True)
    assert rounds.following(lacking) is None
    rounds.kept[0].positions[:] = np.random.default_rng(1).normal(size=(2, 1000, 1))
    rounds.kept[0].stats["lp"][1] = -100.0
    assert rounds.following(lacking) == Round(1000, 1000, 0.8, anew=True, moved={1: 0})


def test_divergences_make_the_steps_smaller() -> None:
    following = rounds_after(FIRST).following(Shortfall(True, True, 3.0))
    assert following == Round(2000, 2000, 0.9, anew=True)


@pytest.mark.parametrize("disagree", [True, False])
def test_no_round_begins_that_time_does_not_allow(disagree: bool) -> None:
    rounds = rounds_after(FIRST, seconds=10.0, max_seconds=11.0)
    assert rounds.following(Shortfall(disagree, False, 2.0)) is None


def test_a_round_is_shortened_to_the_time_that_is_left() -> None:
    rounds = rounds_after(FIRST, seconds=10.0, max_seconds=14.0)
    following = rounds.following(Shortfall(False, False, 4.0))
    assert following is not None
    assert following.num_samples == 800


def test_draws_are_thinned_when_what_follows_from_them_is_large() -> None:
    rounds = rounds_after(FIRST, Round(0, 3000, 0.8))
    positions, stats = rounds.draws(bytes_per_draw=200_000.0)
    assert positions.shape == (2, 2000, 1)
    assert stats["diverging"].shape == (2, 2000)


def test_chains_go_on_from_where_they_are() -> None:
    def standard_normal(position: Any, data: Any) -> Any:
        return -0.5 * (position**2).sum() * data

    settings = Settings(seed=1, num_chains=2, num_warmup=100, num_samples=80)
    start = np.ones((2, 3))
    whole = Sampler.begin(standard_normal, 1.0, start, settings).advance(100, 80)
    sampler = Sampler.begin(standard_normal, 1.0, start, settings)
    halves = [sampler.advance(100, 30), sampler.advance(0, 50)]
    joined = np.concatenate([half.positions for half in halves], axis=1)
    np.testing.assert_array_equal(joined, whole.positions)


def test_a_run_goes_on_by_itself_until_its_draws_are_good() -> None:
    model = hdsl.compile("mu ~ Normal(0, 1)\ndata y = 3\ny ~ Normal(mu, 1)")
    stopped = model.sample(seed=1, num_samples=60, num_warmup=100, sampler="nuts")
    assert not stopped.trusted
    assert list(stopped.facts.rounds) == [[100, 60]]

    fit = model.sample(seed=1, num_samples=60, num_warmup=100, sampler="nuts", max_time=60)
    assert fit.trusted
    assert len(fit.facts.rounds) > 1
    assert fit.num_draws > 60
    assert min(s.ess_bulk.min() for _, s in fit.judged) >= 400


def test_a_verdict_says_that_the_run_went_on() -> None:
    text = "a, b ~ Flat()\ndata y = 3\ny ~ Normal(a + b, 1)"
    fit = hdsl.compile(text).sample(seed=1, num_samples=50, num_warmup=50, max_time=0.5)
    assert not fit.trusted
    if len(fit.facts.rounds) > 1:
        assert "went on by itself" in fit.verdict
