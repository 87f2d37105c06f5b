"""``hdsl graph``: a model's picture."""

from __future__ import annotations

import argparse

from hdsl.cli.exit_codes import DONE
from hdsl.cli.given import check_names, read_model
from hdsl.cli.options import add_data, add_format, add_planning
from hdsl.cli.output import Output, table_width
from hdsl.cli.request import request_of
from hdsl.model.check import check
from hdsl.picture.picture import FORMS, Picture
from hdsl.picture.view import picture_of
from hdsl.pipeline import bind_request, plan_request
from hdsl.syntax.parse import parse

_WIDEST = 100


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.epilog = (
        "examples:\n  hdsl graph model.hbm\n  hdsl graph model.hbm -o model.svg\n"
        "  hdsl graph model.hbm --plan -o model.png"
    )
    parser.add_argument("model", metavar="MODEL", help="the model's file (- for standard input)")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="write the picture to a file, whose end tells its form: "
        f"{', '.join(f'.{form}' for form in FORMS)} (default: draw it in the terminal)",
    )
    parser.add_argument(
        "--plan",
        action="store_true",
        help="mark what is sampled, integrated out, summed out and drawn forward",
    )
    parser.add_argument(
        "--no-captions", action="store_true", help="leave out the descriptions below the picture"
    )
    add_data(parser)
    add_planning(parser)
    add_format(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Draw a model."""
    picture = _picture(arguments, output)
    if arguments.output is None:
        text = picture.text(min(table_width(), _WIDEST))
        output.facts.update(picture=text)
        output.say(text)
    else:
        picture.save(arguments.output)
        output.facts.update(file=arguments.output)
        output.say(f"wrote {arguments.output}")
    return DONE


def _picture(arguments: argparse.Namespace, output: Output) -> Picture:
    source, folder = read_model(arguments.model)
    graph, warnings = check(parse(source), source)
    output.diagnose(warnings, source)
    check_names(graph, arguments.data)
    request = request_of(arguments, folder)
    bound = bind_request(graph, request, partial=True)
    plan = plan_request(graph, bound, request) if arguments.plan else None
    return picture_of(graph, bound, plan, captions=not arguments.no_captions)
