"""Voice notes become text through the object store and the real speech engine, on the real bus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from services.media.app import Media, build
from services.media.transcribe.port import EngineFailed, EngineMissing
from shared import subjects
from shared.messages.media import FileRef
from shared.settings import Settings
from tests.integration.conftest import eventually
from tests.integration.media.conftest import Asker, HeldEngine, running
from tests.voice import speak


@pytest.fixture
async def media(settings: Settings) -> AsyncIterator[Media]:
    """Media as it runs in production, with the default engine."""
    async with running(build(settings)) as service:
        yield service


async def test_a_voice_note_becomes_text_and_all_that_is_not_one_gets_a_reason(
    media: Media, asker: Asker
) -> None:
    spoken = await asker.note(speak("i want yoga tomorrow at seven p m"))
    playlist = await asker.note(b"#EXTM3U\nhttp://127.0.0.1/secret.ogg\n")
    damaged = await asker.note(b"OggS\x00" + bytes(200))
    lost = FileRef(bucket=subjects.FILES, key="gone", mime="audio/ogg", size=1, sha256="ab")

    heard, refused, broken, missing = await asyncio.gather(
        asker.ask(spoken), asker.ask(playlist), asker.ask(damaged), asker.ask(lost)
    )

    assert heard.text is not None
    assert {"yoga", "tomorrow"} <= set(heard.text.lower().split())
    assert heard.engine == "pocketsphinx"
    assert "not a sound file" in (refused.error or "")
    assert "could not understand" in (broken.error or "")
    assert missing.missing
    await asker.done()
    assert await media.ready() == {"bus": True, "transcriber": True}


async def test_a_note_that_is_asked_for_again_while_it_is_heard_is_heard_once(
    settings: Settings, asker: Asker
) -> None:
    engine = HeldEngine()
    async with running(Media(settings, engine)):
        file, message_id = await asker.note(speak("yes please")), uuid4()
        # The agent's own repeats (same ask id), and a second agent with the same message.
        asks = [
            asyncio.ensure_future(asker.ask(file, message_id=message_id, ask_id=uuid4(), every=0.05))
            for _ in range(2)
        ]
        await eventually(lambda: engine.heard)
        await until_stored(asker, 5)
        engine.let_go.set()

        answers = await asyncio.gather(*asks)

        assert [answer.text for answer in answers] == ["yes please", "yes please"]
        assert (await asker.ask(file, message_id=message_id)).text == "yes please"
        assert engine.heard == 1
        await asker.done()


async def until_stored(asker: Asker, jobs: int) -> None:
    """Wait until this many jobs have been put into JOBS from now on."""
    first = (await asker.bus.js.stream_info(subjects.JOBS)).state.last_seq

    async def stored() -> bool:
        return (await asker.bus.js.stream_info(subjects.JOBS)).state.last_seq >= first + jobs

    await eventually(stored)  # type: ignore[arg-type]  # mypy cannot solve its union for an awaitable


async def test_the_same_message_id_of_another_tenant_is_another_note(
    settings: Settings, asker: Asker
) -> None:
    engine = HeldEngine()
    engine.let_go.set()
    async with running(Media(settings, engine)):
        file, message_id = await asker.note(speak("yes please")), uuid4()
        await asker.ask(file, message_id=message_id)

        await Asker(asker.bus).ask(file, message_id=message_id)

        assert engine.heard == 2


async def test_a_note_whose_media_dies_before_the_answer_is_heard_by_another(
    settings: Settings, asker: Asker
) -> None:
    dying, living = HeldEngine("never said"), HeldEngine("yes please")
    living.let_go.set()
    file = await asker.note(speak("yes please"))
    async with running(Media(settings, dying)):
        ask = asyncio.ensure_future(asker.ask(file, every=0.2))
        await eventually(lambda: dying.heard)

    async with running(Media(settings, living)):
        assert (await ask).text == "yes please"


@pytest.mark.parametrize(
    ("error", "heard", "said"),
    [
        (EngineFailed(), 2, "could not understand"),
        (EngineMissing(), 1, "cannot listen"),
        (RuntimeError("a fault of the engine"), 1, "cannot listen"),
    ],
)
async def test_an_engine_that_fails_gives_an_answer_and_leaves_no_job(
    settings: Settings, asker: Asker, error: Exception, heard: int, said: str
) -> None:
    engine = HeldEngine(error=error)
    engine.let_go.set()
    async with running(Media(settings, engine)):
        answer = await asker.ask(await asker.note(speak("yes please")))

        assert said in (answer.error or "")
        assert engine.heard == heard
        await asker.done()


async def test_a_note_that_was_missing_is_heard_once_it_is_there(settings: Settings, asker: Asker) -> None:
    engine = HeldEngine()
    engine.let_go.set()
    async with running(Media(settings, engine)):
        file, message_id = await asker.note(speak("yes please")), uuid4()
        store = await asker.bus.js.object_store(file.bucket)
        await store.delete(file.key)
        assert (await asker.ask(file, message_id=message_id)).missing

        await asker.files.put(file.key, speak("yes please"), file.mime)

        assert (await asker.ask(file, message_id=message_id)).text == "yes please"
