"""What is seen while chains run: bars on a terminal, a few lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

    from hdsl.density.density import Density
    from hdsl.sampling import Progress

_SECONDS_BETWEEN = 0.5
_FEWEST_DRAWS = 50
_MOST_COLUMNS = 50
_BAR = 24


class Display(Protocol):
    """Shows the progress of chains."""

    def begin(self, num_chains: int, num_warmup: int, num_samples: int) -> None:
        """Sampling begins; the first chunk has to be compiled yet."""
        ...

    def __call__(self, progress: Progress, density: Density) -> None:
        """Take news of one chain."""
        ...

    def end(self) -> None:
        """Sampling is over, or was broken off."""
        ...


class NoDisplay:
    """Shows nothing."""

    def begin(self, num_chains: int, num_warmup: int, num_samples: int) -> None:
        """Nothing."""

    def __call__(self, progress: Progress, density: Density) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""


@dataclass
class Lines:
    """A line when sampling begins, one for each chain that is done."""

    write: Callable[[str], None]
    began: float = 0.0

    def begin(self, num_chains: int, num_warmup: int, num_samples: int) -> None:
        """Say what will be done."""
        self.began = time.perf_counter()
        self.write(
            f"sampling {_chains(num_chains)}: {num_warmup} steps of warm-up, {num_samples} draws"
        )

    def __call__(self, progress: Progress, density: Density) -> None:
        """Say that a chain is done."""
        if progress.step == progress.num_steps:
            seconds = time.perf_counter() - self.began
            self.write(
                f"chain {progress.chain + 1} done after {seconds:.1f} s, "
                f"{_diverged(progress.divergences)}"
            )

    def end(self) -> None:
        """Nothing."""


@dataclass
class Convergence:
    """The largest R-hat of the sampled numbers, from the draws so far."""

    draws: dict[int, list[NDArray[np.float64]]] = field(
        default_factory=dict[int, list[NDArray[np.float64]]]
    )

    def add(self, progress: Progress) -> None:
        """Take the draws of a chunk."""
        if len(progress.positions):
            columns = np.asarray(progress.positions)[:, :_MOST_COLUMNS]
            self.draws.setdefault(progress.chain, []).append(columns)

    def text(self, num_chains: int) -> str:
        """R-hat in words; empty as long as the draws are too few."""
        from hdsl.results.convergence import assess

        chains = [np.concatenate(parts) for parts in self.draws.values()]
        chains = [chain for chain in chains if len(chain) >= _FEWEST_DRAWS]
        if not chains or not chains[0].shape[1]:
            return ""
        length = min(map(len, chains))
        with np.errstate(all="ignore"):
            r_hat = assess(np.stack([chain[:length] for chain in chains])).r_hat
        if not np.isfinite(r_hat).any():
            return ""
        of = "" if len(chains) == num_chains else f"{_chains(len(chains))}, "
        return f"R-hat {np.nanmax(r_hat):.3f} ({of}{length} draws each)"


@dataclass
class _Chain:
    phase: str = "waiting"
    step: int = 0
    divergences: int = 0


@dataclass
class Bars:
    """A bar for each chain, and what the draws tell so far; it vanishes at the end."""

    num_steps: int = 0
    chains: list[_Chain] = field(default_factory=list[_Chain])
    convergence: Convergence = field(default_factory=Convergence)
    status: str = "compiling"
    began: float = 0.0
    looked: float = 0.0
    live: Live | None = None

    def begin(self, num_chains: int, num_warmup: int, num_samples: int) -> None:
        """Show empty bars."""
        from rich.console import Console
        from rich.live import Live

        self.began = time.perf_counter()
        self.num_steps = num_warmup + num_samples
        self.chains = [_Chain() for _ in range(num_chains)]
        self.live = Live(
            console=Console(file=sys.stderr),
            get_renderable=self.render,
            refresh_per_second=8,
            transient=True,
        )
        self.live.start()

    def __call__(self, progress: Progress, density: Density) -> None:
        """Move the bar of a chain."""
        chain = self.chains[progress.chain]
        chain.step, chain.divergences = progress.step, progress.divergences
        done = progress.step == progress.num_steps
        chain.phase = "done" if done else "warm-up" if progress.warming_up else "sampling"
        self.convergence.add(progress)
        now = time.perf_counter()
        if now - self.looked > _SECONDS_BETWEEN:
            self.looked = now
            self.status = self.convergence.text(len(self.chains))

    def end(self) -> None:
        """Put one line in the place of the bars."""
        if self.live is None:
            return
        self.live.stop()
        self.live = None
        if any(chain.phase != "done" for chain in self.chains):
            return
        seconds = time.perf_counter() - self.began
        diverged = _diverged(sum(chain.divergences for chain in self.chains))
        print(
            f"{_chains(len(self.chains))} sampled in {seconds:.1f} s, {diverged}", file=sys.stderr
        )

    def render(self) -> Table:
        """The bars as they are now."""
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        for number, chain in enumerate(self.chains, start=1):
            table.add_row(
                f"chain {number}",
                chain.phase,
                ProgressBar(total=max(self.num_steps, 1), completed=chain.step, width=_BAR),
                f"{chain.step}/{self.num_steps}",
                Text(
                    _diverged(chain.divergences) if chain.step else "",
                    style="red" if chain.divergences else "dim",
                ),
            )
        frame = Table.grid()
        frame.add_row(table)
        frame.add_row(Text(self.status, style="dim"))
        return frame


def display_for(is_quiet: bool, write: Callable[[str], None]) -> Display:
    """The display that suits where standard error goes."""
    if is_quiet:
        return NoDisplay()
    return Bars() if sys.stderr.isatty() else Lines(write)


def _diverged(count: int) -> str:
    return f"{count} divergence{'s' if count != 1 else ''}" if count else "no divergence"


def _chains(count: int) -> str:
    return f"{count} chain{'s' if count != 1 else ''}"
