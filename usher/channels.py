"""What happens when `usher channel` is used? Accounts are found, their secrets collected, written, tried at the provider."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from shared.errors import UsherError
from shared.ids import tenant_id_of

if TYPE_CHECKING:
    from datetime import datetime

    from services.gateway.channels import Channel, Need
    from services.gateway.domain.account import ChannelAccount
    from services.gateway.provider_check import Caller, Finding
    from services.gateway.store.accounts import Stored
    from shared.db import Database
    from shared.settings import Settings

Ask = Callable[["Need"], str]
"""Asks the operator for a secret. Raises `UsherError` when there is nobody to ask."""


class ChannelError(UsherError):
    """This cannot be done with channel accounts."""


class Accounts(Protocol):
    """Where accounts are kept (`services.gateway.store.accounts.AccountStore`)."""

    async def stored(self) -> Sequence[Stored]:
        """All of them."""

    async def put(self, account: ChannelAccount) -> None:
        """Insert or update."""

    async def remove(self, account: ChannelAccount) -> None:
        """Forget it."""

    async def rotate(self, account: ChannelAccount, name: str, new: str) -> None:
        """A new secret beside the old one."""

    async def drop_old(self, account: ChannelAccount, name: str) -> None:
        """Only the newest secret."""

    async def rekey(self) -> tuple[int, list[Stored]]:
        """All secrets under the newest key."""

    async def pause(self, account: ChannelAccount, until: datetime | None, reason: str) -> None:
        """Send nothing."""

    async def resume(self, account: ChannelAccount) -> None:
        """Send again."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which accounts are meant: all that match; None matches all. `tenant` is a slug."""

    channel: str | None = None
    account_id: str | None = None
    tenant: str | None = None

    def matches(self, account: ChannelAccount) -> bool:
        """Whether it is one of them."""
        return (
            self.channel in (None, account.channel)
            and self.account_id in (None, account.account_id)
            and (self.tenant is None or tenant_id_of(self.tenant) == account.tenant_id)
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """What `usher channel add` was told. None: leave what is there, if anything."""

    channel: str
    account_id: str
    tenant: str | None = None
    owner_id: str | None = None
    display_number: str | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Desk:
    """The accounts of an installation, the adapters that know them (`load`), the tenants' slugs by id."""

    settings: Settings
    accounts: Accounts
    slugs: Mapping[UUID, str]
    load: Callable[[str], Channel]

    def channel(self, name: str) -> Channel:
        """The adapter. Raises `ChannelError` naming those there are, `UsherError` when it lacks a setting."""
        from services.gateway.seed import is_channel

        if not is_channel(name):
            raise ChannelError(f"There is no channel {name!r}; there are {self.settings.channels}.")
        return self.load(name)

    async def find(self, which: Which) -> list[Stored]:
        """The accounts that match. Raises `ChannelError` when something was named and nothing matches."""
        found = [one for one in await self.accounts.stored() if which.matches(one.account)]
        if not found and which != Which():
            raise ChannelError(
                "There is no such channel account: `usher channel list` shows those there are."
            )
        return found

    async def one(self, channel: str, account_id: str) -> Stored:
        """This account. Raises `ChannelError`."""
        [found] = await self.find(Which(channel, account_id))
        return found

    def need(self, channel: str, name: str) -> Need:
        """What the channel says of a secret. Raises `ChannelError` naming those it has."""
        needs = {need.name: need for need in self.channel(channel).needs}
        if name not in needs:
            raise ChannelError(f"{channel} has no secret {name!r}; it has {', '.join(needs) or 'none'}.")
        return needs[name]

    async def add(self, entry: Entry, ask: Ask) -> ChannelAccount:
        """Insert the account, or update what `entry` says of it; `ask` for secrets it must have and has not.

        Returns it as it is now. Raises `ChannelError`, `AccountTaken`, `NoKey`, `CannotDecrypt`.
        """
        from services.gateway.domain.account import ChannelAccount

        for name in entry.secrets:
            self.need(entry.channel, name)
        this = Which(entry.channel, entry.account_id)
        before = [stored.account for stored in await self.accounts.stored() if this.matches(stored.account)]
        tenant_id = self._tenant_of(entry, before)
        kept = next((account for account in before if account.tenant_id == tenant_id), None)
        given = dict(entry.secrets)
        for need in self.channel(entry.channel).needs:
            has_it = need.name in given or bool(kept and kept.secrets.get(need.name))
            if need.required and not has_it:
                given[need.name] = ask(need)
        await self.accounts.put(
            ChannelAccount(
                tenant_id,
                entry.channel,
                entry.account_id,
                entry.owner_id or (kept.owner_id if kept else None),
                entry.display_number or (kept.display_number if kept else None),
                secrets={name: (value,) for name, value in given.items()},
                settings=entry.settings,
            )
        )
        return (await self.one(entry.channel, entry.account_id)).account

    async def rotate(self, account: ChannelAccount, given: Mapping[str, str]) -> list[str]:
        """Set these secrets; what that means for each, in sentences. Raises as `add` does."""
        needs = [self.need(account.channel, name) for name in given]
        sentences = []
        for need in needs:
            name = need.name
            if need.rotates:
                await self.accounts.rotate(account, name, given[name])
                sentences.append(
                    f"{name}: the new one and the one before are both valid. Give the new one to the provider (`usher "
                    f"channel add {account.channel} {account.account_id} --connect` does it where that is possible), "
                    f"then end with `usher channel rotate {account.channel} {account.account_id} {name} --finish`."
                )
            else:
                await self.accounts.put(replace(account, secrets={name: (given[name],)}, settings={}))
                sentences.append(f"{name}: replaced.")
        return sentences

    async def finish(self, account: ChannelAccount, name: str | None) -> list[str]:
        """Drop the older value of this secret (None: of all that have one); the names of those that had one."""
        names = [each for each, values in account.secrets.items() if len(values) > 1 and name in (None, each)]
        for each in names:
            await self.accounts.drop_old(account, each)
        return names

    async def check(self, stored: Stored, caller: Caller) -> list[Finding]:
        """What the provider says of the account's credentials."""
        from services.gateway.provider_check import Finding, check

        if stored.problem:
            return [Finding("secrets", stored.problem)]
        try:
            channel = self.channel(stored.account.channel)
        except UsherError as error:
            return [Finding("channel", str(error))]
        return await check(channel, stored.account, caller)

    def as_document(self, stored: Stored) -> dict[str, object]:
        """The account for `list`: which secrets are set and how many values each has, never the values."""
        account, pause = stored.account, stored.pause
        return {
            "tenant": self.slugs.get(account.tenant_id, str(account.tenant_id)),
            "channel": account.channel,
            "account": account.account_id,
            "owner": account.owner_id,
            "number": account.display_number,
            "secrets": {name: len(values) for name, values in sorted(account.secrets.items())},
            "settings": dict(account.settings),
            "state": "paused" if pause else "active",
            "paused_until": pause.until.isoformat() if pause and pause.until else None,
            "reason": pause.reason if pause else None,
            "problem": stored.problem,
        }

    def _tenant_of(self, entry: Entry, before: Sequence[ChannelAccount]) -> UUID:
        if entry.tenant is None:
            if not before:
                raise ChannelError("Say whose account this is with --tenant SLUG.")
            return before[0].tenant_id
        tenant_id = tenant_id_of(entry.tenant)
        if tenant_id not in self.slugs:
            known = (
                ", ".join(sorted(self.slugs.values())[:10]) or "none yet: `usher import` its document first"
            )
            raise ChannelError(f"There is no tenant {entry.tenant!r}; there are {known}.")
        return tenant_id


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Desk]:
    """The desk of the configured database."""
    from services.gateway.channels import load
    from services.gateway.secrets import Vault
    from services.gateway.store.accounts import AccountStore

    vault = Vault.from_settings(settings)
    async with _database(settings) as db:
        yield Desk(settings, AccountStore(db, vault), await _slugs(db), lambda name: load(name, settings))


