"""Models from text, bound to data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hdsl.diagnostics import Diagnostic, HdslError
from hdsl.model.bind import bind
from hdsl.model.check import check
from hdsl.model.graph import Bound, ModelGraph
from hdsl.source import Source
from hdsl.syntax.parse import parse


def graph_of(text: str) -> ModelGraph:
    source = Source(text)
    graph, _ = check(parse(source), source)
    return graph


def bound(text: str, given: Any = None, folder: Path | None = None, **options: Any) -> Bound:
    return bind(graph_of(text), folder=folder, given=given, **options)


def mistakes(
    text: str, given: Any = None, folder: Path | None = None, **options: Any
) -> tuple[Diagnostic, ...]:
    try:
        bind(graph_of(text), folder=folder, given=given, **options)
    except HdslError as error:
        return error.diagnostics
    return ()


def one_mistake(
    text: str, given: Any = None, folder: Path | None = None, **options: Any
) -> Diagnostic:
    found = mistakes(text, given, folder, **options)
    assert len(found) == 1, found
    return found[0]


def under(text: str, diagnostic: Diagnostic) -> str:
    """The part of the model that a mistake points at."""
    assert diagnostic.span is not None
    return Source(text).excerpt(diagnostic.span)
