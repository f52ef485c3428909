"""`make bench`: all figures in one run on one machine, written to build/bench.json and docs/benchmarks.md."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from devkit.bench import commands, conversations, language, latency, scale, webchat, webhooks
from devkit.bench.report import Figure, figures_of, write_json, write_page
from devkit.demo.world import DemoSupervisor, private_world
from usher.loop import run
from usher.supervisor import SERVICES

NAMES = ("language", "commands", "webhooks", "webchat", "latency", "conversations", "scale")

UNLIMITED: Final[dict[str, Any]] = {
    "ip_per_second": 10**6,
    "tenant_per_second": 10**6,
    "sender_per_minute": 10**6,
}
"""A load that comes from one address and is for one tenant is not what the limits are for."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def bench(
    only: Annotated[
        list[str] | None,
        typer.Option(help="language, commands, webhooks, webchat, latency or scale; default all."),
    ] = None,
    page: Annotated[Path, typer.Option(help="The page to write (only when everything was measured).")] = Path(
        "docs/benchmarks.md"
    ),
) -> None:
    """Measure Usher against its peers, interleaved in one run (about twelve minutes; use an otherwise idle machine)."""
    console = Console(highlight=False)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    figures = run(_measure(tuple(only or NAMES), console))
    write_json(figures, Path("build/bench.json"))
    if not only:
        write_page(figures, page, date.today(), load)  # the day on the machine's wall
        console.print(f"written: build/bench.json, {page}")


async def _measure(names: tuple[str, ...], console: Console) -> list[Figure]:
    figures: list[Figure] = []
    if "language" in names:
        console.print("• times in customers' words")
        figures += _tell(language.measure(console.print), console)
    if "commands" in names:
        async with _running(("booking",)) as supervisor:
            console.print("• booking commands against pgbench")
            figures += _tell(await commands.Bench(supervisor.settings).measure(), console)
    if "webhooks" in names:
        async with _running(("gateway",)) as supervisor:
            console.print("• webhooks against an empty handler and against pywa")
            figures += _tell(await webhooks.measure(supervisor.world), console)
    if "webchat" in names:
        async with _running(("gateway",)) as supervisor:
            console.print("• web-chat pages that are open")
            figures += _tell(await webchat.measure(supervisor.settings), console)
    if "latency" in names:
        async with _running(SERVICES) as supervisor:
            console.print("• message in to reply out")
            figures += _tell([await latency.measure(supervisor.world)], console)
    if "conversations" in names:
        async with _running(("booking",)) as supervisor:
            console.print("• turns of the agent, 500 conversations")
            figures += _tell(await conversations.measure(supervisor.settings), console)
    if "scale" in names:
        console.print("• a mixed load on 10,000 and on 1,000,000 bookings; slot search; memory")
        figures += _tell(await scale.measure(), console)
    return figures


def _tell(figures: list[Figure], console: Console) -> list[Figure]:
    """Show figures as soon as they are there: a whole run takes long."""
    for figure in figures:
        console.print(
            f"[bold]{figure.name}[/] {figures_of(figure.value)} {figure.unit}, peer {figures_of(figure.peer)}, "
            f"ratio {figure.ratio:.2f}"
            + (f" ({figure.target}: {'yes' if figure.reached else 'NO'})" if figure.target else "")
        )
        console.print(f"  [dim]{figure.note}[/]")
    return figures


@asynccontextmanager
async def _running(services: tuple[str, ...]) -> AsyncIterator[DemoSupervisor]:
    with TemporaryDirectory(prefix="usher-bench-", ignore_cleanup_errors=True) as folder:
        # Nobody confirms what a lone service sends: repeats would only disturb the measurement.
        world = private_world(Path(folder), resend_after_seconds=3600.0, log_level="warning", **UNLIMITED)
        async with DemoSupervisor(world, services=services) as supervisor:
            yield supervisor


if __name__ == "__main__":
    app()
