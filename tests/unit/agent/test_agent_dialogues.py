"""Does the offline model hold the conversations of the demo, and write only after a yes?"""

from __future__ import annotations

import pytest

from shared.messages.booking import BookSession, CancelBooking
from shared.messages.conversation import ChoiceContent, TextBody
from tests.unit.agent.chat import Chat
from tests.unit.agent.studio import ANA, PILATES, RUI, VINYASA, YIN, Studio, session, week

TOMORROW_7PM = session(VINYASA, "2026-11-23 19:00")


def said(reply: TextBody | None) -> str:
    assert reply is not None
    return reply.text


def titles(reply: TextBody | None) -> list[str]:
    assert reply is not None
    return [choice.title for choice in reply.choices]


async def test_a_class_asked_for_is_shown_with_price_and_spots_and_a_question() -> None:
    reply = await Chat(week()).say("I want yoga tomorrow at 7pm")

    assert said(reply) == (
        "Vinyasa Yoga, Mon 23 Nov 19:00–20:00 with Ana, €15.00, 4 spots left. Shall I book it?"
    )
    assert titles(reply) == ["Yes, book it", "No, thanks"]


@pytest.mark.parametrize("yes", ["yes please", "yes", "ok book it", "sure", "yes, tomorrow at 7pm", "Yes!"])
async def test_a_yes_books_what_was_shown_and_leaves_the_confirmation_to_the_notifier(yes: str) -> None:
    chat = Chat(week())
    await chat.say("I want yoga tomorrow at 7pm")

    assert await chat.say(yes) is None
    [command] = chat.studio.commands
    assert isinstance(command, BookSession)
    assert (command.session_id, command.party_size) == (TOMORROW_7PM.session_id, 1)
    assert command.contact.address.user_id == "351911"


async def test_a_tap_books_what_was_shown() -> None:
    chat = Chat(week())
    shown = await chat.say("yoga tomorrow at 7pm for two")

    assert await chat.tap(shown, "Yes") is None
    assert [c.party_size for c in chat.studio.commands if isinstance(c, BookSession)] == [2]


async def test_a_spoken_request_without_capitals_or_punctuation_is_understood() -> None:
    reply = await Chat(week()).say("i'd like to book yoga tomorrow at seven p m please")

    assert said(reply).startswith("Vinyasa Yoga, Mon 23 Nov 19:00–20:00")


@pytest.mark.parametrize(
    "words",
    [
        "I want yoga tomorrow at 7pm",
        "book yoga for tomorrow 7pm now, yes",
        "yes",
        "2",
        "the second one",
        "book it",
    ],
)
async def test_no_first_message_ever_books(words: str) -> None:
    chat = Chat(week())
    await chat.say(words)

    assert chat.studio.commands == []


@pytest.mark.parametrize(
    "answer",
    ["no", "no thanks", "maybe later", "who teaches it?", "hmm", "yes but for two", "yes but on tuesday"],
)
async def test_anything_but_a_yes_to_what_was_shown_books_nothing(answer: str) -> None:
    chat = Chat(week())
    await chat.say("yoga tomorrow at 7pm")
    await chat.say(answer)

    assert chat.studio.commands == []


async def test_a_price_for_several_people_is_told_before_they_say_yes() -> None:
    chat = Chat(week())
    await chat.say("yoga tomorrow at 7pm")

    assert "€30.00 for 2 people" in said(await chat.say("for two"))
    await chat.say("yes")
    assert [c.party_size for c in chat.studio.commands if isinstance(c, BookSession)] == [2]


async def test_a_number_after_a_single_class_asks_again_with_that_many_people() -> None:
    chat = Chat(week())
    await chat.say("yoga tomorrow at 7pm")

    assert "for 2 people" in said(await chat.say("2"))
    assert chat.studio.commands == []


async def test_several_matches_become_a_list_with_price_and_spots() -> None:
    reply = await Chat(week()).say("yoga tomorrow")

    assert said(reply).splitlines() == [
        "Here is what has space:",
        "1. Yin Yoga, Mon 23 Nov 09:00–10:15 with Rui, €12.00, 4 spots left",
        "2. Vinyasa Yoga, Mon 23 Nov 19:00–20:00 with Ana, €15.00, 4 spots left",
        "3. Yin Yoga, Mon 23 Nov 20:30–21:45 with Rui, €12.00, 2 spots left",
        "Which one shall I book?",
    ]
    assert titles(reply) == ["09:00 Yin Yoga", "19:00 Vinyasa Yoga", "20:30 Yin Yoga"]


