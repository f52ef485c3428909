"""Which places may a reply state? Those of fields that say where something is: pairs of what such a field told and a text did."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.agent.catching import TUESDAY, caught

STREETS = {
    "en": ("Come to 12 Mill Road.", "12 Mill Road, ground floor"),
    "es": ("La clase es en la Calle Mayor 5.", "Calle Mayor, 5, 2º"),
    "pt": ("A aula é na Rua Nova 5.", "Rua Nova 5, Lisboa"),
    "fr": ("Le cours est au 12 rue de la Paix.", "12, rue de la Paix, Paris"),
    "de": ("Der Kurs ist in der Lindenstraße 7.", "Lindenstraße 7, Hinterhof"),
    "it": ("La lezione è in Via Roma 10.", "Via Roma, 10"),
}
ROOMS = {
    "en": ("It is in room 3.", "Room 3"),
    "es": ("Es en la sala 3.", "Sala 3"),
    "pt": ("É na sala 3.", "3"),
    "fr": ("C'est en salle 3.", "Salle 3"),
    "de": ("Das ist in Raum B.", "Raum B"),
    "it": ("È in sala 3.", "sala 3"),
}


def wrote(where: str, text: str) -> Any:
    """A result of tools in which a business wrote this somewhere freely."""
    return {
        "class": {"session": TUESDAY, "description": text},
        "service": {"services": [{"name": "Yoga", "description": text}]},
        "bio": {"staff": [{"name": "Ana", "bio": text, "role": text}]},
        "business": {"name": "Casa", "description": text},
        "hours": {"name": "Casa", "opening_hours": text},
        "name": {"sessions": [{**TUESDAY, "service": f"Yoga. {text}", "line": f"Yoga. {text}, Tue 3 Mar 19:30"}]},
        "staff name": {"sessions": [{**TUESDAY, "staff": f"Ana. {text}"}]},
    }[where]  # fmt: skip


FREELY = ("class", "service", "bio", "business", "hours", "name", "staff name")


@pytest.mark.parametrize("language", STREETS)
def test_a_place_may_be_said_where_a_field_says_it_and_nobody_else(language: str) -> None:
    text, street = STREETS[language]

    assert caught(text, language, result={"session": TUESDAY, "location": street}) == []
    assert caught(text, language, result={"name": "Casa", "address": street}) == []
    assert caught(text, language, result={}, address=street) == []
    assert len(caught(text, language)) == 1
    for where in FREELY:
        assert len(caught(text, language, result=wrote(where, street))) == 1, where


@pytest.mark.parametrize("language", ROOMS)
def test_a_room_may_be_said_where_a_field_says_it_and_nobody_else(language: str) -> None:
    text, room = ROOMS[language]

    assert caught(text, language, result={"sessions": [{**TUESDAY, "room": room}]}) == []
    assert caught(text, language, result={"session": TUESDAY, "location": f"Upstairs, {text}"}) == []
    assert len(caught(text, language)) == 1
    for where in FREELY:
        assert len(caught(text, language, result=wrote(where, text))) == 1, where


def test_a_field_decides_against_a_text_beside_it() -> None:
    both = {
        "session": {**TUESDAY, "room": "Room 2"},
        "location": "Rua Nova 5",
        "description": "Rua Velha 8, room 4",
    }

    assert caught("It is at Rua Nova 5 in room 2.", result=both) == []
    assert caught("It is at Rua Velha 8 in room 4.", result=both) == ["rua velha 8", "room 4"]


WHERE = "You find us at Rua Velha 8."


def test_where_a_business_is_its_address_says_and_not_its_description() -> None:
    assert caught(WHERE, result={}, address="Rua Nova 5", description=WHERE) == ["rua velha 8"]
    assert caught(WHERE, result={}, address="Rua Velha 8", description=None) == []


def test_a_customer_of_a_business_without_an_address_is_told_what_it_says_of_itself() -> None:
    assert caught(WHERE, result={}, address=None, description=WHERE) == []
    assert caught("You find us at Rua Nova 5.", result={}, address=None, description=WHERE) == ["rua nova 5"]
    assert caught(
        "You find us at Rua Velha 8 at 03:15.", result={}, address=None, description=f"{WHERE} 03:15"
    ) == ["03:15"]
    for where in ("class", "service", "bio", "name", "staff name"):
        assert caught(WHERE, result=wrote(where, WHERE), address=None, description=None) == ["rua velha 8"], (
            where
        )


def test_the_customers_own_place_may_be_said_back() -> None:
    assert caught("No, we are not at Rua Velha 8.", said="are you at rua velha 8?") == []
    assert caught("No, we are not at Rua Velha 8.") == ["rua velha 8"]


def test_a_class_may_be_called_by_a_name_that_sounds_like_a_room() -> None:
    studio = {"sessions": [{**TUESDAY, "service": "Studio 2 Flow"}]}

    assert caught("Studio 2 Flow is on Tuesday.", result=studio) == []
    assert caught("Studio 2 Flow is in studio 2.", result=studio) == ["studio 2"]


def test_a_room_that_is_called_by_a_number_hides_no_time() -> None:
    seven = {"sessions": [{**TUESDAY, "room": "7"}]}

    assert caught("It is in room 7.", result=seven) == []
    assert caught("It is at 7 pm.", result=seven) == ["7 pm"]
