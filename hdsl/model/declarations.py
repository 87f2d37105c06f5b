"""Declarations: index sets, data and functions of the file."""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from dataclasses import replace
from typing import Any

from hdsl.diagnostics import Label as Place
from hdsl.distributions import DISTRIBUTIONS
from hdsl.expressions.index_set import Label
from hdsl.model.density_heads import read_head
from hdsl.model.graph import DataDeclaration, DataFile, SetDeclaration
from hdsl.model.names import Names
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression

VALUE_TYPES = ("real", "int", "count", "bool", "positive", "probability", "simplex")

_TYPES_ELSEWHERE = {
    "integer": "int", "number": "real", "numeric": "real", "float": "real", "double": "real",
    "boolean": "bool", "binary": "bool", "logical": "bool", "natural": "count", "counts": "count",
    "nonnegative": "positive", "prob": "probability", "proportion": "probability",
    "vector": "", "array": "", "matrix": "", "string": "", "str": "", "text": "", "factor": "",
    "category": "", "categorical": "",
}  # fmt: skip
"""Types of other languages, with the one that is meant."""


def declare_index(names: Names, statement: tree.IndexStatement) -> None:
    """Read ``index s = …``."""
    name = statement.name.text
    if name in names.sets:
        names.report.add(
            "HB202",
            f"index set `{name}` is declared twice",
            statement.name.span,
            labels=[Place(names.sets[name].span, "declared here first")],
            cause="each name is defined once",
            help="remove one of the two lines",
        )
        return
    declared = SetDeclaration(name, statement.name.span)
    match statement.domain:
        case tree.LabelSet(labels):
            declared = _label_set(names, declared, labels)
        case tree.List(items):
            declared = _number_set(names, declared, items)
        case tree.Range() as domain:
            names.ranges[name] = domain
    names.sets[name] = declared


def _label_set(
    names: Names, declared: SetDeclaration, labels: Sequence[tree.SetLabel]
) -> SetDeclaration:
    seen: dict[Label, tree.SetLabel] = {}
    for label in labels:
        if label.label in seen:
            names.report.add(
                "HB314",
                f"label `{label.label}` stands twice in index set `{declared.name}`",
                label.span,
                labels=[Place(seen[label.label].span, "here first")],
                cause="the labels of an index set differ",
                help="remove or rename one of them",
            )
        seen[label.label] = label
    codes: tuple[Label, ...] | None = None
    if any(label.code is not None for label in labels):
        values = [constant(label.code) if label.code is not None else None for label in labels]
        if None in values:
            names.report.add(
                "HB315",
                f"some labels of `{declared.name}` have a code and some have none",
                next((x.span for x in labels if x.code is None), declared.span),
                cause="either every label has a code, or none has",
                help="write the code after each label: `{no = 0, yes = 1}`",
            )
        else:
            codes = tuple(value for value in values if value is not None)
    return replace(declared, labels=tuple(seen), codes=codes)


def _number_set(
    names: Names, declared: SetDeclaration, items: Sequence[tree.Expression]
) -> SetDeclaration:
    values: list[float] = []
    for item in items:
        value = constant(item)
        if not isinstance(value, float) or not math.isfinite(value):
            names.report.add(
                "HB316",
                f"index set `{declared.name}` lists something that is not a number",
                item.span,
                cause="in `index s = [5, 10, 20]` every item is a number",
                help="write labels in braces: `{A, B}`",
            )
            return declared
        values.append(value)
    if values != sorted(set(values)):
        names.report.add(
            "HB317",
            f"the numbers of index set `{declared.name}` are not in increasing order",
            items[0].span.to(items[-1].span),
            cause="numbers of an index set are listed from small to large, each once",
            help=f"write `[{', '.join(f'{value:g}' for value in sorted(set(values)))}]`",
        )
        return replace(declared, labels=tuple(sorted(set(values))))
    return replace(declared, labels=tuple(values))


def constant(expression: tree.Expression) -> Label | None:
    """The value of a literal number or text; `None` for anything else."""
    match expression:
        case tree.Number(value):
            return value
        case tree.String(value):
            return value
        case tree.Boolean(value):
            return 1.0 if value else 0.0
        case tree.Infinity():
            return math.inf
        case tree.Unary("-", operand):
            inner = constant(operand)
            return -inner if isinstance(inner, float) else None
        case tree.Unary("+", operand):
            return constant(operand)
        case _:
            return None


MISSING = ("missing", "NA")
"""What stands in a list of data for a value that is missing."""


def literal(expression: tree.Expression, labels: Container[str] = ()) -> Any:
    """A literal number, text or nested list as Python values; `None` for anything else.

    What is missing is nan. `labels` are the texts that may stand without quotes.
    """
    if isinstance(expression, tree.List):
        items = [literal(item, labels) for item in expression.items]
        return None if any(item is None for item in items) else items
    if isinstance(expression, tree.Name) and expression.text in labels:
        return expression.text
    if isinstance(expression, tree.Name) and expression.text in MISSING:
        return math.nan
    return constant(expression)


