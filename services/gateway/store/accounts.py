"""Which accounts does each tenant have with which channel? The table channel_accounts; secrets are sealed in it.

Secrets are one sealed JSON object per account: {name: [newest, older]}. A row whose secrets cannot be opened counts as
an account without secrets, so that one bad row (or a lost key) never stops the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import asyncpg
import orjson

from services.gateway.domain.account import ChannelAccount
from services.gateway.secrets import CannotDecrypt, NoKey, Vault
from shared.db import Connection, Database
from shared.errors import UsherError
from shared.telemetry import get_logger

Secrets = Mapping[str, tuple[str, ...]]

_SELECT = (
    "SELECT tenant_id, channel, account_id, owner_id, display_number, secrets, settings, pause_reason,"
    " paused_until > now() AS is_paused, nullif(paused_until, 'infinity') AS paused_until"
    " FROM gateway.channel_accounts"
)

log = get_logger("gateway")


class AccountTaken(UsherError):
    """The account belongs to another tenant."""


class NoSuchAccount(UsherError):
    """There is no such channel account."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is sent by the account until then (None: until somebody resumes it), and why."""

    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Stored:
    """An account as it is kept. `problem`: why its secrets could not be opened (then it has none here)."""

    account: ChannelAccount
    pause: Pause | None = None
    problem: str | None = None


def changes(before: ChannelAccount | None, said: ChannelAccount) -> bool:
    """Whether `AccountStore.put(said)` changes something when the account is `before` (read with a vault)."""
    if before is None:
        return True
    return (
        (before.owner_id, before.display_number) != (said.owner_id, said.display_number)
        or any(before.secrets.get(name, ())[:1] != values for name, values in said.secrets.items())
        or any(before.settings.get(name) != value for name, value in said.settings.items())
    )


