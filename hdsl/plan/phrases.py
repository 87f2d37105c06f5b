"""Words that rules share: names of families, lists, and why a piece cannot be used."""

from __future__ import annotations

from collections.abc import Sequence

from hdsl.model.graph import Factor, Stochastic
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
        return "a `factor` depends on it"
    if piece.name in state.spent:
        return f"{name} depends on it, but has served to integrate `{state.spent[piece.name]}` out"
    if isinstance(piece, Stochastic):
        return f"{name} depends on it and is itself sampled"
    return f"{name} depends on it, but was integrated out before"
