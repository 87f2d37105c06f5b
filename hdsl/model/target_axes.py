"""The axes of a quantity, as the statements that define it tell them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import NoReturn

from hdsl.diagnostics import Label as Place
from hdsl.model.declarations import constant
from hdsl.model.names import Names, Target
from hdsl.model.steps import ENDS
from hdsl.model.subscripts import count_indices
from hdsl.model.translate import Translator
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression


def axes_of_targets(read: Translator, name: str, targets: Sequence[Target]) -> tuple[str, ...]:
    """The axes of a quantity, from all statements that define it."""
    first = targets[0]
    count = len(first.indices)
    for target in targets:
        if len(target.indices) != count:
            read.fail(
                "HB312",
                f"`{name}` stands with {count_indices(len(target.indices))} here and with "
                f"{count_indices(count)} elsewhere",
                target.span,
                labels=[Place(first.span, "defined here as well")],
                cause="all statements that define a quantity use the same indices",
                help="give both the same indices, or another name to one of them",
            )
    sets: list[str] = []
    for place in range(count):
        found = [(s, t) for t in targets if (s := _set_at(read.names, t, place)) is not None]
        if not found:
            used = _set_of_use(read, name, place)
            if used is None:
                _unknown_index(read, first, place)
            found = [(used, first)]
        set_name, target = found[0]
        for other, another in found:
            if other != set_name:
                read.fail(
                    "HB312",
                    f"`{name}` is indexed by `{set_name}` in one line and by `{other}` in another",
                    another.span,
                    labels=[Place(target.span, "defined here as well")],
                    cause="all statements that define a quantity use the same indices",
                    help=f"use `{set_name}` in both, or another name for one of them",
                )
        sets.append(set_name)
    axes: list[str] = []
    for set_name in sets:
        while set_name in axes:
            set_name += "'"
        axes.append(set_name)
    return tuple(axes)


def _set_at(names: Names, target: Target, place: int) -> str | None:
    """The index set of one index on the left; `None` for a label of no known set."""
    index = target.indices[place]
    match index:
        case tree.Call("first" | "last", (tree.Argument(value=tree.Name(text)),)) if (
            text in names.sets
        ):
            return text
        case _:
            pass
    if isinstance(index, tree.Name):
        domain = target.domains.get(index.text)
        if isinstance(domain, tree.Name) and domain.text in names.sets:
            return domain.text
        base = index.text.rstrip("'")
        if base in names.sets:
            return base
        if domain is not None:
            return None
    label = index.text if isinstance(index, tree.Name) else constant(index)
    owners = [
        s.name
        for s in names.sets.values()
        if s.labels is not None and isinstance(label, str) and label in s.labels
    ]
    return owners[0] if len(owners) == 1 else None


def _set_of_use(read: Translator, name: str, place: int) -> str | None:
    """The index set of data by which a quantity is indexed elsewhere: ``theta[kind[i]]``."""
    targets = [t for targets in read.names.targets.values() for t in targets]
    statements = [t.statement for t in (*targets, *read.names.observations)]
    for statement in (*statements, *read.names.factors):
        for e in tree.walk(statement):
            if not isinstance(e, tree.Subscript) or e.array.text != name:
                continue
            index = e.indices[place] if place < len(e.indices) else None
            array = index.array if isinstance(index, tree.Subscript) else index
            data = read.names.data.get(array.text) if isinstance(array, tree.Name) else None
            if data is not None and data.type in read.names.sets:
                return data.type
            base = array.text.rstrip("'") if isinstance(array, tree.Name) else ""
            if base in read.names.sets and array is index:
                return base
    return None


def _domain(target: Target, name: str) -> str:
    domain = target.domains.get(name)
    return format_expression(domain) if isinstance(domain, tree.Range) else "1..10"


def _unknown_index(read: Translator, target: Target, place: int) -> NoReturn:
    index = target.indices[place]
    if isinstance(index, tree.Name):
        _not_an_index_set(read, target, index)
    if speaks_of_a_running_index(read, index):
        refuse_on_the_left(read, index)
    text = format_expression(index)
    read.fail(
        "HB211",
        f"nothing tells which index set `{text}` belongs to",
        index.span,
        cause="a label on the left needs another line that names the index set",
        help=f"define the other elements too: `{target.name}[k] ~ … for k > 1`, with "
        "`index k = 1..10`",
    )


def _not_an_index_set(read: Translator, target: Target, index: tree.Name) -> NoReturn:
    text = format_expression(index)
    near = difflib.get_close_matches(text, list(read.names.sets), 1, 0.6)
    rows = read.names.data[text].axes if text in read.names.data else ()
    if rows:
        read.fail(
            "HB206",
            f"`{text}` is data, not an index set",
            index.span,
            labels=[Place(read.names.data[text].span, "declared here")],
            cause=f"`{format_expression(target.expression)}` on the left means: for every `{text}`",
            help=f"say that its values are labels: `{text}[{', '.join(rows)}] : {text}`",
        )
    nested = next((d for d in read.names.data.values() if d.within == text), None)
    if nested is not None:
        rows = ", ".join(nested.axes)
        read.fail(
            "HB206",
            f"`{text}` is a column, not an index set",
            index.span,
            labels=[Place(nested.type_span, "named here only")],
            cause=f"`within {text}` tells labels apart by a column, but does not read it",
            help=f"read it as data too: `{text}[{rows}] : {text}`",
        )
    read.fail(
        "HB206",
        f"`{text}` is not an index set",
        index.span,
        cause=f"`{format_expression(target.expression)}` on the left means: for every `{text}`",
        help=f"did you mean `{near[0]}`?"
        if near
        else f"declare it: `index {text} = {_domain(target, text)}`, or index data by it: "
        f"`data y[{text}]`",
    )


def speaks_of_a_running_index(read: Translator, index: tree.Node) -> bool:
    """Whether an index on the left is computed from one that runs: ``x[t+1]``."""
    if isinstance(index, tree.Call) and index.function in ENDS:
        return False
    if isinstance(index, tree.Name):
        return index.text.rstrip("'") in read.names.sets
    return any(speaks_of_a_running_index(read, part) for part in tree.children(index)
               if not isinstance(index, tree.Subscript) or part is not index.array)  # fmt: skip


def refuse_on_the_left(read: Translator, index: tree.Expression) -> NoReturn:
    """Report an index on the left that is neither a name nor a label."""
    read.fail(
        "HB206",
        f"`{format_expression(index)}` cannot index the left side",
        index.span,
        cause="on the left stand running indices and labels",
        help="name a running index and put the condition after `for`",
    )
