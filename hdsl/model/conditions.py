"""The condition after ``where``: which rows of a file are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hdsl.data import Field, Table
from hdsl.diagnostics import Report
from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.functions import FUNCTIONS
from hdsl.model.element_names import listed
from hdsl.source import Span
from hdsl.syntax import tree

_ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "^": "power"}
_COMPARISONS = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


class Mistaken(Exception):
    """A mistake in the condition has been reported."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Values of a part of the condition, one a row or one for all."""

    values: Any
    missing: Any
    kind: Literal["number", "text"]
    column: Field | None = None


def rows_kept(
    condition: tree.Expression,
    table: Table,
    report: Report,
    aliases: Mapping[str, str] | None = None,
) -> NDArray[np.bool_] | None:
    """Which rows of a table fulfil a condition; `None` where a mistake was reported.

    A comparison with a missing cell holds for no row, nor does its negation.

    Parameters
    ----------
    condition
        What follows ``where``; its names are columns, its texts columns or texts.
    table
        The file; it must have rows.
    report
        Where mistakes go: HB473 to HB476.
    aliases
        Names that the model gives to columns, for suggestions.
    """
    reader = _Reader(table, report, aliases or {})
    try:
        found = reader.read(condition)
        if found.kind == "text":
            raise reader.fail(
                "HB475",
                "a text cannot be a condition",
                condition.span,
                cause="`where` keeps the rows for which its condition holds",
                help='compare it with a text: `where kind == "Plain"`',
            )
    except Mistaken:
        return None
    with np.errstate(all="ignore"):
        holds = (np.asarray(found.values) != 0) & ~np.asarray(found.missing)
    size = 0 if table.rows is None else table.rows.size
    return np.broadcast_to(holds, (size,)).copy()


