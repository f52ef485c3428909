"""Which words stop a business from writing, and which addresses and proxies are whose?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.consent import word
from services.gateway.domain.more import more_of, numbered_of
from services.gateway.limits_in import Buckets, client, proxies
from shared.errors import UsherError


@pytest.mark.parametrize(
    "text", ["STOP", "stop", " Stop. ", "Unsubscribe!", "arrêt", "ARRET", "Sair", "baja", "Stop all"]
)
def test_a_message_that_is_only_a_stop_word_means_stop(text: str) -> None:
    assert word(text, "whatsapp") is False


@pytest.mark.parametrize("text", ["start", "START", "Unstop", "/start"])
def test_a_start_word_means_start(text: str) -> None:
    assert word(text, "telegram") is True


@pytest.mark.parametrize(
    "text",
    [
        "stop by at 7?",
        "cancel",
        "Cancelar",
        "annuler",
        "end",
        "quit",
        "yes",
        "",
        "2",
        "please stop",
        "stop" * 9,
    ],
)
def test_words_of_a_booking_mean_nothing(text: str) -> None:
    assert word(text, "whatsapp") is None


@pytest.mark.parametrize("text", ["CANCEL", "End", "quit"])
def test_what_carriers_take_for_a_stop_is_one_on_sms(text: str) -> None:
    assert word(text, "twilio_sms") is False


def test_ids_of_the_gateways_own_are_told_from_others() -> None:
    more = more_of("more:00000000-0000-0000-0000-00000000000a:9")
    assert more is not None
    assert (more.of.int, more.offset) == (10, 9)
    assert more_of("more:9") is more_of("book:1") is None
    short = numbered_of("n:3:0123abcd")
    assert short is not None
    assert (short.number, short.digest) == (3, "0123abcd")
    assert numbered_of("n:3") is None


# --- limits -----------------------------------------------------------------------------------------------


def test_a_burst_goes_through_and_then_one_after_the_other() -> None:
    buckets = Buckets("test", per_second=2, burst=3)
    assert [buckets.take("a", 100.0) for _ in range(5)] == [0, 0, 0, 0.5, 1.0]
    assert buckets.take("b", 100.0) == 0
    assert buckets.take("a", 110.0) == 0


@given(st.lists(st.tuples(st.floats(0, 3), st.lists(st.sampled_from("abc"), max_size=6)), max_size=8))
def test_what_is_taken_together_waits_as_if_it_were_taken_one_by_one(
    taken: list[tuple[float, list[str]]],
) -> None:
    together, alone, now = Buckets("test", 2, 3, most=20), Buckets("test", 2, 3, most=20), 100.0
    for pause, keys in taken:
        now += pause
        assert together.take_each(keys, now) == [alone.take(key, now) for key in keys]
    assert together.untold(10) == alone.untold(10)


def test_who_is_refused_pays_nothing_for_it() -> None:
    buckets = Buckets("test", per_second=1, burst=2)
    assert [buckets.refuse("a", 0.0) for _ in range(4)] == [0, 0, 1.0, 1.0]
    assert buckets.refuse("a", 1.0) == 0


def test_who_owes_from_before_waits_behind_what_waits_and_no_longer() -> None:
    buckets = Buckets("test", per_second=2, burst=3)
    buckets.owe("a", 5.0, 100.0)  # the last one held back goes at 105
    buckets.owe("a", 4.0, 100.0)
    assert [buckets.take("a", 100.0) for _ in range(2)] == [5.5, 6.0]
    assert buckets.take("b", 100.0) == 0
    assert buckets.take("a", 108.0) == 0


def test_buckets_do_not_grow_without_end() -> None:
    buckets = Buckets("test", per_second=1, burst=1, most=100)
    for number in range(1000):
        buckets.take(str(number), 0.0)
    assert len(buckets._full) <= 100


def test_what_two_instances_take_adds_up() -> None:
    one, two = Buckets("test", 1, 10), Buckets("test", 1, 10)
    shared = 0.0
    for _ in range(3):
        for buckets in (one, two):
            for _ in range(3):
                buckets.take("a", 0.0)
            for key, taken in buckets.untold(10):
                shared += taken
                buckets.hear([key], [shared], 0.0)
    assert shared == 18
    assert two.take("a", 0.0) == 9.0


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # a stranger says who it is
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "nonsense", "nonsense"),
        ("::1", "198.51.100.1", "198.51.100.1"),
        (None, "198.51.100.1", None),
    ],
)
def test_only_trusted_proxies_say_who_comes(
    remote: str | None, forwarded: str | None, expected: str | None
) -> None:
    assert client(remote, forwarded, proxies("10.0.0.0/8, ::1/128")) == expected


def test_a_wrong_network_is_named() -> None:
    with pytest.raises(UsherError, match=r"'10\.0\.0\.300/8' is no network"):
        proxies("10.0.0.300/8")
