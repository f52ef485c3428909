"""What does `usher deliveries` tell? How many messages are where, and why those that did not arrive did not."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from usher.loop import run

if TYPE_CHECKING:
    from services.gateway.store.delivery_reports import Count, Line
    from shared.settings import Settings

DAYS = 7


def deliveries_command(
    tenant: Annotated[str | None, typer.Option(help="The slug of one business; all of them without.")] = None,
    held: Annotated[bool, typer.Option("--held", help="Only what waits: no template, no consent.")] = False,
    rejected: Annotated[bool, typer.Option("--rejected", help="Only what was never sent.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Only what could not be delivered.")] = False,
    since: Annotated[
        datetime | None,
        typer.Option(help=f"UTC; the last {DAYS} days without.", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
    ] = None,
    retry: Annotated[list[UUID] | None, typer.Option(metavar="ID", help="Have this one tried again.")] = None,
    all_held: Annotated[bool, typer.Option("--all-held", help="Have all that is held tried again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
) -> None:
    """Say how many messages are in which state, and list those that need a look, with the reason.

    Neither the words nor the recipient are shown. Needs only `USHER_DATABASE_URL`.

    Examples:

    - `usher deliveries --held --tenant casa`
    - `usher deliveries --json | jq '.deliveries[].reason'`
    - `usher deliveries --retry 5f0c…`
    - `usher deliveries --all-held`
    """
    from usher.configured import load_settings, require, with_running_servers

    settings = with_running_servers(load_settings())
    require(settings, "database_url")
    begin = since.replace(tzinfo=UTC) if since else datetime.now(UTC) - timedelta(days=DAYS)
    if retry or all_held:
        typer.echo(f"{run(_put_back(settings, tenant, retry or [], all_held=all_held))} put back")
        return
    chosen = [name for name, wanted in (("held", held), ("rejected", rejected), ("failed", failed)) if wanted]
    counts, lines = run(_read(settings, tenant, begin, chosen))
    if as_json:
        import json

        document = {"counts": [asdict(one) for one in counts], "deliveries": [asdict(one) for one in lines]}
        typer.echo(json.dumps(document, indent=1, default=str))
        return
    for count in counts:
        typer.echo(f"{count.channel} {count.account_id}: {count.number} {count.state}")
    for line in lines:
        typer.echo(
            f"{line.since:%Y-%m-%d %H:%M} {line.id} {line.channel} to {line.to} ({line.purpose}) {line.state}: {line.reason}"
        )


async def _read(
    settings: Settings, tenant: str | None, since: datetime, states: list[str]
) -> tuple[list[Count], list[Line]]:
    from services.gateway.store.delivery_reports import NEEDS_A_LOOK, DeliveryReports
    from shared.db import Database
    from shared.ids import tenant_id_of

    db = await Database.open(settings.database_url or "", size=1, name="usher deliveries")
    try:
        reports = DeliveryReports(db, tenant_id_of(tenant) if tenant else None, since)
        return await reports.counts(), await reports.lines(states or NEEDS_A_LOOK)
    finally:
        await db.close()


async def _put_back(settings: Settings, tenant: str | None, ids: list[UUID], *, all_held: bool) -> int:
    from services.gateway.store.delivery_reports import DeliveryReports
    from shared.db import Database
    from shared.ids import tenant_id_of

    db = await Database.open(settings.database_url or "", size=1, name="usher deliveries")
    try:
        reports = DeliveryReports(db, tenant_id_of(tenant) if tenant else None, datetime.now(UTC))
        return await reports.put_back(ids, all_held=all_held)
    finally:
        await db.close()
