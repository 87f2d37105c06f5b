"""Truncation: a distribution within an interval, renormalised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hdsl.distributions.altered import WithEnds
from hdsl.distributions.chosen import among
from hdsl.distributions.distribution import Array, Parameter, Support
from hdsl.distributions.random import Applied, Evaluate, both
from hdsl.expressions.functions import where
from hdsl.expressions.tree import Constant, Expression, apply, lift


@dataclass(frozen=True)
class Truncated(WithEnds):
    """``D truncated to (lower, upper)``, renormalised; an end that is `None` is infinite."""

    lower_open: bool = True
    upper_open: bool = True

    @property
    def family(self) -> str:
        base = self.base
        return base.family if isinstance(base, Truncated) else f"truncated {base.family}"

    def log_prob(self, x: Expression) -> Expression:
        return self.base.log_prob(x) - self._mass

    @property
    def _mass(self) -> Expression:
        mass = self.base.log_mass(*self._ends())
        if mass is None:
            raise TypeError(f"{self.base.family} has no formula for its cdf")
        return mass

    def log_cdf(self, x: Expression) -> Expression | None:
        lower, upper = self._ends()
        at_most = x if upper is None else apply("min", x, upper)
        below = self.base.log_mass(lower, at_most)
        if below is None:
            return None
        return below - self._mass if lower is None else self._beyond(x, lower, below)

    def log_survival(self, x: Expression) -> Expression | None:
        lower, upper = self._ends()
        above = self.base.log_mass(x if lower is None else apply("max", x, lower), upper)
        if above is None:
            return None
        return above - self._mass if upper is None else self._beyond(upper, x, above)

    def _beyond(self, high: Expression, low: Expression, mass: Expression) -> Expression:
        """The share of a mass, which is nothing where the higher end is not above the lower."""
        return where(apply("less", low, high), mass - self._mass, -np.inf)

    def inside(self, x: Expression) -> Expression:
        between = super().inside(x)
        return between if isinstance(self.base, Applied) else both(self.base.inside(x), between)

    def _ends(self) -> tuple[Expression | None, Expression | None]:
        """The ends as `log_mass` wants them: above the first, at most the second."""
        lower = None if self.lower == Constant(-np.inf) else self.lower
        upper = None if self.upper == Constant(np.inf) else self.upper
        if self.base.is_discrete:
            if lower is not None:
                low = apply("floor", lower) if self.lower_open else apply("ceil", lower) - 1.0
                lower = low
            if upper is not None:
                upper = apply("ceil", upper) - 1.0 if self.upper_open else apply("floor", upper)
        return lower, upper

    @property
    def support(self) -> Support:
        own = self.base.support
        lower, lower_open = _tighter("max", own.lower, own.lower_open, self.lower, self.lower_open)
        upper, upper_open = _tighter("min", own.upper, own.upper_open, self.upper, self.upper_open)
        return Support(
            lower,
            upper,
            lower_open,
            upper_open,
            own.integer,
            touches_lower=own.touches_lower and lower is own.lower,
            touches_upper=own.touches_upper and upper is own.upper,
        )

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate) -> Array:
        """By rejection, and where that takes too long by inverting the cdf."""
        draws, left = np.full(shape, np.nan), np.ones(shape, bool)
        for _ in range(30):
            run, count = among(evaluate, left), (int(left.sum()),)
            lower = run(lift(-np.inf) if self.lower is None else self.lower)
            upper = run(lift(np.inf) if self.upper is None else self.upper)
            tries = self.base.sample(rng, count, run)
            above = tries > lower if self.lower_open else tries >= lower
            fits = above & (tries < upper if self.upper_open else tries <= upper)
            draws[left] = np.where(fits, tries, np.nan)
            left[left] = ~fits
            if not left.any():
                return draws
        draws[left] = self._invert(rng, (int(left.sum()),), among(evaluate, left))
        return draws

    def _invert(
        self, rng: np.random.Generator, shape: tuple[int, ...], evaluate: Evaluate
    ) -> Array:
        from hdsl.distributions.invert import draw_between

        lower, upper = self._ends()
        above = evaluate(lift(-np.inf) if lower is None else lower)
        at_most = evaluate(lift(np.inf) if upper is None else upper)
        return draw_between(rng, shape, self.base, above, at_most, evaluate)

    def requirements(self) -> Iterator[tuple[Parameter, Expression]]:
        yield from ()


def _tighter(
    pick: str, own: Expression | None, own_open: bool, cut: Expression | None, cut_open: bool
) -> tuple[Expression | None, bool]:
    """The tighter of two ends; an infinite one gives way."""
    if cut is None or cut in (Constant(-np.inf), Constant(np.inf)):
        return own, own_open
    if own is None:
        return cut, cut_open
    if isinstance(own, Constant) and isinstance(cut, Constant):
        first = own.value >= cut.value if pick == "max" else own.value <= cut.value
        if own.value == cut.value:
            return cut, own_open or cut_open
        return (own, own_open) if first else (cut, cut_open)
    return apply(pick, own, cut), own_open and cut_open
