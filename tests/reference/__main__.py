"""Fits the models of the reference collections and compares them with their sources.

    python -m tests.reference [NAME …] [--collection posteriordb|bugs] [--seed 1] [--table FILE]

Each model is fitted with the default settings, in a process of its own. Of each number that the
source reports, the mean, the sd and the quantiles are compared. A difference counts in combined
Monte Carlo standard errors (see `compare.deviations`), after what the rounding of printed tables
explains; a model agrees if none is beyond the limit that one model in a thousand would pass by
chance (Bonferroni over its comparisons: 3.8 for one number, 4.3 for eight; `compare.limit`). The
sharper one of a printed table and its rerun is taken. Where tails are so heavy that no mean
settles, only the quantiles are compared (`collection.QUANTILES_ONLY`).

Exit status: 0 if all agree and can be trusted, 1 otherwise.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.reference.collection import Case, cases

COLUMNS = (
    "model",
    "lines",
    "R-hat",
    "ESS",
    "MCSEs",
    "sds",
    "agrees",
    "trusted",
    "seconds",
    "where",
)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    chosen = [case for case in cases() if _wanted(case, options)]
    if options.one:
        from tests.reference.fitting import outcome

        print(json.dumps(outcome(chosen[0], options.seed).to_dict()))
        return 0
    if not chosen:
        print("no such model", file=sys.stderr)
        return 1
    print(_row(COLUMNS), flush=True)
    outcomes: list[dict[str, Any]] = []
    for case in chosen:
        found = _apart(case, options.seed, options.timeout)
        outcomes.append(found)
        print(_row(_cells(found)), flush=True)
        for line in _faults(found):
            print(f"    {line}", flush=True)
    if options.table:
        options.table.write_text(_markdown(outcomes))
    good = sum(found["agrees"] and found["trusted"] is not False for found in outcomes)
    print(f"{good} of {len(outcomes)} agree and can be trusted")
    return 0 if good == len(outcomes) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.reference", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", help="posteriors; all, if none is named")
    parser.add_argument("--collection", choices=("posteriordb", "bugs"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=1800, help="seconds for one model")
    parser.add_argument("--table", type=Path, help="write the table to this file, as Markdown")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    return parser


def _wanted(case: Case, options: argparse.Namespace) -> bool:
    return (not options.names or case.name in options.names) and (
        options.collection in (None, case.collection)
    )


def _apart(case: Case, seed: int, timeout: float) -> dict[str, Any]:
    """The outcome of a fit in a process of its own, so that none can take the others with it."""
    command = [sys.executable, "-m", "tests.reference", "--one", "--seed", str(seed), case.name]
    failure: dict[str, Any] = {"name": case.name, "lines": case.lines, "agrees": False}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        return failure | {"wrong": [f"not done within {timeout:.0f} s"], "trusted": False}
    try:
        return json.loads(done.stdout.splitlines()[-1])
    except (IndexError, json.JSONDecodeError):
        last = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        return failure | {"wrong": last, "trusted": False}


def _cells(found: dict[str, Any]) -> tuple[str, ...]:
    return (
        found["name"],
        str(found["lines"]),
        _number(found.get("r_hat"), ".3f"),
        _number(found.get("ess"), ".0f"),
        _number(found.get("errors"), ".1f"),
        _number(found.get("sds"), ".3f"),
        "yes" if found["agrees"] else "NO",
        {True: "yes", False: "NO", None: "-"}[found.get("trusted")],
        _number(found.get("total"), ".1f"),
        " ".join(f"{stage} {s:.1f}" for stage, s in (found.get("seconds") or {}).items()),
    )


def _faults(found: dict[str, Any]) -> Iterable[str]:
    wrong = found.get("wrong") or []
    yield from wrong[:5]
    if len(wrong) > 5:
        yield f"and {len(wrong) - 5} more"
    yield from found.get("why_not") or []


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _row(cells: Sequence[str]) -> str:
    name, *rest, where = cells
    return f"{name:<46}" + "".join(f"{cell:>8}" for cell in rest) + f"  {where}"


def _markdown(outcomes: Sequence[dict[str, Any]]) -> str:
    rows = [COLUMNS, ("---",) * len(COLUMNS), *map(_cells, outcomes)]
    faults = [f"- {found['name']}: {line}" for found in outcomes for line in _faults(found)]
    table = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([*table, "", *faults]).rstrip() + "\n"


if __name__ == "__main__":
    sys.exit(main())
