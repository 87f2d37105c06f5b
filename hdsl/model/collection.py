"""Collects the values of all data of a model: from files, each read once, and from the caller."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from hdsl.data import Field, Table, at_span, field_from_python, locate, read_table
from hdsl.data import table_from_python as as_table
from hdsl.data.fields import ArrayPlaces
from hdsl.data.fingerprint import fingerprint_fields
from hdsl.diagnostics import HdslError, Report
from hdsl.expressions.tree import set_of
from hdsl.model.conditions import rows_kept
from hdsl.model.graph import DataDeclaration, DataFile, ModelGraph
from hdsl.model.supplies import GIVEN, Supplies, Supply, column_of, report_missing_column
from hdsl.syntax import tree


@dataclass(frozen=True)
class Layers:
    """Several data of the caller: what one does not hold, the next may."""

    parts: tuple[Mapping[str, Any] | Table, ...]


@dataclass
class _Collector:
    graph: ModelGraph
    folder: Path | None
    given: tuple[Mapping[str, Any] | Table, ...]
    allow_outside: bool
    partial: bool
    optional: Collection[str]
    report: Report
    found: Supplies = field(default_factory=Supplies)
    tables: dict[str, Table | None] = field(default_factory=dict[str, Table | None])
    kept: dict[tuple[str, tree.Expression], Table | None] = field(
        default_factory=dict[tuple[str, tree.Expression], Table | None]
    )

    def collect(self) -> Supplies:
        misspelt = self._misspelt()
        for declaration in self.graph.data.values():
            if declaration.name in misspelt:
                continue
            try:
                supply = self._supply(declaration)
            except HdslError as error:
                placed = at_span(error, declaration.span)
                self._report(placed)
                continue
            if supply is not None:
                self.found.items[declaration.name] = supply
        for supply in list(self.found.items.values()):
            self._add_labels_beside(supply)
        return self.found

    def _add_labels_beside(self, supply: Supply) -> None:
        """A column that bears the name of the rows' index set holds its labels."""
        axes, table = supply.declaration.axes, supply.table
        if table is None or not table.tabular or not axes:
            return
        name = set_of(axes[0])
        column = table.fields.get(name)
        named = name in self.graph.data or self.found.label_column(supply.group, name)
        lies_long = supply.field is not None and len(axes) > 1
        if column is None or named or lies_long:
            return
        declared = replace(supply.declaration, name=name, type=None, column=name, labels_of=name)
        labels = Supply(declared, column, table, supply.source_name, supply.group)
        self.found.items[f"{supply.declaration.name}'s {name}"] = labels

    def _misspelt(self) -> set[str]:
        """Report names of given values that the model doesn't have, but almost (HB504)."""
        items = self.graph.data.values()
        known = {n: i.name for i in items for n in (i.labels_of, i.column, i.name) if n}
        given = {str(key) for part in self.given if isinstance(part, Mapping) for key in part}
        absent = [name for name in known if name not in given]
        folded = {name.casefold(): name for name in absent}
        found: set[str] = set()
        for name in sorted(given - known.keys()):
            near = get_close_matches(name, absent, n=1, cutoff=0.75)
            meant = folded.get(name.casefold()) or next(iter(near), None)
            if meant is not None:
                found.add(known[meant])
                self.report.add(
                    "HB504",
                    f"the model has no data `{name}`",
                    self.graph.data[known[meant]].span,
                    cause="data are found by their names, and what the model doesn't know is left "
                    "out; this name is so close to one of its own that it was hardly meant so",
                    help=f"did you mean `{meant}`?",
                )
        return found

    def _supply(self, item: DataDeclaration) -> Supply | None:
        from_caller = self._from_caller(item)
        if from_caller is not None:
            return from_caller
        if item.given is not None:
            return Supply(item, field_from_python(item.name, item.given), None, "", item.name)
        if item.file is None:
            self._not_given(item)
            return None
        table = self._file(item.file)
        if table is None:
            return None
        table = self._rows(table, item.file.name, item.file.where)
        return table and self._of_table(item, table, f"`{table.name}`", _group(item.file))

    # --- what the caller gives -------------------------------------------------------------

    def _from_caller(self, item: DataDeclaration) -> Supply | None:
        for given in self.given:
            if isinstance(given, Table):
                found = self._from_given_table(item, given)
            else:
                found = self._from_given_values(item, given)
            if found is not None:
                return found
        return None

    def _from_given_values(self, item: DataDeclaration, given: Mapping[str, Any]) -> Supply | None:
        names = [name for name in (item.name, item.column, item.labels_of) if name]
        key = next((name for name in names if name in given), None)
        if key is None:
            return None
        value = given[key]
        if isinstance(value, Path):
            value = read_table(value)
        if isinstance(value, Table):
            self.found.fingerprints[item.name] = value.fingerprint
            return self._from_own_table(item, value)
        found = field_from_python(key, value)
        self.found.fingerprints[item.name] = fingerprint_fields([found])
        return Supply(item, _by_dims(item, found), None, GIVEN, GIVEN)

    def _from_own_table(self, item: DataDeclaration, table: Table) -> Supply | None:
        """A table that was given for one item: its column of that name, or its only one."""
        names = [name for name in (item.column, item.name) if name in table.fields]
        if not names and len(table.fields) == 1:
            names = list(table.fields)
        if not names:
            return self._of_table(item, table, f"`{table.name}`", item.name)
        found = _by_dims(item, table.fields[names[0]])
        return Supply(item, found, table, f"`{table.name}`", item.name)

    def _from_given_table(self, item: DataDeclaration, table: Table) -> Supply | None:
        names = (item.column, item.name) if table.tabular else (item.name, item.column)
        key = next((name for name in names if name in table.fields), None)
        wide = key is None and self._lies_wide(item, table)
        if key is None and not wide:
            return None
        self.found.fingerprints[table.name] = table.fingerprint
        where = item.file.where if item.file is not None else None
        source_name = GIVEN if table.name == "data" else f"`{table.name}`"
        kept = self._rows(table, source_name, where) if table.tabular else table
        if kept is None:
            return None
        chosen = None if key is None else kept.fields[key]
        group = (GIVEN, table.name, item.file and item.file.where)
        return Supply(item, chosen and _by_dims(item, chosen), kept, source_name, group)

    def _lies_wide(self, item: DataDeclaration, table: Table) -> bool:
        if len(item.axes) != 2 or not table.tabular:
            return False
        labels = self.graph.sets[item.axes[1].rstrip("'")].labels or ()
        if isinstance(labels, range):
            return False
        return any(column_of(label) in table.fields for label in labels)

    def _not_given(self, item: DataDeclaration) -> None:
        if self.partial or item.name in self.optional:
            self.found.unseen.append(f"`{item.name}` was not given, so its values were not checked")
            return
        self.report.add(
            "HB471",
            f"there is no value for data `{item.name}`",
            item.span,
            cause="data without `from` and without a value in the model come from the caller",
            help=self._near(item)
            or f"give it with `--data {item.name}=file.csv`, in Python "
            f'`data={{"{item.name}": …}}`, or name a file: `from "file.csv"`',
        )

    def _near(self, item: DataDeclaration) -> str:
        """A name in a given table that is almost the wanted one."""
        tables = [part for part in self.given if isinstance(part, Table)]
        names = {n.casefold(): n for table in tables for n in table.fields}
        near = get_close_matches(item.name.casefold(), list(names), n=1, cutoff=0.75)
        if not near:
            return ""
        found = names[near[0]]
        return f'the given data have `{found}`: write `"{found}" as {item.name}`'

    # --- files -----------------------------------------------------------------------------

    def _file(self, file: DataFile) -> Table | None:
        if file.name not in self.tables:
            self.tables[file.name] = self._read(file)
        return self.tables[file.name]

    def _read(self, file: DataFile) -> Table | None:
        if self.folder is None:
            if self.partial:
                self._file_unseen(file)
                return None
            self.report.add(
                "HB471",
                f"`{file.name}` can't be found: the model has no folder",
                file.span,
                cause="files are looked for from the folder that holds the model, and this model "
                "was not read from a file",
                help="give the data when you run it, in Python `data={…}`, or give the folder",
            )
            return None
        try:
            table = read_table(locate(file.name, self.folder, self.allow_outside))
        except HdslError as error:
            absent = all(d.code == "HB451" for d in error.diagnostics)
            if absent and (self.partial or self._holds_optional(file)):
                self._file_unseen(file)
            else:
                self._report(at_span(error, file.span))
            return None
        self.found.fingerprints[file.name] = table.fingerprint
        return table

    def _holds_optional(self, file: DataFile) -> bool:
        """Whether all that comes from a file may be missing."""
        own = (i.name for i in self.graph.data.values() if i.file and i.file.name == file.name)
        return all(name in self.optional for name in own)

    def _file_unseen(self, file: DataFile) -> None:
        self.found.unseen.append(
            f"`{file.name}` was not found, so its columns and values were not checked"
        )

    def _rows(self, table: Table, name: str, where: tree.Expression | None) -> Table | None:
        if where is None:
            return table
        if (name, where) not in self.kept:
            self.kept[name, where] = self._keep(table, where)
        return self.kept[name, where]

    def _keep(self, table: Table, where: tree.Expression) -> Table | None:
        if not table.tabular:
            self.report.add(
                "HB476",
                f"`{table.name}` has no rows to choose from",
                where.span,
                cause="`where` keeps rows, and this file holds named arrays, not a table",
                help="give the data as a CSV file or as a JSON list of records",
            )
            return None
        aliases = {i.name: i.column for i in self.graph.data.values() if i.column != i.name}
        mask = rows_kept(where, table, self.report, aliases)
        if mask is None:
            return None
        if not mask.any():
            self.report.add(
                "HB477",
                f"`where` keeps none of the {mask.size} rows of `{table.name}`",
                where.span,
                cause="a model needs at least one row of its data",
                help="compare the condition with what the columns hold",
            )
            return None
        return table.keep(mask)

    def _of_table(
        self, item: DataDeclaration, table: Table, source_name: str, group: Hashable
    ) -> Supply | None:
        names = [n for n in (item.column, item.labels_of) if n is not None and n in table.fields]
        if names:
            return Supply(item, _by_dims(item, table.fields[names[0]]), table, source_name, group)
        if len(item.axes) == 2 and table.tabular:
            return Supply(item, None, table, source_name, group)
        report_missing_column(item, table, source_name, self.report)
        return None

    def _report(self, error: HdslError) -> None:
        for diagnostic in error.diagnostics:
            if diagnostic not in self.report.diagnostics:
                self.report.diagnostics.append(diagnostic)


