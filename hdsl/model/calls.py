"""Calls: functions, reductions, and the few functions of index sets and distributions."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from hdsl.data.mistakes import counted
from hdsl.diagnostics import Label as Place
from hdsl.distributions import FAMILIES
from hdsl.distributions.categorical import Categorical
from hdsl.expressions.beyond import External
from hdsl.expressions.functions import FUNCTIONS, REDUCTIONS, SWEEPS
from hdsl.expressions.tree import Expression, Size, apply
from hdsl.model.combinators import COMBINATORS
from hdsl.model.comparisons import of_the_same_set
from hdsl.model.density_heads import OwnDensity
from hdsl.model.draw_ranks import rank_of
from hdsl.model.integrals import integrate, interpolate
from hdsl.model.joint_values import of_whole_value
from hdsl.model.linear_algebra import LINEAR_ALGEBRA, matrix_function
from hdsl.model.odes import ode
from hdsl.model.ordered import CATEGORIES
from hdsl.model.own_densities import applied, guarded, own_density
from hdsl.model.own_functions import own_function
from hdsl.model.randoms import random
from hdsl.model.reductions import reduction, sweep
from hdsl.model.scope import Scope, Typed
from hdsl.model.steps import ENDS, STEPS, set_meant, step
from hdsl.syntax import tree

if TYPE_CHECKING:
    from hdsl.model.translate import Translator


def call(read: Translator, expression: tree.Call, scope: Scope) -> Typed:
    """Read a call of a function."""
    name = expression.function
    if name in read.names.functions:
        return own_function(read, expression, scope)
    if name in read.names.outside:
        return Typed(_outside(read, expression, scope))
    if name == "integrate":
        return Typed(integrate(read, expression, scope))
    if name == "interpolate":
        return Typed(interpolate(read, expression, positional(read, expression), scope))
    if name == "ode":
        return Typed(ode(read, expression, scope))
    if name in LINEAR_ALGEBRA:
        return Typed(matrix_function(read, expression, scope))
    if name in ("log_prob", "cdf"):
        return _of_distribution(read, expression, scope)
    if name in STEPS or name in ENDS:
        return step(read, expression, positional(read, expression), scope)
    if name in ("size", "position"):
        return _of_set(read, expression, scope)
    if name in REDUCTIONS and (
        expression.conditions or len(expression.arguments) == 1 or name not in FUNCTIONS
    ):
        return Typed(reduction(read, expression, positional(read, expression), scope))
    if name in SWEEPS:
        return Typed(sweep(read, expression, positional(read, expression), scope))
    if name in FUNCTIONS and FUNCTIONS[name].public:
        return Typed(_function(read, expression, scope))
    _unknown_function(read, expression)


def _outside(read: Translator, expression: tree.Call, scope: Scope) -> Expression:
    """A call of a function that the caller handed to the model."""
    arguments = positional(read, expression)
    name = expression.function
    if not arguments or expression.conditions:
        read.fail(
            "HB408",
            f"`{name}` takes arguments, and no `for`",
            expression.span,
            cause="it is a function from outside, called with the arrays of its arguments",
            help=f"write `{name}(x)`, or `sum({name}(x[i]) for i)`",
        )
    values = read.meet(read.numbers(arguments, scope), expression.span)
    return External(name, read.names.outside[name], tuple(values), span=expression.span)


def _function(read: Translator, expression: tree.Call, scope: Scope) -> Expression:
    name = expression.function
    arity = FUNCTIONS[name].arity
    arguments = positional(read, expression)
    if expression.conditions:
        read.fail(
            "HB216",
            f"`{name}` does not take `for`",
            expression.span,
            cause=f"`for` inside brackets goes with {', '.join(f'`{r}`' for r in REDUCTIONS)}",
            help=f"write `sum({name}(…) for …)`, for example",
        )
    if len(arguments) != arity:
        read.fail(
            "HB408",
            f"`{name}` takes {_arguments(arity)}, not {len(arguments)}",
            expression.span,
            cause=f"`{name}({', '.join('xyz'[:arity])})` is: {FUNCTIONS[name].meaning}",
            help=f"for several numbers write `{name}([{', '.join('abc')}])`"
            if name in REDUCTIONS
            else f"give it {_arguments(arity)}",
        )
    if name == "missing":
        # Labels are no numbers, but a cell that should hold one may be empty.
        typed = read.typed(arguments[0], scope)
        if typed.label is None:
            return apply(name, typed.expression)
    return apply(name, *read.meet(read.numbers(arguments, scope), expression.span))


def _arguments(number: int) -> str:
    return "1 argument" if number == 1 else f"{number} arguments"


def positional(read: Translator, expression: tree.Call) -> list[tree.Expression]:
    """The arguments of a function, none of which may have a name."""
    for argument in expression.arguments:
        if argument.name is not None:
            read.fail(
                "HB408",
                f"`{expression.function}` takes no argument called `{argument.name}`",
                argument.span,
                cause="arguments of functions have no names; those of distributions do",
                help=f"for a comparison write `{argument.name} == …`",
            )
    return [argument.value for argument in expression.arguments]


def _unknown_function(read: Translator, expression: tree.Call) -> NoReturn:
    name = expression.function
    span = expression.function_span if expression.function_span != tree.NOWHERE else expression.span
    if name in FAMILIES or name in (*CATEGORIES, *COMBINATORS, "Categorical", "Ordered"):
        read.fail(
            "HB215",
            f"distribution `{name}` stands where a number is needed",
            span,
            cause="distributions stand right of `~`, and in `log_prob(D, x)` and `cdf(D, x)`",
            help=f"for its log density write `log_prob({name}(…), x)`; a variable is drawn on a "
            f"line of its own: `x ~ {name}(…)`",
        )
    if read.names.is_quantity(name):
        read.fail(
            "HB210",
            f"`{name}` is a quantity, not a function",
            span,
            labels=[Place(read.declared(name), "defined here")],
            cause="a name followed by `(` is a function; elements stand in square brackets",
            help=f"write `{name}[…]`, or `{name} * (…)` for a product",
        )
    known = [
        *(n for n, f in FUNCTIONS.items() if f.public), *REDUCTIONS, *SWEEPS, *LINEAR_ALGEBRA,
        *read.names.functions, *read.names.outside, "log_prob", "cdf", "size", "position",
        "integrate", "interpolate", "ode", *STEPS, *ENDS,
    ]  # fmt: skip
    near = _HABITS.get(name) or next(iter(difflib.get_close_matches(name, known, 1, 0.6)), None)
    read.fail(
        "HB203",
        f"unknown function `{name}`",
        span,
        cause="it is neither one of the language's functions nor defined with `def`",
        help=_PROBABILITY
        if name in ("P", "Pr")
        else _meant(near)
        if near
        else f"define it: `def {name}(x) = …`",
    )


_PROBABILITY = (
    "write the comparison alone, `above = x > 1`: the mean of its draws is the probability"
)


def _meant(name: str) -> str:
    meaning = FUNCTIONS[name].meaning if name in FUNCTIONS else ""
    return f"write `{name}`" + (
        f", the {meaning}" if name == "log" else f": {meaning}" if meaning else ""
    )


_HABITS = {
    "ln": "log", "inv_logit": "logistic", "expit": "logistic", "sigmoid": "logistic",
    "invlogit": "logistic", "ilogit": "logistic", "fabs": "abs", "pow": "^", "std": "sd",
    "phi": "Phi", "log1p_exp": "softplus", "inner_product": "sum", "dot_product": "sum",
    "log_sum_exp": "logsumexp", "gammaln": "lgamma", "length": "size", "len": "size",
    "average": "mean", "normal_cdf": "Phi",
}  # fmt: skip


# --- index sets and distributions ----------------------------------------------------------------


def _of_set(read: Translator, expression: tree.Call, scope: Scope) -> Typed:
    name = expression.function
    match positional(read, expression):
        case [tree.Name(text)] if name == "size" and (found := set_meant(read, text, scope)):
            return Typed(Size(found, span=expression.span))
        case [argument] if name == "position":
            typed = read.typed(argument, scope)
            if typed.member is not None:
                return Typed(typed.expression + 1.0)
        case _:
            pass
    what = "an index set" if name == "size" else "a running index or a label"
    read.fail(
        "HB408",
        f"`{name}` takes {what}",
        expression.span,
        cause="`size(day)` counts the labels of `day`; `position(t)` is 1 for its first label",
        help=f"write `{name}(…)` with the bare name of {what}",
    )


def _of_distribution(read: Translator, expression: tree.Call, scope: Scope) -> Typed:
    arguments = positional(read, expression)
    own = own_density(read, arguments[0]) if arguments else None
    if own is not None:
        return _of_own_density(read, own, expression, arguments, scope)
    if len(arguments) != 2:
        read.fail(
            "HB408",
            f"`{expression.function}` takes a distribution and a value",
            expression.span,
            cause=f"the form is `{expression.function}(D, x)`",
            help=f"write `{expression.function}(Normal(0, 1), x)`, for example",
        )
    _check_distribution_first(read, expression, arguments)
    found = random(read, arguments[0], scope)
    value = (
        _label_of(read, found.set_name, arguments[1], scope)
        if isinstance(found, Categorical)
        else read.number(arguments[1], scope)
    )
    rank = rank_of(arguments[0])
    if rank and expression.function == "log_prob":
        found, value = of_whole_value(read, found, value, rank, arguments[1])
    if expression.function == "log_prob":
        return Typed(found.guarded_log_prob(value))
    below = None if rank else found.cdf(value)
    if below is None:
        read.fail(
            "HB427",
            f"there is no formula for the `cdf` of `{found.family}`",
            expression.span,
            cause="`cdf` is the probability of a value of at most `x`, where that has a formula",
            help="draw from the distribution, and take the share of draws: `z ~ …`, then `z <= x`",
        )
    return Typed(below)


def _check_distribution_first(
    read: Translator, expression: tree.Call, arguments: Sequence[tree.Expression]
) -> None:
    value, distribution = arguments
    if not isinstance(value, tree.Call) and isinstance(distribution, tree.Call):
        if distribution.function not in FAMILIES:
            return
        written = f"{read.text_of(distribution.span)}, {read.text_of(value.span)}"
        read.fail(
            "HB408",
            f"`{expression.function}` takes the distribution first",
            expression.span,
            cause=f"the form is `{expression.function}(D, x)`",
            help=f"exchange the two: `{expression.function}({written})`",
        )


def _of_own_density(
    read: Translator,
    own: OwnDensity,
    expression: tree.Call,
    arguments: Sequence[tree.Expression],
    scope: Scope,
) -> Typed:
    """``log_prob(D, x, y)``, where the file defines `D` with that many variables."""
    if expression.function != "log_prob":
        read.fail(
            "HB230",
            f"`{own.name}` has no `cdf`",
            expression.span,
            labels=[Place(own.span, "defined here")],
            cause="the file says what the density is, not its integral",
            help="write `integrate(exp(log_prob(…, x)) for x in (…, …))`",
        )
    call, *points = arguments
    assert isinstance(call, tree.Call)
    if len(points) != len(own.variables):
        values = ", ".join(variable.name for variable in own.variables)
        read.fail(
            "HB408",
            f"`{own.name}` is a density of {counted(len(own.variables), 'variable')}, "
            f"but {counted(len(points), 'value')} {'is' if len(points) == 1 else 'are'} given",
            expression.span,
            labels=[Place(own.span, "defined here")],
            cause="the form is `log_prob(D, x, y, …)`, with a value for each variable",
            help=f"write `log_prob({own.name}(…), {values})`",
        )
    values = read.all(points, scope)
    numbers = [read.as_number(value) for value in values]
    density, supports = applied(read, own, call, values, scope)
    return Typed(guarded(read, density, supports, numbers))


def _label_of(
    read: Translator, set_name: str, argument: tree.Expression, scope: Scope
) -> Expression:
    """The position of a label, as `Categorical` has it."""
    given = read.typed(argument, scope)
    typed = of_the_same_set(read, given, Typed(given.expression, member=set_name))
    if typed.member != set_name:
        holds = f"a label of `{typed.member}`" if typed.member else "a number"
        read.fail(
            "HB335",
            f"`Categorical` draws labels of `{set_name}`, but this is {holds}",
            argument.span,
            cause="what is drawn and what it is asked about are labels of one index set",
            help=f"give it a label, or data of type `{set_name}`",
        )
    return typed.expression
