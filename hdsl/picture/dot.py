"""A picture as DOT, the language of Graphviz, which finds the places itself."""

from __future__ import annotations

from collections.abc import Iterator

from hdsl.picture import style
from hdsl.picture.clusters import Cluster, clusters, lines_of
from hdsl.picture.scene import LAYERS, Drawn, Scene

_SHAPES = {
    "observed": "shape=ellipse",
    "unknown": "shape=ellipse",
    "predicted": "shape=ellipse",
    "derived": "shape=box, peripheries=2",
    "data": "shape=box, fontsize=11",
    "factor": "shape=box",
}


def dot(scene: Scene) -> str:
    """The picture as a directed graph whose clusters are the plates."""
    lines = [
        f"digraph {_quoted(scene.name)} {{",
        "  rankdir=RL; newrank=true;",
        '  node [fontname="Times"]; edge [arrowsize=0.7];',
        *_cluster(clusters(scene), "  ", frozenset(), "cluster"),
    ]
    for layer in scene.layers:
        own = [n.name for n in scene.nodes.values() if n.layer == layer]
        lines.append(f"  // {LAYERS[layer]}: {', '.join(own)}")
    arrows = [(a.source, a.target) for a in scene.arrows]
    arrows += [(n.name, n.name) for n in scene.nodes.values() if n.repeats]
    lines += [f"  {_quoted(source)} -> {_quoted(target)};" for source, target in arrows]
    return "\n".join([*lines, "}"]) + "\n"


def _cluster(cluster: Cluster, indent: str, within: frozenset[str], key: str) -> Iterator[str]:
    own = within | {cluster.plate}
    for node in cluster.nodes:
        yield f"{indent}{_node(node, own)}"
    for k, inner in enumerate(cluster.inner):
        name = f"{key}_{k}"
        yield f"{indent}subgraph {name} {{"
        yield f"{indent}  label={_quoted(inner.plate)}; labeljust=r; labelloc=b; style=rounded;"
        yield from _cluster(inner, indent + "  ", own, name)
        yield f"{indent}}}"


def _node(node: Drawn, within: frozenset[str]) -> str:
    label = "\\n".join(map(_escaped, lines_of(node, within)))
    attributes = [f'label="{label}"', _SHAPES[node.kind], *_look(node)]
    told = node.description or node.statement.replace("\n", "; ")
    if told:
        attributes.append(f"tooltip={_quoted(told)}")
    return f"{_quoted(node.name)} [{', '.join(attributes)}];"


def _look(node: Drawn) -> Iterator[str]:
    fill, line = style.FATES.get(node.fate, ("", ""))
    if node.kind in ("observed", "data"):
        fill = style.SHADE
    styles = [*(["filled"] if fill else []), *(["dashed"] if node.kind == "predicted" else [])]
    if styles:
        yield f'style="{",".join(styles)}"'
    if fill:
        yield f'fillcolor="{fill}"'
    if line:
        yield f'color="{line}"'


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
