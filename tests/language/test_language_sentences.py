"""Sentences of the language's page, each with programs that it allows and programs that it refuses.

The pages beside this file hold them: a sentence after ``>``, then its programs in ``hbm`` blocks,
with the code after ``error=`` where a program must be refused, and the caller's data after
``data=``.
What is allowed is planned and lowered too, and obeys the law of the rules.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from language_programs import Program, refusal

PAGES = sorted(Path(__file__).parent.glob("*.md"))
BLOCK = re.compile(r"^```hbm(?: error=(HB\d+))?(?: data=(\S+))?\n(.*?)^```$", re.M | re.S)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_sentence(page: Path, subtests: pytest.Subtests) -> None:
    text = page.read_text(encoding="utf-8")
    found = list(BLOCK.finditer(text))
    assert len(found) == text.count("```hbm")
    for block in found:
        code, data, program = block.groups()
        given = json.loads(data) if data else {}
        with subtests.test(line=text.count("\n", 0, block.start()) + 1):
            if code:
                assert code in refusal(program, given)
            else:
                Program(program, given).check()
