"""Names and comments on axes: any letters are drawn, and nothing is taken for mathematics."""

from __future__ import annotations

import random

import pytest
from matplotlib import cbook
from matplotlib.mathtext import MathTextParser

from hdsl.results.plots.letters import described, meaning, plain, symbol, verbatim

SIGNS = [*"a\\$^_{} %#&~'[]\"", "^2", "^(-1)", "é", "\\frac", "alpha", "theta_x", "群", "__"]


@pytest.mark.parametrize("seed", range(4))
def test_every_text_can_be_drawn(seed: int) -> None:
    chosen = random.Random(seed)
    parser = MathTextParser("path")
    for _ in range(500):
        text = "".join(chosen.choices(SIGNS, k=chosen.randint(1, 9)))
        for drawn in (
            meaning(text), symbol(text), plain(text), verbatim(text), symbol(f"u[{text}]"),
            described("theta_x", text),
        ):  # fmt: skip
            if cbook.is_math_text(drawn):
                parser.parse(drawn)


def test_names() -> None:
    assert symbol("theta_next") == r"$\mathit{θ}_{\mathrm{next}}$"
    assert symbol("u[a\\b]") == "$u$[a\\b]"
    assert symbol("__") == "__"
    assert symbol("μ_群") == "μ_群"
    long = symbol(f"{'first' * 10}_{'last' * 10}")
    assert len(long) == 40
    assert long.startswith("firstfirst")
    assert long.endswith("lastlast")
