"""Which models does `anthropic:…,openai:…,offline` name? The list, and each as pydantic-ai's model."""

from __future__ import annotations

import re

from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, infer_model

from shared.errors import UsherError

OFFLINE = "offline"
SETTING = "USHER_LLM"

_EXTRAS = ("openai", "anthropic")
"""Packages of providers that have an extra of ours."""
_NEEDED = re.compile(r"pydantic-ai-slim\[([\w-]+)\]")


class ModelNotUsable(UsherError):
    """A model that was named cannot be used."""


def names_of(models: str, source: str = SETTING) -> tuple[str, ...]:
    """The language models of a list separated by commas, in order. `offline` may end it and is left out.

    Raises `ModelNotUsable` when one is no name, comes twice, or follows `offline`. `source`: who named them.
    """
    names = [name.strip() for name in models.split(",")]
    if names[-1] == OFFLINE:
        names.pop()
    for name in names:
        provider, _, model = name.partition(":")
        if name == OFFLINE:
            raise ModelNotUsable(f"{source}={models}: `offline` always answers, so nothing can follow it.")
        if not provider or not model:
            raise ModelNotUsable(
                f"{source}={models}: `{name}` names no model. Write `offline`, or provider:model such as `openai:gpt-6.1-terra`, "
                "`anthropic:claude-sonnet-5-5` or `ollama:llama3.2`; several are separated by commas."
            )
    if len(set(names)) < len(names):
        raise ModelNotUsable(f"{source}={models} names a model twice.")
    return tuple(names)


def provider_of(name: str) -> str:
    """Whose model it is."""
    return name.partition(":")[0]


def named_model(name: str, source: str = SETTING) -> Model:
    """The model of this name (`provider:model`); connects to nothing. Raises `ModelNotUsable` with what to do about it."""
    try:
        return infer_model(name)
    except ImportError as error:
        # pydantic-ai's message names its extra: many providers share one package.
        found = _NEEDED.search(str(error))
        extra = found[1] if found else provider_of(name)
        package = f"usher[{extra}]" if extra in _EXTRAS else f"pydantic-ai-slim[{extra}]"
        raise ModelNotUsable(
            f"{source}: {name} needs a package that is not installed: run `pip install '{package}'`."
        ) from error
    except UserError as error:
        raise ModelNotUsable(f"{source}: {name} cannot be used: {error}") from error
    except Exception as error:
        # Each provider's SDK has its own error for a missing key.
        raise ModelNotUsable(f"{source}: {name} cannot be used: {type(error).__name__}: {error}") from error
