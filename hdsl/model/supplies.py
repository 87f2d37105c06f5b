"""From where each data item takes its values: a column, an array, or several columns."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from difflib import get_close_matches

from hdsl.data import Field, Table
from hdsl.diagnostics import Report
from hdsl.model.element_names import label_name, listed
from hdsl.model.graph import DataDeclaration

GIVEN = "the given data"


@dataclass(frozen=True, eq=False)
class Supply:
    """From where one data item takes its values.

    Attributes
    ----------
    field
        The column or array of its name; `None` where it lies wide, a column for each label.
    table
        The rows that are kept, or the named arrays around it; `None` for a value alone.
    source_name
        What messages call the file; empty where the value stands in the model.
    group
        Items of one group come from the same rows.
    """

    declaration: DataDeclaration
    field: Field | None
    table: Table | None
    source_name: str
    group: Hashable

    @property
    def is_tabular(self) -> bool:
        """Whether the first axis of its field are rows."""
        return self.table is not None and self.table.tabular

    def place(self, field: Field, index: tuple[int, ...]) -> str:
        """Where a cell is, in words: ``row 7, column `total` of `bags.csv` ``."""
        where = field.place(index)
        return f"{where} of {self.source_name}" if self.source_name else where


@dataclass
class Supplies:
    """The supplies of a model, by name of the data.

    Attributes
    ----------
    labels
        The labels of label columns, by the identity of the column.
    """

    items: dict[str, Supply] = field(default_factory=dict[str, Supply])
    fingerprints: dict[str, str] = field(default_factory=dict[str, str])
    unseen: list[str] = field(default_factory=list[str])
    labels: dict[int, tuple[str | float, ...]] = field(
        default_factory=dict[int, tuple[str | float, ...]]
    )

    def label_column(self, group: Hashable, set_name: str) -> Supply | None:
        """The item of a group that holds the labels of a set."""
        for item in self.items.values():
            if item.group == group and item.declaration.labels_of == set_name:
                return item
        return None

    def typed_key(self, group: Hashable, set_name: str) -> Supply | None:
        """The column of a group whose values are members of a set."""
        for item in self.items.values():
            declared = item.declaration
            if item.group == group and declared.type == set_name and len(declared.axes) == 1:
                return item
        return None


def column_of(label: str | float) -> str:
    """The name of the column that holds the values of one label."""
    return label if isinstance(label, str) else label_name(label)


def report_missing_column(
    item: DataDeclaration, table: Table, source_name: str, report: Report, wide: str = ""
) -> None:
    """Say that a table has no column of an item's name."""
    word = "column" if table.tabular else "field"
    near = get_close_matches(item.column, list(table.fields), n=1, cutoff=0.7)
    folded = {name.casefold(): name for name in table.fields}
    same = folded.get(item.column.casefold())
    chosen = same or (near[0] if near else None)
    if chosen is not None:
        advice = f'did you mean `"{chosen}" as {item.name}`?'
    else:
        advice = f'say which one it is: `"{word}" as {item.name}`'
    report.add(
        "HB470",
        f"{source_name} has no {word} `{item.column}`{wide}",
        item.span,
        cause=f"it has {listed(list(table.fields), 8)}",
        help=advice,
    )
