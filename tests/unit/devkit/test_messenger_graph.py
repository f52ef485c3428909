"""The emulated Send API takes and refuses as Meta's does."""

from __future__ import annotations

import aiohttp
import pytest

from tests.unit.devkit.messenger_world import ACCOUNTS, ANA, PAGE, PROFILE, RUI, TOKENS, running

PLATFORMS = pytest.mark.parametrize("platform", ["messenger", "instagram"])


def code_of(body: dict[str, dict[str, object]]) -> tuple[object, object]:
    error = body["error"]
    assert error["type"] == "OAuthException"
    assert error["fbtrace_id"]
    return error["code"], error.get("error_subcode")


@PLATFORMS
async def test_a_message_to_who_has_written_is_taken_and_said_under_its_id(platform: str) -> None:
    async with running() as meta:
        account_id = ACCOUNTS[platform]
        await meta.writes("hi", account_id=account_id)
        status, answer = await meta.sends({"text": "hello"}, account_id=account_id)

        assert (status, answer["recipient_id"]) == (200, ANA)
        [sent] = await meta.sent(account_id=account_id)
        assert (sent["mid"], sent["message"]) == (answer["message_id"], {"text": "hello"})


@pytest.mark.parametrize(("platform", "subcode"), [("messenger", 2018278), ("instagram", 2534022)])
async def test_a_day_after_the_last_message_only_a_tag_passes_and_only_in_messenger(
    platform: str, subcode: int
) -> None:
    async with running() as meta:
        account_id = ACCOUNTS[platform]
        await meta.writes("hi", account_id=account_id)
        meta.clock.now += 24 * 3600 + 1
        status, answer = await meta.sends(account_id=account_id)
        assert (status, code_of(answer)) == (403, (10, subcode))

        tagged = {"messaging_type": "MESSAGE_TAG", "tag": "CONFIRMED_EVENT_UPDATE"}
        status, answer = await meta.sends(account_id=account_id, **tagged)
        assert status == (200 if platform == "messenger" else 400)

        await meta.writes("again", account_id=account_id)
        assert (await meta.sends(account_id=account_id))[0] == 200


async def test_who_never_wrote_or_has_blocked_the_page_cannot_be_written_to() -> None:
    async with running() as meta:
        await meta.writes("hi", person=RUI, account_id=PROFILE)
        assert code_of((await meta.sends(person=RUI))[1]) == (100, 2018001)  # another account's person

        await meta.writes("hi")
        await meta.about(blocked=True)
        assert code_of((await meta.sends())[1]) == (551, None)
        await meta.about(person=RUI, account_id=PROFILE, blocked=True)
        assert code_of((await meta.sends(person=RUI, account_id=PROFILE))[1]) == (200, 1545041)
        await meta.about()
        assert (await meta.sends())[0] == 200


@pytest.mark.parametrize(
    ("platform", "message"),
    [
        ("messenger", {"text": "x" * 2001}),
        ("instagram", {"text": "é" * 501}),
        ("messenger", {"text": " "}),
        ("messenger", {}),
        ("messenger", {"attachment": {"type": "file", "payload": {"attachment_id": "1"}}}),
        ("messenger", {"text": "x", "quick_replies": [{"title": "a", "payload": "a"}] * 14}),
        ("messenger", {"text": "x", "quick_replies": [{"title": "a" * 21, "payload": "a"}]}),
        (
            "messenger",
            {
                "attachment": {
                    "type": "template",
                    "payload": {
                        "template_type": "button",
                        "text": "x",
                        "buttons": [{"type": "postback", "title": "a", "payload": "a"}] * 4,
                    },
                }
            },
        ),
    ],
)
async def test_what_is_above_a_limit_is_refused(platform: str, message: dict[str, object]) -> None:
    async with running() as meta:
        account_id = ACCOUNTS[platform]
        await meta.writes("hi", account_id=account_id)
        status, answer = await meta.sends(message or {"metadata": "x"}, account_id=account_id)

        assert status == 400
        assert answer["error"]["code"] == 100
        assert await meta.sent(account_id=account_id) == []


async def test_only_the_token_of_the_account_opens_it() -> None:
    async with running() as meta:
        async with meta.client.get("/v23.0/me", headers={"Authorization": "Bearer wrong"}) as answer:
            assert (answer.status, code_of(await answer.json())) == (401, (190, None))
        async with meta.client.get(
            "/v23.0/me", headers={"Authorization": f"Bearer {TOKENS[PAGE]}"}
        ) as answer:
            assert (await answer.json())["id"] == PAGE


async def test_more_calls_a_second_than_allowed_are_refused_until_the_second_is_over() -> None:
    async with running(calls_per_second=2) as meta:
        await meta.writes("hi")
        statuses = [(await meta.sends())[0] for _ in range(3)]
        assert statuses == [200, 200, 400]
        meta.clock.now += 1.1
        assert (await meta.sends())[0] == 200


async def test_a_lost_answer_was_taken_a_swallowed_request_was_not_and_a_lie_was() -> None:
    async with running() as meta:
        await meta.writes("hi")
        await meta.faults(lose_answers=1)
        with pytest.raises(aiohttp.ClientError):
            await meta.sends({"text": "lost"})
        await meta.faults(swallow_sends=1)
        with pytest.raises(aiohttp.ClientError):
            await meta.sends({"text": "swallowed"})
        await meta.faults(lie_sends=1)
        assert (await meta.sends({"text": "lied"}))[0] == 503
        await meta.faults(fail_sends=1, fail_code=1200, retry_after=3)
        assert (await meta.sends({"text": "failed"}))[0] == 500

        assert [one["message"]["text"] for one in await meta.sent()] == ["lost", "lied"]
