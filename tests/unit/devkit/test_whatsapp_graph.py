"""The Graph API through real HTTP: sends, refusals, the window, files, and answers that get lost."""

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.unit.devkit.conftest import BEARER, MARIA, SALON, STRANGER, STUDIO, Emulator, Start

PDF = b"%PDF-1.4 a receipt"


async def upload(
    emulator: Emulator, data: bytes = PDF, mime_type: str = "application/pdf", **fields: str
) -> tuple[int, Any]:
    form = aiohttp.FormData()
    for name, value in ({"messaging_product": "whatsapp", "type": mime_type} | fields).items():
        form.add_field(name, value)
    form.add_field("file", data, filename="receipt.pdf", content_type=mime_type)
    async with emulator.client.post(f"/v23.0/{STUDIO}/media", data=form, headers=BEARER) as answer:
        return answer.status, await answer.json()


def code(body: Any) -> int:
    return int(body["error"]["code"])


async def test_a_send_is_answered_as_meta_answers(emulator: Emulator) -> None:
    await emulator.say("hi")
    status, body = await emulator.send("+351 911 000 001", type="text", text={"body": "hello"})
    assert status == 200
    assert body["messaging_product"] == "whatsapp"
    assert body["contacts"] == [{"input": MARIA, "wa_id": MARIA}]
    assert body["messages"][0]["id"].startswith("wamid.")


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic a-test-token"}]
)
async def test_without_the_token_nothing_is_done(emulator: Emulator, headers: dict[str, str]) -> None:
    for method, path in [
        ("POST", f"{STUDIO}/messages"),
        ("POST", f"{STUDIO}/media"),
        ("GET", "1"),
        ("DELETE", "1"),
    ]:
        async with emulator.client.request(method, f"/v23.0/{path}", json={}, headers=headers) as answer:
            assert answer.status == 401
            assert code(await answer.json()) == 190


async def test_an_unknown_number_is_an_unknown_object(emulator: Emulator) -> None:
    status, body = await emulator.send(business="999", type="text", text={"body": "hi"})
    assert (status, code(body), body["error"]["error_subcode"]) == (400, 100, 33)


async def test_a_body_that_is_not_json_or_over_a_limit_is_refused_and_not_shown(emulator: Emulator) -> None:
    await emulator.say("hi")
    async with emulator.client.post(f"/v23.0/{STUDIO}/messages", data=b"{", headers=BEARER) as answer:
        assert (answer.status, code(await answer.json())) == (400, 100)
    status, body = await emulator.send(type="text", text={"body": "x" * 4097})
    assert (status, code(body)) == (400, 100)
    assert await emulator.messages(direction="to_customer") == []


async def test_outside_the_window_only_templates_go_through(emulator: Emulator) -> None:
    greeting = {"name": "hello", "language": {"code": "en"}}
    status, body = await emulator.send(type="text", text={"body": "hi"})
    assert (status, code(body)) == (400, 131047)
    await emulator.say("hi")
    assert (await emulator.send(type="text", text={"body": "hi"}))[0] == 200
    emulator.clock.now += 24 * 3600 + 1
    assert code((await emulator.send(type="text", text={"body": "hi"}))[1]) == 131047
    status, body = await emulator.send(type="template", template=greeting)
    assert (status, body["messages"][0]["message_status"]) == (200, "accepted")


async def test_the_window_is_one_per_business(emulator: Emulator) -> None:
    await emulator.say("hi", business=STUDIO)
    assert code((await emulator.send(business=SALON, type="text", text={"body": "hi"}))[1]) == 131047


async def test_the_window_error_can_come_as_a_failed_status_instead(start: Start) -> None:
    emulator = await start(window_error="status")
    status, body = await emulator.send(type="text", text={"body": "hi"}, biz_opaque_callback_data="mine")
    assert status == 200
    await emulator.settle()
    (failed,) = emulator.gateway.accepted("statuses")
    assert (failed["id"], failed["status"]) == (body["messages"][0]["id"], "failed")
    assert (failed["errors"][0]["code"], failed["biz_opaque_callback_data"]) == (131047, "mine")
    assert await emulator.messages() == []