@pytest.mark.parametrize("pick", ["the second one", "2", "second", "number 2", "the second one please"])
async def test_a_pick_by_number_books_that_one(pick: str) -> None:
    chat = Chat(week())
    await chat.say("yoga tomorrow")
    await chat.say(pick)

    assert [c.session_id for c in chat.studio.commands] == [TOMORROW_7PM.session_id]


async def test_a_tap_on_a_row_books_that_one() -> None:
    chat = Chat(week())
    shown = await chat.say("yoga tomorrow")
    await chat.tap(shown, "20:30")

    assert [c.session_id for c in chat.studio.commands] == [session(YIN, "2026-11-23 20:30").session_id]


@pytest.mark.parametrize("pick", ["the one at 7pm", "7pm", "vinyasa", "the one with Ana"])
async def test_a_pick_by_description_is_shown_again_before_it_is_booked(pick: str) -> None:
    chat = Chat(week())
    await chat.say("yoga tomorrow")

    assert said(await chat.say(pick)).startswith("Vinyasa Yoga, Mon 23 Nov 19:00–20:00 with Ana")
    assert chat.studio.commands == []
    await chat.say("yes")
    assert [c.session_id for c in chat.studio.commands] == [TOMORROW_7PM.session_id]


@pytest.mark.parametrize(("pick", "local"), [("the later one", "20:30"), ("the earlier one", "19:00")])
async def test_the_later_or_earlier_of_two_is_booked(pick: str, local: str) -> None:
    chat = Chat(week())
    await chat.say("yoga tomorrow evening")
    await chat.say(pick)

    service = YIN if local == "20:30" else VINYASA
    assert [c.session_id for c in chat.studio.commands] == [
        session(service, f"2026-11-23 {local}").session_id
    ]


async def test_a_bare_yes_to_a_list_asks_which() -> None:
    chat = Chat(week())
    await chat.say("yoga tomorrow")
    reply = await chat.say("yes")

    assert said(reply) == "Which one, please? Tell me 1, 2 or 3."
    assert chat.studio.commands == []
    await chat.say("3")
    assert [c.session_id for c in chat.studio.commands] == [session(YIN, "2026-11-23 20:30").session_id]


@pytest.mark.parametrize(
    ("correction", "expected"),
    [
        ("no, the day after", "Vinyasa Yoga, Tue 24 Nov 19:00–20:00"),
        ("what about wednesday?", "Vinyasa Yoga, Wed 25 Nov 19:00–20:00"),
        ("something later", "Yin Yoga, Mon 23 Nov 20:30–21:45"),
        ("earlier?", "Yin Yoga, Mon 23 Nov 09:00–10:15"),
        ("no, at 9am", "Yin Yoga, Mon 23 Nov 09:00–10:15"),
        (
            "pilates instead",
            "I found nothing then. The next one with space is Pilates, Tue 24 Nov 10:00–10:50",
        ),
        ("with Rui", "Nothing starts at 19:00 that day. The nearest:"),
    ],
)
async def test_a_correction_keeps_what_was_said_before_and_changes_the_rest(
    correction: str, expected: str
) -> None:
    chat = Chat(week())
    await chat.say("yoga tomorrow at 7pm")

    assert said(await chat.say(correction)).startswith(expected)


async def test_a_no_asks_what_instead() -> None:
    chat = Chat(week())
    shown = await chat.say("yoga tomorrow at 7pm")

    expected = "All right. What would you like instead: another day, another time or another class?"
    assert said(await chat.tap(shown, "No")) == expected
    assert said(await chat.say("on tuesday")).startswith("Vinyasa Yoga, Tue 24 Nov")


async def test_a_time_without_a_class_offers_that_days_nearest_and_says_so() -> None:
    reply = await Chat(week()).say("yoga on wednesday at 3pm")

    assert said(reply) == (
        "Nothing starts at 15:00 that day. The nearest: Vinyasa Yoga, Wed 25 Nov 19:00–20:00 with Ana, €15.00, "
        "4 spots left. Shall I book it?"
    )


async def test_an_hour_without_am_or_pm_finds_the_class_of_either_half_of_the_day() -> None:
    reply = await Chat(week()).say("yoga tomorrow at 9")

    assert said(reply).startswith("Yin Yoga, Mon 23 Nov 09:00–10:15")


async def test_two_days_are_both_searched_and_the_days_between_are_not() -> None:
    reply = await Chat(week()).say("vinyasa on monday or wednesday")

    assert [line[3:30] for line in said(reply).splitlines()[1:-1]] == [
        "Vinyasa Yoga, Mon 23 Nov 19",
        "Vinyasa Yoga, Wed 25 Nov 19",
    ]


