"""``hdsl report``: one HTML page of a saved run."""

from __future__ import annotations

import argparse
from pathlib import Path

from hdsl.cli import run_folder
from hdsl.cli.exit_codes import DONE
from hdsl.cli.options import add_format
from hdsl.cli.output import Output
from hdsl.cli.summary import open_run
from hdsl.diagnostics.write_file import write_file
from hdsl.results.fit import Fit

PAGE = "report.html"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.epilog = "examples: hdsl report model.run; hdsl report model.run -o model.html"
    parser.add_argument(
        "run",
        metavar="RUN",
        help="the folder of a run, a file that `fit.save` wrote, or the model's file",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help=f"the page to write (default: {PAGE} in the run's folder)",
    )
    add_format(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Write the page, which needs no network and no other file."""
    place, found = open_run(arguments.run, output)
    folder = place if place.is_dir() else place.parent
    written = write_report(found, folder, arguments.output)
    output.facts.update(report=str(written))
    output.say(f"wrote {written}")
    return DONE


def write_report(found: Fit, folder: Path, place: Path | None = None) -> Path:
    """Write the page of a fit, of which `folder` tells how it was run.

    Raises
    ------
    HdslError
        HB575 if it can't be written.
    """
    from hdsl.results.report.page import page

    place = place or folder / PAGE
    write_file(place, page(found, run_folder.read(folder)))
    return place
