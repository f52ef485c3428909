"""How do settings reach a child process? As `USHER_*` variables, never on its command line."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from shared.settings import CONFIG_FILE_VARIABLE, Settings

PREFIX = "USHER_"


def as_text(value: object) -> str:
    """A setting's value as an environment variable spells it (secrets in clear: for environments only)."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, str | int | float | Path) and not isinstance(value, bool):
        return str(value)
    return json.dumps(value, default=str)


def child_environment(settings: Settings, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """`base` (ours) with exactly these settings in it: a child reads the same, whatever its folder."""
    inherited = os.environ if base is None else base
    environment = {key: value for key, value in inherited.items() if not key.startswith(PREFIX)}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if value is not None:
            environment[PREFIX + name.upper()] = as_text(value)
    environment[CONFIG_FILE_VARIABLE] = os.devnull
    return environment
