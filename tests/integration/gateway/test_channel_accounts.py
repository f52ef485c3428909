"""Channel accounts on a real database: sealed, rotated, paused, moved to a new key, checked at a provider over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from click.testing import Result
from pydantic import SecretStr
from typer.testing import CliRunner

from services.booking.seed import seed as seed_booking
from services.gateway.accounts import Directory
from services.gateway.domain.account import ChannelAccount
from services.gateway.secrets import CannotDecrypt, NoKey, Vault, new_key
from services.gateway.seed import seed
from services.gateway.store.accounts import AccountStore, AccountTaken, NoSuchAccount
from shared.db import Database
from shared.ids import tenant_id_of
from shared.settings import Settings
from tests.integration.conftest import eventually
from usher.child import ChildSpec
from usher.cli import app
from usher.embedded.credentials import load
from usher.environment import child_environment
from usher.supervisor import Supervisor

OLD, NEW = new_key(), new_key()


def vault(*keys: str) -> Vault:
    return Vault.from_settings(Settings(secrets_key=SecretStr(",".join(keys))))


@pytest.fixture
async def db(database: Settings) -> AsyncIterator[Database]:
    opened = await Database.open(database.database_url or "", size=2, name="test")
    yield opened
    await opened.close()


@pytest.fixture
async def store(db: Database) -> AccountStore:
    """All accounts are this test's: what others left would be sealed with their keys."""
    return await emptied(db, AccountStore(db, vault(OLD)))


async def emptied(db: Database, store: AccountStore) -> AccountStore:
    for stored in await store.stored():
        await store.remove(stored.account)
    return store


