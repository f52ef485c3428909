"""An instance that is stopped while another serves its sessions: what it writes when it wakes up changes nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from nats.aio.msg import Msg

from services.booking.app import BookingService
from shared import subjects
from shared.bus import HEADER_ID, HEADER_REPLY, MSG_ID
from shared.messages.booking import BookSession, CommandOutcome, RefusalCode
from shared.settings import Settings
from tests.integration.booking.conftest import running
from tests.integration.booking.races.arena import Arena
from tests.integration.conftest import eventually
from usher.embedded.ports import choose

OWNERSHIP = "own booking:%"
"""The database session that holds an instance's partitions."""


@asynccontextmanager
async def freezing(settings: Settings, over: UUID, **race: str) -> AsyncIterator[Process]:
    """A booking service in a process of its own that stops itself over this command."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.booking.races.freezes",
        env={
            **os.environ,
            "USHER_DATABASE_URL": settings.database_url or "",
            "USHER_NATS_URL": settings.nats_url or "",
            "USHER_OPS_PORT": str(choose()),
            "USHER_OWNERSHIP_INTERVAL_SECONDS": "0.1",
            "RACE_COMMAND": str(over),
            **race,
        },
        stdout=PIPE,
    )
    try:
        yield child
    finally:
        child.send_signal(signal.SIGKILL)
        await child.wait()


class Asked:
    """A command that is asked as the agent does: again each second until there is an outcome.

    `answers` are those to the first message, which the instance had that stopped; `later` those to all others.
    """

    def __init__(self, command: BookSession) -> None:
        self.command = command
        self.answers: list[CommandOutcome] = []
        self.later: list[CommandOutcome] = []

    async def ask(self, arena: Arena) -> None:
        await self._ask(arena, self.answers)

    async def outcome(self, arena: Arena) -> CommandOutcome:
        async def again() -> bool:
            await self._ask(arena, self.later)
            return bool(self.later)

        await eventually(again, within=60, every=1)  # type: ignore[arg-type]  # mypy cannot solve its union
        return self.later[0]

    async def answered(self) -> CommandOutcome:
        """The answer to the first message, of which there may be several equal ones."""
        await eventually(lambda: self.answers, within=60)
        assert all(each == self.answers[0] for each in self.answers)
        return self.answers[0]

    async def _ask(self, arena: Arena, heard: list[CommandOutcome]) -> None:
        async def hear(message: Msg) -> None:
            heard.append(CommandOutcome.model_validate_json(message.data))

        inbox = arena.bus.nc.new_inbox()
        await arena.bus.nc.subscribe(inbox, cb=hear)
        command = self.command
        headers = {HEADER_REPLY: inbox, HEADER_ID: str(command.command_id), MSG_ID: inbox}
        subject = subjects.command("booking", command.tenant_id, command.session_id, command.name)
        await arena.bus.nc.publish(subject, command.encode(), headers=headers)


def stopped(child: Process) -> bool:
    """Whether the process is stopped by a signal."""
    return Path(f"/proc/{child.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"


async def backends(settings: Settings, name: str) -> list[int]:
    """The database sessions of this name (as LIKE has it), before another instance has some."""
    connection = await asyncpg.connect(settings.database_url)
    try:
        rows = await connection.fetch("SELECT pid FROM pg_stat_activity WHERE application_name LIKE $1", name)
    finally:
        await connection.close()
    return [row["pid"] for row in rows]


async def fence(settings: Settings, pids: list[int]) -> None:
    """Cut a stopped process off: its claims end with its sessions, and so do its open transactions."""
    connection = await asyncpg.connect(settings.database_url)
    try:
        await connection.execute("SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid", pids)
    finally:
        await connection.close()


async def told(child: Process) -> str:
    """What became of the write of the process that was woken: its first line that is no log."""
    assert child.stdout is not None
    async with asyncio.timeout(60):
        async for line in child.stdout:
            if line.strip() in (b"written", b"conflict", b"lost"):
                return line.decode().strip()
    pytest.fail("the process ended without a word")


@asynccontextmanager
async def taken_over(settings: Settings, child: Process, cut: str) -> AsyncIterator[BookingService]:
    """Another instance, which gets all partitions of the stopped one when its sessions called `cut` are cut off.

    Without `cut` PostgreSQL cuts them off by itself, `FROZEN_AFTER_MS` after it last heard of them.
    """
    await eventually(lambda: stopped(child), within=60)
    theirs = await backends(settings, cut)
    async with running(settings) as (other,):
        if cut:
            await fence(settings, theirs)
        await eventually(lambda: len(other.partitions) == subjects.PARTITIONS, within=60)
        yield other


@pytest.mark.parametrize(
    ("at", "cut", "becomes"),
    [("write", OWNERSHIP, "conflict"), ("commit", "%booking%", "lost"), ("commit", "", "lost")],
)
async def test_what_a_frozen_instance_writes_when_it_wakes_changes_nothing(
    arena: Arena, quick: Settings, at: str, cut: str, becomes: str
) -> None:
    session = await arena.session(await arena.service())
    ana, bea = arena.contact(1), arena.contact(2)
    asked = Asked(arena.booking(session, ana))
    async with freezing(quick, asked.command.command_id, RACE_AT=at) as child:
        await asked.ask(arena)
        async with taken_over(quick, child, cut):
            first = await asked.outcome(arena)
            assert first.booking is not None
            gone = await arena.told(arena.cancelling(session, first.booking.booking_id, ana))
            assert gone.refusal is None
            assert (await arena.told(arena.booking(session, bea))).booking is not None
            before = await arena.snapshot()

            child.send_signal(signal.SIGCONT)

            assert await told(child) == becomes
            assert await asked.answered() == first
            assert await arena.snapshot() == before
    assert await arena.taken(session) == (1, 1)


@pytest.mark.parametrize("guard", ["on", "off"])
async def test_the_last_seat_of_a_frozen_instances_decision_is_oversold_only_without_the_version_guard(
    arena: Arena, quick: Settings, guard: str
) -> None:
    session = await arena.session(await arena.service())
    asked = Asked(arena.booking(session, arena.contact(1)))
    async with freezing(quick, asked.command.command_id, RACE_GUARD=guard) as child:
        await asked.ask(arena)
        await eventually(lambda: stopped(child), within=60)
        # Only the frozen instance knows the command now, so that nobody stores an outcome of it before.
        await arena.bus.js.purge_stream(subjects.COMMANDS)
        async with taken_over(quick, child, OWNERSHIP):
            assert (await arena.told(arena.booking(session, arena.contact(2)))).booking is not None
            before = await arena.snapshot()

            child.send_signal(signal.SIGCONT)

            became = await told(child)
            answer = await asked.answered()
            after = await arena.snapshot()
    if guard == "on":
        assert became == "conflict"
        assert answer.refusal is not None
        assert answer.refusal.code == RefusalCode.SESSION_FULL
        unsaid = {table: rows for table, rows in after.items() if table != "command_outcomes"}
        assert unsaid == {table: rows for table, rows in before.items() if table != "command_outcomes"}
        assert await arena.taken(session) == (1, 1)
    else:
        assert became == "written"
        assert answer.booking is not None
        assert await arena.taken(session) == (1, 2)
