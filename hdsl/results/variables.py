"""What a run hands over: families of draws, and the facts of the run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import product
from typing import Any, Literal, final

import numpy as np
from numpy.typing import NDArray

from hdsl.diagnostics.visible import visible
from hdsl.source import Span

Array = NDArray[np.generic]
Label = str | float | int
Coords = Mapping[str, Sequence[Label]]
Role = Literal["parameter", "derived", "prediction", "replicate"]


@final
@dataclass(frozen=True, eq=False)
class Variable:
    """The draws of one family of the model.

    Attributes
    ----------
    values
        Shape ``(chain, draw, *dims)``.
    dims
        The names of the axes after chain and draw.
    span
        The line of the model that defines it: what is wrong with its draws is blamed there.
    role
        ``replicate`` is new data in place of the observed, for predictive checks.
    members
        The index set of whose labels the values are positions, for draws that are labels.
    absent
        The elements, counted as in `columns`, that no statement defines; their values are NaN,
        or -1 where draws are whole numbers.
    at_least, at_most
        Of a replicate, the elements whose datum is a bound alone: the value was at least, or at
        most, this. The draws are not censored there.
    """

    name: str
    values: Array
    dims: tuple[str, ...] = ()
    span: Span | None = None
    description: str = ""
    role: Role = "parameter"
    members: str | None = None
    absent: tuple[int, ...] = ()
    at_least: tuple[int, ...] = ()
    at_most: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.values.ndim != 2 + len(self.dims):
            raise ValueError(f"{self.name}: shape {self.values.shape} for the axes {self.dims}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Variable):
            return NotImplemented
        described = (item.name for item in fields(self) if item.name != "values")
        if any(getattr(self, name) != getattr(other, name) for name in described):
            return False
        return same_array(self.values, other.values)

    @property
    def size(self) -> int:
        """The number of elements of the family."""
        return int(np.prod(self.values.shape[2:], dtype=int))

    @property
    def title(self) -> str:
        """The name as the model's line writes it, such as ``theta[day]``."""
        return f"{self.name}[{', '.join(self.dims)}]" if self.dims else self.name

    @property
    def defined(self) -> list[int]:
        """The elements that a statement defines, counted as in `columns`."""
        return [index for index in range(self.size) if index not in set(self.absent)]

    def columns(self) -> Array:
        """The draws as shape ``(chain, draw, size)``."""
        return self.values.reshape(*self.values.shape[:2], self.size)

    def indicators(self, coords: Coords) -> Variable:
        """Draws that are labels as 0 and 1 for each label, along one more axis; others as is."""
        if self.members is None:
            return self
        positions = np.arange(len(coords[self.members]))
        values = self.values[..., None] == positions
        absent = (i * len(positions) + k for i in self.absent for k in range(len(positions)))
        dims = (*self.dims, self.members)
        return replace(self, values=values, dims=dims, absent=tuple(absent))

    def label(self, index: int, coords: Coords) -> str:
        """The name of one element: ``theta[2014-03-10]``, or ``z[3] == A`` for an indicator."""
        if not self.dims:
            return self.name
        place = np.unravel_index(index, self.values.shape[2:])
        labels = list(self._labels(place, coords))
        value = f" == {labels.pop()}" if self.members is not None else ""
        return f"{self.name}[{', '.join(labels)}]{value}" if labels else f"{self.name}{value}"

    def labels(self, coords: Coords) -> Iterator[tuple[Label, ...]]:
        """The labels of the elements, last axis fastest."""
        return product(*(coords[dim] for dim in self.dims))

    def _labels(self, place: Sequence[np.intp], coords: Coords) -> Iterator[str]:
        for dim, index in zip(self.dims, place, strict=True):
            yield label_text(coords[dim][int(index)])


@final
@dataclass(frozen=True)
class RunFacts:
    """What is needed to know where the draws came from, and to make them again.

    Attributes
    ----------
    plan_json
        The plan as JSON text.
    data_fingerprint
        A hash of each data variable.
    rounds
        Steps with and without adaptation of each stretch of sampling; more than one where the run
        went on by itself. Stretches before a later one with adaptation belong to the warm-up.
    moved_chains
        Those that went on from where another chain was, for where they were weighs nothing.
    remarks
        What a reader should know, a sentence each: what was left out, what is not exact.
    direct
        The draws are independent and exact: there was no chain that had to converge.
    """

    model_text: str = ""
    model_name: str = "model"
    seed: int = 0
    plan_text: str = ""
    plan_json: str = "{}"
    data_fingerprint: Mapping[str, str] = field(default_factory=dict[str, str])
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    timings: Mapping[str, float] = field(default_factory=dict[str, float])
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    max_tree_depth: int = 10
    rounds: Sequence[Sequence[int]] = ()
    moved_chains: Sequence[int] = ()
    direct: bool = False
    remarks: Sequence[str] = ()

    def __post_init__(self) -> None:
        # As they will be read back from a file, so that a fit equals its saved self.
        for item in fields(self):
            value = json.loads(json.dumps(getattr(self, item.name)))
            object.__setattr__(self, item.name, value)


def label_text(label: Label) -> str:
    """A label as it stands in brackets: ``5`` for 5.0, and nothing that steers a terminal."""
    if isinstance(label, float | np.floating):
        return str(int(label)) if float(label).is_integer() else repr(float(label))
    return visible(str(label))


def same_array(one: Array, other: Array) -> bool:
    """Whether shape, kind and values agree; NaN equals NaN."""
    if one.shape != other.shape or one.dtype.kind != other.dtype.kind:
        return False
    return bool(np.array_equal(one, other, equal_nan=one.dtype.kind in "fc"))
