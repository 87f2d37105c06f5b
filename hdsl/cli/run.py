"""``hdsl run``: from a model to a table, a verdict and a saved fit."""

from __future__ import annotations

import argparse
import shlex
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdsl.cli import run_folder
from hdsl.cli.exit_codes import DONE, NOT_TRUSTED
from hdsl.cli.given import check_names, read_model
from hdsl.cli.options import add_data, add_format, add_planning, duration, share, whole_number
from hdsl.cli.output import Output
from hdsl.cli.progress import Display, display_for
from hdsl.cli.request import request_of
from hdsl.model.graph import Bound, ModelGraph
from hdsl.pipeline import (
    MOST_CHAINS,
    MOST_DRAWS,
    MOST_SEED,
    Request,
    fit,
    versions,
    with_seed,
)
from hdsl.plan.explain import explain, missing_cells
from hdsl.plan.plan import Plan
from hdsl.source import Source

if TYPE_CHECKING:
    from hdsl.results.fit import Fit
    from hdsl.sampling.rounds import Round

SHOWN = ("program", "tree", "graph", "data", "plan", "density")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.epilog = (
        "examples:\n"
        "  hdsl run model.hbm --seed 1\n"
        "  hdsl run model.hbm --data y=y.csv --samples 4000 --out try2\n"
        "  hdsl run model.hbm --show plan\n\n"
        "exit codes: 0 done, 1 model or data at fault, 2 bad command line, "
        "3 ran but not to be trusted"
    )
    parser.add_argument("model", metavar="MODEL", help="the model's file")
    add_data(parser)
    _add_sampling(parser)
    add_planning(parser)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="folder for the run (default: MODEL.run beside the model); "
        "the folder of an earlier run is written over, nothing else is",
    )
    parser.add_argument("--all", action="store_true", help="show every element of large families")
    parser.add_argument(
        "--log-likelihood",
        action="store_true",
        help="save the log density of each observation too, for model comparison",
    )
    parser.add_argument(
        "--report", action="store_true", help="write a page of the run, report.html in its folder"
    )
    parser.add_argument("--show", choices=SHOWN, help="print one stage of the way, and stop there")
    parser.add_argument("--timings", action="store_true", help="tell how long each stage took")
    parser.add_argument("--quiet", action="store_true", help="only the table and the verdict")
    add_format(parser)


