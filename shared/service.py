"""What a service is to whoever runs it: start, stop, ready; and running one or several in a process with /health and /metrics."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Sequence
from typing import Protocol

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared import tasks
from shared.settings import OPS_PORTS, Settings
from shared.telemetry import configure_logging, configure_tracing, get_logger


class Service(Protocol):
    """One of the five. `build(settings)` in its `app.py` makes it; nothing is opened before `start`."""

    name: str

    async def start(self) -> None:
        """Open connections and begin to work; waits for servers that are not there yet."""

    async def stop(self) -> None:
        """Finish what is under way, give back what is owned, close connections."""

    async def ready(self) -> dict[str, bool]:
        """What the service needs in order to work, and whether it has it."""


def ops_app(services: Sequence[Service]) -> web.Application:
    """/health/live, /health/ready (503 with the missing part named) and /metrics for these services."""

    async def live(_request: web.Request) -> web.Response:
        return web.json_response({"status": "live", "services": [s.name for s in services]})

    async def ready(_request: web.Request) -> web.Response:
        checks = {f"{s.name}.{part}": ok for s in services for part, ok in (await s.ready()).items()}
        status = 200 if all(checks.values()) else 503
        return web.json_response(
            {"status": "ready" if status == 200 else "not ready", "checks": checks}, status=status
        )

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get("/health/live", live)
    app.router.add_get("/health/ready", ready)
    app.router.add_get("/metrics", metrics)
    return app


async def run_services(services: Sequence[Service], settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. Ends with an error when a service cannot start or background work fails."""
    configure_logging(settings)
    configure_tracing(settings, "+".join(s.name for s in services))
    stopping = asyncio.Event()
    failures: list[BaseException] = []

    def fatal(error: BaseException) -> None:
        failures.append(error)
        stopping.set()

    tasks.on_fatal(fatal)
    loop = asyncio.get_running_loop()
    for sig in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sig, stopping.set)
    runner = web.AppRunner(ops_app(services), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, settings.ops_host, settings.ops_port or OPS_PORTS[services[0].name]).start()
    starting = asyncio.create_task(_start_all(services))
    stop_asked = asyncio.create_task(stopping.wait())
    await asyncio.wait({starting, stop_asked}, return_when=asyncio.FIRST_COMPLETED)
    tune_garbage_collection()
    if starting.done():
        starting.result()
        await stop_asked
    else:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
    for service in reversed(services):
        await service.stop()
    await runner.cleanup()
    tasks.no_longer(fatal)
    if failures:
        raise failures[0]


async def _start_all(services: Sequence[Service]) -> None:
    for service in services:
        await service.start()
        get_logger(service.name).info("service_started")


def tune_garbage_collection() -> None:
    """For a process that has started: collect seldom, and never what is there by now."""
    # What was imported and started stays for ever: never walk it again. The default threshold (700 objects) made
    # collections a fifth of booking's CPU time under load.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