async def news(
    settings: Settings, since: datetime, tenant: str | None, limit: int
) -> list[dict[str, object]]:
    """What providers have said about the accounts since then, the newest first."""
    from services.gateway.store.notices import recent

    async with _database(settings) as db:
        slugs = await _slugs(db)
        found = await recent(
            db, since, tenant_id=tenant_id_of(tenant) if tenant is not None else None, limit=limit
        )
    return [
        {
            "at": one.at.isoformat(timespec="seconds"),
            "tenant": slugs.get(one.tenant_id),
            "channel": one.channel,
            "account": one.account_id,
            "severity": one.severity,
            "summary": one.summary,
        }
        for one in found
    ]


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    from shared.db import Database

    db = await Database.open(settings.database_url or "", size=2, name="usher channel")
    try:
        yield db
    finally:
        await db.close()


async def _slugs(db: Database) -> dict[UUID, str]:
    async with db.system() as connection:
        rows = await connection.fetch("SELECT slug FROM booking.tenants")
    return {tenant_id_of(row["slug"]): str(row["slug"]) for row in rows}


def collect(
    from_variables: Iterable[str] | None, from_files: Iterable[str] | None, made: Iterable[str] | None
) -> dict[str, str]:
    """The secrets of `name=VARIABLE` and `name=path`, and random ones for the names in `made`.

    Raises `ChannelError` naming the secret, never showing one.
    """
    found: dict[str, str] = {name: secrets.token_urlsafe(32) for name in made or ()}
    for each in from_variables or ():
        name, variable = _pair(each, "--secret-from name=VARIABLE")
        found[name] = os.environ.get(variable, "").strip()
        if not found[name]:
            raise ChannelError(
                f"The secret {name} is to come from the variable {variable}, which is not set."
            )
    for each in from_files or ():
        name, path = _pair(each, "--secret-file name=path")
        try:
            found[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ChannelError(f"The secret {name} cannot be read from {path}: {error}.") from None
        if not found[name]:
            raise ChannelError(f"The secret {name} cannot be read from {path}: it is empty.")
    return found


def account_settings(given: Iterable[str] | None) -> dict[str, object]:
    """The settings of `name=value`: JSON where the value is some (`null` removes the setting), else text."""
    found: dict[str, object] = {}
    for each in given or ():
        name, value = _pair(each, "--setting name=value")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def _pair(text: str, form: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals or not value:
        raise ChannelError(f"This option is written {form}.")
    return name, value
