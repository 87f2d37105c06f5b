"""What a picture shows, before it is known where: nodes, plates, arrows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from hdsl.picture.symbols import Runs

Kind: TypeAlias = Literal["observed", "unknown", "predicted", "derived", "data", "factor"]
Fate: TypeAlias = Literal["", "sampled", "integrated out", "summed out", "drawn forward"]

LAYERS = ("Likelihood", "Prior", "Hyperprior")


@dataclass(frozen=True)
class Chip:
    """A small node of one other: a fixed number, or data that enter there alone."""

    label: Runs
    told: str


@dataclass(frozen=True)
class Drawn:
    """A node of the picture: a quantity of the model, with all its parts.

    Attributes
    ----------
    layer
        Position in `LAYERS`.
    label, formula
        What stands in it: its symbol, and what it is drawn from or computed as.
    plates
        The plates that it stands in.
    numbers
        The fixed numbers of a prior that depends on nothing else.
    inputs
        Data that enter nowhere else.
    repeats
        Whether its elements depend on other elements of it.
    fate
        What the plan does with it; empty without a plan.
    statement, description
        Its lines in the file, and their comment.
    """

    name: str
    kind: Kind
    layer: int
    label: Runs
    formula: Runs = ()
    plates: frozenset[str] = frozenset()
    numbers: tuple[Chip, ...] = ()
    inputs: tuple[Chip, ...] = ()
    repeats: bool = False
    fate: Fate = ""
    statement: str = ""
    description: str = ""


@dataclass(frozen=True)
class Arrow:
    """Something that another depends on directly."""

    source: str
    target: str


@dataclass(frozen=True)
class Scene:
    """All that a picture shows.

    Attributes
    ----------
    nodes
        By name, in the order of the file.
    plates
        Their sizes, as far as they are known, by name.
    title
        The first sentence of the model's description.
    """

    name: str
    nodes: Mapping[str, Drawn]
    arrows: tuple[Arrow, ...]
    plates: Mapping[str, int | None]
    title: str = ""
    is_planned: bool = False
    layers: tuple[int, ...] = field(default=())
