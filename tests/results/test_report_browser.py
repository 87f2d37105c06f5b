"""The report in a real browser: Chromium, without a window and without network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from report_run import EVIL, report

import hdsl

pytest.importorskip("playwright")
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
MILKY_WAY = Path(__file__).parents[2] / "examples" / "milky_way" / "latent.hbm"
pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="there is no Chromium"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    place: Path = tmp_path_factory.mktemp("report") / "report.html"
    place.write_text(report(), encoding="utf-8")
    return place.as_uri()


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Any]:
    """The page, and what the browser said of it."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    view = context.new_page()
    view.complaints = []
    view.on("console", lambda message: view.complaints.append(message.text))
    view.on("pageerror", lambda error: view.complaints.append(str(error)))
    view.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("data:", address))
            else view.complaints.append(request.url)
        ),
    )
    view.goto(address)
    yield view
    assert view.complaints == []
    context.close()


def rows(view: Any) -> list[str]:
    return view.eval_on_selector_all(
        "#quantities tbody tr:not([hidden]) th", "cells => cells.map(cell => cell.textContent)"
    )


def test_it_is_quiet_and_whole(opened: Any) -> None:
    assert opened.title() == "Bags & boxes"
    sizes = opened.eval_on_selector_all("img", "all => all.map(image => image.naturalWidth)")
    assert sizes
    assert all(size > 0 for size in sizes)
    assert opened.locator("math").count() > 10
    assert opened.locator("#picture svg").count() == 1


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_sticks_out_sideways(opened: Any, width: int) -> None:
    opened.evaluate("document.querySelector('h1').textContent += 'very_long_name_'.repeat(9)")
    opened.set_viewport_size({"width": width, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [390, 800, 1200])
def test_long_formulas_fit_the_page(browser: Any, tmp_path: Path, width: int) -> None:
    style = (Path(hdsl.__file__).parent / "results" / "report" / "style.css").read_text("utf-8")
    head = f'<!doctype html><meta charset="utf-8"><style>{style}</style>'
    written = f'{head}<div class="page">{hdsl.load(MILKY_WAY).math().html}</div>'
    place = tmp_path / "formulas.html"
    place.write_text(written, encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(place.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # A matrix of long numbers can't be broken, and may be moved with a finger.
    wide = page.eval_on_selector_all(
        ".line, .lines",
        """all => all.filter(element => !element.querySelector("mtable"))
        .filter(element => element.scrollWidth > element.clientWidth + 1)
        .map(element => element.textContent)""",
    )
    assert wide == []
    # Of the ways to break a formula one is shown.
    shown = page.eval_on_selector_all(
        ".right:has(.at)",
        """all => all.map(cell => [...cell.children].filter(way => way.offsetParent).length)""",
    )
    assert shown
    assert max(shown) == 1
    page.close()


def test_search_by_keyboard(opened: Any) -> None:
    assert len(rows(opened)) == 25
    opened.get_by_label("Search").first.focus()
    opened.keyboard.type("theta script")
    assert rows(opened) == [f"theta[{EVIL}]"]
    assert opened.get_by_role("status").first.text_content() == "1–1 of 1 found, 42 in all"
    opened.keyboard.press("Control+A")
    opened.keyboard.type("nothing like it")
    assert rows(opened) == []
    opened.keyboard.press("Control+A")
    opened.keyboard.press("Delete")
    assert len(rows(opened)) == 25


def test_sorting_by_keyboard(opened: Any) -> None:
    button = opened.get_by_role("button", name="mean", exact=True)
    button.focus()
    opened.keyboard.press("Enter")
    head = opened.locator("#quantities thead th").nth(1)
    assert head.get_attribute("aria-sort") == "ascending"
    means = values(opened)
    assert means == sorted(means)
    opened.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "descending"
    assert values(opened) == sorted(values(opened), reverse=True)


def values(view: Any) -> list[float]:
    return view.eval_on_selector_all(
        "#quantities tbody tr:not([hidden]) td:nth-child(2)",
        "cells => cells.map(cell => Number(cell.dataset.value))",
    )


def test_pages_by_keyboard(opened: Any) -> None:
    first = rows(opened)
    opened.get_by_role("button", name="Next").first.focus()
    opened.keyboard.press("Enter")
    second = rows(opened)
    assert len(second) == 17
    assert not set(first) & set(second)
    assert opened.get_by_role("button", name="Next").first.is_disabled()
    opened.get_by_label("Rows at a time").first.select_option("all")
    assert rows(opened) == first + second


def test_what_has_the_focus_is_seen(opened: Any) -> None:
    opened.keyboard.press("Tab")
    focused = "document.activeElement"
    assert opened.evaluate(f"{focused}.textContent") == "Skip to the results"
    assert opened.evaluate(f"{focused}.getBoundingClientRect().left >= 0")
    opened.keyboard.press("Tab")
    assert opened.evaluate(f"getComputedStyle({focused}).outlineStyle") == "solid"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_what_is_behind(opened: Any, scheme: str) -> None:
    """WCAG's contrast of at least 4.5 for every text of the page outside of pictures."""
    opened.emulate_media(color_scheme=scheme)
    faint = opened.evaluate(CONTRASTS)
    assert faint == []


def test_it_prints(opened: Any) -> None:
    opened.emulate_media(media="print")
    assert opened.locator("nav").is_hidden()
    tools = opened.locator(".tools").first
    assert tools.locator("input").is_hidden()
    assert tools.locator("button").first.is_hidden()
    # Rows that are not printed are counted.
    assert tools.locator(".count").is_visible()
    assert opened.locator(".gallery").first.evaluate("e => getComputedStyle(e).display") == "block"
    assert (
        opened.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    )
    assert opened.pdf(format="A4").startswith(b"%PDF")


CONTRASTS = """() => {
  const light = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((part) => {
      const share = Number(part) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (!/, 0\\)$/.test(color)) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const blank = !texts.currentNode.textContent.trim();
    if (blank || element.closest("svg, script, [hidden], :disabled")) continue;
    const [one, other] = [light(getComputedStyle(element).color), light(behind(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) found.push([element.outerHTML.slice(0, 80), contrast]);
  }
  return found;
}"""  # fmt: skip
