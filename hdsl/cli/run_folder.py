"""The folder of a run: what it was, its fit, and room for its checkpoints."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hdsl.diagnostics import Diagnostic, HdslError
from hdsl.syntax.decode import read_source

RECORD = "run.json"
FIT = "fit.nc"
_FORMAT = "hdsl run"


def default_folder(model: str) -> Path:
    """``model.run`` beside ``model.hbm``: models of one name in two folders don't meet."""
    return Path("model.run") if model == "-" else Path(model).with_suffix(".run")


def begin(folder: Path, request: Mapping[str, Any]) -> None:
    """Make the folder and write down what runs, so that a killed run tells what it was.

    The fit of an earlier run in that folder stays until the new one replaces it.

    Raises
    ------
    HdslError
        HB580 if the place holds something else, HB581 if it can't be written to.
    """
    try:
        _check_ours(folder)
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder, {**request, "began": _now(), "finished": None})
    except OSError as error:
        raise HdslError([_unwritable(folder, error)]) from None


def finish(folder: Path) -> None:
    """Write down that the run is complete.

    Raises
    ------
    HdslError
        HB581 if the folder can't be written to.
    """
    try:
        _write(folder, {**read(folder), "finished": _now()})
    except OSError as error:
        raise HdslError([_unwritable(folder, error)]) from None


def read(folder: Path) -> dict[str, Any]:
    """What is written down about a run; empty if nothing is, or not by hdsl."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) and record.get("format") == _FORMAT else {}


def unfinished(folder: Path) -> Diagnostic | None:
    """What is said about a run that was killed: an error if it left no fit at all."""
    record = read(folder)
    if not record or record.get("finished"):
        return None
    has_fit = (folder / FIT).is_file()
    kept = "; the fit that is there is of an earlier run" if has_fit else ""
    return Diagnostic(
        "HB582",
        f"the run in `{folder}` was not finished{kept}",
        cause=f"it began at {record.get('began')} with seed {record.get('seed')} and was "
        "stopped, or still runs",
        help=f"run it again: {record.get('again')}",
        severity="warning" if has_fit else "error",
    )


def changed_model(folder: Path) -> Diagnostic | None:
    """What is said of a run whose model, the file beside its folder, has another text by now."""
    text, model = read(folder).get("model_text"), folder.with_suffix(".hbm")
    try:
        if text is None or read_source(model).text == text:
            return None
    except HdslError:
        return None
    return Diagnostic(
        "HB590",
        f"`{model}` was changed after this run",
        cause=f"`{folder}` holds the fit of the model as it was",
        help=f"for the new text: `hdsl run {model}`",
        severity="warning",
    )


def _check_ours(folder: Path) -> None:
    if folder.is_dir():
        entries = {entry.name for entry in folder.iterdir()}
        if not entries or entries == {FIT} or read(folder):
            return
        why = "it is a folder with other things in it"
    elif os.path.lexists(folder):
        why = "it is a file"
    else:
        return
    raise HdslError(
        [
            Diagnostic(
                "HB580",
                f"`{folder}` is not the folder of a run",
                cause=f"a run is saved in a new folder, or in that of an earlier run, and {why}",
                help="choose another folder with `--out`",
            )
        ]
    )


def _write(folder: Path, record: Mapping[str, Any]) -> None:
    draft = folder / f".{RECORD}.tmp"
    text = json.dumps({"format": _FORMAT, "format_version": 1, **record}, indent=1)
    draft.write_text(f"{text}\n", encoding="utf-8")
    os.replace(draft, folder / RECORD)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _unwritable(folder: Path, error: OSError) -> Diagnostic:
    return Diagnostic(
        "HB581",
        f"the run can't be saved in `{folder}`",
        cause=f"the system says: {error.strerror or error}",
        help="choose a folder that you may write to with `--out`, and look at the free space",
    )
