"""Expressions in the notation of a paper, for any target."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hdsl.notation.juxtaposition import is_truth, needs_dot
from hdsl.notation.pieces import PRODUCT, RELATION, SUM, WORDS
from hdsl.notation.scope import Scope
from hdsl.notation.spelling import spell
from hdsl.notation.target import Level, Target, Written
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_number

_EXPONENT = re.compile(r"([0-9.]+)e\+?(-?)0*([0-9]+)")
_COMPARISONS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}


@dataclass
class Printer:
    """Writes expressions in a scope.

    Attributes
    ----------
    asides
        What expressions need said beside them, left side and right side: local names, equations
        that are solved. The statement shows them under itself.
    """

    target: Target
    scope: Scope
    asides: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def within(self, scope: Scope) -> Printer:
        """The same in another scope."""
        return replace(self, scope=scope)

    # --- what stands where ---------------------------------------------------------------------

    def text(self, node: tree.Node) -> str:
        """An expression where no brackets are needed."""
        return self.value(node).text

    def value(self, node: tree.Node) -> Written:
        """An expression that is a number; a condition counts 1 where it holds."""
        if is_truth(node):
            return Written(self.target.fence("[", self.condition(node).text, "]"))
        return self._written(node)

    def condition(self, node: tree.Node) -> Written:
        """An expression that holds or does not."""
        target = self.target
        match node:
            case tree.Binary("and" | "or" as word, left, right):
                level = Level.AND if word == "and" else Level.OR
                one = target.at_least(self.condition(left), level)
                other = target.at_least(self.condition(right), Level(level + 1))
                return Written(target.join([one, WORDS, target.words(f" {word} "), other]), level)
            case tree.Call("missing", (tree.Argument(cell, None),)):
                return self._said(cell, " is missing")
            case tree.Unary("not", tree.Call("missing", (tree.Argument(cell, None),))):
                return self._said(cell, " is not missing")
            case tree.Unary("not", operand):
                inside = target.at_least(self.condition(operand), Level.NOT)
                return Written(target.join([target.words("not "), inside]), Level.NOT)
            case tree.Comparison():
                return self._comparison(node)
            case _:
                return self._written(node)

    def _said(self, node: tree.Node, words: str) -> Written:
        said = [self.at_least(node, Level.SUM), self.target.words(words)]
        return Written(self.target.join(said), Level.COMPARISON)

    def at_least(self, node: tree.Node, level: Level, *, leading: bool = True) -> str:
        """A number, in brackets if it holds less tightly."""
        return self.target.at_least(self.value(node), level, leading=leading)

    def index(self, node: tree.Node) -> str:
        """What stands in the brackets of a subscript."""
        match node:
            case tree.Name(name) if self.scope.is_running(name):
                return self.target.symbol(spell(self.scope.running(name)))
            case tree.Name(name) if self.scope.is_label(name):
                return self.target.label(name)
            case tree.Subscript(tree.Name(name), (inner,)) if name in self.scope.names.sets:
                # `theta[day[bag]]` is the theta of that bag's day: d[i].
                place = self.target.fence("[", self.index(inner), "]")
                return self.target.join([self.running(name), place])
            case _:
                return self.text(node)

    def quantity(self, name: str, indices: Sequence[str] = (), *, whole: bool = False) -> str:
        """A name with indices already written; bold if more axes are left."""
        return self.target.symbol(spell(name), indices, bold=whole)

    # --- forms ----------------------------------------------------------------------------------

    def _written(self, node: tree.Node) -> Written:
        target = self.target
        match node:
            case tree.Number(value, text):
                return self.number(value, text)
            case tree.String(text):
                return Written(target.words(text))
            case tree.Boolean(value):
                return Written(target.words("true" if value else "false"))
            case tree.Infinity():
                return Written(target.sign("∞"))
            case tree.Name(name):
                return Written(self._name(name))
            case tree.Subscript():
                return Written(self._subscript(node))
            case tree.Unary():
                inside = self.at_least(node.operand, Level.SIGNED, leading=False)
                sign = "−" if node.operator == "-" else "+"
                return Written(self._prefixed(sign, inside), Level.SIGNED, signed=True)
            case tree.Binary():
                return self._binary(node)
            case tree.Conditional():
                return self._cases(node)
            case tree.List(items):
                return Written(self._list(items))
            case tree.Tuple(items):
                inside = target.listed([self.text(item) for item in items])
                return Written(target.fence("(", inside, ")"))
            case tree.Block():
                return self._block(node)
            case tree.Range():
                return Written(self.range(node), Level.CONDITIONAL)
            case tree.Call():
                from hdsl.notation.calls import written_call

                return written_call(self, node)
            case tree.Truncated() | tree.CensoredTo() | tree.CensoredIf():
                from hdsl.notation.randoms import limited

                return limited(self, node)
            case _:
                raise AssertionError(type(node).__name__)

    def number(self, value: float, text: str = "") -> Written:
        """A number; powers of ten are written out."""
        target = self.target
        if value < 0 or text.startswith("-"):
            inside = self.number(-value, text.removeprefix("-"))
            return Written(self._prefixed("−", inside.text), inside.level, signed=True)
        digits = format_number(value, text)
        found = _EXPONENT.fullmatch(digits.lower())
        if found is None:
            return Written(target.sign("∞") if digits == "inf" else target.number(digits))
        exponent = target.number(found[3])
        raised = Written(self._prefixed("−", exponent) if found[2] else exponent)
        power = target.power(target.number("10"), raised)
        if found[1] in ("1", "1.", "1.0"):
            return Written(power, Level.POWER)
        return Written(
            target.join([target.number(found[1]), target.sign("×"), power]), Level.PRODUCT
        )

    def _prefixed(self, sign: str, inside: str) -> str:
        return self.target.join([self.target.prefix(sign), inside])

    def running(self, name: str) -> str:
        """A running index."""
        return self.target.symbol(spell(self.scope.running(name)))

    def _name(self, name: str) -> str:
        scope = self.scope
        if name in scope.bound:
            return self.quantity(name)
        # A label column is named by its set, which it is not.
        is_column = name in scope.names.sets and name not in scope.graph.nodes
        if scope.names.is_quantity(name) and not is_column:
            return self.quantity(name, whole=bool(scope.axes_of(name)))
        if scope.is_running(name):
            return self.running(name)
        if scope.is_label(name):
            return self.target.label(name)
        return self.quantity(name)

    def _subscript(self, node: tree.Subscript) -> str:
        name = node.array.text
        kept = list(node.indices)
        while kept and isinstance(kept[-1], tree.Name) and kept[-1].text in self.scope.dropped:
            kept.pop()
        whole = len(self.scope.axes_of(name)) > len(kept)
        return self.quantity(name, [self.index(index) for index in kept], whole=whole)

    def _comparison(self, node: tree.Comparison) -> Written:
        pieces = [self.at_least(node.operands[0], Level.SUM)]
        for operator, operand in zip(node.operators, node.operands[1:], strict=True):
            sign = self.target.sign(_COMPARISONS.get(operator, operator))
            pieces += [RELATION, sign, self.at_least(operand, Level.SUM)]
        return Written(self.target.join(pieces), Level.COMPARISON)

    def _binary(self, node: tree.Binary) -> Written:
        match node.operator:
            case "+" | "-":
                return self._sum(node)
            case "*" | "@":
                return self._product(node)
            case "/":
                return self._fraction(node)
            case _:
                return self._power(node)

    def _sum(self, node: tree.Binary) -> Written:
        target = self.target
        left, right = self.value(node.left), self.value(node.right)
        before = (
            target.fence("(", left.text, ")") if left.open else target.at_least(left, Level.SUM)
        )
        after = target.at_least(right, Level.LARGE, leading=False)
        sign = target.sign("−" if node.operator == "-" else "+")
        is_open = right.open and after == right.text
        return Written(target.join([before, SUM, sign, after]), Level.SUM, left.signed, is_open)

    def _product(self, node: tree.Binary) -> Written:
        target = self.target
        left = self.value(node.left)
        before = target.at_least(left, Level.PRODUCT)
        after = self.at_least(node.right, Level.SIGNED, leading=False)
        if needs_dot(node):
            text = target.join([before, PRODUCT, target.sign("·"), after])
        else:
            text = target.juxtaposed(before, after)
        return Written(text, Level.PRODUCT, signed=left.signed)

    def _fraction(self, node: tree.Binary) -> Written:
        target = self.target
        if target.fraction_level > Level.PRODUCT:
            return Written(
                target.fraction(self.text(node.left), self.text(node.right)), target.fraction_level
            )
        left = self.value(node.left)
        above = target.at_least(left, Level.PRODUCT)
        below = self.at_least(node.right, Level.SIGNED, leading=False)
        return Written(target.fraction(above, below), Level.PRODUCT, signed=left.signed)

    def _power(self, node: tree.Binary) -> Written:
        base = self.at_least(node.left, Level.ATOM, leading=False)
        return Written(self.target.power(base, self.value(node.right)), Level.POWER)

    def _cases(self, node: tree.Conditional) -> Written:
        rows: list[tuple[str, str]] = []
        rest: tree.Node = node
        words = self.target.words
        while isinstance(rest, tree.Conditional):
            when = self.target.join([words("if "), self.condition(rest.condition).text])
            rows.append((self.text(rest.then), when))
            rest = rest.otherwise
        rows.append((self.text(rest), words("otherwise")))
        return self.target.cases(rows)

    def _list(self, items: Sequence[tree.Node]) -> str:
        if items and all(isinstance(item, tree.List) for item in items):
            rows = [
                [self.text(cell) for cell in item.items]
                for item in items
                if isinstance(item, tree.List)
            ]
            return self.target.matrix(rows)
        return self.target.fence("(", self.target.listed([self.text(item) for item in items]), ")")

    def _block(self, node: tree.Block) -> Written:
        inside = self.within(self.scope.binding(local.name.text for local in node.locals))
        result = inside.value(node.result)
        for local in node.locals:
            place = len(self.asides)
            right = inside.text(local.value)
            # What the value itself needs said comes after it.
            self.asides.insert(place, (inside.quantity(local.name.text), right))
        return result

    def range(self, node: tree.Range) -> str:
        """1, …, T."""
        target = self.target
        first, last = self.text(node.lower), self.text(node.upper)
        parts = [first]
        if node.step is not None:
            parts.append(self.text(_next(node.lower, node.step)))
        return target.listed([*parts, target.sign("…"), last])


def _next(lower: tree.Expression, step: tree.Expression) -> tree.Expression:
    if isinstance(lower, tree.Number) and isinstance(step, tree.Number):
        return tree.Number(lower.value + step.value)
    return tree.Binary("+", lower, step)
