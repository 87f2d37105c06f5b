"""A model's mathematics, in each of the formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias, final

from hdsl.diagnostics import Report
from hdsl.model.collect_names import collect_names
from hdsl.model.graph import ModelGraph
from hdsl.notation.html_layout import as_html
from hdsl.notation.latex import Latex
from hdsl.notation.latex_layout import as_latex, as_latex_document, as_markdown
from hdsl.notation.mathml import MathML
from hdsl.notation.scope import Scope, open_scope
from hdsl.notation.text_layout import as_text
from hdsl.notation.unicode import Unicode
from hdsl.notation.write import write_model
from hdsl.syntax import tree

Format: TypeAlias = Literal["unicode", "latex", "markdown", "html"]
FORMATS: tuple[Format, ...] = ("unicode", "latex", "markdown", "html")


@final
@dataclass(frozen=True, eq=False, repr=False)
class Mathematics:
    """The factorised posterior and all statements of a model, in the notation of a paper.

    A notebook shows it typeset; printing it gives Unicode text.
    """

    program: tree.Program
    graph: ModelGraph
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict[str, Any])
    _scope: Scope = field(init=False)

    def __post_init__(self) -> None:
        names = collect_names(self.program, Report(self.graph.source), self.functions)
        object.__setattr__(self, "_scope", open_scope(self.program, names, self.graph))

    @cached_property
    def latex(self) -> str:
        """LaTeX for the body of a document, with the package ``amsmath``."""
        return as_latex(write_model(Latex(), self._scope))

    @cached_property
    def latex_document(self) -> str:
        """A whole LaTeX document."""
        title = self._scope.program.description or self.graph.source.name
        return as_latex_document(write_model(Latex(), self._scope), title)

    @cached_property
    def unicode(self) -> str:
        """Plain text of at most 88 columns where lines can be broken."""
        return as_text(write_model(Unicode(), self._scope))

    @property
    def text(self) -> str:
        """The same as `unicode`."""
        return self.unicode

    @cached_property
    def markdown(self) -> str:
        """Markdown with formulas between ``$$``, as GitHub and notebooks show it."""
        return as_markdown(write_model(Latex(), self._scope))

    @cached_property
    def html(self) -> str:
        """HTML with MathML, which browsers draw without any library."""
        return as_html(write_model(MathML(), self._scope))

    def written(self, format: Format) -> str:
        """The text in one of the formats."""
        return str(getattr(self, format))

    def __str__(self) -> str:
        return self.unicode

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        return self.latex

    def _repr_markdown_(self) -> str:
        return self.markdown
