"""What does a command name? Asked of every command several times, so which kind has which field is known beforehand.

(Asking pydantic for a field that is not there costs more than deciding most commands.)
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from shared.messages import booking as msg
from shared.messages.booking import BookingCommand, Contact

_FIELDS: Final[dict[type[Any], frozenset[str]]] = {
    kind: frozenset(kind.model_fields) for kind in msg.COMMANDS
}
_SESSIONS: Final[dict[type[Any], tuple[str, ...]]] = {
    kind: tuple(name for name in ("session_id", "from_session_id") if name in fields)
    for kind, fields in _FIELDS.items()
}
QUIET: Final = frozenset({msg.BookSession, msg.JoinWaitlist, msg.ConfirmHold})
"""Kinds by which nothing ends that is there: places are only taken or queued for."""


def part(command: BookingCommand, name: str) -> Any:
    """The command's field of this name; None when its kind has none."""
    return getattr(command, name) if name in _FIELDS[type(command)] else None


def session_ids(command: BookingCommand) -> list[UUID]:
    """The sessions a command names; the one it is ordered by first."""
    return [getattr(command, name) for name in _SESSIONS[type(command)]]


def contact_of(command: BookingCommand) -> Contact | None:
    """Who asks, for commands that bring a contact."""
    found: Contact | None = part(command, "contact")
    return found


def customer_of(command: BookingCommand) -> UUID | None:
    """The customer a command is about."""
    contact = contact_of(command)
    if contact is not None:
        return contact.customer_id
    found: UUID | None = part(command, "customer_id")
    return found
