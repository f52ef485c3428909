"""What does the customer want, of which service, with whom, for how many?"""

from __future__ import annotations

from datetime import datetime

import pytest

from services.agent.language import Catalogue, CatalogueEntry, Intent, Preference, understand

NOW = datetime(2026, 3, 4, 10, 0)
STUDIO = Catalogue(
    services=(
        CatalogueEntry("svc-vin", "Vinyasa Flow", ("vinyasa", "flow yoga")),
        CatalogueEntry("svc-hot", "Hot Yoga", ("bikram",)),
        CatalogueEntry("svc-yoga", "Yoga", ()),
        CatalogueEntry("svc-cut", "Haircut", ("trim",)),
    ),
    staff=(CatalogueEntry("staff-ana", "Ana Sousa"), CatalogueEntry("staff-joao", "João Pires", ("joao",))),
)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("I want yoga tomorrow at 7pm", Intent.BOOK),
        ("book me a massage on friday", Intent.BOOK),
        ("can we make an appointment for monday", Intent.BOOK),
        ("what classes do you have this weekend?", Intent.FIND),
        ("is there any pilates tomorrow", Intent.FIND),
        ("cancel my class please", Intent.CANCEL),
        ("sorry, I can't make it tomorrow", Intent.CANCEL),
        ("please move my booking to friday", Intent.RESCHEDULE),
        ("I need to reschedule", Intent.RESCHEDULE),
        ("what have I booked?", Intent.MY_BOOKINGS),
        ("when is my next appointment", Intent.MY_BOOKINGS),
        ("yes please", Intent.AFFIRM),
        ("sounds good, thanks!", Intent.AFFIRM),
        ("no problem", Intent.AFFIRM),
        ("no thanks", Intent.DENY),
        ("don't cancel", Intent.DENY),
        ("hello there", Intent.GREET),
        ("good morning", Intent.GREET),
        ("thank you so much", Intent.THANKS),
        ("bye for now", Intent.BYE),
        ("help", Intent.HELP),
        ("what can you do?", Intent.HELP),
        ("who teaches on monday?", Intent.STAFF_INFO),
        ("what time do you open on sundays?", Intent.BUSINESS_INFO),
        ("where are you located?", Intent.BUSINESS_INFO),
        ("how much is a massage?", Intent.PRICE),
        ("put me on the waiting list", Intent.WAITLIST),
        ("let me know when a spot opens up", Intent.WAITLIST),
        ("I want to talk to a human", Intent.TALK_TO_HUMAN),
        ("the second one", Intent.CHOOSE),
        ("tomorrow at 7", Intent.OTHER),
        ("the weather is lovely", Intent.OTHER),
    ],
)
def test_a_request_is_recognised_from_its_words(text: str, intent: Intent) -> None:
    assert understand(text, NOW).intent is intent


def test_several_requests_in_one_message_are_all_kept_and_the_strongest_leads() -> None:
    intents = understand("hi, cancel my class tomorrow and how much is a massage? thanks", NOW).intents
    assert intents[0] is Intent.CANCEL
    assert {Intent.PRICE, Intent.GREET, Intent.THANKS} <= set(intents)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("a table for two at 8", 2),
        ("table for 4 people", 4),
        ("party of six tonight", 6),
        ("for 3 of us tomorrow", 3),
        ("yoga for 3 on friday at 6", 3),
        ("book for 2 tomorrow", 2),
        ("2 adults and one child", 3),
        ("me and 2 friends", 3),
        ("me, my wife and our 2 kids", 4),
        ("my husband and I", 2),
        ("just me", 1),
        ("book two spots for saturday 10am", 2),
        ("at 6 for 5", 5),
    ],
)
def test_the_number_of_people_is_counted_with_the_speaker(text: str, people: int) -> None:
    assert understand(text, NOW).party_size == people


@pytest.mark.parametrize(
    "text",
    [
        "book it for 3 pm",
        "for 2 hours",
        "for 4 march",
        "for 5:30",
        "the second one",
        "2",
        "I want yoga at 7",
        "for 10 o'clock",
        "in 2 weeks",
    ],
)
def test_times_durations_and_choices_are_no_number_of_people(text: str) -> None:
    assert understand(text, NOW).party_size is None


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("I want vinyasa tomorrow", "svc-vin"),
        ("any vinyassa flow on friday", "svc-vin"),
        ("yogga tomorrow", "svc-yoga"),
        ("hot yoga at 7", "svc-hot"),
        ("bikram please", "svc-hot"),
        ("two haircuts", "svc-cut"),
        ("I need a hiarcut", "svc-cut"),
        ("book something nice", None),
        ("a toga party", None),
    ],
)
def test_a_service_is_known_by_name_synonym_and_near_misspelling(text: str, service: str | None) -> None:
    assert understand(text, NOW, catalogue=STUDIO).service == service


def test_without_a_catalogue_common_things_are_known_by_their_usual_name() -> None:
    assert understand("I'd like to get my hair cut", NOW).service == "haircut"
    assert understand("a deep tissue massage tomorrow", NOW).service == "massage"


def test_a_service_nobody_offers_is_not_invented_from_a_catalogue() -> None:
    assert understand("a deep tissue massage tomorrow", NOW, catalogue=STUDIO).service is None


def test_a_person_is_known_by_first_name_whatever_the_case() -> None:
    assert understand("vinyasa with ana tomorrow", NOW, catalogue=STUDIO).staff == "staff-ana"
    assert understand("is JOÃO in on friday", NOW, catalogue=STUDIO).staff == "staff-joao"
    assert understand("with maria", NOW, catalogue=STUDIO).staff is None


def test_without_a_catalogue_a_capitalised_name_after_with_is_the_person() -> None:
    assert understand("a haircut with Anna on Friday", NOW).staff == "Anna"
    assert understand("I'd like to see Dr. Costa", NOW).staff == "Dr. Costa"
    assert understand("can it be with Monday's group", NOW).staff is None


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("the second one", 2),
        ("2", 2),
        ("2nd", 2),
        ("option three", 3),
        ("number 2 please", 2),
        ("#4", 4),
        ("I'll take the first", 1),
        ("the last one", -1),
        ("give me a second", None),
        ("the 7pm one", None),
        ("2 people", None),
        ("the first of may", None),
    ],
)
def test_a_choice_from_a_list_is_a_position(text: str, choice: int | None) -> None:
    assert understand(text, NOW).choice == choice


@pytest.mark.parametrize(
    ("text", "preference"),
    [
        ("the later one", Preference.LATER),
        ("the earlier one please", Preference.EARLIER),
        ("the cheapest", Preference.CHEAPER),
        ("the other one", Preference.OTHER),
        ("either is fine", Preference.ANY),
        ("tomorrow in the morning", None),
    ],
)
def test_a_choice_can_be_a_comparison(text: str, preference: Preference | None) -> None:
    assert understand(text, NOW).preference is preference


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I want yoga tomorrow", "en"),
        ("quiero reservar una clase para mañana por la tarde", "es"),
        ("queria marcar uma aula para amanhã, por favor", "pt"),
        ("je voudrais réserver un cours pour demain soir", "fr"),
        ("ich möchte morgen um acht einen Termin buchen", "de"),
        ("vorrei prenotare una lezione per domani sera", "it"),
        ("", "en"),
        ("👍", "en"),
    ],
)
def test_the_language_is_told_by_its_function_words(text: str, language: str) -> None:
    assert understand(text, NOW).language == language


def test_a_language_that_is_given_is_not_guessed() -> None:
    assert understand("yoga", NOW, language="pt-BR").language == "pt"
