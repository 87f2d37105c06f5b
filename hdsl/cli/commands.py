"""The commands and their words; only the one that is asked for is imported."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module

COMMANDS = {
    "run": "check a model, sample from its posterior, show and save the result",
    "check": "find mistakes in a model and in its data, without sampling",
    "explain": "tell how a model will be computed, or what a code such as HB201 means",
    "graph": "draw a model as nodes, plates and arrows, in layers",
    "math": "write a model in the notation of a paper",
    "simulate": "draw parameters from their priors, and data given these",
    "summary": "show a saved run again",
    "plot": "draw figures of a saved run",
    "report": "write one HTML page of a saved run",
    "fmt": "write models in canonical form",
    "new": "write a model to start from, for a data file where one is given",
}

_EXAMPLES = """\
examples:
  hdsl run model.hbm --seed 1         sample; the result is saved in model.run/
  hdsl run model.hbm --data y=y.csv   the same, with y from a file
  hdsl check model.hbm                only look for mistakes
  hdsl explain model.hbm              how it will be computed, and why
  hdsl math model.hbm                 its posterior and its lines as formulas
  hdsl report model.run               a page with everything on the run
  hdsl summary model.run --all        the table of a saved run, unfolded
  hdsl plot model.run                 the figures that its model calls for

`hdsl COMMAND --help` tells the options of a command.
exit codes: 0 done, 1 model or data at fault, 2 bad command line, 3 ran but not to be trusted
"""


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments, with ``execute``, the function of the command, and ``words``, all of `argv`.

    Raises
    ------
    SystemExit
        After ``--help`` and ``--version``, and with code 2 for a bad command line.
    """
    parser = argparse.ArgumentParser(
        prog="hdsl",
        description="Bayesian hierarchical models, written as on the blackboard.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and stop")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    chosen = next((word for word in argv if not word.startswith("-")), "")
    for name, does in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=does,
            description=f"{does[0].upper()}{does[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if name == chosen:
            module = import_module(f"hdsl.cli.{name}")
            module.configure(command)
            command.set_defaults(execute=module.execute)
    if not argv:
        parser.print_help()
        parser.exit(2)
    arguments = parser.parse_args(argv)
    arguments.words = list(argv)
    if not hasattr(arguments, "execute"):
        parser.error("a command is missing; `hdsl --help` lists them")
    return arguments


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from hdsl import __version__

        print(f"hdsl {__version__}")
        parser.exit()
