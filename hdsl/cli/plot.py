"""``hdsl plot``: figures of a saved run."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path
from typing import Any

from hdsl.cli.exit_codes import DONE
from hdsl.cli.options import add_format, names
from hdsl.cli.output import Output
from hdsl.cli.summary import open_run
from hdsl.results.plots.file_names import file_name
from hdsl.results.plots.registry import KINDS, Kind, kind_of, make, suggested
from hdsl.results.plots.style import write
from hdsl.results.plots.subject import Subject
from hdsl.results.plots.wishes import Wishes, refusal, wishes_from

_NOT_SO = "`--truth` takes a number for a name, as in `--truth m=18`"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    width = max(map(len, KINDS)) + 2
    parser.epilog = (
        "kinds:\n"
        + "".join(f"  {kind.name:<{width}}{kind.shows}\n" for kind in KINDS.values())
        + "\nexamples:\n"
        "  hdsl plot model.run                            the figures that this model calls for\n"
        "  hdsl plot model.run caterpillar theta -o theta.svg\n"
        "  hdsl plot model.run contour 'log(a/b)' 'log(a+b)'\n"
        "  hdsl plot model.run bars m --truth m=18\n"
        "  hdsl plot model.run curve M --points studies.csv --x r --y mass --lower low --upper up"
    )
    parser.add_argument(
        "run",
        metavar="RUN",
        help="the folder of a run, a file that `fit.save` wrote, or the model's file",
    )
    parser.add_argument(
        "kind", metavar="KIND", nargs="?", help="what to draw (default: all that fits the model)"
    )
    parser.add_argument(
        "names",
        metavar="NAME",
        nargs="*",
        help="quantities, elements such as 'theta[3]', and formulas such as 'log(a/b)'",
    )
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        metavar="FILE",
        help="a file .png, .svg or .pdf; without KIND a folder (default: RUN/figures)",
    )
    _add_looks(parser)
    _add_points(parser)
    add_format(parser)


def _add_looks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--title", help="a title in place of the one that it has")
    parser.add_argument("--x-label", metavar="TEXT", help="a text for the horizontal axis")
    parser.add_argument("--y-label", metavar="TEXT", help="a text for the vertical axis")
    parser.add_argument("--width", type=float, metavar="INCHES")
    parser.add_argument("--height", type=float, metavar="INCHES")
    parser.add_argument("--log", choices=("x", "y", "xy"), help="logarithmic axes")
    parser.add_argument(
        "--truth",
        action="append",
        metavar="NAME=NUMBER",
        help="a known true value, which gets a mark; may be given several times",
    )
    parser.add_argument(
        "--mark",
        action="append",
        metavar="NUMBER,...",
        help="values that get a line; the name of data stands for their least and largest value",
    )
    parser.add_argument("--mark-label", metavar="TEXT", help="what these lines are")
    parser.add_argument(
        "--order",
        choices=("value", "file"),
        help="groups by their medians (the default), or as they are",
    )
    parser.add_argument(
        "--no-prior", dest="prior", action="store_false", default=None, help="leave the prior out"
    )


def _add_points(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--points", metavar="FILE", help="a file of data to lay over")
    for name, what in (
        ("x", "column of the horizontal place of the points"),
        ("y", "column of their height"),
        ("lower", "column of the lower end of the error bar"),
        ("upper", "column of its upper end"),
        ("label", "column of their names"),
    ):
        parser.add_argument(f"--{name}", metavar="COLUMN", help=what)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Draw one figure, or all that the model calls for."""
    place, found = open_run(arguments.run, output)
    subject = Subject(found)
    folder = place / "figures" if place.is_dir() else place.parent / "figures"
    if arguments.kind is None:
        files = _all(subject, arguments, arguments.out or folder, output)
    else:
        files = [_one(subject, arguments, folder)]
    output.facts.update(run=str(place), files=[str(file) for file in files])
    for file in files:
        output.say(str(file))
    return DONE


def _one(subject: Subject, arguments: argparse.Namespace, folder: Path) -> Path:
    kind = kind_of(arguments.kind)
    wishes = _wishes(arguments)
    file: Path = arguments.out or folder / f"{file_name(kind.name, wishes.names)}.png"
    _write(kind, subject, wishes, file, ours=arguments.out is None)
    return file


def _all(
    subject: Subject, arguments: argparse.Namespace, folder: Path, output: Output
) -> list[Path]:
    given = _wishes(arguments).given
    if given:
        raise refusal(
            f"`{given[0]}` is an option of a single figure",
            "without KIND all figures are drawn that the model calls for, as they are by default",
            "name the kind: `hdsl plot RUN KIND`",
        )
    files: list[Path] = []
    for kind, shown in suggested(subject):
        file = folder / f"{file_name(kind.name, shown)}.png"
        output.note(f"{kind.shows}: {', '.join(shown)}" if shown else kind.shows)
        _write(kind, subject, Wishes(shown), file, ours=True)
        files.append(file)
    return files


def _write(kind: Kind, subject: Subject, wishes: Wishes, file: Path, ours: bool) -> None:
    figure = make(kind, subject, wishes)
    if ours:
        with contextlib.suppress(OSError):  # the figure can't be written then, which `write` says
            file.parent.mkdir(parents=True, exist_ok=True)
    write(figure, file)


def _wishes(arguments: argparse.Namespace) -> Wishes:
    options_here = (
        "title", "x_label", "y_label", "width", "height", "log", "order", "prior", "mark_label",
        "points", "x", "y", "lower", "upper", "label",
    )  # fmt: skip
    options: dict[str, Any] = {
        name: getattr(arguments, name)
        for name in options_here
        if getattr(arguments, name) is not None
    }
    try:
        if arguments.mark:
            options["mark"] = [_mark(text) for part in arguments.mark for text in names(part)]
        if arguments.truth:
            pairs = [part.rsplit("=", 1) for part in arguments.truth]
            options["truth"] = {name.strip(): float(value) for name, value in pairs}
    except ValueError:
        raise refusal(
            "a value is no number", _NOT_SO, "write numbers with a decimal point"
        ) from None
    return wishes_from(arguments.names, options)


def _mark(text: str) -> float | str:
    """A number, or the name of data."""
    try:
        return float(text)
    except ValueError:
        return text
