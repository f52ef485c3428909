"""Who may speak to us? The signature over the raw bytes, and the handshake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.channels import NotAuthentic, RawRequest, load
from services.gateway.channels.whatsapp import MissingSecret
from shared.settings import Settings
from tests.unit.gateway.factories import NOW, adapter, signed


def refused(request: RawRequest, *secrets: str) -> bool:
    try:
        adapter(*secrets).verify(request)
    except NotAuthentic:
        return True
    return False


@given(st.binary(max_size=2000))
def test_what_was_signed_with_our_secret_is_taken(raw: bytes) -> None:
    assert not refused(signed(raw))


@given(st.binary(min_size=1, max_size=300), st.data())
def test_one_flipped_bit_in_the_body_is_refused(raw: bytes, data: st.DataObject) -> None:
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    flipped = bytearray(raw)
    flipped[bit // 8] ^= 1 << (bit % 8)

    assert refused(RawRequest(bytes(flipped), signed(raw).headers, NOW))


@given(st.integers(7, 70), st.characters())
def test_one_changed_character_in_the_signature_is_refused(at: int, character: str) -> None:
    good = signed(b"body").headers["X-Hub-Signature-256"]
    changed = good[:at] + character + good[at + 1 :]

    assert refused(RawRequest(b"body", {"X-Hub-Signature-256": changed}, NOW)) == (changed != good)


@pytest.mark.parametrize(
    "header", ["", "sha256=", "sha1=abc", "sha256=ñandú", "sha256=\udcff\udcfe", "=" * 71]
)
def test_a_header_of_another_shape_is_refused_without_an_error(header: str) -> None:
    assert refused(RawRequest(b"body", {"X-Hub-Signature-256": header}, NOW))


def test_a_missing_header_is_refused() -> None:
    assert refused(RawRequest(b"body", {}, NOW))


def test_the_escaped_bytes_count_and_not_what_they_mean() -> None:
    escaped = rb'{"text":"ol\u00e1 \ud83e\uddd8 a\/b @"}'
    meaning_the_same = '{"text":"olá 🧘 a/b @"}'.encode()

    assert not refused(signed(escaped))
    assert refused(RawRequest(meaning_the_same, signed(escaped).headers, NOW))


def test_both_secrets_are_good_while_rotating_and_a_third_is_not() -> None:
    assert not refused(signed(b"x", "old"), "new", "old")
    assert not refused(signed(b"x", "new"), "new", "old")
    assert refused(signed(b"x", "older"), "new", "old")


def test_two_secrets_are_read_from_one_setting() -> None:
    channel = load("whatsapp", Settings(whatsapp_app_secret="new, old"))

    channel.verify(signed(b"x", "new"))
    channel.verify(signed(b"x", "old"))


@pytest.mark.parametrize("secret", [None, "", " , "])
def test_without_a_secret_there_is_no_adapter_and_the_error_names_the_setting(secret: str | None) -> None:
    with pytest.raises(MissingSecret, match="USHER_WHATSAPP_APP_SECRET"):
        load("whatsapp", Settings(whatsapp_app_secret=secret))


def test_secrets_show_in_no_representation() -> None:
    assert "hush" not in repr(adapter("hush", token="hush"))


def handshake(**query: str) -> dict[str, str]:
    return {f"hub.{name}": value for name, value in query.items()}


def test_the_handshake_gives_the_challenge_back() -> None:
    query = handshake(mode="subscribe", verify_token="verify-me", challenge="1158201444")

    assert adapter().challenge(query) == "1158201444"


@pytest.mark.parametrize(
    "query",
    [
        handshake(mode="subscribe", verify_token="wrong", challenge="1"),
        handshake(mode="subscribe", verify_token="vérify-me", challenge="1"),
        handshake(mode="unsubscribe", verify_token="verify-me", challenge="1"),
        handshake(mode="subscribe", verify_token="verify-me"),
        {},
    ],
)
def test_any_other_handshake_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(NotAuthentic):
        adapter().challenge(query)


def test_without_a_token_of_ours_an_empty_token_is_refused() -> None:
    with pytest.raises(NotAuthentic):
        adapter(token="").challenge(handshake(mode="subscribe", verify_token="", challenge="1"))