def account(**changes: object) -> ChannelAccount:
    """A bot of a tenant of its own."""
    made = ChannelAccount(
        tenant_id_of(f"studio-{uuid4().hex[:8]}"),
        "telegram",
        str(uuid4().int)[:12],
        secrets={"bot_token": ("1:t0ken",), "webhook_secret": ("s3cret",)},
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # each test names fields of the class


async def row(db: Database, one: ChannelAccount) -> asyncpg.Record:
    async with db.tenant(one.tenant_id) as connection:
        found = await connection.fetchrow(
            "SELECT * FROM gateway.channel_accounts WHERE account_id = $1", one.account_id
        )
    assert found is not None
    return found


# --- at rest --------------------------------------------------------------------------------------------


async def test_an_account_comes_back_whole_and_its_secrets_are_unreadable_in_the_table(
    store: AccountStore, db: Database
) -> None:
    one = account(
        owner_id="AC1", display_number="+351", settings={"rate_per_second": 3, "templates": {"a": "b"}}
    )

    await store.put(one)

    assert await store.all() == [one]
    assert await store.find("telegram", one.account_id) == one
    assert await store.find("whatsapp", one.account_id) is None
    sealed = bytes((await row(db, one))["secrets"])
    assert not [each for each in (b"t0ken", b"s3cret", b"bot_token") if each in sealed]


async def test_secrets_that_are_copied_to_another_row_do_not_open_there(
    store: AccountStore, db: Database
) -> None:
    mine, theirs = account(), account(secrets={})
    await store.put(mine)
    await store.put(theirs)
    async with db.tenant(mine.tenant_id, theirs.tenant_id) as connection:
        await connection.execute(
            "UPDATE gateway.channel_accounts SET secrets = $1 WHERE tenant_id = $2",
            (await row(db, mine))["secrets"],
            theirs.tenant_id,
        )

    found = {one.account.account_id: one for one in await store.stored()}

    assert found[theirs.account_id].account.secrets == {}
    assert "another place" in (found[theirs.account_id].problem or "")
    assert found[mine.account_id].account == mine, "one bad row does not stop the others"


async def test_a_tenant_cannot_take_anothers_account(store: AccountStore, db: Database) -> None:
    one = account()
    await store.put(one)

    with pytest.raises(AccountTaken, match="belongs to another tenant"):
        await store.put(account(account_id=one.account_id))
    with pytest.raises(NoSuchAccount):
        await store.remove(replace(one, tenant_id=uuid4()))
    with pytest.raises(NoSuchAccount):
        await store.rotate(replace(one, tenant_id=uuid4()), "bot_token", "stolen")

    assert await store.all() == [one]


async def test_what_is_not_said_again_stays(store: AccountStore) -> None:
    one = account(settings={"a": 1, "b": 2})
    await store.put(one)

    await store.put(
        replace(one, display_number="+1", secrets={"bot_token": ("2:n3w",)}, settings={"b": None, "c": 3})
    )

    assert await store.all() == [
        replace(
            one,
            display_number="+1",
            secrets={"bot_token": ("2:n3w",), "webhook_secret": ("s3cret",)},
            settings={"a": 1, "c": 3},
        )
    ]


async def test_without_a_key_accounts_are_read_and_secrets_stay_closed_and_unharmed(
    store: AccountStore, db: Database
) -> None:
    one = account()
    await store.put(one)
    blind = AccountStore(db, vault())

    await blind.put(replace(one, display_number="+1", secrets={}))

    [stored] = await blind.stored()
    assert (stored.account.display_number, stored.account.secrets) == ("+1", {})
    assert "USHER_SECRETS_KEY" in (stored.problem or "")
    with pytest.raises(NoKey):
        await blind.put(one)
    assert await store.all() == [replace(one, display_number="+1")]


async def test_who_only_wants_to_know_whose_an_account_is_needs_no_key_and_sees_nothing_of_it(
    store: AccountStore, db: Database
) -> None:
    one = account(settings={"a": 1})
    await store.put(one)

    assert await AccountStore(db).all() == [replace(one, secrets={}, settings={})]
    assert [stored.problem for stored in await AccountStore(db).stored()] == [None]


async def test_secrets_are_never_overwritten_by_somebody_who_cannot_open_them(
    store: AccountStore, db: Database
) -> None:
    one = account()
    await store.put(one)

    with pytest.raises(CannotDecrypt, match="USHER_SECRETS_KEY does not hold"):
        await AccountStore(db, vault(NEW)).put(replace(one, secrets={"bot_token": ("x",)}))

    assert await store.all() == [one]


# --- rotation -------------------------------------------------------------------------------------------


async def test_while_rotating_two_secrets_are_valid_then_one(store: AccountStore) -> None:
    one = account()
    await store.put(one)

    await store.rotate(one, "webhook_secret", "n3w")
    await store.rotate(one, "webhook_secret", "n3w")
    [during] = await store.all()
    await store.put(replace(one, secrets={"webhook_secret": ("n3w",)}))
    [seeded] = await store.all()
    await store.drop_old(one, "webhook_secret")
    [after] = await store.all()

    assert during.secrets == {"bot_token": ("1:t0ken",), "webhook_secret": ("n3w", "s3cret")}
    assert seeded == during, "a seed that says the newest again does not end the rotation"
    assert after.secrets == {"bot_token": ("1:t0ken",), "webhook_secret": ("n3w",)}


async def test_rotations_of_different_secrets_at_once_both_count(store: AccountStore) -> None:
    one = account()
    await store.put(one)

    await asyncio.gather(store.rotate(one, "bot_token", "a"), store.rotate(one, "webhook_secret", "b"))

    [after] = await store.all()
    assert after.secrets == {"bot_token": ("a", "1:t0ken"), "webhook_secret": ("b", "s3cret")}


async def test_a_new_key_takes_over_without_a_gap(store: AccountStore, db: Database) -> None:
    one, other, bare = account(), account(), account(secrets={})
    for each in (one, other, bare):
        await store.put(each)
    both = AccountStore(db, vault(NEW, OLD))
    await both.rotate(one, "bot_token", "2:n3w")  # sealed with the new key already

    assert await both.rekey() == (1, [])
    assert await both.rekey() == (0, [])

    alone = AccountStore(db, vault(NEW))
    assert [stored.problem for stored in await alone.stored()] == [None, None, None]
    assert await alone.find("telegram", other.account_id) == other


async def test_rekey_names_what_it_cannot_open_and_does_the_rest(store: AccountStore, db: Database) -> None:
    one, lost = account(), account()
    await store.put(one)
    await AccountStore(db, vault(new_key())).put(lost)

    changed, failed = await AccountStore(db, vault(NEW, OLD)).rekey()

    assert changed == 1
    assert [each.account.account_id for each in failed] == [lost.account_id]
    with pytest.raises(NoKey):
        await AccountStore(db, vault()).rekey()


# --- pauses ---------------------------------------------------------------------------------------------


async def test_an_account_is_paused_until_its_time_or_until_somebody_resumes_it(store: AccountStore) -> None:
    one, other = account(), account()
    await store.put(one)
    await store.put(other)
    later = datetime.now(UTC) + timedelta(hours=1)

    await store.pause(one, None, "quality")
    await store.pause(other, later, "spam")
    paused = await store.paused()
    await store.resume(one)

    assert {key[1]: (pause.until, pause.reason) for key, pause in paused.items()} == {
        one.account_id: (None, "quality"),
        other.account_id: (later, "spam"),
    }
    assert [key[1] for key in await store.paused()] == [other.account_id]
    with pytest.raises(NoSuchAccount):
        await store.pause(account(), None, "nobody")


async def test_a_shorter_pause_does_not_end_a_longer_one_and_one_that_is_over_counts_no_more(
    store: AccountStore,
) -> None:
    one, over = account(), account()
    await store.put(one)
    await store.put(over)

    await store.pause(one, None, "by hand")
    await store.pause(one, datetime.now(UTC) + timedelta(seconds=60), "too fast")
    await store.pause(over, datetime.now(UTC) - timedelta(seconds=1), "too fast")

    paused = await store.paused()
    assert [(pause.until, pause.reason) for pause in paused.values()] == [(None, "by hand")]


# --- seed and directory ---------------------------------------------------------------------------------


async def test_a_seed_brings_accounts_with_their_secrets_to_the_directory(
    store: AccountStore, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THE_TOKEN", "1:t0ken")
    settings = database.model_copy(update={"secrets_key": SecretStr(OLD)})
    directory = Directory(store)
    said = {
        "channel": "echo",
        "account_id": 5,
        "secrets": {"token": "env:THE_TOKEN"},
        "settings": {"url": "http://x"},
    }
    number = {"phone_number_id": "6"}
    document = {"tenants": [{"slug": "seeded", "whatsapp": number, "channels": [said]}]}

    assert await seed(document, settings) == await seed(document, settings) == 2

    assert await directory.look_up_account("echo", "5") == ChannelAccount(
        tenant_id_of("seeded"), "echo", "5", secrets={"token": ("1:t0ken",)}, settings={"url": "http://x"}
    )
    assert await directory.look_up("whatsapp", "6") == tenant_id_of("seeded")
    assert await directory.look_up("whatsapp", "7") is None


async def test_a_seed_with_secrets_needs_a_key_and_one_without_does_not(
    store: AccountStore, database: Settings
) -> None:
    bare = database.model_copy(update={"secrets_key": None})
    with_secret = {"channel": "echo", "account_id": "8", "secrets": {"token": "x"}}

    assert await seed({"tenants": [{"slug": "seeded", "whatsapp": {"phone_number_id": "9"}}]}, bare) == 1
    with pytest.raises(NoKey, match="USHER_SECRETS_KEY"):
        await seed({"tenants": [{"slug": "seeded", "channels": [with_secret]}]}, bare)


async def test_usher_up_gives_its_key_to_what_it_starts(tmp_path: Path) -> None:
    lines: list[str] = []
    settings = Settings(
        data_dir=tmp_path, database_url="postgresql://x@x/x", nats_url="nats://x", redis_url="redis://x"
    )
    show = "import os, time; print(os.environ['USHER_SECRETS_KEY'], flush=True); time.sleep(600)"
    child = ChildSpec("probe", ("-c", show))

    async with Supervisor(
        settings, services=(), children=[child], on_line=lambda _, line: lines.append(line)
    ):
        await eventually(lambda: lines)

    assert lines == [load(tmp_path).secrets_key]


# --- the command ----------------------------------------------------------------------------------------


class Telegram:
    """Telegram's side: the one bot `77`, whose token can go bad."""

    def __init__(self) -> None:
        self.token = "77:t0ken"
        self.webhook: dict[str, object] = {}
        site = web.Application()
        site.router.add_route("*", "/bot{token}/{method}", self._answer)
        self.server = TestServer(site)

    async def _answer(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.token:
            said = {"ok": False, "error_code": 401, "description": "Unauthorized"}
            return web.json_response(said, status=401)
        if request.match_info["method"] == "getMe":
            return web.json_response(
                {"ok": True, "result": {"id": 77, "is_bot": True, "username": "casa_bot"}}
            )
        if request.match_info["method"] == "getWebhookInfo":
            return web.json_response(
                {"ok": True, "result": {"pending_update_count": 0, "url": "", **self.webhook}}
            )
        if request.match_info["method"] == "setWebhook":
            given = dict(request.query)
            self.webhook = {**given, "allowed_updates": json.loads(given["allowed_updates"])}
        return web.json_response({"ok": True, "result": True})


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    provider = Telegram()
    await provider.server.start_server()
    yield provider
    await provider.server.close()


class Console:
    """`usher channel …` with the settings of this test."""

    def __init__(self, settings: Settings) -> None:
        self._environment = {**child_environment(settings, {}), "COLUMNS": "200", "THE_TOKEN": "77:t0ken"}

    async def __call__(self, *arguments: str, **more: str) -> Result:
        # The command brings its own event loop, so it needs a thread of its own.
        return await asyncio.to_thread(
            CliRunner().invoke, app, ["channel", *arguments], env={**self._environment, **more}
        )


@pytest.fixture
async def usher(database: Settings, store: AccountStore, telegram: Telegram) -> Console:
    """The command on this database, with the tenant `channel-casa` in it."""
    tenant = {"slug": "channel-casa", "name": "Casa", "timezone": "Europe/Lisbon", "currency": "EUR"}
    await seed_booking({"tenants": [tenant]}, database)
    return Console(
        database.model_copy(
            update={
                "secrets_key": SecretStr(OLD),
                "public_url": "https://chat.example",
                "telegram_api_url": str(telegram.server.make_url("")).rstrip("/"),
            }
        )
    )


GIVEN = (
    "--tenant",
    "channel-casa",
    "--secret-from",
    "bot_token=THE_TOKEN",
    "--make-secret",
    "webhook_secret",
)


async def test_an_account_is_added_connected_and_checked(
    usher: Console, store: AccountStore, telegram: Telegram
) -> None:
    added = await usher("add", "telegram", "77", *GIVEN, "--connect")
    checked = await usher("check", "telegram", "77")

    assert added.exit_code == 0, added.output
    assert "https://chat.example/webhooks/telegram/77" in added.output
    [kept] = await store.all()
    assert telegram.webhook["secret_token"] == kept.secret("webhook_secret")
    assert checked.exit_code == 0, checked.output
    assert checked.output.count("✓") >= 2
    assert "t0ken" not in added.output + checked.output


async def test_credentials_that_went_bad_are_told_with_what_to_do(usher: Console, telegram: Telegram) -> None:
    await usher("add", "telegram", "77", *GIVEN, "--connect")
    telegram.token = "77:another"

    checked = await usher("check")
    as_json = await usher("check", "--json")
    refused = await usher("add", "telegram", "77", "--connect")

    assert (checked.exit_code, as_json.exit_code, refused.exit_code) == (1, 1, 1)
    assert "✗" in checked.output
    assert "@BotFather" in checked.output
    assert [each for each in json.loads(as_json.stdout)["telegram 77"] if each["problem"]]
    assert "✗ step 1" in refused.output
    assert "t0ken" not in checked.output + as_json.output + refused.output


async def test_a_provider_that_is_away_is_told(usher: Console, telegram: Telegram) -> None:
    await usher("add", "telegram", "77", *GIVEN)
    await telegram.server.close()

    checked = await usher("check")

    assert checked.exit_code == 1
    assert "cannot be reached" in checked.output


async def test_the_life_of_an_account_shows_in_the_list(usher: Console, store: AccountStore) -> None:
    async def listed() -> dict[str, object]:
        result = await usher("list", "--tenant", "channel-casa", "--json")
        assert result.exit_code == 0, result.output
        [only] = json.loads(result.stdout)["accounts"]
        return dict(only)

    await usher("add", "telegram", "77", *GIVEN, "--number", "@casa_bot", "--setting", "rate_per_second=5")
    first = await listed()
    await usher("rotate", "telegram", "77", "--make-secret", "webhook_secret")
    await usher("pause", "telegram", "77", "--reason", "spam")
    second = await listed()
    table = await usher("list")
    await usher("rotate", "telegram", "77", "--finish")
    await usher("resume", "telegram", "77")
    third = await listed()
    await usher("remove", "telegram", "77", "--yes")

    assert (first["tenant"], first["number"], first["settings"]) == (
        "channel-casa",
        "@casa_bot",
        {"rate_per_second": 5},
    )
    assert first["secrets"] == third["secrets"] == {"bot_token": 1, "webhook_secret": 1}
    assert second["secrets"] == {"bot_token": 1, "webhook_secret": 2}
    assert (first["state"], second["state"], second["reason"], third["state"]) == (
        "active",
        "paused",
        "spam",
        "active",
    )
    assert "webhook_secret ×2" in table.output
    assert "t0ken" not in table.output
    assert await store.all() == []


async def test_rekey_moves_all_secrets_to_the_newest_key(usher: Console, db: Database) -> None:
    await usher("add", "telegram", "77", *GIVEN)

    moved = await usher("rekey", USHER_SECRETS_KEY=f"{NEW},{OLD}")
    lost = await usher("rekey", USHER_SECRETS_KEY=new_key())

    assert moved.output.startswith("1 accounts encrypted")
    assert (await AccountStore(db, vault(NEW)).all())[0].secret("bot_token") == "77:t0ken"
    assert lost.exit_code == 1
    assert "telegram 77: This was sealed with a key" in lost.output


async def test_adding_without_a_key_says_how_to_make_one_and_stores_nothing(
    usher: Console, store: AccountStore
) -> None:
    result = await usher("add", "telegram", "77", *GIVEN, USHER_SECRETS_KEY="", USHER_DATA_DIR="nowhere")

    assert result.exit_code == 1
    assert "usher channel key" in str(result.exception)
    assert await store.all() == []
