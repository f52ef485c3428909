"""Does a timetable from a calendar file become the schedules it means, and is what cannot be said named with its line?"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.schedule import Schedule, occurrences
from services.booking.ics_import import (
    ImportedSchedule,
    ImportedTimetable,
    InvalidTimetable,
    read_timetable,
)

STUDIO = Path(__file__).parents[2] / "fixtures" / "timetables" / "studio.ics"
LISBON = "Europe/Lisbon"


def calendar(*events: str) -> bytes:
    """A file with these events; in each, properties are separated by new lines. The first event is at line 4."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.strip().splitlines(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def read(*events: str, zone: str = LISBON) -> ImportedTimetable:
    return read_timetable(calendar(*events), zone)


def one(*events: str, zone: str = LISBON) -> ImportedSchedule:
    [schedule] = read(*events, zone=zone).schedules
    return schedule


def days(of: ImportedSchedule, first: date, before: date) -> list[str]:
    schedule = Schedule(
        tenant_id=UUID(int=1),
        schedule_id=UUID(int=2),
        service_id=UUID(int=3),
        staff_id=None,
        rrule=of.rrule,
        starts_on=of.starts_on,
        starts_at_local=of.starts_at_local,
        duration=of.duration or timedelta(hours=1),
        capacity=1,
        timezone=LISBON,
        excluded=of.excluded,
        extra=of.extra,
    )
    return [f"{o.local_start:%m-%d %H:%M}" for o in occurrences(schedule, first, before)]


def texts(of: ImportedSchedule | ImportedTimetable) -> list[str]:
    return [str(problem) for problem in of.problems]


def test_a_studio_timetable_becomes_its_schedules() -> None:
    studio = read_timetable(STUDIO.read_bytes(), LISBON)
    assert [(s.summary, s.location, s.staff_name, s.line) for s in studio.schedules] == [
        ("Vinyasa, all levels", "Big room", "Ana Silva", 19),
        ("Workshop", None, None, 51),
        ("Meditation", None, None, 57),
    ]
    assert all(s.problems == () for s in studio.schedules)
    vinyasa, workshop, meditation = studio.schedules
    assert vinyasa.rrule == "FREQ=WEEKLY;UNTIL=20270331T190000;BYDAY=MO,WE"
    assert (vinyasa.starts_on, vinyasa.starts_at_local) == (date(2026, 11, 2), time(19))
    assert vinyasa.duration == timedelta(minutes=90)
    assert days(workshop, date(2026, 1, 1), date(2027, 1, 1)) == ["11-14 10:00"]
    assert days(meditation, date(2027, 3, 22), date(2027, 4, 5)) == ["03-23 07:30", "03-30 07:30"]


def test_an_all_day_event_is_left_out_and_named_by_its_line() -> None:
    [problem] = read_timetable(STUDIO.read_bytes(), LISBON).problems
    assert (problem.line, "closure" in problem.text) == (64, True)


def test_excluded_added_and_cancelled_dates_are_taken_over() -> None:
    """Case 21. Given in the zone, in UTC or as days, they are matched in the business's zone."""
    vinyasa = read_timetable(STUDIO.read_bytes(), LISBON).schedules[0]
    assert days(vinyasa, date(2026, 11, 1), date(2026, 11, 17)) == [
        "11-02 19:00",
        "11-09 19:00",
        "11-16 19:00",
    ]
    assert days(vinyasa, date(2026, 12, 1), date(2027, 1, 5)) == [
        "12-02 19:00", "12-05 10:00", "12-07 19:00", "12-09 19:00", "12-14 19:00", "12-16 19:00", "12-21 19:00",
        "12-28 19:00", "01-04 19:00",
    ]  # fmt: skip


def test_an_edited_session_keeps_its_original_start() -> None:
    [edited] = read_timetable(STUDIO.read_bytes(), LISBON).schedules[0].edited
    assert (edited.original_start, edited.starts_at) == (
        datetime(2026, 11, 9, 19), datetime(2026, 11, 9, 20),
    )  # fmt: skip
    assert (edited.duration, edited.location, edited.staff_name) == (timedelta(hours=1), "Small room", "Ben")


