"""The phone through real HTTP and WebSocket: what a customer does, sees, hears, and misses nothing of."""

import array
import asyncio
import io
import math
import wave
from typing import Any

import pytest

from devkit.whatsapp.audio import NotAudioError, is_voice_note, to_voice_note
from tests.unit.devkit.conftest import BEARER, JOAO, MARIA, SALON, STUDIO, Emulator, Start

YES_NO = {
    "type": "button",
    "body": {"text": "Book it?"},
    "action": {
        "buttons": [
            {"type": "reply", "reply": {"id": "yes", "title": "Yes please"}},
            {"type": "reply", "reply": {"id": "no", "title": "No"}},
        ]
    },
}
TIMES = {
    "type": "list",
    "body": {"text": "Which?"},
    "action": {
        "button": "Times",
        "sections": [{"rows": [{"id": "r1", "title": "7 pm", "description": "with Inês"}]}],
    },
}


def wav(seconds: float = 0.3, channels: int = 2) -> bytes:
    """A tone as a stereo WAV file."""
    rate = 16_000
    samples = array.array("h", (int(9000 * math.sin(i / 5)) for i in range(int(rate * seconds) * channels)))
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


async def test_both_directions_are_listed_in_order_with_times_in_milliseconds(emulator: Emulator) -> None:
    emulator.clock.now = 1_800_000_000.25
    await emulator.say("one")
    await emulator.reply("two")
    await emulator.say("three")
    messages = await emulator.messages()
    assert [m["content"]["text"] for m in messages] == ["one", "two", "three"]
    assert [m["direction"] for m in messages] == ["from_customer", "to_customer", "from_customer"]
    assert messages[0]["timestamp_ms"] == 1_800_000_000_250
    assert messages == sorted(messages, key=lambda m: int(m["seq"]))


async def test_reading_on_from_a_sequence_number_gives_only_what_is_new(emulator: Emulator) -> None:
    await emulator.say("old")
    (old,) = await emulator.messages()
    assert await emulator.messages(after=old["seq"]) == []
    await emulator.say("new")
    (new,) = await emulator.messages(after=old["seq"])
    assert new["content"]["text"] == "new"


async def test_a_long_poll_is_answered_when_the_message_comes(emulator: Emulator) -> None:
    await emulator.say("hi")
    waiting = asyncio.create_task(emulator.messages(direction="to_customer", wait=30))
    await emulator.say("not this one")
    await emulator.settle()
    assert not waiting.done()
    await emulator.reply("this one")
    (message,) = await waiting
    assert message["content"]["text"] == "this one"


async def test_a_long_poll_without_news_ends_empty(emulator: Emulator) -> None:
    assert await emulator.messages(wait=0.05) == []


async def test_chats_do_not_mix(emulator: Emulator) -> None:
    await emulator.say("to the studio", MARIA, STUDIO)
    await emulator.say("to the salon", MARIA, SALON)
    await emulator.say("joão", JOAO, STUDIO)
    assert [m["content"]["text"] for m in await emulator.messages(MARIA, STUDIO)] == ["to the studio"]
    assert [m["content"]["text"] for m in await emulator.messages(MARIA, SALON)] == ["to the salon"]


async def test_a_tap_answers_the_message_that_offered_it(emulator: Emulator) -> None:
    await emulator.say("hi")
    _, offered = await emulator.send(type="interactive", interactive=YES_NO)
    await emulator.send(type="interactive", interactive=TIMES)
    (_, buttons, times) = await emulator.messages()
    assert [option["title"] for option in buttons["content"]["buttons"]] == ["Yes please", "No"]
    assert times["content"]["sections"][0]["rows"][0]["id"] == "r1"
    await emulator.customer_does("tap", {"id": "yes", "title": "Yes please"})
    await emulator.customer_does("list_tap", {"id": "r1", "title": "7 pm", "description": "with Inês"})
    await emulator.settle()
    _, tapped, picked = emulator.gateway.accepted("messages")
    assert tapped["interactive"] == {
        "type": "button_reply",
        "button_reply": {"id": "yes", "title": "Yes please"},
    }
    assert tapped["context"] == {"from": "351211000001", "id": offered["messages"][0]["id"]}
    assert picked["interactive"]["list_reply"] == {"id": "r1", "title": "7 pm", "description": "with Inês"}


async def test_a_repeated_request_with_one_client_id_is_one_message(emulator: Emulator) -> None:
    wamids = [await emulator.customer_does("text", {"text": "hi", "client_id": "c1"}) for _ in range(3)]
    await emulator.settle()
    assert len(set(wamids)) == 1
    assert len(emulator.gateway.accepted("messages")) == 1


async def test_the_tick_of_a_message_waits_for_the_gateway(emulator: Emulator) -> None:
    emulator.gateway.hold = asyncio.Event()
    await emulator.say("hi")
    assert (await emulator.messages())[0]["status"] == "sending"
    emulator.gateway.hold.set()
    await emulator.settle()
    assert (await emulator.messages())[0]["status"] == "delivered"


async def test_a_recording_arrives_as_a_voice_note_the_business_can_download(emulator: Emulator) -> None:
    async with emulator.client.post(f"/phone/{STUDIO}/{MARIA}/voice", data=wav()) as answer:
        assert answer.status == 200, await answer.text()
    await emulator.settle()
    audio = emulator.gateway.accepted("messages")[0]["audio"]
    assert (audio["mime_type"], audio["voice"]) == ("audio/ogg; codecs=opus", True)
    async with emulator.client.get(f"/v23.0/{audio['id']}", headers=BEARER) as answer:
        url = (await answer.json())["url"]
    async with emulator.client.session.get(url, headers=BEARER) as answer:
        assert is_voice_note(await answer.read())
    (message,) = await emulator.messages()
    async with emulator.client.get(
        f"/phone/{STUDIO}/{MARIA}/media/{message['content']['media']['id']}"
    ) as answer:
        assert answer.content_type == "audio/ogg"


