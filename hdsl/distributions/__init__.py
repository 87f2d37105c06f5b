"""Distributions: supports, densities as expressions, draws."""

from hdsl.distributions.registry import DISTRIBUTIONS

__all__ = ["DISTRIBUTIONS"]
