"""``hdsl fmt``: models in canonical form."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from pathlib import Path

from hdsl.cli.exit_codes import AT_FAULT, DONE
from hdsl.cli.options import add_format
from hdsl.cli.output import Output, write
from hdsl.diagnostics import Diagnostic, HdslError
from hdsl.source import Source
from hdsl.syntax.decode import decode, read_source
from hdsl.syntax.format import format_program
from hdsl.syntax.parse import parse


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.epilog = "examples: hdsl fmt *.hbm; hdsl fmt - < model.hbm"
    parser.add_argument(
        "models",
        metavar="MODEL",
        nargs="+",
        help="files to rewrite; - reads standard input and writes to standard output",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="rewrite nothing; exit with 1 if a file is not in canonical form",
    )
    add_format(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Format each file; one with a mistake is left as it is, and the others are formatted."""
    changed: list[str] = []
    failed = False
    for name in arguments.models:
        try:
            if _format(name, arguments.check, output):
                changed.append(name)
        except HdslError as error:
            failed = True
            output.diagnose(error.diagnostics, error.source)
    output.facts.update(changed=changed)
    return AT_FAULT if failed or (arguments.check and changed) else DONE


def _format(name: str, check_only: bool, output: Output) -> bool:
    """Format a file; whether that changes it."""
    if name == "-":
        source = Source(decode(sys.stdin.buffer.read(), "<stdin>"), "<stdin>")
    else:
        source = read_source(Path(name))
    text = format_program(parse(source))
    changed = text != source.text
    if name == "-" and not check_only:
        output.facts.update(text=text)
        if not output.as_json:
            write(text)
    elif changed:
        if not check_only:
            _rewrite(Path(name), text)
        output.say(f"{name} {'would be' if check_only else 'was'} rewritten")
    return changed


def _rewrite(path: Path, text: str) -> None:
    """Replace a file as a whole or not at all; a link stays a link."""
    target = path.resolve()
    draft = target.with_name(f".{target.name}-{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        mode = target.stat().st_mode
        try:
            draft.write_text(text, encoding="utf-8", newline="\n")
            draft.chmod(mode)
            os.replace(draft, target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise HdslError(
            [
                Diagnostic(
                    "HB583",
                    f"`{path}` can't be rewritten",
                    cause=f"the system says: {error.strerror or error}",
                    help="check the permissions of the file and of its folder, and the free space",
                )
            ]
        ) from None