def test_the_last_date_of_a_rule_in_utc_is_the_last_one_in_local_time() -> None:
    """Case 19. 18:00Z on 31 March is 19:00 in Lisbon, when the last session starts."""
    vinyasa = read_timetable(STUDIO.read_bytes(), LISBON).schedules[0]
    assert days(vinyasa, date(2027, 3, 29), date(2027, 5, 1)) == ["03-29 19:00", "03-31 19:00"]


def test_a_floating_time_is_the_business_s_own() -> None:
    schedule = one("SUMMARY:Yoga\nDTSTART:20261102T190000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY")
    assert (schedule.starts_at_local, schedule.problems) == (time(19), ())


def test_a_single_date_in_another_zone_is_converted() -> None:
    schedule = one("SUMMARY:Talk\nDTSTART;TZID=America/New_York:20261102T190000\nDURATION:PT1H")
    assert (schedule.starts_on, schedule.starts_at_local) == (date(2026, 11, 3), time(0))
    assert schedule.problems == ()


def test_a_rule_that_counts_in_utc_says_when_its_times_would_differ() -> None:
    schedule = one("SUMMARY:Yoga\nDTSTART:20261102T190000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY")
    [problem] = texts(schedule)
    assert "2027-03-29 would be at 20:00" in problem
    assert "19:00 all year" in problem


def test_a_rule_that_counts_in_a_zone_with_the_same_clock_is_no_problem() -> None:
    schedule = one(
        "SUMMARY:Yoga\nDTSTART;TZID=Europe/London:20261102T190000\nDURATION:PT1H\nRRULE:FREQ=DAILY"
    )
    assert schedule.problems == ()


def test_a_rule_whose_days_are_other_days_here_is_left_out() -> None:
    late = "SUMMARY:Late\nDTSTART;TZID=America/New_York:20261102T210000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO"
    timetable = read(late)
    assert timetable.schedules == ()
    assert texts(timetable)[0].startswith("line 4: left out: its rule counts days in America/New_York")


def test_the_first_date_counts_even_when_the_rule_does_not_give_it() -> None:
    schedule = one("SUMMARY:Y\nDTSTART:20261103T190000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO")
    assert days(schedule, date(2026, 11, 1), date(2026, 11, 12)) == ["11-03 19:00", "11-09 19:00"]


@pytest.mark.parametrize(
    ("people", "name"),
    [
        ("CONTACT:Ben\nORGANIZER;CN=Desk:mailto:d@example.org", "Ben"),
        ("ORGANIZER;CN=Desk:mailto:d@example.org\nATTENDEE;CN=Ana:mailto:a@example.org", "Desk"),
        ("ATTENDEE;CN=Ana:mailto:a@example.org", "Ana"),
        ("ORGANIZER;CN=d@example.org:mailto:d@example.org", None),
        ("ORGANIZER:mailto:d@example.org", None),
        ("", None),
    ],
)
def test_the_staff_member_is_a_name_and_never_an_address(people: str, name: str | None) -> None:
    schedule = one(f"SUMMARY:Yoga\nDTSTART:20261102T190000\nDURATION:PT1H\n{people}")
    assert (schedule.staff_name, schedule.problems) == (name, ())


PLAIN = "UID:a\nSUMMARY:Yoga\nDTSTART:20261102T190000\nDURATION:PT1H\n"
CHANGE = "UID:a\nSUMMARY:Yoga\nDTSTART:20261109T200000\nDURATION:PT1H\n"


