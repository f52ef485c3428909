"""The Bot API as a bot's program sees it: what is taken, what is refused in which words, and the limits."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from tests.unit.devkit.telegram_harness import ANA, BOT, JOAO, SILENT, TOKEN, config, running


def button(**fields: object) -> dict[str, object]:
    return {"inline_keyboard": [[fields]]}


async def test_a_bot_knows_itself_by_its_token() -> None:
    async with running() as emulator:
        status, body = await emulator.call("getMe")

        assert (status, body["result"]["id"], body["result"]["is_bot"]) == (200, BOT, True)


@pytest.mark.parametrize("token", [f"{BOT}:wrong", "123:unknown", "nonsense"])
async def test_another_token_is_unauthorized(token: str) -> None:
    async with running() as emulator:
        status, body = await emulator.call("getMe", token=token)

        assert (status, body["ok"], body["error_code"]) == (401, False, 401)


async def test_an_unknown_method_is_not_found_and_names_are_read_in_any_case() -> None:
    async with running() as emulator:
        assert (await emulator.call("sendPigeon"))[1]["description"] == "Not Found: method not found"
        assert (await emulator.call("GETME"))[0] == 200


async def test_parameters_may_come_as_query_form_or_json() -> None:
    async with running() as emulator:
        await emulator.say("hi")
        url = f"/bot{TOKEN}/sendMessage"
        given = {"chat_id": str(ANA), "text": "hello"}
        for way in ({"params": given}, {"data": given}, {"json": given}):
            async with emulator.client.post(url, **way) as answer:  # type: ignore[arg-type]
                assert answer.status == 200

        assert [message["text"] for message in await emulator.sent()] == ["hello"] * 3


@pytest.mark.parametrize(
    ("chat", "code", "said"),
    [
        (999, 400, "Bad Request: chat not found"),
        ("@nobody", 400, "Bad Request: chat not found"),
        ("", 400, "Bad Request: chat_id is empty"),
        (SILENT, 403, "Forbidden: bot can't initiate conversation with a user"),
    ],
)
async def test_nobody_is_written_to_who_has_not_written(chat: object, code: int, said: str) -> None:
    async with running() as emulator:
        status, body = await emulator.call("sendMessage", chat_id=chat, text="hello")

        assert (status, body["description"]) == (code, said)


async def test_a_person_who_blocked_the_bot_or_is_gone_cannot_be_written_to() -> None:
    async with running() as emulator:
        await emulator.say("hi")
        await emulator.person("block")
        _, blocked = await emulator.call("sendMessage", chat_id=ANA, text="hello")
        await emulator.person("unblock")
        assert (await emulator.call("sendMessage", chat_id=ANA, text="hello"))[0] == 200
        gone = {"id": ANA, "first_name": "Ana", "deactivated": True}
        async with emulator.client.post("/_control/people", json=gone) as answer:
            assert answer.status == 200
        _, deactivated = await emulator.call("sendMessage", chat_id=ANA, text="hello")

        assert blocked["description"] == "Forbidden: bot was blocked by the user"
        assert deactivated["description"] == "Forbidden: user is deactivated"


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"text": "  "}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "🧘" * 2049}, "message is too long"),
        ({"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"text": "x", "reply_parameters": "{"}, "can't parse reply parameters JSON object"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"text": "x", "reply_markup": []}, "object expected as reply markup"),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [{}]}},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
        (
            {"text": "x", "reply_markup": button(text="a")},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x", "reply_markup": button(callback_data="a")},
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        ({"text": "x", "reply_markup": button(text="a", callback_data="é" * 33)}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x", "reply_markup": button(text="a", url="http://localhost/x")},
            "inline keyboard button URL 'http://localhost/x' is invalid: Wrong HTTP URL",
        ),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]] * 101}},
            "reply markup is too long",
        ),
    ],
)
async def test_a_message_that_is_not_right_is_refused_in_telegrams_words(
    parameters: dict[str, Any], said: str
) -> None:
    async with running() as emulator:
        await emulator.say("hi")

        status, body = await emulator.call("sendMessage", chat_id=ANA, **parameters)

        assert (status, body["error_code"], body["description"]) == (400, 400, f"Bad Request: {said}")
        assert await emulator.sent() == []


async def test_the_longest_text_and_the_fullest_button_are_taken() -> None:
    async with running() as emulator:
        await emulator.say("hi")

        message = await emulator.send("🧘" * 2048, reply_markup=button(text="a", callback_data="é" * 32))

        assert message["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "é" * 32


async def test_an_answer_quotes_and_may_do_without() -> None:
    async with running() as emulator:
        said = await emulator.say("hi")
        quoting = await emulator.send("a", reply_parameters={"message_id": said["message_id"]})
        without = await emulator.send(
            "b", reply_parameters={"message_id": 999, "allow_sending_without_reply": True}
        )

        assert quoting["reply_to_message"]["text"] == "hi"
        assert "reply_to_message" not in without


async def test_files_are_sent_and_looked_at() -> None:
    async with running() as emulator:
        await emulator.say("hi")
        _, document = await emulator.upload(
            "sendDocument", "document", b"%PDF-1.4", "a.pdf", chat_id=str(ANA)
        )
        _, photo = await emulator.upload("sendPhoto", "photo", b"\xff\xd8\xff\xe0", chat_id=str(ANA))
        _, voice = await emulator.upload("sendVoice", "voice", b"OggS....", "v.ogg", chat_id=str(ANA))
        _, no_voice = await emulator.upload("sendVoice", "voice", b"RIFF....", "v.wav", chat_id=str(ANA))

        assert document["result"]["document"]["file_name"] == "a.pdf"
        assert photo["result"]["photo"][0]["file_size"] == 4
        assert "voice" in voice["result"]
        assert "document" in no_voice["result"], "what is no OGG or MP3 arrives as a document"


async def test_files_that_are_not_right_are_refused() -> None:
    async with running(max_upload=1000) as emulator:
        await emulator.say("hi")
        refusals = [
            await emulator.call("sendDocument", chat_id=ANA),
            await emulator.upload("sendDocument", "document", b"", chat_id=str(ANA)),
            await emulator.upload("sendPhoto", "photo", b"%PDF", chat_id=str(ANA)),
            await emulator.upload(
                "sendPhoto", "photo", b"\xff\xd8\xff", chat_id=str(ANA), caption="x" * 1025
            ),
            await emulator.upload("sendDocument", "document", b"x" * 1001, chat_id=str(ANA)),
            await emulator.upload("sendDocument", "document", b"x" * 2_000_000, chat_id=str(ANA)),
        ]

        assert [(status, body["description"]) for status, body in refusals] == [
            (400, "Bad Request: there is no document in the request"),
            (400, "Bad Request: file must be non-empty"),
            (400, "Bad Request: IMAGE_PROCESS_FAILED"),
            (400, "Bad Request: message caption is too long"),
            (413, "Request Entity Too Large"),
            (413, "Request Entity Too Large"),
        ]


async def test_a_persons_file_is_found_and_downloaded_unless_it_is_too_big() -> None:
    async with running() as emulator:
        await emulator.person("voice", base64="T2dnUyE=")
        await emulator.person("document", size=20 * 1024 * 1024 + 1)
        await emulator.settle()
        voice, document = (post.update["message"] for post in emulator.program.posts)
        _, found = await emulator.call("getFile", file_id=voice["voice"]["file_id"])
        async with emulator.client.get(f"/file/bot{TOKEN}/{found['result']['file_path']}") as answer:
            assert (answer.status, await answer.read()) == (200, b"OggS!")
        async with emulator.client.get(f"/file/bot{TOKEN}/voice/none.oga") as answer:
            assert answer.status == 404
        too_big = await emulator.call("getFile", file_id=document["document"]["file_id"])
        unknown = await emulator.call("getFile", file_id="nonsense")

        assert too_big[1]["description"] == "Bad Request: file is too big"
        assert unknown[0] == 400


async def test_typing_and_reactions_are_seen() -> None:
    async with running() as emulator:
        said = await emulator.say("hi")
        assert (await emulator.call("sendChatAction", chat_id=ANA, action="typing"))[0] == 200
        assert (await emulator.call("sendChatAction", chat_id=ANA, action="dancing"))[0] == 400
        thumb = [{"type": "emoji", "emoji": "👍"}]
        given: dict[str, Any] = {"chat_id": ANA, "message_id": said["message_id"]}
        assert (await emulator.call("setMessageReaction", **given, reaction=thumb))[0] == 200
        wrong = await emulator.call(
            "setMessageReaction", **given, reaction=[{"type": "emoji", "emoji": "✅"}]
        )

        chat = (await emulator.state())["bots"][str(BOT)]["chats"][str(ANA)]
        assert wrong[1]["description"] == "Bad Request: REACTION_INVALID"
        assert (chat["typing"], chat["messages"][0]["reactions"]) == (1, ["👍"])


async def test_a_tap_is_answered_in_time_or_not_at_all() -> None:
    async with running() as emulator:
        await emulator.say("hi")
        message = await emulator.send("When?", reply_markup=button(text="Mon", callback_data="slot:1"))
        taps = [await emulator.person("tap", message_id=message["message_id"], title="Mon") for _ in "12"]
        first, second = (tap["callback_query_id"] for tap in taps)
        in_time = await emulator.call("answerCallbackQuery", callback_query_id=first)
        emulator.clock.now += 151
        late = await emulator.call("answerCallbackQuery", callback_query_id=second)

        assert in_time == (200, {"ok": True, "result": True})
        assert late[1]["description"].startswith("Bad Request: query is too old")
        assert (await emulator.state())["taps"] == {first: True, second: False}


async def test_one_a_second_to_a_chat_with_a_burst_and_the_pause_asked_for_is_enough() -> None:
    async with running(limits=True) as emulator:
        await emulator.say("hi")
        burst = [await emulator.call("sendMessage", chat_id=ANA, text=str(n)) for n in range(4)]
        status, body = burst[-1]
        pause = body["parameters"]["retry_after"]
        emulator.clock.now += pause - 0.1
        too_early = await emulator.call("sendMessage", chat_id=ANA, text="early")
        emulator.clock.now += 0.1

        assert [code for code, _ in burst] == [200, 200, 200, 429]
        assert (status, body["description"]) == (429, f"Too Many Requests: retry after {pause}")
        assert too_early[0] == 429
        assert (await emulator.call("sendMessage", chat_id=ANA, text="now"))[0] == 200
        assert (await emulator.state())["refused_by_limits"] == 2


async def test_thirty_a_second_for_a_bot_over_all_chats() -> None:
    async with running(limits=True) as emulator:
        people = range(910000100, 910000131)
        for person in people:
            await emulator.say("hi", person)
        codes = [(await emulator.call("sendMessage", chat_id=person, text="x"))[0] for person in people]

        assert codes == [200] * 30 + [429]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"url": "ftp://x.example"}, "invalid webhook URL specified"),
        ({"url": "https://x.example", "secret_token": "no spaces"}, "unallowed characters"),
        ({"url": "https://x.example", "secret_token": "x" * 257}, "secret token is too long"),
        ({"url": "http://x.example"}, "An HTTPS URL must be provided"),
        ({"url": "https://x.example:8080"}, "only on ports 80, 88, 443 or 8443"),
    ],
)
async def test_a_webhook_that_telegram_would_not_take_is_refused(
    parameters: dict[str, Any], said: str
) -> None:
    async with running(connected=False, require_https=True) as emulator:
        status, body = await emulator.call("setWebhook", **parameters)

        assert status == 400
        assert said in body["description"]


# --- faults -------------------------------------------------------------------------------------------


async def test_refusals_come_as_ordered_by_method_and_chat_and_nothing_is_sent() -> None:
    async with running() as emulator:
        for person in (ANA, JOAO):
            await emulator.say("hi", person)
        await emulator.troubles(
            {"kind": "too_many", "method": "sendMessage", "chat_id": ANA, "retry_after": 7},
            {"kind": "server_error", "method": "sendMessage", "chat_id": ANA},
            {"kind": "error", "status": 403, "description": "Forbidden: bot was blocked by the user"},
        )
        other = await emulator.call("sendChatAction", chat_id=JOAO, action="typing")
        spared = await emulator.call("sendMessage", chat_id=JOAO, text="x")
        answers = [await emulator.call("sendMessage", chat_id=ANA, text="x") for _ in range(3)]

        assert spared[0] == 200
        assert other[0] == 403
        assert [code for code, _ in answers] == [429, 500, 200]
        assert answers[0][1]["parameters"] == {"retry_after": 7}
        assert len(await emulator.sent()) == 1
        done = (await emulator.state())["faults_done"]
        assert done == {"error": 1, "too_many": 1, "server_error": 1}


async def test_a_bad_gateway_says_nothing_of_telegrams() -> None:
    async with running() as emulator:
        await emulator.troubles({"kind": "bad_gateway"})
        async with emulator.client.post(f"/bot{TOKEN}/getMe") as answer:
            assert answer.status == 502
            assert b"error_code" not in await answer.read()


@pytest.mark.parametrize(("kind", "sent"), [("lose_answer", 1), ("no_answer", 0), ("drop", 0)])
async def test_an_answer_is_lost_after_sending_or_before(kind: str, sent: int) -> None:
    async with running() as emulator:
        await emulator.say("hi")
        await emulator.troubles({"kind": kind, "method": "sendMessage"})
        with pytest.raises(aiohttp.ClientError):
            await emulator.call("sendMessage", chat_id=ANA, text="x")

        assert len(await emulator.sent()) == sent
        assert (await emulator.state())["calls"]["sendMessage lost"] == 1


async def test_a_call_can_be_held_until_the_program_gives_up() -> None:
    async with running() as emulator:
        await emulator.say("hi")
        await emulator.troubles({"kind": "lose_answer", "hold": 60})
        url, given = f"/bot{TOKEN}/sendMessage", {"chat_id": ANA, "text": "x"}
        with pytest.raises(TimeoutError):
            async with emulator.client.post(url, json=given, timeout=aiohttp.ClientTimeout(total=0.3)):
                pass

        assert len(await emulator.sent()) == 1


async def test_a_share_of_calls_fails_the_same_way_for_the_same_seed() -> None:
    outcomes = []
    for _ in range(2):
        async with running() as emulator:
            await emulator.say("hi")
            await emulator.troubles({"kind": "server_error", "times": None, "share": 0.5})
            calls = [await emulator.call("sendMessage", chat_id=ANA, text="x") for _ in range(20)]
            outcomes.append([code for code, _ in calls])

    assert outcomes[0] == outcomes[1]
    assert {200, 500} == set(outcomes[0])


def test_a_configuration_shows_no_token() -> None:
    assert TOKEN not in repr(config())
