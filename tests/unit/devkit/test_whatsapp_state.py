"""The emulator's memory: ticks only go forward, and it never grows without end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devkit.whatsapp.config import Customer
from devkit.whatsapp.errors import GraphError
from devkit.whatsapp.state import RANK, Caps, Media, Phone, PhoneMessage, Store
from devkit.whatsapp.view import Content, MessageStatus

MARIA = Customer(wa_id="351911000001", name="Maria")
STUDIO = "105500000000001"


def show(store: Store, phone: Phone, wamid: str) -> PhoneMessage:
    return store.add_message(phone, STUDIO, wamid, "from_customer", 1.0, Content(type="text", text=wamid))


STATUSES: list[MessageStatus] = ["sending", "sent", "delivered", "read", "failed"]


@given(st.lists(st.sampled_from(STATUSES)))
def test_a_tick_never_goes_back(statuses: list[MessageStatus]) -> None:
    store = Store("epoch", [MARIA])
    phone = store.phone(MARIA.wa_id)
    show(store, phone, "m")
    for status in statuses:
        before = RANK[phone.messages["m"].status]
        assert store.set_status(phone, "m", status, 2.0) == (RANK[status] > before)
        assert RANK[phone.messages["m"].status] == max(before, RANK[status])


@given(st.integers(1, 30), st.integers(0, 40))
def test_events_are_numbered_without_gaps_and_the_oldest_are_forgotten(count: int, after: int) -> None:
    store = Store("epoch", [MARIA], Caps(events=10))
    phone = store.phone(MARIA.wa_id)
    for number in range(count):
        show(store, phone, str(number))
    kept = [event.seq for event in phone.after(after)]
    assert kept == list(range(max(after, count - 10) + 1, count + 1))
    assert len(phone.messages) == min(count, 10)


def test_phones_without_a_name_are_forgotten_before_named_ones() -> None:
    store = Store("epoch", [MARIA], Caps(guests=2))
    old = store.phone("351911000011")
    store.phone("351911000012")
    assert store.phone("351911000011") is old  # used again, so the other one goes
    store.phone("351911000013")
    assert [c.wa_id for c in store.customers()] == [MARIA.wa_id, "351911000011", "351911000013"]


def test_a_phone_that_gets_a_name_keeps_its_messages() -> None:
    store = Store("epoch")
    show(store, store.phone(MARIA.wa_id), "m")
    store.add_customer(MARIA)
    assert store.phone(MARIA.wa_id).customer.name == "Maria"
    assert store.find_message("m") is not None


def test_the_oldest_files_go_first_when_there_are_too_many_bytes() -> None:
    store = Store("epoch", caps=Caps(media_bytes=10))
    for media_id in ("1", "2", "3"):
        store.add_media(Media(media_id, b"12345", "text/plain", 0.0))
    assert [store.media(media_id) is not None for media_id in ("1", "2", "3")] == [False, True, True]
    assert store.remove_media("2")
    assert not store.remove_media("2")
    store.add_media(Media("4", b"12345", "text/plain", 0.0))
    assert store.media("3") is not None


def test_an_unknown_user_id_is_undeliverable() -> None:
    with pytest.raises(GraphError) as caught:
        Store("epoch", [MARIA]).by_user_id("PT.1")
    assert caught.value.code == 131026
