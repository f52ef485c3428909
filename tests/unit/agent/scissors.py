"""At which moments can a process die? Counts them, and cuts at the chosen one."""

from __future__ import annotations


class Cut(BaseException):
    """The process dies here (nothing may catch it)."""


class Scissors:
    """Counts the moments at which a process can die, and lets it die at the chosen one."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.seen: list[str] = []

    def moment(self, name: str) -> None:
        """Passing here; dies if this is the chosen moment."""
        self.seen.append(name)
        if len(self.seen) == self.at:
            raise Cut(name)
