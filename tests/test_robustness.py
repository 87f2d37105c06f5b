"""No input whatever gives a traceback: each call gives an answer, or a mistake with a code."""

from __future__ import annotations

import datetime
import decimal
import json
import os
import random
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hdsl
import hdsl.pipeline  # which sets the recursion limit
from hdsl.diagnostics.codes import CODES

# Each with all its data; without unknowns that NUTS would have to sample, unless said otherwise.
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "bags": (
        """index colour = {red, blue}   # a comment
data day[bag] : day, n[bag] : count, blue[bag] from "bags.csv" where kind == "Plain"
theta[day] ~ Beta(2, 8)
blue[bag] ~ Binomial(n[bag], theta[day[bag]])
new ~ Poisson(20 * theta["Mon"]) truncated to [1, inf)
many = sum(new > 20 for bag, n[bag] > 50) + size(day)
chance[colour] = [0.2, 0.8]; kept[bag] ~ Categorical(chance)
""",
        {"day": ["Mon", "Mon", "Tue"], "n": [56, 54, 57], "blue": [11, 9, 15]},
    ),
    "years": (
        """data year[i] : year, y[i], x[i, k], scale = 2.5
index k = 1..2; index age = {young, "middle-aged" , old}
b[young] = 0; b[age] ~ Normal(0, scale) for age != young
level[year] ~ Normal(year - 1990, 1)
y[i] ~ Normal(level[year[i]] + sum(x[i]), { s = exp(scale); max(s, 1) }) for y[i] > 0
def decay(t, h) = { rate = log(2) / h; exp(-rate * t) }
change = if any(b > 1) then level[1992] - level[1990] else decay(b[old], 3)
z = (y - mean(y)) / sd(y)
pair[age, age'] = abs(b[age] - b[age'])
""",
        {"year": [1990, 1992, 1990], "y": [1.0, 2.5, 0.5], "x": [[1, 0], [0, 1], [1, 1]]},
    ),
    "sampled by NUTS": (
        """data n[g] = [10, 20, 15], y[g] : count, t[g] : positive, T = 3
index step = 1..T
a, b ~ Gamma(2, rate = 0.1); p[g] ~ Beta(a, b)
y[g] ~ Binomial(n[g], p[g])
logit(q) ~ StudentT(4, 0, 1.5)
t[g] ~ Weibull(2, 1 + q)
factor -(q - 0.5)^2 + log_prob(Laplace(0, 1), q)
path[step] ~ NegativeBinomial(mean = 3 * q + step, concentration = 2)
""",
        {"y": [3, 0, 15], "t": [0.5, 1.5, 2.0], "T": 3},
    ),
}
NAMES = tuple(MODELS)
EXAMPLES = 120
WORDS = re.findall(r'[\w.]+|"[^"\n]*"|\S|\n', "".join(text for text, _ in MODELS.values()))
WORDS += ["Dirichlet", "Mixture", "Flat()", "inf", "-inf", "1e999", "0", "1..1e12", "for", "'", "@"]

TABLE = "bag,day,n,blue,kind\n1,Mon,56,11,Plain\n2,Mon,54,9,Plain\n3,Tue,57,15,Plain\n"


def answered(call: Callable[[], object]) -> object:
    """The result, or the mistake, after a look at the mistake; anything else fails the test."""
    try:
        return call()
    except hdsl.HdslError as error:
        found = error
    assert found.diagnostics
    for diagnostic in found.diagnostics:
        assert diagnostic.code in CODES
        assert diagnostic.code != "HB900", diagnostic
    drawn = str(found)
    assert drawn
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", drawn)
    return found


def try_whole(text: str, data: object, folder: Path | None = None, nuts: bool = False) -> None:
    """Compile, explain and, where NUTS is not needed or wanted, fit."""
    model = answered(lambda: hdsl.compile(text, folder=folder))
    if not isinstance(model, hdsl.Model):
        return
    repr(model)
    explanation = answered(lambda: model.explain(data))
    if isinstance(explanation, hdsl.HdslError):
        return
    direct = "directly" in str(explanation) or "forward" in str(explanation)
    if direct or nuts:
        sizes = {"num_chains": 2, "num_warmup": 10, "num_samples": 10}
        fit = answered(lambda: model.sample(data, seed=1, **sizes, log_likelihood=True))
        if isinstance(fit, hdsl.Fit):
            str(fit.summary(all=True)), str(fit.verdict)


