"""What is asked of a figure, beside its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from hdsl.diagnostics import Diagnostic, HdslError


@dataclass(frozen=True)
class Wishes:
    """The names that are drawn and the options; each kind takes some of them.

    Attributes
    ----------
    names
        Quantities of the fit, elements such as ``theta[3]``, and formulas such as ``log(a/b)``;
        none: those that the model suggests.
    title, x_label, y_label
        Texts in place of those that the kind writes.
    width, height
        Inches.
    log
        The axes with a logarithmic scale: ``x``, ``y`` or ``xy``.
    truth
        Known true values by name.
    mark
        Values that get a line; the name of data stands for their least and their largest value.
    mark_label
        What these lines are.
    points
        A file of data, or a table, to lay over; `x`, `y`, `lower`, `upper` and `label` are its
        columns, and `lower` and `upper` the ends of the error bars.
    order
        ``value`` sorts groups by their medians, ``file`` leaves them as they are.
    prior
        Whether the prior is drawn too.
    """

    names: tuple[str, ...] = ()
    title: str = ""
    x_label: str = ""
    y_label: str = ""
    width: float | None = None
    height: float | None = None
    log: str = ""
    truth: Mapping[str, float] = field(default_factory=dict[str, float])
    mark: tuple[float | str, ...] = ()
    mark_label: str = ""
    points: Any = None
    x: str = ""
    y: str = ""
    lower: str = ""
    upper: str = ""
    label: str = ""
    order: str = "value"
    prior: bool = True

    @property
    def given(self) -> list[str]:
        """The options that are not as by default."""
        blank = Wishes()
        return [
            item.name
            for item in fields(self)
            if item.name != "names" and not _same(getattr(self, item.name), blank, item.name)
        ]


ALWAYS = frozenset({"title", "x_label", "y_label", "width", "height"})
"""Options that every kind takes."""
POINTS = frozenset({"points", "x", "y", "lower", "upper", "label"})
"""Options of what is laid over."""


def _same(value: object, blank: Wishes, name: str) -> bool:
    default = getattr(blank, name)
    return value is default or (isinstance(value, type(default)) and value == default)


def wishes_from(names: Sequence[str], options: Mapping[str, Any]) -> Wishes:
    """Names and options as a caller gives them.

    Raises
    ------
    HdslError
        HB588 for an option that no figure has, or a value that can't be one.
    """
    known = {item.name for item in fields(Wishes)} - {"names"}
    for name in options:
        if name not in known:
            raise refusal(
                f"figures have no option `{name}`",
                f"the options are {', '.join(f'`{one}`' for one in sorted(known))}",
                "leave it out",
            )
    given = dict(options)
    try:
        if "mark" in given:
            marks = given["mark"]
            given["mark"] = tuple(
                mark if isinstance(mark, str) else float(mark)
                for mark in (marks if isinstance(marks, list | tuple) else [marks])
            )
        if "truth" in given:
            given["truth"] = {str(name): float(value) for name, value in given["truth"].items()}
        for name in ("width", "height"):
            if given.get(name) is not None:
                given[name] = _inches(float(given[name]))
    except (TypeError, ValueError, AttributeError):
        raise refusal(
            "an option of the figure has a value that it can't have",
            "`mark` takes numbers or names of data, `truth` a number for each name, `width` and "
            "`height` inches from 1 to 100",
            "correct the value",
        ) from None
    if given.get("log", "") not in ("", "x", "y", "xy"):
        raise refusal(
            f"`log` can't be `{given['log']}`", "it is `x`, `y` or `xy`", "write one of these"
        )
    if given.get("order", "value") not in ("value", "file"):
        raise refusal(
            f"`order` can't be `{given['order']}`", "it is `value` or `file`", "write one of these"
        )
    return Wishes(tuple(str(name) for name in names), **given)


def _inches(number: float) -> float:
    if not 1 <= number <= 100:
        raise ValueError(number)
    return number


def refusal(title: str, cause: str, help: str) -> HdslError:
    """Why a figure can't be drawn."""
    return HdslError([Diagnostic("HB588", title, cause=cause, help=help)])
