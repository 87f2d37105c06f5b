"""Calls: functions, reductions, and the few functions of index sets and distributions."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from hdsl.diagnostics import Label as Place
from hdsl.distributions import DISTRIBUTIONS
from hdsl.expressions.functions import FUNCTIONS, REDUCTIONS, SWEEPS
from hdsl.expressions.rewrite import rename_axes
from hdsl.expressions.tree import (
    Expression,
    Position,
    Reduce,
    Size,
    Sweep,
    apply,
    set_of,
)
from hdsl.model.free_indices import free_indices
from hdsl.model.scope import Failed, Scope, Typed, is_slice
from hdsl.syntax import tree
from hdsl.syntax.format_expression import format_expression

if TYPE_CHECKING:
    from hdsl.model.translate import Translator

MOST_EXPANSIONS = 5_000

LATER_FUNCTIONS = (
    "cholesky", "solve", "inverse", "logdet", "diag", "transpose", "eye", "interpolate",
    "integrate", "ode", "prev", "next", "first", "last",
)  # fmt: skip
LATER_DISTRIBUTIONS = (
    "Dirichlet", "Multinomial", "MultiNormal", "LKJ", "Wishart", "InverseWishart",
    "OrderedLogistic", "Mixture", "ZeroInflated", "Hurdle", "Ordered",
)  # fmt: skip


def call(read: Translator, expression: tree.Call, scope: Scope) -> Typed:
    """Read a call of a function."""
    name = expression.function
    if name in read.names.functions:
        return _own_function(read, expression, scope)
    if name in LATER_FUNCTIONS:
        read.refuse(f"`{name}(…)`", expression.span)
    if name in ("log_prob", "cdf"):
        return _of_distribution(read, expression, scope)
    if name in ("size", "position"):
        return _of_set(read, expression, scope)
    if name in REDUCTIONS and (
        expression.conditions or len(expression.arguments) == 1 or name not in FUNCTIONS
    ):
        return Typed(_reduction(read, expression, scope))
    if name in SWEEPS:
        return Typed(_sweep(read, expression, scope))
    if name in FUNCTIONS and FUNCTIONS[name].public:
        return Typed(_function(read, expression, scope))
    _unknown_function(read, expression)


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
    if name in DISTRIBUTIONS or name in LATER_DISTRIBUTIONS or name == "Categorical":
        read.fail(
            "HB215",
            f"distribution `{name}` stands where a number is needed",
            span,
            cause="distributions stand right of `~`, and in `log_prob(D, x)` and `cdf(D, x)`",
            help=f"write it in a line of its own, `x ~ {name}(…)`, and use `x`",
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
        *(n for n, f in FUNCTIONS.items() if f.public), *REDUCTIONS, *SWEEPS,
        *read.names.functions, "log_prob", "cdf", "size", "position",
    ]  # fmt: skip
    near = _HABITS.get(name) or next(iter(difflib.get_close_matches(name, known, 1, 0.6)), None)
    read.fail(
        "HB203",
        f"unknown function `{name}`",
        span,
        cause="it is neither one of the language's functions nor defined with `def`",
        help=_meant(near) if near else f"define it: `def {name}(x) = …`",
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


# --- reductions -----------------------------------------------------------------------------------


def _reduction(read: Translator, expression: tree.Call, scope: Scope) -> Expression:
    name = expression.function
    body_tree = positional(read, expression)
    if len(body_tree) != 1:
        read.fail(
            "HB408",
            f"`{name}` takes one expression",
            expression.span,
            cause=f"the forms are `{name}(x)` and `{name}(… for i)`",
            help=f"for several numbers write `{name}([a, b, c])`",
        )
    if not expression.conditions:
        return _whole_reduction(read, expression, body_tree[0], scope)
    inner, over, conditions = bind_conditions(read, expression.conditions, body_tree[0], scope)
    if not over:
        read.fail(
            "HB307",
            f"`{name}` has nothing to run over",
            expression.span,
            cause="after `for` stands the index to run over, then conditions",
            help=f"write `{name}(… for i, condition)`",
        )
    body = read.number(body_tree[0], inner)
    return Reduce(name, body, tuple(over), conditions, span=expression.span)


def _whole_reduction(
    read: Translator, expression: tree.Call, argument: tree.Expression, scope: Scope
) -> Expression:
    name = expression.function
    unbound = next(
        free_indices(read.names, argument, frozenset({*scope.running, *scope.locals})), None
    )
    if unbound is not None:
        text = format_expression(argument)
        read.fail(
            "HB301",
            f"running index `{unbound.text}` is not bound here",
            unbound.span,
            cause="a reduction names the index over which it runs after `for`",
            help=f"write `{name}({text} for {unbound.text})`",
        )
    body = read.number(argument, scope)
    over = tuple(sorted(axis for axis in body.axes if is_slice(axis)))
    if not over:
        running = sorted(set_of(axis) for axis in body.axes)
        read.fail(
            "HB307",
            f"`{name}` has nothing to run over",
            expression.span,
            cause=f"`{name}(x)` runs over the whole array `x`; this is one number"
            + (f" for each `{running[0]}`" if running else ""),
            help=f"leave the index off, or write `{name}(… for {running[0]})`"
            if running
            else f"give `{name}` an array",
        )
    own = {axis: read.fresh(axis.rstrip("*'").strip("[]")) for axis in over}
    return Reduce(name, rename_axes(body, own), tuple(own.values()), span=expression.span)


def bind_conditions(
    read: Translator,
    conditions: Sequence[tree.Condition],
    body: tree.Expression,
    scope: Scope,
) -> tuple[Scope, list[str], Expression | None]:
    """Bind the indices after ``for``: the inner scope, the axes to run over, what must hold."""
    over: list[str] = []
    where: list[Expression] = []
    for condition in conditions:
        match condition:
            case tree.Name(text) if text.rstrip("'") in read.names.sets:
                scope = _run_over(read, scope, condition, text.rstrip("'"), over)
            case tree.Membership(name, tree.Name(domain)) if domain in read.names.sets:
                scope = _run_over(read, scope, name, domain, over)
            case tree.Membership(name, tree.Range() as bounds):
                set_name = _set_of_range(read, name, bounds, body, scope)
                lower, upper = read.numbers([bounds.lower, bounds.upper], scope)
                if bounds.step is not None:
                    read.refuse("`by` after `in`", bounds.span)
                scope = _run_over(read, scope, name, set_name, over)
                value = read.as_number(replace(scope.running[name.text], span=name.span))
                where.append(apply("less_equal", lower, value))
                where.append(apply("less_equal", value, upper))
            case tree.Membership(name, domain):
                refuse_domain(read, name, domain)
            case _:
                for index in _unbound_indices(read, condition, conditions, scope):
                    scope = _run_over(read, scope, index, index.text.rstrip("'"), over)
                where.append(read.condition(condition, scope))
    joined: Expression | None = None
    for single in where:
        joined = single if joined is None else apply("and", joined, single)
    return scope, over, joined


def refuse_domain(read: Translator, name: tree.Name, domain: tree.Expression) -> NoReturn:
    """Report what stands after ``in`` and is no index set and no range."""
    text = format_expression(domain)
    near: list[str] = []
    if isinstance(domain, tree.Name):
        near = difflib.get_close_matches(text, list(read.names.sets), 1, 0.6)
    read.fail(
        "HB213",
        f"`{name.text}` cannot run over `{text}`",
        domain.span,
        cause="after `in` stands an index set or a range `lo..hi`",
        help=f"did you mean `{near[0]}`?" if near else f"write `{name.text} in 1..10`, for example",
    )


def _unbound_indices(
    read: Translator,
    condition: tree.Expression,
    conditions: Sequence[tree.Condition],
    scope: Scope,
) -> Iterator[tree.Name]:
    """The running indices that a condition speaks of and nothing else binds: ``t > 1``."""
    bound = {c.name.text for c in conditions if isinstance(c, tree.Membership)}
    bound.update(c.text for c in conditions if isinstance(c, tree.Name))
    bound.update((*scope.running, *scope.locals))
    for node in tree.walk(condition):
        if isinstance(node, tree.Call) and node.conditions:
            return
        if not isinstance(node, tree.Name) or read.names.is_quantity(node.text):
            continue
        if node.text not in bound and node.text.rstrip("'") in read.names.sets:
            bound.add(node.text)
            yield node


def _run_over(
    read: Translator, scope: Scope, name: tree.Name, set_name: str, over: list[str]
) -> Scope:
    if name.text in scope.running:
        read.report.add(
            "HB602",
            f"the reduction's index `{name.text}` hides that of the left side",
            name.span,
            severity="warning",
            cause="the index of a reduction is its own: it runs over the whole set, whatever the "
            "left side calls its index",
            help=f"use another name: `for other in {set_name}`",
        )
    axis = read.fresh(set_name)
    over.append(axis)
    return scope.with_running({name.text: Typed(Position(axis), member=set_name, axis=axis)})


def _set_of_range(
    read: Translator, name: tree.Name, bounds: tree.Range, body: tree.Expression, scope: Scope
) -> str:
    """The index set over which ``k in lo..hi`` runs: the one that `k` indexes in the body."""
    if name.text in read.names.sets:
        return name.text
    for node in tree.walk(body):
        if isinstance(node, tree.Subscript) and read.names.is_quantity(node.array.text):
            axes = read.axes_of(node.array.text, node.array.span)
            for axis, index in zip(axes, node.indices, strict=False):
                if isinstance(index, tree.Name) and index.text == name.text:
                    return set_of(axis)
    read.fail(
        "HB213",
        f"nothing tells which index set `{name.text}` runs over",
        name.span,
        cause="a range after `in` picks labels of the index set that the name indexes",
        help=f"declare it: `index {name.text} = …`, then `for {name.text}`",
    )


def _sweep(read: Translator, expression: tree.Call, scope: Scope) -> Expression:
    name = expression.function
    arguments = positional(read, expression)
    if len(arguments) != 1 or expression.conditions:
        read.fail(
            "HB408",
            f"`{name}` takes one array",
            expression.span,
            cause=f"the form is `{name}(x)`",
            help=f"give `{name}` one array",
        )
    body = read.number(arguments[0], scope)
    over = sorted(axis for axis in body.axes if is_slice(axis))
    if len(over) != 1:
        read.fail(
            "HB307",
            f"`{name}` needs an array along one index set",
            expression.span,
            cause=f"`{name}(x)` runs along the one index of `x` that is left off; here "
            f"{'none is' if not over else f'{len(over)} are'}",
            help="leave exactly one index off",
        )
    return Sweep(name, body, over[0], span=expression.span)


# --- index sets and distributions -------------------------------------------------------------------


def _of_set(read: Translator, expression: tree.Call, scope: Scope) -> Typed:
    name = expression.function
    match positional(read, expression):
        case [tree.Name(text)] if name == "size" and text in read.names.sets:
            return Typed(Size(text, span=expression.span))
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
    from hdsl.model.randoms import random

    arguments = positional(read, expression)
    if len(arguments) != 2:
        read.fail(
            "HB408",
            f"`{expression.function}` takes a distribution and a value",
            expression.span,
            cause=f"the form is `{expression.function}(D, x)`",
            help=f"write `{expression.function}(Normal(0, 1), x)`, for example",
        )
    found = random(read, arguments[0], scope)
    value = read.number(arguments[1], scope)
    if expression.function == "log_prob":
        return Typed(found.guarded_log_prob(value))
    from hdsl.distributions.random import Applied

    below = (
        found.distribution.cdf(value, **found.parameters) if isinstance(found, Applied) else None
    )
    if below is None:
        read.refuse("`cdf` of this distribution", expression.span)
    return Typed(below)


# --- functions of one's own -----------------------------------------------------------------------


def _own_function(read: Translator, expression: tree.Call, scope: Scope) -> Typed:
    statement = read.names.functions[expression.function]
    arguments = positional(read, expression)
    if len(arguments) != len(statement.parameters):
        read.fail(
            "HB408",
            f"`{expression.function}` takes {_arguments(len(statement.parameters))}, "
            f"not {len(arguments)}",
            expression.span,
            labels=[Place(statement.name.span, "defined here")],
            cause="a function is called with as many arguments as its `def` names",
            help="write "
            f"`{expression.function}({', '.join(p.text for p in statement.parameters)})`",
        )
    if expression.function in read.open_functions:
        read.fail(
            "HB220",
            f"function `{expression.function}` calls itself",
            expression.span,
            labels=[Place(statement.name.span, "defined here")],
            cause="a function cannot use itself, directly or through another",
            help="write a recursion as an array: `x[t] = f(x[t-1])`",
        )
    read.called.add(expression.function)
    read.expansions += 1
    if read.expansions > MOST_EXPANSIONS + 1:
        raise Failed
    if read.expansions > MOST_EXPANSIONS:
        read.fail(
            "HB223",
            f"the calls of `{expression.function}` expand too far",
            expression.span,
            labels=[Place(statement.name.span, "defined here")],
            cause=f"a model may call its own functions {MOST_EXPANSIONS} times, counting the calls "
            "inside them",
            help="give the value that several calls share a name",
        )
    values = read.all(arguments, scope)
    own = Scope(locals={p.text: v for p, v in zip(statement.parameters, values, strict=True)})
    read.open_functions.append(expression.function)
    try:
        return read.typed(statement.body, own)
    finally:
        read.open_functions.pop()
