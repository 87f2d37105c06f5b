"""Where along the axes of the model the values of a file belong: each at its label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdsl.data import Field
from hdsl.diagnostics import Label as Place
from hdsl.diagnostics import Report
from hdsl.expressions.index_set import IndexSet
from hdsl.expressions.tree import set_of
from hdsl.model.element_names import label_name, listed_labels, suggestion
from hdsl.model.readings import Labels, key_of, labels_beside
from hdsl.model.supplies import Supplies, Supply

Positions = NDArray[np.int64]


class Unarranged(Exception):
    """The values of an item could not be laid out; the report says why."""


@dataclass
class Alignment:
    """Finds for each label the place of its value; mistakes go to the report.

    Attributes
    ----------
    words
        Where the labels of each set come from.
    orders
        What was found, by the identity of the labels and the set.
    """

    supplies: Supplies
    sets: Mapping[str, IndexSet]
    words: Mapping[str, str]
    report: Report
    orders: dict[tuple[int, str], Positions | None] = field(
        default_factory=dict[tuple[int, str], Positions | None]
    )

    def set_of(self, axis: str) -> IndexSet:
        """The index set of an axis."""
        return self.sets[set_of(axis)]

    def fail(
        self,
        code: str,
        title: str,
        supply: Supply,
        *,
        cause: str = "",
        help: str = "",
        labels: Sequence[Place] = (),
    ) -> Unarranged:
        """Report a mistake in an item; gives the exception to be raised."""
        self.report.add(code, title, supply.declaration.span, cause=cause, help=help, labels=labels)
        return Unarranged()

    # --- where along an axis the values belong ---------------------------------------------

    def sources(self, supply: Supply, axis: int, size: int) -> Positions | None:
        """For each label of an axis the place of its value in the file; `None`: the same order."""
        name = supply.declaration.axes[axis]
        index_set = self.set_of(name)
        labels = labels_beside(supply, axis, self.supplies)
        if labels is None or labels is index_set.labels:
            self._check_size(supply, axis, size)
            return None
        if len(labels) != size:
            raise self._labels_of_another_size(supply, index_set, len(labels), size)
        key = (id(labels), index_set.name)
        if key not in self.orders:
            self.orders[key] = self._order(supply, index_set, labels)
        return self.orders[key]

    def _labels_of_another_size(
        self, supply: Supply, index_set: IndexSet, labels: int, size: int
    ) -> Unarranged:
        return self.fail(
            "HB323",
            f"`{supply.declaration.name}` has {size} values along `{index_set.name}`, "
            f"but {labels} labels",
            supply,
            cause="each label has one value",
            help="check that the labels and the values come from the same rows",
        )

    def _check_size(self, supply: Supply, axis: int, size: int) -> None:
        name = supply.declaration.name
        index_set = self.set_of(supply.declaration.axes[axis])
        if size == index_set.size:
            return
        source = f" in {supply.source_name}" if supply.source_name else ""
        raise self.fail(
            "HB323",
            f"`{name}` has {size} values along `{index_set.name}`{source}, "
            f"but `{index_set.name}` has {index_set.size} labels",
            supply,
            cause=f"all that is said about an index set must agree; the labels of "
            f"`{index_set.name}` come from {self.words.get(index_set.name, 'elsewhere')}",
            help=f"give the rows of {supply.source_name or 'this item'} an index set of their own",
        )

    def _order(self, supply: Supply, index_set: IndexSet, labels: Labels) -> Positions | None:
        found = positions_in(index_set, np.array(labels, dtype=object), _has_texts(labels))
        if (found < 0).any():
            first = labels[int(np.flatnonzero(found < 0)[0])]
            raise self.fail(
                "HB324",
                f"`{supply.declaration.name}` has a value for `{label_name(first)}`, "
                f"which is no label of `{index_set.name}`",
                supply,
                cause=self._labels_cause(index_set),
                help=suggestion(first, index_set.labels) or "correct the label, or leave it out",
            )
        counts = np.bincount(found, minlength=index_set.size)
        if (counts != 1).any():
            place = int(np.flatnonzero(counts != 1)[0])
            label = label_name(index_set.labels[place])
            is_absent = counts[place] == 0
            raise self.fail(
                "HB324" if is_absent else "HB321",
                f"`{supply.declaration.name}` has {'no value' if is_absent else 'two values'} "
                f"for `{label}` of `{index_set.name}`",
                supply,
                cause=self._labels_cause(index_set),
                help="give one value for each label",
            )
        if np.array_equal(found, np.arange(found.size)):
            return None
        inverse = np.empty(found.size, np.int64)
        inverse[found] = np.arange(found.size)
        return inverse

    def _labels_cause(self, index_set: IndexSet) -> str:
        said = self.words.get(index_set.name, "elsewhere")
        return f"the labels of `{index_set.name}` come from {said}: {listed_labels(index_set)}"

    def key_positions(self, supply: Supply, axis: int) -> tuple[Positions, Field]:
        """For each row the position along an axis that the row names."""
        name = supply.declaration.axes[axis]
        index_set = self.set_of(name)
        key = key_of(supply, name, self.supplies)
        assert key is not None
        if key.missing.any():
            first = (int(np.flatnonzero(key.missing)[0]),)
            raise self.fail(
                "HB322",
                f"a label of `{index_set.name}` is missing: {supply.place(key, first)} is empty",
                supply,
                cause=f"the column says to which `{name}` a row belongs",
                help="fill the cell, or leave the row out with `where`",
            )
        found = positions_in(index_set, key.values, key.kind == "text")
        if (found < 0).any():
            row = int(np.flatnonzero(found < 0)[0])
            value = key.values[row]
            raise self.fail(
                "HB324",
                f"{supply.place(key, (row,))} holds `{label_name(value)}`, "
                f"which is no label of `{index_set.name}`",
                supply,
                cause=self._labels_cause(index_set),
                help=suggestion(value, index_set.labels) or "correct the label",
            )
        return found, key


def positions_in(index_set: IndexSet, values: NDArray[Any], is_text: bool) -> Positions:
    """Positions of labels or codes in a set; -1 where none fits. Texts fit texts alone."""
    codes = index_set.codes
    if codes is not None and any(isinstance(code, str) for code in codes) != is_text:
        # The file has the labels themselves where the codes are of the other kind.
        index_set = replace(index_set, codes=None)
    known = index_set.codes if index_set.codes is not None else index_set.labels
    if isinstance(known, range):
        if is_text:
            return np.full(np.shape(values), -1, np.int64)
        values = np.asarray(values, float)
    return index_set.positions(values)


def _has_texts(labels: Labels) -> bool:
    return any(isinstance(label, str) for label in labels)
