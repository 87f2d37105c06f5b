"""Figures and pictures of a report, each within the page itself."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from hdsl.diagnostics import HdslError
from hdsl.results.plots.subject import Subject
from hdsl.results.report.markup import Markup, prose, tag

_LARGEST_SVG = 200_000
_CHECKS = ("ppc", "predictive")
_CHAINS = ("trace", "rank", "energy")


@dataclass(frozen=True)
class Drawn:
    """A figure as a page holds it."""

    kind: str
    shows: str
    names: tuple[str, ...]
    address: str
    width: int
    height: int

    @property
    def caption(self) -> str:
        """What it shows, and of what."""
        shows = f"{self.shows[:1].upper()}{self.shows[1:]}"
        return f"{shows}: {', '.join(f'`{n}`' for n in self.names)}." if self.names else f"{shows}."

    @property
    def is_check(self) -> bool:
        """Whether it compares data with replicates."""
        return any(word in self.kind for word in _CHECKS)

    @property
    def is_of_chains(self) -> bool:
        """Whether it shows how the sampler went."""
        return self.kind in _CHAINS


def drawn(subject: Subject) -> tuple[list[Drawn], str]:
    """The figures that the model calls for; and why there are none, or fewer."""
    try:
        from hdsl.results.plots.registry import suggested

        wanted = suggested(subject)
    except (ImportError, HdslError) as error:
        return [], _reason(error)
    found: list[Drawn] = []
    missing: list[str] = []
    for kind, names in wanted:
        try:
            found += _figure(subject, kind.name, names)
        except (ImportError, HdslError) as error:
            missing.append(_reason(error))
    return found, "; ".join(dict.fromkeys(missing))


def _figure(subject: Subject, name: str, names: tuple[str, ...]) -> Iterator[Drawn]:
    from hdsl.results.plots.registry import kind_of, make
    from hdsl.results.plots.style import image
    from hdsl.results.plots.wishes import Wishes

    kind = kind_of(name)
    figure = make(kind, subject, Wishes(names))
    width, height = (round(96 * inches) for inches in figure.get_size_inches())
    content, form = image(figure, "svg"), "svg+xml"
    if len(content) > _LARGEST_SVG:
        content, form = image(figure, "png"), "png"
    yield Drawn(kind.name, kind.shows, names, data_address(content, form), width, height)


def data_address(content: bytes, form: str) -> str:
    """Content as an address that is the content itself."""
    return f"data:image/{form};base64,{base64.b64encode(content).decode('ascii')}"


def figure_element(figure: Drawn) -> Markup:
    """A figure with its caption; its text for those who don't see it says the same."""
    image = tag(
        "img",
        src=figure.address,
        alt=figure.caption.replace("`", ""),
        width=figure.width,
        height=figure.height,
    )
    paper = on_paper(image, figure.shows)
    return tag("figure", paper, tag("figcaption", prose(figure.caption)))


def on_paper(picture: Markup, label: str) -> Markup:
    """A picture on white, which scrolls sideways where it would become too small."""
    return tag("div", picture, class_="paper", tabindex=0, role="region", aria_label=label)


def _reason(error: Exception) -> str:
    if isinstance(error, HdslError):
        first = error.diagnostics[0]
        return f"{first.title} ({first.help})" if first.help else first.title
    return "figures need matplotlib: pip install 'hdsl[plots]'"
