"""What a report says, section by section; a section that has nothing to say is nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hdsl.diagnostics import Diagnostic
from hdsl.notation.mathematics import Mathematics
from hdsl.picture.view import picture_of
from hdsl.plan.planner import Options, make_plan
from hdsl.results.fit import Fit
from hdsl.results.plots.subject import Subject
from hdsl.results.predictive import predictive_checks
from hdsl.results.report.figures import Drawn, figure_element, on_paper
from hdsl.results.report.highlight import highlighted
from hdsl.results.report.markup import Markup, join, prose, tag
from hdsl.results.report.tables import check_table, plain_table, summary_table
from hdsl.results.summary import Family
from hdsl.syntax.parse import parse

_MEANING = (
    "The answer is a set of draws from the posterior: values of the unknowns, each as often as it "
    "is probable given the model and the data. A mean or an interval is computed from them.",
    "R-hat compares the chains, which began at different places: at 1.00 they tell the same; above "
    "1.01 they do not yet.",
    "Effective draws (ESS) say how many independent draws they are worth; 400 are enough for means "
    "and intervals. MCSE is the error of a mean that comes from having finitely many draws.",
    "That the draws can be trusted says nothing on whether the model is a good one: see the "
    "posterior predictive checks.",
)


def verdict(fit: Fit) -> Markup:
    """Whether the draws can be trusted, what speaks against it, and what these words mean."""
    kind, title = _judgement(fit)
    findings = [_finding(fit, found) for found in fit.diagnostics]
    meaning = tag(
        "details",
        tag("summary", "What this means"),
        *(tag("p", sentence) for sentence in _MEANING),
    )
    return tag(
        "section",
        tag("h2", title, id="verdict"),
        tag("p", prose(fit.verdict)),
        *findings,
        meaning,
        class_=f"verdict {kind}",
        aria_labelledby="verdict",
    )


def _judgement(fit: Fit) -> tuple[str, str]:
    if not fit.trusted:
        return "bad", "✗ The draws can’t be trusted"
    if fit.diagnostics:
        return "care", "! The draws can be used with care"
    return "good", "✓ The draws can be trusted"


def _finding(fit: Fit, found: Diagnostic) -> Markup:
    place: Markup | None = None
    if found.span is not None:
        line, _ = fit.source.position(found.span.start)
        place = join(" (", tag("a", f"line {line}", href=f"#line-{line}"), ")")
    return tag(
        "div",
        tag("p", tag("strong", prose(found.title)), place, " ", tag("code", found.code)),
        tag("p", "Cause: ", prose(found.cause)) if found.cause else None,
        tag("p", "Try this: ", prose(found.help)) if found.help else None,
        class_="finding",
    )


def model(fit: Fit, subject: Subject) -> Markup:
    """The text, and what its comments say of each quantity."""
    meanings = list(_meanings(subject))
    listed = [piece for name, text in meanings for piece in (tag("dt", name), tag("dd", text))]
    return join(
        tag("dl", *listed, class_="meanings") if listed else None,
        highlighted(fit.facts.model_text),
    )


def _meanings(subject: Subject) -> Iterator[tuple[str, str]]:
    graph = subject.graph
    if graph is None:
        return
    seen: set[str] = set()
    for name, item in (*graph.data.items(), *graph.nodes.items()):
        axes = getattr(item, "axes", ())
        internal = getattr(item, "is_internal", False)
        if item.description and name not in seen and not internal:
            seen.add(name)
            chosen = (graph.selections.get(axis) for axis in axes)
            over = [
                a for axis, c in zip(axes, chosen, strict=True) for a in (c.over if c else (axis,))
            ]
            yield (f"{name}[{', '.join(over)}]" if over else name), item.description


def picture(subject: Subject) -> Markup | None:
    """The plate diagram, with what became of each node."""
    if subject.graph is None:
        return None
    bound = subject.bound
    graph = subject.graph if bound is None else bound.graph
    settings = subject.fit.facts.settings
    options = Options(
        frozenset(settings.get("without", ())),
        frozenset(settings.get("keep", ())),
        settings.get("sampler", "auto"),
    )
    found = picture_of(graph, bound, make_plan(graph, options, bound), captions=False)
    return tag("figure", on_paper(Markup(found.svg("diagram")), "The plate diagram of the model"))


def mathematics(subject: Subject) -> Markup | None:
    """The factorised posterior and all statements, typeset."""
    if subject.graph is None:
        return None
    return Markup(Mathematics(parse(subject.fit.source), subject.graph).html)


def plan(fit: Fit) -> Markup | None:
    """How the draws were made."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", fit.plan)
    return tag("pre", tag("code", text), tabindex=0) if text.strip() else None


