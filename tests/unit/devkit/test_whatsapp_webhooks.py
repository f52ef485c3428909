"""Webhooks through real HTTP: signed, in order, retried until accepted, with the faults asked for."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.devkit.conftest import JOAO, MARIA, SALON, STUDIO, Emulator, Start, expected_signature

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "whatsapp"


def words(items: list[Any]) -> list[str]:
    return [item["text"]["body"] for item in items]


async def test_a_typed_message_reaches_the_gateway_signed_over_its_bytes(emulator: Emulator) -> None:
    wamid = await emulator.say("olá 😀 / tomorrow")
    await emulator.settle()
    (post,) = emulator.gateway.posts
    assert post.signature == expected_signature(post.raw)
    (value,) = post.values
    assert value["metadata"]["phone_number_id"] == STUDIO
    assert value["contacts"] == [{"profile": {"name": "Maria"}, "wa_id": MARIA}]
    assert value["messages"][0]["id"] == wamid
    assert value["messages"][0]["text"]["body"] == "olá 😀 / tomorrow"
    assert b"\\ud83d" in post.raw


async def test_signing_can_be_turned_off(start: Start) -> None:
    emulator = await start(signing=False)
    await emulator.say("hi")
    await emulator.settle()
    assert emulator.gateway.posts[0].signature is None


async def test_a_refused_webhook_is_sent_again_unchanged_until_it_is_accepted(emulator: Emulator) -> None:
    emulator.gateway.answers.extend([500, 503, 401, 301])
    await emulator.say("hi")
    stats = await emulator.settle()
    assert [post.answered for post in emulator.gateway.posts] == [500, 503, 401, 301, 200]
    assert len({post.raw for post in emulator.gateway.posts}) == 1
    assert (stats["retries"], stats["accepted"]) == (4, 1)


async def test_a_gateway_that_does_not_answer_in_time_gets_it_again(start: Start) -> None:
    emulator = await start(webhook_timeout_seconds=0.2)
    emulator.gateway.hold = asyncio.Event()
    await emulator.say("hi")
    await emulator.gateway.until(lambda: len(emulator.gateway.posts) == 2)
    emulator.gateway.hold.set()
    stats = await emulator.settle()
    assert stats["accepted"] == 1


async def test_it_gives_up_only_where_a_number_of_tries_is_set(start: Start) -> None:
    emulator = await start(max_attempts=3)
    emulator.gateway.answers.extend([500, 500, 500])
    await emulator.say("lost")
    await emulator.say("kept")
    stats = await emulator.settle()
    assert stats["given_up"] == 1
    assert words(emulator.gateway.accepted("messages")) == ["kept"]


async def test_one_customers_messages_keep_their_order_through_retries(emulator: Emulator) -> None:
    emulator.gateway.answers.extend([500, 200, 500, 500, 200])
    said = [f"message {number}" for number in range(20)]
    for text in said:
        await emulator.say(text)
    await emulator.settle()
    assert words(emulator.gateway.accepted("messages")) == said


async def test_a_customer_whose_webhook_is_stuck_does_not_hold_up_another(start: Start) -> None:
    emulator = await start()
    emulator.gateway.hold = asyncio.Event()
    await emulator.say("first", MARIA)
    await emulator.say("second", JOAO)
    await emulator.gateway.until(lambda: len(emulator.gateway.posts) == 2)
    emulator.gateway.hold.set()
    await emulator.settle()


async def test_no_more_webhooks_are_under_way_at_once_than_configured(start: Start) -> None:
    emulator = await start(webhook_concurrency=3)
    emulator.gateway.hold = asyncio.Event()
    for number in range(6):
        await emulator.say("hi", f"35191100010{number}")
    await emulator.gateway.until(lambda: len(emulator.gateway.posts) == 3)
    emulator.gateway.hold.set()
    await emulator.settle()
    assert len(emulator.gateway.posts) == 6


async def test_statuses_come_back_in_order_with_our_tracker(emulator: Emulator) -> None:
    await emulator.say("hi")
    wamid = await emulator.reply(biz_opaque_callback_data="our-id-7")
    async with emulator.client.post(f"/phone/{STUDIO}/{MARIA}/read", json={}) as answer:
        assert (await answer.json()) == {"read": 1}
    await emulator.settle()
    statuses = emulator.gateway.accepted("statuses")
    assert [status["status"] for status in statuses] == ["sent", "delivered", "read"]
    assert {status["id"] for status in statuses} == {wamid}
    assert {status["biz_opaque_callback_data"] for status in statuses} == {"our-id-7"}
    assert {status["recipient_id"] for status in statuses} == {MARIA}
    assert "pricing" not in statuses[2]


async def test_a_phone_that_reads_everything_reports_read_by_itself(start: Start) -> None:
    emulator = await start(auto_read=True)
    await emulator.say("hi")
    await emulator.reply()
    await emulator.settle()
    assert emulator.gateway.accepted("statuses")[-1]["status"] == "read"


async def test_batches_carry_messages_of_several_customers_in_one_post(emulator: Emulator) -> None:
    await emulator.faults(batch_size=3, batch_wait_ms=20_000, grouping="entries")
    for customer, business in [(MARIA, STUDIO), (JOAO, STUDIO), (MARIA, SALON)]:
        await emulator.say("book", customer, business)
    await emulator.settle()
    (post,) = emulator.gateway.posts
    assert len(post.body["entry"]) == 3
    assert len(emulator.gateway.accepted("messages")) == 3


async def test_a_batch_that_does_not_fill_goes_out_after_its_wait(emulator: Emulator) -> None:
    await emulator.faults(batch_size=100, batch_wait_ms=10)
    await emulator.say("alone")
    await emulator.settle()
    assert words(emulator.gateway.accepted("messages")) == ["alone"]


async def test_an_accepted_body_can_be_repeated_byte_for_byte(emulator: Emulator) -> None:
    await emulator.faults(repeat=2)
    await emulator.say("once")
    stats = await emulator.settle()
    assert len(emulator.gateway.posts) == 3
    assert len({post.raw for post in emulator.gateway.posts}) == 1
    assert (stats["accepted"], stats["repeats"]) == (1, 2)


async def test_a_repeat_can_carry_the_same_messages_in_another_grouping(emulator: Emulator) -> None:
    await emulator.faults(repeat=1, regroup=True)
    sent = {await emulator.say(f"message {number}") for number in range(6)}
    await emulator.settle()
    received = emulator.gateway.accepted("messages")
    assert {message["id"] for message in received} == sent
    assert len(received) > 2 * len(sent)  # each repeat brings older ones along
    assert any(len(list(post.values)) > 1 for post in emulator.gateway.posts)


async def test_lost_answers_make_the_same_body_come_again(emulator: Emulator) -> None:
    await emulator.faults(drop_answers=2)
    await emulator.say("hi")
    await emulator.settle()
    assert len(emulator.gateway.posts) == 3
    assert len({post.raw for post in emulator.gateway.posts}) == 1


async def test_statuses_can_overtake_each_other_and_none_is_lost(emulator: Emulator) -> None:
    await emulator.say("hi")
    await emulator.faults(reorder="statuses", batch_wait_ms=20_000)
    for number in range(8):
        await emulator.reply(f"reply {number}")
    await emulator.settle()
    statuses = [(s["id"], s["status"]) for s in emulator.gateway.accepted("statuses")]
    assert len(set(statuses)) == len(statuses) == 16
    assert any(
        statuses.index((wamid, "delivered")) < statuses.index((wamid, "sent"))
        for wamid in {wamid for wamid, _ in statuses}
    )


async def test_messages_can_be_reordered_when_all_is_asked_for(emulator: Emulator) -> None:
    await emulator.faults(reorder="all", batch_wait_ms=20_000)
    said = [f"message {number}" for number in range(16)]
    for text in said:
        await emulator.say(text)
    await emulator.settle()
    received = words(emulator.gateway.accepted("messages"))
    assert received != said
    assert sorted(received) == sorted(said)


async def test_faults_are_shown_counted_down_and_cleared(emulator: Emulator) -> None:
    await emulator.faults(drop_answers=5)
    await emulator.say("hi")
    await emulator.settle()
    async with emulator.client.get("/emulator/faults") as answer:
        assert (await answer.json())["drop_answers"] == 0
    await emulator.faults(repeat=3)
    async with emulator.client.delete("/emulator/faults") as answer:
        assert (await answer.json())["repeat"] == 0


async def test_a_misspelled_fault_is_refused_with_its_name(emulator: Emulator) -> None:
    async with emulator.client.post("/emulator/faults", json={"repaet": 1}) as answer:
        assert answer.status == 400
        assert "repaet" in await answer.text()


async def test_given_bodies_are_replayed_byte_for_byte_with_the_gateways_answer(emulator: Emulator) -> None:
    raw = b'{"object" : "whatsapp_business_account",\n "entry": [], "x": "\xc3\xa9/"}'
    emulator.gateway.answers.append(503)
    async with emulator.client.post("/emulator/webhook", data=raw) as answer:
        assert await answer.json() == {"status": 503}
    (post,) = emulator.gateway.posts
    assert post.raw == raw
    assert post.signature == expected_signature(raw)


async def test_a_list_of_bodies_is_replayed_in_turn(emulator: Emulator) -> None:
    bodies = [{"object": "whatsapp_business_account", "entry": [{"id": str(i)}]} for i in range(3)]
    async with emulator.client.post("/emulator/webhook", json=bodies) as answer:
        assert await answer.json() == {"statuses": [200, 200, 200]}
    assert [post.body for post in emulator.gateway.posts] == bodies


@pytest.mark.parametrize("signing", ["bad", "none"])
async def test_a_replay_can_be_signed_wrongly_or_not_at_all(emulator: Emulator, signing: str) -> None:
    async with emulator.client.post(f"/emulator/webhook?signature={signing}", data=b"{}") as answer:
        assert answer.status == 200
    (post,) = emulator.gateway.posts
    assert post.signature != expected_signature(b"{}")
    assert (post.signature is None) == (signing == "none")


async def test_every_recorded_webhook_can_be_replayed(emulator: Emulator) -> None:
    paths = sorted(RECORDED.glob("*.json"))
    if not paths:
        pytest.skip("the recorded payloads of shared/data/whatsapp are not here")
    for path in paths:
        async with emulator.client.post("/emulator/webhook", data=path.read_bytes()) as answer:
            assert await answer.json() == {"status": 200}
    assert [post.raw for post in emulator.gateway.posts] == [path.read_bytes() for path in paths]


async def test_a_broken_list_of_bodies_and_wrong_numbers_are_refused(emulator: Emulator) -> None:
    async with emulator.client.post("/emulator/webhook", data=b"[{") as answer:
        assert answer.status == 400
    async with emulator.client.post("/emulator/webhook?signature=maybe", data=b"{}") as answer:
        assert answer.status == 400
    async with emulator.client.get("/emulator/stats?idle_within=soon") as answer:
        assert answer.status == 400
    assert emulator.gateway.posts == []


async def test_the_counts_tell_what_is_still_pending(emulator: Emulator) -> None:
    emulator.gateway.hold = asyncio.Event()
    await emulator.say("hi")
    async with emulator.client.get("/emulator/stats?idle_within=0.01") as answer:
        stats = await answer.json()
    assert (stats["idle"], stats["pending"]) == (False, 1)
    emulator.gateway.hold.set()
    await emulator.settle()


async def test_a_raw_message_object_goes_out_as_given(emulator: Emulator) -> None:
    message = {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍"}, "id": "wamid.mine"}
    assert await emulator.customer_does("raw", message) == "wamid.mine"
    await emulator.settle()
    (sent,) = emulator.gateway.accepted("messages")
    assert sent["reaction"] == message["reaction"]
    assert (sent["from"], sent["id"]) == (MARIA, "wamid.mine")
    assert json.dumps(sent["timestamp"]).startswith('"')