def collect_supplies(
    graph: ModelGraph,
    *,
    folder: Path | None,
    given: object,
    allow_outside: bool,
    partial: bool,
    report: Report,
    optional: Collection[str] = (),
) -> Supplies:
    """Find the values of all data of a model; each file is read once.

    Parameters
    ----------
    given
        A mapping from names of data to values, a data frame or Dataset with columns of these
        names, or `Layers` of mappings and tables; what the model does not declare is ignored.
    partial
        Whether missing files and values are no mistakes.
    report
        Where mistakes go: HB450 to HB477.
    optional
        Names of the data that may be missing in any case.
    """
    handed: tuple[Mapping[str, Any] | Table, ...] = ()
    if isinstance(given, Layers):
        handed = given.parts
    elif isinstance(given, Mapping) and not hasattr(given, "data_vars"):
        handed = (given,)
    elif given is not None:
        handed = (as_table(given),)
    return _Collector(graph, folder, handed, allow_outside, partial, optional, report).collect()


def _by_dims(item: DataDeclaration, field: Field) -> Field:
    """The field with its axes in the order of the model's: by name, the others as they come."""
    dims = field.dims
    wanted = item.axes
    if dims is None or dims == wanted or len(set(dims)) < len(dims) or len(dims) != len(wanted):
        return field
    others = iter([i for i, dim in enumerate(dims) if dim not in wanted])
    order = tuple(dims.index(axis) if axis in dims else next(others) for axis in wanted)
    labels = tuple(field.labels[i] for i in order)
    return replace(
        field,
        values=field.values.transpose(order),
        missing=field.missing.transpose(order),
        labels=labels,
        dims=wanted,
        places=ArrayPlaces(field.name, labels),
        first_text=field.first_text and tuple(field.first_text[i] for i in order),
    )


def _group(file: DataFile) -> Hashable:
    return file.name, file.where
