"""Every example gives the numbers that its README promises, within the error of the draws."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.special import gammaln

import hdsl
from tests.quadrature import BetaPopulation, beta_population
from tests.two_sources import chances_of_number, gibbs, log_odds

EXAMPLES = Path(__file__).parents[1] / "examples"
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/model.hbm"))
# Folder and stem of each model file: an example may have several.
MODELS = sorted((path.parent.name, path.stem) for path in EXAMPLES.glob("*/*.hbm"))
SEED = 1
# In Monte Carlo standard errors. The tables hold hundreds of numbers: chance passes 4 with one seed
# in fifty or so, and the seed is fixed.
TOLERANCE = 4.0

Draws = NDArray[np.float64]
Counts = NDArray[np.int_]


@dataclass(frozen=True)
class Expected:
    """One number of a README.

    Attributes
    ----------
    digits
        Digits after the point; negative if the last one stands for tens, hundreds, …
    mcse
        Monte Carlo error of the mean from which the reference was computed; `None` if it was not
        computed from draws.
    sd
        The reference's posterior sd, where it comes from draws.
    """

    quantity: str
    statistic: str
    value: float
    digits: int
    mcse: float | None = None
    sd: float | None = None

    @property
    def rounding(self) -> float:
        return 0.5 * 10.0**-self.digits


@dataclass(frozen=True)
class Compared:
    """A statistic of the draws beside the expected one; the difference in Monte Carlo errors."""

    expected: Expected
    found: float
    mcse: float

    @property
    def deviation(self) -> float:
        return abs(self.found - self.expected.value) / self.mcse


def expected_numbers(name: str, model: str = "model") -> Iterator[Expected]:
    """The table under the heading "Expected"; its column "model", if any, names the file."""
    section = (EXAMPLES / name / "README.md").read_text().split("## Expected\n")[1].split("##")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    header, _, *body = rows
    for row in body:
        cells = dict(zip(header, row, strict=True))
        if cells.pop("model", "model") != model:
            continue
        quantity, mcse = cells.pop("quantity"), cells.pop("MCSE", None)
        for statistic, text in cells.items():
            if text:
                yield Expected(
                    quantity,
                    statistic,
                    float(text),
                    digits_of(text),
                    float(mcse) if mcse else None,
                    float(cells["sd"]) if mcse else None,
                )


def digits_of(number: str) -> int:
    """Digits after the point: 2 of 0.25, -3 of 5e3, -1 of 5.73e3."""
    mantissa, _, exponent = number.partition("e")
    return len(mantissa.partition(".")[2]) - int(exponent or 0)


@cache
def fit_of(name: str, model: str = "model") -> hdsl.Fit:
    return hdsl.load(EXAMPLES / name / f"{model}.hbm").sample(seed=SEED)


def draws_of(fit: hdsl.Fit, quantity: str) -> Draws:
    """The draws of ``mu``, ``theta[71]`` or ``mean[Adelie, male]``, shape ``(chain, draw)``."""
    name, _, label = quantity.rstrip("]").partition("[")
    array = fit.posterior[name]
    for axis, wanted in zip(array.dims[2:], label.split(", ") if label else (), strict=True):
        labels = [x if isinstance(x, str) else f"{x:g}" for x in array.coords[axis].values.tolist()]
        array = array.isel({axis: labels.index(wanted)})
    return array.to_numpy().astype(float)


def compare(fit: hdsl.Fit, expected: Expected) -> Compared:
    draws = draws_of(fit, expected.quantity)
    found, mcse, effective = statistic_of(draws, expected.statistic)
    if expected.mcse is None:
        reference_error = expected.rounding
    elif expected.statistic == "mean":
        reference_error = expected.mcse
    else:
        # The reference's draws are nearly independent; the shape of the posterior is the same.
        assert expected.sd is not None
        reference_error = mcse * np.sqrt(effective / (expected.sd / expected.mcse) ** 2)
    return Compared(expected, found, float(np.hypot(mcse, reference_error)))


def statistic_of(draws: Draws, statistic: str) -> tuple[float, float, float]:
    """A statistic of draws, its Monte Carlo error, and the effective draws behind it.

    The errors are those of Vehtari et al. (2021), as ArviZ computes them: of a quantile from the
    effective draws of the indicator and the order statistics around it.
    """
    from arviz_stats.base import array_stats

    if statistic.endswith("%"):
        probability = float(statistic.removesuffix("%")) / 100
        mcse = array_stats.mcse(draws, method="quantile", prob=probability)
        effective = array_stats.ess(draws, method="quantile", prob=probability)
        return float(np.quantile(draws, probability)), float(mcse), float(effective)
    effective = array_stats.ess(draws, method=statistic)
    if statistic == "mean":
        return float(draws.mean()), float(draws.std(ddof=1) / np.sqrt(effective)), float(effective)
    # With the effective draws of the squares: where draws swing around the mean, those of the draws
    # themselves, which ArviZ takes, are far too many.
    squares = (draws - draws.mean()) ** 2
    mcse = squares.std() / np.sqrt(effective) / (2 * draws.std())
    return float(draws.std(ddof=1)), float(mcse), float(effective)


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_run_is_trusted_and_gives_the_expected_numbers(name: str, model: str) -> None:
    fit = fit_of(name, model)
    assert fit.trusted, fit.verdict
    assert fit.num_chains == 4
    assert fit.num_draws >= 1000
    for variable, statistics in fit.judged:
        # What is the same in all draws has no R-hat.
        assert not np.any(statistics.r_hat > 1.01), variable.name
        assert not np.any(statistics.ess_bulk < 400), variable.name
        assert not np.any(statistics.ess_tail < 400), variable.name
    compared = [compare(fit, expected) for expected in expected_numbers(name, model)]
    assert compared
    too_far = [each for each in compared if not each.deviation <= TOLERANCE]
    assert too_far == []


@pytest.mark.slow
@pytest.mark.parametrize(("name", "file"), MODELS)
def test_deviations_over_many_seeds_are_those_of_chance(name: str, file: str) -> None:
    model = hdsl.load(EXAMPLES / name / f"{file}.hbm")
    seeds = 16
    deviations = []
    for seed in range(1, seeds + 1):
        fit = model.sample(seed=seed)
        compared = [compare(fit, expected) for expected in expected_numbers(name, file)]
        deviations.append([(c.found - c.expected.value) / c.mcse for c in compared])
    array = np.array(deviations)
    # What all seeds have in common is bias, or the error of a reference that is itself from draws.
    exact = all(expected.mcse is None for expected in expected_numbers(name, file))
    bias = array.mean(axis=0) * (np.sqrt(seeds) if exact else 1.0)
    assert np.all(np.abs(bias) <= TOLERANCE)
    spread = array.std(axis=0)
    assert 0.7 < np.sqrt(np.mean(spread**2)) < 1.3


# Prior, and blue candies of all candies.
BAGS = {
    "model": (2, 9, 6, 21),
    "class": (2, 9, 25, 100),
    "participant": (3, 7, 5, 20),
    "seminar": (3, 7, 76, 357),
    "handout": (4, 15, 28, 120),
}


@pytest.mark.parametrize("model", BAGS)
def test_single_bag_is_drawn_from_the_exact_posterior(model: str) -> None:
    a, b, blue, total = BAGS[model]
    exact = stats.beta(a + blue, b + total - blue)
    for expected in expected_numbers("mm_single_bag", model):
        assert abs(expected.value - _of_distribution(exact, expected)) <= expected.rounding
    draws = draws_of(fit_of("mm_single_bag", model), "theta")
    assert stats.kstest(draws.reshape(-1), exact.cdf).pvalue > 0.001


@pytest.mark.parametrize("model", BAGS)
def test_density_of_a_single_bag_adds_up_to_the_probability_of_the_data(model: str) -> None:
    from jax import vmap

    a, b, blue, total = BAGS[model]
    log_p = stats.betabinom.logpmf(blue, total, a, b)
    if model == "seminar":  # which bag holds how many of the blue ones is known too
        bags = _rows("mm_single_bag/mm_tennessee_bags.csv")
        ways = [log_choose(int(bag["total"]), int(bag["blue"])) for bag in bags]
        log_p += sum(ways) - log_choose(total, blue)
    else:
        readme = (EXAMPLES / "mm_single_bag" / "README.md").read_text()
        assert f"{log_p:.3f} for the " in " ".join(readme.split())
    density = hdsl.load(EXAMPLES / "mm_single_bag" / f"{model}.hbm").log_density()
    logit = np.linspace(-8, 6, 4001)
    values = np.exp(np.asarray(vmap(density)(logit[:, None])) - log_p)
    assert abs(np.trapezoid(values, logit) - 1) < 1e-9


def log_choose(n: int, k: int) -> float:
    return float(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def _of_distribution(distribution: stats.rv_continuous, expected: Expected) -> float:
    if expected.statistic.endswith("%"):
        return distribution.ppf(float(expected.statistic.removesuffix("%")) / 100)
    return {"mean": distribution.mean, "sd": distribution.std}[expected.statistic]()


# The end of the quadrature's grid of concentration^(-1/2).
WIDEST = {"madison_bda3": 0.15}


@pytest.mark.parametrize("model", [model for name, model in MODELS if name == "mm_class_by_class"])
def test_class_by_class_table_is_that_of_the_quadrature(model: str) -> None:
    match model.removesuffix("_bda3"):
        case "tennessee" | "madison" as place:
            (file,) = (EXAMPLES / "mm_class_by_class").glob(f"mm_{place}*_bags.csv")
            blue, total = _counts(_rows(f"mm_class_by_class/{file.name}"), "participant", "bag")
            assert (len(blue), blue.sum(), total.sum()) in {(17, 76, 357), (48, 481, 2620)}
        case kind:
            kind = "Peanut" if kind == "peanut" else "Plain"
            blue, total = _counts(_rows("mm_class_by_class/mm_daily_bags.csv", kind=kind), "date")
            assert (len(blue), blue.sum(), total.sum()) in {(55, 634, 2792), (24, 116, 515)}
    hyperprior = "flat" if model.endswith("_bda3") else "gamma"
    population = beta_population(blue, total, hyperprior, WIDEST.get(model, 0.6))
    _check_table("mm_class_by_class", population, mean="mean_blue", sd="sd_blue", model=model)


def _counts(rows: list[dict[str, str]], *groups: str) -> tuple[Counts, Counts]:
    """Blue and all candies of each group, which one of the columns tells."""
    (group,) = (name for name in groups if name in rows[0])
    labels = [row[group] for row in rows]
    groups_of_rows = np.unique(labels, return_inverse=True)[1]
    blue = np.bincount(groups_of_rows, [int(row["blue"]) for row in rows])
    total = np.bincount(groups_of_rows, [int(row["total"]) for row in rows])
    return blue.astype(int), total.astype(int)


def test_rat_tumours_table_is_that_of_the_quadrature() -> None:
    population = rat_population()
    _check_table("rat_tumours", population, mean="mu", sd="sd_rate")
    groups = {label: counts for label, *counts in rats()}
    for expected in expected_numbers("rat_tumours"):
        if expected.quantity.startswith("theta"):
            mean, sd = _group(population, *groups[int(expected.quantity[len("theta[") : -1])])
            value = {"mean": mean, "sd": sd}[expected.statistic]
            assert abs(expected.value - value) <= 1.1 * expected.rounding, expected


def rats() -> list[tuple[int, int, int]]:
    """Label of the experiment, tumours, rats."""
    rows = _rows("rat_tumours/rat_tumours.csv")
    return [(int(r["experiment"]), int(r["tumours"]), int(r["rats"])) for r in rows]


@cache
def rat_population() -> BetaPopulation:
    _, tumours, number = np.array(rats()).T
    assert (len(number), tumours.sum(), number.sum()) == (71, 267, 1739)
    return beta_population(tumours, number, "flat")


def test_mode_of_the_rats_is_the_published_one() -> None:
    """(log(a / b), log(a + b)) = (-1.79, 2.74), from the density that hdsl samples."""
    from scipy.optimize import minimize

    density = hdsl.load(EXAMPLES / "rat_tumours" / "model.hbm").log_density()

    def negative(point: Draws) -> float:
        # hdsl walks in logit(mu) = log(a / b) and logit(s / 10), where log(a + b) = -2 log(s).
        share = np.exp(-point[1] / 2) / 10
        return -float(density(np.array([point[0], np.log(share / (1 - share))]))) + np.log1p(-share)

    assert density.dimension == 2
    found = minimize(negative, [-1.5, 2.0], method="Nelder-Mead", options={"xatol": 1e-4})
    np.testing.assert_allclose(found.x, [-1.785, 2.742], atol=2e-3)


@dataclass(frozen=True)
class TwoSources:
    """What is observed in a model of two sources, and what is known of their mixes."""

    counts: Counts
    prior: Draws
    start: Draws
    allowed: Callable[[Draws], NDArray[np.bool_]] | None = None


def two_sources(model: str) -> TwoSources:
    bags, boxes, daily = (
        f"two_factories/mm_{name}.csv"
        for name in ("two_factories_synthetic", "two_factories_synthetic_boxes", "daily_bags")
    )
    mixes = np.array(_colours(_rows("two_factories/colour_mixes.csv")), float)
    flat = np.ones_like(mixes)
    match model:
        case "boxes":
            return TwoSources(
                np.array(_colours(_rows(boxes)), int), flat, mixes, lambda theta: _warmer(theta, 2)
            )
        case "plain_bags":
            counts = np.array(_colours(_rows(daily, kind="Plain")), int)
            start = np.array([[0.35, 0.2, 0.15, 0.1, 0.1, 0.1], [0.2, 0.2, 0.2, 0.15, 0.15, 0.1]])
            return TwoSources(counts, flat, start, lambda theta: _warmer(theta, 1))
        case _:
            strength = float(model.partition("_")[2] or 2000)
            counts = np.array(_colours(_rows(bags)), int)
            return TwoSources(counts, 1 + strength * mixes, mixes)


def _colours(rows: list[dict[str, str]]) -> list[list[str]]:
    colours = ("blue", "orange", "green", "yellow", "red", "brown")
    return [[row[colour] for colour in colours] for row in rows]


def _warmer(theta: Draws, colours: int) -> NDArray[np.bool_]:
    """Whether the first source has more of the first colours."""
    shares = theta[..., :colours].sum(axis=-1)
    return shares[..., 0] > shares[..., 1]


SOURCES = [model for name, model in MODELS if name == "two_factories"]


@pytest.mark.parametrize("model", ["known", "model", "boxes", "plain_bags"])
def test_each_number_of_bags_is_drawn_as_often_as_it_must(model: str) -> None:
    """Given the mixes of a draw, the chance of each number of bags is known exactly."""
    from arviz_stats.base import array_stats

    fit = fit_of("two_factories", model)
    known = two_sources(model)
    theta = known.start[None, None]
    if model != "known":
        theta = fit.posterior["theta"].to_numpy()
    odds = log_odds(known.counts, theta.reshape(-1, *theta.shape[2:]))
    exact = chances_of_number(odds).mean(axis=0)
    m = draws_of(fit, "m")
    likely = np.flatnonzero(exact > 0.01)
    assert np.isin(m, likely).mean() > 0.8
    for number in likely:
        drawn = (m == number).astype(float)
        effective = float(array_stats.ess(drawn, method="mean"))
        error = np.sqrt(exact[number] * (1 - exact[number]) / effective)
        assert abs(drawn.mean() - exact[number]) <= TOLERANCE * error, number


def test_number_of_bags_with_known_mixes_is_that_of_the_sum_over_all_choices() -> None:
    known = two_sources("known")
    chances = chances_of_number(log_odds(known.counts, known.start))
    m = np.arange(len(chances))
    mean = chances @ m
    sd = np.sqrt(chances @ (m - mean) ** 2)
    for expected in expected_numbers("two_factories", "known"):
        value = {"mean": mean, "sd": sd}[expected.statistic]
        assert abs(expected.value - value) <= expected.rounding
    few = known.counts[:8]
    odds = log_odds(few, known.start)
    choices = (np.arange(256)[:, None] >> np.arange(8)) % 2
    weights = np.exp(choices @ odds) / [np.exp(log_choose(8, int(k))) for k in choices.sum(axis=1)]
    summed = np.bincount(choices.sum(axis=1), weights / weights.sum())
    np.testing.assert_allclose(chances_of_number(odds), summed, rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("model", [model for model in SOURCES if model != "known"])
def test_two_sources_table_is_that_of_a_gibbs_sampler(model: str) -> None:
    known = two_sources(model)
    chains = 200
    m, theta = gibbs(known.counts, known.prior, known.start, 3000, chains, 2, known.allowed)
    sources = ("rich", "pale") if model == "plain_bags" else ("NJ", "TN")
    colours = ("blue", "orange", "green", "yellow", "red", "brown")
    for expected in expected_numbers("two_factories", model):
        values: Draws = m.astype(float)
        if expected.quantity != "m":
            source, colour = expected.quantity.removeprefix("theta[").rstrip("]").split(", ")
            values = theta[..., sources.index(source), colours.index(colour)]
        assert expected.mcse is not None
        if expected.statistic == "mean":
            error = np.hypot(values.mean(axis=0).std(ddof=1) / np.sqrt(chains), expected.mcse)
            assert abs(values.mean() - expected.value) <= TOLERANCE * error + expected.rounding
        else:
            assert abs(values.std() / expected.value - 1) < 0.03


def _rows(file: str, **wanted: str) -> list[dict[str, str]]:
    with (EXAMPLES / file).open(newline="") as lines:
        return [row for row in csv.DictReader(lines) if wanted.items() <= row.items()]


def _check_table(
    name: str, population: BetaPopulation, mean: str, sd: str, model: str = "model"
) -> None:
    values = {
        mean: population.mean,
        sd: population.sd,
        "concentration": population.concentration,
        "a": population.a,
        "b": population.b,
        "x": np.log(population.a / population.b),
        "z": np.log(population.concentration),
    }
    checked = [e for e in expected_numbers(name, model) if not e.quantity.startswith("theta")]
    assert {mean, sd, "concentration"} <= {e.quantity for e in checked}
    for expected in checked:
        array = values[expected.quantity]
        match expected.statistic:
            case "mean":
                value = population.expected(array)
            case "sd":
                value = population.deviation(array)
            case quantile if expected.quantity == "concentration":
                # The grid is even in the spread, and the quantiles of one are those of the other.
                probability = 1 - float(quantile.removesuffix("%")) / 100
                value = population.quantile(array**-0.5, probability) ** -2
            case quantile:
                value = population.quantile(array, float(quantile.removesuffix("%")) / 100)
        assert abs(expected.value - value) <= 1.1 * expected.rounding, (expected, value)


def _group(population: BetaPopulation, successes: int, trials: int) -> tuple[float, float]:
    """Mean and sd of the rate of one group: a mixture of its conditional Betas."""
    a, b = population.a + successes, population.b + trials - successes
    mean = population.expected(a / (a + b))
    square = population.expected(a * (a + 1) / ((a + b) * (a + b + 1)))
    return mean, float(np.sqrt(square - mean**2))


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_readme_shows_the_command(name: str, model: str) -> None:
    text = (EXAMPLES / name / "README.md").read_text()
    assert re.search(rf"(?m)(^    |`)hdsl run examples/{name}/{model}\.hbm(`|$)", text)


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_model_is_formatted(name: str, model: str) -> None:
    text = (EXAMPLES / name / f"{model}.hbm").read_text()
    assert hdsl.format(hdsl.parse(text)) == text


@pytest.mark.parametrize("name", NAMES)
def test_suggested_lines_are_models_too(name: str) -> None:
    """What stands under "Try" can be added to the model."""
    text = (EXAMPLES / name / "README.md").read_text()
    model = (EXAMPLES / name / "model.hbm").read_text()
    tried = text.split("## Try\n")[1].split("## Data")[0]
    lines = [line for line in re.findall(r"`([^`]+)`", tried) if "=" in line or "~" in line]
    for line in lines:
        defined = line.split()[0]
        kept = [old for old in model.splitlines() if not old.startswith(f"{defined} ")]
        model = "\n".join([*kept, line])
    hdsl.compile(model, folder=EXAMPLES / name).explain()


# Medians with the tolerances within which three samplers by hand agree.
MASSES = {"model": (0.380, 0.533, 0.510, 0.527), "normalised": (0.591, 0.830, 0.510, 0.517)}


@pytest.mark.parametrize("model", MASSES)
def test_mass_of_the_milky_way_is_that_of_other_samplers(model: str) -> None:
    fit = fit_of("milky_way", model)
    at_50, at_100, gamma, beta = MASSES[model]
    assert abs(np.median(draws_of(fit, "M[50]")) / at_50 - 1) < 0.03
    assert abs(np.median(draws_of(fit, "M[100]")) / at_100 - 1) < 0.03
    assert abs(draws_of(fit, "gamma").mean() - gamma) < 0.01
    assert abs(draws_of(fit, "beta").mean() - beta) < 0.03
