"""What people do in the emulated Telegram, and what of it reaches the bot's program."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.unit.devkit.telegram_harness import ANA, BOT, TOKEN, Emulator, running


async def told(emulator: Emulator, kind: str = "message") -> dict[str, Any]:
    """The newest update of this kind."""
    await emulator.settle()
    update: dict[str, Any] = emulator.program.posts[-1].update
    found: dict[str, Any] = update[kind]
    return found


async def test_the_start_button_sends_its_payload() -> None:
    async with running() as emulator:
        await emulator.person("start")
        assert (await told(emulator))["text"] == "/start"
        await emulator.person("start", payload="poster")
        assert (await told(emulator))["text"] == "/start poster"


async def test_a_tap_carries_the_buttons_data_and_the_message_it_is_on() -> None:
    async with running() as emulator:
        await emulator.say("hi")
        rows = [[{"text": "Mon", "callback_data": "slot:1"}], [{"text": "Tue", "callback_data": "slot:2"}]]
        message = await emulator.send("When?", reply_markup={"inline_keyboard": rows})
        tapped = await emulator.person("tap", message_id=message["message_id"], title="Tue")

        query = await told(emulator, "callback_query")
        assert (query["id"], query["data"]) == (tapped["callback_query_id"], "slot:2")
        assert query["message"]["message_id"] == message["message_id"]
        assert query["message"]["reply_markup"]["inline_keyboard"] == rows


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("tap", {"message_id": 2, "data": "slot:9"}),
        ("tap", {"message_id": 99}),
        ("edit", {"message_id": 2, "text": "not mine"}),
    ],
)
async def test_what_is_not_there_cannot_be_tapped_or_edited(what: str, body: dict[str, object]) -> None:
    async with running() as emulator:
        await emulator.say("hi")
        await emulator.send("When?")
        async with emulator.client.post(f"/_control/bots/{BOT}/people/{ANA}/{what}", json=body) as answer:
            assert answer.status == 404


async def test_an_edit_is_the_same_message_with_new_words() -> None:
    async with running() as emulator:
        said = await emulator.say("at 6")
        emulator.clock.now += 9
        await emulator.person("edit", message_id=said["message_id"], text="at 7")

        message = await told(emulator, "edited_message")
        assert (message["message_id"], message["text"]) == (said["message_id"], "at 7")
        assert message["edit_date"] == message["date"] + 9


async def test_an_edit_comes_after_its_message_in_the_same_chat() -> None:
    async with running() as emulator:
        emulator.program.answers.extend([500, 500])
        said = await emulator.say("at 6")
        await emulator.person("edit", message_id=said["message_id"], text="at 7")
        await emulator.settle()

        accepted = [post.update for post in emulator.program.posts if post.answered == 200]
        assert [list(update)[1] for update in accepted] == ["message", "edited_message"]


async def test_files_places_and_contacts_are_sent_as_telegram_shows_them() -> None:
    async with running() as emulator:
        await emulator.person("voice")
        assert (await told(emulator))["voice"]["mime_type"] == "audio/ogg"
        await emulator.person("photo", caption="my knee")
        photo = await told(emulator)
        assert [size["width"] for size in photo["photo"]] == [90, 1280]
        assert photo["caption"] == "my knee"
        await emulator.person("document", filename="atestado.pdf")
        assert (await told(emulator))["document"]["file_name"] == "atestado.pdf"
        await emulator.person("location", latitude=38.7, longitude=-9.1)
        assert (await told(emulator))["location"] == {"latitude": 38.7, "longitude": -9.1}
        await emulator.person("location", latitude=38.7, longitude=-9.1, title="Studio Mar")
        assert (await told(emulator))["venue"]["title"] == "Studio Mar"
        await emulator.person("contact", phone_number="351910000001")
        assert (await told(emulator))["contact"]["user_id"] == ANA


async def test_blocking_is_told_once_and_silences_until_it_ends() -> None:
    async with running() as emulator:
        await emulator.say("hi")
        await emulator.person("block")
        await emulator.person("block")
        assert (await told(emulator, "my_chat_member"))["new_chat_member"]["status"] == "kicked"
        async with emulator.client.post(
            f"/_control/bots/{BOT}/people/{ANA}/text", json={"text": "hi"}
        ) as answer:
            assert answer.status == 409
        await emulator.person("unblock")
        assert (await told(emulator, "my_chat_member"))["new_chat_member"]["status"] == "member"
        assert len(emulator.program.posts) == 3


async def test_the_state_shows_a_chat_in_order_from_both_sides() -> None:
    async with running() as emulator:
        said = await emulator.say("hi")
        asked = {"keyboard": [[{"text": "Share", "request_location": True}]], "one_time_keyboard": True}
        message = await emulator.send("Where are you?", reply_markup=asked)

        chat = (await emulator.state())["bots"][str(BOT)]["chats"][str(ANA)]
        first, second = chat["messages"]
        assert (first["message_id"], first["sender"]) == (said["message_id"], "person")
        assert (second["message_id"], second["method"]) == (message["message_id"], "sendMessage")
        assert second["keyboard"] == asked
        assert "reply_markup" not in message


async def test_other_web_pages_cannot_steer_it() -> None:
    theirs = {"Origin": "https://evil.example"}
    async with running() as emulator, emulator.client.get("/_control/state", headers=theirs) as answer:
        assert answer.status == 403


# --- by hand ------------------------------------------------------------------------------------------


async def run(path: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "devkit.telegram", "--config", str(path)), stderr=asyncio.subprocess.PIPE
    )


async def test_it_starts_from_a_file_and_stops_on_interrupt(tmp_path: Path, unused_tcp_port: int) -> None:
    path = tmp_path / "emulator.json"
    path.write_text(json.dumps({"bots": [{"token": TOKEN}], "port": unused_tcp_port}))
    process = await run(path)
    assert process.stderr is not None
    async with asyncio.timeout(30):
        said = (await process.stderr.readline()).decode()
        url = f"http://127.0.0.1:{unused_tcp_port}/"
        assert url in said
        async with aiohttp.ClientSession() as session, session.get(f"{url}bot{TOKEN}/getMe") as answer:
            assert answer.status == 200
        os.kill(process.pid, signal.SIGINT)
        assert await process.wait() == 0
        assert TOKEN not in said + (await process.stderr.read()).decode()


async def test_a_file_that_does_not_fit_is_explained_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_text('{"bots": []}')
    for wrong, reason in [(path, b"bots"), (tmp_path / "absent.json", b"Cannot read")]:
        process = await run(wrong)
        _, said = await process.communicate()
        assert process.returncode == 2
        assert reason in said
        assert b"Traceback" not in said
