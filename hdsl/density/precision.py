"""The floats that JAX computes with. Importing this module makes JAX use them."""

from __future__ import annotations

from typing import Final

import jax
import numpy as np

jax.config.update("jax_enable_x64", True)

FLOAT: Final = np.dtype(np.float64)
