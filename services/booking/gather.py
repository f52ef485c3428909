"""What does a batch of commands need to be decided? The world it is decided in, put together in few reads."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.booking import people
from services.booking import statements as sql
from services.booking.cache import States
from services.booking.domain.asked import QUIET, contact_of, customer_of, part, session_ids
from services.booking.domain.money.rules import PromoCode
from services.booking.domain.promo import Promo
from services.booking.domain.state import Booking, SessionState
from services.booking.domain.world import CustomerKey, SessionKey, World
from services.booking.extras import LOADERS, Extra, pass_named
from services.booking.loader import Loader
from services.booking.store import columns
from shared.db import Database
from shared.messages import booking as msg
from shared.messages.booking import BookingCommand

MOST_WAITING = 200
"""How many of a queue are looked at for free places at once; those behind get their turn when these are served."""


def session_keys(command: BookingCommand) -> list[SessionKey]:
    """The sessions a command names; the one it is ordered by first."""
    return [(command.tenant_id, session_id) for session_id in session_ids(command)]


Ending = Sequence[tuple[SessionKey, SessionState]]
"""Sessions in which something may end."""


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
        commands = [await self._with_card(world, command) for command in commands]
        named = [session_keys(command) for command in commands]
        special = [command for command in commands if type(command) in LOADERS]
        # Whom the commands themselves are about is read at the same time as the sessions.
        asking = _customers(commands, ())
        _, merged = await asyncio.gather(
            self._named_sessions(world, named, states), self._accounts(world, asking, now)
        )
        others = {key for command in special for key in await self._extra(world, command, now)}
        others |= _customers((), _may_end(world, commands, now))
        merged |= await self._accounts(world, others - asking, now)
        resolved = [_resolved(command, merged) for command in commands] if merged else list(commands)
        changing = _may_change(world, resolved, _may_end(world, resolved, now))
        await self._passes(world, resolved, changing)
        await self._promos(world, resolved, changing)
        return world, resolved

    async def _named_sessions(
        self, world: World, named: Sequence[Sequence[SessionKey]], states: States
    ) -> None:
        # From memory only what commands are ordered by: a refusal that rests on it is written under its version, and it
        # is forgotten when that no longer stands. All other sessions belong to whichever instance, and are read.
        for key in {key for keys in named for key in keys[:1]}:
            if (state := states.get(key)) is not None:
                world.sessions[key] = state
        await self._sessions(world, {key for keys in named for key in keys})

    async def _sessions(self, world: World, keys: Iterable[SessionKey]) -> None:
        """Those of these sessions that the world does not have yet (None: there is no such session)."""
        unknown = [key for key in keys if world.sessions.get(key) is None]
        if unknown:
            world.sessions.update(dict.fromkeys(unknown))
            world.sessions.update(await self._loader.sessions(unknown))

    async def _accounts(
        self, world: World, customers: Iterable[CustomerKey], now: datetime
    ) -> dict[CustomerKey, UUID]:
        """Put these customers into the world; who of them was merged into whom."""
        accounts, merged = await self._loader.accounts(customers, now)
        world.accounts.update(accounts)
        return merged

    async def _extra(self, world: World, command: BookingCommand, now: datetime) -> tuple[CustomerKey, ...]:
        """What the command alone needs; the customers that are to be loaded for it."""
        async with self._db.reading(command.tenant_id) as connection:
            extra: Extra = await LOADERS[type(command)](connection, command, world, now)
        await self._sessions(world, set(extra.sessions))
        if extra.value is not None:
            world.extras[command.command_id] = extra.value
        return extra.customers

    async def _with_card(self, world: World, command: BookingCommand) -> BookingCommand:
        """A gift card's code becomes the card it names; whoever has the code may use it."""
        code: str | None = part(command, "gift_code")
        if code is None:
            return command
        async with self._db.reading(command.tenant_id) as connection:
            card = await people.load_gift_card(connection, command.tenant_id, code)
        if card is None:
            return command  # refused: no card is named
        world.passes[(command.tenant_id, card.pass_id)] = card
        return command.model_copy(update={"pass_id": card.pass_id, "method": "gift_card"})

    async def _passes(
        self, world: World, commands: Sequence[BookingCommand], changing: Sequence[tuple[UUID, Booking]]
    ) -> None:
        """Passes of the customers, those that commands name, and those that bookings which may change are paid by."""
        owners: defaultdict[UUID, list[UUID]] = defaultdict(list)
        for (tenant_id, customer_id), account in world.accounts.items():
            if account.has_passes:
                owners[tenant_id].append(customer_id)
        named: defaultdict[UUID, set[UUID]] = defaultdict(set)
        for command in commands:
            if (pass_id := pass_named(command)) is not None:
                named[command.tenant_id].add(pass_id)
        for tenant_id, booking in changing:
            if booking.terms.pass_id is not None:
                named[tenant_id].add(booking.terms.pass_id)
        for tenant_id in {*owners, *named}:
            mine = owners[tenant_id]
            async with self._db.reading(tenant_id) as connection:
                found = await people.load_passes(connection, tenant_id, mine) if mine else {}
                others = await people.load_passes_by_id(
                    connection, tenant_id, sorted(named[tenant_id], key=lambda i: i.int)
                )
            for customer_id, passes in found.items():
                account = world.accounts[(tenant_id, customer_id)]
                world.accounts[(tenant_id, customer_id)] = replace(account, passes=passes)
                world.passes.update({(tenant_id, p.pass_id): p for p in passes})
            world.passes.update({(tenant_id, pass_id): p for pass_id, p in others.items()})

    async def _promos(
        self, world: World, commands: Sequence[BookingCommand], changing: Sequence[tuple[UUID, Booking]]
    ) -> None:
        """Promo codes that commands name, and those that bookings which may change came with."""
        codes = {
            (command.tenant_id, code.strip().upper())
            for command in commands
            if (code := part(command, "promo_code"))
        }
        used = {
            (tenant_id, booking.terms.promo_id)
            for tenant_id, booking in changing
            if booking.terms.promo_id is not None
        }
        if not codes and not used:
            return
        async with self._db.reading(*{tenant_id for tenant_id, _ in codes | used}) as connection:
            rows = await connection.fetch(
                sql.LOAD_PROMOS, *columns(sorted(codes, key=str), 2), *columns(sorted(used, key=str), 2)
            )
        for row in rows:
            rule = PromoCode.model_validate(json.loads(row["rule"]))
            promo = Promo(row["id"], row["code"], rule, row["uses"], row["max_uses"])
            world.promos[(row["tenant_id"], row["code"].upper())] = promo


