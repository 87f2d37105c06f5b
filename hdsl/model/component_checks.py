"""What can be a component of a mixture, have extra zeros, or stand in a branch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hdsl.diagnostics import Label as Place
from hdsl.distributions.categorical import Categorical
from hdsl.distributions.censored import CensoredIf, CensoredTo
from hdsl.distributions.random import Applied, Random
from hdsl.syntax import tree

if TYPE_CHECKING:
    from hdsl.model.translate import Translator


def check_part(read: Translator, part: Random, text: tree.Expression, whole: str) -> None:
    """Refuse what cannot be a part of another distribution."""
    if isinstance(part, Categorical):
        read.fail(
            "HB423",
            f"`Categorical` cannot stand in {whole}",
            text.span,
            cause="it draws a label, whose chances are one vector",
            help="compute that vector: `Categorical(p)`, where `p[k] = …`",
        )
    if any(isinstance(other, CensoredTo | CensoredIf) for other in part.walk()):
        read.fail(
            "HB423",
            f"a censored distribution cannot stand in {whole}",
            text.span,
            cause="censoring says how much of an observed value is seen",
            help="censor the whole: `Mixture(…) censored to [0, 10]`, for example",
        )
    for other in part.walk():
        if isinstance(other, Applied) and not other.distribution.proper:
            read.fail(
                "HB423",
                f"`{other.family}` cannot stand in {whole}",
                text.span,
                cause="it does not add up to 1, so it has no share in the whole",
                help="take a proper distribution, such as `Uniform(lower, upper)`",
            )


def check_one_kind(
    read: Translator, parts: Sequence[Random], texts: Sequence[tree.Expression]
) -> None:
    """Refuse whole numbers beside continuous ones."""
    kinds = [(part.is_discrete, part.has_atoms, len(part.event_axes)) for part in parts]
    other = next((i for i, kind in enumerate(kinds) if kind != kinds[0]), None)
    if other is None:
        return
    title = f"`{parts[0].family}` and `{parts[other].family}` do not go together"
    if kinds[other][2] != kinds[0][2]:
        read.fail(
            "HB422",
            title,
            texts[other].span,
            cause="one of them draws a vector or a matrix, the other something else",
            help="let all of them draw the same",
        )
    if kinds[other][0] == kinds[0][0]:
        read.fail(
            "HB422",
            title,
            texts[other].span,
            cause="zero has a chance of its own in one of them, and a density in the other",
            help="give both of them extra zeros, or none",
        )
    what = {True: "whole numbers", False: "fractions too"}
    read.fail(
        "HB422",
        title,
        texts[other].span,
        labels=[Place(texts[0].span, f"draws {what[kinds[0][0]]}")],
        cause="a probability cannot be compared with a density: either all distributions draw "
        "whole numbers, or none does",
        help="for zeros beside a continuous distribution there is `ZeroInflated(p, D)`, or "
        "`Hurdle(p, D)`",
    )
