"""What does the emulator remember? People, messages, files; all in memory."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]  # Any: bodies of the Send API, whatever their shape
Key = tuple[str, str]
"""Account id and person's id (scoped to the account)."""


@dataclass(slots=True)
class Person:
    """What an account knows of somebody: when they wrote last (unix seconds), whether they have blocked it."""

    last_wrote: float | None = None
    blocked: bool = False
    typing: int = 0


@dataclass(slots=True)
class Sent:
    """A message that an account has sent; `message` as it stood in the request, times in unix seconds."""

    mid: str
    account_id: str
    person: str
    message: Json
    tag: str | None
    at: float
    read: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """Bytes that were uploaded, or that a person sent."""

    name: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(slots=True)
class Store:
    """Everything."""

    people: dict[Key, Person] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    uploads: dict[str, File] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)

    def sent_to(self, account_id: str | None = None, person: str | None = None) -> Iterator[Sent]:
        """What was sent, oldest first."""
        for one in self.sent:
            if account_id in (None, one.account_id) and person in (None, one.person):
                yield one


def new_mid() -> str:
    """An id as messages have it."""
    return f"m_{secrets.token_urlsafe(48)}"


def new_number() -> str:
    """An id as attachments have it."""
    return str(10**15 + secrets.randbelow(9 * 10**15))
