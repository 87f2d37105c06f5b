"""A constant is no data, so it cannot be observed."""

from __future__ import annotations

from collections.abc import Sequence

from hdsl.diagnostics import Label as Place
from hdsl.model.names import Target
from hdsl.model.translate import Translator
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression


def check_not_constant(read: Translator, value: Target, targets: Sequence[Target]) -> None:
    """Refuse to observe what is computed from no data: ``a = 3`` beside ``a ~ Normal(0, 1)``."""
    assert isinstance(value.statement, tree.DeterministicStatement)
    other = next((t for t in targets if t is not value), None)
    speaks = any(
        isinstance(e, tree.Name) and read.names.is_quantity(e.text)
        for e in tree.walk(value.statement.value)
    )
    if other is None or speaks:
        return
    left, right = map(format_expression, (value.expression, value.statement.value))
    measured = f"data {left} = {'[…]' if value.indices else right}"
    read.fail(
        "HB202",
        f"`{value.name}` is defined twice",
        other.span,
        labels=[Place(value.span, "computed here, from no data")],
        cause="`=` says what a quantity is, `~` from what an unknown is drawn; both hold only of "
        "data and of what is computed from data",
        help=f"if it was measured, write `{measured}`; else remove one of the two lines",
    )
