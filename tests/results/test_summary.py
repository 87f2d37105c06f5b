from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from hdsl.diagnostics import HdslError
from hdsl.results import Fit, Variable
from hdsl.results.summary import Row
from hdsl.results.table import render_summary

SHAPE = (4, 500)


def mean_shown(fit: Fit, name: str) -> str:
    lines = str(fit.summary(all=True)).splitlines()
    return next(line.split()[1] for line in lines if line.split()[:1] == [name])


def test_the_numbers_are_those_of_the_draws(fits: SimpleNamespace) -> None:
    fit = fits.make()
    theta = next(v for v in fit.variables if v.name == "theta").values
    row = next(row for row in fit.summary().rows if row.name == "theta[2014-03-03]")
    assert row.mean == pytest.approx(theta[:, :, 2].mean())
    assert row.sd == pytest.approx(theta[:, :, 2].std(ddof=1))
    assert row.q95 == pytest.approx(np.quantile(theta[:, :, 2], 0.95))
    assert row.mcse == pytest.approx(row.sd / math.sqrt(2000), rel=0.15)


def test_sections_leave_replicates_out(fits: SimpleNamespace) -> None:
    names = [row.name for row in fits.make().summary().rows]
    assert names == ["tau", *(f"theta[{day}]" for day in fits.DAYS), "twice", "next"]
    text = str(fits.make().summary())
    assert text.index("parameters") < text.index("derived") < text.index("predictions")


def test_large_families_fold_and_show_their_worst(fits: SimpleNamespace) -> None:
    theta = fits.variables()["theta"].values.copy()
    theta[:, :, 10] = fits.autoregression(0.95, SHAPE)
    fit = fits.make(Variable("theta", theta, ("day",)))
    row = fit.summary().rows[11]
    folded = next(line for line in str(fit.summary()).splitlines() if "16 more" in line)
    worst = [f"{row.ess_bulk:.0f}", f"{row.ess_tail:.0f}", f"{row.r_hat:.3f}"]
    assert folded.split()[-3:] == worst
    assert "theta[2014-03-10]" not in str(fit.summary())
    for summary in (
        fit.summary(all=True),
        fit.summary(names=["theta"]),
        fit.summary(names="theta"),
    ):
        assert "theta[2014-03-10]" in str(summary)
        assert "more" not in str(summary)
    assert "tau" not in str(fit.summary(names=["theta"]))


def test_an_unknown_name_is_told(fits: SimpleNamespace) -> None:
    with pytest.raises(HdslError) as caught:
        fits.make().summary(names=["thetta"])
    assert caught.value.diagnostics[0].code == "HB574"
    assert "`theta`" in caught.value.diagnostics[0].help


@pytest.mark.parametrize(
    ("center", "scale", "shown"),
    [
        (3.14159, 1.0, r"3\.\d\d"),
        (3.14159, 0.01, r"3\.14\d\d"),
        (31415.9, 100.0, r"314\d\d"),
        (31415.9, 10000.0, r"3\d\d00"),
        (3.14e9, 1e8, r"3\.1\d\de9"),
        (3.14e-8, 1e-9, r"3\.1\d\de-8"),
        (0.0, 1e-9, r"(-?\d(\.\d+)?e-\d+|0)"),
    ],
)
def test_means_have_the_digits_that_their_error_supports(
    fits: SimpleNamespace, center: float, scale: float, shown: str
) -> None:
    draws = center + scale * np.random.default_rng(2).normal(size=SHAPE)
    fit = fits.make(Variable("tau", draws))
    assert re.fullmatch(shown, mean_shown(fit, "tau"))
    row = fit.summary(names=["tau"]).rows[0]
    assert abs(float(mean_shown(fit, "tau")) - row.mean) <= 2.5 * row.mcse


def test_truth_values_counts_and_constants(fits: SimpleNamespace) -> None:
    rng = np.random.default_rng(5)
    fit = fits.make(
        Variable("tau", rng.random(SHAPE) < 0.3),
        Variable("twice", rng.poisson(3, size=SHAPE), role="derived"),
        Variable("next", np.full(SHAPE, 2.5), role="prediction"),
    )
    cells = {line.split()[0]: line.split()[1:] for line in str(fit.summary()).splitlines() if line}
    assert 0.25 < float(cells["tau"][0]) < 0.35
    assert cells["tau"][2:5] == ["–", "–", "–"]
    assert cells["twice"][2:5] == ["0", "3", "6"]
    assert cells["next"] == ["2.5", "0", "2.5", "2.5", "2.5", "0", "–", "–", "–"]


def test_draws_that_are_not_finite_do_not_stop_it(fits: SimpleNamespace) -> None:
    draws = fits.variables()["tau"].values.copy()
    draws[0, 0], draws[0, 1] = np.nan, np.inf
    infinite = draws.copy()
    infinite[0, 0] = 1.0
    fit = fits.make(Variable("tau", draws), Variable("next", infinite, role="prediction"))
    assert mean_shown(fit, "tau") == "–"
    assert mean_shown(fit, "next") == "∞"
    assert "nan" not in fit.summary()._repr_html_()
    json.dumps(fit.summary().to_dict(), allow_nan=False)


