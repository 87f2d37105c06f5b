"""Data against distributions: observed values against supports, arguments too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdsl.diagnostics import Report
from hdsl.distributions.categorical import Categorical
from hdsl.distributions.distribution import Parameter
from hdsl.distributions.joint import Joint
from hdsl.distributions.random import Applied, Random
from hdsl.distributions.truncated import Truncated
from hdsl.expressions.evaluate import Evaluator, joint_axes
from hdsl.expressions.ranges import Interval
from hdsl.expressions.tree import Along, At, Constant, Expression, Gather, Reference, set_of
from hdsl.model.element_names import and_more, element_name, first_index, number_name
from hdsl.model.evaluable import array_over, can_evaluate
from hdsl.model.graph import ModelGraph, Stochastic

Places = Mapping[str, Callable[[tuple[int, ...]], str]]


@dataclass
class ValueChecker:
    """Compares data with what the statements of a model allow (HB485, HB486).

    Attributes
    ----------
    places
        For data, where the value at an index stands in its file.
    """

    graph: ModelGraph
    evaluator: Evaluator
    places: Places
    report: Report

    def check(self) -> None:
        """Check all statements, as far as data decide."""
        with np.errstate(all="ignore"):
            for node in self.graph.stochastic:
                for random in node.random.walk():
                    for parameter, argument in random.requirements():
                        self._check_argument(node, random, parameter, argument)
                if node.value is not None and can_evaluate(node.value, self.evaluator):
                    self._check_observed(node, node.value)
                if isinstance(node.random, Joint):
                    self._check_together(node, node.random)

    # --- observed values -------------------------------------------------------------------

    def _check_observed(self, node: Stochastic, value: Expression) -> None:
        support = node.random.support
        observed = self._over(value, node.axes)
        finite = np.isfinite(observed)
        bad = ~finite
        if support.integer:
            bad = bad | (finite & (observed != np.floor(observed)))
        if bad.any():
            why = "is not a whole number" if finite[first_index(bad)] else "is not finite"
            self._report_observed(node, value, observed, bad, why)
            return
        for end, is_open, side in (
            (support.lower, support.lower_open and not support.touches_lower, -1),
            (support.upper, support.upper_open and not support.touches_upper, 1),
        ):
            if end is None or not can_evaluate(end, self.evaluator):
                continue
            limit = self._over(end, node.axes)
            if limit.shape != observed.shape:
                continue
            beyond = (observed - limit) * side
            bad = (beyond > 0) | (is_open & (beyond == 0))
            if bad.any():
                why = self._why_beyond(node, end, limit[first_index(bad)], is_open, side)
                self._report_observed(node, value, observed, bad, why)
                return
        self._check_holes(node, value, observed)

    def _check_holes(self, node: Stochastic, value: Expression, observed: NDArray[Any]) -> None:
        """Values between the ends of the support that the distribution cannot give all the same."""
        inside = node.random.inside(value)
        if node.random.inner and can_evaluate(inside, self.evaluator):
            bad = self._over(inside, node.axes) == 0
            if bad.shape == observed.shape and bad.any():
                self._report_observed(node, value, observed, bad, "cannot be")

    def _why_beyond(
        self, node: Stochastic, end: Expression, limit: float, is_open: bool, side: int
    ) -> str:
        name = _parameter_name(node.random, end)
        said = f"{name} = {number_name(limit)}" if name else number_name(limit)
        if is_open:
            return f"is not {'above' if side < 0 else 'below'} {said}"
        return f"is {'below' if side < 0 else 'above'} {said}"

    def _report_observed(
        self,
        node: Stochastic,
        value: Expression,
        observed: NDArray[Any],
        bad: NDArray[np.bool_],
        why: str,
    ) -> None:
        index = first_index(bad)
        named, place = self._element(node, value, index)
        self.report.add(
            "HB485",
            f"`{named}` = {number_name(observed[index])} {why}: outside the support of "
            f"{_distribution_name(node.random)}{and_more(bad, 'value')}",
            node.span,
            note=place,
            cause="an observed value must be one that its distribution can give",
            help="correct the value, or choose a distribution that can give it",
        )

    # --- vectors and matrices --------------------------------------------------------------

    def _check_together(self, node: Stochastic, random: Joint) -> None:
        """What the elements of arguments, and of what is observed, must obey together."""
        conditions = list(random.about_arguments())
        if node.value is not None:
            conditions += random.about_value(node.value)
        for condition in conditions:
            if not can_evaluate(condition.holds, self.evaluator):
                continue
            axes = tuple(axis for axis in node.plates if axis in condition.holds.axes)
            fails = self._over(condition.holds, axes) == 0
            if not fails.any():
                continue
            index = first_index(fails)
            number = self._over(condition.number, axes)
            quoted = number[tuple(min(i, n - 1) for i, n in zip(index, number.shape, strict=True))]
            named = self._name(node.name, axes, index)
            self.report.add(
                "HB434",
                f"{condition.sentence.format(number_name(float(quoted)))}"
                + (f" (in `{named}`)" if index else ""),
                node.span,
                cause=f"the elements of a vector or a matrix of `{random.family}` go together",
                help="correct the values",
            )
            return

    # --- arguments -------------------------------------------------------------------------

    def _check_argument(
        self, node: Stochastic, random: Random, parameter: Parameter, argument: Expression
    ) -> None:
        if isinstance(argument, Constant) or not can_evaluate(argument, self.evaluator):
            return
        values = np.asarray(self.evaluator(argument).array, float)
        bad = ~_inside(values, parameter.interval)
        if not bad.any():
            return
        axes = self.evaluator(argument).axes
        index = first_index(bad)
        named, place = self._named_value(argument, axes, index)
        self.report.add(
            "HB486",
            f"{parameter.name} must be {_requirement(parameter.interval)}: `{named}` = "
            f"{number_name(values[index])}{and_more(bad, 'value')}",
            argument.span if argument.span.end else node.span,
            note=place,
            cause=f"{_distribution_name(random)} takes {parameter.interval} as {parameter.name}",
            help="correct the value, or leave its row out",
        )

    # --- names -----------------------------------------------------------------------------

    def _element(
        self, node: Stochastic, value: Expression, index: tuple[int, ...]
    ) -> tuple[str, str]:
        if isinstance(value, Reference):
            return self._named_value(value, node.axes, index)
        named = self._name("", node.axes, index).strip("[]")
        return (f"{node.name}` where `{named}" if named else node.name), ""

    def _named_value(
        self, value: Expression, axes: tuple[str, ...], index: tuple[int, ...]
    ) -> tuple[str, str]:
        """An element as the user would write it, and its place outside the model if it has one."""
        if not isinstance(value, Reference):
            named = self._name("", axes, index)
            text = self.graph.source.excerpt(value.span) or "the value"
            return (f"{text}` where `{named.strip('[]')}" if named else text), ""
        inner = self._source_index(value, axes, index)
        own = self.evaluator.values[value.name].axes
        named = self._name(value.name, own, inner)
        place = self.places.get(value.name)
        where = place(inner) if place is not None else ""
        return named, where if " of " in where else ""

    def _source_index(
        self, value: Reference, axes: tuple[str, ...], index: tuple[int, ...]
    ) -> tuple[int, ...]:
        """The index in the named array of an element of a reference to it."""
        at = dict(zip(axes, index, strict=True))
        if not value.indices:
            return tuple(at[axis] for axis in self.evaluator.values[value.name].axes)
        found: list[int] = []
        own = self.evaluator.values[value.name].axes
        for axis, taken in zip(own, value.indices, strict=True):
            match taken:
                case Along(name):
                    found.append(at[name])
                case At(label):
                    found.append(self.evaluator.sets[set_of(axis)].position(label))
                case Gather(positions):
                    inner = self.evaluator(positions)
                    place = tuple(at[name] for name in inner.axes)
                    found.append(int(np.asarray(inner.array)[place]))
                case _:
                    found.append(at[taken.axis] + taken.by)
        return tuple(found)

    def _name(self, name: str, axes: tuple[str, ...], index: tuple[int, ...]) -> str:
        return element_name(
            name, axes, index, self.graph, self.evaluator.sets, self.evaluator.values
        )

    def _over(self, expression: Expression, axes: tuple[str, ...]) -> NDArray[Any]:
        value = self.evaluator(expression)
        if set(value.axes) <= set(axes):
            return array_over(expression, axes, self.evaluator)
        return array_over(expression, joint_axes(value), self.evaluator)


def _inside(values: NDArray[Any], interval: Interval) -> NDArray[np.bool_]:
    above = values > interval.lower if interval.lower_open else values >= interval.lower
    below = values < interval.upper if interval.upper_open else values <= interval.upper
    inside = above & below
    return inside & (values == np.floor(values)) if interval.integer else inside


def _requirement(interval: Interval) -> str:
    text = str(interval)
    if text == "positive numbers":
        return "positive"
    if text == "all numbers":
        return "a finite number"
    return text.replace("whole numbers", "a whole number").replace("numbers in", "in")


def _parameter_name(random: Random, end: Expression) -> str:
    applied = random.base if isinstance(random, Truncated) else random
    if isinstance(applied, Applied):
        for name, argument in applied.arguments:
            if argument == end and not isinstance(end, Constant):
                return name
    return ""


def _distribution_name(random: Random) -> str:
    if isinstance(random, Applied | Joint):
        return random.family
    if isinstance(random, Categorical):
        return "the distribution"
    return f"the {random.family}"
