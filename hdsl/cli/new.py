"""``hdsl new``: a model's file to start from."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from hdsl.cli.exit_codes import DONE
from hdsl.cli.options import add_format
from hdsl.cli.output import Output
from hdsl.data import Field
from hdsl.diagnostics import Diagnostic, HdslError
from hdsl.source import Source

_START = """\
# The size of an effect in several groups, each measured with a known error.

data y[group]     = [28, 8, -3, 7, -1, 1, 18, 12]           # measured
data error[group] = [15, 10, 16, 11, 9, 11, 10, 18]         # standard errors

mu  ~ Normal(0, 10)                                         # the effect in a typical group
tau ~ HalfNormal(10)                                        # how much the groups differ
theta[group] ~ Normal(mu, tau)                              # the effect in each group
y[group] ~ Normal(theta[group], error[group])

theta_next ~ Normal(mu, tau)                                # a group not seen yet
"""

_RESERVED = frozenset(("if", "then", "else", "and", "or", "not", "for", "true", "false", "inf"))
_NAME = re.compile(r"[^\W\d]\w*")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.epilog = (
        "examples:\n  hdsl new model.hbm\n  hdsl new homes.hbm --data radon.csv\n\n"
        "A file that is there is never written over."
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("model", metavar="MODEL", help="the file to write")
    parser.add_argument(
        "--data",
        metavar="FILE",
        help="a data file, beside the model or in a folder there: its columns are declared, and a "
        "first model of one of them is written",
    )
    add_format(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Write a model that runs as it stands."""
    place = Path(arguments.model)
    text = _canonical(_START) if arguments.data is None else _for_data(place, arguments.data)
    _write(place, text)
    output.facts.update(model=str(place), text=text)
    output.say(f"wrote {place}; try: hdsl run {place}")
    return DONE


def _write(place: Path, text: str) -> None:
    try:
        with place.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise _refusal(
            f"`{place}` is there already", "`hdsl new` writes no file over", "choose another name"
        ) from None
    except OSError as error:
        raise _refusal(
            f"`{place}` can't be written: {error.strerror}",
            "the model goes where its name says",
            "choose a folder that is there and that you may write to",
        ) from None


def _refusal(title: str, cause: str, help: str) -> HdslError:
    return HdslError([Diagnostic("HB584", title, cause=cause, help=help)])


# --- a model for a table --------------------------------------------------------------------------


def _for_data(place: Path, file: str) -> str:
    from hdsl.data import locate, read_table

    file = _from_the_model(place, file)
    table = read_table(locate(file, place.resolve().parent))
    rows = [column for column in table.fields.values() if len(column.shape) == 1 and column.name]
    if not rows:
        raise _refusal(
            f"`{file}` holds no column",
            "a start is written for a table with one value a row",
            "write the `data` statement by hand",
        )
    index = "row" if not any(_name(column) == "row" for column in rows) else "line"
    declared = ", ".join(_declared(rows, index))
    lines = [f"# A model of what {file} holds.", "", f'data {declared} from "{file}"']
    return _canonical("\n".join([*lines, *_first_model(rows, index)]))


def _from_the_model(place: Path, file: str) -> str:
    """A path as the model would write it, where it was given from the working folder."""
    folder, given = place.resolve().parent, Path(file).resolve()
    if (folder / file).exists() or not given.exists() or not given.is_relative_to(folder):
        return file
    return given.relative_to(folder).as_posix()


def _canonical(text: str) -> str:
    from hdsl.syntax.format import format_program
    from hdsl.syntax.parse import parse

    return format_program(parse(Source(text)))


def _declared(rows: list[Field], index: str) -> Iterator[str]:
    """What `data` says of each column: texts that tell the rows apart are their labels."""
    named = next((column for column in rows if _tells_rows_apart(column)), None)
    for column in rows:
        name = _name(column)
        written = name if name == column.name else f'"{column.name}" as {name}'
        if column is named:
            yield f'"{column.name}" as {index}'
        elif not _is_text(column):
            yield f"{written}[{index}]"
        elif not _all_differ(column) and not column.missing.any():
            yield f"{written}[{index}] : {name}"


def _name(column: Field) -> str:
    """The column's own name where the language can say it, else the nearest to it."""
    if _NAME.fullmatch(column.name) and column.name not in _RESERVED:
        return column.name
    name = re.sub(r"\W+", "_", column.name).strip("_")
    return name if _NAME.fullmatch(name) and name not in _RESERVED else f"column_{name}"


def _is_text(column: Field) -> bool:
    return column.values.dtype.kind not in "fiub"


def _tells_rows_apart(column: Field) -> bool:
    """Texts that all differ, or the numbers 1, 2, 3, …"""
    if _is_text(column):
        return _all_differ(column)
    return np.array_equal(column.values, np.arange(1, len(column.values) + 1))


def _all_differ(column: Field) -> bool:
    return not column.missing.any() and len(set(column.values.tolist())) == len(column.values)


def _first_model(rows: list[Field], index: str) -> Iterator[str]:
    """A mean and a spread, or a chance, for the first column of numbers."""
    numbers = [
        column
        for column in rows
        if not _is_text(column) and not column.missing.any() and not _tells_rows_apart(column)
    ]
    if not numbers:
        return
    column = numbers[0]
    name, values = _name(column), np.asarray(column.values, float)
    taken = {_name(other) for other in rows}
    yield ""
    yield f"# A first model, of {name} alone; put in what you know before seeing the data."
    if np.isin(values, (0, 1)).all():
        chance = _free("p", taken)
        yield f"{chance} ~ Beta(1, 1)"
        yield f"{name}[{index}] ~ Bernoulli({chance})"
        return
    mean, spread = _free("mu", taken), _free("sigma", taken)
    size = 10.0 ** math.ceil(math.log10(max(np.abs(values).max(initial=0.0), 1e-300)))
    yield f"{mean} ~ Normal(0, {size:g})"
    yield f"{spread} ~ HalfNormal({size:g})"
    yield f"{name}[{index}] ~ Normal({mean}, {spread})"


def _free(name: str, taken: set[str]) -> str:
    return name if name not in taken else _free(f"{name}_", taken)
