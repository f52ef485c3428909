"""What can be asked of `usher channel`? The accounts by which businesses are reached: thin commands, work in `usher.channels`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from usher.commands.channel_desk import ask, at_desk, calling, end, print_json, print_table, show
from usher.loop import run

if TYPE_CHECKING:
    from services.gateway.provider_check import Finding
    from usher.channels import Desk

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Channel accounts of businesses: their numbers, bots and pages, with their secrets (docs/channel-accounts.md).",
)

Name = Annotated[str, typer.Argument(metavar="CHANNEL", help="whatsapp, telegram, twilio_sms, …")]
AccountId = Annotated[
    str,
    typer.Argument(
        metavar="ACCOUNT",
        help="The channel's id of it: phone_number_id, the bot's id, the number with +, the page's id.",
    ),
]
SecretFrom = Annotated[
    list[str] | None, typer.Option("--secret-from", metavar="NAME=VARIABLE", help="A secret from a variable.")
]
SecretFile = Annotated[
    list[str] | None, typer.Option("--secret-file", metavar="NAME=PATH", help="A secret from a file.")
]
MakeSecret = Annotated[
    list[str] | None,
    typer.Option("--make-secret", metavar="NAME", help="A random secret, of those that are ours to choose."),
]
Tenant = Annotated[str | None, typer.Option(help="The slug of the business.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")]


@app.command()
def add(
    channel: Name,
    account: AccountId,
    tenant: Tenant = None,
    owner_id: Annotated[
        str | None, typer.Option(help="What it belongs to: the WABA, Twilio's AccountSid.")
    ] = None,
    number: Annotated[str | None, typer.Option(help="The number or name that people see.")] = None,
    secret_from: SecretFrom = None,
    secret_file: SecretFile = None,
    make_secret: MakeSecret = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A setting of the channel; `null` removes it."),
    ] = None,
    connect: Annotated[bool, typer.Option("--connect", help="Tell the provider our URL, too.")] = False,
) -> None:
    """Add an account of a business, or change one. Secrets that it must have and lacks are asked for, unseen.

    Prints the webhook URL for the provider. A running gateway knows the account at once, and changes of it within 15 s.

    Examples:

    - `usher channel add telegram 110201543 --tenant casa --make-secret webhook_secret --connect`
    - `usher channel add twilio_sms +14155550100 --tenant casa --owner-id AC… --secret-from auth_token=TWILIO_TOKEN`
    """
    from usher.channels import Entry, account_settings, collect

    given = collect(secret_from, secret_file, make_secret)
    entry = Entry(channel, account, tenant, owner_id, number, given, account_settings(setting))

    async def work(desk: Desk) -> list[Finding]:
        from services.gateway.provider_check import connect as tell_provider
        from services.gateway.provider_check import next_step, webhook_url

        added = await desk.add(entry, ask)
        adapter = desk.channel(channel)
        typer.echo(f"{channel} account {account} is stored.")
        typer.echo(next_step(adapter, added, desk.settings))
        if not desk.settings.public_url:
            typer.echo(
                "Providers cannot reach that address: set USHER_PUBLIC_URL to the gateway's own.", err=True
            )
        if not connect:
            return []
        async with calling() as caller:
            told = await tell_provider(adapter, added, webhook_url(adapter, added, desk.settings), caller)
        if not told:
            typer.echo(f"{channel} cannot be told from here: do it by hand.")
        return told

    told = at_desk(work)
    show(told)
    end(told)


@app.command("list")
def list_accounts(tenant: Tenant = None, as_json: AsJson = False) -> None:
    """Show the accounts: which secrets are set (never what they are), and whether one is paused and why.

    Examples:

    - `usher channel list --tenant casa`
    - `usher channel list --json | jq '.accounts[] | select(.state == "paused")'`
    """
    from usher.channels import Which

    async def work(desk: Desk) -> list[dict[str, object]]:
        found = await desk.find(Which(tenant=tenant))
        return [desk.as_document(stored) for stored in found]

    accounts = at_desk(work)
    if as_json:
        print_json({"accounts": accounts})
        return
    print_table(accounts)


@app.command()
def news(
    tenant: Tenant = None,
    days: Annotated[int, typer.Option(min=1, help="How far to look back.")] = 7,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Show what providers have said about the accounts: quality, restrictions, templates, and what paused one.

    Examples:

    - `usher channel news --tenant casa`
    - `usher channel news --days 30 --json | jq '.news[] | select(.severity == "critical")'`
    """
    from datetime import UTC, datetime, timedelta

    from usher.channels import news as read
    from usher.configured import load_settings, require, with_running_servers

    settings = with_running_servers(load_settings())
    require(settings, "database_url")
    found = run(read(settings, datetime.now(UTC) - timedelta(days=days), tenant, limit))
    if as_json:
        print_json({"news": found})
        return
    for one in found:
        whose = f"{one['tenant'] or '(no business)'} {one['channel']} {one['account']}".strip()
        typer.echo(f"{one['at']}  {one['severity']:8}  {whose}: {one['summary']}")
    if not found:
        typer.echo(f"Nothing in the last {days} days.")


