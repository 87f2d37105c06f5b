"""Which elements a statement with ``for`` applies to."""

from __future__ import annotations

import numpy as np

from hdsl.expressions.evaluate import Evaluator, Value
from hdsl.model.evaluable import array_over
from hdsl.model.graph import Selection


def choose(chosen: Selection, evaluator: Evaluator) -> tuple[dict[str, Value], int]:
    """The positions of the chosen elements along each index, first index outermost, and how many.

    The condition must depend on data alone. Positions are whole numbers along the selection's axis.
    """
    with np.errstate(all="ignore"):
        holds = array_over(chosen.condition, chosen.over, evaluator) != 0
    if not chosen.over:
        return {}, int(holds)
    found = np.nonzero(holds)
    positions = {
        name: Value(places.astype(np.int64), (chosen.axis,))
        for name, places in zip(chosen.positions, found, strict=True)
    }
    return positions, int(found[0].size)
