"""A picture as Mermaid, which Markdown pages show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hdsl.picture import style
from hdsl.picture.clusters import Cluster, clusters, lines_of
from hdsl.picture.scene import Drawn, Scene

_SHAPES = {"derived": '[["{}"]]', "data": '["{}"]', "factor": '["{}"]'}
_ROUND = '(["{}"])'
_CLASSES = {"observed": "observed", "data": "observed", "predicted": "predicted"}


def mermaid(scene: Scene) -> str:
    """The picture as a flowchart whose subgraphs are the plates."""
    keys = {name: f"n{k}" for k, name in enumerate(scene.nodes)}
    lines = ["flowchart RL", *_cluster(clusters(scene), keys, "  ", frozenset(), "plate")]
    lines += [f"  {keys[a.source]} --> {keys[a.target]}" for a in scene.arrows]
    lines += [f"  {keys[n.name]} --> {keys[n.name]}" for n in scene.nodes.values() if n.repeats]
    return "\n".join([*lines, *_classes(scene, keys)]) + "\n"


def _cluster(
    cluster: Cluster, keys: Mapping[str, str], indent: str, within: frozenset[str], key: str
) -> Iterator[str]:
    own = within | {cluster.plate}
    for node in cluster.nodes:
        label = "<br>".join(map(_escaped, lines_of(node, own)))
        yield f"{indent}{keys[node.name]}{_SHAPES.get(node.kind, _ROUND).format(label)}"
    for k, inner in enumerate(cluster.inner):
        name = f"{key}_{k}"
        yield f'{indent}subgraph {name}["{_escaped(inner.plate)}"]'
        yield from _cluster(inner, keys, indent + "  ", own, name)
        yield f"{indent}end"


def _classes(scene: Scene, keys: Mapping[str, str]) -> Iterator[str]:
    """Colours: those of the fates, where there is a plan."""
    looks = {
        "observed": f"fill:{style.SHADE},stroke:{style.LINE}",
        "predicted": f"fill:{style.PAPER},stroke:{style.LINE},stroke-dasharray:5 3",
        "plain": f"fill:{style.PAPER},stroke:{style.LINE}",
    } | {_name(fate): f"fill:{fill},stroke:{line}" for fate, (fill, line) in style.FATES.items()}
    for name, look in looks.items():
        own = [keys[n.name] for n in scene.nodes.values() if _class(n) == name]
        if own:
            yield f"  classDef {name} {look},color:{style.INK}"
            yield f"  class {','.join(own)} {name}"


def _class(node: Drawn) -> str:
    return _name(node.fate) or _CLASSES.get(node.kind, "plain")


def _name(fate: str) -> str:
    return fate.replace(" ", "_")


def _escaped(text: str) -> str:
    signs = {"&": "#amp;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "_": "#95;"}
    return "".join(signs.get(letter, letter) for letter in text)
