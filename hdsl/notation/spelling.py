"""How a name is drawn: Greek letters, subscripts of its own, accents, primes."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SMALL = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda",
    "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi",
    "omega",
)  # fmt: skip
_SMALL_LETTERS = "αβγδεζηθικλμνξοπρστυφχψω"
GREEK = {
    **dict(zip(_SMALL, _SMALL_LETTERS, strict=True)),
    **{
        word.capitalize(): letter.upper()
        for word, letter in zip(_SMALL, _SMALL_LETTERS, strict=True)
    },
}
"""Greek letters by their names."""

ACCENTS = ("hat", "bar", "tilde")
# Words after which what follows is what they are about: `mean_blue` is the mean of blue.
_ABOUT = {"mean", "sd", "var", "min", "max", "median", "se", "corr", "cov", "rate", "total"}
_NUMBERED = re.compile(r"(.*?[^\W\d_])(\d+)")


@dataclass(frozen=True)
class Spelled:
    """A name taken apart.

    Attributes
    ----------
    base
        A letter (Latin or Greek) or a word.
    subscripts
        What the name itself has as subscripts: ``mu_x``, ``phi0``.
    """

    base: str
    subscripts: tuple[str, ...] = ()
    accent: str = ""
    primes: int = 0

    @property
    def is_letter(self) -> bool:
        """Whether the base is one letter, which is slanted."""
        return len(self.base) == 1


def spell(name: str) -> Spelled:
    """Take a name apart: ``mu_x`` is μ with the subscript x; ``_x`` and ``x__1`` stay."""
    bare = name.rstrip("'")
    primes = len(name) - len(bare)
    if bare.strip("_") != bare or "__" in bare:
        return Spelled(bare, (), "", primes)
    first, *rest = [part for part in bare.split("_") if part] or [bare]
    accent = ""
    if rest and rest[-1] in ACCENTS:
        *rest, accent = rest
    numbered = _NUMBERED.fullmatch(first)
    if numbered is not None:
        first, rest = numbered[1], [numbered[2], *rest]
    base = GREEK.get(first, first)
    plain_word = len(base) > 1 and first not in _ABOUT
    if plain_word and any(not part.isdigit() for part in rest):
        if accent:
            bare = bare.removesuffix(f"_{accent}")
        return Spelled(bare, (), accent, primes)
    return Spelled(base, tuple(GREEK.get(part, part) for part in rest), accent, primes)