async def test_a_number_without_whatsapp_is_undeliverable(start: Start) -> None:
    emulator = await start(customers=[{"wa_id": STRANGER, "name": "Landline", "on_whatsapp": False}])
    await emulator.say("hi", STRANGER)
    status, body = await emulator.send(STRANGER, type="text", text={"body": "hi"})
    assert (status, code(body)) == (400, 131026)


async def test_a_business_cannot_write_to_a_business(emulator: Emulator) -> None:
    assert code((await emulator.send("12125550100", type="text", text={"body": "hi"}))[1]) == 131021


async def test_the_pair_limit_is_off_unless_asked_for(start: Start) -> None:
    limited, free = await start(pair_limit=True), await start()
    for emulator, expected in [(limited, 131056), (free, None)]:
        await emulator.say("hi")
        for _ in range(45):
            await emulator.reply()
        status, body = await emulator.send(type="text", text={"body": "one more"})
        assert (code(body) if status != 200 else None) == expected
    limited.clock.now += 6
    await limited.reply()


async def test_the_throughput_of_a_number_can_be_limited(start: Start) -> None:
    emulator = await start(throughput_per_second=2)
    await emulator.say("hi")
    await emulator.reply()
    await emulator.reply()
    status, body = await emulator.send(type="text", text={"body": "hi"})
    assert (status, code(body)) == (429, 130429)
    emulator.clock.now += 1
    await emulator.reply()


async def test_marking_read_turns_that_message_and_those_before_blue_and_shows_typing(
    emulator: Emulator,
) -> None:
    first, second = await emulator.say("one"), await emulator.say("two")
    third = await emulator.say("three")
    await emulator.settle()
    body = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": second,
        "typing_indicator": {"type": "text"},
    }
    async with emulator.client.post(f"/v23.0/{STUDIO}/messages", json=body, headers=BEARER) as answer:
        assert await answer.json() == {"success": True}
    ticks = {m["wamid"]: m["status"] for m in await emulator.messages()}
    assert ticks == {first: "read", second: "read", third: "delivered"}
    async with emulator.client.ws_connect(f"/live/{MARIA}") as socket:
        kinds = [(await socket.receive_json(timeout=10))["kind"] for _ in range(10)]
    assert kinds[-1] == "typing"


async def test_marking_an_unknown_or_anothers_message_read_is_refused(emulator: Emulator) -> None:
    other = await emulator.say("hi", business=SALON)
    for wamid in ("wamid.unknown", other):
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        async with emulator.client.post(f"/v23.0/{STUDIO}/messages", json=body, headers=BEARER) as answer:
            assert (answer.status, code(await answer.json())) == (400, 131009)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"status": "read", "message_id": "x"}, 100),
        ({"messaging_product": "whatsapp", "status": "seen", "message_id": "x"}, 131009),
        ({"messaging_product": "whatsapp", "status": "read"}, 131008),
        (
            {"messaging_product": "whatsapp", "status": "read", "message_id": "x", "typing_indicator": {}},
            131009,
        ),
    ],
)
async def test_a_read_mark_that_is_not_whole_is_refused(
    emulator: Emulator, body: dict[str, object], expected: int
) -> None:
    async with emulator.client.post(f"/v23.0/{STUDIO}/messages", json=body, headers=BEARER) as answer:
        assert (answer.status, code(await answer.json())) == (400, expected)


async def test_a_file_goes_up_and_comes_down_again_with_the_token(emulator: Emulator) -> None:
    _, uploaded = await upload(emulator)
    async with emulator.client.get(f"/v23.0/{uploaded['id']}", headers=BEARER) as answer:
        info = await answer.json()
    assert (info["mime_type"], info["file_size"]) == ("application/pdf", len(PDF))
    async with emulator.client.session.get(info["url"]) as answer:
        assert answer.status == 401
    async with emulator.client.session.get(info["url"], headers=BEARER) as answer:
        assert (answer.content_type, await answer.read()) == ("application/pdf", PDF)


