"""Which messages are answered together, and as which words?"""

from __future__ import annotations

from services.agent.groups import MOST, Group, first_group
from shared.messages.conversation import (
    ChoiceContent,
    Content,
    EditContent,
    MediaContent,
    MessageReceived,
    ReactionContent,
    RevokeContent,
    TextContent,
    VoiceContent,
)
from tests.unit.agent.test_agent_debounce import said

TAP = ChoiceContent(choice_id="book:1", title="Yes")
VOICE = VoiceContent(media_id="m", mime="audio/ogg")


def places(*contents: Content | str) -> tuple[int, ...]:
    return first_group([said(content) for content in contents])


def edit(message: MessageReceived, text: str | None) -> MessageReceived:
    return said(EditContent(provider_id=message.provider_id, text=text))


def revoke(message: MessageReceived) -> MessageReceived:
    return said(RevokeContent(provider_id=message.provider_id))


def words(*members: MessageReceived) -> str | None:
    content = Group(members).message.content
    assert isinstance(content, TextContent | EditContent | RevokeContent)
    return None if isinstance(content, RevokeContent) else content.text


def test_texts_one_after_the_other_are_a_group_until_something_else_comes() -> None:
    assert places("hi", "yoga", "tomorrow") == (0, 1, 2)
    assert places("hi", TAP, "tomorrow") == (0,)
    assert places(TAP, "hi", "there") == (0,)
    assert places(VOICE, "hi") == (0,)
    assert places("hi", ReactionContent(provider_id="wamid.1", emoji="👍"), "there") == (0,)


def test_a_group_has_its_limit() -> None:
    assert len(places(*["hi"] * 50)) == MOST


def test_edits_and_revocations_of_its_messages_that_wait_further_behind_belong_to_the_group() -> None:
    hi, voice, later = said("hi"), said(VOICE), said("later")
    behind = [revoke(hi), edit(later, "much later"), edit(hi, "hello")]

    assert first_group([hi, voice, later, *behind]) == (0, 3, 5)
    assert first_group([voice, later, revoke(voice)]) == (0, 2)


def test_one_message_is_itself() -> None:
    for message in (said("hi"), said(TAP), said(EditContent(provider_id="x", text="yo"))):
        assert Group((message,)).message is message


def test_several_are_the_first_ones_turn_and_the_last_ones_answer_with_all_words_a_line_each() -> None:
    first, second, third = said("hi "), said("yoga"), said("tomorrow at 7")
    together = Group((first, second, third)).message

    assert together.message_id == first.message_id
    assert together.provider_id == third.provider_id
    assert together.content == TextContent(text="hi\nyoga\ntomorrow at 7")


def test_an_edited_text_takes_the_place_of_the_first_one_wherever_the_edit_comes() -> None:
    yoga, people = said("yoga at 7"), said("for two")

    assert words(yoga, people, edit(yoga, "yoga at 8")) == "yoga at 8\nfor two"
    assert words(yoga, edit(yoga, "yoga at 8"), edit(yoga, "yoga at 9"), people) == "yoga at 9\nfor two"
    assert words(edit(yoga, "yoga at 8"), yoga) == "yoga at 8"
    assert words(yoga, edit(yoga, None), people) == "for two"


def test_the_words_of_an_edit_whose_message_was_answered_before_are_a_message() -> None:
    before = said("yoga at 7")

    assert words(edit(before, "yoga at 8"), said("for two")) == "yoga at 8\nfor two"
    assert words(edit(before, "yoga at 8"), edit(before, "yoga at 9")) == "yoga at 9"


def test_what_was_taken_back_is_not_said_and_not_answered() -> None:
    yoga, people = said("yoga"), said("for two")

    assert words(yoga, people, revoke(yoga)) == "for two"
    together = Group((yoga, people, revoke(people))).message
    assert (together.message_id, together.provider_id) == (yoga.message_id, yoga.provider_id)
    assert words(yoga, revoke(yoga)) is None
    assert words(yoga, edit(yoga, "pilates"), revoke(yoga)) is None
    assert words(yoga, revoke(yoga), edit(yoga, "pilates")) is None


def test_a_pictures_edited_caption_is_read_and_a_voice_note_taken_back_is_not_heard() -> None:
    picture = said(MediaContent(media="image", media_id="m", mime="image/png", caption="yoga"))
    together = Group((picture, edit(picture, "pilates"))).message
    assert isinstance(together.content, MediaContent)
    assert together.content.caption == "pilates"

    voice = said(VOICE)
    assert isinstance(Group((voice, revoke(voice))).message.content, RevokeContent)
