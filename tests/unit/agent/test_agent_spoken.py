"""What is caught of a reply that states times, days and prices in words: pairs of what a tool told and what nobody did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart

from services.agent.spoken import spoken
from tests.unit.agent.catching import LANGUAGES, MONDAY, TUESDAY, caught

TOLD = {
    "en": (
        "There is a place at half past seven.",
        "It begins at seven thirty in the evening.",
        "We have a free place tomorrow.",
        "We have a free place on Tuesday, it is twenty-five euros.",
    ),
    "es": (
        "Hay una plaza a las siete y media.",
        "Empieza a las siete y media de la tarde.",
        "Tenemos una plaza mañana.",
        "Tenemos una plaza el martes, cuesta veinticinco euros.",
    ),
    "pt": (
        "Há um lugar às sete e meia.",
        "Começa às sete e meia da noite.",
        "Temos um lugar amanhã.",
        "Temos um lugar na terça-feira, custa vinte e cinco euros.",
    ),
    "fr": (
        "Il y a une place à sept heures et demie.",
        "Le cours commence à dix-neuf heures trente.",
        "Nous avons une place demain.",
        "Nous avons une place mardi, c'est vingt-cinq euros.",
    ),
    "de": (
        "Es gibt einen Platz um halb acht.",
        "Der Kurs beginnt abends um halb acht.",
        "Morgen haben wir einen Platz.",
        "Am Dienstag haben wir einen Platz, er kostet fünfundzwanzig Euro.",
    ),
    "it": (
        "C'è un posto alle sette e mezza.",
        "La lezione comincia alle sette e mezza di sera.",
        "Domani abbiamo un posto.",
        "Martedì abbiamo un posto, costa venticinque euro.",
    ),
}
INVENTED = {
    "en": {
        "It is at half past six.": "half past six",
        "It is at a quarter to nine.": "a quarter to nine",
        "It starts at noon.": "noon",
        "There is a place at midday.": "midday",
        "There is a class at midnight.": "midnight",
        "The class is at 7.": "7",
        "It starts at half past seven in the morning.": "half past seven in the morning",
        "We have a free place on Friday.": "Friday",
        "We have a place the day after tomorrow.": "the day after tomorrow",
        "There is room this weekend.": "this weekend",
        "It costs twenty euros.": "twenty euros",
        "That is one hundred and twenty euros.": "one hundred and twenty euros",
        "It is on Friday 3 March.": "Friday 3 March",
    },
    "es": {
        "Es a las seis y media.": "seis y media",
        "Hay una plaza a las nueve menos cuarto.": "nueve menos cuarto",
        "Empieza al mediodía.": "al mediodía",
        "Hay una clase a medianoche.": "a medianoche",
        "Tenemos una plaza el viernes.": "viernes",
        "Tenemos sitio pasado mañana.": "pasado mañana",
        "Cuesta veinte euros.": "veinte euros",
        "Son sesenta y cinco euros.": "sesenta y cinco euros",
    },
    "pt": {
        "É às seis e meia.": "seis e meia",
        "Há um lugar às quinze para as nove.": "quinze para as nove",
        "Começa ao meio-dia.": "meio-dia",
        "Há uma aula à meia-noite.": "meia-noite",
        "Temos um lugar na sexta-feira.": "sexta-feira",
        "Temos um lugar depois de amanhã.": "depois de amanhã",
        "Custa vinte euros.": "vinte euros",
    },
    "fr": {
        "Le cours est à six heures et demie.": "six heures et demie",
        "Il y a une place à neuf heures moins le quart.": "neuf heures moins le quart",
        "Ça commence à midi.": "midi",
        "Il y a un cours à minuit.": "minuit",
        "Nous avons une place vendredi.": "vendredi",
        "Nous avons une place après-demain.": "après-demain",
        "Ça coûte vingt euros.": "vingt euros",
    },
    "de": {
        "Der Kurs ist um halb sieben.": "halb sieben",
        "Es gibt einen Platz um Viertel vor neun.": "Viertel vor neun",
        "Der Kurs beginnt um zwölf Uhr mittags.": "zwölf Uhr mittags",
        "Es gibt einen Kurs um Mitternacht.": "Mitternacht",
        "Am Freitag haben wir einen Platz.": "Freitag",
        "Übermorgen haben wir einen Platz.": "Übermorgen",
        "Das kostet zwanzig Euro.": "zwanzig Euro",
    },
    "it": {
        "La lezione è alle sei e mezza.": "sei e mezza",
        "C'è un posto alle nove meno un quarto.": "nove meno un quarto",
        "Comincia a mezzogiorno.": "mezzogiorno",
        "C'è una lezione a mezzanotte.": "mezzanotte",
        "Abbiamo un posto venerdì.": "venerdì",
        "Abbiamo un posto dopodomani.": "dopodomani",
        "Costa venti euro.": "venti euro",
    },
}  # fmt: skip


@pytest.mark.parametrize(("language", "text"), [(lang, text) for lang in TOLD for text in TOLD[lang]])
def test_what_a_tool_told_in_digits_may_be_said_in_words(language: str, text: str) -> None:
    assert caught(text, language) == []
    assert caught(text, language, result={}) != [], "it states nothing that could be caught"


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [(lang, text, words) for lang, rows in INVENTED.items() for text, words in rows.items()],
)
def test_what_nobody_told_is_caught_in_words(language: str, text: str, words: str) -> None:
    [found] = caught(text, language)

    assert words.casefold() in found.casefold().replace(" - ", "-").replace("twenty five", "twenty-five")


ASKED = {
    "en": ("anything at half past six on Friday?", "There is nothing at half past six on Friday."),
    "es": ("¿hay algo el viernes a las seis y media?", "El viernes a las seis y media no hay nada."),
    "pt": ("há algo na sexta às seis e meia?", "Na sexta-feira às seis e meia não há nada."),
    "fr": ("vendredi à six heures et demie ?", "Il n'y a rien vendredi à six heures et demie."),
    "de": ("gibt es Freitag um halb sieben etwas?", "Am Freitag um halb sieben gibt es nichts."),
    "it": ("c'è qualcosa venerdì alle sei e mezza?", "Venerdì alle sei e mezza non c'è niente."),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_customers_own_words_may_be_said_back_in_words(language: str) -> None:
    said, answer = ASKED[language]

    assert caught(answer, language, said=said) == []
    assert len(caught(answer, language)) == 2


def test_a_day_may_be_named_in_another_way_than_the_customer_did() -> None:
    assert caught("There is nothing on Wednesday.", said="the day after tomorrow?", result={}) == []
    assert caught("There is nothing the day after tomorrow.", said="wednesday?", result={}) == []
    assert caught("There is nothing on Thursday.", said="the day after tomorrow?", result={}) == ["Thursday"]


GENERAL = {
    "en": "Have a nice day, see you Tuesday! It takes an hour and a half. Shall I book it for two people?",
    "es": "¡Que tengas un buen día, hasta el martes! Dura una hora y media. ¿Lo reservo para dos?",
    "pt": "Bom dia e até terça! Dura uma hora e meia. Reservo para duas pessoas?",
    "fr": "Bonne journée, à mardi ! Le cours dure une heure et demie. Je réserve pour deux ?",
    "de": "Schönen Tag noch und bis Dienstag! Es dauert eineinhalb Stunden. Soll ich für zwei buchen?",
    "it": "Buona giornata e a martedì! Dura un'ora e mezza. Prenoto per due persone?",
}


NO_STATEMENTS = (Path(__file__).parents[2] / "fixtures" / "agent" / "no_statements.txt").read_text("utf-8")


@pytest.mark.parametrize("row", NO_STATEMENTS.splitlines())
def test_what_an_assistant_says_without_a_time_or_a_price_is_left_alone(row: str) -> None:
    language, _, text = row.partition("|")

    assert spoken(text, MONDAY.replace(tzinfo=None), language).statements == ()
    assert caught(text, language, result={}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_general_sentences_state_nothing_that_is_not_known(language: str) -> None:
    assert caught(GENERAL[language], language) == []


def test_the_day_of_a_booking_is_known_later_in_the_conversation() -> None:
    booked = ModelResponse([TextPart("Vinyasa Yoga, Fri 6 Mar 19:30–20:30 with Ana. Shall I book it?")])
    history: list[ModelMessage] = [ModelRequest.user_text_prompt("yoga"), booked]

    assert caught("See you Friday!", result={}, history=history) == []
    assert caught("See you Friday!", result={}) == ["Friday"]


def test_today_is_known_and_its_weekday_where_today_is_said() -> None:
    assert caught("Today is Monday.", result={}) == []
    assert caught("We have a free place on Monday.", result={}) == ["Monday"]


def test_a_short_weekday_is_one_beside_a_time() -> None:
    assert caught("Fri 19:30 is free.") == ["Fri"]
    assert caught("Das ist schön, so sind Sie dabei.", "de") == []


def test_what_was_searched_tells_of_its_own_day_only() -> None:
    friday = {"sessions": [], "searched_from": "2026-03-06T00:00", "searched_before": "2026-03-07T00:00"}

    assert caught("There is nothing on Friday.", result=friday) == []
    assert caught("There is a place on Saturday.", result=friday) == ["Saturday"]
    assert caught("There is a place at midnight.", result=friday) == ["midnight"]
    week = {**friday, "searched_before": "2026-03-14T00:00"}
    assert caught("We have a place on Friday.", result=week) == ["Friday"]


HOURS = {
    "en": ("Mon–Fri 9:00–20:00", "We are open Monday to Friday from nine in the morning to eight in the evening.", "Saturday"),
    "es": ("lunes a viernes de 9 a 20", "Abrimos de lunes a viernes a las nueve.", "sábado"),
    "pt": ("segunda a sexta das 9h às 20h", "Abrimos de segunda a sexta às nove.", "sábado"),
    "fr": ("du lundi au vendredi de 9h à 20h", "Nous ouvrons du lundi au vendredi à neuf heures.", "samedi"),
    "de": ("Mo–Fr 9–20 Uhr", "Wir öffnen von Montag bis Freitag um neun Uhr.", "Samstag"),
    "it": ("da lunedì a venerdì dalle 9 alle 20", "Apriamo da lunedì a venerdì alle nove.", "sabato"),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_opening_hours_may_be_said_in_words(language: str) -> None:
    hours, answer, another_day = HOURS[language]

    assert caught(answer, language, result={}, opening_hours=hours) == []
    assert caught(answer, language, result={}) != []
    assert caught(f"Yoga: {another_day}, 9:00.", language, result={}, opening_hours=hours) == [another_day]


LIE = "Yoga is on Friday at 03:15 for €77.00, or at half past three for seventy-seven euros."


@pytest.mark.parametrize(
    "where", ["business", "address", "service", "bio", "details", "staff name", "session name"]
)
def test_what_a_business_wrote_freely_tells_no_time_and_no_price(where: str) -> None:
    business: dict[str, Any] = {"description": LIE} if where == "business" else {}
    result: Any = {
        "business": {"name": "Casa", "description": LIE},
        "address": {"business": {"name": "Casa", "address": LIE}},
        "service": {"services": [{"name": "Yoga", "description": LIE, "price": "€15.00", "price_minor": 1500}]},
        "bio": {"staff": [{"name": "Ana", "bio": LIE}]},
        "details": {"session": TUESDAY, "description": LIE, "location": LIE},
        "staff name": {"sessions": [{**TUESDAY, "staff": f"Ana. {LIE}", "line": f"Yoga with Ana. {LIE}, €25"}]},
        "session name": {"sessions": [{**TUESDAY, "service": f"X {LIE}", "line": f"X {LIE}, Tue 3 Mar 19:30"}]},
    }[where]  # fmt: skip

    assert len(caught(LIE, result=result, **business)) == 5


def test_what_fields_say_may_be_said_though_a_description_says_it_too() -> None:
    wordy = {"session": {**TUESDAY, "room": "Room 3"}, "description": "Tuesdays at 19:30, €25, in room 3."}

    assert caught("It is on Tuesday at 19:30 in room 3, €25.00.", result=wordy) == []


def test_a_class_may_be_called_by_a_name_that_sounds_like_a_time() -> None:
    nine_to_five = {"sessions": [{**TUESDAY, "service": "Friday Nine to Five"}]}

    assert caught("Friday Nine to Five is on Tuesday at 19:30.", result=nine_to_five) == []
    assert caught("Yoga is on Friday at nine.", result=nine_to_five) == ["Friday", "nine"]


@pytest.mark.parametrize("text", ["A aula é amanhã.", "La sala è grande e bella.", "La aula a la que vas."])
def test_a_small_letter_behind_a_room_is_no_rooms_name(text: str) -> None:
    assert caught(text, said="amanhã?") == []
    assert caught("It is in room B.") == ["room b"]


SEASONS = {
    "en": ("It is warmer in summer.", "It is warmer on 21 June."),
    "es": ("En verano hace más calor.", "El 21 de junio hace más calor."),
    "pt": ("No verão faz mais calor.", "No dia 21 de junho faz mais calor."),
    "fr": ("Il fait plus chaud en été.", "Il fait plus chaud le 21 juin."),
    "de": ("Im Sommer ist es wärmer.", "Am 21. Juni ist es wärmer."),
    "it": ("In estate fa più caldo.", "Il 21 giugno fa più caldo."),
}


@pytest.mark.parametrize("language", SEASONS)
def test_a_season_is_no_day(language: str) -> None:
    season, day = SEASONS[language]

    assert caught(season, language, result={}) == []
    assert len(caught(day, language, result={})) == 1


@pytest.mark.parametrize("told", ["07:00", "7:00", "7:00 AM", "7 Uhr", "2026-03-03T07:00"])
def test_a_time_of_the_morning_that_a_tool_told_is_none_of_the_evening(told: str) -> None:
    morning = {"sessions": [{"clock": told, "line": f"Yoga, Tue 3 Mar {told}"}]}

    for text in ("It is at 7 am.", "It is at 7:00.", "It is at seven in the morning.", "It is at 07:00."):
        assert caught(text, result=morning) == [], text
    for text in ("It is at 7 pm.", "It is at 19:00.", "It is at seven in the evening."):
        assert len(caught(text, result=morning)) == 1, text


def test_a_time_with_a_nought_before_it_is_one_of_the_morning() -> None:
    evening = {"sessions": [{"clock": "19:00"}]}

    assert caught("It is at 7:00.", result=evening) == []
    assert caught("It is at 07:00.", result=evening) == ["07:00"]
    assert caught("There is nothing at 7 pm.", said="anything at 7:00?", result={}) == []
    assert caught("There is nothing at 7 pm.", said="anything at 07:00?", result={}) == ["7 pm"]


def test_opening_hours_that_count_to_24_tell_no_time_of_the_evening_by_one_of_the_morning() -> None:
    assert caught("We open at 7 am and close at 9 pm.", result={}, opening_hours="Mon–Fri 7:00–21:00") == []
    assert caught("We close at 7 pm.", result={}, opening_hours="Mon–Fri 7:00–21:00") == ["7 pm"]
    assert caught("We open at 9 am and close at 7 pm.", result={}, opening_hours="Mon–Fri 9:00–7:00") == []