@app.command()
def check(
    channel: Annotated[str | None, typer.Argument(metavar="[CHANNEL]", help="Only this channel.")] = None,
    account: Annotated[str | None, typer.Argument(metavar="[ACCOUNT]", help="Only this account.")] = None,
    tenant: Tenant = None,
    as_json: AsJson = False,
) -> None:
    """Ask the providers whether the credentials work, and say what is wrong and what to do. Exits with 1 then.

    Examples:

    - `usher channel check`
    - `usher channel check telegram 110201543`
    """
    from usher.channels import Which

    async def work(desk: Desk) -> list[tuple[str, list[Finding]]]:
        async with calling() as caller:
            return [
                (f"{one.account.channel} {one.account.account_id}", await desk.check(one, caller))
                for one in await desk.find(Which(channel, account, tenant))
            ]

    results = at_desk(work)
    if as_json:
        print_json({name: [asdict(each) for each in found] for name, found in results})
    elif not results:
        typer.echo("There are no channel accounts: `usher channel add` makes one.")
    for name, found in [] if as_json else results:
        typer.echo(f"{name}{'' if found else ': there is nothing to ask its provider'}")
        show(found)
    end([each for _, found in results for each in found])


@app.command()
def rotate(
    channel: Name,
    account: AccountId,
    secret: Annotated[
        str | None, typer.Argument(metavar="[SECRET]", help="Its name; asked for, unseen.")
    ] = None,
    secret_from: SecretFrom = None,
    secret_file: SecretFile = None,
    make_secret: MakeSecret = None,
    finish: Annotated[
        bool, typer.Option("--finish", help="End it: the old secret is valid no more.")
    ] = False,
) -> None:
    """Set a new secret; one that requests are verified with stays valid beside it, until `--finish`.

    Examples:

    - `usher channel rotate whatsapp 106540352242922 app_secret`
    - `usher channel rotate whatsapp 106540352242922 app_secret --finish`
    """
    from usher.channels import ChannelError, collect

    given = collect(secret_from, secret_file, make_secret)

    async def work(desk: Desk) -> list[str]:
        theirs = (await desk.one(channel, account)).account
        if finish:
            done = await desk.finish(theirs, secret)
            sentences = [f"{name}: only the newest one is valid now." for name in done]
            return sentences or ["No secret of it has two values."]
        if secret is not None and secret not in given:
            given[secret] = ask(desk.need(channel, secret))
        if not given:
            raise ChannelError("Say which secret: its name, or --secret-from, --secret-file, --make-secret.")
        return await desk.rotate(theirs, given)

    for sentence in at_desk(work):
        typer.echo(sentence)


@app.command()
def remove(
    channel: Name,
    account: AccountId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget an account and its secrets. What it brought stays; what is to be sent by it waits.

    Example:

    - `usher channel remove telegram 110201543`
    """
    if not yes:
        typer.confirm(f"Forget the {channel} account {account} and its secrets?", abort=True)

    async def work(desk: Desk) -> None:
        await desk.accounts.remove((await desk.one(channel, account)).account)

    at_desk(work)
    typer.echo(f"{channel} account {account} is forgotten.")


@app.command()
def pause(
    channel: Name,
    account: AccountId,
    minutes: Annotated[float | None, typer.Option(min=0, help="For so long; until `resume` without.")] = None,
    reason: Annotated[str, typer.Option(help="For those who look at the list.")] = "paused by the operator",
) -> None:
    """Send nothing by this account for now; messages wait. What people write still comes in.

    Example:

    - `usher channel pause whatsapp 106540352242922 --minutes 60 --reason 'quality is low'`
    """
    from datetime import UTC, datetime, timedelta

    until = None if minutes is None else datetime.now(UTC) + timedelta(minutes=minutes)

    async def work(desk: Desk) -> None:
        await desk.accounts.pause((await desk.one(channel, account)).account, until, reason)

    at_desk(work)
    typer.echo(
        f"{channel} account {account} is paused {f'until {until:%Y-%m-%d %H:%M} UTC' if until else ''}".rstrip()
    )


@app.command()
def resume(channel: Name, account: AccountId) -> None:
    """Send again by this account, whoever paused it.

    Example:

    - `usher channel resume whatsapp 106540352242922`
    """

    async def work(desk: Desk) -> None:
        await desk.accounts.resume((await desk.one(channel, account)).account)

    at_desk(work)
    typer.echo(f"{channel} account {account} sends again.")


@app.command()
def key() -> None:
    """Print a new key for USHER_SECRETS_KEY. Changes nothing.

    Example:

    - `usher channel key`
    """
    from services.gateway.secrets import new_key

    typer.echo(new_key())


@app.command()
def rekey() -> None:
    """Encrypt all secrets with the newest key of USHER_SECRETS_KEY; safe to repeat, also while the gateway runs.

    Raw webhook bodies keep the key they have until they are deleted (`USHER_RAW_RETENTION_HOURS`): keep it as the
    second one as long.

    Example:

    - `USHER_SECRETS_KEY=new,old usher channel rekey`
    """

    async def work(desk: Desk) -> tuple[int, list[str]]:
        changed, failed = await desk.accounts.rekey()
        return changed, [f"{s.account.channel} {s.account.account_id}: {s.problem}" for s in failed]

    changed, problems = at_desk(work)
    typer.echo(f"{changed} accounts encrypted with the newest key.")
    for problem in problems:
        typer.echo(f"✗ {problem}", err=True)
    if problems:
        raise typer.Exit(1)
