"""The command line: `hdsl COMMAND`, each command a thin door to the pipeline."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from hdsl.cli.commands import parse_arguments
from hdsl.cli.exit_codes import AT_FAULT, BAD_COMMAND_LINE, INTERRUPTED, NO_READER
from hdsl.cli.output import NoOutput, Output, write
from hdsl.diagnostics import Diagnostic, HdslError

_SLIPS_ON_THE_COMMAND_LINE = {
    *("HB502", "HB503", "HB504", "HB505", "HB560", "HB574", "HB587", "HB588")
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    argv
        The words after ``hdsl``; `None` takes those of the process.

    Returns
    -------
    int
        The exit code: 0 done, 1 model or data at fault, 2 bad command line, 3 ran but not to be
        trusted; 130 interrupted, 141 nobody reads the output any more.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a letter shows its code instead.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    try:
        return _guarded(sys.argv[1:] if argv is None else argv)
    except (BrokenPipeError, NoOutput) as error:
        # Python flushes once more when it ends, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if isinstance(error, BrokenPipeError):
            return NO_READER
        print(f"hdsl: the output can't be written: {error}", file=sys.stderr)
        return AT_FAULT


def _guarded(argv: Sequence[str]) -> int:
    """Run a command; whatever happens becomes a message and an exit code."""
    output = Output()
    try:
        arguments = parse_arguments(argv)
        output = Output(arguments.format == "json")
        code = arguments.execute(arguments, output)
        output.finish()
        return code
    except SystemExit as leaving:  # argparse has said why
        write()
        return leaving.code if isinstance(leaving.code, int) else BAD_COMMAND_LINE
    except KeyboardInterrupt:
        print("\nhdsl: interrupted; nothing was saved", file=sys.stderr)
        return INTERRUPTED
    except HdslError as error:
        output.diagnose(error.diagnostics, error.source)
        slips = {diagnostic.code for diagnostic in error.diagnostics} <= _SLIPS_ON_THE_COMMAND_LINE
        code = BAD_COMMAND_LINE if slips else AT_FAULT
    except (BrokenPipeError, NoOutput):
        raise
    except Exception as error:
        if os.environ.get("HDSL_DEBUG"):
            import traceback

            traceback.print_exc()
        output.facts.clear()
        output.diagnose([_unexpected(error)])
        code = AT_FAULT
    output.finish()
    return code


def _unexpected(error: Exception) -> Diagnostic:
    if isinstance(error, MemoryError):
        return Diagnostic(
            "HB585",
            "the memory ran out",
            cause="the draws, or what is computed from them, take more memory than there is",
            help="sample fewer draws with `--samples`, or close other programs",
        )
    said = str(error).strip().split("\n")[0]
    return Diagnostic(
        "HB900",
        f"hdsl failed: {type(error).__name__}{f': {said}' if said else ''}",
        cause="this is a mistake in hdsl, not in your model",
        help="report it together with the model; with `HDSL_DEBUG=1` in the environment hdsl "
        "shows where it failed",
    )
