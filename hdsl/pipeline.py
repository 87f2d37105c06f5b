"""The way of a model, from its text to its fit: read `fit` first."""

from __future__ import annotations

import contextlib
import functools
import importlib
import sys
import time
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hdsl.diagnostics import HdslError, Report
from hdsl.model.bind import bind
from hdsl.model.check import check
from hdsl.model.graph import Bound, ModelGraph
from hdsl.plan.explain import explain
from hdsl.plan.plan import Plan
from hdsl.plan.planner import Options, check_options, make_plan
from hdsl.source import Source
from hdsl.syntax.decode import read_source as read_source
from hdsl.syntax.parse import parse

if TYPE_CHECKING:
    from hdsl.density.density import Density
    from hdsl.results.finish import Sampled
    from hdsl.results.fit import Fit
    from hdsl.results.simulation import Simulation
    from hdsl.sampling.chains import Progress
    from hdsl.sampling.rounds import Round, Rounds

DEFAULT_NUM_SAMPLES = 1000
DEFAULT_MAX_TIME = 600.0
MOST_SEED, MOST_CHAINS, MOST_DRAWS = 2**63 - 1, 1000, 10**8
Listener = Callable[["Progress", "Density"], None]

# Expressions nest as deep as the parser lets them, and each level takes several Python frames.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))


@dataclass(frozen=True)
class Request:
    """What is asked of a run.

    Attributes
    ----------
    data
        Values from the caller, which replace what the model's files hold.
    folder
        Where the files that the model names are looked for.
    functions
        Functions of JAX arrays that the model may call by name.
    num_samples
        Draws that each chain keeps; `None` for the default, 1000.
    max_time
        Seconds of sampling up to which the run goes on by itself where its draws are not good yet;
        `None` for 600 with the default number of draws, and 0 where a number is asked for.
    on_stage
        Called after each stage with its name and its result; what it raises ends the run. A run
        that goes on by itself repeats ``sample`` and ``finish``, and before them comes
        ``continue`` with the `Round` that follows.
    """

    data: object = None
    folder: Path | None = None
    allow_outside: bool = False
    options: Options = field(default_factory=Options)
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict[str, Any])
    seed: int | None = None
    num_chains: int = 4
    num_warmup: int = 1000
    num_samples: int | None = None
    max_time: float | None = None
    target_acceptance_rate: float = 0.8
    log_likelihood: bool = False
    on_progress: Listener | None = None
    on_stage: Callable[[str, Any], None] | None = None

    @property
    def draws_kept(self) -> int:
        """Draws that each chain keeps."""
        return DEFAULT_NUM_SAMPLES if self.num_samples is None else self.num_samples

    @property
    def seconds_allowed(self) -> float:
        """Seconds of sampling up to which the run goes on by itself."""
        if self.max_time is not None:
            return self.max_time
        return DEFAULT_MAX_TIME if self.num_samples is None else 0.0

    @property
    def settings(self) -> dict[str, Any]:
        """What was chosen, besides data and seed; ready for JSON."""
        return {
            "num_chains": self.num_chains,
            "num_warmup": self.num_warmup,
            "num_samples": self.draws_kept,
            "max_time": self.seconds_allowed,
            "target_acceptance_rate": self.target_acceptance_rate,
            "without": sorted(self.options.without),
            "keep": sorted(self.options.keep),
            "sampler": self.options.sampler,
        }


def fit(source: Source, request: Request) -> Fit:
    """Text to fit: each line is a stage, and each stage can be printed."""
    clock = Clock(request.on_stage)
    program = clock("parse", parse, source)
    graph, _ = clock("check", check, program, source, request.functions)
    bound = clock("bind", bind_request, graph, request)
    plan = clock("plan", plan_request, graph, bound, request)
    density = clock("lower", lower, plan, bound)
    with one_blas_thread():
        return draw(density, request, clock)


def simulate(source: Source, request: Request) -> Simulation:
    """Text to data: all that is unknown or observed is drawn from the model, nothing is fitted."""
    from hdsl.results.simulation import simulate

    graph, _ = check(parse(source), source, request.functions)
    bind = functools.partial(bind_request, request=request)
    num_draws = 1 if request.num_samples is None else request.num_samples
    return simulate(graph, bind, _seed(request), num_draws)


@contextlib.contextmanager
def one_blas_thread() -> Generator[None]:
    """Linear algebra on one thread: the chains take the cores, and small matrices only wait."""
    from threadpoolctl import threadpool_limits

    importlib.import_module("scipy.linalg")  # JAX's own calls go to its library, once it is loaded
    with threadpool_limits(1, user_api="blas"):
        yield


@dataclass
class Clock:
    """Runs the stages and remembers how long each took, in seconds."""

    on_stage: Callable[[str, Any], None] | None = None
    seconds: dict[str, float] = field(default_factory=dict[str, float])

    def __call__(self, stage: str, work: Callable[..., Any], *arguments: Any) -> Any:
        start = time.perf_counter()
        result = work(*arguments)
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start
        if self.on_stage is not None:
            self.on_stage(stage, result)
        return result


def bind_request(
    graph: ModelGraph, request: Request, partial: bool = False, simulated: Collection[str] = ()
) -> Bound:
    """Give the graph its data, but for those that are simulated."""
    return bind(
        graph,
        folder=request.folder,
        given=request.data,
        allow_outside=request.allow_outside,
        partial=partial,
        simulated=simulated,
        num_draws=request.num_chains * request.draws_kept,
    )


