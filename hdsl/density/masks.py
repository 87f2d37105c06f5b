"""Branches that are not taken do no harm to gradients.

Where ``where(c, f, g)`` takes `g`, the derivative of `f` counts zero times; but zero times an
infinite derivative is no number. So `f` is given its unknowns through a gate: the same value, and
a derivative only where `c` holds. That works whatever `f` is, without a safe argument for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hdsl.expressions.functions import where
from hdsl.expressions.tree import (
    Apply,
    Concatenate,
    Expression,
    Reduce,
    Reference,
    Segment,
    Stack,
    Sweep,
    apply,
    map_children,
)

_FLAT = {
    *("less", "less_equal", "equal", "not_equal", "and", "or", "not", "constant"),
    *("sign", "floor", "ceil", "round", "missing", "undefined"),
}
"""Functions without a derivative."""

_SMOOTH = {
    *("add", "subtract", "negative", "where", "max", "min", "abs"),
    *("sin", "cos", "atan", "tanh", "logistic", "log_logistic", "softplus", "Phi", "erf"),
}
"""Functions with finite values and derivatives at finite arguments, however large."""

_SMOOTH_REDUCTIONS = {"sum", "mean", "min", "max", "any", "all", "logsumexp"}


@dataclass
class Masks:
    """Gives branches their gates.

    Parameters
    ----------
    is_data
        Whether an expression has no derivative, since it does not depend on unknowns.
    is_finite
        Whether such an expression is finite for every element.
    """

    is_data: Callable[[Expression], bool]
    is_finite: Callable[[Expression], bool]
    memo: dict[Expression, Expression] = field(default_factory=dict[Expression, Expression])
    gated: dict[tuple[Expression, Expression], Expression] = field(
        default_factory=dict[tuple[Expression, Expression], Expression]
    )
    risks: dict[Expression, bool] = field(default_factory=dict[Expression, bool])

    def __call__(self, expression: Expression) -> Expression:
        """The same expression, whose gradients are numbers wherever its value is one."""
        if expression not in self.memo:
            e = map_children(expression, self)
            match e:
                case Apply("where", (condition, yes, no)):
                    gated = self._safe(yes, condition)
                    other = self._safe(no, apply("equal", condition, 0.0))
                    e = replace(e, arguments=(condition, gated, other))
                case Reduce(_, body, _, condition) if condition is not None:
                    e = replace(e, body=self._safe(body, condition))
                case _:
                    pass
            self.memo[expression] = e
        return self.memo[expression]

    def _safe(self, branch: Expression, mask: Expression) -> Expression:
        return self._gate(branch, mask) if self._is_risky(branch) else branch

    def _is_risky(self, e: Expression) -> bool:
        """Whether a derivative in an expression can be infinite where its arguments are finite."""
        if e not in self.risks:
            self.risks[e] = not self._is_flat(e) and (
                not self._is_smooth(e) or any(map(self._is_risky, e.children))
            )
        return self.risks[e]

    def _is_flat(self, e: Expression) -> bool:
        return self.is_data(e) or (isinstance(e, Apply) and e.function in _FLAT)

    def _is_smooth(self, e: Expression) -> bool:
        match e:
            case Apply("multiply", (a, b)):
                return any(self.is_data(e) and self.is_finite(e) for e in (a, b))
            case Apply("divide", (_, b)):
                return self.is_data(b) and self.is_finite(1.0 / b)
            case Apply(function):
                return function in _SMOOTH
            case Reduce(function):
                return function in _SMOOTH_REDUCTIONS
            case _:
                return isinstance(e, Reference | Sweep | Stack | Concatenate | Segment)

    def _gate(self, e: Expression, mask: Expression) -> Expression:
        key = e, mask
        if key not in self.gated:
            self.gated[key] = self._gated(e, mask)
        return self.gated[key]

    def _gated(self, e: Expression, mask: Expression) -> Expression:
        if self._is_flat(e):
            return e
        missing = tuple(sorted(mask.axes - e.axes))
        if missing:
            # Each row has a gate of its own; behind them one that is open if any of them is.
            e = self._gate(e, Reduce("any", mask, missing))
        elif isinstance(e, Apply) or (isinstance(e, Reduce) and not mask.axes & {*e.over}):
            return map_children(e, lambda child: self._gate(child, mask))
        return where(mask, e, apply("constant", e))