@st.composite
def changed_texts(draw: st.DrawFn) -> tuple[str, str]:
    """A good model in which some words were left out, put in, doubled or moved."""
    name = draw(st.sampled_from(NAMES))
    words = re.findall(r'[\w.]+|"[^"\n]*"|[^\S\n]+|.|\n', MODELS[name][0])
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(words) - 1))
        match draw(st.sampled_from(["out", "in", "instead", "swap", "double"])):
            case "out":
                del words[place]
            case "in":
                words.insert(place, draw(st.sampled_from(WORDS)))
            case "instead":
                words[place] = draw(st.sampled_from(WORDS))
            case "swap":
                other = draw(st.integers(0, len(words) - 1))
                words[place], words[other] = words[other], words[place]
            case _:
                words[place:place] = words[place : place + draw(st.integers(1, 12))]
    return name, "".join(words)


@settings(max_examples=EXAMPLES)
@given(changed_texts())
def test_a_changed_model(changed: tuple[str, str]) -> None:
    name, text = changed
    try_whole(text, MODELS[name][1])


@pytest.mark.parametrize("name", NAMES)
def test_the_models_are_good(name: str) -> None:
    text, data = MODELS[name]
    assert "NUTS" in str(hdsl.compile(text).explain(data)) or name != "sampled by NUTS"
    fit = hdsl.compile(text).sample(data, seed=1, num_chains=2, num_warmup=50, num_samples=10)
    assert fit.num_draws == 10


class Stubborn:
    """An object that is no data, and not even a text for a message."""

    def __repr__(self) -> str:
        raise RuntimeError


ODD = [
    None, float("nan"), float("inf"), -1, 0, 2**70, -(10**400), 1e308, 1j, True, "", "a", "\ud800",
    "\x1b[31mred\x1b[0m", "a\nb", b"x", [], [[]], [[1], [2, 3]], [None], ["a", 1], [[[1]]],
    {}, {"a": 1}, {1: 2}, {None: 1}, {"a": {"b": 1}}, {"\x1b[2J": 1}, {1, 2}, range(3), iter([1]),
    print, object(), int, Stubborn(), memoryview(b"abc"), slice(1), ...,
    decimal.Decimal("1.5"), decimal.Decimal("NaN"), datetime.date(2020, 1, 1),
    np.array(1), np.array([]), np.zeros((0, 3)), np.zeros((2, 3, 4)), np.array([1 + 2j]),
    np.array(["2020-01-01"], "M8[D]"), np.array([1], "m8[s]"), np.array([1], object),
    np.array([2**63], "u8"), np.array([(1, 2)], [("a", int), ("b", int)]), np.void(b"1"),
    np.float16(1), np.longdouble(1) * 10**400, np.ma.masked_array([1, 2, 3], [0, 1, 0]),
    pd.Series([1, 2, 3], index=["a", "a", "b"]), pd.Series([None]), pd.DataFrame(),
    pd.Series([1, 2, 3], index=[1.5, float("nan"), 2]), pd.Series(pd.date_range("2020", "2021", 3)),
    pd.Series(pd.Categorical(["a", "b", "a"], ["b", "a", "c"])), pd.array([1, None, 3]),
    pd.DataFrame({"y": [1, 2, 3], "n": ["a", "b", None]}), pd.Series(pd.interval_range(0, 3)),
    pd.Series([1], index=pd.MultiIndex.from_tuples([(1, 2)])),
]  # fmt: skip
odd = st.one_of(
    st.sampled_from(ODD),
    st.lists(st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=3)), max_size=4),
)


@settings(max_examples=EXAMPLES)
@given(st.sampled_from(NAMES), st.data())
def test_changed_data(name: str, draws: st.DataObject) -> None:
    text, good = MODELS[name]
    data = dict(good)
    for key in draws.draw(st.lists(st.sampled_from([*good, "other"]), min_size=1, max_size=2)):
        data[key] = draws.draw(odd)
    try_whole(text, data)


@pytest.mark.parametrize("data", ODD, ids=lambda value: type(value).__name__)
def test_what_is_no_data(data: Any) -> None:
    for name in NAMES:
        try_whole(MODELS[name][0], data)


@pytest.mark.parametrize("seed", range(60))
def test_bytes_of_a_model_file(seed: int, tmp_path: Path) -> None:
    name = NAMES[seed % len(NAMES)]
    path = tmp_path / "model.hbm"
    path.write_bytes(with_changed_bytes(MODELS[name][0].encode(), seed))
    model = answered(lambda: hdsl.load(path))
    if isinstance(model, hdsl.Model):
        answered(lambda: model.explain(MODELS[name][1]))


