"""How long must it be known that a person was forgotten?"""

from __future__ import annotations

from services.gateway.domain.refusals import FORGOTTEN, counted
from services.gateway.store.forgotten import KEPT_FOR
from shared import subjects
from shared.streams import stream_configs


def test_it_is_known_longer_than_messages_to_them_wait_in_the_stream() -> None:
    [outbound] = [config for config in stream_configs() if config.name == subjects.OUTBOUND]
    assert outbound.max_age
    assert KEPT_FOR.total_seconds() > outbound.max_age


def test_a_refusal_is_counted_by_its_kind() -> None:
    assert counted(FORGOTTEN) == "person_forgotten"
    assert counted("opted out on whatsapp at 2026-11-22 10:00 UTC") == "opted_out"
