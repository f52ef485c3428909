"""Whose account is it? What the directory knows at once, what it asks for, what it forgets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from services.gateway.accounts import Directory
from services.gateway.domain.account import ChannelAccount, MissingSecret
from shared.ids import tenant_id_of

CASA, VILA = tenant_id_of("casa"), tenant_id_of("vila")
BOT = ChannelAccount(CASA, "telegram", "77", secrets={"bot_token": ("77:new", "77:old")})


class Kept:
    """Accounts in memory; `asked` counts single ones asked for, `read` whole readings."""

    def __init__(self, *accounts: ChannelAccount) -> None:
        self.accounts = list(accounts)
        self.asked = 0
        self.read = 0
        self.away = False

    async def all(self) -> Sequence[ChannelAccount]:
        self.read += 1
        if self.away:
            raise ConnectionRefusedError
        return list(self.accounts)

    async def find(self, channel: str, account_id: str) -> ChannelAccount | None:
        self.asked += 1
        return next((a for a in self.accounts if (a.channel, a.account_id) == (channel, account_id)), None)


async def known(*accounts: ChannelAccount) -> tuple[Directory, Kept]:
    store = Kept(*accounts)
    directory = Directory(store)
    await directory.refresh()
    return directory, store


async def test_a_known_account_comes_with_its_secrets_and_nobody_is_asked() -> None:
    directory, store = await known(BOT)

    assert directory.account("telegram", "77") == BOT
    assert directory.tenant_of("telegram", "77") == CASA
    assert store.asked == 0


async def test_the_same_id_of_another_channel_is_another_account() -> None:
    directory, _ = await known(BOT)

    assert directory.account("whatsapp", "77") is None


async def test_an_account_that_was_just_added_is_found_by_asking_for_it_alone() -> None:
    directory, store = await known()
    store.accounts.append(BOT)

    assert directory.account("telegram", "77") is None
    assert await directory.look_up("telegram", "77") == CASA
    assert await directory.look_up_account("telegram", "77") == BOT
    assert directory.account("telegram", "77") == BOT
    assert store.read == 1, "strangers who ask for accounts that nobody has must not cost whole readings"


async def test_an_account_that_is_gone_is_forgotten_when_asked_for_or_read() -> None:
    directory, store = await known(BOT, replace(BOT, account_id="78"))
    store.accounts.clear()

    assert await directory.look_up_account("telegram", "77") is None
    assert directory.account("telegram", "77") is None
    await directory.refresh()
    assert directory.account("telegram", "78") is None


async def test_a_rotated_secret_is_known_after_a_refresh() -> None:
    directory, store = await known(BOT)
    store.accounts[0] = replace(BOT, secrets={"bot_token": ("77:newest",)})
    await directory.refresh()

    account = directory.account("telegram", "77")
    assert account is not None
    assert account.secret("bot_token") == "77:newest"


@pytest.mark.parametrize(
    ("owners", "tenant"), [((CASA,), CASA), ((CASA, CASA), CASA), ((CASA, VILA), None), ((), None)]
)
async def test_news_of_an_owner_is_a_tenants_only_when_no_other_shares_it(
    owners: tuple[UUID, ...], tenant: UUID | None
) -> None:
    directory, _ = await known(
        *(ChannelAccount(owner, "whatsapp", str(n), "waba") for n, owner in enumerate(owners))
    )

    assert directory.tenant_of("whatsapp", None, "waba") == tenant
    assert directory.tenant_of("whatsapp", None, None) is None


async def test_it_goes_on_reading_after_the_database_was_away() -> None:
    store = Kept()
    store.away = True
    directory = Directory(store, refresh_every=0.001)
    running = asyncio.create_task(directory.run())
    while store.read < 2:
        await asyncio.sleep(0)
    store.away = False
    store.accounts.append(BOT)
    while directory.account("telegram", "77") is None:
        await asyncio.sleep(0)
    running.cancel()


def test_an_account_never_shows_its_secrets() -> None:
    assert "77:new" not in repr(BOT) + str(BOT)
    with pytest.raises(
        MissingSecret, match=r"telegram account 77 has no webhook_secret: .*usher channel add"
    ):
        BOT.secret("webhook_secret")
