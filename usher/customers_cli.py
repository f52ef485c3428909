"""What does `usher customer` do? Staff find a customer, hand out what is stored of them, block them, or forget them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from shared.errors import UsherError
from usher.loop import run

if TYPE_CHECKING:
    from services.booking.people_find import Found
    from usher.customers import CustomerDesk

T = TypeVar("T")

MOST = 50
CONFIRMED = "erase"

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Customers of a business: find, show, export, erase, block, unblock.\n\n"
    "A customer is named by their id (as `find` shows it), their phone number with the country's code, their id on a "
    "channel, or their whole name when only one has it. Booking has to run: it decides, as about every command.",
)

Tenant = Annotated[str, typer.Option("--tenant", "-t", help="The slug of the business.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON document.")]
Who = Annotated[str, typer.Argument(help="Id, phone number (+351 912…), id on a channel, or whole name.")]


@app.command("find")
def find_command(
    text: Annotated[str, typer.Argument(help="Part of a name, the last digits of a phone number, or an id.")],
    tenant: Tenant,
    as_json: AsJson = False,
) -> None:
    """List the customers that this may mean, by name. Only this business's; who was forgotten is not among them.

    Examples:

    - `usher customer find maria --tenant casa`
    - `usher customer find "912 345 678" -t casa --json`
    """
    found = _at_work(tenant, lambda desk: desk.find(text, limit=MOST + 1))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found[:MOST]], indent=1, default=str))
        return
    for one in found[:MOST]:
        typer.echo(_line(one))
    if not found:
        typer.echo("nobody: try a part of the name, or the last digits of the number")
    elif len(found) > MOST:
        typer.echo(f"… and more than these {MOST}: say more of the name")


@app.command("show")
def show_command(who: Who, tenant: Tenant, as_json: AsJson = False) -> None:
    """Show who this is, whether they are blocked, and their coming bookings.

    Example: `usher customer show "+351 912 345 678" --tenant casa`
    """

    async def look(desk: CustomerDesk) -> tuple[Found, list[dict[str, object]]]:
        one = await desk.the_one(who)
        coming = await desk.coming(one.customer_id)
        return one, [
            {
                "reference": each.reference,
                "service": each.session.service_name,
                "at": each.session.local,
                "status": str(each.status),
            }
            for each in coming
        ]

    one, coming = _at_work(tenant, look)
    if as_json:
        typer.echo(json.dumps({**asdict(one), "coming": coming}, indent=1, default=str))
        return
    typer.echo(_line(one))
    for identity in one.identities:
        typer.echo(f"  known as {identity}")
    typer.echo(
        f"  since {one.created_at:%Y-%m-%d}"
        + (f", tier {one.tier}" if one.tier else "")
        + (f", booked last on {one.last_booked_at:%Y-%m-%d}" if one.last_booked_at else "")
    )
    for booking in coming:
        typer.echo(f"  {booking['reference']} {booking['service']}, {booking['at']}: {booking['status']}")


@app.command("export")
def export_command(
    who: Who,
    tenant: Tenant,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A new file, for your eyes only; standard output without."),
    ] = None,
) -> None:
    """Write all that booking stores about this customer as JSON: table → rows. It is theirs to have.

    Conversations are not in it: `usher conversation list --all` and `show` have the words.

    Examples:

    - `usher customer export +351912345678 --tenant casa --out maria.json`
    - `usher customer export 5f0c… -t casa | jq .bookings`
    """
    if out and out.exists():
        raise UsherError(f"{out} exists already: give --out another name.")

    async def take(desk: CustomerDesk) -> dict[str, list[dict[str, object]]]:
        return (await desk.export((await desk.the_one(who)).customer_id)).data

    text = json.dumps(_at_work(tenant, take), indent=1, ensure_ascii=False)
    if out is None:
        typer.echo(text)
        return
    _write_new(out, text + "\n")
    typer.echo(f"written to {out}", err=True)


@app.command("erase")
def erase_command(
    who: Who,
    tenant: Tenant,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; for programs.")] = False,
) -> None:
    """Forget this customer for good: name, number, words and receipts. Past bookings and the books stay, without them.

    Refused while they have coming bookings. The other services follow within moments, or when they run again. There is
    no way back; `export` first what has to be kept.

    Examples:

    - `usher customer erase "+351 912 345 678" --tenant casa`
    - `usher customer erase 5f0c… -t casa --yes`
    """
    one = _at_work(tenant, lambda desk: desk.the_one(who))
    if not yes:
        typer.echo(_line(one))
        _confirm()
    _at_work(tenant, lambda desk: desk.erase(one.customer_id))
    typer.echo(f"forgotten: {one.customer_id} (`usher audit` tells if another service does not follow)")


@app.command("block")
def block_command(
    who: Who,
    tenant: Tenant,
    reason: Annotated[str | None, typer.Option(help="Why; for the business only.")] = None,
) -> None:
    """Let this customer book no more. What they have booked stays.

    Example: `usher customer block +351912345678 --tenant casa --reason "three no-shows"`
    """

    async def block(desk: CustomerDesk) -> Found:
        one = await desk.the_one(who)
        await desk.block(one.customer_id, reason=reason)
        return one

    one = _at_work(tenant, block)
    typer.echo(f"blocked: {one.customer_id} {one.name or ''}".rstrip())


@app.command("unblock")
def unblock_command(who: Who, tenant: Tenant) -> None:
    """Let this customer book again; the reason is dropped.

    Example: `usher customer unblock +351912345678 --tenant casa`
    """

    async def unblock(desk: CustomerDesk) -> Found:
        one = await desk.the_one(who)
        await desk.unblock(one.customer_id)
        return one

    one = _at_work(tenant, unblock)
    typer.echo(f"may book again: {one.customer_id} {one.name or ''}".rstrip())


def _line(one: Found) -> str:
    state = ""
    if one.blocked_at:
        why = f": {one.blocked_reason}" if one.blocked_reason else ""
        state = f" (blocked since {one.blocked_at:%Y-%m-%d}{why})"
    reached = one.phone or ", ".join(one.identities) or "no number"
    return f"{one.customer_id} {one.name or '?'}, {reached}{state}"


def _confirm() -> None:
    """Raises `UsherError` unless the word is typed."""
    try:
        said: str = typer.prompt(
            f"There is no way back. Type `{CONFIRMED}` to forget this person", default="", show_default=False
        )
    except typer.Abort as error:  # nobody to ask
        raise UsherError("Nothing was done: nobody confirmed it. Say --yes where nobody can.") from error
    if said.strip().lower() != CONFIRMED:
        raise UsherError(f"Nothing was done: `{CONFIRMED}` was not typed.")


def _write_new(out: Path, text: str) -> None:
    """Raises `UsherError` when it cannot be written, or has come to be meanwhile."""
    try:
        out.touch(mode=0o600, exist_ok=False)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsherError(f"{out} cannot be written: {error.strerror}.") from error


def _at_work(tenant: str, work: Callable[[CustomerDesk], Awaitable[T]]) -> T:
    """What `work` returns, done with this business's customers. Raises `UsherError`."""
    from usher.configured import load_settings, require, with_running_servers

    settings = with_running_servers(load_settings())
    require(settings, "database_url", "nats_url")

    async def at_work() -> T:
        from usher.customers import open_desk

        async with open_desk(settings, tenant) as desk:
            return await work(desk)

    return run(at_work())
