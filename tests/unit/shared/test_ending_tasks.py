"""Do background tasks end when they are told to, even when a library swallows the first telling?"""

from __future__ import annotations

import asyncio

from shared.tasks import ended, finished


async def test_a_task_whose_library_swallowed_the_cancellation_is_told_again() -> None:
    swallowed = 0

    async def stubborn() -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if swallowed == 2:
                    raise
                swallowed += 1

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await ended(task, every=0.01)

    assert task.cancelled()
    assert swallowed == 2


async def test_tasks_that_are_over_already_are_no_hindrance() -> None:
    async def brief() -> None:
        return

    task = asyncio.create_task(brief())
    await task
    await ended(task)
    await ended()

    assert not task.cancelled()


async def test_work_under_way_is_waited_for_through_several_cancellations() -> None:
    gate = asyncio.Event()
    done: list[str] = []

    async def batch() -> None:
        await gate.wait()
        done.append("batch")

    async def reader() -> None:
        work = asyncio.ensure_future(batch())
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            await finished(work)
            raise

    task = asyncio.create_task(reader())
    await asyncio.sleep(0)
    ending = asyncio.create_task(ended(task, every=0.01))
    for _ in range(5):
        await asyncio.sleep(0.01)
    gate.set()
    await ending

    assert done == ["batch"]
    assert task.cancelled()
