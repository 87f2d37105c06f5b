"""From a checked program to its sections, for one target."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hdsl.notation.document import Document, Line, Section
from hdsl.notation.expressions import Printer
from hdsl.notation.factorise import Factorisation, Term, terms_of
from hdsl.notation.layers import Layer, layers_of
from hdsl.notation.pieces import GIVEN, WORDS
from hdsl.notation.scope import Scope
from hdsl.notation.statements import inner_lines, line_of
from hdsl.notation.target import Target
from hdsl.syntax import tree

_LONG_LIST = 8


def write_model(target: Target, scope: Scope) -> Document:
    """All that a model says."""
    terms = terms_of(scope, layers_of(scope.graph))
    product = Factorisation(target, scope, terms)
    sections = [
        ("Posterior", product.by_layers()),
        ("Factors", product.over_plates()),
        ("Likelihood", _layer(target, scope, terms, "likelihood")),
        ("Definitions", _definitions(target, scope, "needed")),
        ("Prior", _layer(target, scope, terms, "prior")),
        ("Hyperprior", _layer(target, scope, terms, "hyperprior")),
        ("Functions and densities", _functions(target, scope)),
        ("Quantities of interest", _definitions(target, scope, "derived")),
        ("Predictions", _layer(target, scope, terms, "prediction")),
        ("Computed from data", _definitions(target, scope, "data")),
        ("Index sets", _index_sets(target, scope)),
        ("Data", _data(target, scope)),
    ]
    found = tuple(Section(title, _noted_once(lines)) for title, lines in sections if lines)
    return Document(scope.program.description, found)


def _noted_once(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lines that share a comment have it at the last of them."""
    following = [*(line.note for line in lines[1:]), ""]
    return tuple(
        replace(line, note="") if line.note == after else line
        for line, after in zip(lines, following, strict=True)
    )


def _layer(target: Target, scope: Scope, terms: Sequence[Term], layer: Layer) -> list[Line]:
    return [line_of(target, scope, term.statement) for term in terms if term.layer == layer]


def _definitions(target: Target, scope: Scope, wanted: str) -> list[Line]:
    lines: list[Line] = []
    for statement in scope.program.statements:
        if isinstance(statement, tree.DeterministicStatement):
            span = statement.target.span
            role = scope.role_at(span)
            kind = "needed" if role == "derived" and scope.needed_at(span) else role
            if kind == wanted:
                lines.append(line_of(target, scope, statement))
    return lines


def _functions(target: Target, scope: Scope) -> list[Line]:
    lines: list[Line] = []
    for statement in scope.program.statements:
        match statement:
            case tree.FunctionStatement():
                lines += _function(target, scope, statement)
            case tree.DensityStatement():
                lines += _density(target, scope, statement)
            case _:
                pass
    return lines


def _function(target: Target, scope: Scope, statement: tree.FunctionStatement) -> list[Line]:
    printer = Printer(target, scope.binding(_formal_names(statement.parameters)))
    formals = target.listed([printer.text(formal) for formal in statement.parameters])
    name = printer.quantity(statement.name.text)
    left = target.applied(name, target.fence("(", formals, ")"))
    right = target.join([target.sign("="), printer.text(statement.body)])
    return [Line(left, right, "", statement.comments.description, inner_lines(printer))]


def _density(target: Target, scope: Scope, statement: tree.DensityStatement) -> list[Line]:
    own = scope.names.densities[statement.name.text]
    printer = Printer(target, scope.binding(_formal_names(own.formals)))
    inside = target.listed([printer.text(variable.formal) for variable in own.variables])
    if own.parameters:
        given = target.listed([printer.text(formal) for formal in own.parameters])
        inside = target.join([inside, GIVEN, target.sign("∣"), given])
    applied = target.applied(target.upright(own.name), target.fence("(", inside, ")"))
    left = target.operating(target.upright("log"), applied)
    right = target.join([target.sign("="), printer.text(own.body)])
    where = [
        printer.condition(written).text
        for written in statement.variables
        if isinstance(written, tree.Comparison)
    ]
    ranges = target.join([target.words("for "), target.listed(where)]) if where else ""
    return [Line(left, right, ranges, statement.comments.description, inner_lines(printer))]


