"""Functions of the file that nothing calls: their bodies are read all the same."""

from __future__ import annotations

from collections.abc import Iterable

from hdsl.model.formals import formal_indices, formal_name
from hdsl.model.scope import Failed, Scope
from hdsl.model.translate import Translator
from hdsl.model.unknown_names import report_unknown
from hdsl.syntax import tree


def check_function_bodies(read: Translator, called: set[str]) -> None:
    """Report names in the bodies of functions that are not known anywhere.

    The body of a function that is called is read where it is called.
    """
    for name, statement in read.names.functions.items():
        if name not in called:
            _check(read, statement.body, _known_inside(statement.parameters))


def _known_inside(formals: Iterable[tree.Formal]) -> frozenset[str]:
    indices = (index for formal in formals for index in formal_indices(formal))
    return frozenset((*(formal_name(formal).text for formal in formals), *indices))


def _check(read: Translator, node: tree.Node, known: frozenset[str]) -> None:
    match node:
        case tree.Name(text):
            if text not in known and not read.knows(text, Scope()):
                try:
                    report_unknown(read, node, Scope())
                except Failed:
                    return
        case tree.Block(locals, result):
            for local in locals:
                _check(read, local.value, known)
                known |= {local.name.text}
            _check(read, result, known)
        case tree.Call(_, arguments, conditions):
            bound = {c.name.text for c in conditions if isinstance(c, tree.Membership)}
            for part in (*arguments, *conditions):
                _check(read, part, known | bound)
        case _:
            for child in tree.children(node):
                _check(read, child, known)
