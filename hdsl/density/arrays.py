"""JAX as the array module of the evaluator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from hdsl.expressions.arrays import NumpyArrays, called

if TYPE_CHECKING:
    from hdsl.expressions.solutions import Rate


class JaxArrays:
    """The functions of `jax.numpy`, and those of `jax.scipy.special`, under NumPy's names."""

    def __getattr__(self, name: str) -> Any:
        import jax.numpy as jnp
        from jax.scipy import special

        found = getattr(jnp, name, None) or getattr(special, name)
        setattr(self, name, found)
        return found

    def stop_gradient(self, a: Any) -> Any:
        """The same values, of which derivatives are zero."""
        import jax

        return jax.lax.stop_gradient(a)

    def logaddexp(self, a: Any, b: Any) -> Any:
        """Log of the sum of two exponentials; of two zeros with a derivative of zero."""
        import jax.numpy as jnp

        empty = (a == -jnp.inf) & (b == -jnp.inf)
        total = jnp.logaddexp(jnp.where(empty, 0.0, a), jnp.where(empty, 0.0, b))
        return jnp.where(empty, -jnp.inf, total)

    def logsumexp(self, body: Any, axis: tuple[int, ...]) -> Any:
        """Log of the sum of exponentials; of nothing but zeros with a derivative of zero."""
        import jax.numpy as jnp
        from jax.scipy import special

        empty = jnp.max(body, axis=axis, keepdims=True, initial=-jnp.inf) == -jnp.inf
        total = special.logsumexp(jnp.where(empty, 0.0, body), axis=axis)
        return jnp.where(jnp.squeeze(empty, axis=axis), -jnp.inf, total)

    def maximum(self, a: Any, b: Any) -> Any:
        """The larger of two, with the derivatives of the one that is chosen; see `min`."""
        import jax.numpy as jnp

        return jnp.where((a > b) | jnp.isnan(a), a, b)

    def minimum(self, a: Any, b: Any) -> Any:
        """The smaller of two; of equals the other one than `maximum`, as when two are sorted."""
        import jax.numpy as jnp

        return jnp.where((a <= b) | jnp.isnan(a), a, b)

    def min(self, a: Any, axis: tuple[int, ...], initial: float) -> Any:
        """The smallest elements, with the derivatives of those that are chosen.

        The derivatives of `jax.numpy.min` look again for an element that equals the smallest. The
        compiler may have rounded the elements otherwise there: then none does, and the derivatives
        are no numbers.
        """
        import jax.numpy as jnp

        last = range(-len(axis), 0)
        rows = jnp.moveaxis(jnp.asarray(a), axis, last)
        rows = rows.reshape(*rows.shape[: rows.ndim - len(axis)], -1)
        if not rows.shape[-1]:
            return jnp.full(rows.shape[:-1], initial, rows.dtype)
        place = jnp.argmin(rows, axis=-1, keepdims=True)
        least = jnp.take_along_axis(rows, place, axis=-1)[..., 0]
        return jnp.where(least >= initial, initial, least)

    def iterate(self, step: Callable[[Any], Any], start: Any, count: int) -> Any:
        """A function applied a number of times, as a loop; its result must not change in kind."""
        import jax

        return jax.lax.fori_loop(0, count, lambda _, x: step(x), start)

    def repeat_while(
        self, goes_on: Callable[[Any], Any], step: Callable[[Any], Any], start: Any
    ) -> Any:
        """A function applied as long as a condition holds, as a loop without derivatives."""
        import jax

        return jax.lax.while_loop(goes_on, step, start)

    # JAX's own do not have all derivatives.
    gamma_tails = None
    scaled_bessel = None
    beta_tails = None

    def weighted_sum(self, function: Callable[[Any], Any], nodes: Any, weights: Any) -> Any:
        """The sum of ``weight * function(node)``, all nodes at once; of tuples, part by part."""
        import jax
        import jax.numpy as jnp

        found = jax.vmap(function)(jnp.asarray(nodes))
        return jax.tree.map(lambda part: jnp.tensordot(weights, part, 1), found)

    def with_slopes(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The values of a function that tells its own slopes, with these as its derivatives.

        ``function(arrays, *arguments)`` gives values, and for each of them its slopes with respect
        to each argument; it works element by element. It is traced once for arguments of a kind.
        """
        import jax.numpy as jnp

        return _with_slopes(function)(*map(jnp.asarray, arguments))

    def segment_sum(self, body: Any, by: Any, size: int) -> Any:
        """Sums of the rows of `body` (its first axis) that share a value of `by`."""
        import jax

        return jax.ops.segment_sum(body, by, num_segments=size)

    def scan(
        self,
        step: Callable[[Any, Any], tuple[Any, Any]],
        start: Any,
        inputs: tuple[Any, ...],
        length: int,
        shapes: Sequence[tuple[int, ...]],
        reverse: bool,
    ) -> Any:
        """What the steps compute, laid together along a first axis: `jax.lax.scan`."""
        import jax

        return jax.lax.scan(step, start, inputs, length=length, reverse=reverse)[1]

    def ode(
        self,
        rate: Rate,
        initial: Any,
        start: Any,
        times: Any,
        inputs: tuple[Any, ...],
    ) -> Any:
        """The states at some times, each row of the arguments on its own; NaN where it fails."""
        from hdsl.density.ode import solve_rows

        return solve_rows(rate, initial, start, times, inputs)

    def external(
        self,
        name: str,
        compute: Callable[..., Any],
        arguments: Sequence[Any],
        shape: tuple[int, ...],
    ) -> Any:
        """A function from outside at arrays that broadcast to the given shape."""
        import jax.numpy as jnp

        return jnp.broadcast_to(called(name, compute, arguments, shape), shape)

    def put_at(self, array: Any, place: Any, row: Any) -> Any:
        """The array with another row at a place."""
        return array.at[place].set(row)

    def cholesky_factor(self, a: Any) -> Any:
        """Lower triangular factors; NaN for each matrix that is not positive definite."""
        import jax.numpy as jnp

        return jnp.linalg.cholesky(a)

    def solve_lower(self, factor: Any, b: Any) -> Any:
        """Solutions of ``L x = b`` for lower triangular L; `b` is a vector or a matrix."""
        import jax.numpy as jnp
        from jax.scipy.linalg import solve_triangular

        is_vector = b.ndim < factor.ndim
        right = b[..., None] if is_vector else b
        lead = jnp.broadcast_shapes(factor.shape[:-2], right.shape[:-2])
        left = jnp.broadcast_to(factor, (*lead, *factor.shape[-2:]))
        right = jnp.broadcast_to(right, (*lead, *right.shape[-2:]))
        found = solve_triangular(left, right, lower=True)
        return found[..., 0] if is_vector else found

    def solve_general(self, a: Any, b: Any) -> Any:
        """Solutions of ``A x = b``; not finite for each singular matrix."""
        import jax.numpy as jnp

        return jnp.linalg.solve(a, b)


@cache
def _with_slopes(function: Callable[..., Any]) -> Callable[..., Any]:
    import jax
    import jax.numpy as jnp
    from jax.custom_derivatives import SymbolicZero

    @jax.custom_jvp
    def values(*arguments: Any) -> Any:
        return function(jax_arrays(), *arguments)[0]

    def derivatives(primals: Any, tangents: Any) -> Any:
        found, slopes = function(jax_arrays(), *primals)
        moves = tuple(
            sum(
                (s * t for s, t in zip(own, tangents, strict=True) if type(t) is not SymbolicZero),
                jnp.zeros_like(value),
            )
            for value, own in zip(found, slopes, strict=True)
        )
        return found, moves

    values.defjvp(derivatives, symbolic_zeros=True)
    return jax.jit(values)


class HostArrays(NumpyArrays):
    """NumPy's functions; what only JAX can do is done there."""

    def ode(
        self,
        rate: Rate,
        initial: np.ndarray,
        start: np.ndarray,
        times: np.ndarray,
        inputs: tuple[np.ndarray, ...],
    ) -> np.ndarray:
        """The states at some times, each row of the arguments on its own; NaN where it fails."""
        from hdsl.density.ode import compiled_rows

        jax_arrays()
        return np.asarray(compiled_rows(rate, initial, start, times, inputs))

    def external(
        self,
        name: str,
        compute: Callable[..., Any],
        arguments: Sequence[np.ndarray],
        shape: tuple[int, ...],
    ) -> np.ndarray:
        """A function from outside at arrays that broadcast to the given shape."""
        jax_arrays()
        return np.broadcast_to(np.asarray(called(name, compute, arguments, shape)), shape)


@cache
def host_arrays() -> HostArrays:
    """The one instance."""
    return HostArrays()


@cache
def jax_arrays() -> JaxArrays:
    """The one instance; JAX is imported here, and made to use 64 bits."""
    from hdsl.density import precision as precision

    return JaxArrays()
