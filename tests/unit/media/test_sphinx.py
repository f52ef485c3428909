"""Does the default engine understand booking sentences, and does its process behave? The real recogniser listens."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from services.media.decode import RATE, Pcm, decode
from services.media.transcribe.port import EngineFailed, Transcriber, Transcript
from services.media.transcribe.sphinx import SphinxTranscriber
from tests.voice import VOICES, speak

DEMO = Path(__file__).parents[3] / "devkit" / "voices"

#: As a person would type them; not among the templates word for word.
SENTENCES = (
    "I want yoga tomorrow at 7 pm",
    "yes please",
    "cancel my booking",
    "book me a haircut on friday at 3:30 pm",
    "what classes do you have on saturday morning",
    "do you have anything free this afternoon",
    "no thanks",
    "two people for yoga on sunday at 10 am please",
    "when is the next meditation class",
    "what time do you open on sunday",
    "show me my bookings",
    "I want to cancel my haircut tomorrow",
    "see you on the twenty third of june",
    "where are you located",
    "thank you very much",
)


@pytest.fixture(scope="module")
async def sphinx() -> AsyncIterator[SphinxTranscriber]:
    transcriber = SphinxTranscriber()
    yield transcriber
    await transcriber.close()


async def hear(transcriber: Transcriber, text: str, voice: str = "en-us") -> Transcript:
    return await transcriber.transcribe(await decode(speak(text, voice)))


def word_errors(expected: str, heard: str) -> int:
    """Words put in, left out or changed: the edit distance over words."""
    want, got = expected.lower().split(), heard.lower().split()
    row = list(range(len(got) + 1))
    for n, word in enumerate(want, 1):
        diagonal, row[0] = row[0], n
        for m, other in enumerate(got, 1):
            diagonal, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, diagonal + (word != other))
    return row[-1]


@pytest.mark.parametrize(
    ("name", "text"),
    [("yoga-tomorrow-at-seven.ogg", "I want yoga tomorrow at 7 pm"), ("yes-please.ogg", "yes please")],
)
async def test_the_voice_notes_of_the_demo_are_heard_word_for_word(
    sphinx: SphinxTranscriber, name: str, text: str
) -> None:
    heard = await sphinx.transcribe(await decode((DEMO / name).read_bytes()))
    assert heard.text == text
    assert (heard.engine, heard.language) == ("pocketsphinx", "en")
    assert heard.confidence is not None
    assert heard.confidence > 0.7


@pytest.mark.parametrize(("voice", "worst"), [("en-us", 0.05), ("en-us+f3", 0.10), ("en", 0.15)])
async def test_booking_sentences_are_heard_with_few_wrong_words(
    sphinx: SphinxTranscriber, voice: str, worst: float
) -> None:
    assert voice in VOICES
    errors = [word_errors(text, (await hear(sphinx, text, voice)).text) for text in SENTENCES]
    assert sum(errors) / sum(len(text.split()) for text in SENTENCES) <= worst, errors


async def test_what_has_nothing_to_do_with_booking_is_heard_with_less_confidence(
    sphinx: SphinxTranscriber,
) -> None:
    about_booking = await hear(sphinx, "I want yoga tomorrow at 7 pm")
    about_golf = await hear(sphinx, "declare a variable named golf")
    assert (about_golf.confidence or 0) < 0.7 < (about_booking.confidence or 0)


async def test_a_word_of_the_business_is_heard_once_it_is_in_the_vocabulary(
    sphinx: SphinxTranscriber,
) -> None:
    pcm = await decode(speak("i want karate tomorrow at seven p m"))
    assert "karate" not in (await sphinx.transcribe(pcm)).text
    heard = (await sphinx.transcribe(pcm, None, ("Karate", "Xqzt"))).text
    assert "karate tomorrow at 7 pm" in heard


@pytest.mark.parametrize("samples", [b"", bytes(RATE * 2), b"\x00" * 3, b"\xff\x7f" * RATE])
async def test_silence_and_noise_are_no_words(sphinx: SphinxTranscriber, samples: bytes) -> None:
    heard = await sphinx.transcribe(Pcm(samples))
    assert heard.text == ""
    assert heard.confidence == 0.0


async def test_a_recogniser_that_died_between_two_notes_is_replaced() -> None:
    transcriber = SphinxTranscriber()
    await transcriber.transcribe(Pcm(b""))
    first = transcriber.process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert (await hear(transcriber, "yes please")).text == "yes please"
    assert transcriber.process_id not in (None, first)
    await transcriber.close()


async def test_a_recogniser_that_dies_in_the_middle_of_a_note_is_reported_and_replaced() -> None:
    transcriber = SphinxTranscriber()
    deadly = cast(tuple[str, ...], (None,))  # no word: the engine stops with an error
    with pytest.raises(EngineFailed, match="exit code 1"):
        await transcriber.transcribe(Pcm(b""), None, deadly)
    assert (await hear(transcriber, "yes please")).text == "yes please"
    await transcriber.close()


async def test_closing_in_the_middle_of_a_note_ends_the_process_and_may_be_done_twice() -> None:
    transcriber = SphinxTranscriber()
    await transcriber.transcribe(Pcm(b""))
    process = transcriber.process_id
    assert process is not None
    os.kill(process, signal.SIGSTOP)  # so that this note is never answered
    note = asyncio.create_task(transcriber.transcribe(Pcm(bytes(RATE))))
    await transcriber.close()
    await transcriber.close()
    with pytest.raises(EngineFailed):
        await note
    assert transcriber.process_id is None


def test_the_recognisers_process_answers_and_ends_with_its_input() -> None:
    request = json.dumps({"bytes": 4, "vocabulary": []}).encode() + b"\n" + bytes(4)
    done = subprocess.run(
        [sys.executable, "-m", "services.media.transcribe.sphinx_engine"],
        input=request,
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout) == {"text": "", "confidence": 0.0}


def test_it_describes_itself_without_being_started() -> None:
    transcriber = SphinxTranscriber()
    description = transcriber.describe()
    assert transcriber.process_id is None
    assert (description.name, description.languages) == ("pocketsphinx", "English")
    assert "usher[whisper]" in (description.advice or "")
