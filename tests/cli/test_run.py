from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import hdsl as package
from hdsl.cli import run, run_folder
from hdsl.cli.show import STAGES

from .conftest import Hdsl

SHORT = ("--seed", "3", "--warmup", "300", "--samples", "600", "--target-accept", "0.97")


def test_a_sampled_model_from_text_to_folder(hdsl: Hdsl, folder: Path) -> None:
    ended = hdsl("run", "sampled.hbm", "--data", "x=x.csv", *SHORT)
    assert ended.code == 0
    head, table = ended.out.split("\n\n", 1)
    observed, plan = head.splitlines()
    assert observed == "sampled.hbm: observed x[i] (4)"
    assert plan.startswith("2 numbers sampled by NUTS")
    assert plan.endswith("; seed 3")
    assert table.split()[:4] == ["mean", "sd", "5", "%"]
    assert "The draws can be trusted" in table
    assert "saved in sampled.run; `hdsl summary sampled.run` shows it again" in table
    assert ended.err.splitlines()[0] == "sampling 4 chains: 300 steps of warm-up, 600 draws"
    assert len(ended.err.splitlines()) == 5
    again = hdsl("summary", "sampled.run")
    assert again.code == 0
    assert again.out.split("\n\n", 1)[1].strip() == table.rsplit("saved in", 1)[0].strip()


def test_json_holds_the_same_facts(hdsl: Hdsl, folder: Path) -> None:
    ended = hdsl("run", "direct.hbm", "--seed", "5", "--format", "json", "--timings")
    assert (ended.code, ended.err) == (0, "")
    told = ended.json
    assert (told["trusted"], told["seed"], told["out"]) == (True, 5, "direct.run")
    fit = package.open(folder / "direct.run")
    mean = told["summary"]["variables"][0]["values"][0]["mean"]
    assert mean == pytest.approx(float(fit.posterior["theta"].mean()))
    assert set(told["timings"]) >= {"parse", "plan", "sample", "save"}
    again = hdsl("summary", "direct.run", "--format", "json").json
    assert again["summary"] == told["summary"]
    assert again["verdict"] == told["verdict"]


