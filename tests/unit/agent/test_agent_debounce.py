"""For whom is waited, and how long, before a turn begins?"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agent.debounce import wait
from shared.messages.conversation import (
    ChannelAddress,
    ChoiceContent,
    Content,
    EditContent,
    MediaContent,
    MessageReceived,
    OtherContent,
    ReactionContent,
    RevokeContent,
    TextContent,
    VoiceContent,
)

QUIET = 0.3
CONVERSATION, TENANT = uuid4(), uuid4()


def said(content: Content | str) -> MessageReceived:
    message_id = uuid4()
    return MessageReceived(
        tenant_id=TENANT,
        message_id=message_id,
        conversation_id=CONVERSATION,
        sender=ChannelAddress(channel="whatsapp", account_id="100", user_id="351911"),
        provider_id=f"wamid.{message_id}",
        sent_at=datetime(2026, 11, 22, tzinfo=UTC),
        content=TextContent(text=content) if isinstance(content, str) else content,
    )


def wait_for(*contents: Content | str, first: float = 0.0, last: float = 0.0) -> float:
    return wait([said(content) for content in contents], first, last, seconds=QUIET)


def test_unfinished_words_are_waited_for_the_whole_time_since_the_last_came() -> None:
    assert wait_for("hi") == QUIET
    assert wait_for("hi", first=0.2, last=0.2) == pytest.approx(0.1)
    assert wait_for("hi", "I want yoga", first=0.2, last=0.05) == pytest.approx(0.25)
    assert wait_for("hi", first=0.3, last=0.3) <= 0


@pytest.mark.parametrize(
    "text",
    ["I want yoga tomorrow.", "ainda há lugares?", "明天有瑜伽课吗？", "at 19", "کلاس دارید؟", "x" * 80],
)
def test_what_reads_finished_is_waited_for_less(text: str) -> None:
    assert 0 < wait_for(text) < QUIET
    assert wait_for("hi", text) == wait_for(text)


def test_a_finished_sentence_followed_by_an_unfinished_one_is_waited_for_again() -> None:
    assert wait_for("Hi!", "I want yoga") == QUIET


@pytest.mark.parametrize(
    "content",
    [
        ChoiceContent(choice_id="book:1", title="Yes"),
        VoiceContent(media_id="m", mime="audio/ogg"),
        MediaContent(media="image", media_id="m", mime="image/jpeg", caption="like this"),
        ReactionContent(provider_id="wamid.1", emoji="👍"),
        OtherContent(type="something_new", text="words"),
        RevokeContent(provider_id="wamid.unknown"),
        TextContent(text=" \n "),
    ],
)
def test_what_is_not_words_is_never_waited_for(content: Content) -> None:
    assert wait_for(content) <= 0


def test_words_are_not_waited_for_any_longer_when_something_else_follows_them() -> None:
    assert wait_for("hi", ChoiceContent(choice_id="book:1", title="Yes")) <= 0


def test_words_that_were_taken_back_are_not_waited_for() -> None:
    message = said("hi")
    gone = said(RevokeContent(provider_id=message.provider_id))

    assert wait([message, gone], 0.0, 0.0, seconds=QUIET) <= 0


def test_an_edit_is_waited_for_like_the_words_it_makes() -> None:
    message = said("I want yoga")
    edited = said(EditContent(provider_id=message.provider_id, text="I want yoga tomorrow!"))

    assert 0 < wait([message, edited], 0.0, 0.0, seconds=QUIET) < QUIET


@given(
    texts=st.lists(st.text(min_size=1, max_size=100), min_size=1, max_size=8),
    first=st.floats(0, 3),
    last=st.floats(0, 3),
)
def test_no_message_waits_longer_than_three_times_the_setting(
    texts: list[str], first: float, last: float
) -> None:
    first = max(first, last)
    more = wait_for(*texts, first=first, last=last)

    assert more <= QUIET
    assert more <= 0 or first + more <= 3 * QUIET + 1e-9


def test_without_a_setting_nothing_is_waited_for() -> None:
    assert wait([said("hi")], 0.0, 0.0, seconds=0) <= 0
