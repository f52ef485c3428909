"""What do the commands of `usher channel` have in common? The way to the accounts, hidden prompts, what is shown."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

import typer

from usher.loop import run

if TYPE_CHECKING:
    from services.gateway.channels import Need
    from services.gateway.provider_check import Finding
    from services.gateway.sender import Caller
    from usher.channels import Desk

WRONG_STATUS = 1
COLUMNS = ("tenant", "channel", "account", "number", "secrets", "state")
T = TypeVar("T")


def at_desk(work: Callable[[Desk], Awaitable[T]]) -> T:
    """What `work` returns, done with the accounts of the configured database. Raises `UsherError`."""
    from usher.channels import opened
    from usher.configured import load_settings, require, with_running_servers

    settings = with_running_servers(load_settings())
    require(settings, "database_url")

    async def all_of_it() -> T:
        async with opened(settings) as desk:
            return await work(desk)

    return run(all_of_it())


@asynccontextmanager
async def calling() -> AsyncIterator[Caller]:
    """A caller of providers, for as long as the block lasts."""
    from services.gateway.sender import Caller

    caller = Caller(connections=4)
    await caller.start()
    try:
        yield caller
    finally:
        await caller.stop()


def ask(need: Need) -> str:
    """The secret that the operator enters, unseen. Raises `ChannelError` when nobody can be asked."""
    from usher.channels import ChannelError

    try:
        given = str(typer.prompt(f"{need.name} ({need.about})", hide_input=True, err=True)).strip()
    except typer.Abort:
        given = ""
    if not given:
        raise ChannelError(
            f"The secret {need.name} is needed: enter it, or name where it is with --secret-from {need.name}=VARIABLE "
            f"or --secret-file {need.name}=PATH."
        )
    return given


def show(findings: Sequence[Finding]) -> None:
    """A line for each: what is well, or what is wrong and what to do."""
    for finding in findings:
        typer.echo(
            f"  ✓ {finding.about}" if finding.problem is None else f"  ✗ {finding.about}: {finding.problem}"
        )


def end(findings: Sequence[Finding]) -> None:
    """Exit with 1 when something is wrong."""
    if any(finding.problem is not None for finding in findings):
        raise typer.Exit(WRONG_STATUS)


def print_json(document: object) -> None:
    """For programs."""
    typer.echo(json.dumps(document, indent=1, ensure_ascii=False))


def print_table(accounts: Sequence[dict[str, object]]) -> None:
    """For people; `accounts` as `Desk.as_document` gives them."""
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    if not accounts:
        typer.echo("There are no channel accounts: `usher channel add` makes one.")
        return
    table = Table(*(Column(name, overflow="fold") for name in COLUMNS), box=None, pad_edge=False)
    for account in accounts:
        cells = {**account, "secrets": _secrets(account), "state": _state(account)}
        table.add_row(*(Text(str(cells[name] or "")) for name in COLUMNS))
    Console().print(table)


def _secrets(account: dict[str, object]) -> str:
    if account["problem"]:
        return f"cannot be opened: {account['problem']}"
    counts = account["secrets"]
    if not isinstance(counts, dict):
        return ""
    return ", ".join(name if count == 1 else f"{name} ×{count}" for name, count in counts.items())


def _state(account: dict[str, object]) -> str:
    if account["state"] != "paused":
        return "active"
    until = f" until {account['paused_until']}" if account["paused_until"] else ""
    return f"paused{until}: {account['reason']}"
