"""What is asked of the pipeline."""

from __future__ import annotations

import argparse
from itertools import chain
from pathlib import Path
from typing import Any

from hdsl.cli.given import read_data
from hdsl.pipeline import Request
from hdsl.plan.planner import Options


def request_of(arguments: argparse.Namespace, folder: Path, **more: Any) -> Request:
    """The request that the arguments make; data files are read here.

    Raises
    ------
    HdslError
        If a data file can't be read.
    """
    return Request(
        data=read_data(arguments.data),
        folder=folder,
        allow_outside=arguments.allow_outside,
        options=Options(
            frozenset(chain(*arguments.without)),
            frozenset(chain(*arguments.keep)),
            arguments.sampler,
        ),
        **more,
    )