def test_the_same_seed_gives_the_same_draws(hdsl: Hdsl, folder: Path) -> None:
    for out, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        assert hdsl("run", "direct.hbm", "--seed", seed, "--out", out).code == 0
    first, again, other = (
        package.open(folder / out).posterior["theta"].to_numpy() for out in "abc"
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_fresh_seed_is_printed_and_gives_the_draws_again(hdsl: Hdsl, folder: Path) -> None:
    ended = hdsl("run", "direct.hbm", "--out", "a")
    seed = ended.out.splitlines()[1].split("; seed ")[1]
    hdsl("run", "direct.hbm", "--out", "b", "--seed", seed)
    one, two = (package.open(folder / out).posterior["theta"].to_numpy() for out in "ab")
    assert np.array_equal(one, two)


def test_draws_that_cannot_be_trusted(hdsl: Hdsl, folder: Path) -> None:
    ended = hdsl("run", "sampled.hbm", "--data", "x=x.csv", "--seed", "1", "--samples", "40")
    assert ended.code == 3
    assert "The draws can't be trusted" in ended.out
    assert "error[HB558]" in ended.err
    assert hdsl("summary", "sampled.hbm").code == 3


def test_quiet(hdsl: Hdsl) -> None:
    ended = hdsl("run", "sampled.hbm", "--data", "x=x.csv", "--quiet", *SHORT)
    assert ended.err == ""
    assert "seed" not in ended.out
    assert "saved" not in ended.out
    assert "can be trusted" in ended.out


@pytest.mark.parametrize("stage", STAGES)
def test_show_prints_a_stage_and_stops(hdsl: Hdsl, folder: Path, stage: str) -> None:
    ended = hdsl("run", "from_file.hbm", "--show", stage, "--seed", "1")
    assert ended.code == 0
    assert "Normal" in ended.out or stage in ("data", "density")
    assert not (folder / "from_file.run").exists()
    told = hdsl("run", "from_file.hbm", "--show", stage, "--format", "json").json
    assert (told["stage"], f"{told['text']}\n") == (stage, ended.out)


def test_what_the_stages_show(hdsl: Hdsl) -> None:
    def shown(stage: str, model: str = "from_file.hbm", *more: str) -> str:
        return hdsl("run", model, "--show", stage, *more).out

    assert shown("program", "untidy.hbm") == "a ~ Normal(0, 1)  # start\n"
    assert "parameter   m ~ Normal(mean = 0, sd = 10)  in (-inf, inf)" in shown("graph")
    assert "observation x[i] ~ Normal(mean = m, sd = 1)" in shown("graph")
    assert "x[i]: float64, 4" in shown("data")
    assert "log density, the sum of" in shown("plan")
    density = shown("density", "sampled.hbm", "--data", "x=x.csv")
    assert density.startswith("position of 2 numbers\n  [0:1]       m\n")
    assert ": float64, 4" in density


def test_the_choices_of_show_are_the_stages() -> None:
    assert tuple(STAGES) == run.SHOWN


def test_planning_options_change_the_plan(hdsl: Hdsl) -> None:
    direct = hdsl("run", "direct.hbm", "--show", "plan").out
    kept = hdsl("run", "direct.hbm", "--show", "plan", "--keep", "theta").out
    without = hdsl("run", "direct.hbm", "--show", "plan", "--without", "collapse,coordinates").out
    nuts = hdsl("run", "direct.hbm", "--show", "plan", "--sampler", "nuts").out
    assert "drawn directly" in direct
    assert all("1 number sampled by NUTS" in text for text in (kept, without, nuts))


# --- data ----------------------------------------------------------------------------------


def values(hdsl: Hdsl, *words: str) -> str:
    return hdsl("run", "from_file.hbm", "--show", "data", *words).out


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ((), 4),
        (("--data", "x=other.csv"), 2),
        (("--data", "x=pair.csv"), 2),
        (("--data", "pair.csv"), 2),
        (("--data", "x=pair.csv", "--data", "x.csv"), 2),
        (("--data", "other.csv", "--data", "pair.csv"), 2),
        (("--data", "other.csv"), 4),
    ],
)
def test_data_from_files(hdsl: Hdsl, words: tuple[str, ...], size: int) -> None:
    assert f"x[i]: float64, {size}" in values(hdsl, *words)


def test_data_from_two_files_together(hdsl: Hdsl, folder: Path) -> None:
    (folder / "two.hbm").write_text(
        "data x[i], k : count\nm ~ Normal(0, 10)\nx[i] ~ Normal(m, 1)\nk ~ Poisson(exp(m))\n"
    )
    (folder / "k.json").write_text('{"k": 3}')
    for words in (("x.csv", "k.json"), ("k.json", "x=x.csv"), ("x.csv", "k=k.json")):
        given = [word for file in words for word in ("--data", file)]
        shown = hdsl("run", "two.hbm", "--show", "data", *given).out
        assert "x[i]: float64, 4" in shown
        assert "k: float64, scalar" in shown


def test_data_files_are_named_from_where_the_user_is(hdsl: Hdsl, folder: Path) -> None:
    (folder / "below").mkdir()
    (folder / "below" / "m.hbm").write_text((folder / "sampled.hbm").read_text())
    assert "x[i]: float64, 4" in hdsl("run", "below/m.hbm", "--show", "data", "--data", "x.csv").out
    told = hdsl("run", "below/m.hbm", "--data", "x=y.csv", "--format", "json").json
    assert "current folder" in told["diagnostics"][0]["cause"]


def test_all_missing_data_files_are_told_together(hdsl: Hdsl) -> None:
    words = ("--data", "a.csv", "--data", "x=b.csv", "--format", "json")
    assert hdsl("run", "sampled.hbm", *words).codes == ["HB451", "HB451"]


# --- the folder ----------------------------------------------------------------------------


