"""Words that rules share: names of families, lists, and why a piece cannot be used."""

from __future__ import annotations

from collections.abc import Sequence

from hdsl.model.discrete import is_discrete_unknown
from hdsl.model.graph import Factor, ModelGraph, Stochastic
from hdsl.plan.state import Piece, State


def shown(name: str) -> str:
    """The name of a statement as the file has it."""
    return name.removeprefix("observed ").removeprefix("completed ").removesuffix(".parts")


def listed(names: Sequence[str]) -> str:
    """Names in backquotes: "`a`, `b` and `c`"."""
    quoted = [f"`{shown(name)}`" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def family_of(state: State, piece: Piece) -> str | None:
    """The family of the statement that a piece comes from; `None` for a written factor."""
    node = state.graph.nodes.get(piece.name)
    return node.random.family if isinstance(node, Stochastic) else None


def no_longer_whole(state: State, piece: Piece) -> str:
    """Why a piece is not what its statement says, or never was a distribution."""
    name = f"`{shown(piece.name)}`"
    if isinstance(state.graph.nodes.get(piece.name), Factor):
        if piece.name.startswith("factor "):
            return "a `factor` depends on it"
        return f"{name} depends on it, and has a density of the file's own"
    if piece.name in state.spent:
        gone = state.spent[piece.name]
        verb = "sum" if is_discrete_unknown(state.graph, gone) else "integrate"
        return f"{name} depends on it, but was needed to {verb} `{gone}` out"
    if isinstance(piece, Stochastic):
        return f"{name} depends on it and is itself sampled"
    if _is_summed_out(state.graph, piece.name):
        return f"{name} depends on it, but is summed out itself"
    return f"{name} depends on it, but is integrated out itself"


def _is_summed_out(graph: ModelGraph, name: str) -> bool:
    """Whether a factor, named as what it is about, is left of a discrete unknown."""
    whole = shown(name)
    parts = [part.node for part in graph.assembled[whole][1]] if whole in graph.assembled else []
    return any(is_discrete_unknown(graph, n) for n in (name, whole, f"missing {whole}", *parts))
