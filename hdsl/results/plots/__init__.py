"""Figures of a fit."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from hdsl.results.fit import Fit
    from hdsl.results.plots.subject import Subject


@final
class Plots:
    """The figures of a fit: ``fit.plot.caterpillar("theta")``.

    Each kind of figure is a method that takes names and options, and gives a figure of
    matplotlib, which no window shows by itself; `save` of it is ``figure.savefig``.
    ``dir(fit.plot)`` lists the kinds.
    """

    def __init__(self, fit: Fit) -> None:
        self._fit = fit

    @cached_property
    def subject(self) -> Subject:
        """The fit together with its model."""
        from hdsl.results.plots.subject import Subject

        return Subject(self._fit)

    def suggested(self) -> dict[str, Figure]:
        """The figures that this model calls for, by names that files can bear."""
        from hdsl.results.plots import registry
        from hdsl.results.plots.file_names import file_name
        from hdsl.results.plots.wishes import Wishes

        return {
            file_name(kind.name, names): registry.make(kind, self.subject, Wishes(names))
            for kind, names in registry.suggested(self.subject)
        }

    def __getattr__(self, kind: str) -> Callable[..., Figure]:
        if kind.startswith("_"):
            raise AttributeError(kind)
        from hdsl.results.plots import registry
        from hdsl.results.plots.wishes import wishes_from

        found = registry.kind_of(kind)

        def draw(*names: str, **options: Any) -> Figure:
            return registry.make(found, self.subject, wishes_from(names, options))

        draw.__name__ = found.name
        draw.__doc__ = f"Draw {found.shows}; names: {found.names or 'none'}."
        return draw

    def __dir__(self) -> list[str]:
        from hdsl.results.plots.registry import KINDS

        return [*KINDS, "suggested"]

    def __repr__(self) -> str:
        from hdsl.results.plots.registry import KINDS

        return "\n".join(f"{kind.name:<16}{kind.shows}" for kind in KINDS.values())
