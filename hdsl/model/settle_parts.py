"""The axes of the left side for distributions that are made of others."""

from __future__ import annotations

from dataclasses import replace

from hdsl.distributions.choice import Choice
from hdsl.distributions.joint import Joint
from hdsl.distributions.mixture import IndexMixture, ListMixture
from hdsl.distributions.random import Random
from hdsl.expressions.tree import Expression
from hdsl.model.left import Left
from hdsl.model.names import Target
from hdsl.model.settle import settle
from hdsl.model.translate import Translator
from hdsl.model.whole_draws import settle_joint


def settle_parts(read: Translator, found: Random, left: Left, target: Target) -> Random:
    """Give the arguments of a distribution, and of those in it, the axes of the left side."""

    def settled(e: Expression, place: Left = left) -> Expression:
        return settle(read, e, place, target)

    match found:
        case Joint():
            return settle_joint(read, found, left, target)
        case ListMixture():
            parts = tuple(settle_parts(read, part, left, target) for part in found.components)
            return replace(found, weights=tuple(map(settled, found.weights)), components=parts)
        case IndexMixture():
            # What a mixture runs over is its own, and need not stand on the left.
            within = replace(left, axes=(found.axis, *left.axes))
            return replace(
                found,
                weight=settled(found.weight, within),
                component=settle_parts(read, found.component, within, target),
                where=None if found.where is None else settled(found.where, within),
            )
        case Choice():
            return replace(
                found,
                condition=settled(found.condition),
                then=settle_parts(read, found.then, left, target),
                otherwise=settle_parts(read, found.otherwise, left, target),
            )
        case _:
            kept = replace(left, axes=(*left.axes, *found.own_axes))
            return found.map(lambda e: settled(e, kept))
