"""Names as they stand on axes: Greek letters, lower indices, words from the model's comments."""

from __future__ import annotations

import re
import textwrap

_LETTERS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "lam": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ",
    "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+|\d+")
_NAME = re.compile(r"[^\W\d]\w*")
_ROLE = re.compile(
    r"^\s*(hyperpriors?|priors?|likelihood|predictions?|hyperparameters?|parameters?)\s*([:,]\s*|$)",
    re.I,
)
_POWER = re.compile(r"(?<!\\)\^\(?(-?\d+)\)?")
_LONGEST = 90
_LONGEST_NAME = 40
_LAST_LETTER = "\u052f"
"""The last of the Latin, Greek and Cyrillic letters, which formulas of matplotlib have."""


def symbol(name: str) -> str:
    """A name as it is drawn: ``theta_next`` is θ with a lower index, ``mean_blue`` stays.

    What stands in brackets is a label, and stays as it is. Of long names the middle is left out.
    """
    name = cut(name)
    head, bracket, rest = name.partition("[")
    words = _WORD.findall(head)
    is_apart = head.strip("_") == head and "__" not in head
    if not _NAME.fullmatch(head) or not is_apart or max(head) > _LAST_LETTER:
        return plain(name)
    first, lower = words[0], " ".join(words[1:])
    letter = _LETTERS.get(first, first if len(first) == 1 else "")
    if not letter:
        return plain(name)
    slanted = letter if len(first) == 1 else f"\\mathit{{{letter}}}"
    drawn = f"${slanted}_{{\\mathrm{{{lower}}}}}$" if lower else f"${slanted}$"
    return drawn.replace(" ", r"\ ") + plain(bracket + rest)


def cut(name: str, longest: int = _LONGEST_NAME) -> str:
    """A name with at most so many letters: its beginning and its end."""
    if len(name) <= longest:
        return name
    after = longest // 2
    return f"{name[: longest - 1 - after]}…{name[-after:]}"


def plain(text: str) -> str:
    """A text with Greek letters for their names, in which no sign has a meaning for matplotlib."""
    greek = _NAME.sub(lambda found: _LETTERS.get(found[0], found[0]), text)
    return verbatim(greek)


def verbatim(text: str) -> str:
    """A text as it is."""
    return text.replace("$", r"\$")


def number(value: float) -> str:
    """A number with three digits."""
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")


def described(name: str, description: str, width: int = 70) -> str:
    """A name with what the model's comment says of it, in lines of a width."""
    words = meaning(description)
    if not words:
        return symbol(name)
    indent = " " * min(len(name) + 3, width - 12)
    lines = textwrap.wrap(words, width, initial_indent=indent)
    return "\n".join([f"{symbol(name)}:  {lines[0].strip()}", *lines[1:]])


def meaning(description: str) -> str:
    """What a comment says of a quantity, without its part in the model; shortened if long."""
    words = _ROLE.sub("", description, count=1).strip() if description else ""
    return _POWER.sub(r"$^{\1}$", verbatim(textwrap.shorten(words, _LONGEST, placeholder=" …")))
