"""Choices and mixtures of draws of labels: one vector of chances says the same."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

from hdsl.distributions.categorical import Categorical
from hdsl.distributions.random import Random
from hdsl.expressions.functions import where
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.tree import Expression, Reduce
from hdsl.syntax import tree

if TYPE_CHECKING:
    from hdsl.model.translate import Translator


def draw_labels(
    read: Translator, parts: Sequence[Random], texts: Sequence[tree.Expression]
) -> bool:
    """Whether all parts draw labels; reports labels beside numbers, or of several index sets."""
    sets = [part.set_name if isinstance(part, Categorical) else None for part in parts]
    if not any(sets):
        return False
    for set_name, text in zip(sets, texts, strict=True):
        if set_name != sets[0]:
            families = parts[0].family, parts[sets.index(set_name)].family
            what = [f"labels of `{name}`" if name else "numbers" for name in (sets[0], set_name)]
            read.fail(
                "HB422",
                f"`{families[0]}` and `{families[1]}` do not go together",
                text.span,
                cause=f"one of them draws {what[0]}, the other {what[1]}",
                help="let all of them draw labels of one index set",
            )
    return True


def chosen_labels(condition: Expression, then: Categorical, otherwise: Categorical) -> Categorical:
    """One of two vectors of chances."""
    return Categorical(where(condition, then.p, _along(otherwise, then)), then.axis, then.set_name)


def mixed_labels(weights: Sequence[Expression], parts: Sequence[Categorical]) -> Categorical:
    """The chances of labels of several components."""
    first = parts[0]
    terms = (w * _along(part, first) for w, part in zip(weights, parts, strict=True))
    return Categorical(reduce(lambda a, b: a + b, terms), first.axis, first.set_name)


def mixed_over(
    weight: Expression, part: Categorical, axis: str, condition: Expression | None
) -> Categorical:
    """The same for components along an axis."""
    chances = Reduce("sum", weight * part.p, (axis,), condition)
    return Categorical(chances, part.axis, part.set_name)


def _along(part: Categorical, other: Categorical) -> Expression:
    return rename_axes(part.p, {part.axis: other.axis})
