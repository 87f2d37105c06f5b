"""``hdsl check``: all mistakes and lints of a model, without sampling."""

from __future__ import annotations

import argparse

from hdsl.cli.given import check_names, read_model, request_of
from hdsl.cli.options import add_data, add_format, add_planning
from hdsl.cli.output import Output
from hdsl.model.check import check
from hdsl.pipeline import bind_request
from hdsl.plan.planner import check_options
from hdsl.syntax.parse import parse


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.epilog = "example: hdsl check model.hbm --data y=y.csv"
    parser.add_argument("model", metavar="MODEL", help="the model's file, or - for standard input")
    add_data(parser)
    add_planning(parser)
    add_format(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Check a model; data files that are not there are told, and no mistake."""
    output.facts.update(model=arguments.model, ok=False, unseen=[])
    source, folder = read_model(arguments.model)
    graph, warnings = check(parse(source), source)
    output.diagnose(warnings, source)
    check_names(graph, arguments.data)
    request = request_of(arguments, folder)
    check_options(graph, request.options)
    unseen = bind_request(graph, request, partial=True).unseen
    output.facts.update(ok=True, unseen=list(unseen))
    lints = {0: "", 1: ", 1 warning"}.get(len(warnings), f", {len(warnings)} warnings")
    output.say(f"{source.name}: no mistakes{lints}")
    for sentence in unseen:
        output.say(f"  {sentence}")
    return 0
