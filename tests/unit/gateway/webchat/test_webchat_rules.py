"""Web chat's small rules: allowances, places, origins, frames, acknowledgements."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.channels.webchat import SaidText
from services.gateway.store.webchat import Mark
from services.gateway.webchat import frames
from services.gateway.webchat.acks import Acks
from services.gateway.webchat.http import may_embed, origin_of
from services.gateway.webchat.limits import Places, Rates
from shared.errors import Transient

TENANT, CONVERSATION = uuid4(), uuid4()


# --- allowances -------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 30), max_size=200))
def test_no_minute_sees_more_than_twice_the_allowance_and_a_refusal_says_when_to_come_again(
    pauses: list[float],
) -> None:
    rates, now, granted = Rates(20), 0.0, list[float]()
    for pause in pauses:
        now += pause
        wait = rates.take("ana", now)
        if wait == 0:
            granted.append(now)
        else:
            assert 0 < wait <= 3.001
    for end in granted:
        assert sum(end - 60 < at <= end for at in granted) <= 40


def test_who_waits_as_long_as_told_is_let_through() -> None:
    rates = Rates(2)
    waits = [rates.take("ana", 0.0) for _ in range(3)]

    assert waits[:2] == [0.0, 0.0]
    assert rates.take("ana", waits[2] - 0.01) > 0
    assert rates.take("ana", waits[2] + 0.01) == 0
    assert rates.take("eva", 0.0) == 0


def test_only_so_many_keys_are_remembered() -> None:
    rates = Rates(1, keys=2)
    for key in ("a", "b", "c"):
        rates.take(key, 0.0)

    assert rates.take("c", 0.0) > 0
    assert rates.take("a", 0.0) == 0  # forgotten


def test_places_are_limited_by_address_and_in_all_and_come_back() -> None:
    places = Places(per_address=2, total=3)

    assert [places.enter("a") for _ in range(3)] == [True, True, False]
    assert [places.enter("b"), places.enter("c")] == [True, False]
    places.leave("a")
    assert places.enter("c")
    assert places.open == 3


# --- origins ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        ("https://studio.example", True),
        ("https://STUDIO.example", True),
        ("https://chat.example", True),  # our own
        ("https://chat.internal:8080", True),  # the host that was asked
        ("http://studio.example", False),
        ("https://studio.example.net", False),
        ("https://studio.example:444", False),
        ("https://user@studio.example", False),
        ("null", False),
        ("", False),
        ("file://", False),
    ],
)
def test_a_page_may_embed_the_chat_when_its_origin_is_listed_or_ours(origin: str, may: bool) -> None:
    settings = {"origins": ["https://studio.example/", 7]}

    assert may_embed(origin, settings, origin_of("https://chat.example/"), "chat.internal:8080") is may


def test_without_a_setting_only_our_own_pages_may() -> None:
    assert not may_embed("https://studio.example", {}, "", "chat.example")
    assert not may_embed("https://studio.example", {"origins": "https://studio.example"}, "", "chat.example")


# --- frames -----------------------------------------------------------------------------------------------


def test_a_frame_is_read_as_what_it_says() -> None:
    client_id = uuid4()

    said = frames.read(f'{{"type": "message", "id": "{client_id}", "text": " Hi\\u0000 ", "new": 1}}')

    assert said == SaidText(type="message", id=client_id, text="Hi")


@pytest.mark.parametrize(
    ("text", "code", "frame_id"),
    [
        ("", "bad_frame", None),
        ("[]", "bad_frame", None),
        ('{"type": "dance", "id": "7"}', "bad_frame", "7"),
        ('{"type": "message", "id": "7", "text": "x"}', "bad_frame", "7"),
        ('{"type": "ack", "position": -1}', "bad_frame", None),
        ('{"type": "ack", "position": 9223372036854775808}', "bad_frame", None),
        (f'{{"type": "message", "id": "{UUID(int=1)}", "text": "  "}}', "bad_frame", str(UUID(int=1))),
        (
            f'{{"type": "message", "id": "{UUID(int=1)}", "text": "{"x" * 4097}"}}',
            "too_long",
            str(UUID(int=1)),
        ),
    ],
)
def test_what_is_no_frame_is_refused_by_code_and_id(text: str, code: str, frame_id: str | None) -> None:
    with pytest.raises(frames.BadFrame) as caught:
        frames.read(text)

    assert (caught.value.code, caught.value.frame_id) == (code, frame_id)


@given(st.text(max_size=300))
def test_any_text_is_a_frame_or_is_refused(text: str) -> None:
    with pytest.raises(frames.BadFrame):
        frames.read(text)


# --- acknowledgements -------------------------------------------------------------------------------------


class Table:
    """Takes marks, or is away."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self.is_away = False

    async def mark(self, marks: Sequence[Mark]) -> None:
        if self.is_away:
            raise Transient
        self.marks += marks


def mark(after: int, until: int, state: str = "delivered") -> Mark:
    return Mark(TENANT, CONVERSATION, after, until, "read" if state == "read" else "delivered")


async def test_acknowledgements_of_a_conversation_are_written_together_delivered_before_read() -> None:
    table = Table()
    acks = Acks(table)
    for one in (mark(0, 3), mark(0, 2, "read"), mark(3, 5), mark(2, 4, "read")):
        acks.note(one)

    await acks.flush()

    assert table.marks == [mark(0, 5), mark(0, 4, "read")]


async def test_what_cannot_be_written_now_is_written_later() -> None:
    table = Table()
    acks = Acks(table)
    acks.note(mark(0, 3))
    table.is_away = True
    await acks.flush()
    table.is_away = False
    acks.note(mark(3, 4))

    await acks.flush()

    assert table.marks == [mark(0, 4)]
