"""What does `usher conversation` do? A person of the business sees who waits, writes to them, gives them back."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar
from uuid import UUID

import typer

from usher.conversation_settings_cli import operators, rules_command
from usher.loop import run

if TYPE_CHECKING:
    from services.agent.operators import Operators

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Conversations with customers: who waits for a person, what was said, a reply by hand.\n\n"
    "While a person answers, the agent is silent; it knows afterwards what was said.",
)

app.add_typer(operators, name="operators")
app.command("rules")(rules_command)

Tenant = Annotated[str, typer.Option("--tenant", "-t", help="The slug of the business.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON document.")]
Which = Annotated[UUID, typer.Argument(help="The conversation's id, as `list` shows it.")]


@app.command("list")
def list_command(
    tenant: Tenant,
    everyone: Annotated[bool, typer.Option("--all", help="Also those that the agent answers.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the conversations that wait for a person, the longest-waiting first.

    Examples:

    - `usher conversation list --tenant casa`
    - `usher conversation list -t casa --all --json`
    """
    lines = _at_work(tenant, lambda desk: desk.listed(_now(), waiting=not everyone))
    if as_json:
        typer.echo(json.dumps([asdict(line) for line in lines], indent=1, default=str))
        return
    for line in lines:
        state = (
            f"{line.reason or 'paused'} until {line.human_until:%Y-%m-%d %H:%M}"
            if line.human_until
            else "agent"
        )
        who = f"{line.channel} {line.name or '?'}"
        typer.echo(f"{line.conversation_id} {who}: {state}{f' ({line.note})' if line.note else ''}")
    if not lines:
        typer.echo("nobody waits for a person" if not everyone else "no conversations")


@app.command("show")
def show_command(
    conversation: Which,
    tenant: Tenant,
    turns: Annotated[int, typer.Option(min=1, max=200, help="How many of the last exchanges.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show what was said, oldest first. It is what customers wrote: keep it to yourself.

    Example: `usher conversation show 5f0c… --tenant casa`
    """
    said = _at_work(tenant, lambda desk: desk.shown(conversation, turns=turns))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in said], indent=1, default=str))
        return
    for one in said:
        typer.echo(f"{one.at:%Y-%m-%d %H:%M} {one.who}: {one.text}")


@app.command("reply")
def reply_command(
    conversation: Which,
    text: Annotated[str, typer.Argument(help="What to write to the customer.")],
    tenant: Tenant,
) -> None:
    """Write to the customer in their channel. The agent is silent from now on, as long as `usher conversation
    rules` says.

    Example: `usher conversation reply 5f0c… "Hi, Ana here." --tenant casa`
    """
    message_id = _at_work(tenant, lambda desk: desk.reply(conversation, text, _now()))
    typer.echo(f"on its way: {message_id} (`usher deliveries --tenant {tenant}` tells what did not arrive)")


@app.command("hand-back")
def hand_back_command(conversation: Which, tenant: Tenant) -> None:
    """Let the agent answer again.

    Example: `usher conversation hand-back 5f0c… --tenant casa`
    """
    was = _at_work(tenant, lambda desk: desk.hand_back(conversation, _now()))
    typer.echo("the agent answers again" if was else "the agent was answering already")


def _at_work(tenant: str, work: Callable[[Operators], Awaitable[T]]) -> T:
    """What `work` returns, done with this tenant's conversations. Raises `UsherError`."""
    from usher.configured import load_settings, require, with_running_servers

    settings = with_running_servers(load_settings())
    require(settings, "database_url")

    async def at_work() -> T:
        from services.agent.operators import Operators
        from services.agent.tenant_rules import StoredRules
        from shared.db import Database
        from shared.ids import tenant_id_of

        tenant_id = tenant_id_of(tenant)
        db = await Database.open(settings.database_url or "", size=1, name="usher conversation")
        try:
            rules = await StoredRules.of_settings(db, settings).of(tenant_id)
            return await work(Operators(db, tenant_id, hours=rules.hours))
        finally:
            await db.close()

    return run(at_work())


def _now() -> datetime:
    return datetime.now(UTC)
