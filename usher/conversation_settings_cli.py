"""What can a business set about its conversations? Who is told that somebody waits, and when a person is called."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from usher.loop import run

if TYPE_CHECKING:
    from uuid import UUID

    from services.agent.handoff import Rules
    from services.agent.operator_words import Operator
    from services.agent.tenant_rules import OwnRules
    from shared.db import Database
    from shared.settings import Settings

T = TypeVar("T")

operators = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Who of the business is told, in chat, that a customer waits for a person (docs/handoff.md).",
)

Tenant = Annotated[str, typer.Option("--tenant", "-t", help="The slug of the business.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON document.")]
Channel = Annotated[str, typer.Argument(metavar="CHANNEL", help="whatsapp, telegram, twilio_sms, …")]
Recipient = Annotated[
    str,
    typer.Argument(metavar="RECIPIENT", help="Their number (WhatsApp, SMS), or the channel's id of them."),
]
Account = Annotated[
    str | None,
    typer.Option(help="The business's account that writes to them; not needed when it has one there."),
]


@operators.command("add")
def add_command(
    channel: Channel,
    recipient: Recipient,
    tenant: Tenant,
    account: Account = None,
    name: Annotated[str | None, typer.Option(help="What they are called.")] = None,
    language: Annotated[
        str | None, typer.Option(help="en, es, pt, fr, de or it; the business's without.")
    ] = None,
) -> None:
    """Have somebody told when a customer waits for a person. Again: with another name or language.

    Examples:

    - `usher conversation operators add whatsapp 351912345678 --tenant casa --name Ana`
    - `usher conversation operators add telegram 7712345 -t casa --language pt`
    """
    operator, window = run(_added(tenant, channel, recipient, account, name, language))
    typer.echo(
        f"{operator.channel} {operator.user_id} is told from now on (by account {operator.account_id})"
    )
    if window is not None:
        typer.echo(
            f"{operator.channel} lets a business write freely for {window:g} h after the person's last message: have them "
            "write to the number once, and give the account a template for `operator_called` (docs/handoff.md)."
        )


@operators.command("list")
def list_command(tenant: Tenant, as_json: AsJson = False) -> None:
    """Show who is told.

    Example: `usher conversation operators list --tenant casa`
    """
    from services.agent.operator_list import OperatorList

    found = _with_tenant(tenant, lambda db, tenant_id, _: OperatorList(db, tenant_id).all())
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], indent=1))
        return
    for one in found:
        more = "".join(f", {word}" for word in (one.name, one.language) if word)
        typer.echo(f"{one.channel} {one.user_id} (by account {one.account_id}{more})")
    if not found:
        typer.echo("nobody is told: `usher conversation operators add` adds somebody")


@operators.command("remove")
def remove_command(channel: Channel, recipient: Recipient, tenant: Tenant, account: Account = None) -> None:
    """Tell somebody no more.

    Example: `usher conversation operators remove whatsapp 351912345678 --tenant casa`
    """
    from services.agent.operator_list import OperatorList

    who = _user_id(channel, recipient)
    gone = _with_tenant(
        tenant, lambda db, tenant_id, _: OperatorList(db, tenant_id).remove(channel, who, account)
    )
    typer.echo(
        "told no more" if gone else "nobody of that kind was told: `usher conversation operators list`"
    )
    if not gone:
        raise typer.Exit(1)


def rules_command(
    tenant: Tenant,
    stuck: Annotated[
        int | None, typer.Option(min=0, help="Call after so many answers in a row without help; 0: never.")
    ] = None,
    words: Annotated[
        str | None, typer.Option(help="Call at these words, separated by commas; an empty text: at none.")
    ] = None,
    hours: Annotated[
        float | None, typer.Option(min=0, help="How long the agent is silent then, in hours.")
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Have the installation's rules again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show when a person is called to a conversation, or set it for this business. Agents follow within half a minute.

    Examples:

    - `usher conversation rules --tenant casa`
    - `usher conversation rules -t casa --words "refund, lawyer" --stuck 3 --hours 4`
    - `usher conversation rules -t casa --reset`
    """
    from dataclasses import replace

    from services.agent.handoff import words_of
    from services.agent.tenant_rules import OwnRules, StoredRules

    async def work(db: Database, tenant_id: UUID, settings: Settings) -> tuple[OwnRules, Rules]:
        store = StoredRules.of_settings(db, settings)
        own = OwnRules() if reset else await store.own(tenant_id)
        own = replace(
            own,
            stuck=own.stuck if stuck is None else stuck,
            words=own.words if words is None else words_of(words),
            hours=own.hours if hours is None else hours,
        )
        if reset or (stuck, words, hours) != (None, None, None):
            await store.set(tenant_id, own)
        return own, await store.of(tenant_id)

    own, rules = _with_tenant(tenant, work)
    if as_json:
        typer.echo(json.dumps({"own": asdict(own), "applied": asdict(rules)}, indent=1))
        return
    never = "never" if rules.stuck == 0 else f"after {rules.stuck} answers in a row that were of no help"
    typer.echo(f"stuck: {never}{_whose(own.stuck)}")
    typer.echo(f"words: {', '.join(rules.words) or 'none'}{_whose(own.words)}")
    typer.echo(f"hours: the agent is silent for {rules.hours:g} h{_whose(own.hours)}")