async def test_a_media_link_lives_five_minutes_and_cannot_be_forged(emulator: Emulator) -> None:
    _, uploaded = await upload(emulator)
    async with emulator.client.get(f"/v23.0/{uploaded['id']}", headers=BEARER) as answer:
        url = (await answer.json())["url"]
    later = url.replace("ext=", "ext=9")
    async with emulator.client.session.get(later, headers=BEARER) as answer:
        assert answer.status == 404
    emulator.clock.now += 301
    async with emulator.client.session.get(url, headers=BEARER) as answer:
        assert answer.status == 404


async def test_a_deleted_file_is_gone(emulator: Emulator) -> None:
    _, uploaded = await upload(emulator)
    async with emulator.client.delete(f"/v23.0/{uploaded['id']}", headers=BEARER) as answer:
        assert await answer.json() == {"success": True}
    async with emulator.client.get(f"/v23.0/{uploaded['id']}", headers=BEARER) as answer:
        assert (answer.status, code(await answer.json())) == (400, 100)


async def test_uploads_of_the_wrong_kind_are_refused(emulator: Emulator) -> None:
    assert code((await upload(emulator, mime_type="text/html"))[1]) == 100
    assert code((await upload(emulator, messaging_product="telegram"))[1]) == 100
    assert code((await upload(emulator, b"no opus", "audio/ogg; codecs=opus"))[1]) == 131053


async def test_a_sent_document_opens_on_the_phone_and_only_there(emulator: Emulator) -> None:
    await emulator.say("hi")
    _, uploaded = await upload(emulator)
    document = {"id": uploaded["id"], "filename": "Beleg für João.pdf", "caption": "Your receipt"}
    assert (await emulator.send(type="document", document=document))[0] == 200
    (message,) = await emulator.messages(direction="to_customer")
    content = message["content"]
    assert (content["text"], content["media"]["filename"]) == ("Your receipt", "Beleg für João.pdf")
    path = f"/media/{content['media']['id']}"
    async with emulator.client.get(f"/phone/{STUDIO}/{MARIA}{path}") as answer:
        assert (answer.content_type, await answer.read()) == ("application/pdf", PDF)
    async with emulator.client.get(f"/phone/{STUDIO}/{STRANGER}{path}") as answer:
        assert answer.status == 404


async def test_a_document_by_link_is_fetched_before_it_is_shown(emulator: Emulator) -> None:
    async def file(request: web.Request) -> web.Response:
        return web.Response(body=PDF, content_type="application/pdf")

    app = web.Application()
    app.router.add_get("/r.pdf", file)
    await emulator.say("hi")
    async with TestServer(app) as host:
        link = str(host.make_url("/r.pdf"))
        await emulator.send(type="document", document={"link": link, "filename": "r.pdf"})
        (message,) = await emulator.messages(direction="to_customer", wait=10)
        assert message["content"]["media"]["size"] == len(PDF)
        await emulator.send(type="document", document={"link": link + "x"}, biz_opaque_callback_data="gone")
        await emulator.gateway.until(
            lambda: any(s["status"] == "failed" for s in emulator.gateway.accepted("statuses"))
        )
    failed = emulator.gateway.accepted("statuses")[-1]
    assert (failed["errors"][0]["code"], failed["biz_opaque_callback_data"]) == (131053, "gone")


async def test_a_file_that_was_never_uploaded_or_is_of_another_kind_cannot_be_sent(
    emulator: Emulator,
) -> None:
    await emulator.say("hi")
    assert code((await emulator.send(type="document", document={"id": "123"}))[1]) == 100
    _, uploaded = await upload(emulator)
    assert code((await emulator.send(type="audio", audio={"id": uploaded["id"]}))[1]) == 131053