def _add_sampling(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seed",
        type=whole_number(0, MOST_SEED),
        help="a whole number; the same seed gives the same draws (default: a fresh one, printed)",
    )
    parser.add_argument(
        "--chains",
        type=whole_number(1, MOST_CHAINS),
        default=4,
        help="number of chains (default: 4)",
    )
    parser.add_argument(
        "--warmup",
        type=whole_number(0, MOST_DRAWS),
        default=1000,
        help="steps with which each chain learns, and which are thrown away (default: 1000)",
    )
    parser.add_argument(
        "--samples",
        type=whole_number(1, MOST_DRAWS),
        help="draws that each chain keeps (default: 1000, and more if these are not good enough)",
    )
    parser.add_argument(
        "--max-time",
        type=duration,
        metavar="TIME",
        help="how long a run may go on by itself while its draws are not good yet: seconds, or as "
        "in 10m, 2h (default: 10m, and 0 where --samples is given)",
    )
    parser.add_argument(
        "--target-accept",
        type=share,
        default=0.8,
        metavar="RATE",
        help="acceptance rate that the steps are tuned for, between 0 and 1 (default: 0.8); "
        "larger means smaller steps, against divergences",
    )


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Run a model; 3 if its draws are not to be trusted."""
    source, folder = read_model(arguments.model)
    request = request_of(
        arguments,
        folder,
        seed=arguments.seed,
        num_chains=arguments.chains,
        num_warmup=arguments.warmup,
        num_samples=arguments.samples,
        max_time=arguments.max_time,
        target_acceptance_rate=arguments.target_accept,
        log_likelihood=arguments.log_likelihood,
    )
    run = _Run(arguments, output, source, with_seed(request))
    return run.show() if arguments.show else run.sample()


@dataclass
class _Run:
    """A run as the user sees it: what is said after each stage."""

    arguments: argparse.Namespace
    output: Output
    source: Source
    request: Request
    bound: Bound | None = None
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    last: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        is_quiet = self.arguments.quiet or self.output.as_json
        self.display: Display = display_for(is_quiet, self.output.note)
        out: Path | None = self.arguments.out
        self.folder = out or run_folder.default_folder(self.arguments.model)

    def show(self) -> int:
        """Print one stage, and stop there."""
        from hdsl.cli.show import STAGES, Shown

        wanted, text_of = STAGES[self.arguments.show]

        def stop_at(stage: str, result: Any) -> None:
            self._check(stage, result)
            if stage == wanted:
                raise Shown(text_of((result, self.bound) if stage == "plan" else result))

        try:
            fit(self.source, self._asking(stop_at))
        except Shown as shown:
            self.output.facts.update(stage=self.arguments.show, text=shown.text)
            self.output.say(shown.text)
        return DONE

    def sample(self) -> int:
        """Sample, show and save."""
        try:
            found = fit(self.source, self._asking(self._tell))
        finally:
            self.display.end()
        from hdsl.cli.shown_fit import report

        report(found, self.output, show_all=self.arguments.all)
        self._save(found)
        if self.arguments.report:
            self._report(found)
        if self.arguments.timings:
            self._tell_timings()
        return DONE if found.trusted else NOT_TRUSTED

    def _asking(self, on_stage: Any) -> Request:
        return replace(self.request, on_stage=on_stage, on_progress=self.display)

    def _check(self, stage: str, result: Any) -> None:
        if stage == "check":
            graph: ModelGraph = result[0]
            self.output.diagnose(result[1], self.source)
            check_names(graph, self.arguments.data)
        elif stage == "bind":
            self.bound = result

    def _tell(self, stage: str, result: Any) -> None:
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self.last
        self.last = now
        self._check(stage, result)
        if stage == "plan":
            self._tell_plan(result)
        elif stage == "lower":
            run_folder.begin(self.folder, self._record())
            if result.plan.sampler != "direct":
                request = self.request
                self.display.begin(request.num_chains, request.num_warmup, request.draws_kept)
        elif stage == "sample":
            self.display.end()
        elif stage == "continue":
            self._tell_continuing(*result)

    def _tell_plan(self, plan: Plan) -> None:
        if self.arguments.quiet:
            return
        explanation = explain(plan, self.bound)
        seen = [line.name for line in explanation.lines if line.fate == "observed"]
        self.output.say(f"{self.source.name}: observed {', '.join(seen) or 'nothing'}")
        for sentence in () if self.bound is None else missing_cells(self.bound):
            self.output.say(sentence)
        self.output.say(f"{explanation.headline}; seed {self.request.seed}")

    def _tell_continuing(self, found: Fit, following: Round) -> None:
        if not self.arguments.quiet:
            what = "the chains start anew from here" if following.anew else "more draws are added"
            self.output.note(f"not good enough yet: {found.diagnostics[0].title}; {what}")
        self.display.begin(self.request.num_chains, following.num_warmup, following.num_samples)

    def _record(self) -> dict[str, Any]:
        request = self.request
        again = ["hdsl", *self.arguments.words]
        again += ["--seed", str(request.seed)] if self.arguments.seed is None else []
        return {
            "model": self.arguments.model,
            "model_text": self.source.text,
            "data": self.arguments.data,
            "seed": request.seed,
            "settings": request.settings,
            "versions": versions(),
            "again": shlex.join(again),
        }

    def _save(self, found: Fit) -> None:
        file = found.save(self.folder)
        run_folder.finish(self.folder)
        self.output.facts.update(out=str(self.folder), file=str(file))
        if not self.arguments.quiet:
            self.output.say(f"saved in {self.folder}; `hdsl summary {self.folder}` shows it again")

    def _report(self, found: Fit) -> None:
        from hdsl.cli.report import write_report

        place = write_report(found, self.folder)
        self.output.facts.update(report=str(place))
        if not self.arguments.quiet:
            self.output.say(f"wrote {place}")

    def _tell_timings(self) -> None:
        self.seconds["save"] = time.perf_counter() - self.last
        self.output.facts["timings"] = self.seconds
        self.output.say()
        for stage, seconds in self.seconds.items():
            self.output.say(f"{stage:<8}{seconds:8.3f} s")
