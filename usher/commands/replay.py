"""What does `usher replay-inbound` do? It takes stored webhook bodies through today's adapters, and counts what is new."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from usher.loop import run

if TYPE_CHECKING:
    from services.gateway.replay import Report, Which
    from shared.settings import Settings


def replay_command(
    since: Annotated[
        str | None,
        typer.Option(help="Only what came at or after this: ISO 8601, UTC unless it says otherwise."),
    ] = None,
    until: Annotated[str | None, typer.Option(help="Only what came before this.")] = None,
    channel: Annotated[str | None, typer.Option(help="Only of this channel: whatsapp, telegram, …")] = None,
    account: Annotated[str | None, typer.Option(help="Only for this account of the channel.")] = None,
    tenant: Annotated[str | None, typer.Option(help="Only for the business with this slug.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come of it, and write nothing.")
    ] = False,
) -> None:
    """Read the webhook bodies of the last days again; what was taken already is not taken twice.

    After a fix of an adapter, what could not be read before becomes messages; the running gateway passes them on.
    Needs `USHER_DATABASE_URL` and the gateway's `USHER_SECRETS_KEY`. Bodies are kept `USHER_RAW_RETENTION_HOURS`.

    Examples:

    - `usher replay-inbound --since 2026-11-20 --dry-run`
    - `usher replay-inbound --channel whatsapp --tenant casa`
    """
    from services.gateway.replay import Which
    from shared.ids import tenant_id_of
    from usher.configured import load_settings, require, with_running_servers

    settings = with_running_servers(load_settings())
    require(settings, "database_url")
    nothing = Which()
    which = Which(
        _instant(since) or nothing.since,
        _instant(until) or nothing.until,
        channel,
        account,
        tenant_id_of(tenant) if tenant else None,
    )
    report = run(_replay(settings, which, dry=dry_run))
    for line in lines(report, dry=dry_run):
        typer.echo(line)


def lines(report: Report, *, dry: bool) -> list[str]:
    """What the operator reads."""
    new = "would be new" if dry else "new"
    told = [
        f"{report.requests} requests, {report.items} items: {report.new} {new}, {report.there} already there, "
        f"{report.unreadable} unreadable or nobody's"
    ]
    if report.sealed:
        told.append(f"{report.sealed} requests could not be opened. The first: {report.first}")
    return told


async def _replay(settings: Settings, which: Which, *, dry: bool) -> Report:
    from services.gateway.accounts import Directory
    from services.gateway.app import load_channels
    from services.gateway.replay import Replay
    from services.gateway.secrets import Vault
    from services.gateway.store.accounts import AccountStore
    from services.gateway.store.inbox import InboxStore
    from services.gateway.store.raw import RawStore
    from shared.db import Database

    vault = Vault.from_settings(settings)
    db = await Database.open(settings.database_url or "", size=2, name="usher replay-inbound")
    try:
        replay = Replay(
            load_channels(settings),
            Directory(AccountStore(db, vault)),
            RawStore(db),
            InboxStore(db, resend_after=0.0),
            vault,
        )
        return await replay.run(which, dry=dry)
    finally:
        await db.close()


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no instant such as 2026-11-20 or 2026-11-20T18:30+01:00."
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