@pytest.mark.parametrize(
    ("events", "said"),
    [
        (["SUMMARY:Y\nDTSTART:20261102T190000"], "line 4: it has no end"),
        (["SUMMARY:Y\nDTSTART:20261102T190000\nDTEND:20261102T180000"], "line 4: it would last"),
        (["SUMMARY:Y\nDTSTART:20261102T190000\nDURATION:P3D"], "line 4: it would last 3 days"),
        (["SUMMARY:Y\nDTSTART;TZID=Nowhere/Here:20261102T190000\nDURATION:PT1H"], "line 4: nobody knows"),
        ([PLAIN + "RRULE:FREQ=WEEKLY\nRRULE:FREQ=DAILY"], "line 4: it has several rules"),
        ([PLAIN + "EXDATE:garbage"], "line 4: EXDATE was left out"),
        ([PLAIN + "RDATE;VALUE=PERIOD:20261103T190000Z/PT2H"], "line 4: RDATE gives a period"),
        ([PLAIN + "ATTENDEE;CN=A:mailto:a@b.c\nATTENDEE;CN=B:mailto:b@b.c"], "line 4: it does not say who"),
        ([PLAIN, CHANGE + "RECURRENCE-ID:20261110T190000"], "line 10: it changes a session that there is not"),
        ([PLAIN, CHANGE + "RECURRENCE-ID;RANGE=THISANDFUTURE:20261102T190000"], "line 10: it changes this and all"),
        ([PLAIN, CHANGE.replace("Yoga", "Tai chi") + "RECURRENCE-ID:20261102T190000"], "line 10: a session of"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_over_is_a_problem_with_its_line(events: list[str], said: str) -> None:
    [text] = texts(one(*events))
    assert text.startswith(said)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([PLAIN + "RRULE:FREQ=HOURLY"], "must repeat DAILY"),
        ([PLAIN + "RRULE:FREQ=OFTEN"], "its RRULE cannot be read"),
        ([PLAIN + "RRULE:FREQ=DAILY;INTERVAL=0"], "INTERVAL"),
        (["SUMMARY:Y\nDTSTART:garbage"], "its DTSTART cannot be read"),
        (["SUMMARY:Y"], "it has no start"),
        (["DTSTART:20261102T190000"], "it has no name"),
        ([PLAIN + "STATUS:CANCELLED"], "it was cancelled"),
        ([CHANGE + "RECURRENCE-ID:20261109T190000"], "of an event that is not in the file"),
        (["SUMMARY:Y\nDTSTART;TZID=Asia/Tokyo:00010101T000000"], "out of range"),
    ],
)
def test_an_event_that_cannot_be_used_is_left_out_and_the_others_are_read(
    events: list[str], said: str
) -> None:
    timetable = read(*events, "UID:good\nSUMMARY:Good\nDTSTART:20261102T190000\nDURATION:PT1H")
    assert [s.summary for s in timetable.schedules] == ["Good"]
    [text] = texts(timetable)
    assert text.startswith("line 4: left out: ")
    assert said in text


def test_of_two_versions_of_an_event_the_newer_counts() -> None:
    timetable = read(PLAIN + "SEQUENCE:2\nLOCATION:New", PLAIN + "SEQUENCE:1\nLOCATION:Old")
    assert [s.location for s in timetable.schedules] == ["New"]
    assert texts(timetable) == ["line 12: left out: the event at line 4 has the same UID and is newer"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\xff\xfe\x00",
        b"BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n",
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\n",
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n",
        b"BEGIN:VCALENDAR\nEND:VEVENT\nEND:VCALENDAR\n",
        b"BEGIN:X\n" * 5_000 + b"END:X\n" * 5_000,
    ],
)
def test_a_file_that_is_no_calendar_is_refused_clearly(data: bytes) -> None:
    with pytest.raises(InvalidTimetable, match=r"file|event at line \d"):
        read_timetable(data, LISBON)


LINES = st.sampled_from(STUDIO.read_text().splitlines())
NOISE = st.one_of(
    LINES, st.text(max_size=30), st.sampled_from(["RRULE:FREQ=DAILY;COUNT=9", "RDATE:1", "EXDATE:"])
)


@given(st.lists(st.tuples(st.integers(0, 80), NOISE, st.booleans()), max_size=8))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    damages: list[tuple[int, str, bool]],
) -> None:
    lines = STUDIO.read_text().splitlines()
    for at, noise, replaces in damages:
        lines[at : at + replaces] = [noise]
    try:
        timetable = read_timetable("\n".join(lines).encode("utf-8", "replace"), LISBON)
    except InvalidTimetable:
        return
    for schedule in timetable.schedules:
        days(schedule, date(2026, 11, 1), date(2026, 11, 8))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_nothing_else(data: bytes) -> None:
    with pytest.raises(InvalidTimetable):
        read_timetable(data, LISBON)
