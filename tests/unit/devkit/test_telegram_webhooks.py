"""Updates through real HTTP: with the secret, in order per chat, repeated until accepted, with the faults asked for."""

from __future__ import annotations

import asyncio
import random

from devkit.telegram.sender import pause_after
from tests.unit.devkit.telegram_harness import ANA, BOT, JOAO, SECRET, running


async def test_what_a_person_writes_reaches_the_webhook_with_its_secret() -> None:
    async with running() as emulator:
        said = await emulator.say("olá 🧘")
        await emulator.settle()

        (post,) = emulator.program.posts
        assert post.secret == SECRET
        assert post.update["update_id"] == said["update_id"]
        message = post.update["message"]
        assert message["message_id"] == said["message_id"]
        assert message["text"] == "olá 🧘"
        assert message["chat"] == {"id": ANA, "first_name": "Ana", "last_name": "Sousa", "type": "private"}
        assert message["from"]["language_code"] == "pt"


async def test_updates_of_a_bot_are_counted_on_and_another_bot_gets_none_of_them() -> None:
    async with running() as emulator:
        ids = [(await emulator.say(text))["update_id"] for text in ("a", "b", "c")]
        await emulator.person("text", ANA, 7000000002, text="to the other bot")
        await emulator.program.until(lambda: len(emulator.program.posts) == 3)

        assert ids == [ids[0], ids[0] + 1, ids[0] + 2]
        assert emulator.program.texts() == ["a", "b", "c"]


async def test_without_a_webhook_updates_wait_for_one() -> None:
    async with running(connected=False) as emulator:
        await emulator.say("early")
        _, info = await emulator.call("getWebhookInfo")
        assert info["result"]["pending_update_count"] == 1

        await emulator.connect()
        await emulator.settle()

        assert emulator.program.texts() == ["early"]


async def test_waiting_updates_can_be_dropped() -> None:
    async with running(connected=False) as emulator:
        for text in ("old", "older"):
            await emulator.say(text)
        await emulator.connect(drop_pending_updates=True)
        await emulator.say("new")
        counts = await emulator.settle()

        assert emulator.program.texts() == ["new"]
        assert counts["dropped"] == 2


async def test_what_is_not_accepted_comes_again_unchanged_and_in_order() -> None:
    async with running() as emulator:
        emulator.program.answers.extend([500, 503, 401, 302, 200, 500])
        for text in ("one", "two", "three"):
            await emulator.say(text)
        counts = await emulator.settle()

        assert emulator.program.texts() == ["one", "two", "three"]
        assert len({post.raw for post in emulator.program.posts[:5]}) == 1
        assert (counts["accepted"], counts["repeated"], counts["posts"]) == (3, 5, 8)


async def test_a_program_that_does_not_answer_in_time_gets_it_again() -> None:
    async with running(webhook_timeout=0.2) as emulator:
        emulator.program.hold = asyncio.Event()
        await emulator.say("hi")
        await emulator.program.until(lambda: len(emulator.program.posts) == 2)
        emulator.program.hold.set()
        counts = await emulator.settle()

        assert counts["accepted"] == 1
        _, info = await emulator.call("getWebhookInfo")
        assert info["result"]["last_error_message"] == "Read timeout expired"


async def test_one_chat_waits_for_its_answer_and_the_others_do_not() -> None:
    async with running() as emulator:
        emulator.program.hold = asyncio.Event()
        await emulator.say("first of Ana", ANA)
        await emulator.say("second of Ana", ANA)
        await emulator.say("first of João", JOAO)
        await emulator.program.until(lambda: len(emulator.program.posts) == 2)
        waiting = {post.update["message"]["text"] for post in emulator.program.posts}
        emulator.program.hold.set()
        await emulator.settle()

        assert waiting == {"first of Ana", "first of João"}


async def test_no_more_webhooks_are_under_way_than_the_bot_asked_for() -> None:
    async with running(connected=False) as emulator:
        await emulator.connect(max_connections=2)
        emulator.program.hold = asyncio.Event()
        for person in range(910000101, 910000106):
            await emulator.say("hi", person)
        await emulator.program.until(lambda: len(emulator.program.posts) == 2)
        emulator.program.hold.set()
        await emulator.settle()

        assert len(emulator.program.posts) == 5


async def test_an_update_is_given_up_when_its_day_is_over() -> None:
    async with running() as emulator:
        emulator.program.answers.extend([500])
        emulator.program.hold = asyncio.Event()
        await emulator.say("too late")
        await emulator.program.until(lambda: len(emulator.program.posts) == 1)
        emulator.clock.now += 24 * 3600 + 1
        emulator.program.hold.set()
        counts = await emulator.settle()

        assert (counts["expired"], counts["accepted"]) == (1, 0)


async def test_only_the_kinds_the_bot_asked_for_are_sent() -> None:
    async with running(connected=False) as emulator:
        await emulator.connect(allowed_updates=["callback_query"])
        await emulator.say("not wanted")
        counts = await emulator.settle()

        assert (counts["unwanted"], counts["posts"]) == (1, 0)
        _, info = await emulator.call("getWebhookInfo")
        assert info["result"]["allowed_updates"] == ["callback_query"]


async def test_an_accepted_update_can_come_twice_and_a_lost_answer_brings_it_again() -> None:
    async with running() as emulator:
        await emulator.troubles(duplicate=1, drop_answers=1)
        await emulator.say("hi")
        counts = await emulator.settle()

        assert len({post.raw for post in emulator.program.posts}) == 1
        assert (counts["posts"], counts["accepted"], counts["repeated"], counts["duplicated"]) == (3, 1, 1, 1)
        assert (await emulator.state())["faults_done"] == {"drop_answers": 1, "duplicate": 1}


async def test_a_delayed_update_is_overtaken_by_another_chat() -> None:
    async with running() as emulator:
        await emulator.troubles(delay=1, delay_seconds=1)
        await emulator.say("slow", ANA)
        await emulator.say("fast", JOAO)
        await emulator.settle()

        assert emulator.program.texts() == ["fast", "slow"]


async def test_any_bytes_can_be_sent_with_any_secret() -> None:
    async with running() as emulator:
        for secret in ("wrong", "none"):
            url = f"/_control/bots/{BOT}/webhook?secret={secret}"
            async with emulator.client.post(url, data=b"\xff{") as answer:
                assert await answer.json() == {"status": 200}

        assert [(post.raw, post.secret) for post in emulator.program.posts] == [
            (b"\xff{", "wrong"),
            (b"\xff{", None),
        ]


def test_pauses_double_from_an_immediate_repeat_to_a_minute_or_two() -> None:
    rng = random.Random(7)

    pauses = [pause_after(fails, rng) for fails in range(12)]

    assert pauses[:6] == [0, 2, 4, 8, 16, 32]
    assert all(60 <= pause <= 120 for pause in pauses[7:])