def _formal_names(formals: Iterable[tree.Formal]) -> set[str]:
    names: set[str] = set()
    for formal in formals:
        if isinstance(formal, tree.Name):
            names.add(formal.text)
        else:
            names.add(formal.array.text)
            names |= {node.text for node in tree.walk(formal) if isinstance(node, tree.Name)}
    return names


def _index_sets(target: Target, scope: Scope) -> list[Line]:
    printer = Printer(target, scope)
    lines: list[Line] = []
    for statement in scope.program.statements:
        if isinstance(statement, tree.IndexStatement):
            name = statement.name.text
            right = target.join([target.sign("∈"), _domain(printer, statement.domain)])
            named = name if scope.running(name) != name else ""
            note = ": ".join(part for part in (named, statement.comments.description) if part)
            lines.append(Line(printer.index(tree.Name(name)), right, note=note))
    return lines


def _domain(printer: Printer, domain: tree.Node) -> str:
    target = printer.target
    match domain:
        case tree.LabelSet(labels):
            written = [_label(printer, label.label) for label in labels]
            return target.fence("{", target.listed(written), "}")
        case tree.List(items):
            return target.fence("{", _listed(printer, items), "}")
        case _:
            return target.fence("{", printer.text(domain), "}")


def _label(printer: Printer, label: str | float) -> str:
    if isinstance(label, str):
        return printer.target.label(label)
    return printer.number(label).text


def _data(target: Target, scope: Scope) -> list[Line]:
    lines: list[Line] = []
    for statement in scope.program.statements:
        if isinstance(statement, tree.DataStatement):
            lines += _data_lines(target, scope, statement)
    return lines


def _data_lines(target: Target, scope: Scope, statement: tree.DataStatement) -> list[Line]:
    printer = Printer(target, scope)
    note = statement.comments.description
    outside = [item for item in statement.items if item.value is None]
    lines: list[Line] = []
    for item in statement.items:
        if item.value is not None:
            right = target.join([target.sign("="), _given(printer, item.value)])
            lines.append(Line(_item(printer, item), right, note=note))
            note = ""
    named = [item for item in outside if scope.names.is_quantity(item.name.text)]
    origin = _origin(printer, statement)
    if named:
        left = target.listed([_item(printer, item) for item in named])
        lines.append(Line(left, origin, note=note))
    return lines + [_places(printer, item) for item in statement.items if _is_place(scope, item)]


def _is_place(scope: Scope, item: tree.DataItem) -> bool:
    """Whether it is a column of labels that is named as their set is."""
    name = item.name.text
    return name in scope.names.sets and scope.names.is_quantity(name) and bool(item.indices)


def _places(printer: Printer, item: tree.DataItem) -> Line:
    """What `d[i]` is, as such a column is written in the index of another quantity."""
    target = printer.target
    name = item.name.text
    letters = [printer.index(index) for index in item.indices]
    left = target.join([printer.running(name), target.fence("[", target.listed(letters), "]")])
    of = " and ".join(index.text for index in item.indices if isinstance(index, tree.Name))
    right = target.join([target.sign("="), _item(printer, item)])
    return Line(left, right, note=f"the {name} of each {of}")


def _origin(printer: Printer, statement: tree.DataStatement) -> str:
    target = printer.target
    if statement.file is None:
        return target.words(" given when the model is run")
    pieces = [target.words(f" from {statement.file.value}")]
    if statement.where is not None:
        pieces += [WORDS, target.words(" where "), printer.condition(statement.where).text]
    return target.join(pieces)


def _item(printer: Printer, item: tree.DataItem) -> str:
    name = item.name.text
    letters = [printer.index(index) for index in item.indices]
    return printer.quantity(name, letters)


def _given(printer: Printer, value: tree.Expression) -> str:
    match value:
        case tree.List(items) if len(items) > _LONG_LIST:
            return printer.target.fence("(", _listed(printer, items), ")")
        case _:
            return printer.text(value)


def _listed(printer: Printer, items: Sequence[tree.Expression]) -> str:
    """Elements, the first ones and the last where they are many."""
    if len(items) <= _LONG_LIST:
        return printer.target.listed([printer.text(item) for item in items])
    first = [printer.text(item) for item in items[: _LONG_LIST - 2]]
    return printer.target.listed([*first, printer.target.sign("…"), printer.text(items[-1])])
