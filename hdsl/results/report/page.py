"""The whole page."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from hdsl.results.fit import Fit
from hdsl.results.plots.subject import Subject
from hdsl.results.report import sections
from hdsl.results.report.figures import drawn
from hdsl.results.report.markup import Markup, join, tag
from hdsl.results.summary import Family

_LONGEST = {": ": 70, ". ": 110}
"""Where a description may be divided into a title and the rest, and how long the title may be."""


def page(fit: Fit, record: Mapping[str, Any] | None = None) -> str:
    """A fit as an HTML page that needs nothing else.

    Parameters
    ----------
    record
        What the folder of a run says of it: the command, and when it ran.
    """
    record = record or {}
    subject = Subject(fit)
    title, lead = _title(fit, subject)
    parts = _parts(fit, subject, record)
    body = join(
        tag("a", "Skip to the results", href="#results", class_="skip"),
        tag(
            "div",
            _header(fit, record, title, lead),
            tag("main", sections.verdict(fit), _contents(parts), *map(_section, parts)),
            tag("footer", tag("p", f"Written by hdsl {fit.facts.versions.get('hdsl', '')}.")),
            class_="page",
        ),
        tag("script", Markup(_asset("script.js"))),
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy()),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", Markup(_asset("style.css"))),
    )
    return f'<!DOCTYPE html>\n<html lang="en">{head}<body>{body}</body></html>\n'


def _parts(fit: Fit, subject: Subject, record: Mapping[str, Any]) -> list[tuple[str, str, Markup]]:
    """Id, title and content of the sections that have something to say."""
    families = fit.summary(all=True).families
    filled = [family for family in families if _is_filled(fit, family)]
    others = [family for family in families if not _is_filled(fit, family)]
    found, lacking = drawn(subject)
    checks = [figure for figure in found if figure.is_check]
    chains = [figure for figure in found if figure.is_of_chains]
    figures = [figure for figure in found if not figure.is_check and not figure.is_of_chains]
    everything: Sequence[tuple[str, str, Markup | None]] = (
        ("model", "The model", sections.model(fit, subject)),
        ("picture", "In a picture", sections.picture(subject)),
        ("mathematics", "In mathematics", sections.mathematics(subject)),
        ("plan", "How it was computed", sections.plan(fit)),
        ("results", "Results", sections.results(fit, others)),
        ("figures", "Figures", sections.figures(figures, lacking)),
        ("checks", "Posterior predictive checks", sections.checks(fit, checks)),
        ("chains", "How the chains went", sections.figures(chains, "")),
        ("missing", "Missing values", sections.missing(filled)),
        ("again", "How to run it again", sections.reproduction(fit, record)),
    )
    return [(name, title, content) for name, title, content in everything if content]


def _is_filled(fit: Fit, family: Family) -> bool:
    """Whether a family holds the missing cells of data."""
    return family.variable.name in {*fit.observed_data, *fit.constant_data}


def _header(fit: Fit, record: Mapping[str, Any], title: str, lead: str) -> Markup:
    chains = "1 chain" if fit.num_chains == 1 else f"{fit.num_chains} chains"
    facts = [fit.facts.model_name, f"{chains} of {fit.num_draws} draws", f"seed {fit.facts.seed}"]
    if record.get("finished"):
        facts.append(str(record["finished"])[:10])
    return tag(
        "header",
        tag("h1", title),
        tag("p", lead, class_="lead") if lead else None,
        tag("p", " · ".join(facts), class_="facts"),
    )


def _title(fit: Fit, subject: Subject) -> tuple[str, str]:
    """The model's description: up to its first colon or full stop, and the rest."""
    text = subject.graph.description if subject.graph is not None else ""
    for mark in sorted(_LONGEST, key=lambda mark: len(text.partition(mark)[0])):
        first, found, rest = text.partition(mark)
        if found and len(first) <= _LONGEST[mark]:
            return first, rest[:1].upper() + rest[1:]
    if text and len(text) <= _LONGEST[". "]:
        return text.removesuffix("."), ""
    return _short_name(fit.facts.model_name), text


def _short_name(name: str) -> str:
    """The name of a file without its ending; of a file ``model.hbm`` that of its folder."""
    *folders, last = name.removesuffix(".hbm").split("/")
    return folders[-1] if last == "model" and folders else last


def _contents(parts: Sequence[tuple[str, str, Markup]]) -> Markup:
    items = [tag("li", tag("a", title, href=f"#{name}")) for name, title, _ in parts]
    return tag("nav", tag("ul", *items), aria_label="Contents")


def _section(part: tuple[str, str, Markup]) -> Markup:
    name, title, content = part
    heading = tag("h2", title, id=f"{name}-title")
    return tag("section", heading, content, id=name, aria_labelledby=f"{name}-title")


@cache
def _asset(name: str) -> str:
    return (files("hdsl.results.report") / name).read_text(encoding="utf-8")


def _policy() -> str:
    """Nothing may be loaded, and no script may run but the page's own."""
    digest = hashlib.sha256(_asset("script.js").encode()).digest()
    script = base64.b64encode(digest).decode("ascii")
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
    )
