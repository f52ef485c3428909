"""Which time does a Portuguese message mean? Sentences of our own, seen from Tuesday 2026-03-03 10:00."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.agent.language import Grain, Open, understand

NOW = datetime(2026, 3, 3, 10, 0)


def at(text: str) -> tuple[str | None, str | None]:
    """Start and end as "MM-DD HH:MM"."""
    understood = understand(text, NOW, language="pt")
    start, end = (t.strftime("%m-%d %H:%M") if t else None for t in (understood.start, understood.end))
    return start, end


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("amanhã às 7", "03-04 07:00"),
        ("amanha as 7", "03-04 07:00"),
        ("amanhã às sete e meia", "03-04 07:30"),
        ("amanhã, às nove menos um quarto", "03-04 08:45"),
        ("quinze pras oito da noite na quinta", "03-05 19:45"),
        ("sexta, dez para as nove da manhã", "03-06 08:50"),
        ("sexta à noite às 8", "03-06 20:00"),
        ("domingo ao meio-dia e meia", "03-08 12:30"),
        ("19h30 na quarta", "03-04 19:30"),
        ("às 10 no sábado", "03-07 10:00"),
        ("qua às 15h", "03-04 15:00"),
        ("2ª feira às 10h", "03-09 10:00"),
        ("dia 15 de março às 10 da manhã", "03-15 10:00"),
        ("segunda, dia 9, às 14h30", "03-09 14:30"),
        ("vinte e um de março às vinte e uma horas", "03-21 21:00"),
        ("em meia hora", "03-03 10:30"),
        ("daqui a duas horas", "03-03 12:00"),
        ("às nove e quarenta da manhã, amanhã", "03-04 09:40"),
        ("amanhã por volta das 8 da noite", "03-04 20:00"),
        ("esta noite às 8", "03-03 20:00"),
        ("amanhã 8 horas da noite", "03-04 20:00"),
    ],
)
def test_a_date_and_a_clock_time_make_one_exact_start(text: str, start: str) -> None:
    assert at(text) == (start, None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("hoje", "03-03"),
        ("depois de amanhã", "03-05"),
        ("daqui a três dias", "03-06"),
        ("daqui a uma semana", "03-10"),
        ("de hoje a oito", "03-10"),
        ("de sexta a oito dias", "03-13"),
        ("quinze dias depois de sexta", "03-20"),
        ("próxima quinta", "03-05"),
        ("quinta que vem", "03-05"),
        ("sexta da semana que vem", "03-13"),
        ("na próxima semana, na terça", "03-10"),
        ("daqui a duas semanas na quinta", "03-19"),
        ("dia 15", "03-15"),
        ("dia 5 do mês que vem", "04-05"),
        ("3/4", "04-03"),
        ("15.03.2026", "03-15"),
        ("1º de maio", "05-01"),
        ("primeiro de maio", "05-01"),
        ("primeira segunda-feira de abril", "04-06"),
        ("último domingo do mês", "03-29"),
        ("sexta-feira 13", "03-13"),
        ("véspera de natal", "12-24"),
        ("páscoa", "04-05"),
        ("sexta-feira santa", "04-03"),
        ("dia das mães", "05-10"),
    ],
)
def test_a_day_is_one_whole_day(text: str, day: str) -> None:
    understood = understand(text, NOW, language="pt")

    assert understood.start is not None
    assert understood.start.strftime("%m-%d") == day
    assert understood.grain is Grain.DAY


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("quinta das 9 às 11", "03-05 09:00", "03-05 11:00"),
        ("amanhã entre as 9 e as 11", "03-04 09:00", "03-04 11:00"),
        ("sexta das 8h às 22h", "03-06 08:00", "03-06 22:00"),
        ("sexta de 3 a 5 da tarde", "03-06 15:00", "03-06 17:00"),
        ("amanhã à tarde", "03-04 12:00", "03-04 19:00"),
        ("hoje ao fim do dia", "03-03 17:00", "03-03 21:00"),
        ("amanhã na hora do almoço", "03-04 12:00", "03-04 14:00"),
        ("sábado de madrugada", "03-07 00:00", "03-07 06:00"),
        ("de segunda a sexta", "03-09 00:00", "03-14 00:00"),
        ("do dia 3 ao dia 7", "03-03 00:00", "03-08 00:00"),
        ("de 3 a 7 de abril", "04-03 00:00", "04-08 00:00"),
        ("semana que vem", "03-09 00:00", "03-16 00:00"),
        ("este fim de semana", "03-07 00:00", "03-09 00:00"),
        ("mês que vem", "04-01 00:00", "05-01 00:00"),
        ("nos próximos 3 dias", "03-04 00:00", "03-07 00:00"),
        ("segunda quinzena de abril", "04-15 00:00", "05-01 00:00"),
    ],
)
def test_a_stretch_of_time_has_both_its_ends(text: str, start: str, end: str) -> None:
    assert at(text) == (start, end)


@pytest.mark.parametrize(
    ("text", "start", "end", "side"),
    [
        ("amanhã depois das 18h", "03-04 18:00", None, Open.AFTER),
        ("amanhã antes das 10", "03-04 00:00", "03-04 10:00", Open.BEFORE),
        ("até sexta", None, "03-07 00:00", Open.BEFORE),
        ("antes de sexta", None, "03-06 00:00", Open.BEFORE),
        ("a partir de segunda", "03-09 00:00", None, Open.AFTER),
        ("depois de quinta", "03-06 00:00", None, Open.AFTER),
        ("até agosto", None, "08-01 00:00", Open.BEFORE),
    ],
)
def test_an_open_time_has_one_end_only(text: str, start: str | None, end: str | None, side: Open) -> None:
    assert at(text) == (start, end)
    assert understand(text, NOW, language="pt").open is side


@pytest.mark.parametrize(("text", "hour"), [("amanhã às 3", 15), ("amanhã às 7", 7), ("amanhã às 10h", 10)])
def test_a_bare_hour_is_a_guess_and_the_other_half_of_the_day_stays_possible(text: str, hour: int) -> None:
    understood = understand(text, NOW, language="pt")

    assert understood.start == datetime(2026, 3, 4, hour, 0)
    assert understood.half_day_guessed


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("não, quinta", "03-05"),
        ("terça, não, melhor quinta", "03-05"),
        ("não posso quinta, pode ser sexta?", "03-06"),
        ("em vez de quinta, sexta", "03-06"),
        ("muda de quinta para sexta", "03-06"),
    ],
)
def test_a_correction_replaces_the_day_said_before(text: str, day: str) -> None:
    start, _ = at(text)

    assert start == f"{day} 00:00"


def test_the_day_after_what_was_offered_is_a_shift_and_no_date() -> None:
    understood = understand("não, no dia seguinte", NOW, language="pt")

    assert understood.start is None
    assert understood.shift_days == 1


@pytest.mark.parametrize(
    "text",
    [
        "o meu número é 912 345 678",
        "ligue para (11) 98765-4321",
        "liga 21 345 67 89",
        "+351 912 345 678",
        "custa 50 euros",
        "paguei R$ 80,00",
        "são 100 reais",
        "10% de desconto",
        "rua augusta 15",
        "av. paulista, 1000",
        "moro na rua 25 de março",
        "01310-100",
        "pedido 12345",
        "o meu nif é 123 456 789",
        "cpf 123.456.789-09",
        "sala 3",
        "apartamento 12",
        "moro no 3º andar",
        "tenho 30 anos",
        "somos 3 adultos e 2 crianças",
        "o valor deve estar entre 3 e 10",
        "uma das três",
        "as 3 aulas",
        "a segunda opção",
        "quero um pacote de 10 aulas",
        "uma aula de 2 horas",
        "bom dia",
        "boa tarde, tudo bem?",
        "bom fim de semana!",
        "há 3 dias",
        "semana passada",
        "fica tarde",
        "versão 2.0",
        "de 1 a 10",
        "as duas",
        "de 15 em 15 dias",
        "uma sessão de uma hora e meia",
    ],
)
def test_text_without_a_time_is_left_alone(text: str) -> None:
    assert at(text) == (None, None)
