"""Runs chains: threads advance them chunk by chunk, the main thread reports and stops them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from hdsl.sampling.schedule import adaptation_schedule
from hdsl.sampling.settings import LogDensity, Settings

if TYPE_CHECKING:
    from hdsl.sampling.chunk import ChainState, Chunk

_SHORT_CHUNK_SECONDS: Final = 0.1
_LONG_CHUNK_SECONDS: Final = 0.4


@dataclass(frozen=True)
class Progress:
    """News of one chain after a chunk.

    Attributes
    ----------
    chain, step, num_steps
        The chain, its steps so far and in all, warm-up included.
    warming_up
        Whether its next step still adapts.
    divergences
        Divergent transitions of this chain after warm-up.
    positions
        Kept draws of this chunk, of shape (draw, dim); none during warm-up.
    """

    chain: int
    step: int
    num_steps: int
    warming_up: bool
    divergences: int
    positions: NDArray[np.float64]


@dataclass(frozen=True)
class Chains:
    """Draws of all chains.

    Attributes
    ----------
    positions
        Kept draws, of shape (chain, draw, dim).
    stats
        Arrays of shape (chain, draw) under ArviZ's names: ``diverging``, ``n_steps``,
        ``tree_depth``, ``acceptance_rate``, ``energy``, ``step_size``, ``lp``.
    inverse_mass_matrix
        Of each chain, (chain, dim) or (chain, dim, dim).
    compile_seconds, sample_seconds
        Wall time of tracing and compiling, and of all steps.
    num_gradients
        Gradients of all chains, warm-up included.
    """

    positions: NDArray[np.float64]
    stats: dict[str, NDArray[Any]]
    inverse_mass_matrix: NDArray[np.float64]
    compile_seconds: float
    sample_seconds: float
    num_gradients: int


@dataclass(frozen=True)
class _ChainRecord:
    state: ChainState
    positions: NDArray[np.float64]
    statistics: NDArray[np.float64]
    num_gradients: int


_Message = Progress | Future[_ChainRecord | None]


@dataclass
class Sampler:
    """Chains of NUTS, each on its own, that can be told to go on.

    Attributes
    ----------
    compile_seconds
        Wall time of tracing and compiling.
    """

    settings: Settings
    compile_seconds: float
    _chunk: Chunk
    _states: list[ChainState]

    @classmethod
    def begin(
        cls,
        log_density: LogDensity,
        data: Any,
        initial_positions: NDArray[np.float64],
        settings: Settings,
    ) -> Sampler:
        """Compile, and put each chain at its start.

        Parameters
        ----------
        log_density
            Traced by JAX. Where it is NaN or plus infinity it counts as minus infinity.
        data
            Pytree of arrays, its second argument.
        initial_positions
            Of shape (chain, dim), each with finite log density.

        Raises
        ------
        ValueError
            When an initial position has no finite log density and gradient.
        """
        from hdsl.sampling.chunk import compile_chunk

        began = time.perf_counter()
        states = _initial_states(log_density, data, initial_positions, settings)
        chunk = compile_chunk(log_density, data, states[0], settings)
        return cls(settings, time.perf_counter() - began, chunk, states)

    def move(self, chains: Mapping[int, int]) -> None:
        """Let some chains go on from where others are, with their own randomness."""
        before = list(self._states)
        for chain, to in chains.items():
            there = before[to]
            self._states[chain] = before[chain]._replace(
                position=there.position,
                log_density=there.log_density,
                gradient=there.gradient,
                adaptation=there.adaptation,
            )

    def advance(
        self,
        num_warmup: int,
        num_samples: int,
        target_acceptance_rate: float | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Chains:
        """Let each chain take some steps of warm-up, then draw.

        Parameters
        ----------
        target_acceptance_rate
            What the step size is tuned for; `None` for that of the settings.
        on_progress
            Called in this thread after every chunk. What it raises, ``KeyboardInterrupt`` included,
            stops all chains after their present chunk and is passed on; the chains stay where they
            were before this call.
        """
        from hdsl.sampling.chunk import retuned

        began = time.perf_counter()
        target = target_acceptance_rate or self.settings.target_acceptance_rate
        states = [retuned(state) for state in self._states] if num_warmup else self._states
        leg = _Leg(num_warmup, num_samples, target)
        records = _run_chains(self._chunk, states, leg, self.settings, on_progress or _ignore)
        self._states = [record.state for record in records]
        return _combine(records, self.compile_seconds, time.perf_counter() - began)


@dataclass(frozen=True)
class _Leg:
    """A stretch of the way of each chain."""

    num_warmup: int
    num_samples: int
    target: float


def sample(
    log_density: LogDensity,
    data: Any,
    initial_positions: NDArray[np.float64],
    settings: Settings,
    on_progress: Callable[[Progress], None] | None = None,
) -> Chains:
    """Draw from a log density by NUTS, as many draws as the settings say: see `Sampler`."""
    sampler = Sampler.begin(log_density, data, initial_positions, settings)
    return sampler.advance(settings.num_warmup, settings.num_samples, None, on_progress)


def _ignore(progress: Progress) -> None:
    del progress


def _initial_states(
    log_density: LogDensity, data: Any, positions: NDArray[np.float64], settings: Settings
) -> list[ChainState]:
    from hdsl.sampling.chunk import initial_state
    from hdsl.sampling.evaluation import evaluator

    num_chains, dimension = positions.shape
    if num_chains != settings.num_chains:
        raise ValueError(f"{num_chains} initial positions for {settings.num_chains} chains")
    evaluate = evaluator(log_density, data, dimension)
    states: list[ChainState] = []
    for chain, position in enumerate(positions):
        value, gradient = evaluate(position)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            raise ValueError(f"log density or gradient is not finite where chain {chain} starts")
        states.append(initial_state(position, value, gradient, settings.seed, chain))
    return states


def _run_chains(
    chunk: Chunk,
    states: list[ChainState],
    leg: _Leg,
    settings: Settings,
    on_progress: Callable[[Progress], None],
) -> list[_ChainRecord]:
    messages: SimpleQueue[_Message] = SimpleQueue()
    stop = Event()
    with ThreadPoolExecutor(settings.threads(), thread_name_prefix="chain") as pool:
        try:
            futures = [
                pool.submit(_run_chain, chunk, chain, state, leg, messages.put, stop)
                for chain, state in enumerate(states)
            ]
            for future in futures:
                future.add_done_callback(messages.put)
            running = len(futures)
            while running:
                message = messages.get()
                if isinstance(message, Progress):
                    on_progress(message)
                else:
                    message.result()
                    running -= 1
        finally:
            # Before the pool is left, which waits for its threads.
            stop.set()
    records = [future.result() for future in futures]
    return [record for record in records if record is not None]


def _run_chain(
    chunk: Chunk,
    chain: int,
    state: ChainState,
    leg: _Leg,
    report: Callable[[Progress], None],
    stop: Event,
) -> _ChainRecord | None:
    from hdsl.sampling.chunk import STATISTICS

    actions = adaptation_schedule(leg.num_warmup, leg.num_samples)
    num_steps, num_warmup = len(actions), leg.num_warmup
    positions: list[NDArray[np.float64]] = []
    statistics: list[NDArray[np.float64]] = []
    step, length, divergences, num_gradients = 0, 1, 0, 1
    while step < num_steps:
        if stop.is_set():
            return None
        began = time.perf_counter()
        state, moved, rows = chunk(state, actions[step : step + length], leg.target)
        length = _next_length(length, time.perf_counter() - began, chunk.capacity)
        num_warming_up = max(0, num_warmup - step)
        step += len(moved)
        positions.append(moved[num_warming_up:])
        statistics.append(rows[num_warming_up:])
        divergences += int(statistics[-1][:, STATISTICS.index("diverging")].sum())
        num_gradients += int(rows[:, STATISTICS.index("n_steps")].sum())
        report(Progress(chain, step, num_steps, step < num_warmup, divergences, positions[-1]))
    return _ChainRecord(state, np.concatenate(positions), np.concatenate(statistics), num_gradients)


def _next_length(length: int, seconds: float, capacity: int) -> int:
    if seconds < _SHORT_CHUNK_SECONDS:
        return min(2 * length, capacity)
    return max(1, length // 2) if seconds > _LONG_CHUNK_SECONDS else length


def _combine(records: list[_ChainRecord], compile_seconds: float, sample_seconds: float) -> Chains:
    from hdsl.sampling.chunk import STATISTICS

    statistics = np.stack([record.statistics for record in records])
    stats: dict[str, NDArray[Any]] = {
        name: np.ascontiguousarray(statistics[:, :, column])
        for column, name in enumerate(STATISTICS)
    }
    stats["diverging"] = stats["diverging"] != 0
    for name in ("n_steps", "tree_depth"):
        stats[name] = stats[name].astype(np.int64)
    metrics = [np.asarray(record.state.adaptation.inverse_mass_matrix) for record in records]
    return Chains(
        positions=np.stack([record.positions for record in records]),
        stats=stats,
        inverse_mass_matrix=np.stack(metrics),
        compile_seconds=compile_seconds,
        sample_seconds=sample_seconds,
        num_gradients=sum(record.num_gradients for record in records),
    )
