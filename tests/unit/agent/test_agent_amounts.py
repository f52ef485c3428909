"""Which prices does a reply state in words, above a hundred too? Pairs of what a tool told and what nobody did."""

from __future__ import annotations

from typing import Any

import pytest

from services.agent.language.times import tokens_of
from services.agent.numerals import numerals
from services.agent.spoken import spoken
from tests.unit.agent.catching import MONDAY, caught

SAID = {
    "en": {
        "a hundred euros": 100,
        "a hundred and twenty euros": 120,
        "one hundred twenty-five euros": 125,
        "two hundred fifty dollars": 250,
        "two hundred and fifty dollars": 250,
        "twelve hundred dollars": 1200,
        "a thousand two hundred pounds": 1200,
        "two thousand and five pounds": 2005,
        "2 thousand pounds": 2000,
    },
    "es": {
        "ciento veinte euros": 120,
        "ciento veintitrés euros": 123,
        "doscientos euros": 200,
        "doscientas libras": 200,
        "quinientos cincuenta y cinco pesos": 555,
        "mil pesos": 1000,
        "dos mil doscientos pesos": 2200,
        "2 mil pesos": 2000,
    },
    "pt": {
        "cento e vinte euros": 120,
        "duzentos e cinquenta euros": 250,
        "novecentos e noventa e nove reais": 999,
        "mil e duzentos reais": 1200,
        "dois mil e quinhentos reais": 2500,
        "2 mil reais": 2000,
    },
    "fr": {
        "soixante-quinze euros": 75,
        "soixante et onze euros": 71,
        "quatre-vingts euros": 80,
        "quatre vingts euros": 80,
        "quatre-vingt-dix euros": 90,
        "quatre-vingt-dix-sept euros": 97,
        "nonante-sept francs": 97,
        "cent vingt euros": 120,
        "deux cents euros": 200,
        "deux cent cinquante euros": 250,
        "mille deux cents euros": 1200,
        "deux mille euros": 2000,
    },
    "de": {
        "hundert Euro": 100,
        "hundertzwanzig Euro": 120,
        "hundertundzwanzig Euro": 120,
        "hundertein Euro": 101,
        "einhunderteinundzwanzig Euro": 121,
        "zweihundertfünfzig Euro": 250,
        "zweihundertfuenfzig Euro": 250,
        "zweihundert fünfzig Euro": 250,
        "tausend Euro": 1000,
        "eintausendzweihundert Franken": 1200,
        "zweitausend Franken": 2000,
    },
    "it": {
        "cento euro": 100,
        "centoventi euro": 120,
        "cento venti euro": 120,
        "centotto euro": 108,
        "centottanta euro": 180,
        "duecentocinquanta euro": 250,
        "mille duecento euro": 1200,
        "milleduecento euro": 1200,
        "duemila euro": 2000,
        "tremilacinquecento euro": 3500,
    },
}
COSTS = {"en": "It costs", "es": "Cuesta", "pt": "Custa", "fr": "Ça coûte", "de": "Das kostet", "it": "Costa"}
ROWS = [(language, words, amount) for language, rows in SAID.items() for words, amount in rows.items()]


def priced(*amounts: int) -> Any:
    return {"services": [{"name": "Pass", "price_minor": amount * 100} for amount in amounts]}


@pytest.mark.parametrize(("language", "words", "amount"), ROWS)
def test_a_price_in_words_is_known_when_a_field_says_it_and_caught_when_another_is_said(
    language: str, words: str, amount: int
) -> None:
    text = f"{COSTS[language]} {words}."

    assert caught(text, language, result=priced(amount)) == []
    # What half of the words would say is no excuse.
    parts = [amount % 100, amount // 100 * 100, amount % 1000, amount // 1000 * 1000, amount - 1, amount + 1]
    assert len(caught(text, language, result=priced(*(part for part in parts if 0 < part != amount)))) == 1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "A hundred people, a thousand thanks, and two hundred and fifty members."),
        ("es", "¡Mil gracias! Somos ciento veinte, y doscientos en verano."),
        ("pt", "Mil desculpas! Somos cento e vinte, e duzentos no verão."),
        ("fr", "Mille mercis ! Nous sommes cent vingt, et deux cents en été."),
        ("de", "Tausend Dank! Wir sind hundertzwanzig, im Sommer zweihundert Leute."),
        ("it", "Mille grazie! Siamo centoventi, e duecento d'estate."),
    ],
)
def test_a_large_number_of_other_things_is_no_price(language: str, text: str) -> None:
    assert caught(text, language, result={}) == []


LISTS = {
    "en": "It is two hundred or three hundred euros.",
    "es": "Son doscientos o trescientos euros.",
    "pt": "São duzentos ou trezentos euros.",
    "fr": "C'est deux cents ou trois cents euros.",
    "de": "Das sind zweihundert oder dreihundert Euro.",
    "it": "Sono duecento o trecento euro.",
}


@pytest.mark.parametrize("language", LISTS)
def test_each_price_of_a_list_is_stated(language: str) -> None:
    assert caught(LISTS[language], language, result=priced(200, 300)) == []
    assert len(caught(LISTS[language], language, result=priced(300))) == 1
    assert len(caught(LISTS[language], language, result=priced(200))) == 1


def test_a_time_before_a_price_is_no_price() -> None:
    found = spoken("It is at seven, twenty or thirty euros.", MONDAY.replace(tzinfo=None), "en").statements

    assert ("price", frozenset({700})) not in {(one.kind, one.readings) for one in found}


@pytest.mark.parametrize(
    ("language", "text", "numbers"),
    [
        ("en", "twenty and five", [20, 5]),
        ("en", "a hundred and five", [105]),
        ("en", "seven, eight", [7, 8]),
        ("en", "twenty-five", [25]),
        ("fr", "vingt et un", [21]),
        ("fr", "vingt et deux", [20, 2]),
        ("fr", "soixante dix-sept", [77]),
        ("fr", "cinquante dix-sept", [50, 17]),
        ("pt", "vinte e cinco", [25]),
        ("pt", "cinco e vinte", [5, 20]),
        ("de", "zwei drei", [2, 3]),
        ("de", "achtung hundertprozentig zweidrei", []),
        ("it", "centesimi centro duetre", []),
        ("en", "room 2 hundred", [2, 100]),
        ("en", "2 thousand", [2000]),
    ],
)
def test_words_are_one_number_only_as_people_count(language: str, text: str, numbers: list[int]) -> None:
    assert [one.n for one in numerals(tokens_of(text, language), language)] == numbers
