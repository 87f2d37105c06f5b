"""Bayesian hierarchical models, written as on the blackboard.

>>> import hdsl
>>> model = hdsl.compile("data n = 56, blue = 11; theta ~ Beta(2, 8); blue ~ Binomial(n, theta)")
>>> fit = model.sample(seed=1)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hdsl.api import LogDensity as LogDensity
    from hdsl.api import Model as Model
    from hdsl.api import compile as compile
    from hdsl.api import load as load
    from hdsl.api import parse as parse
    from hdsl.diagnostics import Diagnostic as Diagnostic
    from hdsl.diagnostics import HdslError as HdslError
    from hdsl.results import Fit as Fit
    from hdsl.results import open_fit as open
    from hdsl.syntax import tree as tree
    from hdsl.syntax.format import format_program as format

__version__ = "0.1.0"

__all__ = [
    "Diagnostic", "Fit", "HdslError", "LogDensity", "Model", "compile", "format", "load", "open",
    "parse", "tree",
]  # fmt: skip

# Each command needs a part of hdsl only, and importing all of it takes longer than `hdsl fmt`.
_PLACES = {
    "Diagnostic": ("hdsl.diagnostics", "Diagnostic"),
    "Fit": ("hdsl.results", "Fit"),
    "HdslError": ("hdsl.diagnostics", "HdslError"),
    "LogDensity": ("hdsl.api", "LogDensity"),
    "Model": ("hdsl.api", "Model"),
    "compile": ("hdsl.api", "compile"),
    "format": ("hdsl.syntax.format", "format_program"),
    "load": ("hdsl.api", "load"),
    "open": ("hdsl.results", "open_fit"),
    "parse": ("hdsl.api", "parse"),
    "tree": ("hdsl.syntax.tree", None),
}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module 'hdsl' has no attribute {name!r}")
    from importlib import import_module

    place, attribute = _PLACES[name]
    module = import_module(place)
    found = module if attribute is None else getattr(module, attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
