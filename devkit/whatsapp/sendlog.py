"""What did the business ask to be sent, when, and what became of it? The record that proves order, number and pace."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

MOST: Final = 500_000

Outcome = Literal["taken", "refused", "unsent"]


@dataclass(frozen=True, slots=True)
class SendEntry:
    """One request to send. `at` is unix seconds; `code` Meta's, of a refusal; `ordered`: it went wrong because somebody
    had asked for that (`faults.SendFault`), not because of a limit. `answered`: the business got to know."""

    seq: int
    at: float
    number: str
    to: str
    type: str
    text: str
    tracker: str | None
    outcome: Outcome
    code: int | None = None
    wamid: str | None = None
    ordered: bool = False
    answered: bool = True


class SendLog:
    """All requests to send, oldest first; the oldest are forgotten beyond half a million."""

    def __init__(self) -> None:
        self._entries: deque[SendEntry] = deque(maxlen=MOST)
        self._seq = 0

    def next_seq(self) -> int:
        """The number of the next entry."""
        self._seq += 1
        return self._seq

    def add(self, entry: SendEntry) -> None:
        """Note a request."""
        self._entries.append(entry)

    def entries(
        self, *, number: str | None = None, to: str | None = None, after: int = 0
    ) -> Sequence[SendEntry]:
        """The requests of a number, to a person, after a `seq`."""
        return [
            entry
            for entry in self._entries
            if entry.seq > after and number in (None, entry.number) and to in (None, entry.to)
        ]
