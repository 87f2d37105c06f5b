"""How an unknown that has left the density is drawn, in the file's own names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hdsl.distributions.enumerated import Enumerated
from hdsl.distributions.joint import Joint
from hdsl.distributions.random import Applied, Random
from hdsl.distributions.text import random_text
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.text import text, with_axes
from hdsl.expressions.tree import Expression, OfWhole
from hdsl.model.graph import Stochastic
from hdsl.plan.formulas import LONGEST, abridged, formula, in_own_indices
from hdsl.plan.phrases import listed
from hdsl.plan.plan import Contribution, Drawn, Plan
from hdsl.plan.sums import plain_square

_AVERAGE = "what these say on average, weighed by their precisions"


def recovered(step: Drawn, plan: Plan) -> Iterator[str]:
    """Sentences that tell how a step draws its node."""
    node = step.node
    written = plan.graph.nodes.get(node.name)
    prior = written.random if isinstance(written, Stochastic) else node.random
    name = with_axes(node.name, node.axes)
    if isinstance(node.random, Enumerated):
        yield (
            "drawn by Bayes' rule: the chance of a value is in proportion to its prior times "
            f"the likelihood of {_likelihood(step, plan)}"
        )
        return
    match prior:
        case Applied() if step.told and prior.distribution.name == "Normal":
            yield from _normal(name, prior, step.told, plan)
        case Applied() if step.told:
            yield f"{name} ~ {_conjugate(prior, step.told, plan)}"
        case Joint() if step.told:
            yield from _multinormal(name, prior, step.told, plan)
        case _:
            yield f"{name} ~ {_written(node.random)}"


def _likelihood(step: Drawn, plan: Plan) -> str:
    seen = [said.by for said in step.told if plan.graph.roles.get(said.by) == "observation"]
    return listed(seen) or "what depends on it"


def _written(random: Random) -> str:
    found = random_text(random)
    if len(found) <= LONGEST:
        return found
    return f"{random.family}({', '.join(map(abridged, random.expressions))})"


def _conjugate(prior: Applied, told: tuple[Contribution, ...], plan: Plan) -> str:
    """The prior's parameters as the file has them, and what each statement adds."""
    arguments: list[str] = []
    for name, value in prior.arguments:
        for said in told:
            added = dict(said.added).get(name)
            value = value if added is None else value + added
        arguments.append(formula(value, plan))
    return f"{prior.family}({', '.join(arguments)})"


def _normal(name: str, prior: Applied, told: tuple[Contribution, ...], plan: Plan) -> Iterator[str]:
    given = {parameter.name: value for parameter, value in prior.written}
    sd, mean = prior.parameters["sd"], prior.parameters["mean"]
    own = given["precision"] if "precision" in given else 1.0 / plain_square(sd)
    moment = mean * own if "precision" in given else mean / plain_square(sd)
    yield f"{name} ~ Normal(mean, 1 / sqrt(precision)), where"
    precisions = [own, *_added(told, "precision")]
    yield f"precision = {_sum(precisions, plan)}: that of its prior and of {_by(told)};"
    moments = [moment, *_added(told, "moment")]
    yield f"mean = ({_sum(moments, plan)}) / precision: {_AVERAGE}"


def _multinormal(
    name: str, prior: Joint, told: tuple[Contribution, ...], plan: Plan
) -> Iterator[str]:
    row, column = prior.pair
    primed = {column: f"{row}'"}
    own = _prior_precision(replace(prior, second=f"{row}'").map(lambda e: rename_axes(e, primed)))
    matrices = any(said.where for said in told)
    added = _sum([rename_axes(e, primed) for e in _added(told, "precision")], plan)
    diagonal = "" if matrices else " on the diagonal"
    yield f"{name} ~ MultiNormal(mean, inverse(precision)), where"
    first = formula(own, plan)
    yield f"precision = {first} + {added}{diagonal}: that of its prior and of {_by(told)};"
    moments = _sum(_added(told, "moment"), plan)
    mean = text(prior.parameters["mean"])
    first = "" if mean == "0" else f"{first} @ {mean} + "
    yield f"mean = inverse(precision) @ ({first}{moments}): {_AVERAGE}"
    for said in told:
        if said.where:
            yield (
                f"here {_coefficients(said, plan)}: the coefficients of the elements of "
                f"`{name.split('[')[0]}` in the mean of {listed([said.by])}"
            )


def _coefficients(said: Contribution, plan: Plan) -> str:
    return ", ".join(
        f"{text(in_own_indices(x, plan.graph))} = {formula(value, plan)}" for x, value in said.where
    )


def _prior_precision(prior: Joint) -> Expression:
    given = prior.parameters
    if "precision" in given:
        return given["precision"]
    row, column = prior.pair
    if "cov" in given:
        cov = given["cov"]
    else:
        cov = given["sd"] * rename_axes(given["sd"], {row: column}) * given["corr"]
    return OfWhole("inverse", ((cov, prior.pair),), prior.pair)


def _added(told: tuple[Contribution, ...], parameter: str) -> list[Expression]:
    return [dict(said.added)[parameter] for said in told]


def _sum(parts: list[Expression], plan: Plan) -> str:
    """The sum of expressions, of which some are zero."""
    found = [formula(part, plan) for part in parts]
    return " + ".join(part for part in found if part != "0") or "0"


def _by(told: tuple[Contribution, ...]) -> str:
    return listed([said.by for said in told])
