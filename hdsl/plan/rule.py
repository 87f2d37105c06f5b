"""What a rewrite rule is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from hdsl.plan.plan import Note
from hdsl.plan.state import State
from hdsl.source import NOWHERE, Span


@dataclass(frozen=True)
class Site:
    """Where a rule applies: the unknowns concerned, and what the rule found out about them."""

    names: tuple[str, ...]
    found: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Refusal:
    """Why a rule does not apply to an unknown, in a sentence."""

    name: str
    reason: str
    span: Span = NOWHERE


class Rule(ABC):
    """Abstract: a rewrite that keeps the posterior.

    It obeys the law that *density after x density of the recovery = density before*.
    `takes_recursions` says that it can take unknowns whose elements depend on each other.
    """

    name: ClassVar[str]
    group: ClassVar[str]
    meaning: ClassVar[str]
    takes_recursions: ClassVar[bool] = False

    @abstractmethod
    def match(self, state: State, name: str) -> Site | Refusal | None:
        """Whether the rule applies to an unknown; `None` where it has nothing to say about it."""

    @abstractmethod
    def rewrite(self, state: State, site: Site) -> State:
        """Apply the rule: new pieces, and the recovery of what left."""

    @abstractmethod
    def reason(self, state: State, site: Site) -> str:
        """A sentence that says what was done and why."""

    def refusal(self, refusal: Refusal) -> Note:
        """The note of a refusal."""
        return self.note((refusal.name,), False, refusal.reason, refusal.span)

    def note(self, names: tuple[str, ...], fired: bool, reason: str, span: Span) -> Note:
        """A note of this rule."""
        return Note(self.name, names, fired, reason, span, self.group)