class AccountStore:
    """Reads all accounts, writes one tenant's. `vault` opens and seals their secrets.

    Without one it tells whose the accounts are and nothing of what is in them: no secrets, no settings.
    """

    def __init__(self, db: Database, vault: Vault | None = None) -> None:
        self._db = db
        self._reads_all = vault is not None
        self._vault = vault or Vault(())
        self._complained: dict[tuple[str, str], str] = {}

    # --- reading --------------------------------------------------------------------------------------

    async def stored(self) -> list[Stored]:
        """Every tenant's accounts with their pauses and what is wrong with them, by tenant, channel, account."""
        async with self._db.system() as connection:
            rows = await connection.fetch(_SELECT + " ORDER BY tenant_id, channel, account_id")
        return [self._read(row) for row in rows]

    async def all(self) -> Sequence[ChannelAccount]:
        """Every tenant's accounts; those that cannot be opened are logged once."""
        stored = await self.stored()
        problems = {
            (one.account.channel, one.account.account_id): one.problem for one in stored if one.problem
        }
        for (channel, account_id), problem in problems.items():
            if self._complained.get((channel, account_id)) != problem:
                log.error("account_secrets_unreadable", channel=channel, account_id=account_id, error=problem)
        self._complained = problems
        return [one.account for one in stored]

    async def find(self, channel: str, account_id: str) -> ChannelAccount | None:
        """This account, whoever's it is; one that cannot be opened has no secrets."""
        async with self._db.system() as connection:
            row = await connection.fetchrow(
                _SELECT + " WHERE channel = $1 AND account_id = $2", channel, account_id
            )
        return None if row is None else self._read(row).account

    async def paused(self) -> Mapping[tuple[str, str], Pause]:
        """The accounts that must not send now, by channel and account id."""
        async with self._db.system() as connection:
            rows = await connection.fetch(
                "SELECT channel, account_id, nullif(paused_until, 'infinity') AS paused_until, pause_reason"
                " FROM gateway.channel_accounts WHERE paused_until > now()"
            )
        return {
            (row["channel"], row["account_id"]): Pause(row["paused_until"], row["pause_reason"] or "")
            for row in rows
        }

    # --- accounts -------------------------------------------------------------------------------------

    async def put(self, account: ChannelAccount) -> None:
        """Insert or update. Secrets and settings that `account` does not name stay; a setting that is None goes.

        Raises `AccountTaken` when another tenant has it, `CannotDecrypt` when secrets are given and those stored
        cannot be opened, `NoKey` when secrets are given and there is no key.
        """
        try:
            async with self._db.tenant(account.tenant_id) as connection:
                sealed = await self._merged(connection, account) if account.secrets else None
                await connection.execute(
                    "INSERT INTO gateway.channel_accounts AS old"
                    " (tenant_id, channel, account_id, owner_id, display_number, secrets, settings)"
                    " VALUES ($1, $2, $3, $4, $5, $6, jsonb_strip_nulls($7))"
                    " ON CONFLICT (tenant_id, channel, account_id) DO UPDATE"
                    " SET owner_id = excluded.owner_id, display_number = excluded.display_number,"
                    " secrets = coalesce(excluded.secrets, old.secrets),"
                    " settings = jsonb_strip_nulls(old.settings || $7), updated_at = now()",
                    *_key(account),
                    account.owner_id,
                    account.display_number,
                    sealed,
                    orjson.dumps(dict(account.settings)).decode(),
                )
        except asyncpg.UniqueViolationError as error:
            raise AccountTaken(
                f"The {account.channel} account {account.account_id} belongs to another tenant: remove it there first."
            ) from error

    async def remove(self, account: ChannelAccount) -> None:
        """Forget the account and its secrets. Raises `NoSuchAccount`."""
        await self._change(
            account,
            "DELETE FROM gateway.channel_accounts WHERE tenant_id = $1 AND channel = $2 AND account_id = $3",
        )

    # --- secrets --------------------------------------------------------------------------------------

    async def rotate(self, account: ChannelAccount, name: str, new: str) -> None:
        """`new` is the newest value of this secret from now on; the one before stays valid beside it, older ones do not.

        Repeating it changes nothing. Raises `NoSuchAccount`, `CannotDecrypt`, `NoKey`.
        """

        def rotated(secrets: Secrets) -> Secrets:
            before = secrets.get(name, ())
            return secrets if before[:1] == (new,) else {**secrets, name: (new, *before[:1])}

        await self._edit(account, rotated)

    async def drop_old(self, account: ChannelAccount, name: str) -> None:
        """Only the newest value of this secret is valid from now on. Raises as `rotate` does."""
        await self._edit(account, lambda secrets: {**secrets, name: secrets.get(name, ())[:1]})

    async def rekey(self) -> tuple[int, list[Stored]]:
        """Seal all secrets with the newest key; how many it changed, and the accounts that could not be opened.

        Raises `NoKey`. Safe to repeat, and while the gateway runs.
        """
        if not self._vault.has_key:
            raise NoKey
        changed, failed = 0, []
        for one in await self.stored():
            if one.problem:
                failed.append(one)
            elif await self._edit(one.account, lambda secrets: secrets, only_old=True):
                changed += 1
        return changed, failed

    # --- pauses ---------------------------------------------------------------------------------------

    async def pause(self, account: ChannelAccount, until: datetime | None, reason: str) -> None:
        """Send nothing by the account until then (None: until `resume`). A longer pause stays. Raises `NoSuchAccount`."""
        await self._change(
            account,
            "UPDATE gateway.channel_accounts SET updated_at = now(),"
            " paused_until = greatest(paused_until, coalesce($4::timestamptz, 'infinity')),"
            " pause_reason = CASE WHEN paused_until > coalesce($4::timestamptz, 'infinity') THEN pause_reason"
            " ELSE $5 END WHERE tenant_id = $1 AND channel = $2 AND account_id = $3",
            until,
            reason,
        )

    async def resume(self, account: ChannelAccount) -> None:
        """Send again. Raises `NoSuchAccount`."""
        await self._change(
            account,
            "UPDATE gateway.channel_accounts SET paused_until = NULL, pause_reason = NULL, updated_at = now()"
            " WHERE tenant_id = $1 AND channel = $2 AND account_id = $3",
        )

    # --- inside ---------------------------------------------------------------------------------------

    def _read(self, row: asyncpg.Record) -> Stored:
        # asyncpg's own UUID class is none that orjson writes.
        account = ChannelAccount(
            UUID(int=row["tenant_id"].int),
            row["channel"],
            row["account_id"],
            row["owner_id"],
            row["display_number"],
            settings=orjson.loads(row["settings"]) if self._reads_all else {},
        )
        problem = None
        if self._reads_all and row["secrets"] is not None:
            try:
                account = replace(account, secrets=self._open(account, row["secrets"]))
            except CannotDecrypt as error:
                problem = str(error)
        pause = Pause(row["paused_until"], row["pause_reason"] or "") if row["is_paused"] else None
        return Stored(account, pause, problem)

    async def _merged(self, connection: Connection, account: ChannelAccount) -> bytes:
        row = await self._locked(connection, account)
        before = self._open(account, row["secrets"]) if row and row["secrets"] else {}
        # Who says the newest value again (a seed that is repeated) does not end a rotation.
        changed = {
            name: given for name, given in account.secrets.items() if before.get(name, ())[:1] != given
        }
        return self._seal(account, {**before, **changed})

    async def _edit(
        self, account: ChannelAccount, edit: Callable[[Secrets], Secrets], *, only_old: bool = False
    ) -> bool:
        async with self._db.tenant(account.tenant_id) as connection:
            row = await self._locked(connection, account)
            if row is None:
                raise _missing(account)
            sealed: bytes | None = row["secrets"]
            if only_old and (sealed is None or self._vault.is_newest(sealed)):
                return False
            secrets = edit(self._open(account, sealed) if sealed else {})
            await connection.execute(
                "UPDATE gateway.channel_accounts SET secrets = $4, updated_at = now()"
                " WHERE tenant_id = $1 AND channel = $2 AND account_id = $3",
                *_key(account),
                self._seal(account, secrets),
            )
            return True

    async def _locked(self, connection: Connection, account: ChannelAccount) -> asyncpg.Record | None:
        return await connection.fetchrow(
            "SELECT secrets FROM gateway.channel_accounts"
            " WHERE tenant_id = $1 AND channel = $2 AND account_id = $3 FOR UPDATE",
            *_key(account),
        )

    async def _change(self, account: ChannelAccount, statement: str, *arguments: object) -> None:
        async with self._db.tenant(account.tenant_id) as connection:
            done = await connection.execute(statement, *_key(account), *arguments)
        if done.endswith(" 0"):
            raise _missing(account)

    def _open(self, account: ChannelAccount, sealed: bytes) -> Secrets:
        stored = orjson.loads(self._vault.open(sealed, _about(account)))
        return {name: tuple(values) for name, values in stored.items()}

    def _seal(self, account: ChannelAccount, secrets: Secrets) -> bytes:
        kept = {name: values for name, values in secrets.items() if values}
        return self._vault.seal(orjson.dumps(kept), _about(account))


def _key(account: ChannelAccount) -> tuple[UUID, str, str]:
    return account.tenant_id, account.channel, account.account_id


def _about(account: ChannelAccount) -> bytes:
    # A tenant's id has one length and a channel's name no "|": two accounts never share these bytes.
    return f"channel_accounts|{account.tenant_id}|{account.channel}|{account.account_id}".encode()


def _missing(account: ChannelAccount) -> NoSuchAccount:
    return NoSuchAccount(
        f"There is no {account.channel} account {account.account_id}: see `usher channel list`."
    )
