"""What the exit code of a command says."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
AT_FAULT: Final = 1
"""The model or its data are."""
BAD_COMMAND_LINE: Final = 2
NOT_TRUSTED: Final = 3
"""It ran, but its draws are not to be trusted."""
INTERRUPTED: Final = 130
NO_READER: Final = 141
"""Nobody reads the output any more."""
