"""Which time does a French message mean? Sentences of our own, seen from Tuesday 2026-03-03 10:00."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.agent.language import Grain, Open, understand

NOW = datetime(2026, 3, 3, 10, 0)


def at(text: str) -> tuple[str | None, str | None]:
    """Start and end as "MM-DD HH:MM"."""
    understood = understand(text, NOW, language="fr")
    start, end = (t.strftime("%m-%d %H:%M") if t else None for t in (understood.start, understood.end))
    return start, end


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("demain à 7h", "03-04 07:00"),
        ("demain à 19h30", "03-04 19:30"),
        ("jeudi à sept heures et demie", "03-05 07:30"),
        ("jeudi à huit heures moins le quart", "03-05 07:45"),
        ("vendredi 8h moins 20", "03-06 07:40"),
        ("samedi à midi et demi", "03-07 12:30"),
        ("demain, dix-huit heures quinze", "03-04 18:15"),
        ("demain à vingt et une heures", "03-04 21:00"),
        ("ce soir à 8h", "03-03 20:00"),
        ("demain à 7h du soir", "03-04 19:00"),
        ("mercredi matin vers 10h", "03-04 10:00"),
        ("vendredi en fin d'après-midi vers 18h", "03-06 18:00"),
        ("le 15 à 10h", "03-15 10:00"),
        ("le jeudi 16 avril à 14 heures", "04-16 14:00"),
        ("vendredi 20 à 18h", "03-20 18:00"),
        ("vendredi 20/03 18h30", "03-20 18:30"),
        ("mar 10h", "03-10 10:00"),
        ("dans une demi-heure", "03-03 10:30"),
        ("dans trois quarts d'heure", "03-03 10:45"),
        ("dans 2h", "03-03 12:00"),
        ("dans une heure et demie", "03-03 11:30"),
    ],
)
def test_a_date_and_a_clock_time_make_one_exact_start(text: str, start: str) -> None:
    assert at(text) == (start, None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("aujourd'hui", "03-03"),
        ("après-demain", "03-05"),
        ("apres demain", "03-05"),
        ("dans trois jours", "03-06"),
        ("dans quinze jours", "03-17"),
        ("dans 15 jours", "03-18"),
        ("vendredi en huit", "03-13"),
        ("mardi en quinze", "03-17"),
        ("d'aujourd'hui en huit", "03-10"),
        ("vendredi prochain", "03-06"),
        ("mercredi suivant", "03-11"),
        ("mardi de la semaine prochaine", "03-10"),
        ("la semaine prochaine, mardi", "03-10"),
        ("jeudi dans deux semaines", "03-19"),
        ("le 15", "03-15"),
        ("le 5 du mois prochain", "04-05"),
        ("3/4", "04-03"),
        ("le 17 04", "04-17"),
        ("1er avril", "04-01"),
        ("le premier avril", "04-01"),
        ("le premier lundi d'avril", "04-06"),
        ("le dernier dimanche du mois", "03-29"),
        ("vendredi 13", "03-13"),
        ("3 jours avant noël", "12-22"),
        ("lundi de pâques", "04-06"),
        ("le 14 juillet", "07-14"),
        ("fête des mères", "05-31"),
    ],
)
def test_a_day_is_one_whole_day(text: str, day: str) -> None:
    understood = understand(text, NOW, language="fr")

    assert understood.start is not None
    assert understood.start.strftime("%m-%d") == day
    assert understood.grain is Grain.DAY


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("demain entre 9 et 11h", "03-04 09:00", "03-04 11:00"),
        ("jeudi entre 12h et 14h", "03-05 12:00", "03-05 14:00"),
        ("jeudi de 8h à 22h", "03-05 08:00", "03-05 22:00"),
        ("vendredi 9h à 11h", "03-06 09:00", "03-06 11:00"),
        ("vendredi 14h/16h", "03-06 14:00", "03-06 16:00"),
        ("demain entre midi et deux", "03-04 12:00", "03-04 14:00"),
        ("demain de 3 à 5h de l'après-midi", "03-04 15:00", "03-04 17:00"),
        ("demain après-midi", "03-04 12:00", "03-04 19:00"),
        ("demain en début de matinée", "03-04 07:00", "03-04 09:00"),
        ("ce soir", "03-03 18:00", "03-04 00:00"),
        ("du lundi au vendredi", "03-09 00:00", "03-14 00:00"),
        ("du 13 au 15", "03-13 00:00", "03-16 00:00"),
        ("du 3 au 7 avril", "04-03 00:00", "04-08 00:00"),
        ("la semaine prochaine", "03-09 00:00", "03-16 00:00"),
        ("ce week-end", "03-07 00:00", "03-09 00:00"),
        ("le mois prochain", "04-01 00:00", "05-01 00:00"),
        ("les 3 prochains jours", "03-04 00:00", "03-07 00:00"),
        ("la deuxième quinzaine d'avril", "04-15 00:00", "05-01 00:00"),
        ("semaine 12", "03-16 00:00", "03-23 00:00"),
    ],
)
def test_a_stretch_of_time_has_both_its_ends(text: str, start: str, end: str) -> None:
    assert at(text) == (start, end)


@pytest.mark.parametrize(
    ("text", "start", "end", "side"),
    [
        ("demain après 18h", "03-04 18:00", None, Open.AFTER),
        ("jeudi à partir de 9h30", "03-05 09:30", None, Open.AFTER),
        ("demain pas avant 10h", "03-04 10:00", None, Open.AFTER),
        ("demain avant 17h", "03-04 00:00", "03-04 17:00", Open.BEFORE),
        ("d'ici vendredi", None, "03-07 00:00", Open.BEFORE),
        ("d'ici la fin du mois", None, "04-01 00:00", Open.BEFORE),
        ("avant vendredi", None, "03-06 00:00", Open.BEFORE),
        ("dès lundi", "03-09 00:00", None, Open.AFTER),
        ("après jeudi", "03-06 00:00", None, Open.AFTER),
    ],
)
def test_an_open_time_has_one_end_only(text: str, start: str | None, end: str | None, side: Open) -> None:
    assert at(text) == (start, end)
    assert understand(text, NOW, language="fr").open is side


@pytest.mark.parametrize(("text", "hour"), [("demain à 2h", 14), ("demain à 7h", 7), ("demain à 10h", 10)])
def test_a_bare_hour_is_a_guess_and_the_other_half_of_the_day_stays_possible(text: str, hour: int) -> None:
    understood = understand(text, NOW, language="fr")

    assert understood.start == datetime(2026, 3, 4, hour, 0)
    assert understood.half_day_guessed


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("non, jeudi", "03-05"),
        ("mardi, non, plutôt jeudi", "03-05"),
        ("je ne peux pas jeudi, vendredi ?", "03-06"),
        ("au lieu de jeudi, vendredi", "03-06"),
        ("déplacer mon rdv de mercredi à vendredi", "03-06"),
    ],
)
def test_a_correction_replaces_the_day_said_before(text: str, day: str) -> None:
    start, _ = at(text)

    assert start == f"{day} 00:00"


def test_the_day_after_what_was_offered_is_a_shift_and_no_date() -> None:
    understood = understand("non, le lendemain", NOW, language="fr")

    assert understood.start is None
    assert understood.shift_days == 1


@pytest.mark.parametrize(
    "text",
    [
        "appelez-moi au 06 12 34 56 78",
        "mon numéro est le 01.44.55.66.77",
        "+33 6 12 34 56 78",
        "ça coûte 50 euros",
        "45,50 €",
        "10% de réduction",
        "12 rue de la paix",
        "15 avenue foch",
        "rue du 8 mai 1945",
        "la place du 14 juillet",
        "75011 paris",
        "commande 12345",
        "dossier 123-12-1234",
        "facture 2026-115",
        "salle 3",
        "j'habite au 3e étage",
        "j'ai 30 ans",
        "deux enfants de 3 et 5 ans",
        "2 adultes et 3 enfants",
        "on vient à 8",
        "ouvert 24h/24 et 7j/7",
        "un massage de 1h",
        "un cours de 2 heures",
        "32 août",
        "8/1,5 ressemble à une formule",
        "il y a trois jours",
        "la semaine dernière",
        "la deuxième option",
        "bonne journée",
        "bon week-end !",
        "tout à l'heure",
        "Ana a un court de tennis",
        "version 2.0",
        "de 1 à 10",
        "je viens à 4",
        "tous les 15 jours",
        "une séance d'une heure et demie",
    ],
)
def test_text_without_a_time_is_left_alone(text: str) -> None:
    assert at(text) == (None, None)
