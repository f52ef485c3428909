"""In which language is a message, short as it may be?"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.agent.language import answer_lines, understand
from services.agent.language.detect import code_of, language_of, scores
from services.agent.language.lexicon import LANGUAGES

NOW = datetime(2026, 3, 4, 10, 0)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I'd like to book a class tomorrow", "en"),
        ("tomorrow at 7", "en"),
        ("yes please", "en"),
        ("quiero reservar una clase", "es"),
        ("mañana a las 7", "es"),
        ("manana por la tarde", "es"),
        ("sí", "es"),
        ("¿tenéis hueco?", "es"),
        ("amanhã às 7", "pt"),
        ("queria marcar uma consulta", "pt"),
        ("sim", "pt"),
        ("obrigado", "pt"),
        ("demain à 19h", "fr"),
        ("je voudrais réserver", "fr"),
        ("oui", "fr"),
        ("d'accord merci", "fr"),
        ("morgen um acht", "de"),
        ("ich möchte einen Termin", "de"),
        ("ja bitte", "de"),
        ("domani alle sette", "it"),
        ("vorrei prenotare", "it"),
        ("va bene grazie", "it"),
    ],
)
def test_few_words_tell_the_language(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["ok", "2", "19:30", "👍", "yoga", ""])
@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_every_language_are_read_in_that_of_the_conversation(text: str, language: str) -> None:
    assert language_of(text, previous=language) == language
    assert language_of(text, home=f"{language}-XX") == language


def test_the_conversation_counts_more_than_the_business() -> None:
    assert language_of("no", previous="it", home="es-ES") == "it"


def test_a_customer_may_change_the_language() -> None:
    assert language_of("can I book a class for tomorrow?", previous="es", home="es") == "en"
    assert language_of("quiero cancelar mi cita", previous="en", home="en") == "es"


def test_without_any_hint_it_is_english() -> None:
    assert language_of("") == "en"
    assert language_of("zzz", previous="xx", home="yy") == "en"


@settings(deadline=None)
@given(text=st.text(max_size=200), previous=st.sampled_from([None, *LANGUAGES]))
def test_every_text_has_a_language(text: str, previous: str | None) -> None:
    assert language_of(text, previous=previous) in LANGUAGES
    assert set(scores(text)) == set(LANGUAGES)


def test_a_language_tag_is_cut_to_its_language() -> None:
    assert [code_of(tag) for tag in ("pt-BR", "en_GB", "DE", None, "")] == ["pt", "en", "de", None, None]


def test_each_message_is_read_in_its_own_language() -> None:
    assert understand("mañana a las 19:00", NOW, previous="en").start == datetime(2026, 3, 5, 19)
    assert understand("tomorrow at 19:00", NOW, previous="es").start == datetime(2026, 3, 5, 19)


def test_months_come_first_only_where_english_is_written_so() -> None:
    assert understand("3/4", NOW, language="en", locale="en-US").start == datetime(2026, 3, 4)
    assert understand("3/4", NOW, language="en", locale="en-GB").start == datetime(2026, 4, 3)
    assert understand("el 3/4", NOW, language="es", locale="en-US").start == datetime(2026, 4, 3)


def test_the_command_takes_a_language_for_all_lines() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "services.agent.language", "--language", "es"],
        input=json.dumps({"text": "a las 19:00", "reference": "2026-03-04T10:00"}),
        capture_output=True,
        text=True,
        check=True,
    )
    assert (json.loads(ran.stdout)["language"], json.loads(ran.stdout)["start"]) == ("es", "T19:00")


def test_json_lines_take_a_language_for_all_or_for_each() -> None:
    lines = [
        json.dumps({"text": "no", "reference": "2026-03-04T10:00"}),
        json.dumps({"text": "no", "reference": "2026-03-04T10:00", "lang": "it"}),
        json.dumps({"text": "no", "reference": "2026-03-04T10:00", "previous": "pt"}),
    ]
    found = [json.loads(answer)["language"] for answer in answer_lines(StringIO("\n".join(lines)))]
    assert found == ["en", "it", "pt"]
    given_ = [json.loads(answer)["language"] for answer in answer_lines(lines, "es")]
    assert given_ == ["es", "it", "es"]
