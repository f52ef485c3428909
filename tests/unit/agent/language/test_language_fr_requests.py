"""What does a French customer want, how many are they, and what do they pick?"""

from __future__ import annotations

from datetime import datetime

import pytest

from services.agent.language import Intent, Preference, understand

NOW = datetime(2026, 3, 3, 10, 0)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("je voudrais réserver un cours de yoga demain à 18h", Intent.BOOK),
        ("je voudrais prendre rendez-vous jeudi", Intent.BOOK),
        ("une table pour deux ce soir", Intent.BOOK),
        ("je voudrais annuler mon rendez-vous", Intent.CANCEL),
        ("je ne peux pas venir demain", Intent.CANCEL),
        ("je ne viens pas demain", Intent.CANCEL),
        ("je voudrais déplacer mon rdv", Intent.RESCHEDULE),
        ("peut-on décaler à 16h ?", Intent.RESCHEDULE),
        ("quelles sont mes réservations ?", Intent.MY_BOOKINGS),
        ("je voudrais un reçu", Intent.MY_BOOKINGS),
        ("mettez-moi sur la liste d'attente", Intent.WAITLIST),
        ("prévenez-moi si une place se libère", Intent.WAITLIST),
        ("combien ça coûte ?", Intent.PRICE),
        ("quel est le prix ?", Intent.PRICE),
        ("qui donne le cours ?", Intent.STAFF_INFO),
        ("quelle est l'adresse ?", Intent.BUSINESS_INFO),
        ("vous ouvrez à quelle heure ?", Intent.BUSINESS_INFO),
        ("je veux parler à quelqu'un", Intent.TALK_TO_HUMAN),
        ("avez-vous de la place demain ?", Intent.FIND),
        ("quels cours avez-vous ce soir ?", Intent.FIND),
        ("oui", Intent.AFFIRM),
        ("d'accord", Intent.AFFIRM),
        ("ça marche", Intent.AFFIRM),
        ("non", Intent.DENY),
        ("non merci", Intent.DENY),
        ("ça ne me convient pas", Intent.DENY),
        ("merci beaucoup", Intent.THANKS),
        ("bonjour", Intent.GREET),
        ("au revoir", Intent.BYE),
        ("bonne journée", Intent.BYE),
        ("aidez-moi", Intent.HELP),
    ],
)
def test_the_first_intent_is_what_to_act_on(text: str, intent: Intent) -> None:
    assert understand(text, NOW, language="fr").intent is intent


@pytest.mark.parametrize(
    "text",
    ["ne pas annuler svp", "non n'annulez pas", "je ne veux pas annuler", "combien coûte l'annulation ?",
     "quelle est la politique d'annulation ?", "jusqu'à quand puis-je annuler ?", "et si j'annule ?"],
)  # fmt: skip
def test_to_ask_about_cancelling_or_to_refuse_it_is_no_cancellation(text: str) -> None:
    assert Intent.CANCEL not in understand(text, NOW, language="fr").intents


def test_a_cancellation_and_a_booking_in_one_message_are_two_requests() -> None:
    understood = understand("annulez jeudi et réservez un massage vendredi à 10h", NOW, language="fr")

    assert (understood.intent, understood.start) == (Intent.CANCEL, datetime(2026, 3, 5))
    assert [(u.intent, u.start) for u in understood.then] == [(Intent.BOOK, datetime(2026, 3, 6, 10))]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("une table pour quatre personnes demain à 20h", 4),
        ("table pour 2 à 20h", 2),
        ("table de 4 à 19h", 4),
        ("on sera trois", 3),
        ("nous serons 4", 4),
        ("on vient à 8", 8),
        ("nous deux", 2),
        ("pour moi et ma femme", 2),
        ("2 adultes et 3 enfants", 5),
        ("juste moi", 1),
        ("pour 19h", None),
        ("pour le 15", None),
        ("rendez-vous à deux heures", None),
    ],
)
def test_the_party_is_counted_and_hours_and_dates_are_not(text: str, people: int | None) -> None:
    assert understand(text, NOW, language="fr").party_size == people


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("la deuxième option", 2),
        ("le deuxième", 2),
        ("le premier", 1),
        ("je prends le troisième", 3),
        ("le dernier", -1),
        ("option 3", 3),
        ("2", 2),
        ("le 15", None),
        ("le premier avril", None),
    ],
)
def test_a_pick_from_a_list_is_a_position(text: str, choice: int | None) -> None:
    assert understand(text, NOW, language="fr").choice == choice


@pytest.mark.parametrize(
    ("text", "preference"),
    [
        ("le plus tard", Preference.LATER),
        ("plus tard", Preference.LATER),
        ("quelque chose plus tôt", Preference.EARLIER),
        ("le plus tôt possible", Preference.EARLIER),
        ("la moins chère", Preference.CHEAPER),
        ("l'autre", Preference.OTHER),
        ("n'importe lequel", Preference.ANY),
    ],
)
def test_a_comparison_is_a_preference_and_no_time(text: str, preference: Preference) -> None:
    understood = understand(text, NOW, language="fr")

    assert understood.preference is preference
    assert understood.start is None
