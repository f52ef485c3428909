"""In which stages do rules run, and how does a language add its own to those all share?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.agent.language.cascade import Rule


class Stage(StrEnum):
    """The stages of the cascade, in the order they run."""

    NUMBERS = "numbers"
    CLOCKS = "clocks"
    WEEKS = "weeks"
    DATED = "dated"
    LENGTHS = "lengths"
    DAYS = "days"
    PERIODS = "periods"
    PARTS = "parts"
    EARLY_RANGES = "early_ranges"
    BARE = "bare"
    SPANS = "spans"
    NEGATIONS = "negations"


@dataclass(frozen=True, slots=True)
class Changes:
    """A language's own rules for one stage: they run before or after the shared ones, or instead of them."""

    before: tuple[Rule, ...] = ()
    after: tuple[Rule, ...] = ()
    instead: tuple[Rule, ...] | None = None

    def around(self, shared: tuple[Rule, ...]) -> tuple[Rule, ...]:
        """The rules of the stage in a language."""
        return (*self.before, *(shared if self.instead is None else self.instead), *self.after)


Hooks = Mapping[Stage, Changes]