async def test_templates_show_their_words_and_buttons(start: Start) -> None:
    emulator = await start(
        templates=[{"name": "reminder", "body": "Hi {{1}}!", "buttons": ["Confirm", "Cancel"]}],
        auto_read=True,
    )
    body: dict[str, Any] = {"type": "body", "parameters": [{"type": "text", "text": "Maria"}]}
    button: dict[str, Any] = {"type": "button", "sub_type": "quick_reply", "index": "1"}
    button |= {"parameters": [{"type": "payload", "payload": "cancel:7"}]}
    content = {"name": "reminder", "language": {"code": "en"}, "components": [body, button]}
    assert (await emulator.send(type="template", template=content))[0] == 200
    (message,) = await emulator.messages()
    assert message["content"]["text"] == "Hi Maria!"
    assert [option["id"] for option in message["content"]["buttons"]] == ["Confirm", "cancel:7"]
    await emulator.customer_does("tap", {"id": "cancel:7", "title": "Cancel"})
    await emulator.settle()
    (tapped,) = emulator.gateway.accepted("messages")
    assert tapped["button"] == {"payload": "cancel:7", "text": "Cancel"}
    assert (await emulator.send(type="template", template={**content, "name": "other"}))[0] == 404


async def test_the_next_sends_can_be_made_to_fail(emulator: Emulator) -> None:
    await emulator.say("hi")
    await emulator.faults(fail_sends=2, fail_status=429, fail_code=130429)
    for _ in range(2):
        status, body = await emulator.send(type="text", text={"body": "hi"})
        assert (status, code(body)) == (429, 130429)
    await emulator.reply("through")
    assert [m["content"]["text"] for m in await emulator.messages(direction="to_customer")] == ["through"]


async def test_faults_can_be_meant_for_one_customer(emulator: Emulator) -> None:
    await emulator.say("hi")
    await emulator.faults(fail_sends=1, only_wa_id=STRANGER)
    await emulator.reply("through")


async def test_a_lost_answer_leaves_the_message_delivered_and_its_statuses_sent(emulator: Emulator) -> None:
    await emulator.say("hi")
    await emulator.faults(lose_answers=1)
    with pytest.raises(aiohttp.ClientError):
        await emulator.reply("did it arrive?", biz_opaque_callback_data="attempt-1")
    await emulator.settle()
    (message,) = await emulator.messages(direction="to_customer")
    assert message["content"]["text"] == "did it arrive?"
    assert emulator.gateway.accepted("statuses")[0]["biz_opaque_callback_data"] == "attempt-1"


async def test_an_accepted_message_can_fail_later(emulator: Emulator) -> None:
    await emulator.say("hi")
    await emulator.faults(undeliverable_sends=1, undeliverable_code=131049)
    await emulator.reply("accepted")
    await emulator.settle()
    (failed,) = emulator.gateway.accepted("statuses")
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131049)


async def test_a_business_scoped_user_id_reaches_its_customer(start: Start) -> None:
    emulator = await start(
        customers=[{"wa_id": MARIA, "name": "Maria", "user_id": "PT.13491208655302741918"}]
    )
    await emulator.say("hi")
    await emulator.settle()
    assert emulator.gateway.posts[0].values[0]["contacts"][0]["user_id"] == "PT.13491208655302741918"
    body = {
        "messaging_product": "whatsapp",
        "recipient": "PT.13491208655302741918",
        "text": {"body": "hello"},
    }
    async with emulator.client.post(f"/v23.0/{STUDIO}/messages", json=body, headers=BEARER) as answer:
        assert (await answer.json())["contacts"][0]["wa_id"] == MARIA


async def test_many_sends_at_once_all_arrive(emulator: Emulator) -> None:
    await emulator.say("hi")
    sent = await asyncio.gather(*(emulator.reply(f"reply {number}") for number in range(100)))
    stats = await emulator.settle()
    assert len(set(sent)) == 100
    assert stats["accepted"] == 1 + 2 * 100
