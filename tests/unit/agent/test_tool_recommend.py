"""What is recommended, and is the reason said true? Pure scores, and the tool over a studio."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agent.mcp.callers import context_of
from services.agent.tools import Ports, Preference, ToolCall, TurnContext
from services.agent.tools.reasons import reason_of
from services.agent.tools.recommend import RECOMMEND
from services.agent.tools.spec import PreferenceKey
from services.agent.tools.taste import Stated, Visit, ranked
from shared import ids
from shared.messages.booking import BookingStatus, BookingView
from shared.messages.conversation import ChannelAddress
from tests.unit.agent.studio import ANA, NOW, PILATES, RUI, TENANT, VINYASA, YIN, Studio, session, week

THURSDAY = datetime(2026, 11, 19, 19, 0)


def visit(
    service: str = "Yoga", staff: str | None = "Ana", starts: datetime = THURSDAY, **more: Any
) -> Visit:
    who = ids.derive("staff", staff) if staff else None
    return Visit(ids.derive("service", service), service, who, staff, starts, **more)


def test_what_they_keep_booking_comes_first_with_the_reason() -> None:
    past = [visit(starts=THURSDAY - timedelta(weeks=n)) for n in range(4)]
    candidates = [
        visit("Pilates", "Rui", datetime(2026, 11, 23, 10)),
        visit("Yoga", "Rui", datetime(2026, 11, 24, 9)),
        visit("Yoga", "Ana", datetime(2026, 11, 26, 19)),
    ]
    best, *_ = ranked(past, Stated(), candidates)

    assert best.place == 2
    assert reason_of(candidates[2], best.because, best.like, "en") == "because you liked Ana's Thursday Yoga"
    assert (
        reason_of(candidates[2], best.because, best.like, "es") == "porque te gustó Yoga del jueves con Ana"
    )


def test_a_stated_wish_beats_habit() -> None:
    past = [visit(starts=THURSDAY - timedelta(weeks=n)) for n in range(4)]
    stated = Stated(staff_ids=frozenset({ids.derive("staff", "Rui")}))
    candidates = [
        visit("Pilates", "Ana", datetime(2026, 11, 23, 8)),
        visit("Pilates", "Rui", datetime(2026, 11, 23, 10)),
    ]
    best = ranked(past, stated, candidates)[0]

    assert best.place == 1
    assert best.because[0] == "preference"


def test_what_they_cancelled_speaks_against_it() -> None:
    past = [visit("Pilates", "Rui", liked=False), visit("Yoga", "Ana")]
    best = ranked(past, Stated(), [visit("Pilates", "Rui"), visit("Yoga", "Ana")])

    assert [one.place for one in best] == [1]


def test_for_somebody_unknown_what_is_fullest_comes_first_and_is_called_popular() -> None:
    candidates = [visit("A", filled=0.2), visit("B", filled=0.9), visit("C", filled=0.0)]
    best = ranked([], Stated(), candidates)

    assert [one.place for one in best] == [1, 0]
    assert reason_of(candidates[1], best[0].because, best[0].like, "de") == "weil viele es buchen"


def test_the_same_hour_alone_is_no_reason() -> None:
    assert ranked([visit("Yoga", "Ana")], Stated(), [visit("Boxing", "Tom", filled=0.0)]) == []


def test_one_service_does_not_fill_the_list() -> None:
    past = [visit("Yoga", "Ana"), visit("Pilates", "Rui", THURSDAY - timedelta(days=1))]
    candidates = [
        *(visit("Yoga", "Ana", THURSDAY + timedelta(weeks=n)) for n in range(1, 4)),
        visit("Pilates", "Rui"),
    ]
    best = ranked(past, Stated(), candidates)

    assert {candidates[one.place].service for one in best[:2]} == {"Yoga", "Pilates"}


visits = st.builds(
    visit,
    st.sampled_from(["Yoga", "Pilates", "Boxing"]),
    st.sampled_from(["Ana", "Rui", None]),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    liked=st.booleans(),
    filled=st.floats(0, 1),
)


@given(st.lists(visits, max_size=8), st.lists(visits, max_size=8))
def test_every_reason_is_true_of_what_it_is_said_of(past: list[Visit], candidates: list[Visit]) -> None:
    for one in ranked(past, Stated(), candidates):
        chosen = candidates[one.place]
        said = reason_of(chosen, one.because, one.like, "en")
        if "liked" in said or "came" in said:
            assert one.like is not None
            assert one.like in past
            assert one.like.liked
        if one.like and one.like.staff and f"{one.like.staff}'s" in said:
            assert (chosen.staff, chosen.starts.weekday()) == (one.like.staff, one.like.starts.weekday())


class Likes:
    """Preferences in a list."""

    def __init__(self, *kept: Preference) -> None:
        self.kept = {each.key: each for each in kept}

    async def all(self, context: TurnContext) -> tuple[Preference, ...]:
        return tuple(self.kept.values())

    async def set(self, context: TurnContext, key: PreferenceKey, value: str | None) -> None:
        self.kept.pop(key, None)
        if value:
            self.kept[key] = Preference(key, value)


async def recommended(studio: Studio, *likes: Preference, **args: object) -> dict[str, Any]:
    address = ChannelAddress(channel="whatsapp", account_id="100", user_id="351911")

    async def recall(name: str, make: object) -> str:
        raise AssertionError

    ports = Ports(studio, Likes(*likes))
    call = ToolCall(ids.derive("x"), recall)
    return dict(await RECOMMEND.call(ports, context_of(TENANT, address, NOW), args, call))


def booked(when: str, service: Any = VINYASA, staff: Any = ANA) -> BookingView:
    return BookingView(
        booking_id=ids.derive("past", when),
        reference="OLD",
        status=BookingStatus.ATTENDED,
        party_size=1,
        total=1500,
        session=session(service, when, staff=staff),
        booked_at=NOW,
    )


async def test_the_usual_class_is_recommended_from_what_was_booked_before() -> None:
    studio = week()
    studio.past = [booked("2026-11-19 19:00"), booked("2026-11-12 19:00")]
    answer = await recommended(studio)

    first = answer["sessions"][0]
    assert first["local"] == "Thu 26 Nov 19:00–20:00"
    assert first["reason"] == "because you liked Ana's Thursday Vinyasa Yoga"
    assert answer["known"] is True


async def test_what_is_booked_already_is_not_recommended() -> None:
    studio = week()
    studio.past = [booked("2026-11-19 19:00")]
    coming = booked("2026-11-26 19:00").model_copy(update={"status": BookingStatus.CONFIRMED})
    studio.bookings[coming.booking_id] = coming
    answer = await recommended(studio)

    assert "2026-11-26T19:00" not in [each["starts"] for each in answer["sessions"]]


@pytest.mark.parametrize(
    ("preference", "service"),
    [
        (Preference("service", "yin"), YIN),
        (Preference("staff", "Rui"), None),
        (Preference("time_of_day", "mornings"), None),
        (Preference("day", "tuesdays"), None),
    ],
)
async def test_stated_preferences_are_understood_and_said(preference: Preference, service: object) -> None:
    answer = await recommended(week(), preference)

    first = answer["sessions"][0]
    assert first["reason"] == "because it is what you said you prefer"
    if preference.key == "service":
        assert first["service"] == "Yin Yoga"
    if preference.key == "staff":
        assert first["staff"] == "Rui"
    if preference.key == "time_of_day":
        assert first["starts"][11:13] < "12"
    if preference.key == "day":
        assert first["starts"][:10] == "2026-11-24"


async def test_what_is_asked_for_narrows_it_and_what_is_not_offered_is_said() -> None:
    studio = week()
    studio.past = [booked("2026-11-19 19:00"), booked("2026-11-10 10:00", PILATES, RUI)]

    only = await recommended(studio, what="pilates")
    assert {each["service"] for each in only["sessions"]} == {"Pilates"}
    assert (await recommended(studio, what="massage"))["problem"] == "unknown_service"
