"""Bayesian hierarchical models, written as on the blackboard.

>>> import hdsl
>>> model = hdsl.compile("data n = 56, blue = 11; theta ~ Beta(2, 8); blue ~ Binomial(n, theta)")
>>> fit = model.sample(seed=1)
"""

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
