"""How messages name labels and elements: as the user would write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from hdsl.expressions.evaluate import Value
from hdsl.expressions.index_set import IndexSet, Label
from hdsl.expressions.tree import set_of
from hdsl.model.graph import ModelGraph

MOST_COMPARED = 2000


def first_index(mask: NDArray[np.bool_]) -> tuple[int, ...]:
    """The positions of the first element that is true."""
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(mask)), mask.shape))


def and_more(mask: NDArray[np.bool_], noun: str) -> str:
    """How many elements are true besides the first; nothing where there is no other."""
    count = int(mask.sum()) - 1
    return "" if count == 0 else f" (and {count} more {noun}{'' if count == 1 else 's'})"


def label_name(label: Label) -> str:
    """A label as it stands in brackets: ``NJ``, ``"St. Louis"``, ``1990``."""
    if isinstance(label, str):
        return label if label.isidentifier() else f'"{label}"'
    return number_name(label)


def number_name(number: float) -> str:
    """A number without needless digits."""
    value = float(number)
    if value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return f"{value:.6g}" if float(f"{value:.6g}") == value else repr(value)


def listed(names: Sequence[str], most: int = 5) -> str:
    """Names in backquotes, the first few of them."""
    shown = ", ".join(f"`{name}`" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def listed_labels(index_set: IndexSet, most: int = 6) -> str:
    """The first few labels of a set."""
    labels = [label_name(label) for label in islice(index_set.labels, most)]
    more = ", …" if index_set.size > most else ""
    return ", ".join(f"`{label}`" for label in labels) + more


def suggestion(wanted: Label, known: Iterable[Label]) -> str:
    """``did you mean …?`` where something near is known, else nothing."""
    if not isinstance(wanted, str):
        return ""
    texts = {str(x).casefold(): str(x) for x in islice(known, MOST_COMPARED) if isinstance(x, str)}
    near = get_close_matches(wanted.casefold(), list(texts), n=1)
    return f"did you mean `{label_name(texts[near[0]])}`?" if near else ""


def element_name(
    name: str,
    axes: Sequence[str],
    index: Sequence[int],
    graph: ModelGraph,
    sets: Mapping[str, IndexSet],
    values: Mapping[str, Value],
) -> str:
    """An element with its labels: ``blue[bag=7]``; along a selection, the labels it chose."""
    parts: list[str] = []
    for axis, position in zip(axes, index, strict=True):
        parts.extend(_axis_labels(axis, position, graph, sets, values))
    return f"{name}[{', '.join(parts)}]" if parts else name


def _axis_labels(
    axis: str,
    position: int,
    graph: ModelGraph,
    sets: Mapping[str, IndexSet],
    values: Mapping[str, Value],
) -> list[str]:
    chosen = graph.selections.get(axis)
    if chosen is not None:
        found: list[str] = []
        for over, name in zip(chosen.over, chosen.positions, strict=True):
            inner = int(np.asarray(values[name].array)[position])
            found.extend(_axis_labels(over, inner, graph, sets, values))
        return found
    if set_of(axis) in sets:
        return [f"{axis.split('#')[0]}={label_name(sets[set_of(axis)].labels[position])}"]
    return [str(position + 1)]
