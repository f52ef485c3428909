"""What do Spanish-speaking customers ask for, pick, answer, and for how many?"""

from __future__ import annotations

from datetime import datetime

import pytest

from services.agent.language import Catalogue, CatalogueEntry, Intent, Preference, Understanding, understand

NOW = datetime(2026, 3, 4, 10, 0)
STUDIO = Catalogue(
    services=(
        CatalogueEntry("depilacion", "Depilación"),
        CatalogueEntry("masaje", "Masaje relajante", ("masaje",)),
        CatalogueEntry("hot", "Yoga caliente"),
    ),
    staff=(CatalogueEntry("jose", "José Núñez"), CatalogueEntry("ana", "Ana")),
)


def hear(text: str) -> Understanding:
    return understand(text, NOW, language="es")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Hola, quería reservar una clase de yoga para mañana", Intent.BOOK),
        ("me gustaría pedir cita para el jueves", Intent.BOOK),
        ("¿me puedes apuntar a pilates el lunes?", Intent.BOOK),
        ("necesito un corte de pelo", Intent.BOOK),
        ("una mesa para dos esta noche", Intent.BOOK),
        ("buenas, ¿tenéis hueco el viernes por la tarde?", Intent.FIND),
        ("¿qué clases hay mañana?", Intent.FIND),
        ("¿hay algo libre el sábado?", Intent.FIND),
        ("quiero cancelar mi cita del jueves", Intent.CANCEL),
        ("no puedo ir mañana", Intent.CANCEL),
        ("anula la reserva por favor", Intent.CANCEL),
        ("al final no voy a poder asistir", Intent.CANCEL),
        ("al final no puedo ir", Intent.CANCEL),
        ("me es imposible ir", Intent.CANCEL),
        ("ya no puedo", Intent.CANCEL),
        ("¿qué tengo reservado?", Intent.MY_BOOKINGS),
        ("resérvalo", Intent.BOOK),
        ("cita", Intent.BOOK),
        ("¿con quién es la clase?", Intent.STAFF_INFO),
        ("¿cuánto dura la clase?", Intent.BUSINESS_INFO),
        ("suena muy bien", Intent.AFFIRM),
        ("ninguna", Intent.DENY),
        ("¿puedo cambiar mi reserva al martes?", Intent.RESCHEDULE),
        ("necesito mover mi cita a otro día", Intent.RESCHEDULE),
        ("se puede aplazar la clase?", Intent.RESCHEDULE),
        ("pásala a las 6", Intent.RESCHEDULE),
        ("¿qué citas tengo?", Intent.MY_BOOKINGS),
        ("mis reservas", Intent.MY_BOOKINGS),
        ("¿cuándo es mi próxima clase?", Intent.MY_BOOKINGS),
        ("necesito el recibo", Intent.MY_BOOKINGS),
        ("¿cuánto cuesta un masaje?", Intent.PRICE),
        ("que precio tiene la manicura", Intent.PRICE),
        ("¿quién da la clase de pilates?", Intent.STAFF_INFO),
        ("¿dónde estáis?", Intent.BUSINESS_INFO),
        ("¿a qué hora abrís?", Intent.BUSINESS_INFO),
        ("¿cuál es la dirección?", Intent.BUSINESS_INFO),
        ("¿hay aparcamiento?", Intent.BUSINESS_INFO),
        ("apúntame en la lista de espera", Intent.WAITLIST),
        ("avísame si se libera una plaza", Intent.WAITLIST),
        ("quiero hablar con una persona", Intent.TALK_TO_HUMAN),
        ("pásame con el encargado", Intent.TALK_TO_HUMAN),
        ("hola", Intent.GREET),
        ("buenos días", Intent.GREET),
        ("muchas gracias", Intent.THANKS),
        ("hasta luego", Intent.BYE),
        ("ayuda", Intent.HELP),
        ("¿cómo funciona esto?", Intent.HELP),
    ],
)
def test_the_intent_is_what_is_asked_for(text: str, intent: Intent) -> None:
    assert hear(text).intent is intent


