"""What names mean while an expression is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hdsl.expressions.index_set import Label
from hdsl.expressions.tree import Expression
from hdsl.source import NOWHERE, Span

LIST_AXIS = "[]"
"""The axis of a list until it meets another."""


SECOND_LIST_AXIS = "[]'"
"""The columns of a list of lists."""


@dataclass(frozen=True)
class Typed:
    """An expression and what its value is.

    Attributes
    ----------
    member
        The index set of which it holds positions: its value is a label.
    label
        A label that stands bare, whose set is not known yet (`expression` means nothing then).
    axis
        For a running index: the axis that it runs along.
    """

    expression: Expression
    member: str | None = None
    label: Label | None = None
    axis: str | None = None
    span: Span = NOWHERE


@dataclass(frozen=True)
class Scope:
    """The running indices and local names at a place.

    Attributes
    ----------
    indices
        What the body of a function calls the index sets of its arguments, with their names; ``""``
        stands for the items of a list.
    """

    running: Mapping[str, Typed] = field(default_factory=dict[str, Typed])
    locals: Mapping[str, Typed] = field(default_factory=dict[str, Typed])
    indices: Mapping[str, str] = field(default_factory=dict[str, str])

    def with_running(self, more: Mapping[str, Typed]) -> Scope:
        """The scope inside, where more indices run."""
        return replace(self, running={**self.running, **more})

    def with_locals(self, more: Mapping[str, Typed]) -> Scope:
        """The scope with more local names."""
        return replace(self, locals={**self.locals, **more})


class Failed(Exception):
    """A mistake was reported; what depends on it says nothing more."""


def slice_axis(axis: str) -> str:
    """The axis of a slice, kept apart from the running index over the same set."""
    return axis + "*"


def is_slice(axis: str) -> bool:
    """Whether an axis comes from an index that was left off, or from a list."""
    return axis.endswith("*") or axis in (LIST_AXIS, SECOND_LIST_AXIS)
