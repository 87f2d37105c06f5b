"""The Python door: models, and what can be done with them."""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, final

from hdsl.diagnostics import Diagnostic, arguments
from hdsl.expressions.text import with_axes
from hdsl.model.check import check
from hdsl.model.graph import ModelGraph
from hdsl.picture.picture import Picture
from hdsl.picture.view import picture_of
from hdsl.pipeline import (
    MOST_CHAINS,
    MOST_DRAWS,
    MOST_SEED,
    Listener,
    Request,
    bind_request,
    fit,
    lower,
    plan_request,
    read_source,
    simulate,
    with_seed,
)
from hdsl.plan.explain import explain
from hdsl.plan.explanation import Explanation
from hdsl.plan.planner import Options
from hdsl.source import Source
from hdsl.syntax import tree
from hdsl.syntax.parse import parse as parse_source

if TYPE_CHECKING:
    from jax import Array

    from hdsl.density.density import Density
    from hdsl.notation.mathematics import Mathematics
    from hdsl.results.fit import Fit
    from hdsl.results.simulation import Simulation

Names = Iterable[str]


@final
@dataclass(frozen=True, eq=False)
class Model:
    """A checked model.

    Attributes
    ----------
    source
        The text, with the name that messages show.
    folder
        Where the data files that the model names are looked for; `None`: nowhere.
    functions
        Functions of JAX arrays that the text may call by name.
    graph
        What the text means.
    warnings
        Lints: what looks like a slip.
    """

    source: Source
    folder: Path | None = None
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict[str, Any])
    graph: ModelGraph = field(init=False, repr=False)
    warnings: tuple[Diagnostic, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        graph, warnings = check(self.tree, self.source, self.functions)
        object.__setattr__(self, "graph", graph)
        object.__setattr__(self, "warnings", warnings)

    @cached_property
    def tree(self) -> tree.Program:
        """The syntax tree."""
        return parse_source(self.source)

    def sample(
        self,
        data: object = None,
        *,
        seed: int | None = None,
        num_chains: int = 4,
        num_warmup: int = 1000,
        num_samples: int | None = None,
        max_time: float | None = None,
        without: Names = (),
        keep: Names = (),
        sampler: Literal["auto", "nuts"] = "auto",
        target_acceptance_rate: float = 0.8,
        log_likelihood: bool = False,
        allow_outside: bool = False,
        on_progress: Listener | None = None,
    ) -> Fit:
        """Draw from the posterior.

        Parameters
        ----------
        data
            Values by name (numbers, lists, arrays, pandas objects), or a data frame. They replace
            what the model's files hold.
        seed
            The same seed gives the same draws; `None` takes a fresh one, which the fit remembers.
        num_chains, num_warmup
            Number of chains; steps with which each learns, and which are thrown away.
        num_samples
            Draws that each chain keeps; `None` for the default, 1000.
        max_time
            Seconds of sampling up to which the run goes on by itself where its draws are not good
            yet (R-hat above 1.01, or fewer than 400 effective draws); `None` for 600, or for 0
            where `num_samples` is given.
        without, keep
            Rules of the planner that are not used; unknowns that are sampled as they are written.
        sampler
            ``"nuts"`` samples by NUTS even what could be drawn directly.
        target_acceptance_rate
            Acceptance rate that the steps are tuned for; larger means smaller steps, against
            divergences.
        log_likelihood
            Whether the log density of each observation is kept, for model comparison.
        allow_outside
            Whether the model may read files outside its folder.
        on_progress
            Called from time to time with the state of the chains.

        Raises
        ------
        HdslError
            If the data do not fit the model, or an argument is not possible (HB506).
        """
        whole_number = arguments.whole_number
        request = Request(
            data=data,
            folder=self.folder,
            functions=self.functions,
            allow_outside=arguments.flag("allow_outside", allow_outside),
            options=_options(without, keep, sampler),
            seed=None if seed is None else whole_number("seed", seed, 0, MOST_SEED),
            num_chains=whole_number("num_chains", num_chains, 1, MOST_CHAINS),
            num_warmup=whole_number("num_warmup", num_warmup, 0, MOST_DRAWS),
            num_samples=None
            if num_samples is None
            else whole_number("num_samples", num_samples, 1, MOST_DRAWS),
            max_time=None if max_time is None else arguments.seconds("max_time", max_time),
            target_acceptance_rate=arguments.share(
                "target_acceptance_rate", target_acceptance_rate
            ),
            log_likelihood=arguments.flag("log_likelihood", log_likelihood),
            on_progress=on_progress,
        )
        return fit(self.source, with_seed(request))

    def simulate(
        self,
        data: object = None,
        *,
        seed: int | None = None,
        num_draws: int = 1,
        allow_outside: bool = False,
    ) -> Simulation:
        """Draw parameters from their priors, and data given these.

        Parameters
        ----------
        data
            Values by name, as for `sample`. Observed data are needed for their sizes alone, and
            only where nothing else tells these.
        seed
            The same seed gives the same draws.
        num_draws
            How often everything is drawn.

        Raises
        ------
        HdslError
            If the data do not fit the model, or it has a part that can't be drawn (HB507).
        """
        whole_number = arguments.whole_number
        request = Request(
            data=data,
            folder=self.folder,
            functions=self.functions,
            allow_outside=arguments.flag("allow_outside", allow_outside),
            seed=None if seed is None else whole_number("seed", seed, 0, MOST_SEED),
            num_samples=whole_number("num_draws", num_draws, 1, MOST_DRAWS),
        )
        return simulate(self.source, with_seed(request))

    def explain(
        self,
        data: object = None,
        *,
        without: Names = (),
        keep: Names = (),
        sampler: Literal["auto", "nuts"] = "auto",
        allow_outside: bool = False,
    ) -> Explanation:
        """The plan in words; data that are missing are not needed."""
        outside = arguments.flag("allow_outside", allow_outside)
        request = Request(data, self.folder, outside, _options(without, keep, sampler))
        bound = bind_request(self.graph, request, partial=True)
        return explain(plan_request(self.graph, bound, request), bound)

    def math(self) -> Mathematics:
        """The factorised posterior and all statements, in the notation of a paper.

        Its texts are ``.latex``, ``.unicode``, ``.markdown`` and ``.html`` (with MathML); a
        notebook shows it typeset.
        """
        from hdsl.notation.mathematics import Mathematics

        return Mathematics(self.tree, self.graph, self.functions)

    def picture(
        self,
        data: object = None,
        *,
        plan: bool = False,
        captions: bool = True,
        without: Names = (),
        keep: Names = (),
        sampler: Literal["auto", "nuts"] = "auto",
        allow_outside: bool = False,
    ) -> Picture:
        """The model as nodes, plates and arrows, in layers; notebooks show it.

        Data that are missing are not needed: plates then bear no sizes.

        Parameters
        ----------
        plan
            Whether it marks what is sampled, integrated out, summed out and drawn forward.
        captions
            Whether the nodes' descriptions stand below it.
        """
        outside = arguments.flag("allow_outside", allow_outside)
        request = Request(data, self.folder, outside, _options(without, keep, sampler))
        bound = bind_request(self.graph, request, partial=True)
        chosen = arguments.flag("plan", plan)
        planned = plan_request(self.graph, bound, request) if chosen else None
        return picture_of(self.graph, bound, planned, arguments.flag("captions", captions))

    def log_density(
        self,
        data: object = None,
        *,
        without: Names = (),
        keep: Names = (),
        allow_outside: bool = False,
    ) -> LogDensity:
        """The log density that hdsl samples, for use with any sampler.

        Raises
        ------
        HdslError
            If the data do not fit the model.
        """
        outside = arguments.flag("allow_outside", allow_outside)
        request = Request(data, self.folder, outside, _options(without, keep, "nuts"))
        bound = bind_request(self.graph, request)
        from hdsl.density.arrays import jax_arrays

        jax_arrays()  # JAX has to use 64 bits before the caller makes a position
        return LogDensity(lower(plan_request(self.graph, bound, request), bound))

    def __repr__(self) -> str:
        lines = [f"Model {self.source.name}"]
        for title, roles in _SECTIONS.items():
            found = [_written(self.graph, n) for n, r in self.graph.roles.items() if r in roles]
            if found:
                lines.append(f"  {title}: {', '.join(found)}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.source.text)}</pre><p>{html.escape(repr(self))}</p>"


_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "observed": ("observation",),
    "parameters": ("parameter",),
    "predictions": ("prediction",),
    "derived": ("derived",),
}


def _written(graph: ModelGraph, name: str) -> str:
    return with_axes(name, getattr(graph.nodes[name], "axes", ()))


def _options(without: Names, keep: Names, sampler: str) -> Options:
    return Options(
        arguments.names("without", without),
        arguments.names("keep", keep),
        arguments.choice("sampler", sampler, ("auto", "nuts")),
    )


@final
@dataclass(frozen=True, eq=False, repr=False)
class LogDensity:
    """A log density on the unconstrained space: a pure function of JAX arrays.

    Called with a position of shape ``(dimension,)`` it gives the log density in nats, with the
    Jacobians of the maps to the supports. It can be differentiated, compiled and vectorised.
    """

    density: Density

    def __call__(self, position: Array) -> Array:
        return self.density.log_density(position, self.density.arguments)

    @property
    def dimension(self) -> int:
        """Length of a position."""
        return self.density.dimension

    def unravel(self, position: Any) -> dict[str, Any]:
        """The sampled unknowns by name, on their supports."""
        return self.density.unravel(position)

    def __repr__(self) -> str:
        names = ", ".join(slot.name for slot in self.density.layout)
        return f"LogDensity of {self.dimension} numbers: {names}"


def load(
    path: str | os.PathLike[str], *, functions: Mapping[str, Callable[..., Any]] | None = None
) -> Model:
    """Read and check a model file; its data files are looked for beside it.

    Parameters
    ----------
    functions
        Functions that the model may call by name: ``{"profile": f}``. Each is called with JAX
        arrays that broadcast against each other, and gives an array of their joint shape, with
        functions of `jax.numpy`. A ``def`` of the file goes before a function of the same name.

    Raises
    ------
    HdslError
        If the text is no model; with all mistakes of the first stage that finds any.
    """
    place = arguments.path("path", path)
    outside = _functions(functions)
    return Model(read_source(place), place.resolve().parent, outside)


def compile(
    text: str,
    name: str = "model",
    folder: str | os.PathLike[str] | None = None,
    *,
    functions: Mapping[str, Callable[..., Any]] | None = None,
) -> Model:
    """Check a model given as text; it reads data files only from `folder`.

    `functions` are those that the model may call by name; see `load`.

    Raises
    ------
    HdslError
        If the text is no model.
    """
    place = None if folder is None else arguments.path("folder", folder).resolve()
    return Model(_source(text, name), place, _functions(functions))


def _functions(given: Mapping[str, Callable[..., Any]] | None) -> dict[str, Callable[..., Any]]:
    found = arguments.callables("functions", {} if given is None else given)
    if found:
        from hdsl.density.arrays import jax_arrays

        jax_arrays()  # JAX has to use 64 bits before the functions are called
    return found


def parse(text: str, name: str = "model") -> tree.Program:
    """The syntax tree of a text.

    Raises
    ------
    HdslError
        At the first place that cannot be read.
    """
    return parse_source(_source(text, name))


def _source(text: str, name: str) -> Source:
    return Source(arguments.text("text", text), arguments.text("name", name))
