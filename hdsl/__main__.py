"""``python -m hdsl``."""

import sys

from hdsl.cli import main

sys.exit(main())
