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


def _look(task: asyncio.Task[None]) -> None:
    if task.cancelled():
        return
    error = task.exception()
    if error is None:
        return
    get_logger("tasks").critical("task_failed", task=task.get_name(), error=repr(error), exc_info=error)
    for listener in list(_listeners):
        listener(error)
