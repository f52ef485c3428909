"""What is configured here? Settings with errors in plain sentences, and the servers of a running Usher."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from shared.errors import UsherError

if TYPE_CHECKING:
    from shared.settings import Settings

PREFIX = "USHER_"
NOT_SETTINGS = frozenset({"USHER_CONFIG"})


class ConfigurationError(UsherError):
    """The configuration cannot be used."""


def load_settings() -> Settings:
    """The settings of this process. Raises ConfigurationError with a sentence that names what to change."""
    from pydantic import ValidationError

    from shared.settings import Settings, config_file

    try:
        return Settings()
    except ValidationError as error:
        # Only the message, never the input: it may be a secret.
        parts = [f"{_spell(each['loc'])}: {each['msg']}" for each in error.errors(include_input=False)]
        raise ConfigurationError(f"{'; '.join(parts)} (environment or {config_file()}).") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{config_file()} is not valid TOML: {error}.") from None


def with_running_servers(settings: Settings) -> Settings:
    """`settings`, its missing URLs completed with those of the embedded servers that run now, its missing key for
    secrets with the one that `usher up` made."""
    from usher.embedded import Ports
    from usher.embedded.servers import kept_secrets_key, running_urls

    ports = Ports(settings.postgres_port, settings.nats_port, settings.redis_port)
    found = running_urls(settings.data_dir, ports).settings()
    # A configured database keeps its own owner (or lack of one).
    own_database = settings.database_url is not None
    missing = {
        key: url
        for key, url in found.items()
        if getattr(settings, key) is None and not (own_database and key.startswith("database"))
    }
    return with_secrets_key(settings.model_copy(update=missing), kept_secrets_key(settings.data_dir))


def with_secrets_key(settings: Settings, key: str | None) -> Settings:
    """`settings` with this key for secrets, unless they have one (or there is none)."""
    from pydantic import SecretStr

    if not key or (settings.secrets_key and settings.secrets_key.get_secret_value()):
        return settings
    return settings.model_copy(update={"secrets_key": SecretStr(key)})


def unknown_variables(environment: Mapping[str, str] | None = None) -> list[str]:
    """`USHER_*` variables that are no setting: most often a typing error, silently without effect."""
    from shared.settings import Settings

    known = {PREFIX + name.upper() for name in Settings.model_fields} | NOT_SETTINGS
    names = os.environ if environment is None else environment
    return sorted(name for name in names if name.upper().startswith(PREFIX) and name.upper() not in known)


def require(settings: Settings, *names: str) -> None:
    """Raise ConfigurationError unless all these settings (URLs of servers) have a value."""
    missing = [PREFIX + name.upper() for name in names if getattr(settings, name) is None]
    if missing:
        raise ConfigurationError(
            f"No value for {' and '.join(missing)}, and no embedded server runs in {settings.data_dir}: "
            "set the URL, or run `usher up`."
        )


def _spell(location: tuple[int | str, ...]) -> str:
    name = ".".join(str(part) for part in location)
    return PREFIX + name.upper() if name else "configuration"
