"""What a figure is drawn of: a fit, and the model with its data, read again from the fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from hdsl.density.sizes import data_evaluator
from hdsl.density.streams import DRAW
from hdsl.diagnostics import Diagnostic, HdslError
from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.expressions.tree import Expression, Reference
from hdsl.model.bind import bind
from hdsl.model.check import check
from hdsl.model.graph import Bound, ModelGraph
from hdsl.results.plots.quantity import Quantity
from hdsl.results.plots.wishes import refusal
from hdsl.results.variables import Array, Variable, label_text
from hdsl.source import Source, Span
from hdsl.syntax.parse import parse

if TYPE_CHECKING:
    from hdsl.results.fit import Fit

_FORMULA = "plotted_formula"
_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, eq=False)
class Subject:
    """A fit to draw, and what its model knows of it; `memory` is for what takes time."""

    fit: Fit
    memory: dict[object, Any] = field(default_factory=dict[object, Any])

    @cached_property
    def graph(self) -> ModelGraph | None:
        """The model; `None` where its text can't be understood without what came from Python."""
        try:
            return check(parse(self.fit.source), self.fit.source)[0]
        except HdslError:
            return None

    @cached_property
    def bound(self) -> Bound | None:
        """The model with its data as the fit has kept them."""
        if self.graph is None:
            return None
        try:
            return bind(self.graph, given=self._given(self.graph), num_draws=1)
        except HdslError:
            return None

    @property
    def model(self) -> Bound:
        """The model with its data.

        Raises
        ------
        HdslError
            HB588 where the fit doesn't tell it.
        """
        if self.bound is None:
            raise refusal(
                "this figure needs the model with its data, and the fit doesn't give it",
                "the model is read again from the text and the data that the fit has kept; this "
                "one needs more, such as functions of Python",
                "choose another kind of figure",
            )
        return self.bound

    @cached_property
    def shown(self) -> dict[str, Variable]:
        """All quantities but the replicates, by name."""
        return {v.name: v for v in self.fit.variables if v.role != "replicate"}

    def described(self, name: str) -> str:
        """What the model's comment says of a quantity or of data."""
        if name in self.shown and self.shown[name].description:
            return self.shown[name].description
        if self.graph is None:
            return ""
        item = self.graph.nodes.get(name) or self.graph.data.get(name)
        if item is None and name in self.graph.sets:
            return self._comment_after(self.graph.sets[name].span)
        return "" if item is None else item.description

    def _comment_after(self, span: Span) -> str:
        """What the comment at the end of an ``index`` line says."""
        start = self.fit.source.text.rfind("\n", 0, span.start) + 1
        if self.fit.source.text[start : span.start].strip() != "index":
            return ""
        end = self.fit.source.text.find("\n", span.end)
        rest = self.fit.source.text[span.end : end if end >= 0 else None]
        return rest.partition("#")[2].strip() if span.end else ""

    def family(self, name: str) -> Variable:
        """A quantity with all its elements.

        Raises
        ------
        HdslError
            HB574 if the fit has none of that name.
        """
        if name not in self.shown:
            raise HdslError([self._unknown(name)])
        return self.shown[name]

    def numbers(self, names: Iterable[str], most: int = 100) -> list[Quantity]:
        """Single numbers: families by all their elements, elements, and formulas.

        Raises
        ------
        HdslError
            HB574 for a name that the fit doesn't have, HB588 for a formula that can't be computed,
            or where they are more than `most`.
        """
        found: list[Quantity] = []
        for name in names:
            if name in self.shown:
                found += self._elements(self.shown[name], most)
            else:
                found.append(self._element(name) or self._computed(name))
        if len(found) > most:
            raise refusal(
                f"{len(found)} quantities are too many for one figure",
                f"this kind of figure has room for {most}",
                "name some of their elements, as in `'theta[3]'`",
            )
        return found

    @cached_property
    def draws(self) -> dict[str, Value]:
        """All draws of unknowns and derived quantities, as the evaluator takes them."""
        found: dict[str, Value] = {}
        for name, variable in self.shown.items():
            array = np.asarray(variable.values)
            flat = array.reshape(-1, *array.shape[2:])
            found[name] = Value(flat, (DRAW, *variable.dims))
        return found

    @cached_property
    def means(self) -> dict[str, Value]:
        """The posterior means; of whole numbers the medians."""
        found: dict[str, Value] = {}
        for name, value in self.draws.items():
            array = np.asarray(value.array)
            whole = array.dtype.kind in "iub"
            middle = np.floor(np.median(array, axis=0)).astype(np.int64) if whole else (
                np.mean(array, axis=0)
            )  # fmt: skip
            found[name] = Value(middle, value.axes[1:])
        return found

    def evaluator(
        self,
        expressions: Iterable[Expression],
        values: Mapping[str, Value],
        bound: Bound | None = None,
        without: Iterable[str] = (),
    ) -> Evaluator:
        """NumPy's evaluator of the model's expressions, given the values of unknowns.

        Parameters
        ----------
        without
            Names of computed quantities that `values` give, or that may not be computed.
        """
        bound = bound or self.model
        left_out = set(values) | set(bound.values) | set(without)
        definitions = {n: d for n, d in bound.graph.definitions.items() if n not in left_out}
        expressions = (*expressions, *(body for _, body in definitions.values()))
        return data_evaluator(bound, expressions, values, definitions)

    def data(self, name: str) -> Array | None:
        """Data as they were given."""
        for group in (self.fit.observed_data, self.fit.constant_data):
            if name in group:
                return group[name][1]
        return None

    # --- what is behind ---------------------------------------------------------------------

    def _given(self, graph: ModelGraph) -> dict[str, Any]:
        import xarray

        kept = {**self.fit.observed_data, **self.fit.constant_data}
        coords = self.fit.coords
        given: dict[str, Any] = {}
        for name, item in graph.data.items():
            if item.labels_of is not None:
                if item.labels_of in coords:
                    given[name] = list(coords[item.labels_of])
            elif name in kept:
                dims, values = kept[name]
                labels = {dim: list(coords[dim]) for dim in dims if dim in coords}
                known = coords.get(item.type or "", ())
                plain = values if "" in known else _plain(values)
                given[name] = xarray.DataArray(plain, dims=dims, coords=labels)
        return given

    def _elements(self, variable: Variable, most: int) -> Iterator[Quantity]:
        drawn = variable.indicators(self.fit.coords)
        if drawn.size > most:
            raise refusal(
                f"`{variable.title}` has {drawn.size} elements, too many for one figure",
                f"this kind of figure has room for {most}",
                f"name some of them, as in `'{drawn.label(0, self.fit.coords)}'`",
            )
        columns = drawn.columns()
        for index in range(drawn.size):
            yield self._quantity(drawn, columns, index)

    def _quantity(self, drawn: Variable, columns: Array, index: int) -> Quantity:
        return Quantity(
            drawn.label(index, self.fit.coords),
            np.asarray(columns[:, :, index]),
            self.described(drawn.name),
            drawn.name,
            index,
        )

    def _element(self, text: str) -> Quantity | None:
        """An element by its name, such as ``theta[2014-03-10]``."""
        name, bracket, rest = text.partition("[")
        variable = self.shown.get(name.strip())
        if variable is None or not bracket or not rest.rstrip().endswith("]"):
            return None
        drawn = variable.indicators(self.fit.coords)
        wanted = [part.strip().strip("\"'") for part in rest.rstrip()[:-1].split(",")]
        for index, labels in enumerate(variable.labels(self.fit.coords)):
            if [label_text(label) for label in labels] == wanted and drawn is variable:
                return self._quantity(drawn, drawn.columns(), index)
        return None

    def _computed(self, text: str) -> Quantity:
        """A formula of the model's quantities, computed for each draw."""
        if _NAME.fullmatch(text):
            raise HdslError([self._unknown(text)])
        source = Source(f"{self.fit.source.text}\n{_FORMULA} = {text}", "the formula")
        try:
            graph = check(parse(source), source)[0]
            bound = bind(graph, given=self._given(graph), num_draws=1)
            value = self.evaluator((), self.draws, bound)(Reference(_FORMULA))
        except HdslError as error:
            raise self._unreadable(text, error) from None
        except (KeyError, ValueError):
            raise self._unreadable(text, None) from None
        if {*value.axes} - {DRAW}:
            raise self._unreadable(text, None)
        shape = (self.fit.num_chains, self.fit.num_draws)
        array = np.broadcast_to(np.asarray(value.array, float).reshape(-1), (shape[0] * shape[1],))
        return Quantity(text, array.reshape(shape), formula=bound, family=_FORMULA)

    def _unreadable(self, text: str, error: HdslError | None) -> HdslError:
        said = error.diagnostics[0].title if error is not None else "it is not a single number"
        return refusal(
            f"`{text}` is neither a quantity of the fit nor a formula of them",
            f"as a formula: {said}",
            "write a name, an element such as `'theta[3]'`, or a formula such as `'log(a/b)'`",
        )

    def _unknown(self, name: str) -> Diagnostic:
        near = next(iter(get_close_matches(name, self.shown, 1, 0.6)), None)
        known = ", ".join(f"`{one}`" for one in self.shown)
        return Diagnostic(
            "HB574",
            f"the fit has no quantity `{name}`",
            cause="figures are drawn of parameters, derived quantities and predictions",
            help=f"did you mean `{near}`?" if near else f"choose among {known}",
        )


def _plain(values: Array) -> Any:
    """Texts with nothing for missing labels."""
    if values.dtype.kind not in "US":
        return values
    found = values.astype(object)
    found[values == ""] = None
    return found
