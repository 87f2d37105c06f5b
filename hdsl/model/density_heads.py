"""Heads of densities of one's own: ``Tracer(r > 0, v[s] | phi0, gamma)``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.model.formals import formal_name
from hdsl.source import Span
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression


@dataclass(frozen=True)
class Variable:
    """A variable of a density: where it is positive, as the head says it.

    An end that is `None` is infinite.
    """

    formal: tree.Formal
    lower: tree.Expression | None = None
    upper: tree.Expression | None = None
    lower_open: bool = True
    upper_open: bool = True

    @property
    def name(self) -> str:
        """Its name in the body."""
        return formal_name(self.formal).text

    @property
    def num_axes(self) -> int:
        """The number of indices of one draw: 0 for a number."""
        return len(self.formal.indices) if isinstance(self.formal, tree.Subscript) else 0


@dataclass(frozen=True)
class OwnDensity:
    """A density that the file defines."""

    name: str
    variables: tuple[Variable, ...]
    parameters: tuple[tree.Formal, ...]
    body: tree.Expression
    span: Span

    @property
    def formals(self) -> tuple[tree.Formal, ...]:
        """All names that the body may use: of the variables, then of the parameters."""
        return (*(variable.formal for variable in self.variables), *self.parameters)

    @property
    def text(self) -> str:
        """The head without supports."""
        left = ", ".join(format_expression(variable.formal) for variable in self.variables)
        right = ", ".join(format_expression(formal) for formal in self.parameters)
        return f"{self.name}({left}{' | ' if right else ''}{right})"


def read_head(statement: tree.DensityStatement, report: Report) -> OwnDensity | None:
    """Read the head; mistakes go to the report."""
    parameters = frozenset(formal_name(formal).text for formal in statement.parameters)
    variables: list[Variable] = []
    for written in statement.variables:
        variable = _variable(written, parameters)
        if variable is None:
            report.add(
                "HB224",
                f"`{format_expression(written)}` is no variable of a density",
                written.span,
                cause="before the bar stand the variables, each a name, `v[s]`, or with its "
                "support: `r > 0`, `0 < x < 1`, `x >= low`",
                help=f"write `{statement.name.text}(x > 0 | …)`, and what the density depends on "
                "after the bar",
            )
            return None
        variables.append(variable)
    found = OwnDensity(
        statement.name.text,
        tuple(variables),
        statement.parameters,
        statement.body,
        statement.name.span,
    )
    return found if _names_differ(found, report) else None


def _names_differ(found: OwnDensity, report: Report) -> bool:
    seen: dict[str, tree.Name] = {}
    for name in map(formal_name, found.formals):
        if name.text in seen:
            report.add(
                "HB202",
                f"`{name.text}` stands twice in the head of `{found.name}`",
                name.span,
                labels=[Place(seen[name.text].span, "named here first")],
                cause="each name is defined once",
                help="rename one of the two",
            )
            return False
        seen[name.text] = name
    return True


def _variable(written: tree.Expression, parameters: frozenset[str]) -> Variable | None:
    match written:
        case tree.Name() | tree.Subscript():
            return Variable(written) if _is_formal(written) else None
        case tree.Comparison((operator,), (left, right)):
            if _is_formal(left) and formal_name(left).text not in parameters:
                return _bounded(left, operator, right)
            return _bounded(right, _TURNED.get(operator, ""), left) if _is_formal(right) else None
        case tree.Comparison((first, second), (low, middle, high)) if _is_formal(middle):
            below = _bounded(middle, _TURNED.get(first, ""), low)
            above = _bounded(middle, second, high)
            return None if below is None or above is None else _both(below, above)
        case _:
            return None


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _is_formal(written: tree.Expression) -> TypeGuard[tree.Formal]:
    if isinstance(written, tree.Subscript):
        return all(isinstance(index, tree.Name) for index in written.indices)
    return isinstance(written, tree.Name)


def _bounded(formal: tree.Formal, operator: str, end: tree.Expression) -> Variable | None:
    is_open = "=" not in operator
    if operator.startswith(">"):
        return Variable(formal, lower=_finite(end), lower_open=is_open)
    if operator.startswith("<"):
        return Variable(formal, upper=_finite(end), upper_open=is_open)
    return None


def _finite(end: tree.Expression) -> tree.Expression | None:
    match end:
        case tree.Infinity() | tree.Unary(_, tree.Infinity()):
            return None
        case _:
            return end


def _both(one: Variable, other: Variable) -> Variable | None:
    low, high = (one, other) if one.upper is None and other.lower is None else (other, one)
    if low.upper is not None or high.lower is not None:
        return None
    return Variable(low.formal, low.lower, high.upper, low.lower_open, high.upper_open)
