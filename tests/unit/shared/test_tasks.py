"""Background work never dies in silence."""

from __future__ import annotations

import asyncio

from shared.tasks import no_longer, on_fatal, spawn


async def test_work_that_fails_is_reported_as_fatal() -> None:
    seen: list[BaseException] = []
    on_fatal(seen.append)

    async def work() -> None:
        raise ValueError("broken")

    task = spawn(work(), "work")
    await asyncio.wait({task})
    await asyncio.sleep(0)  # callbacks run in the next turn of the loop

    assert [str(error) for error in seen] == ["broken"]
    no_longer(seen.append)


async def test_work_that_ends_or_is_cancelled_is_not() -> None:
    seen: list[BaseException] = []
    on_fatal(seen.append)

    async def for_ever() -> None:
        await asyncio.Event().wait()

    async def at_once() -> None:
        return

    cancelled, ended = spawn(for_ever(), "for ever"), spawn(at_once(), "at once")
    await asyncio.wait({ended})
    cancelled.cancel()
    await asyncio.wait({cancelled})
    await asyncio.sleep(0)

    assert seen == []
    no_longer(seen.append)
