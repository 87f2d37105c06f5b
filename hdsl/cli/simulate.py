"""``hdsl simulate``: data and parameters from the prior."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from hdsl.cli.exit_codes import DONE
from hdsl.cli.given import check_names, read_data, read_model
from hdsl.cli.options import add_data, add_format, whole_number
from hdsl.cli.output import Output, table_width
from hdsl.diagnostics.write_file import write_file
from hdsl.model.check import check
from hdsl.pipeline import MOST_DRAWS, MOST_SEED, Request, simulate, with_seed
from hdsl.results.simulation import Simulation
from hdsl.syntax.parse import parse


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.epilog = (
        "example: what does the model expect to see, and does it find back what was put in?\n"
        "  hdsl simulate model.hbm --seed 1 --out made.json\n"
        "  hdsl run model.hbm --data made.json\n\n"
        "made.json holds the data by name, and the parameters from which they were drawn.\n"
        "Observed data are needed for their sizes alone, covariates as they are."
    )
    parser.add_argument("model", metavar="MODEL", help="the model's file, or - for standard input")
    add_data(parser)
    parser.add_argument(
        "--seed",
        type=whole_number(0, MOST_SEED),
        help="a whole number; the same seed gives the same draws (default: a fresh one)",
    )
    parser.add_argument(
        "--draws",
        type=whole_number(1, MOST_DRAWS),
        help="draw everything so often; the file then holds a list of draws",
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="the JSON file that takes all draws; - is standard output (default: only tell what "
        "was drawn)",
    )
    add_format(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Draw, tell what was drawn, and write it where that is asked for."""
    source, folder = read_model(arguments.model)
    graph, warnings = check(parse(source), source)
    output.diagnose(warnings, source)
    check_names(graph, arguments.data)
    request = with_seed(
        Request(
            data=read_data(arguments.data),
            folder=folder,
            allow_outside=arguments.allow_outside,
            seed=arguments.seed,
            num_samples=arguments.draws or 1,
        )
    )
    found = simulate(source, request)
    draws = [found.draw(number) | found.truth(number) for number in range(request.num_samples or 1)]
    text = json.dumps(draws if arguments.draws else draws[0], ensure_ascii=False, allow_nan=False)
    output.facts.update(model=arguments.model, seed=request.seed)
    if arguments.out in (None, "-"):
        output.facts["draws"] = draws
    if arguments.out == "-":
        output.say(text)
        return DONE
    _tell(found, request.seed, output)
    if arguments.out is None:
        output.say("\n`--out FILE` writes all of it, `--out -` to standard output.")
    else:
        write_file(Path(arguments.out), f"{text}\n")
        output.facts["out"] = arguments.out
        output.say(f"\nwrote all of it to {arguments.out}")
    return DONE


def _tell(found: Simulation, seed: int | None, output: Output) -> None:
    which = f"the first of {found.num_draws} draws" if found.num_draws > 1 else "drawn"
    output.say(f"{output.facts['model']}: {which} from the prior; seed {seed}\n")
    output.say(found.text(table_width()) or "  nothing")
