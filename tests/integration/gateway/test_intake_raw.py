"""Are the bytes of webhooks kept, sealed, and does reading them again bring what could not be read before, and only that?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from typer.testing import CliRunner

from services.gateway.accounts import Directory
from services.gateway.app import Gateway, load_channels
from services.gateway.channels import Channel, Inbound, Malformed, RawRequest
from services.gateway.channels.whatsapp import WhatsApp
from services.gateway.inbound import NOBODY
from services.gateway.raw import MOST_AS_IT_IS, RawKeeper, opened
from services.gateway.replay import Replay, Report, Which
from services.gateway.secrets import CannotDecrypt, NoKey, Vault, new_key
from services.gateway.store.accounts import AccountStore
from services.gateway.store.inbox import InboxStore
from services.gateway.store.raw import RawStore
from shared.db import Database
from shared.settings import Settings
from tests.integration.gateway import bodies
from tests.integration.gateway.conftest import World, start
from usher.cli import app
from usher.commands.replay import lines


class OldWhatsApp(WhatsApp):
    """An adapter with a bug: it cannot read what mentions a violin, and chokes on bodies that mention a tuba."""

    def parse(self, request: RawRequest) -> list[Inbound]:
        if b"tuba" in request.body:
            raise Malformed("tuba")
        return [] if b"violin" in request.body else super().parse(request)


@pytest.fixture
async def gateway(quick: Settings, world: World) -> AsyncIterator[Gateway]:
    """A running gateway."""
    service = await start(quick)
    yield service
    await service.stop()


async def stored(world: World) -> list[asyncpg.Record]:
    """The bodies of this test's account: they can be told by nothing but their plain bytes."""
    vault = Vault.from_settings(world.settings)

    def is_ours(row: asyncpg.Record) -> bool:
        try:
            return world.account.encode() in opened(vault, row["id"], row["body"])
        except CannotDecrypt:  # another test's, sealed with its own key
            return False

    return [row for row in await world.rows("raw_bodies", NOBODY) if is_ours(row)]


async def replayed(world: World, channel: Channel, which: Which, *, dry: bool = False) -> Report:
    vault = Vault.from_settings(world.settings)
    directory = Directory(AccountStore(world.db, vault))
    inbox = InboxStore(world.db, resend_after=0.0)
    replay = Replay({"whatsapp": channel}, directory, RawStore(world.db), inbox, vault)
    return await replay.run(which, dry=dry)


@pytest.mark.usefixtures("gateway")
async def test_the_whole_body_is_kept_sealed_and_once(world: World) -> None:
    raw = bodies.body(bodies.value(world.account, messages=[bodies.text("351910000001", "wamid.1")]))
    for _ in range(3):
        assert (await world.post(raw))[0] == 200

    [row] = await stored(world)
    assert b"351910000001" not in row["body"]
    assert (row["channel"], row["account_id"]) == ("whatsapp", None)
    assert row["url"].endswith("/webhooks/whatsapp")
    assert opened(Vault.from_settings(world.settings), row["id"], row["body"]) == raw


@pytest.mark.usefixtures("gateway")
async def test_a_body_that_nobody_can_read_is_kept_too_and_a_forged_one_is_not(world: World) -> None:
    nonsense = f"nonsense {world.account}".encode()
    assert (await world.post(nonsense))[0] == 200
    assert (await world.post(nonsense + b"!", "sha256=00"))[0] == 401

    assert len(await stored(world)) == 1


