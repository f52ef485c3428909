"""What does a Portuguese-speaking customer want, how many are they, and what do they pick?"""

from __future__ import annotations

from datetime import datetime

import pytest

from services.agent.language import Intent, Preference, understand

NOW = datetime(2026, 3, 3, 10, 0)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("quero marcar uma aula de yoga amanhã às 18h", Intent.BOOK),
        ("queria reservar uma mesa para dois", Intent.BOOK),
        ("gostaria de agendar um corte de cabelo", Intent.BOOK),
        ("dá pra ir amanhã às 10?", Intent.BOOK),
        ("quero cancelar a minha marcação", Intent.CANCEL),
        ("desmarca por favor", Intent.CANCEL),
        ("não posso ir amanhã", Intent.CANCEL),
        ("quero remarcar para sexta", Intent.RESCHEDULE),
        ("pode mudar a minha consulta para quinta?", Intent.RESCHEDULE),
        ("quais são as minhas reservas?", Intent.MY_BOOKINGS),
        ("tenho alguma aula marcada?", Intent.MY_BOOKINGS),
        ("manda o recibo", Intent.MY_BOOKINGS),
        ("entra na lista de espera", Intent.WAITLIST),
        ("me avisa se abrir vaga", Intent.WAITLIST),
        ("quanto custa?", Intent.PRICE),
        ("qual é o preço da aula?", Intent.PRICE),
        ("quem dá a aula?", Intent.STAFF_INFO),
        ("qual é a morada?", Intent.BUSINESS_INFO),
        ("qual o endereço?", Intent.BUSINESS_INFO),
        ("a que horas abrem?", Intent.BUSINESS_INFO),
        ("quero falar com uma pessoa", Intent.TALK_TO_HUMAN),
        ("que aulas há amanhã?", Intent.FIND),
        ("tem vaga na sexta?", Intent.FIND),
        ("sim", Intent.AFFIRM),
        ("pode ser", Intent.AFFIRM),
        ("combinado", Intent.AFFIRM),
        ("não", Intent.DENY),
        ("não, obrigado", Intent.DENY),
        ("obrigada!", Intent.THANKS),
        ("valeu", Intent.THANKS),
        ("oi", Intent.GREET),
        ("bom dia", Intent.GREET),
        ("boa noite", Intent.GREET),
        ("tchau", Intent.BYE),
        ("ajuda", Intent.HELP),
    ],
)
def test_the_first_intent_is_what_to_act_on(text: str, intent: Intent) -> None:
    assert understand(text, NOW, language="pt").intent is intent


@pytest.mark.parametrize(
    "text",
    ["não cancelar, por favor", "não quero cancelar", "quanto custa cancelar?", "qual é a política de cancelamento?",
     "posso cancelar até quando?", "e se eu cancelar?"],
)  # fmt: skip
def test_to_ask_about_cancelling_or_to_refuse_it_is_no_cancellation(text: str) -> None:
    assert Intent.CANCEL not in understand(text, NOW, language="pt").intents


def test_a_cancellation_and_a_booking_in_one_message_are_two_requests() -> None:
    understood = understand("cancela a de quinta e marca uma massagem na sexta às 10h", NOW, language="pt")

    assert (understood.intent, understood.start) == (Intent.CANCEL, datetime(2026, 3, 5))
    assert [(u.intent, u.start) for u in understood.then] == [(Intent.BOOK, datetime(2026, 3, 6, 10))]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("mesa para 4 pessoas amanhã às 20h", 4),
        ("mesa para 2 às 20h", 2),
        ("para nós dois", 2),
        ("somos três", 3),
        ("somos 4 às 19h", 4),
        ("mesa de 4 às 19h", 4),
        ("eu e a minha mulher", 2),
        ("3 adultos e 2 crianças", 5),
        ("só para mim", 1),
        ("para as 8 da noite", None),
        ("para o dia 15", None),
        ("por 2 horas", None),
    ],
)
def test_the_party_is_counted_and_hours_and_dates_are_not(text: str, people: int | None) -> None:
    assert understand(text, NOW, language="pt").party_size == people


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("a segunda opção", 2),
        ("a segunda", 2),
        ("o primeiro", 1),
        ("fico com a terceira", 3),
        ("o último", -1),
        ("opção 3", 3),
        ("2", 2),
        ("tem aula na segunda?", None),
        ("na quarta", None),
        ("quarta", None),
        ("para segunda", None),
    ],
)
def test_a_pick_from_a_list_is_a_position(text: str, choice: int | None) -> None:
    assert understand(text, NOW, language="pt").choice == choice


@pytest.mark.parametrize(
    ("text", "preference"),
    [
        ("o mais tarde", Preference.LATER),
        ("algo mais cedo", Preference.EARLIER),
        ("o mais cedo possível", Preference.EARLIER),
        ("a mais barata", Preference.CHEAPER),
        ("a outra", Preference.OTHER),
        ("tanto faz", Preference.ANY),
    ],
)
def test_a_comparison_is_a_preference_and_no_time(text: str, preference: Preference) -> None:
    understood = understand(text, NOW, language="pt")

    assert understood.preference is preference
    assert understood.start is None
