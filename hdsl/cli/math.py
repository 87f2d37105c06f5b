"""``hdsl math``: the factorised posterior and all statements in the notation of a paper."""

from __future__ import annotations

import argparse
from pathlib import Path

from hdsl.cli.exit_codes import DONE
from hdsl.cli.given import read_model
from hdsl.cli.output import Output, write
from hdsl.diagnostics.write_file import no_such_form, write_file
from hdsl.model.check import check
from hdsl.notation.mathematics import FORMATS, Format, Mathematics
from hdsl.syntax.parse import parse

_ENDINGS: dict[str, Format] = {
    ".tex": "latex",
    ".md": "markdown",
    ".html": "html",
    ".txt": "unicode",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.epilog = (
        "examples:\n  hdsl math model.hbm\n  hdsl math model.hbm --document -o model.tex"
    )
    parser.add_argument("model", metavar="MODEL", help="the model's file (- for standard input)")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--format",
        choices=(*FORMATS, "json"),
        help="unicode: plain text (default); latex: needs the package amsmath; markdown: with "
        "formulas between $$; html: with MathML; json: all of them in one JSON object",
    )
    kind.add_argument(
        "--document",
        action="store_true",
        help="a whole LaTeX document, instead of what goes into one",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="write to a file; without --format its name decides: .tex, .md, .html or .txt",
    )


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Write the mathematics of a model."""
    place: Path | None = arguments.output
    format: Format = arguments.format or _by_name(place, arguments.document)
    source, _ = read_model(arguments.model)
    program = parse(source)
    graph, warnings = check(program, source)
    output.diagnose(warnings, source)
    found = Mathematics(program, graph)
    if output.as_json:
        output.facts.update({name: found.written(name) for name in FORMATS})
        return DONE
    text = found.latex_document if arguments.document else found.written(format)
    if place is None:
        write(text)
    else:
        write_file(place, text)
    return DONE


def _by_name(place: Path | None, is_document: bool) -> Format:
    """What the end of the file's name tells."""
    if place is None or not place.suffix or is_document:
        return "unicode"
    if place.suffix.lower() not in _ENDINGS:
        raise no_such_form(place, _ENDINGS)
    return _ENDINGS[place.suffix.lower()]
