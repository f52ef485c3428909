"""Which channel accounts do the tenants of a seed document have? Written to `gateway.channel_accounts`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from services.gateway.store.accounts import Account, AccountStore
from shared.db import Database
from shared.errors import UsherError
from shared.ids import tenant_id_of
from shared.settings import Settings

Id = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
"""Digits that YAML reads as a number unless they are quoted."""


class _WhatsApp(BaseModel):
    model_config = ConfigDict(extra="forbid")

    phone_number_id: Id
    waba_id: Id | None = None
    display_phone_number: Id | None = None


class _Tenant(BaseModel):
    slug: str
    whatsapp: _WhatsApp | None = None


class _Document(BaseModel):
    tenants: list[_Tenant]


class BadSeed(UsherError):
    """The seed document cannot be read."""


def accounts_of(document: Mapping[str, object]) -> list[Account]:
    """The accounts that a seed document names. Raises `BadSeed` saying where it is wrong."""
    try:
        tenants = _Document.model_validate(document).tenants
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(map(str, first["loc"]))
        raise BadSeed(f"The seed document is wrong at {path}: {first['msg']}.") from error
    return [
        Account(
            tenant_id_of(tenant.slug),
            "whatsapp",
            tenant.whatsapp.phone_number_id,
            tenant.whatsapp.waba_id,
            tenant.whatsapp.display_phone_number,
        )
        for tenant in tenants
        if tenant.whatsapp is not None
    ]


async def seed(document: Mapping[str, object], settings: Settings) -> int:
    """Insert or update the accounts; how many there were. Raises `BadSeed` or `AccountTaken`."""
    accounts = accounts_of(document)
    if settings.database_url is None:
        raise UsherError("There is no database to seed: set USHER_DATABASE_URL.")
    db = await Database.open(settings.database_url, size=1, name="usher gateway seed")
    try:
        for account in accounts:
            await AccountStore(db).put(account)
    finally:
        await db.close()
    return len(accounts)