@pytest.mark.parametrize("seed", range(60))
def test_bytes_of_a_data_file(seed: int, tmp_path: Path) -> None:
    text, good = MODELS["bags"]
    if seed % 2:
        (tmp_path / "bags.csv").write_bytes(with_changed_bytes(TABLE.encode(), seed))
    else:
        text = text.replace("bags.csv", "bags.json").replace(' where kind == "Plain"', "")
        content = json.dumps(good).encode()
        (tmp_path / "bags.json").write_bytes(with_changed_bytes(content, seed))
    try_whole(text, None, tmp_path)


def with_changed_bytes(content: bytes, seed: int) -> bytes:
    source = random.Random(seed)
    found = bytearray(content)
    for _ in range(source.randint(1, 6)):
        place = source.randrange(len(found))
        match source.randrange(4):
            case 0:
                found[place] = source.randrange(256)
            case 1:
                found[place:place] = source.randbytes(source.randint(1, 4))
            case 2:
                found[place : place + source.randint(1, 20)] = b""
            case _:
                found[place:place] = source.choice(
                    [
                        b"\0",
                        b"\xef\xbb\xbf",
                        b"\r",
                        b'"',
                        b",,",
                        b"\xe2\x80\xae",
                        b"1e999",
                        b"[" * 99,
                    ]
                )
        found = found or bytearray(b"x")
    return bytes(found)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("seed", value) for value in (-1, 2**63, 2**70, 1.5, "1", True, Stubborn(), [1])),
        *(("num_chains", value) for value in (-1, 0, 10**9, 1.0, None, np.array([1, 2]), "4")),
        *(("num_samples", value) for value in (-1, 0, 10**20, 2.0, "1", object())),
        *(("num_warmup", value) for value in (-1, 10**20, None, 2.0)),
        *(("target_acceptance_rate", value) for value in (0, 1, -1, float("nan"), "0.8", None)),
        *(("without", value) for value in ("nothing", ["collapse", 1], 3, None, Stubborn())),
        *(("keep", value) for value in ("nothing", "new", ["theta", 1], 3, b"theta", "\x1b[2J")),
        *(("sampler", value) for value in ("hmc", None, 1, ["nuts"], np.array(["nuts", "a"]))),
        *(("log_likelihood", value) for value in ("no", 2, None)),
        *(("allow_outside", value) for value in ("no", 1, np.array([True, False]))),
    ],
)
def test_an_impossible_option(option: str, value: Any) -> None:
    text, data = MODELS["bags"]
    model = hdsl.compile(text)
    found = answered(lambda: model.sample(data, **{"num_samples": 10, "seed": 1, option: value}))
    assert isinstance(found, hdsl.HdslError)
    assert {d.code for d in found.diagnostics} <= {"HB502", "HB503", "HB506", "HB514"}


def test_options_of_numpy_are_as_good() -> None:
    text, data = MODELS["bags"]
    model = hdsl.compile(text)
    one = model.sample(data, seed=np.int64(1), num_chains=np.int8(2), num_samples=np.array(10))
    other = model.sample(data, seed=1, num_chains=2, num_samples=10)
    assert one.posterior.equals(other.posterior)


