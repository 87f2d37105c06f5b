"""The smallest interval that holds the supports of two distributions."""

from __future__ import annotations

from hdsl.distributions.distribution import Support
from hdsl.expressions.tree import Constant, Expression, apply


def union(a: Support, b: Support) -> Support:
    """The interval from the lower of two lower ends to the upper of two upper ones."""
    if a == b:
        return a
    lower, lower_open, low_touches = _outer(
        "min", (a.lower, a.lower_open, a.touches_lower), (b.lower, b.lower_open, b.touches_lower)
    )
    upper, upper_open, high_touches = _outer(
        "max", (a.upper, a.upper_open, a.touches_upper), (b.upper, b.upper_open, b.touches_upper)
    )
    integer = a.integer and b.integer
    return Support(lower, upper, lower_open, upper_open, integer, low_touches, high_touches)


_End = tuple[Expression | None, bool, bool]


def _outer(pick: str, a: _End, b: _End) -> _End:
    (first, first_open, first_touches), (second, second_open, second_touches) = a, b
    if first is None or second is None:
        return None, True, False
    is_open, touches = first_open and second_open, first_touches or second_touches
    if first == second:
        return first, is_open, touches
    if isinstance(first, Constant) and isinstance(second, Constant):
        farther = first.value < second.value if pick == "min" else first.value > second.value
        return a if farther else b
    return apply(pick, first, second), is_open, touches
