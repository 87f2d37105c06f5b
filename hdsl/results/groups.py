"""The groups of a fit in ArviZ's scheme: arrays with named axes, each group with its own labels.

https://python.arviz.org/en/stable/schema/schema.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from hdsl.results.variables import Array, Label, Role, Variable, label_text
from hdsl.source import Span

if TYPE_CHECKING:
    import xarray

    from hdsl.results.fit import Fit

GroupName = Literal[
    "posterior",
    "predictions",
    "posterior_predictive",
    "sample_stats",
    "log_likelihood",
    "observed_data",
    "constant_data",
]
GROUP_NAMES: tuple[GroupName, ...] = get_args(GroupName)

_GROUP_OF_ROLE: dict[Role, GroupName] = {
    "parameter": "posterior",
    "derived": "posterior",
    "prediction": "predictions",
    "replicate": "posterior_predictive",
}
_SAMPLE_DIMS = ("chain", "draw")
_ELEMENTS = ("absent", "at_least", "at_most")
_LARGEST_WHOLE = 2.0**53  # beyond it floating-point numbers skip whole ones


@dataclass(frozen=True, eq=False)
class Entry:
    """One array of a group, under names that files and xarray can bear."""

    name: str
    dims: tuple[str, ...]
    values: Array
    attributes: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, eq=False)
class Group:
    """Arrays that belong together, and the labels of their axes."""

    name: str
    entries: tuple[Entry, ...]
    axes: tuple[Entry, ...]

    def with_labels(self, coords: Mapping[str, tuple[Label, ...]]) -> Group:
        """The group with labels where its arrays hold positions of labels."""
        return replace(self, entries=tuple(_labelled(entry, coords) for entry in self.entries))

    def to_xarray(self) -> xarray.Dataset:
        """The group as a dataset with label coordinates."""
        import xarray

        return xarray.Dataset(
            {e.name: (e.dims, e.values, dict(e.attributes)) for e in self.entries},
            coords={e.name: (e.dims, e.values, dict(e.attributes)) for e in self.axes},
        )


def _labelled(entry: Entry, coords: Mapping[str, tuple[Label, ...]]) -> Entry:
    members = entry.attributes.get("members")
    if members is None:
        return entry
    labels, _ = _label_array(coords[members])
    return replace(entry, values=labels[np.asarray(entry.values, np.int64)])


def groups_of(fit: Fit) -> tuple[Group, ...]:
    """The groups of `fit` that hold something, and one of the axes that none of them uses."""
    filled = [group for name in GROUP_NAMES if (group := group_of(fit, name)).entries]
    used = {axis.name for group in filled for axis in group.axes}
    unused = [dim for dim in fit.coords if _axis_name(dim) not in used]
    axes = tuple(_axis(dim, fit.coords[dim]) for dim in unused)
    return (*filled, Group("unused_axes", (), axes)) if axes else tuple(filled)


def group_of(fit: Fit, name: GroupName) -> Group:
    """One group of `fit`; without entries if there is nothing to put into it."""
    entries = tuple(_entries(fit, name))
    used = {dim for entry in entries for dim in entry.dims}
    axes = [_axis(dim, labels) for dim, labels in fit.coords.items() if _axis_name(dim) in used]
    sizes = {"chain": fit.num_chains, "draw": fit.num_draws}
    counted = [Entry(d, (d,), np.arange(size)) for d, size in sizes.items() if d in used]
    return Group(name, entries, (*counted, *axes))


def variables_from(groups: Iterable[Group]) -> tuple[Variable, ...]:
    """The variables that were put into `groups`, in the order they had."""
    found = [
        (int(entry.attributes["order"]), _variable(entry))
        for group in groups
        if group.name in _GROUP_OF_ROLE.values()
        for entry in group.entries
    ]
    return tuple(variable for _, variable in sorted(found, key=lambda pair: pair[0]))


def arrays_from(
    groups: Iterable[Group], name: GroupName
) -> dict[str, tuple[tuple[str, ...], Array]]:
    """The arrays of one group by their own names, with their axes (chain and draw not named)."""
    entries = [entry for group in groups if group.name == name for entry in group.entries]
    entries.sort(key=lambda entry: int(entry.attributes["order"]))
    return {_own_name(entry): (_own_dims(entry), entry.values) for entry in entries}


def coords_from(groups: Iterable[Group], order: Iterable[str]) -> dict[str, tuple[Label, ...]]:
    """The labels of all axes, in the given order of the axes."""
    found = (axis for group in groups for axis in group.axes if axis.name not in _SAMPLE_DIMS)
    axes = {_own_name(axis): axis for axis in found}
    return {dim: _own_labels(axes[dim]) for dim in order}


@dataclass(frozen=True, eq=False)
class _Content:
    name: str
    dims: tuple[str, ...]
    values: Array
    sampled: bool = True
    attributes: Mapping[str, Any] = field(default_factory=dict[str, Any])


def _contents(fit: Fit, name: GroupName) -> Iterator[_Content]:
    match name:
        case "sample_stats":
            for key, values in fit.sample_stats.items():
                yield _Content(key, (), values)
        case "log_likelihood":
            for key, (dims, values) in fit.log_likelihood.items():
                yield _Content(key, dims, values)
        case "observed_data" | "constant_data":
            data = fit.observed_data if name == "observed_data" else fit.constant_data
            for key, (dims, values) in data.items():
                yield _Content(key, dims, values, sampled=False)
        case _:
            for order, variable in enumerate(fit.variables):
                if _GROUP_OF_ROLE[variable.role] == name:
                    described = _description(variable, order)
                    yield _Content(variable.name, variable.dims, variable.values, True, described)


def _description(variable: Variable, order: int) -> dict[str, Any]:
    described: dict[str, Any] = {"order": order, "role": variable.role}
    if variable.description:
        described["description"] = variable.description
    if variable.members is not None:
        described["members"] = variable.members
    for key in _ELEMENTS:
        if getattr(variable, key):
            described[key] = np.array(getattr(variable, key))
    if variable.span is not None:
        described["span"] = np.array([variable.span.start, variable.span.end])
    return described


def _entries(fit: Fit, name: GroupName) -> Iterator[Entry]:
    taken = {_axis_name(dim) for dim in fit.coords} | set(_SAMPLE_DIMS)
    for order, content in enumerate(_contents(fit, name)):
        stored = _free_name(content, taken)
        taken.add(stored)
        dims = tuple(_axis_name(dim) for dim in content.dims)
        attributes = {"order": order, **content.attributes}
        if stored != content.name:
            attributes["own_name"] = content.name
        if dims != content.dims:
            attributes["own_dims"] = "\n".join(content.dims)
        sample_dims = _SAMPLE_DIMS if content.sampled else ()
        yield Entry(stored, (*sample_dims, *dims), content.values, attributes)


def _free_name(content: _Content, taken: set[str]) -> str:
    # `day[bag]`, the day of each bag, may bear the name of the axis `day`; here it can't.
    name = content.name.replace("/", "_")
    if name in taken and content.dims:
        name = f"{name}_of_{'_'.join(content.dims)}".replace("/", "_")
    while name in taken:
        name += "_"
    return name


def _axis_name(dim: str) -> str:
    name = dim.replace("/", "_")
    return f"{name}_" if name in _SAMPLE_DIMS else name


def _axis(dim: str, labels: Iterable[Label]) -> Entry:
    name = _axis_name(dim)
    values, attributes = _label_array(tuple(labels))
    if name != dim:
        attributes["own_name"] = dim
    return Entry(name, (name,), values, attributes)


def _label_array(labels: tuple[Label, ...]) -> tuple[Array, dict[str, Any]]:
    kinds = {type(label) for label in labels}
    if all(issubclass(kind, str) for kind in kinds):
        return np.array(labels, dtype=np.str_), {}
    if not any(issubclass(kind, str) for kind in kinds):
        numbers = np.array(labels, dtype=np.float64)
        whole = np.all((numbers == np.round(numbers)) & (np.abs(numbers) < _LARGEST_WHOLE))
        return (np.array(labels, dtype=np.int64) if whole else numbers), {}
    return np.array([label_text(label) for label in labels]), {"own_labels": json.dumps(labels)}


def _variable(entry: Entry) -> Variable:
    attributes = entry.attributes
    span = attributes.get("span")
    return Variable(
        name=_own_name(entry),
        values=entry.values,
        dims=_own_dims(entry),
        span=None if span is None else Span(int(span[0]), int(span[1])),
        description=attributes.get("description", ""),
        role=attributes["role"],
        members=attributes.get("members"),
        **{
            key: tuple(int(index) for index in np.atleast_1d(attributes.get(key, ())))
            for key in _ELEMENTS
        },
    )


def _own_name(entry: Entry) -> str:
    return entry.attributes.get("own_name", entry.name)


def _own_dims(entry: Entry) -> tuple[str, ...]:
    if "own_dims" in entry.attributes:
        return tuple(entry.attributes["own_dims"].split("\n"))
    return tuple(dim for dim in entry.dims if dim not in _SAMPLE_DIMS)


def _own_labels(axis: Entry) -> tuple[Label, ...]:
    if "own_labels" in axis.attributes:
        return tuple(json.loads(axis.attributes["own_labels"]))
    return tuple(axis.values.tolist())
