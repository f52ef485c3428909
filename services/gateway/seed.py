"""Which channel accounts do the tenants of a seed document have? Written to `gateway.channel_accounts`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from services.gateway import channels
from services.gateway.domain.account import ChannelAccount
from services.gateway.secrets import Vault
from services.gateway.store.accounts import AccountStore
from shared.db import Database
from shared.errors import UsherError
from shared.ids import tenant_id_of
from shared.settings import Settings

FROM_ENVIRONMENT: Final = "env:"

Id = Annotated[
    str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value), Field(min_length=1)
]
"""Digits that YAML reads as a number unless they are quoted."""


class _WhatsApp(BaseModel):
    model_config = ConfigDict(extra="forbid")

    phone_number_id: Id
    waba_id: Id | None = None
    display_phone_number: Id | None = None


class _Channel(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    channel: Annotated[str, Field(pattern="^[a-z_]+$")]
    account_id: Id
    owner_id: Id | None = None
    display_number: Id | None = None
    secrets: dict[str, Annotated[str, Field(min_length=1)]] = {}
    settings: dict[str, Any] = {}


class _Tenant(BaseModel):
    slug: str
    whatsapp: _WhatsApp | None = None
    channels: list[_Channel] = []


class _Document(BaseModel):
    tenants: list[_Tenant]


class BadSeed(UsherError):
    """The seed document cannot be read."""


def accounts_of(
    document: Mapping[str, object], environment: Mapping[str, str] | None = None
) -> list[ChannelAccount]:
    """The accounts that a seed document names; secrets written `env:NAME` are taken from `environment` (ours).

    Raises `BadSeed` saying where it is wrong, never showing a secret.
    """
    try:
        tenants = _Document.model_validate(document).tenants
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(map(str, first["loc"]))
        raise BadSeed(f"The seed document is wrong at {path}: {first['msg']}.") from error
    variables = os.environ if environment is None else environment
    return [account for tenant in tenants for account in _accounts(tenant, variables)]


async def seed(document: Mapping[str, object], settings: Settings) -> int:
    """Insert or update the accounts; how many there were. Raises `BadSeed`, `AccountTaken`, `NoKey`, `CannotDecrypt`."""
    accounts = accounts_of(document)
    for account in accounts:
        if not is_channel(account.channel):
            raise BadSeed(
                f"There is no channel {account.channel!r}: USHER_CHANNELS names those that are used."
            )
    if settings.database_url is None:
        raise UsherError("There is no database to seed: set USHER_DATABASE_URL.")
    vault = Vault.from_settings(settings)
    db = await Database.open(settings.database_url, size=1, name="usher gateway seed")
    try:
        for account in accounts:
            await AccountStore(db, vault).put(account)
    finally:
        await db.close()
    return len(accounts)


def is_channel(name: str) -> bool:
    """Whether there is a channel adapter of this name."""
    module = f"{channels.__name__}.{name}"
    return name.isidentifier() and find_spec(module) is not None and hasattr(import_module(module), "create")


def _accounts(tenant: _Tenant, environment: Mapping[str, str]) -> Iterator[ChannelAccount]:
    tenant_id = tenant_id_of(tenant.slug)
    if (number := tenant.whatsapp) is not None:
        yield ChannelAccount(
            tenant_id, "whatsapp", number.phone_number_id, number.waba_id, number.display_phone_number
        )
    for one in tenant.channels:
        yield ChannelAccount(
            tenant_id,
            one.channel,
            one.account_id,
            one.owner_id,
            one.display_number,
            secrets={name: (_secret(name, said, environment),) for name, said in one.secrets.items()},
            settings=one.settings,
        )


def _secret(name: str, said: str, environment: Mapping[str, str]) -> str:
    if not said.startswith(FROM_ENVIRONMENT):
        return said
    variable = said.removeprefix(FROM_ENVIRONMENT)
    value = environment.get(variable, "").strip()
    if not value:
        raise BadSeed(f"The secret {name} is to come from the variable {variable}, which is not set.")
    return value
