"""`python -m tests.calibration [NAMES]`: how well posteriors of simulated data are calibrated."""

from __future__ import annotations

import argparse
import time
import traceback

from tests.calibration.harness import Effort, calibrate
from tests.calibration.models import MODELS


def main() -> None:
    """Calibrate some models, or all, and print a line for each."""
    parser = argparse.ArgumentParser(prog="python -m tests.calibration", description=__doc__)
    parser.add_argument("names", nargs="*", help="models; all without")
    parser.add_argument("--data-sets", type=int, default=Effort.data_sets)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without", default="", help="rules or groups of rules, with commas")
    parser.add_argument("--all", action="store_true", help="print every quantity")
    asked = parser.parse_args()
    without = tuple(filter(None, asked.without.split(",")))
    for model in [MODELS[name] for name in asked.names or MODELS]:
        began = time.perf_counter()
        try:
            found = calibrate(model, Effort(asked.data_sets), asked.seed, without)
        except Exception:
            print(f"{model.name:<32} FAILED", flush=True)
            traceback.print_exc(limit=-6)
            continue
        value, name = found.smallest
        moved = sum(found.moved) / len(found.moved) if found.moved else 1.0
        print(
            f"{model.name:<32} {value:9.2g} {name:<16} moved {moved:.2f} law {found.law:.0e} "
            f"same {found.same:.0e} programs {found.programs} {time.perf_counter() - began:.0f} s"
            + ("   <----" if value < 1e-3 else ""),
            flush=True,
        )
        if asked.all:
            for quantity, p in sorted(found.p_values.items(), key=lambda item: item[1]):
                print(f"    {quantity:<28} {p:.3g}")


if __name__ == "__main__":
    main()
