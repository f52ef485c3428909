"""Which time does a German message mean? Sentences of our own, seen from Wednesday 2026-03-04 10:00."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.agent.language import Open, understand

NOW = datetime(2026, 3, 4, 10, 0)


def at(text: str) -> tuple[str | None, str | None]:
    """Start and end as "MM-DD HH:MM"."""
    understood = understand(text, NOW, language="de")
    start, end = (t.strftime("%m-%d %H:%M") if t else None for t in (understood.start, understood.end))
    return start, end


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("morgen um 19 Uhr", "03-05 19:00"),
        ("morgen abend um 7", "03-05 19:00"),
        ("morgen früh um acht", "03-05 08:00"),
        ("übermorgen um halb acht abends", "03-06 19:30"),
        ("Freitag um viertel nach sieben abends", "03-06 19:15"),
        ("Freitag um viertel acht in der Früh", "03-06 07:15"),
        ("Freitag dreiviertel acht abends", "03-06 19:45"),
        ("Freitag drei viertel acht abends", "03-06 19:45"),
        ("am Freitag fünf vor halb neun", "03-06 08:25"),
        ("am Freitag fünf nach halb neun", "03-06 08:35"),
        ("am Freitag um zehn vor neun", "03-06 08:50"),
        ("am Freitag zwanzig nach neun", "03-06 09:20"),
        ("am Freitag um viertel vor zwölf", "03-06 11:45"),
        ("am Samstag um 8:30 Uhr", "03-07 08:30"),
        ("am Samstag um 8.30 Uhr", "03-07 08:30"),
        ("am Samstag um 18.30", "03-07 18:30"),
        ("Samstag 14h", "03-07 14:00"),
        ("Samstag 14h30", "03-07 14:30"),
        ("Samstag 14 Uhr 30", "03-07 14:30"),
        ("Samstag 14 Uhr dreißig", "03-07 14:30"),
        ("am Samstag nachmittags um 3", "03-07 15:00"),
        ("am Samstag um drei Uhr nachmittags", "03-07 15:00"),
        ("am Samstag um 3 am Nachmittag", "03-07 15:00"),
        ("Samstagnachmittag um drei", "03-07 15:00"),
        ("heute um einundzwanzig Uhr", "03-04 21:00"),
        ("heute Mittag um eins", "03-04 13:00"),
        ("heute um 12 Uhr mittags", "03-04 12:00"),
        ("heute Abend 20:15", "03-04 20:15"),
        ("heute um acht Uhr abends", "03-04 20:00"),
        ("heute Abend so gegen acht", "03-04 20:00"),
        ("am 12.3. um 17 Uhr", "03-12 17:00"),
        ("am 12.03.2026 um 17 Uhr", "03-12 17:00"),
        ("12.3. 17:00", "03-12 17:00"),
        ("am 12. März um 17 Uhr", "03-12 17:00"),
        ("am zwölften März um 17 Uhr", "03-12 17:00"),
        ("Do, 12. März, 17 Uhr", "03-12 17:00"),
        ("Donnerstag, den 12.3., 17 Uhr", "03-12 17:00"),
        ("am 12. um 17 Uhr", "03-12 17:00"),
        ("um 17 Uhr am 12.", "03-12 17:00"),
        ("nächsten Dienstag um 18 Uhr", "03-10 18:00"),
        ("Dienstag nächste Woche um 18 Uhr", "03-10 18:00"),
        ("nächste Woche Dienstag um 18 Uhr", "03-10 18:00"),
        ("heute in einer Woche um 9 Uhr", "03-11 09:00"),
        ("Montag in 14 Tagen um 9 Uhr", "03-23 09:00"),
        ("in einer halben Stunde", "03-04 10:30"),
        ("in einer Viertelstunde", "03-04 10:15"),
        ("in einer dreiviertel Stunde", "03-04 10:45"),
        ("in anderthalb Stunden", "03-04 11:30"),
        ("in zweieinhalb Stunden", "03-04 12:30"),
        ("in 20 Minuten", "03-04 10:20"),
        ("in einer Stunde und 20 Minuten", "03-04 11:20"),
        ("morgen um Mitternacht", "03-06 00:00"),
        ("heute um 12 Uhr nachts", "03-05 00:00"),
        ("um 7 Uhr früh am Samstag", "03-07 07:00"),
        ("so., 15.3., 11 Uhr", "03-15 11:00"),
        ("am 5.4. 18 Uhr", "04-05 18:00"),
        ("am ersten April um 18 Uhr", "04-01 18:00"),
        ("am 1.4 um 18 Uhr", "04-01 18:00"),
        ("heute in 2 Stunden", "03-04 12:00"),
        ("in ca. 2 Stunden", "03-04 12:00"),
        ("Hallo, ich würde nächsten Dienstag um 17:30 Uhr zum Yoga kommen, geht das?", "03-10 17:30"),
        ("Wir wären am Samstag, den 14.3., gegen 19:30 zu viert", "03-14 19:30"),
        ("wir sind vier Samstag um 10", "03-07 10:00"),
        ("Freitag 20 Uhr 4 Personen", "03-06 20:00"),
    ],
)
def test_a_german_date_and_clock_make_one_exact_start(text: str, start: str) -> None:
    assert at(text) == (start, None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("heute", "03-04"),
        ("morgen", "03-05"),
        ("Hast du morgen was frei?", "03-05"),
        ("übermorgen", "03-06"),
        ("am Freitag", "03-06"),
        ("Fr.", "03-06"),
        ("freitags", "03-06"),
        ("diesen Freitag", "03-06"),
        ("kommenden Freitag", "03-06"),
        ("nächsten Freitag", "03-06"),
        ("übernächsten Freitag", "03-13"),
        ("Freitag nächster Woche", "03-13"),
        ("nächste Woche Freitag", "03-13"),
        ("Freitag in einer Woche", "03-13"),
        ("Freitag in zwei Wochen", "03-20"),
        ("in zwei Wochen am Freitag", "03-20"),
        ("übernächste Woche Montag", "03-16"),
        ("Sonnabend", "03-07"),
        ("der Samstag passt mir", "03-07"),
        ("in drei Tagen", "03-07"),
        ("in 14 Tagen", "03-18"),
        ("in vierzehn Tagen", "03-18"),
        ("in einem Monat", "04-04"),
        ("heute in acht Tagen", "03-12"),
        ("am 3.", "04-03"),
        ("am dritten", "04-03"),
        ("am Fünfzehnten", "03-15"),
        ("den 15.", "03-15"),
        ("Montag, der 9.", "03-09"),
        ("3. April", "04-03"),
        ("3. Apr.", "04-03"),
        ("3.4.", "04-03"),
        ("3. 4.", "04-03"),
        ("03.04.26", "04-03"),
        ("3.4.2026", "04-03"),
        ("2026-04-03", "04-03"),
        ("dritter vierter", None),
        ("am dritten vierten", "04-03"),
        ("der 3. April 2026", "04-03"),
        ("einunddreißigster März", "03-31"),
        ("am zweiundzwanzigsten Mai", "05-22"),
        ("am 15. des nächsten Monats", "04-15"),
        ("am 15. nächsten Monats", "04-15"),
        ("am ersten Freitag im April", "04-03"),
        ("letzter Montag im März", "03-30"),
        ("am letzten Tag im März", "03-31"),
        ("Heiligabend", "12-24"),
        ("an Silvester", "12-31"),
        ("am Ostermontag", "04-06"),
        ("am Karfreitag", "04-03"),
        ("Christi Himmelfahrt", "05-14"),
        ("Pfingstmontag", "05-25"),
        ("am 1. Mai", "05-01"),
        ("Tag der deutschen Einheit", "10-03"),
        ("am ersten Weihnachtsfeiertag", "12-25"),
        ("am zweiten Weihnachtstag", "12-26"),
        ("Muttertag", "05-10"),
        ("erster Advent", "11-29"),
    ],
)
def test_a_german_day(text: str, day: str | None) -> None:
    understood = understand(text, NOW, language="de")
    assert (understood.start.strftime("%m-%d") if understood.start else None) == day


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("nächste Woche", "03-09 00:00", "03-16 00:00"),
        ("kommende Woche", "03-09 00:00", "03-16 00:00"),
        ("übernächste Woche", "03-16 00:00", "03-23 00:00"),
        ("diese Woche", "03-02 00:00", "03-09 00:00"),
        ("KW 12", "03-16 00:00", "03-23 00:00"),
        ("in der KW12", None, None),
        ("in der 12. Kalenderwoche", "03-16 00:00", "03-23 00:00"),
        ("am Wochenende", "03-07 00:00", "03-09 00:00"),
        ("nächstes Wochenende", "03-14 00:00", "03-16 00:00"),
        ("nächsten Monat", "04-01 00:00", "05-01 00:00"),
        ("im Mai", "05-01 00:00", "06-01 00:00"),
        ("Ende März", "03-22 00:00", "04-01 00:00"),
        ("Anfang April", "04-01 00:00", "04-11 00:00"),
        ("Mitte Mai", "05-11 00:00", "05-21 00:00"),
        ("morgen zwischen 9 und 11 Uhr", "03-05 09:00", "03-05 11:00"),
        ("morgen von 9 bis 11", "03-05 09:00", "03-05 11:00"),
        ("morgen von 14 bis 16 Uhr", "03-05 14:00", "03-05 16:00"),
        ("morgen 14-16 Uhr", "03-05 14:00", "03-05 16:00"),
        ("morgen von 9:30 Uhr bis 11:00 Uhr", "03-05 09:30", "03-05 11:00"),
        ("von Montag bis Mittwoch", "03-09 00:00", "03-12 00:00"),
        ("zwischen Montag und Mittwoch", "03-09 00:00", "03-12 00:00"),
        ("vom 10. bis 12. April", "04-10 00:00", "04-13 00:00"),
        ("vom 10.4. bis 12.4.", "04-10 00:00", "04-13 00:00"),
        ("10.-12. April", "04-10 00:00", "04-13 00:00"),
        ("vom 10. bis zum 12.", "03-10 00:00", "03-13 00:00"),
        ("Mittwochvormittag", "03-11 03:00", "03-11 12:00"),
        ("Donnerstagabend", "03-05 18:00", "03-06 00:00"),
        ("Freitag Nachmittag", "03-06 12:00", "03-06 19:00"),
        ("morgen Nachmittag", "03-05 12:00", "03-05 19:00"),
        ("morgenabend", "03-05 18:00", "03-06 00:00"),
        ("heute Abend", "03-04 18:00", "03-05 00:00"),
        ("morgen früh", "03-05 03:00", "03-05 12:00"),
        ("morgen Vormittag", "03-05 03:00", "03-05 12:00"),
        ("Montag Morgen", "03-09 03:00", "03-09 12:00"),
        ("am Montagmorgen", "03-09 03:00", "03-09 12:00"),
        ("morgen Mittag", "03-05 12:00", "03-05 14:00"),
        ("am 15.4. von 10 bis 12 Uhr", "04-15 10:00", "04-15 12:00"),
        ("morgen von 3 bis 5", "03-05 15:00", "03-05 17:00"),
        ("morgens von 3 bis 5", "03-05 03:00", "03-05 05:00"),
        ("morgen 8 bis 10", "03-05 08:00", "03-05 10:00"),
        ("in der Nacht von Freitag auf Samstag", "03-06 22:00", "03-07 04:00"),
        ("am Wochenende vom 14. März", "03-14 00:00", "03-16 00:00"),
        ("in den nächsten Tagen", "03-05 00:00", "03-08 00:00"),
        ("diesen Sommer", "06-21 00:00", "09-23 00:00"),
        ("die nächsten drei Tage", "03-05 00:00", "03-08 00:00"),
        ("in den nächsten zwei Wochen", "03-09 00:00", "03-23 00:00"),
        ("Montag 17 Uhr bis Dienstag 12 Uhr", "03-09 17:00", "03-10 12:00"),
    ],
)
def test_a_german_stretch_of_time(text: str, start: str | None, end: str | None) -> None:
    assert at(text) == (start, end)


@pytest.mark.parametrize(
    ("text", "start", "end", "side"),
    [
        ("morgen ab 18 Uhr", "03-05 18:00", None, Open.AFTER),
        ("morgen nach 18 Uhr", "03-05 18:00", None, Open.AFTER),
        ("morgen frühestens um 18 Uhr", "03-05 18:00", None, Open.AFTER),
        ("morgen nicht vor 18 Uhr", "03-05 18:00", None, Open.AFTER),
        ("morgen vor 18 Uhr", "03-05 00:00", "03-05 18:00", Open.BEFORE),
        ("morgen bis 18 Uhr", "03-05 00:00", "03-05 18:00", Open.BEFORE),
        ("morgen spätestens um 18 Uhr", "03-05 00:00", "03-05 18:00", Open.BEFORE),
        ("bis Freitag", None, "03-07 00:00", Open.BEFORE),
        ("bis zum 15. April", None, "04-16 00:00", Open.BEFORE),
        ("ab Montag", "03-09 00:00", None, Open.AFTER),
        ("ab dem 15. April", "04-15 00:00", None, Open.AFTER),
        ("nach dem 15. April", "04-16 00:00", None, Open.AFTER),
        ("vor dem 15. April", None, "04-15 00:00", Open.BEFORE),
        ("ab morgen", "03-05 00:00", None, Open.AFTER),
        ("ab nächster Woche", "03-09 00:00", None, Open.AFTER),
        ("morgen ab Mittag", "03-05 12:00", None, Open.AFTER),
    ],
)
def test_a_german_time_open_on_one_side(text: str, start: str | None, end: str | None, side: Open) -> None:
    assert at(text) == (start, end)
    assert understand(text, NOW, language="de").open is side


@pytest.mark.parametrize(
    "text",
    [
        "Ruf mich an: 030 1234567",
        "meine Nummer ist 0171 2345678",
        "Telefon 089/123456",
        "+49 151 23456789",
        "Die Bestellnummer ist 20261203",
        "Rechnung Nr. 12 wurde bezahlt",
        "Das kostet 12,50 Euro",
        "für 15 € bitte",
        "nicht mehr als 20 EUR",
        "Wir wohnen in der Hauptstraße 12",
        "Musterstr. 5, 10115 Berlin",
        "Am Marktplatz 3",
        "Zimmer 12 im zweiten Stock",
        "Guten Morgen!",
        "Guten Abend zusammen",
        "Guten Tag",
        "schönen Tag noch",
        "Wir sind zu dritt",
        "Tisch für vier Personen",
        "die zweite bitte",
        "Ich habe noch 2 Fragen",
        "Yoga Level 2",
        "so ist es gut",
        "so schnell wie möglich",
        "Ich bin 34 Jahre alt",
        "5 Sterne",
        "Version 2.1",
        "Danke, alles gut",
        "die letzte Stunde war super",
        "um die Ecke",
        "Ist noch ein Platz frei?",
        "Kann ich mit EC-Karte zahlen?",
        "Wie viel kostet eine Massage?",
        "vor zwei Tagen war ich da",
        "PLZ 10115",
        "0 30 / 12 34 56 78",
        "Handy 0176/12345678",
        "IBAN DE89 3704 0044 0532 0130 00",
        "Karl-Marx-Allee 12a",
        "Raum 3.2, Haus 4",
        "Herr Freitag",
        "Meine Frau heißt April",
        "1/2 Liter Wasser",
        "eine 60 Minuten Massage",
        "das dauert 2-3 Stunden",
        "eine halbe Portion",
        "seit zwei Wochen",
        "nicht am Montag",
        "schönes Wochenende!",
        "bis bald",
        "Ich bin im 6. Monat schwanger",
        "Code 1830",
        "Kann ich mit 2 Freundinnen kommen?",
    ],
)
def test_german_text_without_a_time_is_left_alone(text: str) -> None:
    assert at(text) == (None, None)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("Donnerstag, nein, lieber Freitag um 18 Uhr", "03-06 18:00"),
        ("Am Freitag um 10. Ach nein, um 11 Uhr", "03-06 11:00"),
        ("Kann ich von Donnerstag auf Freitag um 18 Uhr verschieben?", "03-06 18:00"),
        ("Donnerstag geht nicht, Freitag um 18 Uhr?", "03-06 18:00"),
        ("nicht Donnerstag, sondern Freitag um 18 Uhr", "03-06 18:00"),
        ("Bitte meinen Termin auf Freitag 18 Uhr verlegen", "03-06 18:00"),
        ("Freitag statt Donnerstag, 18 Uhr", "03-06 18:00"),
        ("Dienstag passt nicht so gut. Freitag um 18 Uhr wäre besser", "03-06 18:00"),
        ("Montag geht bei mir nicht, Freitag um 18 Uhr schon", "03-06 18:00"),
        ("Termin von Mittwoch 10 Uhr auf Freitag 18 Uhr verschieben", "03-06 18:00"),
        ("verschieben Sie mein Yoga von Donnerstag auf Freitag um 18 Uhr", "03-06 18:00"),
    ],
)
def test_a_german_correction_replaces_what_was_said(text: str, start: str) -> None:
    assert at(text) == (start, None)


def test_a_bare_german_hour_is_read_as_written_and_marked_as_a_guess() -> None:
    understood = understand("morgen um 7", NOW, language="de")
    assert understood.start == datetime(2026, 3, 5, 7)
    assert understood.half_day_guessed
