"""Names and formulas as mathematics, and how wide they are."""

from __future__ import annotations

import pytest

from hdsl.picture.measure import balanced, shortened, width, wrapped
from hdsl.picture.symbols import Run, formula, plain, symbol


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("theta", "θ"), ("mu_x", "μ_x"), ("b0", "b_0"), ("made_in", "made_in"), ("x_obs", "x_obs"),
        ("theta_next", "θ_next"), ("Sigma", "Σ"), ("y'", "y′"), ("Größe", "Größe"),
        ("_x", "_x"), ("x_", "x_"), ("x__1", "x__1"),
    ],
)  # fmt: skip
def test_symbol(name: str, shown: str) -> None:
    assert plain(symbol(name)) == shown


def test_letters_are_italic_and_words_upright() -> None:
    assert symbol("mu_obs") == (Run("μ", italic=True), Run("obs", level=-1))
    assert symbol("mu_x") == (Run("μ", italic=True), Run("x", italic=True, level=-1))
    assert symbol("slope") == (Run("slope"),)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Binomial(n[bag], theta[day[bag]])", "Binomial(n, θ)"),
        ("beta[county[home], slope] * x[home] - 1", "β_slope x − 1"),
        ("Normal(phi * x[t-1], sigma)", "Normal(φ x_(t−1), σ)"),
        ("w + y[t-1]^2", "w + y_(t−1)^2"),
        ("s^-2 + a^(1 - b)", "s^−2 + a^(1−b)"),
        ("[0.9, 0.1]", "[0.9, 0.1]"),
        (r'u["a]\\ \"b"] + 1', r'u_(a]\ "b) + 1'),
        ("MultiNormal(0,\n  sd = tau, corr = R)", "MultiNormal(0, sd = τ, corr = R)"),
        ("if a <= b then exp(mu) else inf", "if a ≤ b then exp(μ) else ∞"),
        ("MultiNormal(m, [[s[g]^2, c[g]], [c[g], 1]])", "MultiNormal(m, [[s^2, c], [c, 1]])"),
    ],
)
def test_formula(text: str, shown: str) -> None:
    assert plain(formula(text, frozenset({"slope"}))) == shown


def test_a_subscript_is_narrower_than_its_letter() -> None:
    assert width((Run("x", level=-1),), 10) == pytest.approx(0.7 * width((Run("x"),), 10))
    assert width((Run("mm"),), 10) == pytest.approx(2 * width((Run("m"),), 10))
    assert width((Run("日"),), 10) == 10


def test_long_lines_are_broken_at_spaces_and_cut_only_then() -> None:
    text = formula("a + b + c + d + e")
    room = width(text, 10) * 0.6
    lines = balanced(text, 10, room, 2)
    assert " ".join(map(plain, lines)) == "a + b + c + d + e"
    assert all(width(line, 10) <= room for line in lines)
    (cut,) = balanced(text, 10, room, 1)
    assert plain(cut).endswith("…")
    assert width(cut, 10) <= room
    assert shortened(text, 10, 1000) == text
    assert [plain(line) for line in wrapped("one two", 10, 20)] == ["one", "two"]
