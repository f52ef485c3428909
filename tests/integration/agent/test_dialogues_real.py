"""Dialogues on real servers, in six languages: what was agreed is what booking stored, and what was not is not there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.agent.offline.texts import Words as Texts
from services.agent.offline.texts import words_in
from services.notifier.domain.wording import wording_for
from shared.messages.conversation import TextBody
from shared.settings import Settings
from tests.integration.agent.dialogue_words import ALL, Words
from tests.integration.agent.real_studio import Chat, Town, town

YOGA = "Vinyasa Yoga +1 19:00"


@pytest.fixture(scope="module")
async def place(quick: Settings) -> AsyncIterator[Town]:
    """The services, and a studio for each language; at the end everything in the tables fits together."""
    async with town(quick) as opened:
        yield opened


@pytest.fixture(params=ALL, ids=lambda words: words.language)
def words(request: pytest.FixtureRequest) -> Words:
    """What customers of one language say."""
    found: Words = request.param
    return found


@pytest.fixture
async def chat(place: Town, words: Words) -> Chat:
    """A customer of the studio, whom nobody has met."""
    return (await place.studio(words.language)).customer()


@pytest.fixture
async def neighbour(place: Town, words: Words) -> Chat:
    """Another customer."""
    return (await place.studio(words.language)).customer()


@pytest.fixture
def texts(words: Words) -> Texts:
    """What we say in their language."""
    return words_in(words.language, "en")


async def has_booked(chat: Chat, words: Words, wish: str) -> None:
    """They ask for it and say yes, and the confirmation has come."""
    answer = await chat.asked(wish)
    assert words_in(words.language, "en")("shall_book") in answer.text
    assert await chat.ask(words.yes) is None
    await chat.told("booking_confirmed")


async def test_what_was_shown_is_booked_after_a_yes_and_confirmed_once(
    chat: Chat, words: Words, texts: Texts
) -> None:
    shown = await chat.asked(words.yoga_at_seven)
    assert "Vinyasa Yoga" in shown.text
    assert "19:00" in shown.text
    assert texts.money(1500, "EUR") in shown.text
    assert texts("shall_book") in shown.text
    assert await chat.bookings() == []

    assert await chat.ask(words.yes) is None
    assert await chat.bookings() == [f"{YOGA} x1 confirmed €15.00"]
    assert await chat.tools() >= {"find_sessions", "book"}
    confirmed = (await chat.told("booking_confirmed")).body
    assert isinstance(confirmed, TextBody)
    assert confirmed.text.startswith(wording_for(words.language).booked)


async def test_corrections_before_the_yes_are_what_is_booked(chat: Chat, words: Words, texts: Texts) -> None:
    shown = await chat.asked(words.yoga_at_seven, words.three_of_us)
    assert texts.money(4500, "EUR") in shown.text
    shown = await chat.asked(words.day_after)
    assert texts.money(4500, "EUR") in shown.text

    assert await chat.ask(words.yes) is None
    assert await chat.bookings() == ["Vinyasa Yoga +2 19:00 x3 confirmed €45.00"]


async def test_one_of_a_list_is_chosen_by_its_place(chat: Chat, words: Words) -> None:
    shown = await chat.asked(words.yoga_tomorrow)
    assert [line[0] for line in shown.text.splitlines() if line[:1].isdigit()] == ["1", "2", "3"]

    assert await chat.ask(words.second) is None
    assert await chat.bookings() == [f"{YOGA} x1 confirmed €15.00"]


async def test_a_tapped_row_is_booked(chat: Chat, words: Words) -> None:
    shown = await chat.asked(words.yoga_tomorrow)

    assert await chat.tap(shown, 2) is None
    assert await chat.bookings() == ["Yin Yoga +1 20:30 x1 confirmed €12.00"]


async def test_who_changes_their_mind_gets_the_other_class_and_who_gives_it_up_gets_none(
    chat: Chat, neighbour: Chat, words: Words
) -> None:
    shown = await chat.asked(words.yoga_at_seven, words.pilates_instead)
    assert "Pilates" in shown.text
    assert await chat.ask(words.yes) is None
    assert await chat.bookings() == ["Pilates +1 18:00 x1 confirmed €18.00"]

    await neighbour.asked(words.yoga_at_seven, words.forget_it)
    await neighbour.ask(words.yes)
    assert await neighbour.bookings() == []


async def test_two_classes_asked_for_in_one_message_are_both_booked(chat: Chat, words: Words) -> None:
    shown = await chat.asked(words.two_classes)
    assert "Vinyasa Yoga" in shown.text
    assert "Pilates" in shown.text
    assert await chat.bookings() == []

    assert await chat.ask(words.both) is None
    assert await chat.bookings() == [f"{YOGA} x1 confirmed €15.00", "Pilates +2 18:00 x1 confirmed €18.00"]


async def test_the_same_button_tapped_twice_books_once(chat: Chat, words: Words, texts: Texts) -> None:
    shown = await chat.asked(words.yoga_at_seven)
    assert await chat.tap(shown, 0) is None

    again = await chat.tap(shown, 0)
    assert again is not None
    assert texts("refused.already_booked") in again.text or words.language == "en"
    assert await chat.bookings() == [f"{YOGA} x1 confirmed €15.00"]


async def test_who_says_yes_when_the_last_place_is_gone_books_nothing_and_is_told(
    chat: Chat, neighbour: Chat, words: Words, texts: Texts
) -> None:
    assert texts("shall_book") in (await chat.asked(words.zumba)).text
    await has_booked(neighbour, words, words.zumba)

    answer = await chat.asked(words.yes)
    assert "Zumba" in answer.text
    assert await chat.bookings() == []

    await _gives_up_zumba(neighbour, words)


async def test_each_message_is_answered_in_its_own_language(chat: Chat, words: Words, texts: Texts) -> None:
    english, theirs = words_in("en", "en")("no_bookings"), texts("no_bookings")

    assert (await chat.asked(words.my_bookings)).text == theirs
    assert (await chat.asked("what have I booked?")).text == english
    assert (await chat.asked(words.my_bookings)).text == theirs


async def test_more_about_a_class_and_its_price_are_told_before_it_is_booked(
    chat: Chat, words: Words, texts: Texts
) -> None:
    shown = await chat.asked(words.yoga_at_seven, words.tell_me_more)
    assert "Mats are there." in shown.text
    shown = await chat.asked(words.how_much_is_it)
    assert texts.money(1500, "EUR") in shown.text
    assert texts("shall_book") in shown.text

    assert await chat.ask(words.yes) is None
    assert await chat.bookings() == [f"{YOGA} x1 confirmed €15.00"]
    assert await chat.tools() >= {"session_details", "quote", "book"}


async def test_an_appointment_is_booked_in_a_free_time_and_then_an_hour_later(
    chat: Chat, words: Words
) -> None:
    shown = await chat.asked(words.massage)
    assert "15:00" in shown.text
    assert "Lena" in shown.text
    assert await chat.ask(words.yes) is None
    assert await chat.bookings() == ["Massage +1 15:00 x1 confirmed €50.00"]
    await chat.told("booking_confirmed")

    assert "16:00" in (await chat.asked(words.hour_later)).text
    assert await chat.ask(words.yes) is None
    assert await chat.bookings() == ["Massage +1 16:00 x1 confirmed €50.00"]
    await chat.told("booking_rescheduled")
    assert await chat.tools() >= {"find_slots", "book", "reschedule"}

    await chat.asked(words.cannot_come)  # leaves the afternoon free for the next
    assert await chat.ask(words.yes_cancel) is None
    assert await chat.bookings() == ["Massage +1 16:00 x1 cancelled €50.00"]


async def test_a_class_is_moved_to_another_day(chat: Chat, words: Words) -> None:
    await has_booked(chat, words, words.yoga_at_seven)

    assert "19:00" in (await chat.asked(words.move_my_class)).text
    assert await chat.bookings() == [f"{YOGA} x1 confirmed €15.00"]
    assert await chat.ask(words.yes) is None
    assert await chat.bookings() == ["Vinyasa Yoga +2 19:00 x1 confirmed €15.00"]


async def test_a_booking_is_cancelled_for_the_fee_that_was_shown_and_only_after_a_yes(
    chat: Chat, words: Words, texts: Texts
) -> None:
    await has_booked(chat, words, words.pilates)

    assert texts.money(500, "EUR") in (await chat.asked(words.cancel_pilates)).text
    await chat.asked(words.keep_it)
    assert await chat.bookings() == ["Pilates +1 18:00 x1 confirmed €18.00"]

    await chat.asked(words.cancel_pilates)
    assert await chat.ask(words.yes_cancel) is None
    assert await chat.bookings() == ["Pilates +1 18:00 x1 cancelled €18.00 fee €5.00"]
    await chat.told("booking_cancelled")
    assert "cancel" in await chat.tools()


async def test_what_is_booked_and_waited_for_is_told(chat: Chat, words: Words) -> None:
    await has_booked(chat, words, words.yoga_at_seven)

    shown = await chat.asked(words.my_bookings)
    assert "Vinyasa Yoga" in shown.text
    assert "19:00" in shown.text
    assert "my_bookings" in await chat.tools()


async def test_who_waits_for_a_place_is_offered_it_and_books_it_with_a_yes(
    chat: Chat, neighbour: Chat, words: Words, texts: Texts
) -> None:
    await has_booked(neighbour, words, words.zumba)
    await _waits(chat, words, texts)
    first = texts("position", n=1, what="…").partition("…")[0]
    assert first in (await chat.asked(words.place_in_line)).text

    await _gives_up_zumba(neighbour, words)
    offer = await chat.told("offer_made")
    assert isinstance(offer.body, TextBody)
    assert len(offer.body.choices) == 2
    assert await chat.waits() == ["Zumba +1 12:00 x1 offered"]
    assert await chat.ask(words.take_the_place) is None
    assert await chat.bookings() == ["Zumba +1 12:00 x1 confirmed €10.00"]
    assert await chat.waits() == ["Zumba +1 12:00 x1 accepted"]
    assert await chat.tools() >= {"join_waitlist", "answer_offer"}

    await chat.told("booking_confirmed")
    await _gives_up_zumba(chat, words)


async def test_who_declines_an_offer_or_leaves_the_queue_books_nothing(
    chat: Chat, neighbour: Chat, place: Town, words: Words, texts: Texts
) -> None:
    leaver = (await place.studio(words.language)).customer()
    await has_booked(neighbour, words, words.zumba)
    await _waits(leaver, words, texts)
    await _waits(chat, words, texts)

    await leaver.asked(words.off_the_list)
    assert await leaver.waits() == ["Zumba +1 12:00 x1 waiting"]
    await leaver.asked(words.yes)
    assert await leaver.waits() == ["Zumba +1 12:00 x1 withdrawn"]
    assert "leave_waitlist" in await leaver.tools()

    await _gives_up_zumba(neighbour, words)
    offer = await chat.told("offer_made")
    assert isinstance(offer.body, TextBody)
    await chat.asked(words.decline_the_place)
    assert await chat.waits() == ["Zumba +1 12:00 x1 declined"]
    assert await leaver.bookings() == []
    assert await chat.bookings() == [
        "Zumba +1 12:00 x1 cancelled €10.00"
    ]  # the place that was kept for the answer


async def _waits(chat: Chat, words: Words, texts: Texts) -> None:
    await chat.asked(words.zumba)
    shown = await chat.asked(words.put_me_on_the_list)
    assert texts("joined") in shown.text
    assert await chat.waits() == ["Zumba +1 12:00 x1 waiting"]


async def _gives_up_zumba(chat: Chat, words: Words) -> None:
    await chat.asked(words.cannot_come)
    assert await chat.ask(words.yes_cancel) is None
    assert await chat.bookings() == ["Zumba +1 12:00 x1 cancelled €10.00"]


async def test_questions_are_answered_from_what_booking_knows_and_change_nothing(
    chat: Chat, words: Words
) -> None:
    assert "Ana Costa" in (await chat.asked(words.who_teaches)).text
    assert "Rua das Flores 10" in (await chat.asked(words.where_are_you)).text
    assert "7:00–21:00" in (await chat.asked(words.opening_hours)).text

    assert await chat.tools() >= {"staff_info", "business_info"}
    assert await chat.bookings() == []


async def test_what_is_recommended_follows_what_was_booked_and_is_booked_after_a_choice(
    chat: Chat, words: Words
) -> None:
    await has_booked(chat, words, words.yoga_at_seven)

    shown = await chat.asked(words.recommend)
    assert "Vinyasa Yoga" in shown.text
    assert "recommend" in await chat.tools()
    assert await chat.bookings() == [f"{YOGA} x1 confirmed €15.00"]
    assert await chat.tap(shown, 0) is None
    assert len(await chat.bookings()) == 2


async def test_a_preference_is_remembered(chat: Chat, words: Words) -> None:
    await chat.asked(words.prefer_mornings)

    assert await chat.preferences() == {"time_of_day": "morning"}
    assert "set_preference" in await chat.tools()


async def test_who_asks_for_a_person_gets_one_and_the_agent_is_silent(chat: Chat, words: Words) -> None:
    await chat.asked(words.human)

    assert await chat.handoffs() == ["asked"]
    assert "talk_to_human" in await chat.tools()
    assert await chat.ask(words.yoga_at_seven) is None
    assert await chat.ask(words.yes) is None
    assert await chat.bookings() == []


async def test_news_that_asks_nothing_leaves_our_question_open(chat: Chat, words: Words) -> None:
    await has_booked(chat, words, words.yoga_at_seven)
    await chat.asked(words.pilates)
    await chat.notify("reminder", "See you tomorrow!")

    assert await chat.ask(words.yes) is None
    assert await chat.bookings() == ["Pilates +1 18:00 x1 confirmed €18.00", f"{YOGA} x1 confirmed €15.00"]
