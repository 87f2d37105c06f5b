"""From a call to a distribution, or to a problem with words."""

from __future__ import annotations

import sys
from subprocess import run

import pytest

from hdsl.distributions import DISTRIBUTIONS
from hdsl.distributions.construct import Problem, construct, signature
from hdsl.distributions.names import edit_distance, elsewhere, near
from hdsl.distributions.random import Applied
from hdsl.expressions.tree import Constant, Reference
from hdsl.source import Span

M, S = Reference("m"), Reference("s")


def problem(name: str, *positional: Reference, **keywords: Reference) -> Problem:
    found = construct(name, positional, keywords, Span(3, 9), {"wrong": Span(5, 6)})
    assert isinstance(found, Problem)
    return found


def test_positional_arguments_are_the_canonical_ones() -> None:
    found = construct("Normal", [M, S], {}, Span(3, 9))
    assert isinstance(found, Applied)
    assert found.arguments == (("mean", M), ("sd", S))
    assert [(p.name, e) for p, e in found.written] == [("mean", M), ("sd", S)]
    assert found.span == Span(3, 9)


def test_what_is_written_is_what_is_checked() -> None:
    found = construct("Gamma", [], {"sd": S, "mean": M})
    assert isinstance(found, Applied)
    assert [name for name, _ in found.arguments] == ["shape", "rate"]
    assert [(p.name, e) for p, e in found.requirements()] == [("mean", M), ("sd", S)]


def test_a_form_may_share_leading_arguments() -> None:
    found = construct("Binomial", [M], {"logit": S})
    assert isinstance(found, Applied)
    assert [p.name for p, _ in found.written] == ["n", "logit"]
    keyword = construct("StudentT", [M, S], {"scale": S})
    assert isinstance(keyword, Applied)
    assert [name for name, _ in keyword.arguments] == ["df", "location", "scale"]


def test_defaults() -> None:
    found = construct("Flat", [], {"upper": M})
    assert isinstance(found, Applied)
    assert found.arguments == (("lower", Constant(float("-inf"))), ("upper", M))
    assert [p.name for p, _ in found.written] == ["upper"]


def test_missing() -> None:
    found = problem("Normal", M)
    assert found.kind == "missing argument"
    assert found.title == "`Normal` lacks `sd`"
    assert (
        found.cause
        == "it is Normal(mean, sd) or Normal(mean, precision =) or Normal(mean, variance =)"
    )
    assert found.span == Span(3, 9)
    assert problem("Gamma", sd=S).title == "`Gamma` lacks `mean`"
    assert problem("StudentT").title == "`StudentT` lacks `df` and `location` and `scale`"


def test_too_many() -> None:
    found = problem("Poisson", M, S)
    assert found.kind == "too many arguments"
    assert found.title == "`Poisson` takes 1 argument, not 2"


def test_unknown_keyword() -> None:
    found = problem("Normal", M, wrong=S)
    assert found.kind == "unknown keyword"
    assert found.title == "`Normal` has no parameter `wrong`"
    assert found.span == Span(5, 6)
    assert problem("Gamma", mean=M, ds=S).help == "did you mean `sd`?"


def test_given_twice() -> None:
    found = problem("Normal", M, S, mean=S)
    assert found.kind == "argument given twice"
    assert found.title == "`mean` of `Normal` is given twice"


def test_mixed_forms() -> None:
    assert problem("Beta", M, concentration=S).kind == "mixed forms"
    found = problem("Normal", M, S, precision=S)
    assert found.kind == "mixed forms"
    assert found.title == "`mean` and `sd` and `precision` of `Normal` do not go together"


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("normal", "write `Normal(mean, sd)`"),
        ("dnorm", "write `Normal(mean, precision = tau)`"),
        ("Wald", "write `InverseGaussian(mean, shape)`"),
        ("dweib", "write `Weibull(shape, rate = lambda)`"),
        ("lomax", "write `ParetoType2(0, scale, shape)`"),
        ("half_normal", "write `HalfNormal(scale)`"),
        ("HalfFlat", "write `Flat(0, inf)`"),
        ("TruncatedNormal", "write `Normal(mean, sd) truncated to (lower, upper)`"),
        ("neg_binomial_2", "write `NegativeBinomial(mean, concentration)`"),
        ("bernoulli_logit", "write `Bernoulli(logit = x)`"),
        ("Nornal", "did you mean `Normal`?"),
        ("Possion", "did you mean `Poisson`?"),
        ("half_student_t", "did you mean `HalfStudentT`?"),
        ("poisson", "did you mean `Poisson`?"),
        ("U", "write `Uniform(lower, upper)`"),
        ("Exp", "did you mean `Exponential`?"),
        ("Be", "did you mean `Beta` or `BetaPrime`?"),
        ("Zzz", "take one that the manual lists, or add its log density with `factor`"),
    ],
)
def test_unknown_distribution(name: str, help: str) -> None:
    found = problem(name, M)
    assert found.kind == "unknown distribution"
    assert found.title == f"there is no distribution `{name}`"
    assert found.help == help


def test_hints_elsewhere_are_calls_that_exist() -> None:
    assert elsewhere("no such thing") is None
    for name in ("gaussian", "DNORM", "inv_gamma", "dunif", "BernoulliLogits", "GPD", "chi2"):
        hint = elsewhere(name)
        assert hint is not None
        assert hint.removeprefix("write `").split("(")[0] in DISTRIBUTIONS


def test_signatures() -> None:
    assert signature(DISTRIBUTIONS["Gamma"]) == (
        "Gamma(shape, rate) or Gamma(mean =, sd =) or Gamma(shape, scale =) or Gamma(shape, mean =)"
    )
    assert signature(DISTRIBUTIONS["Flat"]) == "Flat() or Flat(lower, upper)"
    assert signature(DISTRIBUTIONS["Cauchy"]) == "Cauchy(location, scale)"
    assert signature(DISTRIBUTIONS["BetaBinomial"]) == (
        "BetaBinomial(n, a, b) or BetaBinomial(n, mean =, concentration =)"
    )


def test_no_keyword_leads_to_two_forms() -> None:
    for distribution in DISTRIBUTIONS.values():
        forms = [
            {p.name for p in parameters}
            for parameters in (
                distribution.parameters,
                *(form.parameters for form in distribution.forms),
            )
        ]
        assert all(forms.count(form) == 1 for form in forms)
        assert distribution.meaning


def test_edit_distance() -> None:
    assert edit_distance("kitten", "sitting") == 3
    assert edit_distance("possion", "poisson") == 2
    assert edit_distance("ab", "ba") == 1
    assert edit_distance("", "abc") == 3
    assert near("lambda", ["rate", "log"]) == []


def test_importing_them_needs_neither_scipy_nor_jax() -> None:
    code = "import hdsl.distributions.construct, sys; print(*(m in sys.modules for m in NAMES))"
    code = code.replace("NAMES", "['scipy', 'jax']")
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
