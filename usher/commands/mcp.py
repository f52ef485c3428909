"""What can be asked of `usher mcp`? Tokens of those who call our tools, and the servers whose tools the agent calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, TypeVar
from uuid import UUID

import typer

from usher.commands.channel_desk import print_json
from usher.loop import run

if TYPE_CHECKING:
    from services.agent.mcp.bearer import Scope, Token
    from shared.db import Database
    from shared.messages.conversation import ChannelAddress
    from shared.settings import Settings

WRONG_STATUS = 1
T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="The booking tools over MCP, for other assistants; and other servers' tools for the agent (docs/mcp.md).",
)
token_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode="markdown", help="Bearer tokens of the MCP server."
)
server_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="MCP servers of a business that the agent may call.",
)
app.add_typer(token_app, name="token")
app.add_typer(server_app, name="server")

Tenant = Annotated[str, typer.Option(help="The slug of the business.")]
Customer = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Acts for this customer: their id on the channel (WhatsApp: digits)."),
]
Operator = Annotated[
    bool, typer.Option("--operator", help="Acts for any customer of the business, named in each call.")
]
Account = Annotated[
    str | None,
    typer.Option(
        metavar="ACCOUNT",
        help="The business's number that tells customers; not needed once they have written.",
    ),
]
Channel = Annotated[str, typer.Option(help="The customer's channel.")]
Language = Annotated[
    str | None,
    typer.Option(
        metavar="TAG",
        help="Of the results: en, es, pt, fr, de, it, or a region's such as en-US. Left out: USHER_MCP_LANGUAGE, "
        "else the business's own.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")]


@app.command()
def stdio(
    tenant: Tenant,
    customer: Customer = None,
    operator: Operator = False,
    account: Account = None,
    channel: Channel = "whatsapp",
    language: Language = None,
) -> None:
    """Serve the tools on stdin and stdout: what a desktop assistant starts.

    The language is that of prices, days and sentences in the results; what customers are told stays in theirs.

    Examples:

    - `usher mcp stdio --tenant casa --customer 351911222333`
    - `usher mcp stdio --tenant casa --customer 351911222333 --language de`
    - `usher mcp stdio --tenant casa --operator --account 1055512345`
    """
    from services.agent.mcp.__main__ import For, serve
    from shared.telemetry import configure_logging
    from usher.configured import load_settings, with_running_servers

    _one_of(customer, operator)
    settings = with_running_servers(load_settings())
    configure_logging(settings)
    run(serve(settings, For(tenant, customer, account, channel, language)))


@token_app.command()
def create(
    tenant: Tenant,
    customer: Customer = None,
    operator: Operator = False,
    account: Account = None,
    channel: Channel = "whatsapp",
    label: Annotated[str, typer.Option(help="Who or what it is for.")] = "",
    days: Annotated[int, typer.Option(min=1, max=730, help="How long it is good for.")] = 90,
) -> None:
    """Make a token. It is printed once, and kept only as a hash.

    Examples:

    - `usher mcp token create --tenant casa --customer 351911222333 --label "Maria's laptop"`
    - `usher mcp token create --tenant casa --operator --account 1055512345 --days 30`
    """
    _one_of(customer, operator)

    async def make(db: Database, settings: Settings) -> tuple[Token, str]:
        from services.agent.mcp.__main__ import customer_address
        from services.agent.mcp.store import Tokens
        from shared import ids
        from shared.messages.conversation import ChannelAddress

        address: ChannelAddress | None = None
        if customer:
            address = await customer_address(settings, tenant, customer, account, channel)
        elif account:
            address = ChannelAddress(channel=channel, account_id=account, user_id="")
        tokens = Tokens(db, _now, ids.fresh)
        scope: Scope = "customer" if customer else "operator"
        lasts = timedelta(days=days)
        return await tokens.give(ids.tenant_id_of(tenant), label, scope, address, lasts)

    token, text = _with_database(make)
    typer.echo(text)
    typer.echo(
        f"token {token.token_id} ({token.scope}), good until {token.expires_at:%Y-%m-%d}. It is shown only now.",
        err=True,
    )


@token_app.command("list")
def list_tokens(tenant: Tenant, as_json: AsJson = False) -> None:
    """Show the tokens of a business: never the tokens themselves, only which there are."""

    async def look(db: Database, _settings: Settings) -> list[Token]:
        from services.agent.mcp.store import Tokens
        from shared import ids

        return await Tokens(db, _now, ids.fresh).all(ids.tenant_id_of(tenant))

    tokens = [_document(token) for token in _with_database(look)]
    if as_json:
        print_json({"tokens": tokens})
        return
    for token in tokens:
        typer.echo("  ".join(str(token[name]) for name in ("token_id", "scope", "state", "label", "used_at")))
    if not tokens:
        typer.echo("There are no tokens: `usher mcp token create` makes one.")


@token_app.command()
def revoke(
    token_id: Annotated[UUID, typer.Argument(metavar="TOKEN_ID", help="As `usher mcp token list` shows it.")],
    tenant: Tenant,
) -> None:
    """End a token at once."""

    async def end(db: Database, _settings: Settings) -> bool:
        from services.agent.mcp.store import Tokens
        from shared import ids

        return await Tokens(db, _now, ids.fresh).revoke(ids.tenant_id_of(tenant), token_id)

    if not _with_database(end):
        typer.echo(f"There is no token {token_id} of {tenant} to revoke.", err=True)
        raise typer.Exit(WRONG_STATUS)
    typer.echo(f"revoked {token_id}")


@server_app.command()
def add(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Short: a-z, 0-9, _. Its tools are NAME__tool.")
    ],
    url: Annotated[str, typer.Argument(metavar="URL", help="Streamable HTTP, https.")],
    tenant: Tenant,
    tool: Annotated[list[str], typer.Option(help="A tool that may be called; repeat for more.")],
    writes: Annotated[bool, typer.Option("--writes", help="Also tools that do more than read.")] = False,
    token_from: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="The variable that holds its bearer token.")
    ] = None,
) -> None:
    """Let the agent call tools of a business's own MCP server.

    Example:

    - `usher mcp server add parking https://parking.example/mcp --tenant casa --tool free_places --token-from PARKING`
    """
    import os

    from services.agent.tenant_tools import TenantServer

    secret = os.environ.get(token_from) if token_from else None
    if token_from and not secret:
        typer.echo(f"The variable {token_from} is empty.", err=True)
        raise typer.Exit(WRONG_STATUS)

    async def put(db: Database, settings: Settings) -> None:
        from services.agent.tenant_servers import TenantServers
        from shared import ids

        kept = TenantServers(db, settings.secrets_key)
        await kept.put(ids.tenant_id_of(tenant), TenantServer(name, url, tuple(tool), writes, secret))

    _with_database(put)
    typer.echo(f"{tenant}: {name} ({', '.join(tool)})")


@server_app.command("list")
def list_servers(tenant: Tenant) -> None:
    """Show the MCP servers of a business."""

    async def look(db: Database, settings: Settings) -> list[str]:
        from services.agent.tenant_servers import TenantServers
        from shared import ids

        found = await TenantServers(db, settings.secrets_key).servers(ids.tenant_id_of(tenant))
        return [f"{s.name}  {s.url}  {', '.join(s.tools)}{'  writes' if s.writes else ''}" for s in found]

    lines = _with_database(look)
    typer.echo("\n".join(lines) or "There are none: `usher mcp server add` names one.")


@server_app.command()
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `usher mcp server list` shows it.")],
    tenant: Tenant,
) -> None:
    """Forget an MCP server of a business."""

    async def forget(db: Database, settings: Settings) -> bool:
        from services.agent.tenant_servers import TenantServers
        from shared import ids

        return await TenantServers(db, settings.secrets_key).remove(ids.tenant_id_of(tenant), name)

    if not _with_database(forget):
        typer.echo(f"{tenant} has no server {name}.", err=True)
        raise typer.Exit(WRONG_STATUS)
    typer.echo(f"{tenant}: {name} is forgotten")


def _with_database(work: Callable[[Database, Settings], Awaitable[T]]) -> T:
    """What `work` returns, done on the configured database. Raises `UsherError`."""
    from shared.db import Database
    from usher.configured import load_settings, require, with_running_servers

    settings = with_running_servers(load_settings())
    require(settings, "database_url")

    async def all_of_it() -> T:
        db = await Database.open(settings.database_url or "", size=1, name="usher-mcp")
        try:
            return await work(db, settings)
        finally:
            await db.close()

    return run(all_of_it())


def _one_of(customer: str | None, operator: bool) -> None:
    if (customer is None) == (not operator):
        typer.echo("Say for whom: --customer ID, or --operator.", err=True)
        raise typer.Exit(WRONG_STATUS)


def _document(token: Token) -> dict[str, object]:
    now = _now()
    state = "revoked" if token.revoked_at else "expired" if token.expires_at <= now else "good"
    return {
        "token_id": str(token.token_id),
        "label": token.label,
        "scope": token.scope,
        "customer": token.address.user_id if token.address and token.scope == "customer" else None,
        "state": state,
        "expires_at": token.expires_at.isoformat(),
        "used_at": token.used_at.isoformat() if token.used_at else None,
    }


def _now() -> datetime:
    return datetime.now(UTC)
