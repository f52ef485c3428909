"""What does a batch of commands need to be decided? The world it is decided in, put together in few reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.booking.cache import States
from services.booking.domain.world import CustomerKey, SessionKey, World
from services.booking.loader import Loader
from shared.db import Database
from shared.messages.booking import BookingCommand

MOST_WAITING = 50
"""How many of a queue are looked at for free places at once; those behind get their turn when these are served."""


def session_keys(command: BookingCommand) -> list[SessionKey]:
    """The sessions a command names; the one it is ordered by first."""
    found = [getattr(command, name, None) for name in ("session_id", "from_session_id")]
    return [(command.tenant_id, session_id) for session_id in found if session_id is not None]


def customer_of(command: BookingCommand) -> UUID | None:
    """The customer a command is about."""
    contact = getattr(command, "contact", None)
    found: UUID | None = contact.customer_id if contact is not None else getattr(command, "customer_id", None)
    return found


class Gatherer:
    """Fills worlds."""

    def __init__(self, db: Database, loader: Loader) -> None:
        self._db = db
        self._loader = loader

    async def gather(
        self, commands: Sequence[BookingCommand], states: States, now: datetime
    ) -> tuple[World, list[BookingCommand]]:
        """The world for these commands, and the commands with merged customers named by whom they are now."""
        world = World()
        keys = {key for command in commands for key in session_keys(command)}
        for key in keys:
            world.sessions[key] = states.get(key)
        unknown = [key for key, state in world.sessions.items() if state is None]
        world.sessions.update(await self._loader.sessions(unknown))
        customers: set[CustomerKey] = set()
        for command in commands:
            customer = customer_of(command)
            if customer is not None:
                customers.add((command.tenant_id, customer))
        for (tenant_id, _), state in world.sessions.items():
            if state is not None and state.queue:
                customers.update((tenant_id, entry.customer_id) for entry in state.queue[:MOST_WAITING])
        world.accounts, merged = await self._loader.accounts(customers, now)
        resolved = [_resolved(command, merged) for command in commands] if merged else list(commands)
        return world, resolved


def _resolved(command: BookingCommand, merged: dict[CustomerKey, UUID]) -> BookingCommand:
    customer = customer_of(command)
    now = merged.get((command.tenant_id, customer)) if customer is not None else None
    if now is None:
        return command
    contact = getattr(command, "contact", None)
    if contact is not None:
        return command.model_copy(update={"contact": contact.model_copy(update={"customer_id": now})})
    return command.model_copy(update={"customer_id": now})


