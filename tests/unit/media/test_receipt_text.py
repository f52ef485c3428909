"""Can any name be drawn, whatever its script and whatever hides in it?"""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.receipt.fonts import has_glyph
from services.media.receipt.text import Face, clean, drawable, shorten


def drawn(text: str, language: str = "en") -> str:
    return "".join(run for _, run in drawable(clean(text), language, has_glyph))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Ana \n\t Ribeiro ", "Ana Ribeiro"),
        ("Ana\u202eevil\u200b\x00\x1b", "Anaevil"),
        ("7:00\u202fPM", "7:00\u00a0PM"),
        ("Joa\u0303o", "João"),
        ("", ""),
    ],
)
def test_cleaning_leaves_one_line_of_visible_characters(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    "text", ["Łódź Ångström Nguyễn", "Ωμέγα", "Привіт", "สวัสดี", "გამარჯობა", "€ ₹ ₺ – “x” • →"]
)
def test_scripts_of_the_main_font_are_drawn_as_they_are(text: str) -> None:
    assert drawable(text, "en", has_glyph) == [(Face.MAIN, text)]


@pytest.mark.parametrize(
    ("text", "language", "face"),
    [
        ("ヨガ予約", "en", Face.JAPANESE),
        ("山田太郎", "ja", Face.JAPANESE),
        ("瑜伽预约", "en", Face.CHINESE),
        ("요가예약", "en", Face.KOREAN),
        ("金哲洙", "ko", Face.KOREAN),
    ],
)
def test_east_asian_text_gets_the_face_of_its_language(text: str, language: str, face: Face) -> None:
    assert drawable(text, language, has_glyph) == [(face, text)]


def test_mixed_text_is_split_into_runs_in_reading_order() -> None:
    assert drawable("Studio 朝日 Lisboa", "ja", has_glyph) == [
        (Face.MAIN, "Studio "),
        (Face.JAPANESE, "朝日"),
        (Face.MAIN, " Lisboa"),
    ]


def test_right_to_left_text_is_put_into_the_order_of_the_page_and_arabic_letters_join() -> None:
    assert drawn("שלום") == "םולש"
    arabic = drawn("مرحبا مساء")
    assert arabic != "مرحبا مساء"
    assert all(has_glyph(c) for c in arabic)
    assert any("\ufe70" <= c <= "\ufefc" for c in arabic)


def test_the_short_i_of_devanagari_stands_before_its_consonants() -> None:
    assert drawn("कि") == "\u093f\u0915"
    assert drawn("स्थिति") == "\u093f\u0938\u094d\u0925\u093f\u0924"


@pytest.mark.parametrize(
    ("text", "expected"), [("Yoga 🧘 Flow", "Yoga  Flow"), ("Հայ", "Hay"), ("தமிழ்", "tmil")]
)
def test_emoji_are_left_out_and_letters_no_font_has_are_transliterated(text: str, expected: str) -> None:
    assert drawn(text) == expected


@given(st.text(max_size=60), st.sampled_from(["en", "ja", "ar", "ko"]))
def test_whatever_the_text_only_drawable_characters_come_out(text: str, language: str) -> None:
    for face, run in drawable(clean(text), language, has_glyph):
        assert run
        assert face is not Face.MAIN or all(has_glyph(c) or c.isascii() for c in run)
        assert not any(unicodedata.category(c) == "Cc" for c in run)


@given(st.text(max_size=40), st.integers(1, 50))
def test_a_text_is_cut_with_an_ellipsis_only_where_it_does_not_fit(text: str, room: int) -> None:
    cut = shorten(text, lambda part: len(part) <= room)
    assert len(cut) <= room
    assert cut == text if len(text) <= room else cut.endswith("…")
