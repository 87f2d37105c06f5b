"""``hdsl summary``: a saved run, shown again."""

from __future__ import annotations

import argparse
from pathlib import Path

from hdsl.cli import run_folder
from hdsl.cli.exit_codes import DONE, NOT_TRUSTED
from hdsl.cli.options import add_format, names
from hdsl.cli.output import Output
from hdsl.cli.shown_fit import report
from hdsl.diagnostics import HdslError
from hdsl.results.fit import Fit, open_fit


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
    place, found = open_run(arguments.run, output)
    output.facts["out"] = str(place)
    if not output.as_json:
        output.say(repr(found).splitlines()[0])
    chosen = [name for part in arguments.only for name in part] if arguments.only else None
    report(found, output, show_all=arguments.all, names=chosen)
    return DONE if found.trusted else NOT_TRUSTED


def open_run(name: str, output: Output) -> tuple[Path, Fit]:
    """The place of a run and its fit; of a model's file, the run beside it.

    Raises
    ------
    HdslError
        HB570 to HB572 if there is no fit, HB582 if the run was killed before it had one.
    """
    place = Path(name)
    if place.suffix == ".hbm":
        place = run_folder.default_folder(name)
    killed = run_folder.unfinished(place)
    if killed is not None and killed.severity == "error":
        raise HdslError([killed])
    output.diagnose([killed] if killed is not None else [])
    found = open_fit(place)
    changed = run_folder.changed_model(place)
    output.diagnose([changed] if changed is not None else [])
    return place, found
