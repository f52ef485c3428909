"""How does a command run what is asynchronous? On uvloop where it exists."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")


def run(work: Coroutine[object, object, T]) -> T:
    """What `work` returns; it runs in an event loop of its own."""
    try:
        import uvloop
    except ImportError:  # pragma: no cover  not on Windows
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)
