"""Can the offline model say everything in every language it speaks?"""

from __future__ import annotations

from string import Formatter

import pytest

from services.agent.offline.cues import NAMES, cues_of
from services.agent.offline.texts import LANGUAGES, spoken, texts_of, words_in
from services.agent.reply import BUTTON_TITLE

ENGLISH = texts_of("en")
OTHERS = [language for language in LANGUAGES if language != "en"]
TAPPED = [
    key for key in ENGLISH if key.startswith(("yes_", "no_thanks", "no_keep", "no_stay", "join_", "menu_"))
]
ONLY_PORTUGUESE = {"maybe_pick", "no_pick"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_every_text_with_the_same_placeholders(language: str) -> None:
    texts = texts_of(language)

    assert set(texts) == set(ENGLISH)
    assert {k: placeholders(v) for k, v in texts.items()} == {k: placeholders(v) for k, v in ENGLISH.items()}


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_was_left_in_english(language: str) -> None:
    sentences = [key for key, text in ENGLISH.items() if text.count(" ") >= 2 and "{n}" not in text]

    assert [key for key in sentences if texts_of(language)[key] == ENGLISH[key]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_can_be_tapped_fits_on_a_button_and_a_yes_begins_with_yes(language: str) -> None:
    texts = texts_of(language)

    assert [texts[key] for key in TAPPED if len(texts[key]) > BUTTON_TITLE] == []
    starts = [texts[key] for key in TAPPED if key.startswith("yes_")]
    assert all(title.startswith(texts["yes_word"]) for title in starts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_kind_of_cue(language: str) -> None:
    own = ONLY_PORTUGUESE if language != "pt" else set()
    missing = set(NAMES) - set(cues_of(language).patterns) - own

    assert missing <= ({"list"} if language == "en" else set())  # English bookings are known by their intent


@pytest.mark.parametrize("language", LANGUAGES)
def test_cue_values_mean_the_same_in_every_language(language: str) -> None:
    english, mine = cues_of("en").values, cues_of(language).values

    assert {k: set(v.values()) for k, v in mine.items()} == {k: set(v.values()) for k, v in english.items()}


@pytest.mark.parametrize(
    ("tag", "home", "language"),
    [("pt-BR", "en", "pt"), ("nl", "de-AT", "de"), (None, "fr", "fr"), ("nl", "sv", "en")],
)
def test_an_unknown_language_is_answered_in_the_businesss_or_in_english(
    tag: str | None, home: str, language: str
) -> None:
    assert spoken(tag, home) == language


def test_numbers_choose_their_plural_by_the_languages_own_rule() -> None:
    assert words_in("fr", "fr").count("left", 0) == "0 place libre"
    assert words_in("en", "en").count("left", 0) == "0 spots left"
    assert words_in("de", "de").count("left", 1) == "1 Platz frei"


def test_prices_are_written_as_the_business_has_them_where_the_language_is_the_same() -> None:
    assert words_in("pt", "pt-PT").money(1500, "EUR") == "15,00\xa0€"
    assert words_in("en", "pt-PT").money(1500, "EUR") == "€15.00"
