"""Logs of incomplete gamma and beta functions, and all derivatives, against mpmath (70 digits)."""

# ruff: noqa: E501  # the tables have one case a line

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hdsl.expressions.arrays import numpy_arrays
from hdsl.expressions.incomplete import log_beta_tail, log_gamma_lower, log_gamma_upper

jax = pytest.importorskip("jax")

# fmt: off
# Arguments; then the log of P(a, x) and its two derivatives, and those of Q(a, x).
GAMMA: list[tuple[float, float, tuple[float, ...]]] = [
    (2.5, 3.0, (-0.36559881263791901, -0.32798321735415841, 0.28050446817241448, -1.1834550131691672, 0.74309109462387075, -0.6355214574166791)),
    (0.001, 0.5, (-0.00056022355238477665, -0.56067341459268606, 0.0012135993949936915, -7.4874547519064642, 1000.5226942791023, -2.1656702544683422)),
    (1e-06, 2.0, (-4.8900588289943488e-8, -0.048900665871850539, 6.766773088975481e-8, -16.833476434519052, 1000001.5620726471, -1.3837814963296651)),
    (40.0, 3.0, (-69.300309529391653, -2.6046294302214189, 12.359543612644259, -8.0030950925218916e-31, 2.0845097010843129e-30, -9.8914602832163559e-30)),
    (3.0, 200.0, (0.0, 0.0, 0.0, -190.08651261288554, 4.3805577814741388, -0.99004999752487501)),
    (10000.0, 10200.0, (-0.023562756305381648, -0.00056190243807294935, 0.00055636613640956645, -3.7598461809322813, 0.023567211027585689, -0.023335008458647236)),
    (10000.0, 5000.0, (-1936.3029753315976, -0.69329709983041566, 1.0001998801517143, 0.0, 0.0, 0.0)),
    (0.5, 1e-30, (-34.41799415727544, -69.114042763799947, 4.9999999999999996e+29, -1.1283791670955133e-15, 7.7986846008420313e-14, -564189583547756.9)),
    (1e6, 1e6, (-0.69288125439969593, -0.00079767247710738468, 0.00079767234416198069, -0.69341317745572824, 0.00079809689035670978, -0.00079809675734057025)),
]
# Arguments; then the log of I_x(a, b) and its derivatives with respect to a, b and x.
BETA: list[tuple[float, float, float, tuple[float, ...]]] = [
    (2.0, 3.0, 0.3, (-1.0546911016101816, -0.7065567836541014, 0.37193528844350242, 5.0645994832041346)),
    (0.5, 0.5, 0.999, (-0.020340514397558022, -0.028479822498270257, 0.15455237102501741, 10.277823524513679)),
    (1e-05, 4.0, 1e-08, (-0.00016587354246135555, -16.58736105161334, 2.83822545539302e-6, 999.99997000030036)),
    (4.0, 1e-05, 0.75, (-13.052739018212662, -0.47875107715714739, 100000.79968247269, 7.8700637858162691)),
    (300.0, 20.0, 0.5, (-151.39697545341047, -0.63205973581346923, 2.1066168602264415, 562.26736974169894)),
]
# fmt: on


@pytest.fixture(autouse=True)
def double_precision() -> Any:
    with jax.enable_x64(True):
        yield


def with_derivatives(function: Any, *arguments: float) -> list[float]:
    from hdsl.density.arrays import jax_arrays

    def of_all(values: Any) -> Any:
        return function(jax_arrays(), *values)

    value, slopes = jax.value_and_grad(of_all)(arguments)
    return [float(value), *map(float, slopes)]


@pytest.mark.parametrize(("a", "x", "expected"), GAMMA)
def test_gamma(a: float, x: float, expected: tuple[float, ...]) -> None:
    found = with_derivatives(log_gamma_lower, a, x) + with_derivatives(log_gamma_upper, a, x)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-60)
    plain = [log_gamma_lower(numpy_arrays(), a, x), log_gamma_upper(numpy_arrays(), a, x)]
    np.testing.assert_allclose(plain, [expected[0], expected[3]], rtol=1e-9, atol=1e-16)


@pytest.mark.parametrize(("a", "b", "x", "expected"), BETA)
def test_beta(a: float, b: float, x: float, expected: tuple[float, ...]) -> None:
    value, by_a, by_b, by_x, by_rest = with_derivatives(log_beta_tail, a, b, x, 1 - x)
    np.testing.assert_allclose([value, by_a, by_b, by_x - by_rest], expected, rtol=1e-9)
    plain = log_beta_tail(numpy_arrays(), a, b, x, 1 - x)
    np.testing.assert_allclose(plain, value, rtol=1e-9)


def test_ends_are_finite_in_slope() -> None:
    for x in (0.0, np.inf):
        assert with_derivatives(log_gamma_lower, 2.0, x)[1:] == [0, 0]
        assert with_derivatives(log_gamma_upper, 2.0, x)[1:] == [0, 0]
    for x in (0.0, 1.0):
        assert with_derivatives(log_beta_tail, 2.0, 3.0, x, 1 - x)[1:] == [0, 0, 0, 0]