@pytest.mark.parametrize("value", [None, 1, b"x", [], object(), "\ud800", "a\0b", Stubborn()])
def test_what_is_no_text_or_path(value: Any) -> None:
    for call in (hdsl.compile, hdsl.parse):
        answered(lambda call=call: call(value))
        answered(lambda call=call: call("x ~ Normal(0, 1)", name=value))
    for call in (hdsl.load, hdsl.open):
        assert isinstance(answered(lambda call=call: call(value)), hdsl.HdslError)
    try_whole('data y[i] from "y.csv"\ny[i] ~ Normal(0, 1)\n', None, value)


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "nul.csv").write_bytes(b"y\n1\n\0\n")
    (tmp_path / "line.csv").write_bytes(b"1," * 20_000)
    (tmp_path / "deep.json").write_text('{"y": ' + "[" * 100_000 + "]" * 100_000 + "}")
    (tmp_path / "twice.json").write_text('{"y": [1], "y": [2]}')
    (tmp_path / "long.json").write_text('{"y": 1' + "0" * 10_000 + "}")
    (tmp_path / "outside.csv").symlink_to("/etc/passwd")
    (tmp_path / "round.csv").symlink_to(tmp_path / "round.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    for name in [path.name for path in tmp_path.iterdir()] + ["none.csv", "x" * 9999]:
        text = f'data y[i] from "{name}"\nm ~ Normal(0, 1)\ny[i] ~ Normal(m, 1)\n'
        model = hdsl.compile(text, folder=tmp_path)
        assert isinstance(
            answered(lambda m=model: m.sample(seed=1, num_samples=10)), hdsl.HdslError
        )
        if name != "empty.csv":
            assert isinstance(answered(lambda n=name: hdsl.load(tmp_path / n)), hdsl.HdslError)
        assert isinstance(answered(lambda n=name: hdsl.open(tmp_path / n)), hdsl.HdslError)
    assert stat.S_ISFIFO((tmp_path / "pipe.csv").stat().st_mode)


@pytest.mark.parametrize(
    "path",
    [
        "../secret.csv", "/etc/passwd", "~/secret.csv", "file:///etc/passwd", "https://localhost/x.csv",
        "/dev/zero", "/dev/stdin", "/proc/self/environ", "inner/../../secret.csv", "link.csv",
        "linked/secret.csv", "..\\\\secret.csv", "$HOME/secret.csv", "`id`.csv", "| id", "",
    ],
)  # fmt: skip
def test_nothing_outside_the_folder_is_read(path: str, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("y\n12345\n")
    folder = tmp_path / "models"
    (folder / "inner").mkdir(parents=True)
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "linked").symlink_to(tmp_path)
    text = f'data y[i] from "{path}"\nm ~ Normal(0, 1)\ny[i] ~ Normal(m, 1)\n'
    found = answered(lambda: hdsl.compile(text, folder=folder).sample(seed=1, num_samples=10))
    assert isinstance(found, hdsl.HdslError)
    assert "12345" not in str(found)


@pytest.mark.parametrize(
    "text",
    [
        "index t = 1..1e12\nx[t] ~ Normal(0, 1)\n",
        "index t = 1..1e6\nindex s = 1..1e6\nindex r = 1..1e6\nx[t, s, r] ~ Normal(0, 1)\n",
        "index t = 1..1e7\nx[t] ~ Normal(0, 1)\ny = sum(x[i] * x[j] for i in t, j in t)\n",
        "index t = 0..1 by 1e-300\nx[t] ~ Normal(0, 1)\n",
        "index t = -1e308..1e308\nx[t] ~ Normal(0, 1)\n",
        "data T = 1e15\nindex t = 1..T\nx[t] ~ Normal(0, 1)\n",
        "index t = 1..1e5\nx[t] = sum(i * j for i in t, j in t)\n",
    ],
)
def test_what_does_not_fit_in_memory_is_refused(text: str) -> None:
    found = answered(lambda: hdsl.compile(text).sample(seed=1))
    assert isinstance(found, hdsl.HdslError)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000 + " ~ Normal(0, 1)\n",
        "x ~ Normal(" + "(" * 5_000 + "0" + ")" * 5_000 + ", 1)\n",
        "x = " + "1 + " * 20_000 + "1\n",
        "x = " + "-" * 5_000 + "1\n",
        "x = " + "if 1 then 2 else " * 2_000 + "3\n",
        "x = " + "1" * 5_000 + "\n",
        'index s = {"' + "a" * 100_000 + '"}\nx[s] ~ Normal(0, 1)\n',
        "x[" * 2_000 + "]" * 2_000 + " = 1\n",
        "y = { " * 2_000 + "1" + " }" * 2_000 + "\n",
        "\u202ex ~ Normal(0, 1)\n",
        "e\u0301 ~ Normal(0, 1)\n\u00e9 ~ Normal(0, 1)\n",
        "x\u200d ~ Normal(0, 1)\n",
        "\ufeffx ~ Normal(0, 1)\n",
        "x ~ Normal(0, 1)\x00\n",
        "x ~ Normal(0, \uff11)\n",
        'data s = "\x1b[31m"\n',
    ],
    ids=range(16),
)
def test_a_text_that_is_long_deep_or_odd(text: str) -> None:
    try_whole(text, None)


def test_labels_do_not_steer_the_terminal() -> None:
    data = {"y": {"\x1b[31mred\x1b[0m": 1.0, "a\nb": 2.0, "\u202eabc": 3.0}}
    model = hdsl.compile('data y[i]\nm[i] ~ Normal(0, 1)\ny[i] ~ Normal(m[i], 1)\nz = m["q"]\n')
    wrong = answered(lambda: model.sample(data, seed=1, num_samples=10))
    model = hdsl.compile("data y[i]\nm[i] ~ Normal(0, 1)\ny[i] ~ Normal(m[i], 1)\n")
    fit = answered(lambda: model.sample(data, seed=1, num_samples=10))
    assert isinstance(fit, hdsl.Fit)
    for shown in (wrong, fit, fit.summary(all=True)):
        assert "\x1b" not in str(shown)
        assert "\u202e" not in str(shown)
