"""Lists take the axes of the left side over which their items don't run."""

from __future__ import annotations

import hdsl
from hdsl.model.bind import bind


def test_lists_take_the_axes_over_which_their_items_do_not_run() -> None:
    text = """
data a[i] = [1, 2], b[i] = [3, 4]
index k = {p, q}
index l = {u, v, w}
rows[i, k] = [a[i], 10 * b[i]]
first[k, i] = [a[i], 10 * b[i]]
matrix[k, i, l] = [[a[i], 0, 1], [b[i], 2, -a[i]]]
"""
    values = bind(hdsl.compile(text).graph).values
    assert values["rows"].array.tolist() == [[1, 30], [2, 40]]
    assert values["first"].array.tolist() == [[1, 2], [30, 40]]
    matrix = values["matrix"].array
    assert matrix[:, 0].tolist() == [[1, 0, 1], [3, 2, -1]]
    assert matrix[:, 1].tolist() == [[2, 0, 1], [4, 2, -2]]
