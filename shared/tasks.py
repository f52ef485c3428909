"""Background work that must not die in silence: a task that fails by itself ends the process, so that it is started again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from shared.telemetry import get_logger

OnFatal = Callable[[BaseException], None]

_listeners: list[OnFatal] = []


def on_fatal(listener: OnFatal) -> None:
    """Have `listener` called when a background task fails (whoever runs the process then stops it)."""
    _listeners.append(listener)


def no_longer(listener: OnFatal) -> None:
    """Undo `on_fatal`."""
    _listeners.remove(listener)


def spawn(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """Run `work` in the background. It may be cancelled or end; when it raises, that is logged and fatal."""
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_look)
    return task


async def ended(*tasks: asyncio.Task[None], every: float = 1.0) -> None:
    """Cancel the tasks and wait until they have ended, asking again every `every` seconds.

    Once is not enough: until Python 3.12 `asyncio.wait_for` (which nats-py's requests use) swallows a
    cancellation that meets its result, and the task goes on as if nothing had been asked.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=every)


async def finished(work: asyncio.Future[None]) -> None:
    """Wait for `work` to end, however often the waiting task is cancelled meanwhile."""
    while not work.done():
        try:
            await asyncio.wait({work})
        except asyncio.CancelledError:
            continue


def _look(task: asyncio.Task[None]) -> None:
    if task.cancelled():
        return
    error = task.exception()
    if error is None:
        return
    get_logger("tasks").critical("task_failed", task=task.get_name(), error=repr(error), exc_info=error)
    for listener in list(_listeners):
        listener(error)
