"""What does an Italian message ask for? Intents, picks, how many, who, and in which language it is."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.agent.language import Catalogue, CatalogueEntry, Intent, Preference, understand

NOW = datetime(2026, 3, 4, 10, 0)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Vorrei prenotare una lezione di yoga domani alle 18", Intent.BOOK),
        ("Posso avere un appuntamento per venerdì?", Intent.BOOK),
        ("Avrei bisogno di un taglio di capelli", Intent.BOOK),
        ("Mi prenoti un posto a pilates lunedì?", Intent.BOOK),
        ("Un tavolo per quattro persone stasera alle 20", Intent.BOOK),
        ("Segnami per domani", Intent.BOOK),
        ("Possiamo venire sabato alle 10?", Intent.BOOK),
        ("Devo disdire l'appuntamento", Intent.CANCEL),
        ("Vorrei annullare la prenotazione di venerdì", Intent.CANCEL),
        ("Domani non posso venire", Intent.CANCEL),
        ("Non ce la faccio", Intent.CANCEL),
        ("Ho avuto un imprevisto", Intent.CANCEL),
        ("purtroppo non posso più venire", Intent.CANCEL),
        ("alla fine non vengo", Intent.CANCEL),
        ("non ci saremo domani", Intent.CANCEL),
        ("Cancella la mia prenotazione", Intent.CANCEL),
        ("Possiamo spostare l'appuntamento a giovedì?", Intent.RESCHEDULE),
        ("Vorrei cambiare orario", Intent.RESCHEDULE),
        ("Posso venire un altro giorno?", Intent.RESCHEDULE),
        ("Si può anticipare la lezione?", Intent.RESCHEDULE),
        ("Quando è il mio prossimo appuntamento?", Intent.MY_BOOKINGS),
        ("Cosa ho prenotato?", Intent.MY_BOOKINGS),
        ("Mostrami le mie prenotazioni", Intent.MY_BOOKINGS),
        ("Ho bisogno della ricevuta", Intent.MY_BOOKINGS),
        ("che prenotazioni ho?", Intent.MY_BOOKINGS),
        ("vorrei sapere gli orari", Intent.BUSINESS_INFO),
        ("Mettetemi in lista d'attesa", Intent.WAITLIST),
        ("Avvisatemi se si libera un posto", Intent.WAITLIST),
        ("Quanto costa un massaggio?", Intent.PRICE),
        ("Qual è il prezzo?", Intent.PRICE),
        ("Chi insegna domani?", Intent.STAFF_INFO),
        ("C'è Anna domani?", Intent.STAFF_INFO),
        ("Quali insegnanti avete?", Intent.STAFF_INFO),
        ("Dove siete?", Intent.BUSINESS_INFO),
        ("Qual è l'indirizzo?", Intent.BUSINESS_INFO),
        ("A che ora aprite?", Intent.BUSINESS_INFO),
        ("Quali sono gli orari di apertura?", Intent.BUSINESS_INFO),
        ("Siete aperti la domenica?", Intent.BUSINESS_INFO),
        ("C'è parcheggio?", Intent.BUSINESS_INFO),
        ("Posso pagare con la carta?", Intent.BUSINESS_INFO),
        ("Quanto dura il massaggio?", Intent.BUSINESS_INFO),
        ("Vorrei parlare con una persona", Intent.TALK_TO_HUMAN),
        ("Potete richiamarmi?", Intent.TALK_TO_HUMAN),
        ("operatore", Intent.TALK_TO_HUMAN),
        ("Cosa avete di libero domani?", Intent.FIND),
        ("Ci sono ancora posti sabato?", Intent.FIND),
        ("Che corsi ci sono lunedì?", Intent.FIND),
        ("Sì", Intent.AFFIRM),
        ("si grazie", Intent.AFFIRM),
        ("Va bene", Intent.AFFIRM),
        ("d'accordo", Intent.AFFIRM),
        ("esatto", Intent.AFFIRM),
        ("No grazie", Intent.DENY),
        ("meglio di no", Intent.DENY),
        ("non mi va bene", Intent.DENY),
        ("Ciao", Intent.GREET),
        ("Buongiorno", Intent.GREET),
        ("Grazie mille!", Intent.THANKS),
        ("Arrivederci", Intent.BYE),
        ("buona giornata", Intent.BYE),
        ("Aiuto", Intent.HELP),
        ("Cosa puoi fare?", Intent.HELP),
        ("martedì alle 9", Intent.OTHER),
    ],
)
def test_the_italian_intent(text: str, intent: Intent) -> None:
    assert understand(text, NOW, language="it").intent is intent


@pytest.mark.parametrize(
    "text",
    [
        "Non disdire",
        "Fino a quando posso disdire?",
        "Quanto costa disdire?",
        "Non voglio annullare",
        "C'è una penale se disdico?",
        "Posso venire venerdì",
        "C'è la cancellazione gratuita?",
        "Si può fare alle 9?",
    ],
)
def test_what_sounds_like_an_italian_cancellation_is_none(text: str) -> None:
    assert Intent.CANCEL not in understand(text, NOW, language="it").intents


def test_an_impersonal_si_is_no_yes() -> None:
    assert Intent.AFFIRM not in understand("Si può fare più tardi?", NOW, language="it").intents


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Siamo in tre", 3),
        ("siamo in due domani alle 19", 2),
        ("siamo 5", 5),
        ("un tavolo per quattro", 4),
        ("per cinque persone", 5),
        ("due adulti e tre bambini", 5),
        ("per me e mia moglie", 2),
        ("io e la mia amica", 2),
        ("solo per me", 1),
        ("per le 3", None),
        ("per due ore", None),
        ("per il 3 maggio", None),
    ],
)
def test_how_many_come_in_italian(text: str, size: int | None) -> None:
    assert understand(text, NOW, language="it").party_size == size


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("la seconda", 2),
        ("la seconda, grazie", 2),
        ("prendo il terzo", 3),
        ("l'ultima", -1),
        ("opzione 2", 2),
        ("numero tre", 3),
        ("2", 2),
        ("la prima lezione va bene", 1),
        ("il primo maggio", None),
        ("al secondo piano", None),
    ],
)
def test_an_italian_pick(text: str, choice: int | None) -> None:
    assert understand(text, NOW, language="it").choice == choice


@pytest.mark.parametrize(
    ("text", "preference"),
    [
        ("quello più tardi", Preference.LATER),
        ("un po' più tardi", Preference.LATER),
        ("quella prima", Preference.EARLIER),
        ("il prima possibile", Preference.EARLIER),
        ("quello più economico", Preference.CHEAPER),
        ("l'altra", Preference.OTHER),
        ("è indifferente", Preference.ANY),
        ("domani mattina presto", None),
    ],
)
def test_an_italian_preference(text: str, preference: Preference | None) -> None:
    assert understand(text, NOW, language="it").preference is preference


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("no, il giorno dopo", 1),
        ("no, un giorno più tardi", 1),
        ("no, il giorno seguente", 1),
        ("il giorno prima", -1),
        ("la settimana dopo", 7),
        ("dopodomani", None),
    ],
)
def test_an_italian_day_counted_from_the_one_talked_about(text: str, days: int | None) -> None:
    assert understand(text, NOW, language="it").shift_days == days


def test_an_italian_name_and_a_service_of_the_catalogue_are_found() -> None:
    catalogue = Catalogue(
        services=(CatalogueEntry("s1", "Massaggio schiena"), CatalogueEntry("s2", "Hatha Yoga")),
        staff=(CatalogueEntry("p1", "Anna Rossi"),),
    )
    understood = understand(
        "massaggio schiena con Anna venerdì alle 10", NOW, language="it", catalogue=catalogue
    )
    assert (understood.service, understood.staff) == ("s1", "p1")
    assert understand("appuntamento con Anna venerdì", NOW, language="it").staff == "Anna"
    assert understand("appuntamento di Venerdì", NOW, language="it").staff is None


@pytest.mark.parametrize(
    "text",
    [
        "Ciao, come va?",
        "sì grazie",
        "Grazie mille",
        "domani alle sette",
        "venerdì",
        "va bene",
        "Quando siete aperti?",
        "la seconda",
    ],
)
def test_italian_is_recognised_in_short_messages(text: str) -> None:
    assert understand(text, NOW).language == "it"