async def test_after_a_fix_the_replay_brings_what_could_not_be_read_and_only_that(
    world: World, quick: Settings
) -> None:
    good = load_channels(quick)["whatsapp"]
    assert isinstance(good, WhatsApp)
    bad = OldWhatsApp.from_settings(quick)
    service = Gateway(quick, {"whatsapp": bad})
    await service.start()
    since = datetime.now(UTC)
    for name, words in (("1", "piano"), ("2", "violin"), ("3", "tuba")):
        assert await world.say(bodies.text("351910000001", f"wamid.{name}", words)) == 200
    await world.heard("wamid.1")

    which = Which(since=since, tenant_id=world.tenant_id)
    looked = await replayed(world, good, which, dry=True)
    assert (looked.new, looked.there) == (2, 1)
    assert len(await world.rows("inbox")) == 1

    done = await replayed(world, good, which)
    assert (done.new, done.there, done.unreadable) == (2, 1, 0)
    await world.heard("wamid.1", "wamid.2", "wamid.3")  # the running gateway passes them on
    again = await replayed(world, good, which)
    assert (again.new, again.there) == (0, 3)
    assert "0 new, 3 already there" in lines(again, dry=False)[0]
    none = await replayed(world, good, Which(since=since, channel="telegram"))
    other = await replayed(world, good, Which(since=since, account_id="other"))
    assert (none.requests, other.items) == (0, 0)
    await service.stop()


async def test_without_the_key_a_replay_says_what_to_set(world: World, quick: Settings) -> None:
    keyless = world.settings.model_copy(update={"secrets_key": None})
    unkeyed = World(keyless, world.http, world.db, world.bus)
    with pytest.raises(NoKey, match="USHER_SECRETS_KEY"):
        await replayed(unkeyed, load_channels(quick)["whatsapp"], Which())


async def test_bodies_are_forgotten_when_they_are_old(db: Database, quick: Settings) -> None:
    store = RawStore(db)
    keeper = RawKeeper(Vault.from_settings(quick), 1.0)
    digest = b"\x07" * 16
    body = keeper.body("whatsapp", RawRequest(b"x", {}, datetime.now(UTC)), digest)
    assert body is not None
    await InboxStore(db, resend_after=1.0).add([], [body])

    assert await store.forget(timedelta(hours=1), 10) == 0
    while await store.forget(timedelta(0), 1000):
        pass
    async with db.tenant(NOBODY) as connection:
        assert (
            await connection.fetchval("SELECT count(*) FROM gateway.raw_bodies WHERE id = $1", body.id) == 0
        )


@pytest.mark.parametrize("size", [0, MOST_AS_IT_IS - 1, MOST_AS_IT_IS, 100_000])
def test_a_body_of_any_size_opens_as_it_came_and_only_as_itself(size: int) -> None:
    vault, body = Vault([b"k" * 32]), (b"message " * size)[:size]
    raw = RawKeeper(vault, 1.0).body("whatsapp", RawRequest(body, {}, datetime.now(UTC)), b"\x07" * 16)
    assert raw is not None

    assert opened(vault, raw.id, raw.sealed) == body
    with pytest.raises(CannotDecrypt):
        opened(vault, NOBODY, raw.sealed)


def test_a_large_body_from_before_they_were_made_smaller_opens() -> None:
    vault, raw_id, body = Vault([b"k" * 32]), UUID(int=7), b"message " * 1000

    assert opened(vault, raw_id, vault.seal(body, b"raw_bodies|" + raw_id.bytes)) == body


def test_without_a_key_or_a_retention_nothing_is_kept() -> None:
    request = RawRequest(b"x", {}, datetime.now(UTC))
    for keeper in (RawKeeper(Vault(()), 168.0), RawKeeper(Vault([b"k" * 32]), 0.0)):
        assert keeper.body("whatsapp", request, b"\x00" * 16) is None


def test_the_command_counts_and_says_what_is_wrong_with_an_instant(
    database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USHER_DATABASE_URL", database.database_url or "")
    monkeypatch.setenv("USHER_WHATSAPP_APP_SECRET", "s")
    monkeypatch.setenv("USHER_SECRETS_KEY", new_key())
    monkeypatch.setenv("USHER_CHANNELS", "whatsapp")
    run = CliRunner()
    assert "is no instant" in run.invoke(app, ["replay-inbound", "--since", "yesterday"]).output
    done = run.invoke(app, ["replay-inbound", "--since", "2020-01-01", "--tenant", "nobody", "--dry-run"])
    assert done.exit_code == 0, done.output
    assert "0 would be new" in done.output
