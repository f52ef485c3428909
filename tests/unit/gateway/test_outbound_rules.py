"""Window, templates, pages, merging, failures: the rules of what goes out, without anything around them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.channels.degrade import more
from services.gateway.channels.echo import CAPABILITIES as FREE
from services.gateway.channels.whatsapp_render import CAPABILITIES as WHATSAPP
from services.gateway.channels.whatsapp_render import render
from services.gateway.domain.failures import code_of, follows, scope_of
from services.gateway.domain.purposes import answers
from services.gateway.pages import merged, page
from services.gateway.window import MARGIN_SECONDS, AsTemplate, Hold, Send, decide, templates_of
from shared.messages.conversation import Choice, MessageSent, PageBody, ReactionBody, TextBody
from tests.unit.gateway.factories import message

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
MARGIN = timedelta(seconds=MARGIN_SECONDS)
TEMPLATES = templates_of(
    {
        "templates": {
            "reply": {
                "name": "answer",
                "language": {"en": "en", "pt": "pt_PT"},
                "parameters": ["who", "text"],
            },
            "*": {"name": "news", "language": "en"},
        }
    }
)

# --- the window -----------------------------------------------------------------------------------------


@given(st.timedeltas(timedelta(0), timedelta(days=3)))
def test_the_window_is_open_until_a_minute_before_its_end(since: timedelta) -> None:
    decision = decide(message("Hello"), NOW - since, NOW, {}, WHATSAPP)

    assert isinstance(decision, Send if since < DAY - MARGIN else Hold)


def test_a_person_who_never_wrote_has_no_window() -> None:
    assert decide(message("Hello"), None, NOW, {}, WHATSAPP) == Hold("held: no template for reply")


def test_a_channel_without_a_window_is_always_open() -> None:
    assert decide(message("Hello"), None, NOW, {}, FREE) == Send()


def test_the_template_of_the_purpose_is_filled_from_the_message_in_the_persons_language() -> None:
    sent = message("See you").model_copy(update={"values": {"who": "Ana", "language": "pt"}})

    decision = decide(sent, None, NOW, TEMPLATES, WHATSAPP)

    assert isinstance(decision, AsTemplate)
    assert (decision.body.template, decision.body.language) == ("answer", "pt_PT")
    assert decision.body.parameters == ("Ana", "See you")
    assert decision.body.text == "See you"


def test_any_other_purpose_gets_the_template_for_any() -> None:
    sent = message("Hello").model_copy(update={"purpose": "receipt"})

    decision = decide(sent, None, NOW, TEMPLATES, WHATSAPP)

    assert isinstance(decision, AsTemplate)
    assert decision.body.template == "news"


def test_a_template_whose_facts_are_missing_is_not_sent_half_filled() -> None:
    assert decide(message("Hello"), None, NOW, TEMPLATES, WHATSAPP) == Hold(
        "held: template answer needs who, which the message does not have"
    )


def test_a_reaction_never_becomes_a_template() -> None:
    sent = message(ReactionBody(provider_id="wamid.1", emoji="👍"))

    assert isinstance(decide(sent, None, NOW, TEMPLATES, WHATSAPP), Hold)


@pytest.mark.parametrize(
    "wrong",
    [[], "x", {"reply": 1}, {"reply": {"name": "a"}}, {"reply": {"name": "a", "language": "en", "x": 1}}],
)
def test_templates_that_cannot_be_read_are_told_and_crash_nothing(wrong: object) -> None:
    said = templates_of({"templates": wrong})

    if wrong == []:
        assert said == {}
        return
    assert isinstance(said, str)
    decision = decide(message("Hello"), None, NOW, said, WHATSAPP)
    assert isinstance(decision, Hold)
    assert "setting templates is wrong" in decision.reason


# --- pages ----------------------------------------------------------------------------------------------


def choices(count: int) -> tuple[Choice, ...]:
    return tuple(Choice(choice_id=f"c{n}", title=f"Choice {n}") for n in range(count))


@given(st.integers(1, 60))
def test_paging_through_a_list_shows_every_choice_once_and_in_order(count: int) -> None:
    original = message("Which one?", choices=choices(count))
    shown, now = [], original
    for _ in range(count):
        [body] = render(now)
        rows, rest = rows_of(body)
        shown += rows
        if rest is None:
            break
        asked = message(PageBody(of=rest[0], offset=rest[1])).model_copy(update={"message_id": uuid4()})
        assert str(rest[0]) == str(original.message_id)
        found = page(asked, original)
        assert isinstance(found, MessageSent)
        now = found

    assert shown == [f"c{n}" for n in range(count)]


def rows_of(body: dict[str, object]) -> tuple[list[str], tuple[str, int] | None]:
    """The choices of a WhatsApp body, and what its last row asks for."""
    action = body["interactive"]["action"]  # type: ignore[index]  # a test's look into JSON
    if "buttons" in action:
        return [one["reply"]["id"] for one in action["buttons"]], None
    ids = [row["id"] for row in action["sections"][0]["rows"]]
    if not ids[-1].startswith(more("", 0)[:5]):
        return ids, None
    _, of, offset = ids[-1].split(":")
    return ids[:-1], (of, int(offset))


@pytest.mark.parametrize(
    ("original", "reason"),
    [
        (None, "not of this conversation"),
        (message(ReactionBody(provider_id="w", emoji="👍")), "has none"),
        (message("Which?", choices=choices(9)), "no more choices"),
    ],
)
def test_a_page_that_cannot_be_shown_says_why(original: MessageSent | None, reason: str) -> None:
    said = page(message(PageBody(of=uuid4(), offset=9)), original)

    assert isinstance(said, str)
    assert reason in said


# --- several in one -------------------------------------------------------------------------------------


def answer(text: str, to: str | None = "wamid.q") -> MessageSent:
    return message(text, reply_to=to)


@given(st.lists(st.text(min_size=1, max_size=900), min_size=1, max_size=8))
def test_merging_loses_no_word_and_never_exceeds_one_request(texts: list[str]) -> None:
    first, *rest = (answer(text) for text in texts)

    whole, taken = merged(first, rest, WHATSAPP)

    assert isinstance(whole.body, TextBody)
    assert whole.body.text == "\n\n".join(texts[: taken + 1])
    assert taken == 0 or len(whole.body.text.encode("utf-16-le")) // 2 <= WHATSAPP.text
    assert taken == len(rest) or len("\n\n".join(texts[: taken + 2]).encode("utf-16-le")) // 2 > WHATSAPP.text


@pytest.mark.parametrize(
    "other",
    [answer("b", "wamid.other"), answer("b", None), message("b", choices=choices(1), reply_to="wamid.q")],
)
def test_only_plain_words_that_answer_the_same_message_are_merged(other: MessageSent) -> None:
    assert merged(answer("a"), [other, answer("c")], WHATSAPP)[1] == 0


def test_nothing_is_merged_where_a_request_costs_nothing() -> None:
    assert merged(answer("a"), [answer("b")], replace(WHATSAPP, billed=False))[1] == 0


# --- failures and purposes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "consequence"),
    [
        ("131047 Re-engagement message", "template"),
        ("63016 Outside window", "template"),
        ("131050 User has stopped marketing", "opt_out"),
        ("21610 STOP", "opt_out"),
        ("131048 Spam rate limit hit", "pause"),
        ("131026 Message undeliverable", "report"),
        ("not delivered within a day", "report"),
        ("²³", "report"),
        ("", "report"),
        (None, "report"),
    ],
)
def test_what_follows_from_a_failure(reason: str | None, consequence: str) -> None:
    assert follows(reason) == consequence


@given(st.text())
def test_no_reason_is_too_strange(reason: str) -> None:
    assert follows(reason) in ("template", "opt_out", "pause", "report")
    assert code_of(reason) is None or code_of(reason) == int(reason.split()[0])


def test_who_stopped_marketing_still_hears_of_their_own_bookings() -> None:
    assert (scope_of("131050 x"), scope_of("21610 x"), scope_of(None)) == ("marketing", "all", "all")


def test_only_a_reply_to_a_message_answers_it() -> None:
    assert answers(message("a", reply_to="wamid.1"))
    assert not answers(message("a"))
    assert not answers(message("a", reply_to="wamid.1").model_copy(update={"purpose": "campaign"}))
