"""``hdsl summary``: a saved run, shown again."""

from __future__ import annotations

import argparse
from pathlib import Path

from hdsl.cli import run_folder
from hdsl.cli.exit_codes import DONE, NOT_TRUSTED
from hdsl.cli.options import add_format, names
from hdsl.cli.output import Output
from hdsl.cli.report import report
from hdsl.diagnostics import HdslError
from hdsl.results.fit import open_fit


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.epilog = "example: hdsl summary model.run --only theta,tau"
    parser.add_argument(
        "run",
        metavar="RUN",
        help="the folder of a run, a file that `fit.save` wrote, or the model's file",
    )
    parser.add_argument("--all", action="store_true", help="show every element of large families")
    parser.add_argument(
        "--only",
        action="append",
        type=names,
        metavar="NAME,...",
        help="show these quantities only, and all of their elements",
    )
    add_format(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Show a saved fit; 3 if its draws are not to be trusted."""
    place = Path(arguments.run)
    if place.suffix == ".hbm":
        place = run_folder.default_folder(arguments.run)
    killed = run_folder.unfinished(place)
    if killed is not None and killed.severity == "error":
        raise HdslError([killed])
    output.diagnose([killed] if killed is not None else [])
    found = open_fit(place)
    output.facts["out"] = str(place)
    if not output.as_json:
        output.say(repr(found).splitlines()[0])
    chosen = [name for part in arguments.only for name in part] if arguments.only else None
    report(found, output, show_all=arguments.all, names=chosen)
    return DONE if found.trusted else NOT_TRUSTED
