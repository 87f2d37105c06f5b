"""``hdsl explain``: the plan of a model in words, or the page of a code."""

from __future__ import annotations

import argparse
import re
from importlib.resources import files

from hdsl.cli.exit_codes import DONE
from hdsl.cli.options import add_data, add_format, add_planning
from hdsl.cli.output import Output, table_width
from hdsl.diagnostics import Diagnostic, HdslError

_CODE = re.compile(r"HB\d+", re.IGNORECASE)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.epilog = "examples: hdsl explain model.hbm --without collapse; hdsl explain HB201"
    parser.add_argument(
        "subject",
        metavar="MODEL|CODE",
        help="the model's file (- for standard input), or a code such as HB201",
    )
    add_data(parser)
    add_planning(parser)
    parser.add_argument(
        "--all",
        action="store_true",
        dest="each",
        help="an entry for each quantity, also where the same is said of several",
    )
    add_format(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Explain a code or a model."""
    if _CODE.fullmatch(arguments.subject):
        _explain_code(arguments.subject.upper(), output)
    else:
        _explain_model(arguments, output)
    return DONE


def _explain_code(code: str, output: Output) -> None:
    page = files("hdsl.diagnostics") / "pages" / f"{code}.md"
    if not page.is_file():
        raise HdslError(
            [
                Diagnostic(
                    "HB505",
                    f"there is no code {code}",
                    cause="codes stand in the messages of hdsl: `error[HB201]`",
                    help="copy the code from the message",
                )
            ]
        )
    text = page.read_text(encoding="utf-8").rstrip()
    title = text.split("\n", 1)[0].removeprefix(f"# {code}: ")
    output.facts.update(code=code, title=title, page=text)
    output.say(text)


def _explain_model(arguments: argparse.Namespace, output: Output) -> None:
    # Only here: a page needs nothing of this.
    from hdsl.cli.given import check_names, read_model
    from hdsl.cli.request import request_of
    from hdsl.model.check import check
    from hdsl.pipeline import bind_request, plan_request
    from hdsl.plan.explain import explain
    from hdsl.plan.explanation import WIDTH
    from hdsl.syntax.parse import parse

    source, folder = read_model(arguments.subject)
    graph, warnings = check(parse(source), source)
    output.diagnose(warnings, source)
    check_names(graph, arguments.data)
    request = request_of(arguments, folder)
    bound = bind_request(graph, request, partial=True)
    explanation = explain(plan_request(graph, bound, request), bound)
    output.facts.update(explanation.to_dict())
    output.say(explanation.wrapped(min(table_width(), WIDTH), each=arguments.each))
