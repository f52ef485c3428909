"""What can be configured, with which default and unit: one flat list, read from `USHER_*` or one TOML file.

Only composition roots (`app.py`, the CLI) build `Settings`; everything else is handed the values it needs.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

CONFIG_FILE_VARIABLE = "USHER_CONFIG"
DEFAULT_CONFIG_FILE = "usher.toml"


def config_file() -> Path:
    """The TOML file that settings are read from beside the environment (it need not exist)."""
    return Path(os.environ.get(CONFIG_FILE_VARIABLE, DEFAULT_CONFIG_FILE))


class Settings(BaseSettings):
    """Every setting of every service. Environment wins over the file, the file over the default.

    Raises pydantic's `ValidationError` naming the field when a value cannot be read.
    """

    model_config = SettingsConfigDict(env_prefix="USHER_", extra="forbid", frozen=True)

    # --- servers -------------------------------------------------------------------------------
    database_url: str | None = Field(
        None,
        description="PostgreSQL URL the services connect with (a role that does not own the tables). "
        "Empty: `usher up` starts PostgreSQL from its wheel.",
    )
    database_owner_url: str | None = Field(
        None, description="PostgreSQL URL `usher migrate` connects with (owns the tables, may create roles)."
    )
    nats_url: str | None = Field(
        None, description="NATS URL (JetStream on). Empty: `usher up` starts nats-server from its wheel."
    )
    redis_url: str | None = Field(
        None, description="Redis URL. Empty: `usher up` starts redis-server from its wheel."
    )
    data_dir: Path = Field(
        Path(".usher"), description="Folder for the data of the servers that `usher up` starts."
    )
    postgres_port: int = Field(15432, description="TCP port of the embedded PostgreSQL (loopback).")
    nats_port: int = Field(14222, description="TCP port of the embedded nats-server (loopback).")
    redis_port: int = Field(16379, description="TCP port of the embedded redis-server (loopback).")
    database_pool_size: int = Field(
        8, ge=1, description="Connections each service keeps to PostgreSQL, at most."
    )

    # --- HTTP ----------------------------------------------------------------------------------
    http_host: str = Field("127.0.0.1", description="Address the gateway listens on.")
    http_port: int = Field(8080, description="Port the gateway listens on (webhooks).")
    ops_host: str = Field("127.0.0.1", description="Address of /metrics and /health of each process.")
    ops_port: int = Field(
        0,
        description="Port of /metrics and /health. 0: gateway 9101, agent 9102, booking 9103, "
        "notifier 9104, media 9105 (the first service of the process decides).",
    )

    public_url: str = Field(
        "",
        description="Address of the gateway as providers and browsers reach it, e.g. https://chat.example.com (Twilio "
        "signs it). Empty: http://<http_host>:<http_port>.",
    )

    # --- channels ------------------------------------------------------------------------------
    channels: str = Field(
        "whatsapp,telegram,twilio_sms,twilio_whatsapp,messenger,instagram,webchat",
        description="Channel adapters the gateway loads, by module name, separated by commas.",
    )
    secrets_key: SecretStr | None = Field(
        None,
        description="Key(s) that encrypt channel secrets and raw webhooks at rest (`usher channel key` makes one); two "
        "separated by a comma while rotating, the newest first. `usher up` makes its own in the data folder.",
    )
    telegram_api_url: str = Field("https://api.telegram.org", description="Base URL of the Telegram Bot API.")
    twilio_api_url: str = Field("https://api.twilio.com", description="Base URL of Twilio's REST API.")
    meta_api_url: str = Field(
        "https://graph.facebook.com/v23.0",
        description="Graph API base URL for Messenger and Instagram, with its version.",
    )
    raw_retention_hours: float = Field(
        168.0,
        ge=0,
        description="How long raw webhook bodies are kept, encrypted, for `usher replay-inbound`, in hours. 0: not at all.",
    )
    show_typing: bool = Field(
        True, description="Mark a person's message read and show that we are typing, where the channel can."
    )
    sender_per_minute: int = Field(
        20,
        ge=1,
        description="Messages of one person a minute that are passed on at once; more are passed on later, none is lost.",
    )
    tenant_per_second: int = Field(
        200, ge=1, description="Messages to one tenant a second that are passed on at once; more later."
    )
    ip_per_second: int = Field(
        2000, ge=1, description="Webhook requests from one address a second; more are answered 429 unread."
    )
    trusted_proxies: str = Field(
        "",
        description="Networks (CIDR, separated by commas) of reverse proxies whose X-Forwarded-For is believed. Empty: none.",
    )

    # --- WhatsApp ------------------------------------------------------------------------------
    whatsapp_api_url: str = Field(
        "https://graph.facebook.com/v23.0", description="Graph API base URL, with its version."
    )
    whatsapp_app_secret: SecretStr | None = Field(
        None,
        description="Meta app secret(s) that sign webhooks (of WhatsApp, and of Messenger and Instagram accounts that have "
        "none of their own); two separated by a comma while rotating. "
        "The gateway refuses to start without.",
    )
    whatsapp_verify_token: SecretStr | None = Field(
        None, description="Token of the webhook verification handshake (WhatsApp, Messenger, Instagram)."
    )
    whatsapp_access_token: SecretStr | None = Field(None, description="Bearer token of the Graph API.")
    whatsapp_echo_wait_seconds: float = Field(
        20.0,
        description="After a send whose answer was lost: how long to wait for the provider's status "
        "(it echoes our id) before sending again, in seconds.",
    )

    # --- agent ---------------------------------------------------------------------------------
    llm: str = Field(
        "offline",
        description="Models of the agent, in the order in which they are asked, separated by commas: provider:model "
        "(`openai:…`, `anthropic:…`, `ollama:…`; the provider's own key variables apply). `offline` (deterministic, built "
        "in) always comes last. A tenant may have its own (`usher model`).",
    )
    llm_timeout_seconds: float = Field(
        12.0, gt=0, description="How long one model may take for one answer, retries included, in seconds."
    )
    llm_retries: int = Field(
        1,
        ge=0,
        description="How often a model is asked again after a failure that may pass, before the next one is.",
    )
    llm_max_tokens: int = Field(4096, ge=16, description="Tokens of one answer, at most; thinking counts.")
    llm_concurrency: int = Field(
        32, ge=1, description="Requests to one provider at the same time from one agent, at most; more wait."
    )
    llm_breaker_failures: int = Field(
        5, ge=1, description="Failures in a row after which a model is left alone for a while."
    )
    llm_breaker_seconds: float = Field(
        30.0,
        gt=0,
        description="How long a failing model is left alone before one request tries it, in seconds.",
    )
    llm_tenant_tokens: int = Field(
        0,
        ge=0,
        description="Tokens that a tenant's models may use in 24 hours (a tenant may have its own: `usher model`); beyond, "
        "the offline model answers. 0: any number.",
    )
    llm_conversation_tokens: int = Field(
        500_000,
        ge=0,
        description="Tokens that one conversation may use in 24 hours; beyond, the offline model answers. 0: any number.",
    )
    turn_deadline_seconds: float = Field(
        25.0, description="A turn that takes longer is answered with an apology, in seconds."
    )
    turn_tool_calls: int = Field(8, ge=1, description="Tool calls a model may make in one turn.")

    debounce_seconds: float = Field(
        0.3,
        ge=0,
        description="How long to wait for another message of a person who may not have finished, in seconds; those that "
        "come meanwhile are answered together. No message waits longer than three times this. 0: each has its own answer.",
    )
    human_takeover_hours: float = Field(
        12.0,
        ge=0,
        description="How long the agent stays silent after somebody of the business has written to the person by hand "
        "(in the channel's own app), in hours; a tap on one of our buttons ends it.",
    )

    handoff_after_stuck: int = Field(
        2,
        ge=0,
        description="A person is called after so many answers in a row that were of no help. 0: never.",
    )
    handoff_words: str = Field(
        "",
        description="Words (separated by commas, in any case) at which a person is called to the conversation, "
        "such as `refund, complaint, lawyer`.",
    )
    conversation_idle_minutes: float = Field(
        15.0,
        gt=0,
        description="What is kept in memory of a conversation is dropped after so many minutes without a message; "
        "the next one reads it from the database.",
    )

    # --- MCP -----------------------------------------------------------------------------------
    mcp_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port on which the agent serves its tools over MCP (streamable HTTP at /mcp, bearer tokens of "
        "`usher mcp token create`). 0: not at all.",
    )
    mcp_host: str = Field("127.0.0.1", description="Address on which the agent serves MCP.")
    mcp_public_url: str = Field(
        "", description="Address of the MCP server as clients reach it. Empty: http://<mcp_host>:<mcp_port>."
    )
    mcp_language: str = Field(
        "",
        description="Language in which `usher mcp stdio` gives results: en, es, pt, fr, de or it, or with a region (en-US). "
        "Empty: the business's. Over HTTP each request says it (Accept-Language).",
    )

    # --- media ---------------------------------------------------------------------------------
    whisper_model: str | None = Field(
        None,
        description="openai-whisper model name or checkpoint path (needs `usher[whisper]`). "
        "Empty: pocketsphinx, English, whose wheel carries its model.",
    )

    # --- reliability ---------------------------------------------------------------------------
    resend_after_seconds: float = Field(
        10.0,
        description="A message whose receiver has not confirmed it is sent again after this, in seconds "
        "(doubling up to 16 times it).",
    )
    relay_interval_seconds: float = Field(
        0.5, description="How often each service looks for unconfirmed messages, in seconds."
    )
    command_timeout_seconds: float = Field(
        2.0, description="How long to wait for a command's outcome before asking again, in seconds."
    )
    ownership_interval_seconds: float = Field(
        0.5, description="How often an instance rebalances its partitions, in seconds."
    )
    alarm_sweep_seconds: float = Field(
        15.0,
        description="How often booking looks for sessions whose hold, offer or start is due and whose alarm was lost, "
        "in seconds.",
    )
    booking_batch_limit: int = Field(
        512, ge=1, description="Commands that booking writes in one transaction, at most."
    )
    booking_batches_at_once: int = Field(
        2,
        ge=1,
        le=16,
        description="Transactions that one instance of booking has under way at once, each of other sessions and customers.",
    )
    booking_instances: int = Field(
        1,
        ge=1,
        le=16,
        description="Processes of booking that `usher up` starts; they share sessions and queries. Elsewhere, start the "
        "service as often as you like.",
    )
    max_tries: int = Field(
        5, ge=1, description="Tries before a message that fails by itself goes to the dead letters."
    )

    # --- telemetry -----------------------------------------------------------------------------
    log_level: str = Field("info", description="debug, info, warning or error.")
    log_format: str = Field("auto", description="json, console, or auto (console on a terminal).")
    otlp_endpoint: str | None = Field(
        None,
        description="OTLP/HTTP endpoint for traces (needs `usher[otlp]`). Empty: traces are not exported.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the TOML file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=config_file())


OPS_PORTS = {"gateway": 9101, "agent": 9102, "booking": 9103, "notifier": 9104, "media": 9105}
