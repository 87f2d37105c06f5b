"""Steps along a solution that no derivative is taken of.

The method, its estimate of the error and its interpolation are diffrax's. Its loop, which can be
taken backwards, takes three times as long as this one, in which a step is a few operations on one
flat array.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

_AT_ONCE = 8
"""States at so many times are computed together once a step has passed the first of them."""
_SAFETY, _LEAST_CHANGE, _MOST_CHANGE = 0.9, 0.2, 10.0
"""Of a step's length to the next (Hairer, Norsett and Wanner, Solving ODEs I, section II.4)."""


class Control(NamedTuple):
    """Which errors a step may have, and when a solution is given up."""

    relative_error: float
    absolute_error: float
    most_steps: int
    shortest_step: Any


class _Place(NamedTuple):
    """Where a solution is: `states` are those at the first `num_found` times."""

    time: Any
    state: Any
    speed: Any
    length: Any
    num_steps: Any
    states: Any
    num_found: Any


def follow(
    speed: Callable[[Any, Any], Any],
    initial: Any,
    start: Any,
    times: Any,
    measured: Callable[[Any], Any],
    control: Control,
) -> tuple[Any, Any]:
    """The states at some times, and whether the last was reached.

    Parameters
    ----------
    speed
        Of time and state, a flat array.
    times
        In order, none before the start.
    measured
        The part of the state whose error decides about the steps.
    """
    import jax
    import jax.numpy as jnp

    end, count = times[-1], len(times)
    width = min(_AT_ONCE, count)
    padded = jnp.concatenate([times, jnp.full(width, jnp.inf)])

    def goes_on(place: _Place) -> Any:
        there = place.time < end
        return (
            there & (place.num_steps < control.most_steps) & (place.length > control.shortest_step)
        )

    def step(place: _Place) -> _Place:
        length = jnp.minimum(place.length, end - place.time)
        after = jnp.where(length < place.length, end, place.time + length)
        slopes, state, error = _stages(speed, place, length)
        ratio = _size(measured, error, place.state, state, control)
        taken = ratio < 1.0
        change = jnp.clip(_SAFETY * ratio**-0.2, _LEAST_CHANGE, _MOST_CHANGE)
        change = jnp.where(jnp.isnan(change), _LEAST_CHANGE, change)
        reached = jnp.where(taken, after, -jnp.inf)
        curve = _curve(place, after, state, slopes, length)

        def behind(found: tuple[Any, Any]) -> Any:
            return padded[found[1]] <= reached

        def save(found: tuple[Any, Any]) -> tuple[Any, Any]:
            states, first = found
            asked = jax.lax.dynamic_slice(padded, (first,), (width,))
            passed = asked <= reached
            values = jax.vmap(curve)(jnp.where(passed, asked, after))
            return (
                jax.lax.dynamic_update_slice(states, values, (first, jnp.zeros_like(first))),
                first + jnp.sum(passed),
            )

        states, num_found = jax.lax.while_loop(behind, save, (place.states, place.num_found))
        return _Place(
            jnp.where(taken, after, place.time),
            jnp.where(taken, state, place.state),
            jnp.where(taken, slopes[-1], place.speed),
            length * change,
            place.num_steps + 1,
            states,
            num_found,
        )

    states = jnp.broadcast_to(initial, (count + width, *initial.shape))
    first = _Place(
        start,
        initial,
        speed(start, initial),
        0.01 * (end - start),
        jnp.asarray(0),
        states,
        jnp.sum(times <= start),
    )
    last = jax.lax.while_loop(goes_on, step, first)
    return last.states[:count], last.time >= end


def _stages(speed: Callable[[Any, Any], Any], place: _Place, length: Any) -> tuple[Any, Any, Any]:
    """The slopes within a step, the state after it and the error of that state."""
    from diffrax import Tsit5

    tableau = Tsit5.tableau
    slopes, state = [place.speed], place.state
    for weights, share in zip(tableau.a_lower, tableau.c, strict=True):
        state = place.state + length * _mixed(weights, slopes)
        slopes.append(speed(place.time + float(share) * length, state))
    return slopes, state, length * _mixed(tableau.b_error, slopes)


def _mixed(weights: Any, slopes: list[Any]) -> Any:
    terms = [float(w) * slope for w, slope in zip(weights, slopes, strict=True) if w != 0]
    return sum(terms[1:], terms[0])


def _size(
    measured: Callable[[Any], Any], error: Any, before: Any, after: Any, control: Control
) -> Any:
    import jax.numpy as jnp

    largest = jnp.maximum(jnp.abs(measured(before)), jnp.abs(measured(after)))
    allowed = control.absolute_error + control.relative_error * largest
    return jnp.sqrt(jnp.mean((measured(error) / allowed) ** 2))


def _curve(
    place: _Place, after: Any, state: Any, slopes: list[Any], length: Any
) -> Callable[[Any], Any]:
    import jax.numpy as jnp
    from diffrax import Tsit5

    return Tsit5.interpolation_cls(
        t0=place.time, t1=after, y0=place.state, y1=state, k=length * jnp.stack(slopes)
    ).evaluate