@dataclass
class _Reader:
    table: Table
    report: Report
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])

    def fail(self, code: str, title: str, span: Span, *, cause: str, help: str = "") -> Mistaken:
        self.report.add(code, title, span, cause=cause, help=help)
        return Mistaken()

    def read(self, e: tree.Expression) -> Cells:
        match e:
            case tree.Number(value):
                return Cells(value, False, "number")
            case tree.Boolean(value):
                return Cells(float(value), False, "number")
            case tree.Infinity():
                return Cells(np.inf, False, "number")
            case tree.String(value):
                return self._text(value)
            case tree.Name(text):
                return self._name(text, e.span)
            case tree.Unary(operator, operand):
                return self._unary(operator, operand)
            case tree.Binary("and" | "or" as operator, left, right):
                return self._logical(operator, self._truth(left), self._truth(right))
            case tree.Binary(operator, left, right) if operator in _ARITHMETIC:
                return self._apply(_ARITHMETIC[operator], self._number(left), self._number(right))
            case tree.Comparison(operators, operands):
                return self._chain(operators, operands)
            case tree.Conditional():
                return self._choice(e)
            case tree.Call():
                return self._call(e)
            case _:
                raise self.fail(
                    "HB476",
                    "this cannot stand in `where`",
                    e.span,
                    cause="a condition on rows is made of columns, numbers, texts, comparisons, "
                    "`and`, `or`, `not`, arithmetic, `missing(…)` and `if`",
                    help="use only these, or add a column to the file",
                )

    def _column(self, column: Field) -> Cells:
        kind = "text" if column.kind == "text" else "number"
        return Cells(column.values, column.missing, kind, column)

    def _text(self, text: str) -> Cells:
        if text in self.table.fields:
            return self._column(self.table.fields[text])
        return Cells(text, False, "text")

    def _name(self, name: str, span: Span) -> Cells:
        if name in self.table.fields:
            return self._column(self.table.fields[name])
        alias = self.aliases.get(name)
        near = get_close_matches(name, list(self.table.fields), n=1)
        if alias is not None and alias in self.table.fields:
            advice = f"the file calls it `{alias}`"
            if not alias.isidentifier():
                advice += f': write `"{alias}"`'
        elif near:
            advice = f"did you mean `{near[0]}`?"
        else:
            advice = f"the columns are {listed(list(self.table.fields), 8)}"
        raise self.fail(
            "HB473",
            f"`{self.table.name}` has no column `{name}`",
            span,
            cause="names in `where` are columns of the file",
            help=advice,
        )

    def _number(self, e: tree.Expression) -> Cells:
        found = self.read(e)
        if found.kind == "text":
            why = found.column.why_text() if found.column is not None else ""
            raise self.fail(
                "HB475",
                "a text stands where a number is needed",
                e.span,
                cause=f"{why}" if why else "arithmetic needs numbers",
                help=found.column.text_help() if found.column is not None else "",
            )
        return found

    def _truth(self, e: tree.Expression) -> Cells:
        found = self._number(e)
        return Cells(np.asarray(found.values) != 0, found.missing, "number")

    def _unary(self, operator: str, operand: tree.Expression) -> Cells:
        if operator == "not":
            inner = self._truth(operand)
            return Cells(~inner.values, inner.missing, "number")
        inner = self._number(operand)
        return inner if operator == "+" else self._apply("negative", inner)

    def _logical(self, operator: str, left: Cells, right: Cells) -> Cells:
        # An unknown side leaves the outcome open only if the other side doesn't settle it.
        settles = operator == "or"
        either = left.missing | right.missing
        settled = (~np.asarray(left.missing) & (left.values == settles)) | (
            ~np.asarray(right.missing) & (right.values == settles)
        )
        joined = left.values | right.values if settles else left.values & right.values
        return Cells(np.where(settled, settles, joined), either & ~settled, "number")

    def _apply(self, function: str, *arguments: Cells) -> Cells:
        with np.errstate(all="ignore"):
            values = FUNCTIONS[function].compute(
                numpy_arrays(), *(np.asarray(a.values, float) for a in arguments)
            )
        missing = np.logical_or.reduce(np.broadcast_arrays(*(a.missing for a in arguments)))
        return Cells(values, missing | np.isnan(values), "number")

    def _chain(self, operators: tuple[str, ...], operands: tuple[tree.Expression, ...]) -> Cells:
        holds: Cells | None = None
        for operator, left, right in zip(operators, operands, operands[1:], strict=False):
            link = self._compared(operator, left, right)
            holds = link if holds is None else self._logical("and", holds, link)
        assert holds is not None
        return holds

    def _compared(self, operator: str, left: tree.Expression, right: tree.Expression) -> Cells:
        a, b = self._side(left, right), self._side(right, left)
        if a.kind != b.kind:
            text, number = (
                (a, left) if a.kind == "text" else (b, right),
                ((b, right) if a.kind == "text" else (a, left)),
            )
            raise self._unlike(text[0], text[1], number[0], number[1])
        with np.errstate(all="ignore"):
            values = _COMPARISONS[operator](np.asarray(a.values), np.asarray(b.values))
        return Cells(values.astype(bool), a.missing | np.asarray(b.missing), "number")

    def _side(self, e: tree.Expression, other: tree.Expression) -> Cells:
        """One side of a comparison; a bare word beside a text column was meant as a text."""
        if isinstance(e, tree.String) and self._is_text_column(other):
            named = self.table.fields.get(e.value)
            if named is None or named.kind != "text":
                return Cells(e.value, False, "text")
        if isinstance(e, tree.Name) and e.text not in self.table.fields:
            column = self._is_text_column(other)
            if column is not None and e.text not in self.aliases:
                raise self.fail(
                    "HB474",
                    f"`{self.table.name}` has no column `{e.text}`",
                    e.span,
                    cause=f"bare names in `where` are columns, and column `{column}` holds texts",
                    help=f'write the text in quotes: `"{e.text}"`',
                )
        return self.read(e)

    def _is_text_column(self, e: tree.Expression) -> str | None:
        name = e.text if isinstance(e, tree.Name) else None
        name = e.value if isinstance(e, tree.String) else name
        found = self.table.fields.get(name) if name is not None else None
        return name if found is not None and found.kind == "text" else None

    def _unlike(
        self, text: Cells, text_at: tree.Expression, number: Cells, number_at: tree.Expression
    ) -> Mistaken:
        if text.column is not None:
            cause = text.column.why_text()
            advice = text.column.text_help() or "write the text to compare with in quotes"
        else:
            name = number.column.name if number.column is not None else ""
            cause = f"column `{name}` holds numbers" if name else "the other side is a number"
            advice = "write a number without quotes"
        return self.fail(
            "HB475",
            "a text is compared with a number",
            text_at.span.to(number_at.span),
            cause=cause,
            help=advice,
        )

    def _choice(self, e: tree.Conditional) -> Cells:
        condition = self._truth(e.condition)
        then, otherwise = self.read(e.then), self.read(e.otherwise)
        if then.kind != otherwise.kind:
            raise self.fail(
                "HB475",
                "the branches of this `if` are a text and a number",
                e.span,
                cause="both branches of an `if` are of one kind",
            )
        values = np.where(condition.values, then.values, otherwise.values)
        missing = condition.missing | np.where(condition.values, then.missing, otherwise.missing)
        return Cells(values, missing, then.kind)

    def _call(self, e: tree.Call) -> Cells:
        arguments = [a.value for a in e.arguments if a.name is None]
        known = FUNCTIONS.get(e.function)
        if known is None or not known.public or e.conditions or len(arguments) != known.arity:
            raise self.fail(
                "HB476",
                f"`{e.function}(…)` cannot stand in `where`",
                e.span,
                cause="a condition on rows looks at one row at a time: columns, comparisons, "
                "`missing(…)` and functions of a number such as `log(…)`",
                help="use only these, or add a column to the file",
            )
        if e.function == "missing":
            inner = self.read(arguments[0])
            return Cells(np.asarray(inner.missing), False, "number")
        return self._apply(e.function, *(self._number(a) for a in arguments))
