"""How many segments a text takes, and when it is worth writing it plainly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.channels.twilio_text import economical, is_gsm7, plain, segments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 10, 2),
        ("a" * 152 + "€" + "a" * 151 + "€" + "a", 3),  # an escape is never parted from its character
        ("ç" * 70, 1),
        ("ç" * 71, 2),
        ("ç" * 134, 2),
        ("ç" * 135, 3),
        ("🧘" * 35, 1),
        ("🧘" * 36, 2),
        ("🧘" * 66, 2),
        ("🧘" * 67, 3),  # 33 of them fill a joined segment: no emoji is halved
    ],
)
def test_segments_are_counted_as_carriers_do(text: str, expected: int) -> None:
    assert segments(text) == expected


@given(st.text(max_size=400))
def test_the_economical_spelling_never_costs_more_where_it_changes_the_alphabet(text: str) -> None:
    spelled = economical(text)

    assert spelled == text or (is_gsm7(spelled) and not is_gsm7(text))


@given(st.text(st.sampled_from("aé “”‘’–—…•€"), max_size=300))
def test_typography_alone_never_makes_a_message_ucs2(text: str) -> None:
    assert is_gsm7(economical(text))
    assert economical(plain(text)) == plain(text)


@given(st.text(max_size=400), st.text(max_size=50))
def test_more_text_is_never_fewer_segments(text: str, more: str) -> None:
    assert segments(text + more) >= segments(text)


def test_each_letter_of_the_alphabet_counts_as_one() -> None:
    alphabet = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà"

    assert segments(alphabet + "a" * (160 - len(alphabet))) == 1
