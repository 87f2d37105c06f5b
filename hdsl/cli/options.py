"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def add_format(parser: argparse.ArgumentParser) -> None:
    """``--format``."""
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="json: one JSON object with the same facts, on standard output",
    )


def add_data(parser: argparse.ArgumentParser) -> None:
    """``--data`` and ``--allow-outside``."""
    parser.add_argument(
        "--data",
        action="append",
        default=[],
        metavar="[NAME=]FILE",
        help="data from a .csv, .tsv or .json file, instead of what the model names: all that the "
        "file holds, or with NAME= only that one (the column of its name, or the only column); "
        "NAME=5 gives a number; may be given several times",
    )
    parser.add_argument(
        "--allow-outside",
        action="store_true",
        help="let the model read files outside its folder",
    )


def add_planning(parser: argparse.ArgumentParser) -> None:
    """``--without``, ``--keep`` and ``--sampler``."""
    parser.add_argument(
        "--without",
        action="append",
        type=names,
        default=[],
        metavar="RULE,...",
        help="rules that the planner must not use, such as collapse or coordinates",
    )
    parser.add_argument(
        "--keep",
        action="append",
        type=names,
        default=[],
        metavar="NAME,...",
        help="unknowns that are sampled as they are written",
    )
    parser.add_argument(
        "--sampler",
        choices=("auto", "nuts"),
        default="auto",
        help="nuts: sample by NUTS even what could be drawn directly (default: auto)",
    )


def names(text: str) -> list[str]:
    """Names with commas between them."""
    return [name for part in text.split(",") if (name := part.strip())]


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers between two ends."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = None
        if number is None or not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} to {most}")
        return number

    return read


def share(text: str) -> float:
    """A number between 0 and 1, without the ends."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number between 0 and 1")
    return number


def duration(text: str) -> float:
    """Seconds, or minutes or hours as in ``10m`` and ``2h``."""
    unit = {"s": 1.0, "m": 60.0, "h": 3600.0}.get(text[-1:], 0.0)
    try:
        number = float(text[:-1]) * unit if unit else float(text)
    except ValueError:
        number = -1.0
    if not number >= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 90, 10m or 2h")
    return number
