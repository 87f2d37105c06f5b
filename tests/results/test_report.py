"""The report of a run: what stands in it, and that no text of a model or of data becomes HTML."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from report_run import EVIL, report

import hdsl
from hdsl.results.predictive import predictive_checks
from hdsl.results.report.highlight import highlighted
from hdsl.results.report.markup import Markup, join, prose, tag
from hdsl.results.report.page import page


@pytest.fixture(scope="module")
def written() -> str:
    return report()


class Elements(HTMLParser):
    """The elements of a page, with their attributes; complains where they do not nest."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "input", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def elements(written: str) -> Elements:
    parser = Elements()
    parser.feed(written)
    parser.close()
    assert parser.open == []
    return parser


def test_no_text_becomes_a_tag(elements: Elements) -> None:
    tags = [name for name, _ in elements.found]
    assert tags.count("script") == 1
    assert "b" not in tags
    assert not any(key.startswith("on") for _, given in elements.found for key in given)
    assert EVIL in "".join(elements.text)


def test_nothing_is_loaded_from_elsewhere(elements: Elements) -> None:
    for _, given in elements.found:
        for key in ("src", "href", "data", "srcset", "action"):
            address = given.get(key) or "#"
            assert address.startswith(("#", "data:image/"))
    policy = next(g["content"] for n, g in elements.found if g.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")


def test_it_has_landmarks_and_one_heading(elements: Elements) -> None:
    tags = [name for name, _ in elements.found]
    for name in ("header", "main", "nav", "footer", "h1"):
        assert tags.count(name) == 1
    assert ("html", {"lang": "en"}) in elements.found
    names = [given["id"] for _, given in elements.found if "id" in given]
    assert len(names) == len(set(names))
    for name, given in elements.found:
        if name == "a":
            assert (given["href"] or "")[1:] in names
        if name == "img":
            assert given["alt"]
        if name == "section" and "aria-labelledby" in given:
            assert given["aria-labelledby"] in names


def test_sections(written: str) -> None:
    titles = re.findall(r"<h2[^>]*>(.*?)</h2>", written)
    assert titles == [
        "✓ The draws can be trusted",
        "The model",
        "In a picture",
        "In mathematics",
        "How it was computed",
        "Results",
        "Figures",
        "Posterior predictive checks",
        "How to run it again",
    ]
    assert "<h1>Bags &amp; boxes</h1>" in written
    assert written.count("<tr>") > 42


def test_every_quantity_is_in_the_table(written: str) -> None:
    table = written[written.index('id="quantities"') :]
    table = table[: table.index("</table>")]
    assert len(re.findall(r'<th scope="row"', table)) == 42
    assert table.count('<th scope="row" class="long">') == 1
    assert 'data-value="' in table


def test_very_long_tables_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hdsl.results.report.tables.MOST_ROWS", 3)
    text = "data n = 3; index i = 1..5; a[i] ~ Beta(1, 1); b ~ Beta(1, 1); n ~ Binomial(4, b)"
    written = page(hdsl.compile(text).sample(seed=1))
    assert "These are the first 3 of 6: hdsl summary RUN --all shows all." in written
    assert "a[4]" not in written[written.index('id="quantities"') :].split("</table>")[0]


def test_figures_are_in_the_page(elements: Elements) -> None:
    images = [given["src"] or "" for name, given in elements.found if name == "img"]
    assert images
    for address in images:
        head, content = address.split(",", 1)
        start = base64.b64decode(content)[:200]
        assert b"<svg" in start or b"<?xml" in start if "svg" in head else start[1:4] == b"PNG"


def test_a_bad_fit_says_so() -> None:
    text = "data y = [1, 2]; a ~ StudentT(3, 0, 100); y[i] ~ Normal(a, 1)".replace(
        "y = ", "y[i] = "
    )
    fit = hdsl.compile(text).sample(seed=1, num_chains=2, num_warmup=0, num_samples=20)
    assert not fit.trusted
    written = page(fit)
    assert "✗ The draws can’t be trusted" in written
    assert fit.diagnostics[0].code in written
    assert 'class="verdict bad"' in written


def test_a_fit_without_its_model_still_has_a_report() -> None:
    fit = hdsl.compile(
        "data y = 1; a ~ Normal(0, 1); y ~ Normal(a, f(1.0))", functions={"f": lambda x: x}
    ).sample(seed=1)
    written = page(fit)
    assert "In mathematics" not in written
    assert ">Results</h2>" in written


@pytest.mark.parametrize(
    ("name", "comment", "title"),
    [
        ("model", "", "model"),
        ("examples/radon/model.hbm", "", "radon"),
        ("examples/radon/other.hbm", "", "other"),
        ("m", "# What it is: a question?\n\n", "What it is"),
        ("m", "# What it is. Also: units.\n\n", "What it is"),
        ("m", "# What it is.\n\n", "What it is"),
        ("m", f"# {'long ' * 40}: what it is.\n\n", "m"),
    ],
)
def test_titles(name: str, comment: str, title: str) -> None:
    fit = hdsl.compile(f"{comment}a ~ Beta(1, 1)", name).sample(seed=1, num_samples=500)
    assert f"<h1>{title}</h1>" in page(fit)


def test_predictive_checks() -> None:
    fit = hdsl.compile("data y[i] = [0, 3, 1, 2]; a ~ Gamma(1, 1); y[i] ~ Poisson(a)").sample(
        seed=1
    )
    found = {check.statistic: check for check in predictive_checks(fit)}
    assert set(found) == {"mean", "sd", "minimum", "maximum", "share of zeros"}
    assert found["mean"].observed == 1.5
    assert found["sd"].observed == pytest.approx(np.std([0, 3, 1, 2], ddof=1))
    assert found["share of zeros"].observed == 0.25
    replicates = np.asarray(fit.posterior_predictive["y"]).mean(axis=2).ravel()
    above = np.mean(replicates > 1.5) + np.mean(replicates == 1.5) / 2
    assert found["mean"].above == pytest.approx(above)
    assert found["mean"].low == np.quantile(replicates, 0.05)
    assert not any(check.is_far for check in found.values())


def test_a_model_that_misses_is_found() -> None:
    data = "[0, 0, 0, 0, 0, 0, 40, 0, 0, 60]"
    fit = hdsl.compile(f"data y[i] = {data}; a ~ Gamma(1, 1); y[i] ~ Poisson(a)").sample(seed=1)
    far = {check.statistic for check in predictive_checks(fit) if check.is_far}
    assert {"sd", "maximum", "share of zeros"} <= far
    assert "the model misses something: the sd of <code>y</code>" in page(fit)


def test_missing_cells_have_a_section() -> None:
    text = "data y[i], x[i]; a ~ Normal(0, 1); y[i] ~ Normal(a, 1); x[i] ~ Normal(y[i], 1)"
    data = {"y": [1.0, float("nan"), 2.0], "x": [1.0, 2.0, 3.0]}
    written = page(hdsl.compile(text).sample(data=data, seed=1))
    section = written[written.index('id="missing"') :]
    assert "y[2]" in section[: section.index("</section>")]
    results = written[written.index('id="results"') :]
    assert "y[2]" not in results[: results.index("</section>")]


def test_markup_escapes() -> None:
    assert tag("p", "a < b & c", title='"x"') == '<p title="&quot;x&quot;">a &lt; b &amp; c</p>'
    assert tag("p", tag("b", "x"), None, hidden=True, id=None) == "<p hidden><b>x</b></p>"
    assert join("a", Markup("<i>"), "<") == "a<i>&lt;"
    assert prose("use `a < b`, or") == "use <code>a &lt; b</code>, or"
    assert prose("a ` b") == "a ` b"


def test_colours_of_the_text() -> None:
    lines = highlighted('data x[i] from "a # b.csv"  # "c" <d>\nm ~ Normal(1.5, 2)\n')
    assert '<li id="line-2">' in lines
    assert '<span class="string">&quot;a # b.csv&quot;</span>' in lines
    assert '<span class="comment"># &quot;c&quot; &lt;d&gt;</span>' in lines
    assert '<span class="keyword">data</span>' in lines
    assert '<span class="call">Normal</span>(<span class="number">1.5</span>' in lines
    plain = re.sub("<[^>]*>", "", highlighted("a = b # c").replace("</li>", "\n"))
    assert plain == "a = b # c\n"
