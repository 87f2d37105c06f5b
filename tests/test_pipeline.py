"""What a run does with the machine."""

from __future__ import annotations

from threadpoolctl import threadpool_info

import hdsl


def test_linear_algebra_runs_on_one_thread_and_others_get_theirs_back() -> None:
    def threads() -> set[tuple[str, int]]:
        return {(pool["filepath"], pool["num_threads"]) for pool in threadpool_info()}

    seen: set[int] = set()
    before = threads()
    model = hdsl.compile("data y = 3\nm ~ Normal(0, 1)\ny ~ StudentT(4, m, 1)\n")
    model.sample(seed=1, num_warmup=10, num_samples=10, on_progress=lambda *_: seen.update(
        number for _, number in threads()
    ))  # fmt: skip
    assert seen == {1}
    assert before <= threads()
