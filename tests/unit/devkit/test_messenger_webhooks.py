"""The emulated Meta tells the gateway what people write, what was sent and what was read: signed, again until accepted."""

from __future__ import annotations

import asyncio
import base64

import pytest

from tests.unit.devkit.messenger_world import ACCOUNTS, ANA, PAGE, PROFILE, RUI, running

PLATFORMS = pytest.mark.parametrize("platform", ["messenger", "instagram"])


@PLATFORMS
async def test_what_a_person_writes_comes_signed_to_the_accounts_url(platform: str) -> None:
    async with running() as meta:
        mid = await meta.writes("olá 🧘", account_id=ACCOUNTS[platform])

        [hook] = meta.gateway.hooks
        assert hook.is_signed
        assert hook.path == f"/webhooks/{platform}"
        assert hook.body["object"] == ("page" if platform == "messenger" else "instagram")
        [item] = hook.items
        assert (item["sender"], item["recipient"]) == ({"id": ANA}, {"id": ACCOUNTS[platform]})
        assert item["message"] == {"mid": mid, "text": "olá 🧘"}


async def test_taps_come_as_postbacks_or_with_what_the_quick_reply_carried() -> None:
    async with running() as meta:
        await meta.writes(postback={"title": "7 pm", "payload": "slot:1"})
        await meta.writes(quick_reply={"title": "8 pm", "payload": "slot:2"})

        [postback], [reply] = meta.gateway.items("postback"), meta.gateway.items("message")
        assert (postback["postback"]["title"], postback["postback"]["payload"]) == ("7 pm", "slot:1")
        assert (reply["message"]["text"], reply["message"]["quick_reply"]) == ("8 pm", {"payload": "slot:2"})


async def test_a_file_is_behind_the_link_that_the_webhook_gives() -> None:
    async with running() as meta:
        data = base64.b64encode(b"audio").decode()
        voice = {"type": "audio", "data": data, "content_type": "audio/mp4", "name": "voice.mp4"}
        await meta.writes(attachments=[voice])

        [item] = meta.gateway.items("message")
        [attachment] = item["message"]["attachments"]
        async with meta.client.session.get(attachment["payload"]["url"]) as answer:
            assert (await answer.read(), answer.content_type) == (b"audio", "audio/mp4")


async def test_after_a_send_come_its_echo_with_our_words_and_the_receipts() -> None:
    async with running(auto_read=True) as meta:
        await meta.writes("hi")
        _, answer = await meta.sends({"text": "hello", "metadata": "ours"})
        await meta.settle()

        echo = next(item for item in meta.gateway.items("message") if item["message"].get("is_echo"))
        assert (echo["sender"], echo["recipient"]) == ({"id": PAGE}, {"id": ANA})
        assert (echo["message"]["mid"], echo["message"]["metadata"]) == (answer["message_id"], "ours")
        assert meta.gateway.items("delivery")[0]["delivery"]["mids"] == [answer["message_id"]]
        assert "watermark" in meta.gateway.items("read")[0]["read"]


async def test_instagram_says_nothing_of_ours_in_an_echo_and_reports_the_message_that_was_read() -> None:
    async with running() as meta:
        await meta.writes("hi", account_id=PROFILE)
        _, answer = await meta.sends({"text": "hello", "metadata": "ours"}, account_id=PROFILE)
        await meta.about(account_id=PROFILE, read=True)

        echo = next(item for item in meta.gateway.items("message") if item["message"].get("is_echo"))
        assert "metadata" not in echo["message"]
        assert meta.gateway.items("delivery") == []
        assert [item["read"]["mid"] for item in meta.gateway.items("read")] == [answer["message_id"]]


async def test_a_webhook_comes_again_until_it_is_accepted_and_the_next_waits_for_it() -> None:
    async with running() as meta:
        meta.gateway.answers.extend([500, 503])
        await meta.writes("first", wait=False)
        await meta.writes("second")

        said = [item["message"]["text"] for item in meta.gateway.items("message")]
        assert said == ["first", "first", "first", "second"]
        assert len({hook.raw for hook in meta.gateway.hooks[:3]}) == 1
        assert (await meta.settle())["webhooks"]["retries"] == 2


async def test_an_answer_that_is_lost_brings_the_same_body_again() -> None:
    async with running() as meta:
        await meta.faults(drop_answers=1, repeat=1)
        await meta.writes("hi")
        await meta.settle()

        assert len(meta.gateway.hooks) == 3
        assert len({hook.raw for hook in meta.gateway.hooks}) == 1


@pytest.mark.parametrize("one_entry", [False, True])
async def test_events_of_several_people_come_in_one_body(one_entry: bool) -> None:
    async with running() as meta:
        await meta.faults(batch_size=3, batch_wait_ms=10_000, one_entry=one_entry)
        await asyncio.gather(meta.writes("a"), meta.writes("b", person=RUI), meta.writes("c"))

        [hook] = meta.gateway.hooks
        assert {item["message"]["text"] for item in hook.items} == {"a", "b", "c"}
        assert len(hook.body["entry"]) == (1 if one_entry else 3)


async def test_a_page_that_is_not_subscribed_to_a_field_does_not_tell_of_it() -> None:
    async with running() as meta:
        headers = {"Authorization": "Bearer page-token"}
        form = {"subscribed_fields": "messages"}
        async with meta.client.post("/v23.0/me/subscribed_apps", data=form, headers=headers) as answer:
            assert answer.status == 200
        await meta.writes("hi")
        await meta.sends()
        await meta.settle()

        assert len(meta.gateway.hooks) == 1


@pytest.mark.parametrize("signing", ["bad", "none"])
async def test_a_recorded_body_can_be_posted_badly_signed(signing: str) -> None:
    async with running() as meta:
        await meta.writes("hi")
        [hook] = meta.gateway.hooks
        url = str(meta.client.server.make_url("/health")).replace("/health", "")  # any server will do
        recorded = {"url": f"{url}/_control/faults", "body": {}, "signing": signing}
        async with meta.client.post("/_control/webhook", json=recorded) as answer:
            assert (await answer.json())["status"] == 200
        assert hook.is_signed
