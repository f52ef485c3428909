"""Which times does a customer not want? "not the morning", "any day but monday", in six languages."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.agent.language import Intent, Preference, understand

NOW = datetime(2026, 3, 2, 10)  # a Monday
MORNING, EVENING = datetime(2026, 3, 9, 9), datetime(2026, 3, 9, 19)
TUESDAY = datetime(2026, 3, 10, 9)

NO_MORNING = [
    ("en", "not the morning"), ("en", "anything but mornings"), ("en", "no mornings please"),
    ("es", "por la mañana no"), ("es", "no por la mañana"), ("es", "menos por las mañanas"),
    ("pt", "de manhã não"), ("pt", "não de manhã"), ("pt", "menos de manhã"),
    ("fr", "pas le matin"), ("fr", "le matin non"), ("fr", "tout sauf le matin"),
    ("de", "nicht morgens"), ("de", "nicht am morgen"), ("de", "alles außer vormittags"),
    ("it", "non di mattina"), ("it", "la mattina no"), ("it", "tutto tranne la mattina"),
]  # fmt: skip
NO_MONDAY = [
    ("en", "not monday"), ("en", "any day but monday"), ("en", "no mondays"),
    ("es", "el lunes no"), ("es", "cualquier día menos el lunes"), ("es", "que no sea el lunes"),
    ("pt", "segunda não"), ("pt", "qualquer dia menos segunda"), ("pt", "não na segunda"),
    ("fr", "pas lundi"), ("fr", "pas le lundi"), ("fr", "n'importe quel jour sauf lundi"),
    ("de", "nicht montag"), ("de", "montag nicht"), ("de", "jeden tag außer montag"),
    ("it", "non lunedì"), ("it", "lunedì no"), ("it", "qualsiasi giorno tranne lunedì"),
]  # fmt: skip

MONDAY_IS_IMPOSSIBLE = [
    ("en", "monday doesn't work"), ("en", "mondays don't work for me"), ("en", "can't do monday"),
    ("en", "monday i can't"), ("en", "monday is no good"),
    ("es", "lunes no puedo"), ("es", "el lunes no me viene bien"), ("es", "el lunes me va mal"),
    ("es", "no puedo el lunes"),
    ("pt", "segunda não dá"), ("pt", "segunda-feira não posso"), ("pt", "não posso na segunda"),
    ("fr", "lundi ne marche pas"), ("fr", "lundi je ne peux pas"), ("fr", "je ne peux pas lundi"),
    ("fr", "lundi ça ne m'arrange pas"),
    ("de", "montags geht nicht"), ("de", "am montag geht es nicht"), ("de", "montag kann ich leider nicht"),
    ("de", "montag passt mir nicht"), ("de", "montag ist schlecht"),
    ("it", "lunedì non va bene"), ("it", "lunedì non posso"), ("it", "non posso lunedì"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text"), NO_MORNING)
def test_hours_that_are_refused_are_refused_on_every_day(language: str, text: str) -> None:
    said = understand(text, NOW, language=language)

    assert (said.start, said.end) == (None, None)
    assert any(each.covers(MORNING) and each.covers(TUESDAY) for each in said.without)
    assert not any(each.covers(EVENING) for each in said.without)


@pytest.mark.parametrize(("language", "text"), [*NO_MONDAY, *MONDAY_IS_IMPOSSIBLE])
def test_a_weekday_that_is_refused_is_refused_in_every_week(language: str, text: str) -> None:
    said = understand(text, NOW, language=language)

    assert (said.start, said.end) == (None, None)
    assert any(each.covers(MORNING) and each.covers(datetime(2026, 3, 30, 20)) for each in said.without)
    assert not any(each.covers(TUESDAY) for each in said.without)


@pytest.mark.parametrize(("language", "text"), MONDAY_IS_IMPOSSIBLE)
def test_a_day_that_is_impossible_is_no_yes(language: str, text: str) -> None:
    assert Intent.AFFIRM not in understand(text, NOW, language=language).intents


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "monday doesn't work, what about tuesday?"),
        ("en", "can't do monday, tuesday?"),
        ("es", "lunes no puedo, ¿martes?"),
        ("pt", "segunda não dá, pode ser terça?"),
        ("fr", "lundi ne va pas, mardi ?"),
        ("de", "montag geht nicht, geht dienstag?"),
        ("it", "lunedì non va bene, martedì?"),
    ],
)
def test_the_day_that_is_asked_for_instead_is_wanted(language: str, text: str) -> None:
    said = understand(text, NOW, language=language)

    assert said.start == datetime(2026, 3, 3)
    assert [each.weekday for each in said.without] == [0]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "monday works"), ("es", "el lunes puedo"), ("pt", "segunda dá"), ("fr", "lundi ça marche"),
        ("de", "montag geht"), ("it", "lunedì va bene"), ("en", "monday doesn't work?"),
        ("pt", "não dá segunda?"), ("de", "montag geht nicht?"), ("fr", "lundi ce n'est pas possible ?"),
    ],
)  # fmt: skip
def test_a_day_that_is_possible_or_asked_about_is_not_refused(language: str, text: str) -> None:
    said = understand(text, NOW, language=language)

    assert said.without == ()
    assert said.start == datetime(2026, 3, 9)


def test_hours_and_parts_of_a_day_can_be_impossible_too() -> None:
    (hour,), (part,) = (
        understand(text, NOW).without for text in ("19:00 doesn't work", "monday morning doesn't work")
    )

    assert hour.covers(EVENING)
    assert not hour.covers(MORNING)
    assert part.covers(MORNING)
    assert not part.covers(EVENING)


def test_what_is_cancelled_because_it_is_impossible_is_that_day() -> None:
    said = understand("monday doesn't work, please cancel it", NOW)

    assert (said.intent, said.start, said.without) == (Intent.CANCEL, datetime(2026, 3, 9), ())


@pytest.mark.parametrize(("language", "text"), NO_MONDAY)
def test_any_day_but_one_takes_none_of_what_was_shown(language: str, text: str) -> None:
    assert understand(text, NOW, language=language).preference is not Preference.ANY


def test_what_is_wanted_stays_beside_what_is_refused() -> None:
    said = understand("yoga this week but not friday", NOW)

    assert (said.start, said.end) == (datetime(2026, 3, 2), datetime(2026, 3, 9))
    assert [each.weekday for each in said.without] == [4]


def test_a_day_and_its_hours_are_refused_together() -> None:
    (refused,) = understand("not monday morning", NOW).without

    assert refused.covers(MORNING)
    assert not refused.covers(EVENING)
    assert not refused.covers(TUESDAY)


def test_an_hour_is_refused_in_both_halves_of_the_day_and_only_to_the_minute() -> None:
    refused = understand("not at 7", NOW).without

    assert [
        hour for hour in range(24) if any(each.covers(datetime(2026, 3, 9, hour)) for each in refused)
    ] == [7, 19]
    assert not any(each.covers(datetime(2026, 3, 9, 19, 30)) for each in refused)


def test_a_date_that_is_refused_is_that_day_alone() -> None:
    (refused,) = understand("not on the 9th of march", NOW).without

    assert refused.covers(MORNING)
    assert not refused.covers(datetime(2026, 3, 16, 9))


def test_a_no_before_a_day_is_a_correction_and_refuses_nothing() -> None:
    said = understand("no, monday", NOW)

    assert said.without == ()
    assert said.start == datetime(2026, 3, 9)
    assert Intent.DENY in said.intents


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "not this friday but the next at 4pm"),
        ("de", "nicht diesen freitag sondern den nächsten um 16 uhr"),
        ("it", "non questo venerdì ma il prossimo alle 16"),
        ("es", "este viernes no, el siguiente a las 16"),
        ("fr", "pas ce vendredi mais le suivant à 16h"),
    ],
)
def test_not_this_one_but_the_next_is_a_week_later(language: str, text: str) -> None:
    assert understand(text, NOW, language=language).start == datetime(2026, 3, 13, 16)


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "satuday at noon", 7), ("en", "wendesday at noon", 4), ("es", "miercoels a mediodía", 4),
        ("pt", "domigo ao meio-dia", 8), ("fr", "mecredi à midi", 4), ("de", "donerstag um 12 uhr", 5),
        ("it", "mercoledi a mezzogiorno", 4),
    ],
)  # fmt: skip
def test_a_weekday_with_a_slip_of_the_finger_is_known(language: str, text: str, day: int) -> None:
    assert understand(text, NOW, language=language).start == datetime(2026, 3, day, 12)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt", "o quarto é grande?"),
        ("pt", "quanta gente vem?"),
        ("it", "con Domenico"),
        ("en", "with Mundy please"),
    ],
)
def test_words_that_only_look_like_a_weekday_are_no_time(language: str, text: str) -> None:
    said = understand(text, NOW, language=language)

    assert (said.start, said.end) == (None, None)


def test_the_same_words_are_understood_anew_on_another_day() -> None:
    first, later = (understand("tomorrow at 5pm", now) for now in (NOW, datetime(2026, 3, 3, 10)))

    assert (first.start, later.start) == (datetime(2026, 3, 3, 17), datetime(2026, 3, 4, 17))
