"""Does a person's voice note get into the object store, and nothing else from anywhere else?"""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from services.gateway.media import MOST_BYTES
from services.gateway.seed import seed
from shared import subjects
from shared.bus import Bus
from shared.files import Files
from shared.messages.conversation import FetchMedia, MediaFetched
from tests.integration.gateway.conftest import World
from tests.integration.gateway.graph import Graph, sha256_of

pytestmark = pytest.mark.usefixtures("gateway")

VOICE = b"OggS" + b"voice" * 1000


async def ask(world: World, media_id: str, **changes: object) -> MediaFetched:
    question = FetchMedia(
        tenant_id=world.tenant_id, channel="whatsapp", account_id=world.account, media_id=media_id
    ).model_copy(update=changes)
    return await world.bus.query(subjects.query("gateway", "fetch_media"), question, MediaFetched, timeout=10)


async def test_a_voice_note_is_brought_and_checked(world: World, graph: Graph, bus: Bus) -> None:
    graph.files["700"] = VOICE

    found = await ask(world, "700", sha256=sha256_of(VOICE))

    assert found.file is not None
    assert (found.file.mime, found.file.size) == ("audio/ogg; codecs=opus", len(VOICE))
    assert await Files(bus).get(found.file) == VOICE


async def test_asking_again_gives_the_same_file(world: World, graph: Graph) -> None:
    graph.files["700"] = VOICE

    first, second = await asyncio.gather(ask(world, "700"), ask(world, "700"))

    assert first.file == second.file == (await ask(world, "700")).file


async def test_a_file_that_the_provider_no_longer_has_is_gone(world: World) -> None:
    found = await ask(world, "404404")

    assert (found.file, found.gone) == (None, True)


async def test_other_bytes_than_were_announced_are_not_taken(world: World, graph: Graph) -> None:
    graph.files["700"] = VOICE

    found = await ask(world, "700", sha256=sha256_of(b"something else"))

    assert (found.file, found.gone) == (None, False)


async def test_a_file_above_the_limit_is_not_taken(world: World, graph: Graph) -> None:
    graph.files["700"] = bytes(MOST_BYTES + 1)

    found = await ask(world, "700")

    assert (found.file, found.gone) == (None, True)


async def test_a_link_to_another_host_is_not_followed(world: World, graph: Graph) -> None:
    graph.links["700"] = "http://127.0.0.1:1/secret"

    found = await ask(world, "700")

    assert found.gone
    assert "not the provider's" in (found.error or "")


async def test_a_redirect_is_followed_on_the_providers_own_host_only(world: World, graph: Graph) -> None:
    graph.files["700"] = VOICE
    graph.links["700"] = f"http://127.0.0.1:{graph.port}/moved/700"
    graph.links["701"] = f"http://127.0.0.1:{graph.port}/moved/..%2F..%2F@127.0.0.1:1"

    assert (await ask(world, "700")).file is not None
    assert (await ask(world, "701")).file is None


async def test_an_account_of_another_tenant_is_refused(world: World, graph: Graph) -> None:
    graph.files["700"] = VOICE

    found = await ask(world, "700", tenant_id=uuid4())

    assert (found.file, found.gone) == (None, True)


async def test_a_provider_that_is_away_is_asked_again_later(world: World, graph: Graph) -> None:
    graph.files["700"] = VOICE
    await graph.stop()
    away = await ask(world, "700")
    await graph.start(graph.port)

    assert (away.file, away.gone) == (None, False)
    assert (await ask(world, "700")).file is not None


async def test_an_account_added_a_moment_ago_is_known(world: World, graph: Graph) -> None:
    graph.files["700"] = VOICE
    account = str(uuid4().int)[:15]
    number = {"phone_number_id": account, "waba_id": f"9{account}"}
    await seed({"tenants": [{"slug": world.slug, "whatsapp": number}]}, world.settings)

    found = await ask(world, "700", account_id=account)

    assert found.file is not None