def plan_request(graph: ModelGraph, bound: Bound | None, request: Request) -> Plan:
    """Plan, with the rules that the request allows; the data complete the graph."""
    graph = graph if bound is None else bound.graph
    check_options(graph, request.options)
    return make_plan(graph, request.options, bound)


def lower(plan: Plan, bound: Bound) -> Density:
    """The density that is sampled."""
    from hdsl.density.density import lower

    return lower(plan, bound)


def draw(density: Density, request: Request, clock: Clock) -> Fit:
    """Draw until the draws are good or time is up, recover and judge."""
    if density.plan.sampler == "direct":
        exact = clock("sample", draw_directly, request)
        return clock("finish", finish, density, exact, request, clock.seconds, ())
    from hdsl.results.shortfall import shortfall
    from hdsl.sampling.rounds import Round

    rounds = clock("compile", begin, density, request)
    next_round: Round | None = Round(
        request.num_warmup, request.draws_kept, request.target_acceptance_rate
    )
    found: Fit | None = None
    while next_round is not None:
        try:
            sampled = clock("sample", sample, density, request, rounds, next_round, found)
        except KeyboardInterrupt:
            if found is None:
                raise
            break
        found = clock("finish", finish, density, sampled, request, clock.seconds, rounds.done)
        assert found is not None
        lacking = shortfall(found) if request.seconds_allowed else None
        next_round = None if lacking is None else rounds.following(lacking)
        if next_round is not None and request.on_stage is not None:
            request.on_stage("continue", (found, next_round))
    assert found is not None
    return found


def draw_directly(request: Request) -> Sampled:
    """Draws where nothing is left to sample: all of them are recovered."""
    from hdsl.results.finish import Sampled

    return Sampled(np.empty((request.num_chains, request.draws_kept, 0)))


def begin(density: Density, request: Request) -> Rounds:
    """Compile the sampler, and find where its chains start."""
    from hdsl import sampling
    from hdsl.sampling.rounds import Rounds

    settings = sampling.Settings(
        seed=_seed(request),
        num_chains=request.num_chains,
        num_warmup=request.num_warmup,
        num_samples=request.draws_kept,
        target_acceptance_rate=request.target_acceptance_rate,
    )
    start = sampling.find_initial_positions(
        density.log_density, density.arguments, density.dimension, settings
    )
    if isinstance(start, sampling.InitialFailure):
        raise _no_start(density, start)
    sampler = sampling.Sampler.begin(density.log_density, density.arguments, start, settings)
    return Rounds(sampler, request.seconds_allowed)


def sample(
    density: Density, request: Request, rounds: Rounds, next_round: Round, before: Fit | None
) -> Sampled:
    """Run one more round by NUTS: all draws that count by then."""
    from hdsl.results.finish import Sampled

    listener = request.on_progress
    rounds.run(
        next_round, None if listener is None else lambda progress: listener(progress, density)
    )
    bytes_per_draw = 0.0
    if before is not None:
        bytes_per_draw = before.num_bytes / (before.num_chains * before.num_draws)
    return Sampled(*rounds.draws(bytes_per_draw))


def finish(
    density: Density,
    sampled: Sampled,
    request: Request,
    timings: Mapping[str, float],
    rounds: Sequence[Round],
) -> Fit:
    """The fit: everything recovered, judged and labelled."""
    from hdsl.results.finish import finish

    facts = {
        "seed": _seed(request),
        "versions": versions(),
        "timings": dict(timings),
        "settings": request.settings,
        "rounds": [(done.num_warmup, done.num_samples) for done in rounds],
        "moved_chains": sorted({chain for done in rounds for chain in done.moved}),
    }
    explanation = explain(density.plan, density.bound)
    return finish(density, sampled, explanation, facts, request.log_likelihood)


def versions() -> dict[str, str]:
    """Versions of what computed the draws."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for package in ("hdsl", "numpy", "scipy", "jax", "jaxlib", "blackjax"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def with_seed(request: Request) -> Request:
    """The request with a seed: its own, or a fresh one."""
    if request.seed is not None:
        return request
    return replace(request, seed=int(np.random.SeedSequence().generate_state(1)[0]))


def _seed(request: Request) -> int:
    assert request.seed is not None
    return request.seed


def _no_start(density: Density, failure: Any) -> HdslError:
    """No starting point was found: blame the statements whose density is not finite there."""
    from hdsl.density.blame import wrong_arguments

    graph = density.plan.graph
    report = Report(graph.source)
    values = density.term_values(failure.position)
    spans = {term.name: term.span for term in density.plan.terms}
    bad = [name for name, value in values.items() if not np.isfinite(value)] or list(values)
    wrong = wrong_arguments(density, failure.position)  # their children are not to blame
    for name, sentence in wrong.items():
        report.add(
            "HB501",
            f"no starting point: {sentence}",
            graph.nodes[name].span,
            cause=f"{failure.attempts} random points were tried, and the model has a density at "
            "none of them; this is so at the last one",
            help="where it is only rounding that makes a covariance fail, add something small to "
            "its diagonal: `+ 1e-6 * eye(s)`, with its index set for `s`",
        )
    for name in [] if wrong else bad:
        value = values[name]
        report.add(
            "HB501",
            f"no starting point: the log density of `{name}` is "
            + ("not a number" if np.isnan(value) else f"{value:g}"),
            spans.get(name),
            cause=f"{failure.attempts} random points were tried, and at none of them all "
            "statements have a finite density",
            help="check that its arguments stay where the distribution allows them, and that the "
            "data are possible under the model",
        )
    return HdslError(report.diagnostics, graph.source)
