"""``hdsl check``: all mistakes and lints of a model, without sampling."""

from __future__ import annotations

import argparse
from pathlib import Path

from hdsl.cli.exit_codes import DONE
from hdsl.cli.given import check_names, read_data, read_model
from hdsl.cli.options import add_data, add_format, add_planning
from hdsl.cli.output import Output
from hdsl.model.bind import bind
from hdsl.model.check import check
from hdsl.model.discrete import has_discrete_unknowns
from hdsl.model.graph import Bound, ModelGraph
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
    if arguments.without or arguments.keep:
        _check_options(arguments, graph, folder)
    bound = bind(
        graph,
        folder=folder,
        given=read_data(arguments.data),
        allow_outside=arguments.allow_outside,
        partial=True,
    )
    if has_discrete_unknowns(graph):
        _plan(graph, bound)
    unseen = bound.unseen
    output.facts.update(ok=True, title=graph.title, unseen=list(unseen))
    lints = {0: "", 1: ", 1 warning"}.get(len(warnings), f", {len(warnings)} warnings")
    if graph.title:
        output.say(graph.title)
    output.say(f"{source.name}: no mistakes{lints}")
    for sentence in unseen:
        output.say(f"  {sentence}")
    return DONE


def _plan(graph: ModelGraph, bound: Bound) -> None:
    """Discrete unknowns must be such that they can be summed out."""
    from hdsl.plan.planner import make_plan

    make_plan(graph, None, bound)


def _check_options(arguments: argparse.Namespace, graph: ModelGraph, folder: Path) -> None:
    # Only here: without these options the planner isn't needed.
    from hdsl.cli.request import request_of
    from hdsl.plan.planner import check_options

    check_options(graph, request_of(arguments, folder).options)