@pytest.mark.parametrize(
    "text", ["sí", "si", "Sí, por favor", "vale", "claro que sí", "ok", "perfecto", "dale", "de acuerdo", "confirmo", "👍"]
)  # fmt: skip
def test_yes_is_yes(text: str) -> None:
    assert hear(text).intent is Intent.AFFIRM


@pytest.mark.parametrize(
    "text", ["no", "No, gracias", "mejor no", "para nada", "no me va bien", "claro que no", "no, eso no"]
)
def test_no_is_no(text: str) -> None:
    assert hear(text).intent is Intent.DENY


def test_no_problem_is_no_refusal() -> None:
    assert Intent.DENY not in hear("no hay problema").intents


def test_cancelling_is_not_read_as_booking_too() -> None:
    assert Intent.BOOK not in hear("quiero cancelar mi cita").intents
    assert Intent.BOOK not in understand("i want to cancel my appointment", NOW).intents


def test_several_requests_in_one_message_are_all_heard() -> None:
    heard = hear("cancela mi cita del jueves y reserva una clase de yoga el viernes")
    assert heard.intents[:2] == (Intent.CANCEL, Intent.BOOK)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("somos 4", 4),
        ("seremos tres", 3),
        ("mesa para dos", 2),
        ("para 6 personas", 6),
        ("para mí y mi mujer", 2),
        ("voy con dos amigos", 3),
        ("2 adultos y 1 niño", 3),
        ("solo yo", 1),
        ("para una persona", 1),
        ("un grupo de 12", 12),
        ("somos 5, 2 niños", 5),
        ("mesa para una fiesta", None),
        ("a las 3", None),
        ("para las 8", None),
        ("para el 5 de mayo", None),
        ("quiero hablar con una persona", None),
    ],
)
def test_the_party_is_counted(text: str, size: int | None) -> None:
    assert hear(text).party_size == size


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("la segunda", 2),
        ("la 2", 2),
        ("2", 2),
        ("el primero por favor", 1),
        ("me quedo con la tercera", 3),
        ("la última", -1),
        ("opción 3", 3),
        ("número dos", 2),
        ("el lunes", None),
        ("la segunda semana de mayo", None),
    ],
)
def test_a_pick_from_a_list_is_its_position(text: str, choice: int | None) -> None:
    assert hear(text).choice == choice


@pytest.mark.parametrize(
    ("text", "preference"),
    [
        ("la más tarde", Preference.LATER),
        ("algo más tarde", Preference.LATER),
        ("algo más temprano", Preference.EARLIER),
        ("lo antes posible", Preference.EARLIER),
        ("la más barata", Preference.CHEAPER),
        ("la otra", Preference.OTHER),
        ("me da igual", Preference.ANY),
        ("cualquiera", Preference.ANY),
    ],
)
def test_a_pick_by_comparison_is_a_preference(text: str, preference: Preference) -> None:
    assert hear(text).preference is preference


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("no, el día siguiente", 1),
        ("un día antes", -1),
        ("la semana siguiente", 7),
        ("el día de antes", None),
    ],
)
def test_a_day_relative_to_the_one_talked_about_is_a_shift(text: str, days: int | None) -> None:
    shift = hear(text).shift_days
    assert shift == days or (days == 7 and hear(text).start is not None)


def test_names_with_accents_are_found_without_them() -> None:
    heard = understand("depilacion con jose nunez", NOW, language="es", catalogue=STUDIO)
    assert (heard.service, heard.staff) == ("depilacion", "jose")


def test_a_misspelt_service_is_found_and_everyday_words_are_not_taken_for_one() -> None:
    assert understand("una depilasión", NOW, language="es", catalogue=STUDIO).service == "depilacion"
    assert understand("¿tenéis sitio mañana?", NOW, language="es").service is None


def test_a_person_is_known_by_the_capital_letter() -> None:
    assert hear("con Ana el jueves").staff == "Ana"
    assert hear("con Dra. García").staff == "Dra. García"
    assert hear("con gusto").staff is None
