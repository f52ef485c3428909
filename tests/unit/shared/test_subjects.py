"""Subjects, streams and the contracts agree with each other."""

from __future__ import annotations

from uuid import UUID

import pytest
from pydantic import ValidationError

from shared import ids, streams, subjects
from shared.messages.booking import BookSession, MyBookings
from shared.messages.envelope import Message

TENANT = UUID("11111111-1111-5111-8111-111111111111")
KEY = UUID("22222222-2222-5222-8222-222222222222")


def matches(pattern: str, subject: str) -> bool:
    wanted, got = pattern.split("."), subject.split(".")
    if wanted[-1] == ">":
        return got[: len(wanted) - 1] == wanted[:-1] or all(
            w in ("*", g) for w, g in zip(wanted[:-1], got, strict=False)
        )
    return len(wanted) == len(got) and all(w in ("*", g) for w, g in zip(wanted, got, strict=True))


@pytest.mark.parametrize(
    ("subject", "stream"),
    [
        (subjects.inbound("whatsapp", TENANT, KEY), subjects.INBOUND),
        (subjects.outbound("whatsapp", TENANT, KEY), subjects.OUTBOUND),
        (subjects.command("booking", TENANT, KEY, "book_session"), subjects.COMMANDS),
        (subjects.event("booking", TENANT, KEY, "booking_confirmed"), subjects.EVENTS),
        (subjects.job("media", "build_receipt", TENANT), subjects.JOBS),
        (subjects.alarm("booking", TENANT, KEY), subjects.SCHEDULE),
        (subjects.rung("booking", TENANT, KEY), subjects.SCHEDULE),
    ],
)
def test_every_subject_falls_into_exactly_its_stream(subject: str, stream: str) -> None:
    homes = [c.name for c in streams.stream_configs() if any(matches(s, subject) for s in c.subjects or [])]

    assert homes == [stream]


def test_queries_and_receipts_are_stored_in_no_stream() -> None:
    for subject in (subjects.query("booking", "my_bookings"), subjects.receipts("booking")):
        assert not any(matches(s, subject) for c in streams.stream_configs() for s in c.subjects or [])


def test_every_route_names_its_message_by_the_one_word() -> None:
    for route in subjects.ROUTES:
        if route.subject.startswith(("cmd", "evt", "qry")):
            assert route.subject.rsplit(".", 1)[1] == route.message.name


def test_messages_are_frozen_and_survive_the_wire() -> None:
    question = MyBookings(tenant_id=TENANT, customer_id=KEY)

    assert MyBookings.decode(question.encode()) == question
    with pytest.raises(ValidationError):
        question.customer_id = TENANT  # type: ignore[misc]


def test_an_unknown_field_of_a_newer_version_is_ignored() -> None:
    assert MyBookings.decode(
        f'{{"tenant_id": "{TENANT}", "customer_id": "{KEY}", "since": "2030"}}'
    ) == MyBookings(tenant_id=TENANT, customer_id=KEY)


def test_every_message_class_has_its_own_name() -> None:
    def concrete(of: type[Message]) -> list[type[Message]]:
        return [
            c
            for sub in of.__subclasses__()
            for c in [*concrete(sub), sub]
            if "name" in vars(sub) or c is not sub
        ]

    names = [
        cls.name for cls in concrete(Message) if cls.__module__.startswith("shared.") and "name" in vars(cls)
    ]

    assert len(names) == len(set(names)) > 40


def test_a_party_of_none_is_no_command() -> None:
    with pytest.raises(ValidationError, match="party_size"):
        BookSession.decode(
            f'{{"tenant_id": "{TENANT}", "command_id": "{KEY}", "session_id": "{KEY}", "party_size": 0,'
            f' "contact": {{"customer_id": "{KEY}", "conversation_id": "{KEY}",'
            ' "address": {"channel": "whatsapp", "account_id": "1", "user_id": "2"}}}'
        )


def test_derived_ids_are_the_same_for_ever() -> None:
    assert ids.tenant_id_of("yoga-lisboa") == UUID("ce7e3816-5f46-5e12-ad8f-9b914b163e23")
    assert ids.derive("a", "bc") != ids.derive("ab", "c")
    assert ids.conversation_id_of(TENANT, "whatsapp", "1", "2") == ids.conversation_id_of(
        TENANT, "whatsapp", "1", "2"
    )
