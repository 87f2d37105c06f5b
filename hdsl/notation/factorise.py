"""The posterior as a product: p(θ, a, b | y) ∝ p(y | θ) p(θ | a, b) p(a, b)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hdsl.notation.document import Line
from hdsl.notation.expressions import Printer
from hdsl.notation.layers import Layer
from hdsl.notation.parents import Use, Uses
from hdsl.notation.pieces import GIVEN
from hdsl.notation.scope import Scope
from hdsl.notation.statements import (
    Equation,
    exponential,
    left_of,
    plate_of,
    scope_of,
)
from hdsl.notation.target import Target
from hdsl.source import Span
from hdsl.syntax import tree

ORDER: tuple[Layer, ...] = ("likelihood", "prior", "hyperprior")


@dataclass(frozen=True)
class Piece:
    """A factor, perhaps under a product over a plate."""

    text: str
    has_plate: bool


@dataclass(frozen=True)
class Term:
    """A statement of one layer, with the left sides that belong to that layer."""

    layer: Layer
    statement: Equation
    targets: tuple[tree.Expression, ...]


def terms_of(scope: Scope, layers: Mapping[str, Layer]) -> list[Term]:
    """The stochastic statements and factors, in the order of the file."""
    found: list[Term] = []
    for statement in scope.program.statements:
        if isinstance(statement, tree.FactorStatement):
            found.append(Term("likelihood", statement, ()))
        elif isinstance(statement, tree.StochasticStatement):
            by_layer: dict[Layer, list[tree.Expression]] = {}
            together = scope.node_at(_from_to(statement.targets))
            for target in statement.targets:
                node = scope.node_at(target.span) or together
                if node is not None:
                    by_layer.setdefault(layers[node.name], []).append(target)
            found += [Term(layer, statement, tuple(of)) for layer, of in by_layer.items()]
    return found


def _from_to(targets: Sequence[tree.Expression]) -> Span:
    """The place of several left sides: observations of one vector are one node."""
    return Span(targets[0].span.start, targets[-1].span.end)


class Factorisation:
    """The posterior by layers, and each layer as the product of its statements."""

    def __init__(self, target: Target, scope: Scope, terms: Sequence[Term]) -> None:
        self.target, self.scope = target, scope
        self.printer = Printer(target, scope)
        self.terms = [term for term in terms if term.layer in ORDER]
        self.definitions: dict[str, list[tree.DeterministicStatement]] = {}
        for statement in scope.program.statements:
            if isinstance(statement, tree.DeterministicStatement):
                name = left_of(statement.target).name
                self.definitions.setdefault(name, []).append(statement)

    @property
    def _layers(self) -> list[Layer]:
        return [layer for layer in ORDER if any(t.layer == layer for t in self.terms)]

    def by_layers(self) -> list[Line]:
        """p(θ, a, b | y) ∝ p(y | θ) p(θ | a, b) p(a, b); nothing where there is no unknown."""
        layers = self._layers
        unknowns = [name for layer in layers[1:] for name in self._names(layer)]
        if "likelihood" not in layers:
            unknowns = [name for layer in layers for name in self._names(layer)]
        if not unknowns:
            return []
        observed = self._names("likelihood")
        left = self._density(unknowns, observed)
        lines: list[Line] = []
        for layer in layers:
            sign = self.target.sign("×" if lines else "∝")
            right = self.target.join([sign, self._layer(layer)])
            lines.append(Line("" if lines else left, right, note=layer))
        return lines

    def over_plates(self) -> list[Line]:
        """Each layer as the product of its statements over their elements."""
        return [line for layer in self._layers for line in self._spread(layer)]

    def _names(self, layer: Layer) -> list[str]:
        """What a layer is about: data or unknowns, whole."""
        found: dict[str, None] = {}
        for term in self.terms:
            if term.layer == layer:
                for expression in term.targets:
                    found[self._whole(expression)] = None
        return list(found)

    def _whole(self, expression: tree.Expression) -> str:
        left = left_of(expression)
        if not left.name:
            return self.printer.within(scope_of(self.scope, _nothing(expression))).text(expression)
        return self._symbol(left.name)

    def _symbol(self, name: str) -> str:
        return self.printer.quantity(name, whole=bool(self.scope.axes_of(name)))

    def _given(self, layer: Layer) -> list[str]:
        """The unknowns outside a layer on which it depends."""
        own = set(self._names(layer))
        found: dict[str, None] = {}
        for term in self.terms:
            if term.layer == layer:
                for use in self._uses(term.statement):
                    found[self._symbol(use.name)] = None
        return [name for name in found if name not in own]

    def _uses(self, statement: Equation) -> list[Use]:
        return Uses(self.scope, self.definitions).of(statement)

    def _density(self, names: Sequence[str], given: Sequence[str]) -> str:
        target = self.target
        inside = target.listed(names)
        if given:
            inside = target.join([inside, GIVEN, target.sign("∣"), target.listed(given)])
        return target.applied(self._p(), target.fence("(", inside, ")"))

    def _p(self) -> str:
        from hdsl.notation.spelling import spell

        return self.target.symbol(spell("p"))

    def _layer(self, layer: Layer) -> str:
        names = self._names(layer)
        if not names:
            factors = [t.statement for t in self.terms if t.layer == layer]
            written = [self._factor(s) for s in factors if isinstance(s, tree.FactorStatement)]
            return self.target.join(written)
        return self._density(names, self._given(layer))

    def _spread(self, layer: Layer) -> list[Line]:
        """A layer as the product of its statements, where that says more."""
        terms = [term for term in self.terms if term.layer == layer]
        pieces = self._side_by_side([piece for term in terms for piece in self._pieces(term)])
        whole = self._layer(layer)
        if pieces == [whole] or not self._names(layer):
            return []
        lines: list[Line] = []
        for place, piece in enumerate(pieces):
            sign = self.target.sign("×" if place else "=")
            right = self.target.join([sign, piece])
            lines.append(Line("" if place else whole, right))
        return lines

    def _side_by_side(self, pieces: Sequence[Piece]) -> list[str]:
        """Factors without a product sign share a line."""
        lines: list[str] = []
        is_open = False
        for piece in pieces:
            if is_open and not piece.has_plate:
                lines[-1] = self.target.juxtaposed(lines[-1], piece.text)
            else:
                lines.append(piece.text)
                is_open = not piece.has_plate
        return lines

    def _pieces(self, term: Term) -> list[Piece]:
        statement = term.statement
        if isinstance(statement, tree.FactorStatement):
            return [Piece(self._factor(statement), has_plate=True)]
        assert isinstance(statement, tree.StochasticStatement)
        if statement.joint:
            return [self._piece(term, term.targets)]
        return [self._piece(term, (expression,)) for expression in term.targets]

    def _factor(self, statement: tree.FactorStatement) -> str:
        printer = Printer(self.target, scope_of(self.scope, statement))
        body = exponential(printer, statement.value)
        return self._product(printer, statement, body)

    def _piece(self, term: Term, expressions: Sequence[tree.Expression]) -> Piece:
        printer = Printer(self.target, scope_of(self.scope, term.statement))
        names = [printer.text(_unlinked(expression)) for expression in expressions]
        given: dict[str, None] = {}
        for use in self._uses(term.statement):
            given[printer.text(_written(use))] = None
        body = self._density(names, [name for name in given if name not in names])
        text = self._product(printer, term.statement, body)
        return Piece(text, has_plate=text != body)

    def _product(self, printer: Printer, statement: Equation, body: str) -> str:
        below, above = plate_of(printer, statement)
        return self.target.large("∏", below, above, body) if below else body


def _unlinked(expression: tree.Expression) -> tree.Expression:
    left = left_of(expression)
    if not left.name or not left.link:
        return expression
    return _written(Use(left.name, left.indices))


def _written(use: Use) -> tree.Expression:
    name = tree.Name(use.name)
    return tree.Subscript(name, use.indices) if use.indices else name


def _nothing(expression: tree.Expression) -> Equation:
    return tree.DeterministicStatement(expression, expression)