def _whose(own: object) -> str:
    return " (the installation's)" if own is None else ""


async def _added(
    tenant: str, channel: str, recipient: str, account: str | None, name: str | None, language: str | None
) -> tuple[Operator, float | None]:
    """The operator as stored, and how long after their messages the channel lets us write freely (hours; None: always)."""
    from services.agent.operator_list import OperatorList
    from services.agent.operator_words import LANGUAGES, Operator
    from shared.db import Database
    from shared.errors import UsherError
    from shared.ids import tenant_id_of
    from usher.channels import Which, opened

    if language is not None and language.lower().split("-")[0] not in LANGUAGES:
        raise UsherError(f"There are no words in {language!r}: choose one of {', '.join(LANGUAGES)}.")
    settings = _settings()
    async with opened(settings) as desk:
        if tenant_id_of(tenant) not in desk.slugs:
            raise UsherError(f"There is no business {tenant!r}.")
        window = desk.channel(channel).capabilities.window_hours
        found = await desk.find(Which(channel, account, tenant))
    if len(found) > 1:
        accounts = ", ".join(one.account.account_id for one in found)
        raise UsherError(f"Which account is to write to them? Name it with --account: {accounts}.")
    operator = Operator(
        channel, found[0].account.account_id, _user_id(channel, recipient), tenant, name, language
    )
    db = await Database.open(settings.database_url or "", size=1, name="usher conversation")
    try:
        await OperatorList(db, tenant_id_of(tenant)).add(operator)
    finally:
        await db.close()
    return operator, window


def _user_id(channel: str, recipient: str) -> str:
    """The channel's id of somebody, as people write it."""
    written = recipient.strip()
    return "".join(c for c in written if c not in "+ -()") if channel == "whatsapp" else written


def _settings() -> Settings:
    from usher.configured import load_settings, require, with_running_servers

    settings = with_running_servers(load_settings())
    require(settings, "database_url")
    return settings


def _with_tenant(tenant: str, work: Callable[[Database, UUID, Settings], Awaitable[T]]) -> T:
    """What `work` returns. Raises `UsherError`."""

    async def at_work() -> T:
        from shared.db import Database
        from shared.ids import tenant_id_of

        settings = _settings()
        db = await Database.open(settings.database_url or "", size=1, name="usher conversation")
        try:
            return await work(db, tenant_id_of(tenant), settings)
        finally:
            await db.close()

    return run(at_work())
