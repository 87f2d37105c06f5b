"""Distributions: supports, densities as expressions, draws."""

from hdsl.distributions.registry import DISTRIBUTIONS, FAMILIES, JOINT_DISTRIBUTIONS

__all__ = ["DISTRIBUTIONS", "FAMILIES", "JOINT_DISTRIBUTIONS"]
