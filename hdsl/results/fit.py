"""The answer of a run: its draws, how far they can be trusted, and where they came from."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import NDArray

from hdsl.diagnostics import Diagnostic, HdslError, arguments
from hdsl.results import netcdf
from hdsl.results.convergence import Statistics
from hdsl.results.groups import (
    GroupName,
    arrays_from,
    coords_from,
    group_of,
    groups_of,
    variables_from,
)
from hdsl.results.summary import FOLD_ABOVE, SECTIONS, Family, Summary, statistics_of
from hdsl.results.variables import Array, Label, RunFacts, Variable, same_array
from hdsl.results.verdict import diagnose, verdict_of
from hdsl.source import Source

if TYPE_CHECKING:
    import xarray

    from hdsl.results.plots import Plots

NamedArrays = Mapping[str, tuple[tuple[str, ...], Array]]


@final
@dataclass(frozen=True, eq=False, repr=False)
class Fit:
    """The draws of a model given its data.

    Attributes
    ----------
    variables
        All draws, in the order in which they are shown.
    coords
        The labels of each axis.
    sample_stats
        What the sampler recorded of each transition, shape ``(chain, draw)``; empty when the
        draws are independent.
    observed_data, constant_data
        The data with the names of their axes.
    log_likelihood
        The log likelihood of each datum, shape ``(chain, draw, *dims)``, with ``dims``.
    """

    variables: tuple[Variable, ...]
    coords: Mapping[str, tuple[Label, ...]] = field(default_factory=dict[str, tuple[Label, ...]])
    sample_stats: Mapping[str, Array] = field(default_factory=dict[str, Array])
    observed_data: NamedArrays = field(default_factory=dict[str, tuple[tuple[str, ...], Array]])
    constant_data: NamedArrays = field(default_factory=dict[str, tuple[tuple[str, ...], Array]])
    log_likelihood: NamedArrays = field(default_factory=dict[str, tuple[tuple[str, ...], Array]])
    facts: RunFacts = field(default_factory=RunFacts)

    @property
    def num_chains(self) -> int:
        """The number of chains."""
        return self._sampled_shape[0]

    @property
    def num_draws(self) -> int:
        """The number of draws of each chain."""
        return self._sampled_shape[1]

    @property
    def num_bytes(self) -> int:
        """What the draws take in memory."""
        return sum(variable.values.nbytes for variable in self.variables)

    @property
    def posterior(self) -> xarray.Dataset:
        """Parameters and what is derived from them, with axes chain, draw and the index sets."""
        return self.dataset("posterior")

    @property
    def predictions(self) -> xarray.Dataset:
        """What nothing observed depends on, drawn forward."""
        return self.dataset("predictions")

    @property
    def posterior_predictive(self) -> xarray.Dataset:
        """Replicates of the observed data."""
        return self.dataset("posterior_predictive")

    @property
    def sample_stats_dataset(self) -> xarray.Dataset:
        """What the sampler recorded."""
        return self.dataset("sample_stats")

    def dataset(self, group: GroupName) -> xarray.Dataset:
        """One group of ArviZ's scheme, empty if the fit has nothing for it.

        Draws that are labels stand in it as labels; in `to_datatree` and in files they are
        positions in their index set, with its name as the attribute ``members``.
        """
        return group_of(self, group).with_labels(self.coords).to_xarray()

    def to_datatree(self) -> xarray.DataTree:
        """All groups, as ArviZ takes them."""
        import xarray

        return xarray.DataTree.from_dict(
            {group.name: group.to_xarray() for group in groups_of(self)}
        )

    def summary(self, all: bool = False, names: Iterable[str] | None = None) -> Summary:
        """Mean, sd, quantiles and convergence of every quantity but the replicates.

        Parameters
        ----------
        all
            Show large families element by element.
        names
            Show these families only, and all of their elements.

        Raises
        ------
        HdslError
            HB574 if the fit has no quantity of such a name.
        """
        wanted = None if names is None else self._check_names(names)
        families = tuple(
            Family(
                variable,
                self.coords,
                self._statistics[place],
                folded=not all and wanted is None and len(variable.defined) > FOLD_ABOVE,
            )
            for place, variable in enumerate(self._shown)
            if variable.role in SECTIONS and (wanted is None or variable.name in wanted)
        )
        return Summary(families, self.num_chains, self.num_draws)

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What speaks against the draws, errors first; empty for a fit without fault."""
        return diagnose(self)

    @property
    def trusted(self) -> bool:
        """Whether none of the diagnostics is an error."""
        return not any(diagnostic.severity == "error" for diagnostic in self.diagnostics)

    @cached_property
    def verdict(self) -> str:
        """In words: what can be trusted, or what is wrong, where, and what to try."""
        return verdict_of(self)

    @cached_property
    def plot(self) -> Plots:
        """Its figures: ``fit.plot.caterpillar("theta")``; printing it lists the kinds."""
        from hdsl.results.plots import Plots

        return Plots(self)

    @property
    def plan(self) -> str:
        """How the draws were made, as ``hdsl explain`` tells it."""
        return self.facts.plan_text

    @property
    def source(self) -> Source:
        """The model's text, into which the diagnostics point."""
        return Source(self.facts.model_text, self.facts.model_name)

    @cached_property
    def judged(self) -> tuple[tuple[Variable, Statistics], ...]:
        """Parameters and derived quantities with their statistics: the verdict rests on them."""
        return tuple(
            (variable, self._statistics[place])
            for place, variable in enumerate(self._shown)
            if variable.role in ("parameter", "derived") and variable.size
        )

    def assessed(self, column: str) -> NDArray[np.float64]:
        """One of the `Statistics` of every number on which the verdict rests."""
        columns = [getattr(statistics, column) for _, statistics in self.judged]
        return np.concatenate(columns or [np.empty(0)])

    def to_dict(self) -> dict[str, Any]:
        """Verdict, diagnostics and summary, ready for JSON."""
        from hdsl.diagnostics.render import to_json

        return {
            "model": self.facts.model_name,
            "seed": self.facts.seed,
            "trusted": self.trusted,
            "verdict": self.verdict,
            "diagnostics": [to_json(found, self.source) for found in self.diagnostics],
            "summary": self.summary().to_dict(),
        }

    def report(self, path: str | os.PathLike[str] | None = None) -> str:
        """The fit as one HTML page that needs no network: model, figures, tables, checks.

        Parameters
        ----------
        path
            A file to write the page to, too.

        Raises
        ------
        HdslError
            HB575 if the file can't be written.
        """
        from hdsl.diagnostics.write_file import write_file
        from hdsl.results.report.page import page

        text = page(self)
        if path is not None:
            write_file(arguments.path("path", path), text)
        return text

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the fit as netCDF: into a folder as ``fit.nc``, or to a file named ``*.nc``.

        Returns
        -------
        Path
            The file written. xarray and ArviZ can open it; `open_fit` gives the fit back.

        Raises
        ------
        HdslError
            HB573 if the place can't be written to.
        """
        file = netcdf.file_to_write(path)
        facts = {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in asdict(self.facts).items()
        }
        axes = {"axes": json.dumps(list(self.coords))}
        netcdf.write(file, groups_of(self), facts | axes)
        return file

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fit):
            return NotImplemented
        return (
            self.variables == other.variables
            and dict(self.coords) == dict(other.coords)
            and self.facts == other.facts
            and _same_arrays(_with_axes(self.sample_stats), _with_axes(other.sample_stats))
            and _same_arrays(self.observed_data, other.observed_data)
            and _same_arrays(self.constant_data, other.constant_data)
            and _same_arrays(self.log_likelihood, other.log_likelihood)
        )

    def __repr__(self) -> str:
        return "\n".join([self._headline, *self._contents, self.verdict])

    def _repr_html_(self) -> str:
        from hdsl.results.table import as_html

        paragraphs = [self._headline, *self._contents, self.verdict]
        text = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs)
        return text + as_html(self.summary())

    @cached_property
    def _statistics(self) -> dict[int, Statistics]:
        shown = [place for place, variable in enumerate(self._shown) if variable.role in SECTIONS]
        found = statistics_of(self._shown[place] for place in shown)
        return {place: found[order] for order, place in enumerate(shown)}

    @cached_property
    def _shown(self) -> tuple[Variable, ...]:
        """The variables as numbers that have a mean: labels by the indicator of each."""
        return tuple(variable.indicators(self.coords) for variable in self.variables)

    @property
    def _sampled_shape(self) -> tuple[int, int]:
        arrays = [*(variable.values for variable in self.variables), *self.sample_stats.values()]
        return (arrays[0].shape[0], arrays[0].shape[1]) if arrays else (0, 0)

    @property
    def _headline(self) -> str:
        name, seed = self.facts.model_name, self.facts.seed
        return f"Fit of {name}: {self.num_chains} chains of {self.num_draws} draws, seed {seed}"

    @property
    def _contents(self) -> list[str]:
        sections = {
            title: [_with_sizes(v) for v in self.variables if v.role == role]
            for role, title in SECTIONS.items()
        }
        return [f"  {title}: {', '.join(found)}" for title, found in sections.items() if found]

    def _check_names(self, names: Iterable[str]) -> set[str]:
        wanted = [names] if isinstance(names, str) else list(names)
        known = [variable.name for variable in self.variables if variable.role in SECTIONS]
        unknown = [name for name in wanted if name not in known]
        if unknown:
            raise HdslError(
                Diagnostic(
                    "HB574",
                    f"the fit has no quantity `{name}`",
                    cause="a summary can show parameters, derived quantities and predictions",
                    help=f"choose among {', '.join(f'`{name}`' for name in known)}",
                )
                for name in unknown
            )
        return set(wanted)


def open_fit(path: str | os.PathLike[str]) -> Fit:
    """Read a saved fit: a file, or a folder that holds ``fit.nc``.

    Raises
    ------
    HdslError
        HB570 if there is no file, HB571 if it isn't a fit, HB572 if it is damaged.
    """
    groups, attributes = netcdf.read(path)
    try:
        axes = json.loads(attributes.pop("axes"))
        stats = arrays_from(groups, "sample_stats")
        return Fit(
            variables=variables_from(groups),
            coords=coords_from(groups, axes),
            sample_stats={name: values for name, (_, values) in stats.items()},
            observed_data=arrays_from(groups, "observed_data"),
            constant_data=arrays_from(groups, "constant_data"),
            log_likelihood=arrays_from(groups, "log_likelihood"),
            facts=_facts_from(attributes),
        )
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise HdslError([netcdf.damaged(path)]) from error


def _facts_from(attributes: Mapping[str, str]) -> RunFacts:
    blank = asdict(RunFacts())
    known: dict[str, Any] = {
        key: text if isinstance(blank[key], str) else json.loads(text)
        for key, text in attributes.items()
        if key in blank
    }
    return RunFacts(**known)


def _with_sizes(variable: Variable) -> str:
    sizes = zip(variable.dims, variable.values.shape[2:], strict=True)
    axes = ", ".join(f"{dim}: {size}" for dim, size in sizes)
    return f"{variable.name}[{axes}]" if axes else variable.name


def _with_axes(arrays: Mapping[str, Array]) -> NamedArrays:
    return {name: ((), values) for name, values in arrays.items()}


def _same_arrays(one: NamedArrays, other: NamedArrays) -> bool:
    return one.keys() == other.keys() and all(
        tuple(dims) == tuple(other[name][0]) and same_array(values, other[name][1])
        for name, (dims, values) in one.items()
    )
