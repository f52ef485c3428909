"""How does a supervisor run in a terminal? Until Ctrl-C or SIGTERM; a second Ctrl-C does not wait."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

from usher.child import Progress
from usher.supervisor import Supervisor

KILLED_STATUS = 130
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def run_until_stopped(
    supervisor: Supervisor,
    progress: Progress,
    while_running: Callable[[Supervisor], Awaitable[None]] | None = None,
) -> None:
    """Start, then stay until a signal; then stop everything and return.

    `while_running` is awaited once all is ready (a banner, a script); when it returns we go on waiting, when
    it raises, everything is stopped and the error is raised here. Errors of `Supervisor.start` likewise.
    """
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()

    def on_signal() -> None:
        if asked.is_set():
            supervisor.kill_now()
            os._exit(KILLED_STATUS)
        asked.set()
        progress("stopping (Ctrl-C again to kill at once)")

    for each in STOP_SIGNALS:
        loop.add_signal_handler(each, on_signal)
    work = asyncio.create_task(_work(supervisor, while_running))
    stop = asyncio.create_task(asked.wait())
    try:
        done, _ = await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        if work in done:
            work.result()
            await stop
    finally:
        for task in (work, stop):
            task.cancel()
        await asyncio.gather(work, stop, return_exceptions=True)
        await supervisor.stop()
        for each in STOP_SIGNALS:
            loop.remove_signal_handler(each)
    progress("stopped")


async def _work(
    supervisor: Supervisor, while_running: Callable[[Supervisor], Awaitable[None]] | None
) -> None:
    await supervisor.start()
    if while_running is not None:
        await while_running(supervisor)
