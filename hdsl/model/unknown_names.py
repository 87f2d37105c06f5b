"""Names and labels that mean nothing where they stand."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NoReturn

from hdsl.diagnostics import Label as Place
from hdsl.model.graph import SetDeclaration
from hdsl.model.scope import Failed, Scope
from hdsl.source import Span
from hdsl.syntax import tree

if TYPE_CHECKING:
    from hdsl.model.translate import Translator


def report_unknown(read: Translator, name: tree.Name, scope: Scope) -> NoReturn:
    """Report a name that means nothing here."""
    text = name.text
    if text in read.names.sets:
        read.fail(
            "HB301",
            f"running index `{text}` is not bound here",
            name.span,
            labels=[Place(read.names.sets[text].span, f"`{text}` is an index set")],
            cause="a running index must stand on the left of the statement, or after `for`",
            help=_element_of_row(read, text, scope)
            or f"write `[{text}]` on the left, or reduce: `sum(… for {text})`",
        )
    if text in read.names.broken:
        raise Failed
    read.names.broken.add(text)
    near = nearest(read, text, scope)
    declared = read.declared(near) if near is not None else tree.NOWHERE
    read.fail(
        "HB201",
        f"unknown name `{text}`",
        name.span,
        labels=[Place(declared, f"`{near}` is declared here")] if declared.end else [],
        cause="every name is data, an index, or stands left of `~` or `=` somewhere in the model",
        help=f"did you mean `{near}`?"
        if near is not None
        else f"define it: `{text} ~ …`, `{text} = …` or `data {text}`",
    )


def _element_of_row(read: Translator, set_name: str, scope: Scope) -> str:
    """Data that say which label of a set belongs to each element of the left side."""
    for declared in read.names.data.values():
        if declared.type == set_name and declared.axes and set(declared.axes) <= set(scope.running):
            rows = ", ".join(declared.axes)
            return f"for the `{set_name}` of each `{rows}` write `[{declared.name}[{rows}]]`"
    return ""


def nearest(read: Translator, text: str, scope: Scope) -> str | None:
    """The known name that is most like one that is not known."""
    known = [*scope.locals, *scope.running, *read.names.all_names()]
    return next(iter(difflib.get_close_matches(text, known, 1, 0.6)), None)


def report_unknown_label(
    read: Translator, name: tree.Name, set_name: str, scope: Scope
) -> NoReturn:
    """Report a name that means nothing, where a label of an index set would do."""
    declared = read.names.sets[set_name]
    labels = [str(label) for label in declared.labels or ()][:200]
    if difflib.get_close_matches(name.text, labels, 1, 0.5):
        report_wrong_label(read, name.text, set_name, name.span)
    if nearest(read, name.text, scope) is not None:
        report_unknown(read, name, scope)
    if declared.labels is not None:
        report_wrong_label(read, name.text, set_name, name.span)
    read.fail(
        "HB201",
        f"unknown name `{name.text}`",
        name.span,
        cause="a bare name is an index, a label that the file declares, or a quantity",
        help=f'if it is a label of `{set_name}` that only the data know, quote it: `"{name.text}"`',
    )


def report_wrong_label(read: Translator, label: str | float, set_name: str, span: Span) -> NoReturn:
    """Report a label that its index set does not have."""
    declared = read.names.sets[set_name]
    known = [str(x) for x in declared.labels or () if isinstance(label, str)][:200]
    near = difflib.get_close_matches(str(label), known, 1, 0.5)
    near = near or [x for x in known if x.casefold() == str(label).casefold()]
    shown = f"{label:g}" if isinstance(label, float) else label
    read.fail(
        "HB304",
        f"`{shown}` is not a label of `{set_name}`",
        span,
        labels=[Place(declared.span, "its labels are listed here")],
        cause="an element is named by its label, never by its position"
        if isinstance(label, float)
        else f"only a label of `{set_name}` can stand here",
        help=f"did you mean `{near[0]}`?" if near else f"choose one of {_listed(declared)}",
    )


def _listed(declared: SetDeclaration) -> str:
    labels = declared.labels or ()
    shown = [f"`{x:g}`" if isinstance(x, float | int) else f"`{x}`" for x in labels[:8]]
    return ", ".join(shown) + (", …" if len(labels) > 8 else "")