async def test_a_full_class_offers_the_next_one_with_space_at_once() -> None:
    full = session(VINYASA, "2026-11-23 19:00", seats=0)
    chat = Chat(Studio(full, session(VINYASA, "2026-11-24 19:00"), session(VINYASA, "2026-11-25 19:00")))
    reply = await chat.say("yoga tomorrow at 7pm")

    assert said(reply) == (
        "Vinyasa Yoga, Mon 23 Nov 19:00–20:00 is full. The next one with space is Vinyasa Yoga, "
        "Tue 24 Nov 19:00–20:00 with Ana, €15.00, 4 spots left: shall I book it? "
        "There is also Vinyasa Yoga, Wed 25 Nov 19:00–20:00. Or shall I put you on the waiting list?"
    )
    await chat.say("yes")
    assert [c.session_id for c in chat.studio.commands] == [session(VINYASA, "2026-11-24 19:00").session_id]


async def test_a_party_too_large_is_told_how_many_spots_are_left() -> None:
    chat = Chat(Studio(session(VINYASA, "2026-11-23 19:00", seats=1)))

    assert said(await chat.say("yoga tomorrow at 7pm for 3 people")).startswith(
        "Vinyasa Yoga, Mon 23 Nov 19:00–20:00 has only 1 spot left."
    )


async def test_a_refusal_is_told_with_the_next_step() -> None:
    chat = Chat(week())
    await chat.say("yoga tomorrow at 7pm")
    chat.studio.fill(TOMORROW_7PM)
    reply = await chat.say("yes please")

    assert said(reply).startswith("That class is full. The next one with space is Yin Yoga, Mon 23 Nov 09:00")
    assert titles(reply)[0] == "Yes, book it"
    await chat.say("yes")
    assert chat.studio.commands[-1].session_id == session(YIN, "2026-11-23 09:00").session_id


async def test_a_booking_is_cancelled_only_after_a_yes() -> None:
    chat = Chat(week())
    await chat.say("yoga tomorrow at 7pm")
    await chat.say("yes")
    question = await chat.say("cancel my booking")

    assert said(question).startswith("Shall I cancel Vinyasa Yoga, Mon 23 Nov 19:00–20:00 with Ana?")
    assert len(chat.studio.commands) == 1
    assert await chat.tap(question, "Yes") is None
    assert isinstance(chat.studio.commands[1], CancelBooking)
    assert said(await chat.say("my bookings")).startswith("You have no bookings to come.")


async def test_a_cancellation_can_be_backed_out_of() -> None:
    chat = Chat(week())
    await chat.say("yoga tomorrow at 7pm")
    await chat.say("yes")
    await chat.say("cancel my booking")

    assert said(await chat.say("no")) == "All right, you keep your booking."
    assert len(chat.studio.commands) == 1


async def test_of_several_bookings_the_one_named_is_asked_about() -> None:
    chat = Chat(week())
    for words in ("yoga tomorrow at 7pm", "yes", "pilates on tuesday", "yes"):
        await chat.say(words)

    assert said(await chat.say("cancel my pilates")).startswith("Shall I cancel Pilates, Tue 24 Nov")
    assert said(await chat.say("cancel my booking")).startswith(
        "Which booking shall I cancel?\n1. Vinyasa Yoga"
    )
    await chat.say("the second one")
    assert isinstance(chat.studio.commands[-1], CancelBooking)
    assert said(await chat.say("my bookings")).startswith("You have one booking: Vinyasa Yoga")


async def test_cancel_while_a_class_is_offered_cancels_nothing() -> None:
    chat = Chat(week())
    for words in ("yoga tomorrow at 7pm", "yes", "pilates on tuesday"):
        await chat.say(words)

    assert said(await chat.say("cancel")).startswith("All right.")


async def test_my_bookings_lists_what_is_booked() -> None:
    chat = Chat(week())
    for words in ("yoga tomorrow at 7pm for 2", "yes"):
        await chat.say(words)

    assert said(await chat.say("what are my bookings?")) == (
        "You have one booking: Vinyasa Yoga, Mon 23 Nov 19:00–20:00 with Ana (for 2)."
    )


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("who teaches yoga?", "Ana Costa (yoga teacher): Vinyasa Yoga and Yin Yoga"),
        ("who is Rui?", "Rui Silva (pilates teacher): Yin Yoga and Pilates"),
        ("where are you?", "We are at Rua das Flores 10, Lisboa."),
        ("what are your opening hours?", "Opening hours: every day from 7:00 to 21:00."),
        ("what do you offer?", "Vinyasa Yoga, 60 minutes, €15.00"),
        ("how much is pilates?", "Pilates, 50 minutes, €18.00"),
        (
            "can I talk to a person?",
            "I have asked one of my colleagues: they will write to you here. You can also call +351",
        ),
    ],
)
async def test_questions_about_the_business_are_answered_from_its_data(question: str, answer: str) -> None:
    assert said(await Chat(week()).say(question)).startswith(answer)


