"""Which time does an Italian message mean? Sentences of our own, seen from Wednesday 2026-03-04 10:00."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.agent.language import Open, understand

NOW = datetime(2026, 3, 4, 10, 0)


def at(text: str) -> tuple[str | None, str | None]:
    """Start and end as "MM-DD HH:MM"."""
    understood = understand(text, NOW, language="it")
    start, end = (t.strftime("%m-%d %H:%M") if t else None for t in (understood.start, understood.end))
    return start, end


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("domani alle 19", "03-05 19:00"),
        ("domani alle ore 19", "03-05 19:00"),
        ("domani ore 19.30", "03-05 19:30"),
        ("domani ore 19:30", "03-05 19:30"),
        ("domani h 19", "03-05 19:00"),
        ("domani alle 19.30", "03-05 19:30"),
        ("domani alle 19,30", "03-05 19:30"),
        ("domani alle 19 e 30", "03-05 19:30"),
        ("domani alle sette di sera", "03-05 19:00"),
        ("domani sera alle sette e mezza", "03-05 19:30"),
        ("domani sera alle otto e un quarto", "03-05 20:15"),
        ("domani sera alle otto meno un quarto", "03-05 19:45"),
        ("domani sera alle otto meno dieci", "03-05 19:50"),
        ("domani sera alle sette e tre quarti", "03-05 19:45"),
        ("domani sera alle sette e venti", "03-05 19:20"),
        ("domani sera alle sette e cinque", "03-05 19:05"),
        ("domani alle nove e mezzo", "03-05 09:30"),
        ("domani mattina alle 9", "03-05 09:00"),
        ("domani alle 9 di mattina", "03-05 09:00"),
        ("domani alle 3 del pomeriggio", "03-05 15:00"),
        ("domani pomeriggio alle 3", "03-05 15:00"),
        ("domani pomeriggio verso le 4", "03-05 16:00"),
        ("domani all'una del pomeriggio", "03-05 13:00"),
        ("domani all'una e mezza del pomeriggio", "03-05 13:30"),
        ("domani a mezzogiorno", "03-05 12:00"),
        ("domani a mezzogiorno e mezzo", "03-05 12:30"),
        ("domani a mezzanotte", "03-06 00:00"),
        ("stasera alle 8", "03-04 20:00"),
        ("stasera alle otto e mezza", "03-04 20:30"),
        ("oggi alle 18", "03-04 18:00"),
        ("oggi pomeriggio alle cinque", "03-04 17:00"),
        ("venerdì alle 18", "03-06 18:00"),
        ("alle 18 di venerdì", "03-06 18:00"),
        ("le 18 di venerdì", "03-06 18:00"),
        ("venerdi alle ventuno", "03-06 21:00"),
        ("venerdì prossimo alle 18", "03-13 18:00"),
        ("lunedì della prossima settimana alle 18", "03-09 18:00"),
        ("il 12 marzo alle 17", "03-12 17:00"),
        ("il 12/3 alle 17", "03-12 17:00"),
        ("il 12.3 alle 17", "03-12 17:00"),
        ("il 12 alle 17", "03-12 17:00"),
        ("alle 17 del 12 marzo", "03-12 17:00"),
        ("giovedì 12 alle 17", "03-12 17:00"),
        ("giovedì 12 marzo ore 17", "03-12 17:00"),
        ("gio 12/3 h17", "03-12 17:00"),
        ("il primo aprile alle 18", "04-01 18:00"),
        ("l'8 marzo alle 11", "03-08 11:00"),
        ("l'otto marzo alle 11", "03-08 11:00"),
        ("tra mezz'ora", "03-04 10:30"),
        ("fra un'ora", "03-04 11:00"),
        ("tra un'ora e mezza", "03-04 11:30"),
        ("tra due ore e mezzo", "03-04 12:30"),
        ("tra un quarto d'ora", "03-04 10:15"),
        ("tra tre quarti d'ora", "03-04 10:45"),
        ("tra venti minuti", "03-04 10:20"),
        ("vorrei prenotare la lezione delle 18 di domani", "03-05 18:00"),
        ("dopodomani alle 17:00", "03-06 17:00"),
        ("tra circa due ore", "03-04 12:00"),
        ("Saremmo in quattro sabato 14 marzo verso le 19:30", "03-14 19:30"),
        ("dom 8 ore 10", "03-08 10:00"),
        ("le 8 di stasera", "03-04 20:00"),
    ],
)
def test_an_italian_date_and_clock_make_one_exact_start(text: str, start: str) -> None:
    assert at(text) == (start, None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("oggi", "03-04"),
        ("domani", "03-05"),
        ("dopodomani", "03-06"),
        ("dopo domani", "03-06"),
        ("avete posto domani?", "03-05"),
        ("venerdì", "03-06"),
        ("di venerdì", "03-06"),
        ("il venerdì", "03-06"),
        ("questo venerdì", "03-06"),
        ("venerdì che viene", "03-06"),
        ("venerdì prossimo", "03-13"),
        ("il prossimo venerdì", "03-13"),
        ("venerdì della settimana prossima", "03-13"),
        ("la prossima settimana, venerdì", "03-13"),
        ("venerdì tra due settimane", "03-20"),
        ("tra due settimane, venerdì", "03-20"),
        ("oggi a otto", "03-11"),
        ("tra tre giorni", "03-07"),
        ("fra una settimana", "03-11"),
        ("tra due settimane", "03-18"),
        ("fra un mese", "04-04"),
        ("il 15", "03-15"),
        ("per il 15", "03-15"),
        ("il quindici", "03-15"),
        ("il 3 aprile", "04-03"),
        ("3 apr", "04-03"),
        ("il 3/4", "04-03"),
        ("il 3.4.", "04-03"),
        ("il 3-4-2026", "04-03"),
        ("03/04/26", "04-03"),
        ("il tre aprile 2026", "04-03"),
        ("il 1° aprile", "04-01"),
        ("il primo di aprile", "04-01"),
        ("martedì 10", "03-10"),
        ("mar 10 marzo", "03-10"),
        ("il 10 mar.", "03-10"),
        ("il 15 del mese prossimo", "04-15"),
        ("il primo venerdì di aprile", "04-03"),
        ("l'ultimo lunedì di marzo", "03-30"),
        ("Natale", "12-25"),
        ("la vigilia di Natale", "12-24"),
        ("a Santo Stefano", "12-26"),
        ("a Capodanno", "01-01"),
        ("a Pasquetta", "04-06"),
        ("a Ferragosto", "08-15"),
        ("il primo maggio", "05-01"),
        ("il giorno di Pasqua", "04-05"),
        ("festa della mamma", "05-10"),
        ("martedì grasso", "02-09"),
    ],
)
def test_an_italian_day(text: str, day: str | None) -> None:
    understood = understand(text, NOW, language="it")
    assert (understood.start.strftime("%m-%d") if understood.start else None) == day


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("la settimana prossima", "03-09 00:00", "03-16 00:00"),
        ("la prossima settimana", "03-09 00:00", "03-16 00:00"),
        ("questa settimana", "03-02 00:00", "03-09 00:00"),
        ("nel fine settimana", "03-07 00:00", "03-09 00:00"),
        ("questo weekend", "03-07 00:00", "03-09 00:00"),
        ("il prossimo weekend", "03-14 00:00", "03-16 00:00"),
        ("il mese prossimo", "04-01 00:00", "05-01 00:00"),
        ("a maggio", "05-01 00:00", "06-01 00:00"),
        ("maggio dell'anno prossimo", "05-01 00:00", "06-01 00:00"),
        ("a fine marzo", "03-22 00:00", "04-01 00:00"),
        ("all'inizio di aprile", "04-01 00:00", "04-11 00:00"),
        ("a metà maggio", "05-11 00:00", "05-21 00:00"),
        ("domani dalle 9 alle 11", "03-05 09:00", "03-05 11:00"),
        ("domani tra le 9 e le 11", "03-05 09:00", "03-05 11:00"),
        ("domani fra le 15 e le 17", "03-05 15:00", "03-05 17:00"),
        ("domani 15-17", "03-05 15:00", "03-05 17:00"),
        ("domani dalle 15.30 alle 17", "03-05 15:30", "03-05 17:00"),
        ("domani dalle 10 a mezzogiorno", "03-05 10:00", "03-05 12:00"),
        ("da lunedì a mercoledì", "03-09 00:00", "03-12 00:00"),
        ("dal 10 al 12 aprile", "04-10 00:00", "04-13 00:00"),
        ("dal 10 aprile al 12 aprile", "04-10 00:00", "04-13 00:00"),
        ("dal 10 al 12", "03-10 00:00", "03-13 00:00"),
        ("tra il 10 e il 12 aprile", "04-10 00:00", "04-13 00:00"),
        ("dal 10/4 al 12/4", "04-10 00:00", "04-13 00:00"),
        ("domani mattina", "03-05 04:00", "03-05 12:00"),
        ("domani pomeriggio", "03-05 12:00", "03-05 19:00"),
        ("nel pomeriggio di domani", "03-05 12:00", "03-05 19:00"),
        ("venerdì sera", "03-06 18:00", "03-07 00:00"),
        ("stasera", "03-04 18:00", "03-05 00:00"),
        ("stamattina", "03-04 04:00", "03-04 12:00"),
        ("domani a pranzo", "03-05 12:00", "03-05 14:00"),
        ("domani all'ora di pranzo", "03-05 12:00", "03-05 14:00"),
        ("sabato mattina presto", "03-07 04:00", "03-07 09:00"),
        ("dalle 6 di mattina alle 11 di sera", "03-05 06:00", "03-05 23:00"),
        ("domani dalle 3 alle 5", "03-05 15:00", "03-05 17:00"),
        ("dalle 2 alle 4 di notte", "03-05 02:00", "03-05 04:00"),
        ("il weekend del 14 marzo", "03-14 00:00", "03-16 00:00"),
        ("quest'estate", "06-21 00:00", "09-23 00:00"),
        ("i prossimi tre giorni", "03-05 00:00", "03-08 00:00"),
        ("nei prossimi giorni", "03-05 00:00", "03-08 00:00"),
        ("da lunedì alle 17 a martedì alle 12", "03-09 17:00", "03-10 12:00"),
    ],
)
def test_an_italian_stretch_of_time(text: str, start: str | None, end: str | None) -> None:
    assert at(text) == (start, end)


@pytest.mark.parametrize(
    ("text", "start", "end", "side"),
    [
        ("domani dopo le 18", "03-05 18:00", None, Open.AFTER),
        ("domani dalle 18", "03-05 18:00", None, Open.AFTER),
        ("domani dalle 18 in poi", "03-05 18:00", None, Open.AFTER),
        ("domani a partire dalle 18", "03-05 18:00", None, Open.AFTER),
        ("domani non prima delle 18", "03-05 18:00", None, Open.AFTER),
        ("domani prima delle 18", "03-05 00:00", "03-05 18:00", Open.BEFORE),
        ("domani entro le 18", "03-05 00:00", "03-05 18:00", Open.BEFORE),
        ("domani fino alle 18", "03-05 00:00", "03-05 18:00", Open.BEFORE),
        ("domani al più tardi alle 18", "03-05 00:00", "03-05 18:00", Open.BEFORE),
        ("entro venerdì", None, "03-07 00:00", Open.BEFORE),
        ("fino al 15 aprile", None, "04-16 00:00", Open.BEFORE),
        ("entro il 15", None, "03-16 00:00", Open.BEFORE),
        ("da lunedì", "03-09 00:00", None, Open.AFTER),
        ("da lunedì in poi", "03-09 00:00", None, Open.AFTER),
        ("dal 15 aprile", "04-15 00:00", None, Open.AFTER),
        ("a partire dal 15", "03-15 00:00", None, Open.AFTER),
        ("dopo il 15 aprile", "04-16 00:00", None, Open.AFTER),
        ("prima di venerdì", None, "03-06 00:00", Open.BEFORE),
    ],
)
def test_an_italian_time_open_on_one_side(text: str, start: str | None, end: str | None, side: Open) -> None:
    assert at(text) == (start, end)
    assert understand(text, NOW, language="it").open is side


@pytest.mark.parametrize(
    "text",
    [
        "Chiamami allo 06 1234567",
        "il mio numero è 347 1234567",
        "+39 347 123 4567",
        "cell. 3471234567",
        "L'ordine numero 20261203",
        "fattura n. 12",
        "Costa 12,50 euro",
        "meno di 20 €",
        "abito in via Roma 12",
        "Piazza Garibaldi, 5, Milano",
        "camera 12 al secondo piano",
        "Buongiorno!",
        "Buona sera a tutti",
        "buona giornata",
        "Siamo in tre",
        "un tavolo per quattro persone",
        "la seconda, grazie",
        "ho 2 domande",
        "yoga livello 2",
        "il più presto possibile",
        "ho 34 anni",
        "5 stelle",
        "versione 2.1",
        "tutto bene, grazie",
        "è la prima volta",
        "sei sicuro?",
        "che ore sono?",
        "quanto costa un massaggio?",
        "c'è ancora posto?",
        "posso venire con le 2 amiche?",
        "due giorni fa ero lì",
        "la settimana scorsa è andata bene",
        "CAP 20121",
        "02 1234 5678",
        "cell. 347/1234567",
        "IBAN IT60 X054 2811 1010 0000 0123 456",
        "Corso Vittorio Emanuele II, 12",
        "sala 3.2",
        "il signor Sabato",
        "si chiama Domenica",
        "3/4 di litro",
        "un massaggio di 60 minuti",
        "dura 2-3 ore",
        "sono al sesto mese di gravidanza",
        "non lunedì",
        "buon weekend!",
        "a presto",
        "le 3 amiche",
        "da 5 a 7 persone",
        "un attimo",
        "codice 1830",
        "vorrei una lezione per due",
        "posso pagare con la carta?",
        "mezza porzione",
        "come stai?",
        "siamo 5",
    ],
)
def test_italian_text_without_a_time_is_left_alone(text: str) -> None:
    assert at(text) == (None, None)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("giovedì, anzi no, venerdì alle 18", "03-06 18:00"),
        ("venerdì alle 10. No, alle 11", "03-06 11:00"),
        ("posso spostare da giovedì a venerdì alle 18?", "03-06 18:00"),
        ("giovedì non posso, venerdì alle 18?", "03-06 18:00"),
        ("non giovedì ma venerdì alle 18", "03-06 18:00"),
        ("vorrei spostare la prenotazione di giovedì a venerdì alle 18", "03-06 18:00"),
        ("meglio venerdì alle 18", "03-06 18:00"),
        ("Martedì non va tanto bene. Meglio venerdì alle 18", "03-06 18:00"),
        ("spostate il mio appuntamento da mercoledì alle 10 a venerdì alle 18", "03-06 18:00"),
        ("spostatelo: spostate lunedì al 6 marzo alle 18", "03-06 18:00"),
        ("invece di giovedì, venerdì alle 18", "03-06 18:00"),
    ],
)
def test_an_italian_correction_replaces_what_was_said(text: str, start: str) -> None:
    assert at(text) == (start, None)


def test_a_bare_italian_hour_is_read_as_written_and_marked_as_a_guess() -> None:
    understood = understand("domani alle 7", NOW, language="it")
    assert understood.start == datetime(2026, 3, 5, 7)
    assert understood.half_day_guessed
