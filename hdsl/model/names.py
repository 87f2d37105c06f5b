"""First pass over a program: which names there are, and what each of them is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.expressions.functions import LINKS
from hdsl.expressions.index_set import Label
from hdsl.model.graph import DataDeclaration, DataFile, SetDeclaration
from hdsl.source import Span
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression

_TYPES_ELSEWHERE = {
    "integer": "int", "number": "real", "numeric": "real", "float": "real", "double": "real",
    "boolean": "bool", "binary": "bool", "logical": "bool", "natural": "count", "counts": "count",
    "nonnegative": "positive", "prob": "probability", "proportion": "probability",
    "vector": "", "array": "", "matrix": "", "string": "", "str": "", "text": "", "factor": "",
    "category": "", "categorical": "",
}  # fmt: skip
"""Types of other languages, with the one that is meant."""

VALUE_TYPES = ("real", "int", "count", "bool", "positive", "probability", "simplex")


@dataclass(frozen=True)
class Target:
    """What one statement defines: the left side of ``~`` or ``=``, taken apart.

    Attributes
    ----------
    name
        The quantity; for an observation of an expression of data, its text.
    link
        The function around a new name (``logit(p[i])``), if any.
    observed
        Whether the left side is data.
    """

    name: str
    indices: tuple[tree.Expression, ...]
    expression: tree.Expression
    statement: tree.StochasticStatement | tree.DeterministicStatement
    link: str | None = None
    observed: bool = False

    @property
    def is_bare_value(self) -> bool:
        """Whether it is ``name = …``, whose axes are those of its right side."""
        return not self.indices and isinstance(self.statement, tree.DeterministicStatement)

    def as_observation(self) -> Target:
        """The same as an observation of data; with a link, of an expression of data."""
        if self.link is None:
            return replace(self, observed=True)
        text = format_expression(self.expression)
        return replace(self, name=text, link=None, indices=(), observed=True)

    @property
    def span(self) -> Span:
        """The place of the left side."""
        return self.expression.span


@dataclass
class Names:
    """All names of a program.

    Attributes
    ----------
    ranges
        The ranges of index sets that are not known before the data.
    broken
        Names whose statement has a mistake that was reported: what uses them says nothing more.
    """

    report: Report
    sets: dict[str, SetDeclaration] = field(default_factory=dict[str, SetDeclaration])
    data: dict[str, DataDeclaration] = field(default_factory=dict[str, DataDeclaration])
    functions: dict[str, tree.FunctionStatement] = field(
        default_factory=dict[str, tree.FunctionStatement]
    )
    targets: dict[str, list[Target]] = field(default_factory=dict[str, list[Target]])
    observations: list[Target] = field(default_factory=list[Target])
    factors: list[tree.FactorStatement] = field(default_factory=list[tree.FactorStatement])
    ranges: dict[str, tree.Range] = field(default_factory=dict[str, tree.Range])
    broken: set[str] = field(default_factory=set[str])

    def is_quantity(self, name: str) -> bool:
        """Whether the name stands for a number or an array of numbers."""
        return name in self.targets or (name in self.data and self.data[name].labels_of is None)

    def all_names(self) -> list[str]:
        """Whatever could have been meant by a misspelt name."""
        return [*self.data, *self.targets, *self.sets, *self.labels()]

    def labels(self) -> dict[str, list[str]]:
        """Declared text labels, with the sets that have them."""
        found: dict[str, list[str]] = {}
        for declared in self.sets.values():
            if declared.labels is not None and not isinstance(declared.labels, range):
                for label in declared.labels:
                    if isinstance(label, str):
                        found.setdefault(label, []).append(declared.name)
        return found


def collect_names(program: tree.Program, report: Report) -> Names:
    """Collect the names of a program; mistakes go to the report."""
    names = Names(report)
    statements = program.statements
    for statement in statements:
        if isinstance(statement, tree.IndexStatement):
            _index(names, statement)
    data = [s for s in statements if isinstance(s, tree.DataStatement)]
    for item in (item for statement in data for item in statement.items):
        for index in item.indices:
            if isinstance(index, tree.Name):
                base = index.text.rstrip("'")
                names.sets.setdefault(base, SetDeclaration(base, index.span))
    for statement in data:
        _data(names, statement)
    for statement in statements:
        match statement:
            case tree.StochasticStatement():
                for target in statement.targets:
                    _target(names, target, statement)
            case tree.DeterministicStatement():
                _target(names, statement.target, statement)
            case tree.FactorStatement():
                names.factors.append(statement)
            case tree.FunctionStatement():
                _function(names, statement)
            case tree.DensityStatement():
                not_yet(report, "a density of one's own", statement.name.span)
                names.broken.add(statement.name.text)
            case _:
                pass
    _find_clashes(names)
    return names


def not_yet(report: Report, what: str, span: Span | None) -> None:
    """Report a construct that is read but not carried out."""
    report.add(
        "HB190",
        f"{what} is not supported yet",
        span,
        cause="the language has it, but this version of hdsl cannot run it",
    )


def _index(names: Names, statement: tree.IndexStatement) -> None:
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


def literal(expression: tree.Expression) -> Any:
    """A literal number, text or nested list as Python values; `None` for anything else."""
    if isinstance(expression, tree.List):
        items = [literal(item) for item in expression.items]
        return None if any(item is None for item in items) else items
    return constant(expression)


def _data(names: Names, statement: tree.DataStatement) -> None:
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
        given = literal(item.value)
        if given is None:
            names.report.add(
                "HB218",
                f"the value of data `{name}` is not a number or a list of numbers",
                item.value.span,
                cause="values given in the file are literal numbers, texts, or lists of them",
                help=f"for a computed quantity leave `data` off: `{name} = …`",
            )
            return None
    kind = _type(names, item, axes)
    column = item.column.value if item.column is not None else name
    labels_of = name if item.column is not None and name in names.sets and not axes else None
    return DataDeclaration(
        name, tuple(axes), kind, column, file, given, labels_of,
        item.span, item.type.span if item.type else item.span, description,
    )  # fmt: skip


def _type(names: Names, item: tree.DataItem, axes: list[str]) -> str | None:
    if item.type is None:
        return None
    kind = item.type.name.text
    if item.type.within is not None:
        not_yet(names.report, "`within`", item.type.span)
    if kind in VALUE_TYPES:
        return kind
    meant = _TYPES_ELSEWHERE.get(kind.lower())
    if meant is not None and kind not in names.sets:
        names.report.add(
            "HB222",
            f"there is no type `{kind}`",
            item.type.name.span,
            cause=f"a type is one of {', '.join(f'`{name}`' for name in VALUE_TYPES)}, or an index set",
            help=f"write `: {meant}`"
            if meant
            else "leave the type out: the brackets say what the shape is",
        )
        return None
    declared = names.sets.get(kind, SetDeclaration(kind, item.type.name.span))
    names.sets[kind] = replace(declared, typed_by=(*declared.typed_by, item.name.text))
    return kind


def _function(names: Names, statement: tree.FunctionStatement) -> None:
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


def _target(
    names: Names,
    expression: tree.Expression,
    statement: tree.StochasticStatement | tree.DeterministicStatement,
) -> None:
    if isinstance(statement, tree.StochasticStatement) and statement.joint:
        whole = statement.targets[0].span.to(statement.targets[-1].span)
        not_yet(names.report, "`(a, b) ~ …`, several variables at once,", whole)
        names.broken.update(n.text for n in tree.walk(expression) if isinstance(n, tree.Name))
        return
    match expression:
        case tree.Name(name):
            target = Target(name, (), expression, statement)
        case tree.Subscript(array, indices):
            target = Target(array.text, indices, expression, statement)
        case tree.Call(function, (tree.Argument(tree.Name(name), None),)) if function in LINKS:
            target = Target(name, (), expression, statement, link=function)
        case tree.Call(function, (tree.Argument(tree.Subscript(array, indices), None),)) if (
            function in LINKS
        ):
            target = Target(array.text, indices, expression, statement, link=function)
        case _:
            target = Target(format_expression(expression), (), expression, statement, observed=True)
    if target.name in names.broken:
        return
    if isinstance(statement, tree.DeterministicStatement):
        _deterministic_target(names, target)
    elif target.observed or _is_data(names, target.name):
        # What the left side says of data is found out when it is read.
        names.observations.append(target.as_observation())
    else:
        names.targets.setdefault(target.name, []).append(target)


def _is_data(names: Names, name: str) -> bool:
    return name in names.data and names.data[name].labels_of is None


def _deterministic_target(names: Names, target: Target) -> None:
    if target.observed:
        names.report.add(
            "HB209",
            "the left side of `=` is not a name",
            target.span,
            cause="`=` defines a new quantity: `m = …`, `p[i] = …` or `logit(p[i]) = …`",
            help="move what is computed to the right of `=`",
        )
        return
    if _is_data(names, target.name):
        names.report.add(
            "HB202",
            f"`{target.name}` is data and cannot be computed as well",
            target.span,
            labels=[Place(names.data[target.name].span, "declared as data here")],
            cause="each name is defined once",
            help="give the computed quantity another name",
        )
        return
    names.targets.setdefault(target.name, []).append(target)


def _find_clashes(names: Names) -> None:
    for name, targets in names.targets.items():
        declared = names.sets.get(name)
        if declared is not None:
            names.report.add(
                "HB214",
                f"`{name}` is an index set and cannot be a quantity as well",
                targets[0].span,
                labels=[Place(declared.span, "used as an index set here")],
                cause="only data whose type is the set may bear its name",
                help="give one of the two another name",
            )
    for name, declared in names.data.items():
        if name in names.sets and declared.labels_of is None and declared.type != name:
            names.report.add(
                "HB214",
                f"`{name}` is an index set and cannot be data of another kind as well",
                declared.span,
                labels=[Place(names.sets[name].span, "used as an index set here")],
                cause="only data whose type is the set may bear its name",
                help=f"write `{name}[…] : {name}` if its values are the labels, or rename it",
            )
