"""A run whose model and labels try to become HTML."""

from __future__ import annotations

from functools import cache

import hdsl
from hdsl.results import Fit
from hdsl.results.report.page import page

EVIL = "<script>document.title = 'hacked'</script>"
LABELS = [EVIL, "a&b", '"quoted"', "<img src=x onerror=alert(1)>", *(f"g{k:02}" for k in range(36))]
MODEL = f"""\
# Bags & boxes: {EVIL}.

data label[bag] : group, n[bag], y[bag]
theta[group] ~ Beta(2, 2)                             # the share <b>in bold</b> of a group
y[bag] ~ Binomial(n[bag], theta[label[bag]])
spread = max(theta) - min(theta)
next ~ Beta(2, 2)
"""


def fitted() -> Fit:
    data = {"label": LABELS, "n": [20] * 40, "y": [k % 11 for k in range(40)]}
    return hdsl.compile(MODEL).sample(data=data, seed=1)


@cache
def report() -> str:
    """The report of it."""
    return page(fitted(), {"again": f"hdsl run {EVIL}", "finished": "2024-01-02T03:04:05+00:00"})
