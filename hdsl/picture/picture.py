"""A model's picture in all the forms in which it can be had."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import final

from hdsl.diagnostics.write_file import no_such_form, write_file
from hdsl.picture.dot import dot
from hdsl.picture.drawing import drawing
from hdsl.picture.layout import Layout, laid_out
from hdsl.picture.mermaid import mermaid
from hdsl.picture.raster import raster
from hdsl.picture.scene import Scene
from hdsl.picture.svg import svg
from hdsl.picture.terminal import text

FORMS = ("svg", "png", "pdf", "dot", "gv", "mmd", "txt")


@final
@dataclass(frozen=True, eq=False, repr=False)
class Picture:
    """The plate diagram of a model.

    Attributes
    ----------
    scene
        What it shows.
    captions
        Whether the nodes' descriptions stand below an SVG, PNG or PDF.
    """

    scene: Scene
    captions: bool = True

    def svg(self, prefix: str = "hdsl") -> str:
        """The picture as SVG, all of whose ids begin with `prefix`."""
        return svg(drawing(self._layout, self.captions), prefix)

    def png(self) -> bytes:
        """The picture as a PNG file, two dots for each pixel of the SVG."""
        return raster(drawing(self._layout, self.captions), "png")

    def pdf(self) -> bytes:
        """The picture as a PDF file."""
        return raster(drawing(self._layout, self.captions), "pdf")

    def dot(self) -> str:
        """The picture for Graphviz."""
        return dot(self.scene)

    def mermaid(self) -> str:
        """The picture for Mermaid, as Markdown pages show it."""
        return mermaid(self.scene)

    def text(self, columns: int = 80) -> str:
        """The picture in letters, in lines of at most so many."""
        return text(self.scene, columns)

    def save(self, path: str | Path) -> None:
        """Write the picture in the form that the name's end tells.

        Raises
        ------
        HdslError
            HB560 for another end, HB575 where the file can't be written.
        """
        place = Path(path)
        form = place.suffix.removeprefix(".").lower()
        if form not in FORMS:
            raise no_such_form(place, (f".{known}" for known in FORMS))
        write_file(place, self._written(form))

    def _written(self, form: str) -> bytes:
        match form:
            case "svg":
                return self.svg().encode()
            case "png":
                return self.png()
            case "pdf":
                return self.pdf()
            case "dot" | "gv":
                return self.dot().encode()
            case "mmd":
                return self.mermaid().encode()
            case _:
                return f"{self.text()}\n".encode()

    @cached_property
    def _layout(self) -> Layout:
        return laid_out(self.scene)

    def _repr_svg_(self) -> str:
        return self.svg()

    def __repr__(self) -> str:
        return self.text()