def test_the_folder_lies_beside_the_model(hdsl: Hdsl, folder: Path) -> None:
    (folder / "below").mkdir()
    (folder / "below" / "m.hbm").write_text((folder / "direct.hbm").read_text())
    assert hdsl("run", "below/m.hbm", "--seed", "1").code == 0
    assert {path.name for path in (folder / "below" / "m.run").iterdir()} == {"fit.nc", "run.json"}
    record = json.loads((folder / "below" / "m.run" / "run.json").read_text())
    assert record["seed"] == 1
    assert record["model_text"] == (folder / "direct.hbm").read_text()
    assert record["finished"] >= record["began"]


def test_a_run_of_ours_is_written_over(hdsl: Hdsl, folder: Path) -> None:
    assert hdsl("run", "direct.hbm", "--seed", "1").code == 0
    assert hdsl("run", "direct.hbm", "--seed", "2").code == 0
    assert package.open(folder / "direct.run").facts.seed == 2
    (folder / "saved").mkdir()
    package.open(folder / "direct.run").save(folder / "saved")
    assert hdsl("run", "direct.hbm", "--out", "saved").code == 0


def test_nothing_else_is_written_over(hdsl: Hdsl, folder: Path) -> None:
    (folder / "mine").mkdir()
    (folder / "mine" / "thesis.tex").write_text("years of work")
    (folder / "mine" / "run.json").write_text('{"format": "other"}')
    for out in ("mine", "x.csv", "."):
        assert hdsl("run", "direct.hbm", "--out", out, "--format", "json").codes == ["HB580"]
    assert (folder / "mine" / "thesis.tex").read_text() == "years of work"
    assert len(list((folder / "mine").iterdir())) == 2


def test_a_folder_that_cannot_be_made_is_told_before_sampling(
    hdsl: Hdsl, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("it sampled")

    monkeypatch.setattr("hdsl.pipeline.draw_directly", never)
    ended = hdsl("run", "direct.hbm", "--out", "x.csv/run", "--format", "json")
    assert (ended.code, ended.codes) == (1, ["HB581"])


def test_a_disk_that_fills_up_at_the_end_leaves_the_table(
    hdsl: Hdsl, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hdsl.results.netcdf._write_file", full)
    ended = hdsl("run", "direct.hbm", "--seed", "1")
    assert ended.code == 1
    assert "theta" in ended.out
    assert "error[HB573]" in ended.err


def test_a_killed_run_tells_what_it_was(
    hdsl: Hdsl, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("hdsl.pipeline.sample", kill)
        assert hdsl("run", "direct.hbm", "--seed", "4", "--keep", "theta").code == 130
    told = hdsl("summary", "direct.run", "--format", "json")
    assert (told.code, told.codes) == (1, ["HB582"])
    assert told.json["diagnostics"][0]["help"].endswith("hdsl run direct.hbm --seed 4 --keep theta")
    assert hdsl("run", "direct.hbm", "--seed", "4").code == 0
    with monkeypatch.context() as patched:
        patched.setattr("hdsl.pipeline.draw_directly", kill)
        hdsl("run", "direct.hbm", "--seed", "5")
    shown = hdsl("summary", "direct.run")
    assert "warning[HB582]" in shown.err
    assert "seed 4" in shown.out


def test_a_model_that_was_changed_after_its_run_is_told(hdsl: Hdsl, folder: Path) -> None:
    assert hdsl("run", "direct.hbm", "--seed", "4").code == 0
    assert hdsl("summary", "direct.run").err == ""
    model = folder / "direct.hbm"
    model.write_text(model.read_text() + "# more")
    for name in ("direct.run", "direct.hbm"):
        told = hdsl("summary", name)
        assert told.code == 0
        assert "warning[HB590]" in told.err


def test_default_folders() -> None:
    assert run_folder.default_folder("a/model.hbm") == Path("a/model.run")
    assert run_folder.default_folder("-") == Path("model.run")


def test_a_number_may_stand_in_the_place_of_a_file(hdsl: Hdsl, folder: Path) -> None:
    ended = hdsl("run", "direct.hbm", "--data", "blue=56", "--seed", "1")
    assert ended.code == 0
    fit = package.open(folder / "direct.run")
    assert float(fit.posterior["theta"].mean()) == pytest.approx(58 / 66, abs=0.01)