def test_labels_of_all_kinds(fits: SimpleNamespace) -> None:
    values = np.random.default_rng(1).normal(size=(*SHAPE, 2, 2, 2))
    coords = {"site": ("St. Louis", "B"), "year": (1990, 1991), "r": (5.0, 7.5), "day": fits.DAYS}
    fit = fits.make(Variable("tau", values, ("site", "year", "r")), coords=coords)
    names = [row.name for row in fit.summary().rows[:3]]
    assert names == [
        "tau[St. Louis, 1990, 5]",
        "tau[St. Louis, 1990, 7.5]",
        "tau[St. Louis, 1991, 5]",
    ]


def test_every_line_has_all_statistics_in_80_columns(fits: SimpleNamespace) -> None:
    text = str(fits.make().summary(all=True)).splitlines()
    assert text[0].split() == [
        *("mean", "sd", "5", "%", "50", "%", "95", "%", "MCSE", "bulk", "tail", "R-hat")
    ]
    rows = {row.name: row for row in fits.make().summary().rows}
    shown = next(line.split() for line in text if line.startswith("  theta[2014-03-10]"))
    row = rows["theta[2014-03-10]"]
    assert float(shown[6]) == pytest.approx(row.mcse, rel=0.05)
    assert shown[7:] == [f"{row.ess_bulk:.0f}", f"{row.ess_tail:.0f}", f"{row.r_hat:.3f}"]
    assert max(map(len, text)) <= 80


def test_text_fits_80_columns_with_long_names(fits: SimpleNamespace) -> None:
    values = 1e5 * np.random.default_rng(1).normal(size=(*SHAPE, 2))
    coords = {"day": fits.DAYS, "county": ("Lac Qui Parle, Minnesota " * 3, "B" * 90 + "end")}
    fit = fits.make(Variable("a_rather_long_name", values, ("county",)), coords=coords)
    lines = str(fit.summary()).splitlines()
    assert max(map(len, lines)) <= 80
    assert any("end]" in line and "…" in line for line in lines)


@pytest.mark.parametrize("width", [80, 120])
def test_the_terminal_shows_the_cells_of_the_text(fits: SimpleNamespace, width: int) -> None:
    theta = fits.variables()["theta"].values * 1e4
    fit = fits.make(Variable("theta", theta, ("day",)))
    console = Console(width=width)
    with console.capture() as captured:
        console.print(render_summary(fit.summary(), width))
    drawn = [line.split() for line in captured.get().splitlines()]
    text = [line.split() for line in str(fit.summary()).splitlines()]
    assert [line for line in drawn if line and "─" not in line[0]] == [
        line for line in text if line
    ]


def test_html_escapes_labels(fits: SimpleNamespace) -> None:
    coords = {"day": ("<script>", *fits.DAYS[1:])}
    page = fits.make(coords=coords).summary()._repr_html_()
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert page.count("<tr>") == page.count("</tr>")


def test_pandas_and_json_hold_every_element(fits: SimpleNamespace) -> None:
    summary = fits.make().summary()
    frame = summary.to_pandas()
    assert frame.loc["theta[2014-03-20]", "mean"] == summary.rows[20].mean
    found = json.loads(json.dumps(summary.to_dict()))
    theta = found["variables"][1]
    assert (theta["name"], theta["dims"], len(theta["values"])) == ("theta", ["day"], 20)
    assert theta["values"][19]["labels"] == ["2014-03-20"]
    assert theta["values"][19]["mean"] == summary.rows[20].mean


def test_an_empty_family_has_no_lines(fits: SimpleNamespace) -> None:
    fit = fits.make(
        Variable("tau", np.zeros((*SHAPE, 0)), ("none",)), coords={"none": (), "day": fits.DAYS}
    )
    assert "tau" not in str(fit.summary())
    assert fit.trusted


def test_one_of_many_labels_shows_the_likeliest(fits: SimpleNamespace) -> None:
    drawn = np.full((4, 500), 3)
    drawn[:, ::4] = 11
    change = Variable("change", drawn, (), members="day")
    text = str(fits.make(change).summary())
    assert f"change == {fits.DAYS[3]}" in text
    assert f"change == {fits.DAYS[11]}" in text
    assert f"change == {fits.DAYS[19]}" not in text
    assert "… 16 less likely" in text


def test_long_tails_leave_the_quantiles_their_digits() -> None:
    """The mean of such a quantity has a huge error, but its quantiles don't."""
    row = Row("k", "real", 8000.0, 102000.0, 14.58, 79.4, 6750.0, 2400.0, 1256, 938, 1.001)
    assert row.decimals == -3
    assert row.quantile_decimals == (0, 0, -2)
    normal = replace(row, mean=80.0, sd=40.0, q5=14.2, q95=145.8, mcse=0.7)
    assert normal.quantile_decimals == (normal.decimals,) * 3
