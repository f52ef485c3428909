"""`make demo`: everything on this machine with a phone in the browser; `--script` plays the conversations headless."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Annotated
from urllib.parse import quote

import typer
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from devkit.demo.channels import accounts
from devkit.demo.world import DemoSupervisor, World, build_world, private_world
from shared.errors import UsherError
from shared.settings import Settings
from usher.child import LineSink, Progress
from usher.foreground import run_until_stopped
from usher.supervisor import Supervisor, drop_line

SCRIPT_FOLDER = Path(".usher-script")
PERSON = "+351912000001"

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def demo(
    script: Annotated[
        bool, typer.Option(help="Play the scripted conversations, check them, and end.")
    ] = False,
    verbose: Annotated[bool, typer.Option(help="Show what the services log.")] = False,
) -> None:
    """Run Usher with two demo businesses, a WhatsApp phone and a web chat in the browser, and an emulated Telegram bot
    and SMS number (Ctrl-C stops everything)."""
    console = Console(highlight=False)
    try:
        asyncio.run(_script(console, verbose) if script else _interactive(console, verbose))
    except UsherError as error:
        console.print(f"[red]{escape(str(error))}[/]")
        raise typer.Exit(1) from None


async def _interactive(console: Console, verbose: bool) -> None:
    started = time.monotonic()
    world = build_world(Settings())
    supervisor = DemoSupervisor(world, progress=_progress(console), on_line=_lines(console, verbose))

    async def banner(_: Supervisor) -> None:
        console.print(_banner(world, time.monotonic() - started))
        for line in _by_hand(world):  # to be copied: no frame, no line breaks
            console.print(line, soft_wrap=True)

    await run_until_stopped(supervisor, _progress(console), banner)


async def _script(console: Console, verbose: bool) -> None:
    from devkit.demo.play import play

    # Its own folder and free ports: a demo in use, and what earlier runs booked, stay untouched.
    shutil.rmtree(SCRIPT_FOLDER, ignore_errors=True)
    world = private_world(SCRIPT_FOLDER)
    supervisor = DemoSupervisor(world, progress=_progress(console), on_line=_lines(console, verbose))
    async with supervisor:
        outcome = await play(world, supervisor.settings.database_owner_url or "", console)
    shutil.rmtree(SCRIPT_FOLDER, ignore_errors=True)
    if outcome.latencies:
        console.print(
            f"\n{len(outcome.latencies)} steps, message to last answer: median {median(outcome.latencies):.0f} ms, "
            f"slowest {max(outcome.latencies):.0f} ms"
        )
    for problem in outcome.problems:
        console.print(f"[red]✗[/] {escape(problem)}")
    if outcome.problems:
        raise typer.Exit(1)
    console.print("[green]✓[/] every booking is in the database, every customer got exactly their messages")


def _banner(world: World, seconds: float) -> Panel:
    names = "\n".join(f"  • {tenant['name']} ({tenant['timezone']})" for tenant in world.seed["tenants"])
    chats = [
        f"{world.settings.public_url}/webchat/{one['account_id']}/demo"
        for one in accounts(world.seed, "webchat")
    ]
    pages = "".join(f"Or the web chat on a page:\n\n  [bold]{url}[/]\n\n" for url in chats)
    return Panel(
        f"Usher is ready after {seconds:.1f} s. Open the phone:\n\n  [bold]{world.phone_url}[/]\n\n{names}\n\n{pages}"
        'Try: "I want yoga tomorrow at 7pm", then "yes please", or record a voice note.\n'
        f"Data stays in {world.settings.data_dir}; Ctrl-C stops everything.",
        title="Usher",
        border_style="green",
    )


def _by_hand(world: World) -> Iterator[str]:
    """How to write to the accounts that have no page of their own, and to read what they answer."""
    post = "  curl -H 'Content-Type: application/json' -d"
    for bot in accounts(world.seed, "telegram"):
        url = f"{world.settings.telegram_api_url}/_control"
        yield f"[bold]Telegram[/] as person 1001 to @{bot.get('display_number') or bot['account_id']}, and what is in the chat:"
        yield escape(
            f'{post} \'{{"text": "yoga tomorrow"}}\' {url}/bots/{bot["account_id"]}/people/1001/text'
        )
        yield escape(f"  curl {url}/state")
    for number in accounts(world.seed, "twilio_sms"):
        url, ours, person = f"{world.settings.twilio_api_url}/_control/messages", number["account_id"], PERSON
        yield f"[bold]SMS[/] to {ours}, and what came back:"
        written = f'{{"number": "{ours}", "person": "{person}", "body": "yoga tomorrow"}}'
        yield escape(f"{post} '{written}' {url}")
        yield escape(f"  curl '{url}?person={quote(person)}'")


def _progress(console: Console) -> Progress:
    return lambda sentence: console.print(f"[dim]•[/] {escape(sentence)}")


def _lines(console: Console, verbose: bool) -> LineSink:
    if not verbose:
        return drop_line
    return lambda name, line: console.print(f"[dim]{name:>8}[/] {escape(line)}")


if __name__ == "__main__":
    app()
