from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hdsl.data.cells import CELL_END, read_cells, read_chunks

cell = st.one_of(
    st.sampled_from(
        ["", "NA", ".", "true", "FALSE", "nan", "inf", "9007199254740993", "x", "1e999"]
    ),
    st.integers(-99, 99).map(str),
    st.floats(allow_nan=False).map(str),
)


@given(cells=st.lists(cell, min_size=1, max_size=12), size=st.integers(1, 5))
def test_reading_in_chunks_is_reading_at_once(cells: list[str], size: int):
    starts = range(0, len(cells), size)
    pieces = read_chunks([CELL_END.join(cells[i : i + size]) for i in starts])
    whole = read_cells(cells)
    assert pieces.kind == whole.kind
    assert pieces.first_text == whole.first_text
    np.testing.assert_array_equal(pieces.missing, whole.missing)
    np.testing.assert_array_equal(pieces.values, whole.values)