def _customers(commands: Sequence[BookingCommand], may_end: Ending) -> set[CustomerKey]:
    found: set[CustomerKey] = set()
    for command in commands:
        customer = customer_of(command)
        if customer is not None:
            found.add((command.tenant_id, customer))
    for (tenant_id, _), state in may_end:
        found.update((tenant_id, entry.customer_id) for entry in state.queue[:MOST_WAITING])
    return found


def _may_end(world: World, commands: Sequence[BookingCommand], now: datetime) -> Ending:
    """The sessions in which something may end by these commands: all but those that are only booked or queued for."""
    only_booked = {key for c in commands if type(c) in QUIET for key in session_keys(c)}
    only_booked -= {key for c in commands if type(c) not in QUIET for key in session_keys(c)}
    return [
        (key, state)
        for key, state in world.sessions.items()
        if state is not None
        and (key not in only_booked or (state.due_at is not None and state.due_at <= now))
    ]


def _may_change(
    world: World, commands: Sequence[BookingCommand], may_end: Ending
) -> list[tuple[UUID, Booking]]:
    """The bookings, with their tenants, whose credits or codes may be used up or given back by these commands: all
    where something may end, and a customer's own that `BookSession` and `ConfirmHold` confirm."""
    found = [(tenant_id, booking) for (tenant_id, _), state in may_end for booking in state.bookings.values()]
    for command in commands:
        if isinstance(command, msg.BookSession | msg.ConfirmHold):
            state = world.sessions.get((command.tenant_id, command.session_id))
            customer = customer_of(command)
            own = state.bookings.get(customer) if state is not None and customer is not None else None
            if own is not None:
                found.append((command.tenant_id, own))
    return found


def _resolved(command: BookingCommand, merged: dict[CustomerKey, UUID]) -> BookingCommand:
    customer = customer_of(command)
    survivor = merged.get((command.tenant_id, customer)) if customer is not None else None
    if survivor is None:
        return command
    contact = contact_of(command)
    if contact is not None:
        return command.model_copy(update={"contact": contact.model_copy(update={"customer_id": survivor})})
    return command.model_copy(update={"customer_id": survivor})
