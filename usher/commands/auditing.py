"""What does `usher audit` tell? One line for each invariant that is broken, and an exit status for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from usher.loop import run

if TYPE_CHECKING:
    from services.booking.audit import Breach

BREACHES_STATUS = 1
COULD_NOT_RUN_STATUS = 2


def audit_command(
    tenant: Annotated[str | None, typer.Option(help="The slug of one business; all of them without.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
) -> None:
    """Check that nothing is broken: seats, calendars, the ledger, waitlists, holds, payments, messages. Changes nothing.

    Needs only `USHER_DATABASE_URL`. Exits with 0 when all is well (warnings are no breach), 1 when something is
    broken, 2 when the audit could not run.

    Examples:

    - `usher audit`
    - `usher audit --tenant casa --json | jq '.breaches[].text'`
    """
    import asyncpg

    from shared.errors import UsherError
    from usher.output import Terminal

    try:
        breaches, checks = _audit(tenant)
    except (UsherError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        Terminal().error(f"The audit could not run: {error}")
        raise typer.Exit(COULD_NOT_RUN_STATUS) from None
    broken = sum(not breach.warning for breach in breaches)
    if as_json:
        import json

        found = [breach.as_document() for breach in breaches]
        typer.echo(json.dumps({"ok": not broken, "breaches": found}, indent=1))
    else:
        for breach in breaches:
            typer.echo(str(breach))
        warnings = len(breaches) - broken
        typer.echo(f"{checks} invariants looked at: {broken} breaches, {warnings} warnings", err=True)
    if broken:
        raise typer.Exit(BREACHES_STATUS)


def _audit(tenant: str | None) -> tuple[tuple[Breach, ...], int]:
    """What was found, and how many invariants were looked at."""
    from services.booking.audit import audit
    from services.booking.audit_checks import CHECKS
    from usher.configured import load_settings, require, with_running_servers

    settings = with_running_servers(load_settings())
    require(settings, "database_url")
    return run(audit(settings.database_url or "", tenant)), len(CHECKS)
