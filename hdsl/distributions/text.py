"""What stands right of ``~`` as text, in the notation of the language."""

from __future__ import annotations

from functools import singledispatch

from hdsl.distributions.censored import CensoredIf, CensoredTo
from hdsl.distributions.choice import Choice
from hdsl.distributions.mixture import IndexMixture, ListMixture
from hdsl.distributions.random import Random
from hdsl.distributions.truncated import Truncated
from hdsl.distributions.zeros import Hurdle, ZeroInflated
from hdsl.expressions.text import text
from hdsl.expressions.tree import Expression, set_of


@singledispatch
def random_text(random: Random) -> str:
    """A distribution as text."""
    return f"{random.family}({', '.join(map(text, random.expressions))})"


@random_text.register
def _(random: Truncated) -> str:
    left, right = "(" if random.lower_open else "[", ")" if random.upper_open else "]"
    interval = f"{left}{_end(random.lower, '-inf')}, {_end(random.upper, 'inf')}{right}"
    return f"{random_text(random.base)} truncated to {interval}"


@random_text.register
def _(random: CensoredTo) -> str:
    bounds = f"[{_end(random.lower, '-inf')}, {_end(random.upper, 'inf')}]"
    return f"{random_text(random.base)} censored to {bounds}"


@random_text.register
def _(random: CensoredIf) -> str:
    return f"{random_text(random.base)} censored if {text(random.condition)}"


@random_text.register
def _(random: ListMixture) -> str:
    weights = ", ".join(map(text, random.weights))
    return f"Mixture([{weights}], [{', '.join(map(random_text, random.components))}])"


@random_text.register
def _(random: IndexMixture) -> str:
    limit = "" if random.where is None else f", {text(random.where)}"
    inside = f"{text(random.weight)}, {random_text(random.component)}"
    return f"Mixture({inside} for {set_of(random.axis)}{limit})"


@random_text.register(ZeroInflated)
@random_text.register(Hurdle)
def _(random: ZeroInflated | Hurdle) -> str:
    name = random.family.split(" ")[0]
    return f"{name}({text(random.p)}, {random_text(random.base)})"


@random_text.register
def _(random: Choice) -> str:
    branches = f"{random_text(random.then)} else {random_text(random.otherwise)}"
    return f"if {text(random.condition)} then {branches}"


def _end(end: Expression | None, infinite: str) -> str:
    return infinite if end is None else text(end)
