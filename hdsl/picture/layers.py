"""In which layer each node stands, and in which column of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hdsl.picture.scene import Arrow, Kind, Scene

LIKELIHOOD, PRIOR, HYPERPRIOR = range(3)


def layers_of(
    kinds: Mapping[str, Kind], arrows: Iterable[Arrow], unknowns: Mapping[str, int]
) -> dict[str, int]:
    """Likelihood, prior or hyperprior for each node, given that for the unknowns.

    What is computed stands with what it serves; what serves nothing, and predictions, stand left
    of what they follow from.
    """
    parents: dict[str, list[str]] = {name: [] for name in kinds}
    children: dict[str, list[str]] = {name: [] for name in kinds}
    for arrow in arrows:
        parents[arrow.target].append(arrow.source)
        children[arrow.source].append(arrow.target)
    layers = {name: LIKELIHOOD for name, k in kinds.items() if k in ("observed", "factor")}
    layers |= unknowns
    for name in _behind(kinds, children):
        layers.setdefault(name, max((layers.get(c, 0) for c in children[name]), default=-1))
    free = [
        name
        for name, kind in kinds.items()
        if kind in ("derived", "predicted", "data")
        if layers.get(name, -1) < 0 or not _serves(name, kinds, children)
    ]
    known = {name: layer for name, layer in layers.items() if name not in free}
    for name in free:
        before = [known[p] for p in _reached(name, parents) if p in known and kinds[p] != "data"]
        known[name] = min(PRIOR, *before) if before else PRIOR
    for name, kind in kinds.items():
        if kind == "data":
            known[name] = max((known[child] for child in children[name]), default=PRIOR)
    return known


def _serves(name: str, kinds: Mapping[str, Kind], children: Mapping[str, list[str]]) -> bool:
    """Whether an observation, a factor or an unknown depends on it."""
    return any(kinds[n] in ("observed", "factor", "unknown") for n in _reached(name, children))


def _reached(name: str, step: Mapping[str, list[str]]) -> set[str]:
    seen: set[str] = set()
    stack = list(step[name])
    while stack:
        current = stack.pop()
        if current not in seen:
            seen.add(current)
            stack.extend(step[current])
    return seen - {name}


def _behind(kinds: Mapping[str, Kind], children: Mapping[str, list[str]]) -> list[str]:
    """What is computed and data, those first that all children of others are settled before."""
    left = [name for name, kind in kinds.items() if kind in ("derived", "data", "predicted")]
    out: list[str] = []
    while left:
        ready = [n for n in left if not set(children[n]) & (set(left) - {n})] or left[-1:]
        out += ready
        left = [n for n in left if n not in ready]
    return out


def ranks_of(scene: Scene) -> dict[str, int]:
    """The column of each node, counted from the left; parents stand right of their children."""
    children = _acyclic(scene)
    found: dict[str, int] = {}
    start = 0
    for layer in scene.layers:
        own = [name for name, node in scene.nodes.items() if node.layer == layer]
        inner = {name: [c for c in children[name] if c in own] for name in own}
        depth = _depths(inner)
        if layer != LIKELIHOOD:
            depth = _to_the_right(scene, inner, depth)
        found |= {name: start + depth[name] for name in own}
        start += 1 + max(depth.values())
    return found


def _depths(children: Mapping[str, list[str]]) -> dict[str, int]:
    """How many steps each node is from what follows from it."""
    depth: dict[str, int] = {}

    def measure(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max(map(measure, children[name]), default=-1)
        return depth[name]

    for name in children:
        measure(name)
    return depth


def _to_the_right(
    scene: Scene, children: Mapping[str, list[str]], depth: Mapping[str, int]
) -> dict[str, int]:
    """Nodes as near to what they depend on as they can stand; data stay by those that use them."""
    parents = {name: [p for p in children if name in children[p]] for name in children}
    top = max(depth.values())
    found: dict[str, int] = {}
    for name in sorted(depth, key=lambda name: -depth[name]):
        farthest = min((found[p] - 1 for p in parents[name]), default=top)
        found[name] = depth[name] if scene.nodes[name].kind == "data" else farthest
    return found


def _acyclic(scene: Scene) -> dict[str, list[str]]:
    """The children of each node, without arrows that close a circle."""
    children: dict[str, list[str]] = {name: [] for name in scene.nodes}
    # What observed data enter comes last: those arrows may point back.
    for arrow in sorted(scene.arrows, key=lambda a: scene.nodes[a.source].kind == "observed"):
        if scene.nodes[arrow.source].layer < scene.nodes[arrow.target].layer:
            continue
        if arrow.source not in _reached(arrow.target, children):
            children[arrow.source].append(arrow.target)
    return children