def results(fit: Fit, families: Sequence[Family]) -> Markup | None:
    """The table of all quantities."""
    if not families:
        return None
    chains = "1 chain" if fit.num_chains == 1 else f"{fit.num_chains} chains"
    caption = (
        f"What is known of each quantity, from {chains} of {fit.num_draws} draws. With probability "
        "90 % a quantity lies between its 5 % and its 95 % quantile. Red numbers are out of bounds."
    )
    return summary_table(families, caption, "quantities")


def missing(families: Sequence[Family]) -> Markup | None:
    """What the model says of missing cells of data."""
    if not families:
        return None
    caption = "Missing cells of the data: unknowns like others, each with what is known of it."
    return summary_table(families, caption, "imputed")


def figures(found: Sequence[Drawn], lacking: str) -> Markup | None:
    """The figures that the model calls for."""
    if not found and not lacking:
        return None
    note = tag("p", "Left out: ", prose(lacking), ".") if lacking else None
    return join(tag("div", *map(figure_element, found), class_="gallery") if found else None, note)


def checks(fit: Fit, found: Sequence[Drawn]) -> Markup | None:
    """Whether data like these come out of the model."""
    numbers = predictive_checks(fit)
    if not numbers and not found:
        return None
    far = [check for check in numbers if check.is_far]
    opening = (
        "Data were drawn anew from the posterior, and are compared with those that were observed. "
    )
    if not numbers:
        judged = "Where the observed data lie apart, the model misses something."
    elif far:
        named = ", ".join(f"the {check.statistic} of `{check.data}`" for check in far)
        judged = f"Unusual among the replicates, so that the model misses something: {named}."
    else:
        judged = "None of these statistics is unusual among the replicates."
    bounds = [f"`{v.name}`" for v in fit.variables if v.at_least or v.at_most]
    if bounds:
        judged += (
            f" Some of {' and '.join(bounds)} are known only up to a bound, and new data are not "
            "cut there: the distribution of such data is estimated as Kaplan and Meier do, and "
            "compared as far as they reach."
        )
    return join(
        tag("p", opening, prose(judged)),
        check_table(numbers) if numbers else None,
        tag("div", *map(figure_element, found), class_="gallery") if found else None,
    )


def reproduction(fit: Fit, record: Mapping[str, Any]) -> Markup:
    """How to get the same draws again."""
    facts = fit.facts
    again = str(record.get("again") or f"hdsl run {facts.model_name} --seed {facts.seed}")
    rows: list[tuple[str, str]] = [("seed", str(facts.seed))]
    for key, title in (("began", "began"), ("finished", "finished")):
        if record.get(key):
            rows.append((title, str(record[key]).replace("T", " ").replace("+00:00", " UTC")))
    rows += [(key.replace("_", " "), _setting(value)) for key, value in facts.settings.items()]
    timings = [(f"{stage}, s", f"{seconds:.2f}") for stage, seconds in facts.timings.items()]
    files = [(name, digest) for name, digest in facts.data_fingerprint.items()]
    return join(
        tag("p", "The same model, data, seed and versions give the same draws:"),
        tag("pre", tag("code", again), tabindex=0),
        plain_table("Data, with their SHA-256.", files) if files else None,
        tag(
            "details",
            tag("summary", "Settings, versions and times"),
            plain_table("Settings.", rows),
            plain_table("Versions.", list(facts.versions.items())),
            plain_table("Time that each stage took.", timings) if timings else None,
        ),
    )


def _setting(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return f"{value:g}" if isinstance(value, float) else str(value)
