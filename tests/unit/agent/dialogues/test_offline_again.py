"""What does the offline model take up again: things told before, what was booked the last time, what was refused?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest

from services.agent.evals.desk import Desk
from services.agent.evals.dialogue import World, read, world_of
from services.agent.evals.player import Talk
from services.agent.language.refused import Refused
from services.agent.offline import OfflineModel
from services.agent.offline.found import spared
from services.agent.offline.history import Exchange, ToolUse, thing

FILES = sorted((Path(__file__).parents[3] / "fixtures" / "dialogues").glob("*.jsonl"))
WORLDS, DIALOGUES = read(*FILES)
STUDIO = next(dialogue for dialogue in DIALOGUES if dialogue.world == "studio_en")


async def said(*lines: str, changes: Mapping[str, object] | None = None) -> tuple[list[str], list[str]]:
    """Our answers to these lines in the English studio, and what was done."""
    world: World = world_of(STUDIO.model_copy(update={"changes": dict(changes or {})}), WORLDS)
    talk = Talk(Desk(world), OfflineModel())
    answers = []
    for line in lines:
        reply, _ = await talk.say(line)
        answers.append(reply.text)
    return answers, talk.desk.effects


def test_a_thing_is_found_by_its_id_where_it_was_told_last() -> None:
    old = ToolUse("find_sessions", {}, {"sessions": [{"session_id": "1", "line": "old", "price": 1}]})
    new = ToolUse("find_sessions", {}, {"sessions": [{"session_id": "1", "line": "new", "price": 1}]})
    past = [Exchange("a", uses=[old]), Exchange("b", uses=[new])]

    assert thing(past, "session_id", "1")["line"] == "new"
    assert thing(past, "session_id", "2") == {}
    assert thing(past, "slot_id", "1") == {}


def test_of_things_within_each_other_the_outer_one_is_meant_and_a_bare_id_is_none() -> None:
    booking = {
        "booking_id": "b",
        "session_id": "s",
        "service": "Yoga",
        "session": {"session_id": "s", "a": 1, "b": 2},
    }
    use = ToolUse("my_bookings", {}, {"mine": [{"booking_id": "x", "n": 1}], "bookings": [booking]})

    assert use.thing("session_id", "s") == booking
    assert use.thing("booking_id", "x") is None


def test_what_is_refused_is_left_out_of_every_list_and_the_rest_stays() -> None:
    morning, evening = {"starts": "2026-03-09T09:00"}, {"starts": "2026-03-09T19:00"}
    answer = {"sessions": [morning, evening], "alternatives": [morning], "party_size": 2}

    assert spared(answer, [Refused(start=4 * 60, end=12 * 60)]) == {
        "sessions": [evening],
        "alternatives": [],
        "party_size": 2,
    }
    assert spared(answer, ()) is answer


@pytest.mark.parametrize(
    ("refused", "covered"),
    [
        (Refused(weekday=0), True),
        (Refused(weekday=1), False),
        (Refused(start=9 * 60, end=10 * 60), True),
        (Refused(start=10 * 60, end=12 * 60), False),
        (Refused(datetime(2026, 3, 9).date(), datetime(2026, 3, 10).date()), True),
        (Refused(datetime(2026, 3, 10).date(), datetime(2026, 3, 11).date()), False),
    ],
)
def test_a_refusal_covers_its_days_and_hours_only(refused: Refused, covered: bool) -> None:
    assert refused.covers(datetime(2026, 3, 9, 9)) is covered


async def test_the_same_as_last_time_is_shown_before_it_is_booked() -> None:
    past = {"bookings": [{"service": "Vinyasa Yoga", "at": "2026-11-19T19:00", "past": True, "party": 2}]}

    answers, effects = await said("book the same as last time", changes=past)

    assert "Thu 26 Nov 19:00" in answers[0]
    assert "for 2 people" in answers[0]
    assert effects == []


async def test_the_same_as_last_time_may_be_on_another_day() -> None:
    past = {"bookings": [{"service": "Vinyasa Yoga", "at": "2026-11-19T19:00", "past": True}]}

    answers, _ = await said("same as last time but on friday", changes=past)

    assert "Vinyasa Yoga, Fri 27 Nov 19:00" in answers[0]


async def test_what_was_just_cancelled_can_be_booked_again() -> None:
    mine = {"bookings": [{"service": "Vinyasa Yoga", "at": "2026-11-26T19:00"}]}

    _, effects = await said("cancel my yoga", "yes", "oh sorry, book it again", "yes", changes=mine)

    assert effects == ["cancel Vinyasa Yoga 2026-11-26 19:00", "book Vinyasa Yoga 2026-11-26 19:00 x1"]


async def test_a_yes_to_what_is_on_offer_is_not_about_the_last_time() -> None:
    past = {"bookings": [{"service": "Pilates", "at": "2026-11-19T18:00", "past": True}]}

    _, effects = await said("yoga tomorrow at 7pm", "yes please, as last time", changes=past)

    assert effects == ["book Vinyasa Yoga 2026-11-23 19:00 x1"]


async def test_going_back_to_an_earlier_proposal_books_nothing_yet() -> None:
    answers, effects = await said("massage on wednesday at 3pm", "no, at 4pm", "no, 3 was better")

    assert "15:00–16:00" in answers[2]
    assert effects == []


async def test_going_back_to_what_was_never_proposed_looks_for_it() -> None:
    answers, effects = await said("massage on wednesday at 3pm", "no, thursday at 11am was better")

    assert "Thu 26 Nov 11:00" in answers[1]
    assert effects == []


async def test_where_all_is_refused_other_days_are_shown() -> None:
    answers, _ = await said("pilates on tuesday", "not the morning")

    assert "Thu 26 Nov 18:00" in answers[1]
    assert "10:00" not in answers[1]


async def test_any_day_but_one_books_none_of_the_two_on_offer() -> None:
    answers, effects = await said("pilates this week or next", "any day but tuesday")

    assert effects == []
    assert "Tue 24" not in answers[1]


async def test_the_second_request_of_a_message_is_not_asked_twice() -> None:
    mine = {"bookings": [{"service": "Vinyasa Yoga", "at": "2026-11-26T19:00"}]}

    answers, effects = await said(
        "cancel my yoga and book pilates instead", "yes", "the first one", "thanks", changes=mine
    )

    assert effects == ["cancel Vinyasa Yoga 2026-11-26 19:00", "book Pilates 2026-11-24 10:00 x1"]
    assert "Pilates" in answers[1]
    assert "Pilates" not in answers[3]


async def test_a_no_to_the_first_request_does_nothing() -> None:
    mine = {"bookings": [{"service": "Vinyasa Yoga", "at": "2026-11-26T19:00"}]}

    _, effects = await said("cancel my yoga and book pilates instead", "no", changes=mine)

    assert effects == []
