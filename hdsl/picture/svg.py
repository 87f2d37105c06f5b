"""A picture as SVG: text stays text in the reader's fonts, and every line keeps its width."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from hdsl.picture import style
from hdsl.picture.measure import RISE, SMALL, width
from hdsl.picture.shapes import Area, Bend, Drawing, Group, Head, Shape, Words

_FONTS = "'STIX Two Text',STIXGeneral,'Times New Roman',Times,'Liberation Serif',serif"
_SANS = "Helvetica,Arial,'Liberation Sans',sans-serif"


def svg(drawing: Drawing, prefix: str = "hdsl") -> str:
    """The picture as an SVG document, all of whose ids begin with `prefix`."""
    return "\n".join(_lines(drawing, prefix)) + "\n"


def _lines(drawing: Drawing, prefix: str) -> Iterator[str]:
    wide, high = _n(drawing.width), _n(drawing.height)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" '
        f'height="{high}" role="img" aria-labelledby="{prefix}-title" font-family="{_FONTS}" '
        f'fill="{style.INK}">'
    )
    yield f'<title id="{prefix}-title">{escape(drawing.title)}</title>'
    yield f'<rect width="{wide}" height="{high}" fill="{style.PAPER}"/>'
    for shape in drawing.shapes:
        yield from _shape(shape, prefix)
    yield "</svg>"


def _shape(shape: Shape, prefix: str) -> Iterator[str]:
    match shape:
        case Group(name, told, shapes):
            identity = f' id="{prefix}-{_id(name)}"' if name else ""
            yield f"<g{identity}><title>{escape(told)}</title>"
            for inner in shapes:
                yield from _shape(inner, prefix)
            yield "</g>"
        case Area():
            yield _area(shape)
        case Bend(points, line):
            yield (
                f'<path d="{_path(points)}" fill="none" stroke="{style.LINE}" '
                f'stroke-width="{line}"/>'
            )
        case Head(corners):
            path = " L".join(f"{_n(x)} {_n(y)}" for x, y in corners)
            yield f'<path d="M{path} Z" fill="{style.LINE}"/>'
        case Words():
            yield _words(shape)


def _area(area: Area) -> str:
    border = f' stroke="{area.stroke}" stroke-width="{area.line}"' if area.stroke else ""
    dashes = ' stroke-dasharray="5 3.5"' if area.dashed else ""
    return (
        f'<rect x="{_n(area.left)}" y="{_n(area.top)}" width="{_n(area.width)}" '
        f'height="{_n(area.height)}" rx="{_n(area.radius)}" fill="{area.fill}"{border}{dashes}/>'
    )


def _path(points: tuple[tuple[float, float], ...]) -> str:
    (x, y), *rest = points
    pieces = (rest[k : k + 3] for k in range(0, len(rest), 3))
    bends = (" ".join(f"{_n(a)} {_n(b)}" for a, b in piece) for piece in pieces)
    return f"M{_n(x)} {_n(y)} " + " ".join(f"C{bend}" for bend in bends)


def _words(words: Words) -> str:
    """A line of text that the reader's font can't make wider."""
    wide = width(words.runs, words.size)
    if words.is_heading:
        return (
            f'<text x="{_n(words.x + wide / 2)}" y="{_n(words.y)}" font-size="{words.size}" '
            f'font-family="{_SANS}" font-weight="600" text-anchor="middle" '
            f'fill="{words.color}">{"".join(_spans(words))}</text>'
        )
    edge = ' stroke="white" stroke-width="3" paint-order="stroke"' if words.halo else ""
    return (
        f'<text x="{_n(words.x)}" y="{_n(words.y)}" font-size="{words.size}" '
        f'fill="{words.color}"{edge} textLength="{_n(wide)}" lengthAdjust="spacingAndGlyphs" '
        f'xml:space="preserve">{"".join(_spans(words))}</text>'
    )


def _spans(words: Words) -> Iterator[str]:
    level = 0
    for run in words.runs:
        shift = (RISE[level] - RISE[run.level]) * words.size
        level = run.level
        attributes = ' font-style="italic"' if run.italic else ""
        attributes += f' dy="{_n(shift)}"' if shift else ""
        if run.level:
            attributes += f' font-size="{_n(words.size * SMALL)}"'
        text = escape(run.text, quote=False)
        yield f"<tspan{attributes}>{text}</tspan>" if attributes else text


def _id(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name)


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