async def test_a_voice_note_that_is_one_already_travels_untouched() -> None:
    note = await to_voice_note(wav())
    assert await to_voice_note(note) == note


async def test_what_is_no_sound_is_refused_with_a_sentence(emulator: Emulator) -> None:
    async with emulator.client.post(f"/phone/{STUDIO}/{MARIA}/voice", data=b"not a sound") as answer:
        assert answer.status == 422
        assert "record again" in await answer.text()
    assert await emulator.messages() == []
    with pytest.raises(NotAudioError):
        await to_voice_note(b"")


async def read_live(emulator: Emulator, count: int, **query: object) -> list[Any]:
    params = {key: str(value) for key, value in query.items()}
    async with emulator.client.ws_connect(f"/live/{MARIA}", params=params) as socket:
        return [await socket.receive_json(timeout=10) for _ in range(count)]


async def test_a_page_that_comes_back_gets_each_event_once_and_in_order(emulator: Emulator) -> None:
    await emulator.say("one")
    await emulator.settle()
    hello, first, tick = await read_live(emulator, 3)
    assert (hello["kind"], first["kind"], tick["kind"]) == ("hello", "message", "status")
    await emulator.say("two")
    await emulator.reply("three")
    await emulator.settle()
    _, *rest = await read_live(emulator, 5, after=tick["seq"], epoch=hello["epoch"])
    assert [event["seq"] for event in rest] == [3, 4, 5, 6]
    assert [event["content"]["text"] for event in rest if event["kind"] == "message"] == ["two", "three"]


async def test_an_open_page_hears_of_new_messages_of_every_business(emulator: Emulator) -> None:
    async with emulator.client.ws_connect(f"/live/{MARIA}") as socket:
        await socket.receive_json(timeout=10)
        await emulator.say("hi", business=STUDIO)
        await emulator.say("hi", business=SALON)
        events = [await socket.receive_json(timeout=10) for _ in range(4)]
    assert {event["business"] for event in events if event["kind"] == "message"} == {STUDIO, SALON}


async def test_after_a_restart_the_page_is_told_to_start_anew(emulator: Emulator, start: Start) -> None:
    (old,) = await read_live(emulator, 1)
    restarted = await start()
    await restarted.say("hi")
    hello, message = await read_live(restarted, 2, after=40, epoch=old["epoch"])
    assert hello["restarted"] is True
    assert message["content"]["text"] == "hi"


async def test_what_the_page_shows_is_reported_read(emulator: Emulator) -> None:
    await emulator.say("hi")
    wamid = await emulator.reply()
    async with emulator.client.ws_connect(f"/live/{MARIA}") as socket:
        await socket.send_str("not json")
        await socket.send_json({"kind": "read", "message_ids": [wamid, "wamid.unknown", 5]})
        await emulator.gateway.until(
            lambda: any(s["status"] == "read" for s in emulator.gateway.accepted("statuses"))
        )
    assert (await emulator.messages(direction="to_customer"))[0]["status"] == "read"


async def test_a_new_customer_gets_a_phone_and_a_name_in_webhooks(emulator: Emulator) -> None:
    customer = {"wa_id": "46701234567", "name": "Zoë"}
    async with emulator.client.post("/phone/customers", json=customer) as answer:
        assert answer.status == 201
    await emulator.say("hej", "46701234567")
    await emulator.settle()
    assert emulator.gateway.posts[0].values[0]["contacts"][0]["profile"]["name"] == "Zoë"
    async with emulator.client.get("/phone/setup") as answer:
        setup = await answer.json()
    assert customer in setup["customers"]
    assert "a-test" not in str(setup)  # neither secret nor token


async def test_the_page_and_its_parts_are_served_under_a_policy_without_inline_scripts(
    emulator: Emulator,
) -> None:
    async with emulator.client.get("/") as answer:
        page, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in page
    assert " onclick=" not in page
    for name in ("phone.js", "live.js", "render.js", "recorder.js", "phone.css", "icon.svg"):
        async with emulator.client.get(f"/static/{name}") as answer:
            assert answer.status == 200


async def test_other_web_pages_cannot_use_the_phone(emulator: Emulator) -> None:
    url, evil = f"/phone/{STUDIO}/{MARIA}/text", {"Origin": "https://evil.example"}
    async with emulator.client.post(url, json={"text": "hi"}, headers=evil) as answer:
        assert answer.status == 403
    async with emulator.client.post(
        url, data='{"text": "hi"}', headers={"Content-Type": "text/plain"}
    ) as answer:
        assert answer.status == 415
    assert await emulator.messages() == []


async def test_wrong_requests_say_what_is_wrong(emulator: Emulator) -> None:
    for path, status in [
        (f"/phone/999/{MARIA}/text", 404),
        (f"/phone/{STUDIO}/12/text", 400),
    ]:
        async with emulator.client.post(path, json={"text": "hi"}) as answer:
            assert answer.status == status
    async with emulator.client.post(f"/phone/{STUDIO}/{MARIA}/text", json={"words": "hi"}) as answer:
        assert answer.status == 400
        assert "words" in await answer.text()
    async with emulator.client.get(f"/phone/{STUDIO}/{MARIA}/messages?after=x") as answer:
        assert answer.status == 400


async def test_health_says_how_much_is_pending(emulator: Emulator) -> None:
    async with emulator.client.get("/health") as answer:
        assert await answer.json() == {"status": "ok", "pending": 0}