async def test_two_questions_in_one_message_are_both_answered() -> None:
    reply = await Chat(week()).say("Who are the teachers, and where are you?")

    assert "Ana Costa" in said(reply)
    assert "Rua das Flores" in said(reply)


async def test_two_requests_in_one_message_are_searched_together_and_both_can_be_booked() -> None:
    chat = Chat(week())
    reply = await chat.say("book yoga tomorrow at 7pm and pilates on tuesday")

    assert "1. Vinyasa Yoga, Mon 23 Nov" in said(reply)
    assert "2. Pilates, Tue 24 Nov" in said(reply)
    await chat.say("both")
    assert [c.session_id for c in chat.studio.commands] == [
        TOMORROW_7PM.session_id,
        session(PILATES, "2026-11-24 10:00").session_id,
    ]


async def test_what_the_business_does_not_offer_is_said_with_what_it_does() -> None:
    reply = await Chat(week()).say("I'd like a massage on friday")

    assert (
        said(reply)
        == "We do not offer that. We have Vinyasa Yoga, Yin Yoga and Pilates. Which one would you like?"
    )
    assert said(await Chat(week()).say("yogga tomorrow at 7pm")).startswith("Vinyasa Yoga, Mon 23 Nov")


async def test_a_tapped_service_is_searched() -> None:
    chat = Chat(week())
    shown = await chat.say("I want to book")

    assert titles(shown) == ["Vinyasa Yoga", "Yin Yoga", "Pilates"]
    assert said(await chat.tap(shown, "Pilates")).startswith("Pilates, Tue 24 Nov 10:00–10:50")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("hi", "Hello, this is Casa Yoga!"),
        ("thanks", "You are welcome!"),
        ("help", "I can find and book a time"),
        ("can you fix my car", "Sorry, I did not understand that. I can find and book a time"),
        ("yoga yesterday at 7pm", "That time is already over."),
        ("move my booking to friday", "You have no bookings to move."),
        ("put me on the waiting list", "For which class shall I put you on the waiting list?"),
    ],
)
async def test_everything_else_gets_a_plain_answer(words: str, answer: str) -> None:
    assert said(await Chat(week()).say(words)).startswith(answer)


@pytest.mark.parametrize(
    "choice_id", ["book:not-shown:1", "book:00000000-0000-0000-0000-000000000000:1", "cancel:x"]
)
async def test_a_tap_on_something_never_shown_does_nothing(choice_id: str) -> None:
    chat = Chat(week())
    reply = await chat.send(chat.message(ChoiceContent(choice_id=choice_id, title="Yes, book it")))

    assert said(reply) == "That offer is no longer open. What would you like?"
    assert chat.studio.commands == []


async def test_an_offer_can_be_taken_after_a_question_in_between() -> None:
    chat = Chat(week())
    for words in ("yoga tomorrow at 7pm", "who teaches yoga?", "ok book it"):
        await chat.say(words)

    assert [c.session_id for c in chat.studio.commands] == [TOMORROW_7PM.session_id]


async def test_staff_asked_for_narrows_the_search() -> None:
    chat = Chat(week())
    await chat.say("yoga with Rui tomorrow")

    assert chat.studio.questions[-1].staff_ids == (RUI,)
    await chat.say("and with Ana?")
    assert chat.studio.questions[-1].staff_ids == (ANA,)


async def test_somebody_who_does_not_work_here_is_not_passed_over() -> None:
    reply = await Chat(week()).say("yoga with Marco tomorrow")

    assert said(reply) == "Nobody of that name works here. You can choose Ana Costa or Rui Silva."


async def test_a_question_about_one_service_is_answered_about_that_one() -> None:
    assert said(await Chat(week()).say("how long does pilates take?")) == "Pilates, 50 minutes, €18.00"


async def test_an_alternative_before_the_time_asked_for_is_called_the_nearest_and_not_the_next() -> None:
    chat = Chat(Studio(session(VINYASA, "2026-11-23 17:00"), session(VINYASA, "2026-11-23 19:00", seats=0)))

    assert "is full. The nearest one with space is Vinyasa Yoga, Mon 23 Nov 17:00" in said(
        await chat.say("yoga tomorrow at 7pm")
    )
