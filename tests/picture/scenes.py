"""Scenes made by chance: any plates, any arrows."""

from __future__ import annotations

import random

from hdsl.picture.scene import Arrow, Chip, Drawn, Kind, Scene
from hdsl.picture.symbols import Run

KINDS: tuple[Kind, ...] = ("observed", "unknown", "predicted", "derived", "data", "factor")


def scene(seed: int) -> Scene:
    """A scene of up to fourteen nodes and four plates, which may cross each other in any way."""
    rng = random.Random(seed)
    plates = "abcd"[: rng.randint(0, 4)]
    drawn = [_node(rng, f"n{k}", plates) for k in range(rng.randint(2, 14))]
    nodes = {node.name: node for node in drawn}
    arrows: list[Arrow] = []
    for k, later in enumerate(drawn):
        for earlier in drawn[:k]:
            if rng.random() < 0.3:
                target, source = sorted((earlier, later), key=lambda node: node.layer)
                arrows.append(Arrow(source.name, target.name))
    sizes = {plate: rng.choice((None, 30)) for plate in plates}
    layers = tuple(sorted({node.layer for node in drawn}))
    return Scene("made", nodes, tuple(arrows), sizes, "Made by chance", False, layers)


def _node(rng: random.Random, name: str, plates: str) -> Drawn:
    return Drawn(
        name,
        rng.choice(KINDS),
        rng.randint(0, 2),
        (Run("x" * rng.randint(1, 6)),),
        (Run("∼ Normal(a, b)"),) if rng.random() < 0.6 else (),
        frozenset(plate for plate in plates if rng.random() < 0.4),
        tuple(Chip((Run("2"),), "") for _ in range(rng.randint(0, 3))),
        tuple(Chip((Run("nn"),), "") for _ in range(rng.randint(0, 2))),
        rng.random() < 0.2,
    )