def _in_place_of(value: tree.Expression) -> str:
    """What to write for values in the way of R or Python."""
    match value:
        case tree.Call("c" | "array" | "list" | "vector" | "tensor"):
            return "write a list in square brackets: `[1, 2, 3]`"
        case tree.Name("True" | "TRUE" | "False" | "FALSE"):
            return f"write `{value.text.lower()}`"
        case tree.Name("null" | "NaN" | "nan" | "None" | "na" | "Missing" | "MISSING"):
            return f"for a value that is missing write `missing`, not `{value.text}`"
        case tree.List(items):
            return next(filter(None, map(_in_place_of, items)), "")
        case _:
            return ""


def declare_data(names: Names, statement: tree.DataStatement) -> None:
    """Read ``data x[i], … from "file"``."""
    file = None
    if statement.file is not None:
        file = DataFile(statement.file.value, statement.file.span, statement.where)
    description = statement.comments.description
    for item in statement.items:
        declared = _data_item(names, item, file, description)
        if declared is None:
            names.broken.add(item.name.text)
            continue
        earlier = names.data.get(declared.name)
        if earlier is not None:
            names.report.add(
                "HB202",
                f"data `{declared.name}` is declared twice",
                item.name.span,
                labels=[Place(earlier.span, "declared here first")],
                cause="each name is defined once",
                help='remove one of the two, or rename it: `"column" as name`',
            )
            continue
        names.data[declared.name] = declared


def _data_item(
    names: Names, item: tree.DataItem, file: DataFile | None, description: str
) -> DataDeclaration | None:
    name = item.name.text
    axes: list[str] = []
    for index in item.indices:
        if not isinstance(index, tree.Name):
            names.report.add(
                "HB206",
                f"`{format_expression(index)}` cannot index data",
                index.span,
                cause="in a data line the brackets hold names of index sets",
                help=f"write `{name}[i]` and choose one name for what the rows are",
            )
            return None
        axes.append(index.text if index.text not in axes else index.text + "'")
    given = None
    if item.value is not None:
        given = literal(item.value, names.labels())
        if given is None:
            names.report.add(
                "HB218",
                f"the value of data `{name}` is not a number or a list of numbers",
                item.value.span,
                cause="values given in the file are literal numbers, texts, or lists of them",
                help=_in_place_of(item.value)
                or f"for a computed quantity leave `data` off: `{name} = …`",
            )
            return None
    kind = _type(names, item)
    column = item.column.value if item.column is not None else name
    named = item.column is not None or file is not None
    labels_of = name if named and name in names.sets and not axes and kind is None else None
    return DataDeclaration(
        name, tuple(axes), kind, column, file, given, labels_of,
        item.span, item.type.span if item.type else item.span, description,
        item.type.within.text if item.type and item.type.within else None,
    )  # fmt: skip


def _type(names: Names, item: tree.DataItem) -> str | None:
    name = item.name
    if item.type is None:
        if not item.indices or name.text not in names.compared or name.text in names.sets:
            return None
        # What is compared with texts holds the labels of a set of its own.
        names.sets[name.text] = SetDeclaration(name.text, name.span, typed_by=(name.text,))
        return name.text
    kind = item.type.name.text
    within = item.type.within
    if within is not None and (kind in VALUE_TYPES or within.text == kind):
        names.report.add(
            "HB362",
            f"`{kind} within {within.text}` means nothing",
            item.type.span,
            cause="`within` tells labels of an index set apart that repeat from one element of "
            "another set to the next: `class within school`",
            help=f"write `: {kind}`",
        )
    if kind in VALUE_TYPES:
        return kind
    meant = _TYPES_ELSEWHERE.get(kind.lower())
    if meant is not None and kind not in names.sets:
        names.report.add(
            "HB222",
            f"there is no type `{kind}`",
            item.type.name.span,
            cause=f"a type is one of {', '.join(f'`{name}`' for name in VALUE_TYPES)}, or an "
            "index set",
            help=f"write `: {meant}`"
            if meant
            else "leave the type out: the brackets say what the shape is",
        )
        return None
    declared = names.sets.get(kind, SetDeclaration(kind, item.type.name.span))
    names.sets[kind] = replace(declared, typed_by=(*declared.typed_by, item.name.text))
    return kind


def declare_function(names: Names, statement: tree.FunctionStatement) -> None:
    """Read ``def f(x) = …``."""
    name = statement.name.text
    if name in names.functions:
        names.report.add(
            "HB202",
            f"function `{name}` is defined twice",
            statement.name.span,
            labels=[Place(names.functions[name].name.span, "defined here first")],
            cause="each name is defined once",
            help="rename one of the two",
        )
        return
    names.functions[name] = statement


def declare_density(names: Names, statement: tree.DensityStatement) -> None:
    """Read the head of ``density D(x > 0 | a) = …``."""
    name = statement.name
    earlier = names.densities.get(name.text)
    if earlier is not None or name.text in DISTRIBUTIONS:
        names.broken.add(name.text)
        names.report.add(
            "HB202",
            f"density `{name.text}` is defined twice"
            if earlier
            else f"`{name.text}` is a distribution of the language",
            name.span,
            labels=[Place(earlier.span, "defined here first")] if earlier else [],
            cause="each name is defined once",
            help="give the density another name",
        )
        return
    found = read_head(statement, names.report)
    if found is None:
        names.broken.add(name.text)
    else:
        names.densities[name.text] = found
