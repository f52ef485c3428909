"""An agent killed (SIGKILL) at every step of a turn there is: one booking, one reply, no stored model answer asked again."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from services.agent.reply import reply_id
from services.booking.app import BookingService
from shared.db import Database
from shared.messages.conversation import TextContent
from shared.settings import Settings
from tests.integration.agent.conftest import Customer
from tests.integration.agent.dies_at_a_step import SteppingAgent
from tests.integration.conftest import eventually
from usher.embedded.ports import choose
from usher.environment import child_environment

MODULE = "tests.integration.agent.dies_at_a_step"


@asynccontextmanager
async def nursery(settings: Settings) -> AsyncIterator[Process]:
    """The process that starts agents and says how they ended."""
    # What is killed cannot say which lines it ran, so it need not count them.
    counted = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    environment = child_environment(settings.model_copy(update={"ops_port": choose()}), counted)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", MODULE, stdin=PIPE, stdout=PIPE, env=environment
    )
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


async def said_by(process: Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()


async def begun(process: Process, step: int, file: Path) -> int:
    """An agent that dies at this step; its process id."""
    assert process.stdin is not None
    process.stdin.write(f"{step} {file}\n".encode())
    await process.stdin.drain()
    return int(await said_by(process))


@asynccontextmanager
async def survivor(settings: Settings, steps: list[str]) -> AsyncIterator[None]:
    """An agent in this process that says its steps too."""
    service = SteppingAgent(settings, steps.append)
    await service.start()
    try:
        yield
    finally:
        await service.stop()


@pytest.mark.no_cover  # the same lines at each step
@pytest.mark.timeout(300)  # a start of the agent for each step
async def test_an_agent_killed_at_any_step_of_a_turn_books_once_and_answers_once(
    quick: Settings, booking: BookingService, customer: Customer, db: Database, tmp_path: Path
) -> None:
    def another() -> Customer:
        return replace(customer, user_id=f"3519{uuid4().int % 10**8:08d}")

    whole: list[str] = []
    async with survivor(quick, whole):
        first = another()
        await first.answered("yoga tomorrow at 7pm")
        whole.clear()
        await first.answered("yes please")
        await eventually(lambda: "reply published, message not confirmed" in whole)
        names = whole[: whole.index("reply published, message not confirmed") + 1]
        customers = [another() for _ in names]
        # A class has ten places.
        words = [f"yoga in {2 + n % 4} days at 7pm" for n in range(len(customers))]
        await asyncio.gather(*(one.answered(text) for one, text in zip(customers, words, strict=True)))
    assert len(names) >= 14, (
        names
    )  # two answers of the model, the command, the steps, the turn: before and after each
    assert "outcome received, not stored" in names

    async with nursery(quick) as process:
        for number, (name, one) in enumerate(zip(names, customers, strict=True), 1):
            file, after = tmp_path / f"{number}.txt", list[str]()
            message = one.message(TextContent(text="yes please"))
            await one.gateway.hand_over(message)
            await begun(process, number, file)
            async with asyncio.timeout(60):
                assert await said_by(process) == "killed", name
            before = file.read_text().splitlines()
            async with survivor(quick, after):
                await eventually(lambda m=message: m.message_id in customer.gateway.receipts)

            case = f"killed at {name!r}, step {number}"
            assert before[-1] == name, case
            sent = [m for m in one.gateway.sent[one.conversation_id] if m.purpose == "reply"]
            assert [m.message_id for m in sent[1:]] == [reply_id(message.message_id, 0)], case
            assert one.replies[-1] == "Done.", case
            # Only an answer that was lost before it was stored is asked for again.
            lost = name == "model answered" or name.startswith("not stored: model:")
            assert [*before, *after].count("model answered") == 2 + lost, case
            async with db.tenant(one.gateway.tenant_id) as connection:
                booked = await connection.fetchval(
                    "SELECT count(*) FROM booking.bookings WHERE status = 'confirmed'"
                )
            assert booked == number + 1, case
