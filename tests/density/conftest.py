from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="session")
def sixty_four_bits() -> None:
    """Before the first array; for good, since what runs later needs them too."""
    from hdsl.density import precision as precision
