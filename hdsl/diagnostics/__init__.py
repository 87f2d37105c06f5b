"""Mistakes as values, and the one place that draws them."""

from hdsl.diagnostics.diagnostic import Diagnostic as Diagnostic
from hdsl.diagnostics.diagnostic import HdslError as HdslError
from hdsl.diagnostics.diagnostic import Label as Label
from hdsl.diagnostics.diagnostic import Report as Report
