"""Which times do Spanish-speaking customers mean? Wednesday, 4 March 2026, ten in the morning."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.agent.language import Open, Understanding, understand

NOW = datetime(2026, 3, 4, 10, 0)
WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
references = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 12, 31))


def read(text: str, now: datetime = NOW) -> Understanding:
    return understand(text, now, language="es")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("hoy", "2026-03-04"),
        ("mañana", "2026-03-05"),
        ("manana", "2026-03-05"),
        ("pasado mañana", "2026-03-06"),
        ("el viernes", "2026-03-06"),
        ("este sábado", "2026-03-07"),
        ("el proximo martes", "2026-03-10"),
        ("el martes que viene", "2026-03-10"),
        ("el jueves de la semana que viene", "2026-03-12"),
        ("el miércoles de la próxima semana", "2026-03-11"),
        ("dentro de tres días", "2026-03-07"),
        ("en dos semanas", "2026-03-18"),
        ("de hoy en ocho", "2026-03-11"),
        ("el 15 de marzo", "2026-03-15"),
        ("15 marzo", "2026-03-15"),
        ("el uno de abril", "2026-04-01"),
        ("el primero de mayo", "2026-05-01"),
        ("1º de mayo", "2026-05-01"),
        ("el 16", "2026-03-16"),
        ("para el día 20", "2026-03-20"),
        ("el 3/4", "2026-04-03"),
        ("5 de enero de 2027", "2027-01-05"),
        ("el martes 10", "2026-03-10"),
        ("el jueves 12", "2026-03-12"),
        ("el lunes 9 por la tarde", "2026-03-09"),
        ("lunes mañana", "2026-03-09"),
        ("el primer lunes de abril", "2026-04-06"),
        ("nochebuena", "2026-12-24"),
        ("el último viernes de mayo", "2026-05-29"),
    ],
)
def test_a_day_is_the_day_that_is_meant(text: str, day: str) -> None:
    start = read(text).start
    assert start is not None
    assert start.date().isoformat() == day


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("mañana a las siete y media de la tarde", "2026-03-05T19:30"),
        ("mañana por la mañana a las 8", "2026-03-05T08:00"),
        ("el viernes a las 18:30", "2026-03-06T18:30"),
        ("el viernes a las 18.30", "2026-03-06T18:30"),
        ("el viernes a las 18h", "2026-03-06T18:00"),
        ("el viernes a las 18h30", "2026-03-06T18:30"),
        ("el sábado a las nueve menos cuarto de la noche", "2026-03-07T20:45"),
        ("el 15 a las 12 del mediodía", "2026-03-15T12:00"),
        ("el jueves a las doce y cuarto", "2026-03-05T12:15"),
        ("el jueves a las ocho y veinticinco de la mañana", "2026-03-05T08:25"),
        ("hoy a las 5 pm", "2026-03-04T17:00"),
        ("mañana, diez para las ocho de la noche", "2026-03-05T19:50"),
        ("hoy un cuarto para las 3 de la tarde", "2026-03-04T14:45"),
        ("la clase de las 7 de la tarde", "2026-03-04T19:00"),
        ("mañana la de las 10:30", "2026-03-05T10:30"),
        ("el jueves 12 a las 12", "2026-03-12T12:00"),
        ("el jueves 10", "2026-03-05T10:00"),
        ("esta noche a las 9", "2026-03-04T21:00"),
        ("esta tarde a las 4", "2026-03-04T16:00"),
        ("el lunes a la una de la tarde", "2026-03-09T13:00"),
        ("dentro de dos horas", "2026-03-04T12:00"),
        ("en una hora y media", "2026-03-04T11:30"),
        ("en media hora", "2026-03-04T10:30"),
    ],
)
def test_a_clock_time_is_read_with_its_day(text: str, at: str) -> None:
    assert read(text).start == datetime.fromisoformat(at)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("el lunes de 9 a 11 de la mañana", "2026-03-09T09:00", "2026-03-09T11:00"),
        ("mañana entre las 5 y las 7 de la tarde", "2026-03-05T17:00", "2026-03-05T19:00"),
        ("el viernes de 18:00 a 20:00", "2026-03-06T18:00", "2026-03-06T20:00"),
        ("del 3 al 5 de abril", "2026-04-03T00:00", "2026-04-06T00:00"),
        ("de lunes a viernes", "2026-03-09T00:00", "2026-03-14T00:00"),
        ("del lunes al miércoles", "2026-03-09T00:00", "2026-03-12T00:00"),
        ("la semana que viene", "2026-03-09T00:00", "2026-03-16T00:00"),
        ("esta semana", "2026-03-02T00:00", "2026-03-09T00:00"),
        ("este fin de semana", "2026-03-07T00:00", "2026-03-09T00:00"),
        ("el finde que viene", "2026-03-14T00:00", "2026-03-16T00:00"),
        ("el mes que viene", "2026-04-01T00:00", "2026-05-01T00:00"),
        ("en mayo", "2026-05-01T00:00", "2026-06-01T00:00"),
        ("mañana por la tarde", "2026-03-05T12:00", "2026-03-05T19:00"),
        ("el viernes por la noche", "2026-03-06T18:00", "2026-03-07T00:00"),
        ("las próximas dos semanas", "2026-03-05T00:00", "2026-03-19T00:00"),
    ],
)
def test_ranges_and_parts_of_the_day_have_both_ends(text: str, start: str, end: str) -> None:
    understood = read(text)
    assert (understood.start, understood.end) == (datetime.fromisoformat(start), datetime.fromisoformat(end))


@pytest.mark.parametrize(
    ("text", "open_", "at"),
    [
        ("a partir de las 18h", Open.AFTER, "2026-03-04T18:00"),
        ("después de las 6 de la tarde", Open.AFTER, "2026-03-04T18:00"),
        ("antes de las 12", Open.BEFORE, "2026-03-04T12:00"),
        ("a partir del lunes", Open.AFTER, "2026-03-09T00:00"),
        ("hasta el viernes", Open.BEFORE, "2026-03-07T00:00"),
        ("después del 10 de abril", Open.AFTER, "2026-04-11T00:00"),
    ],
)
def test_an_open_time_has_one_end(text: str, open_: Open, at: str) -> None:
    understood = read(text)
    assert understood.open is open_
    assert (understood.start or understood.end) == datetime.fromisoformat(at)
    assert understood.start is None or understood.end is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("el jueves no, mejor el viernes", "2026-03-06T00:00"),
        ("no puedo el jueves, ¿qué tal el viernes?", "2026-03-06T00:00"),
        ("no el jueves, el viernes", "2026-03-06T00:00"),
        ("el jueves no puedo pero el viernes sí", "2026-03-06T00:00"),
        ("mañana... perdón, pasado mañana", "2026-03-06T00:00"),
        ("cambia mi clase del jueves al viernes a las 11", "2026-03-06T11:00"),
        ("mueve la cita de las 5 a las 6 de la tarde", "2026-03-04T18:00"),
    ],
)
def test_a_correction_replaces_what_was_said_before(text: str, at: str) -> None:
    assert read(text).start == datetime.fromisoformat(at)


@pytest.mark.parametrize(
    "text",
    [
        "llámame al 612 34 56 78",
        "mi teléfono es 91 123 45 67",
        "mi móvil: +34 612 345 678",
        "vivo en la calle Mayor 12",
        "calle Alcalá 45, 3º B",
        "cuesta 25 euros",
        "son 12.50",
        "12,50 €",
        "el pedido 20231",
        "pedido n.º 1215",
        "mi código postal es 28013",
        "somos 4",
        "la segunda",
        "la 2",
        "una segunda ronda",
        "tengo 2 hijos y 3 perros",
        "buenos días",
        "buenas tardes",
        "que tengas una buena semana",
        "las dos clases me gustan",
        "una de las dos",
        "ni el jueves ni el viernes",
        "cualquier día menos el viernes",
        "mesa para 4",
        "mi hija tiene 5 años",
        "hay 10 estrellas",
        "vivo en el 3º B",
        "me llamo Abril",
        "feliz navidad",
        "llego 15 minutos tarde",
        "dame 5 minutos",
        "clase de una hora",
        "masaje de 90 minutos",
        "espera un segundo",
    ],
)
def test_text_without_a_time_is_left_alone(text: str) -> None:
    understood = read(text)
    assert (understood.start, understood.end) == (None, None)


def test_hours_of_each_day_of_a_period_are_daily() -> None:
    for text in ("cualquier mañana de la semana que viene", "la semana que viene por la mañana"):
        understood = read(text)
        assert (understood.start, understood.daily) == (datetime(2026, 3, 9), (time(4), time(12)))


def test_further_days_offered_are_kept() -> None:
    assert read("el viernes o el sábado por la mañana").also_days == (datetime(2026, 3, 7),)


@settings(deadline=None)
@given(reference=references, weekday=st.integers(0, 6))
def test_a_weekday_is_that_weekday_within_the_next_seven_days(reference: datetime, weekday: int) -> None:
    start = read(f"el {WEEKDAYS[weekday]}", reference).start
    assert start is not None
    assert start.weekday() == weekday
    assert 1 <= (start.date() - reference.date()).days <= 7


@settings(deadline=None)
@given(reference=references, month=st.integers(1, 12), day=st.integers(1, 28))
def test_a_date_without_a_year_is_the_next_one_that_is_not_past(
    reference: datetime, month: int, day: int
) -> None:
    start = read(f"el {day} de {MONTHS[month - 1]}", reference).start
    assert start is not None
    assert (start.month, start.day) == (month, day)
    assert reference.date() <= start.date() < date(reference.year + 2, 1, 1)


@settings(deadline=None)
@given(hour=st.integers(0, 23), minute=st.integers(0, 59), reference=references)
def test_a_clock_time_comes_at_or_after_the_reference(hour: int, minute: int, reference: datetime) -> None:
    start = read(f"a las {hour:02d}:{minute:02d}", reference).start
    assert start is not None
    assert (start.hour, start.minute) == (hour, minute)
    now = reference.replace(second=0, microsecond=0)
    assert now <= start < now + timedelta(days=1)


JUMBLE = (
    "a las la el de del y 5 7 19:30 media menos cuarto lunes próximo que viene semana "
    "mañana por tarde - no mejor hasta entre 3 personas marzo 14 4/5 en dos horas después antes hora , . !"
)


@settings(deadline=None)
@given(said=st.lists(st.sampled_from(JUMBLE.split()), max_size=14), reference=references)
def test_no_jumble_of_time_words_is_refused_and_ends_follow_starts(
    said: list[str], reference: datetime
) -> None:
    understood = read(" ".join(said), reference)
    if understood.start and understood.end:
        assert understood.end > understood.start
