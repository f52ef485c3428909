"""Who may speak to us, and with whose secrets do we speak? Signatures, the handshake, an account's own secrets."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.gateway.channels import MessageIn, NotAuthentic, RawRequest, Unreadable, load
from services.gateway.channels.whatsapp import MissingSecret
from services.gateway.domain.account import MissingSecret as AccountLacks
from shared.settings import Settings
from tests.unit.gateway.channels.contract_case import FIXTURES, NOW
from tests.unit.gateway.channels.whatsapp_cases import account, adapter, message, signed


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
@example(7, "\ud800")
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
    assert "hush" not in repr(adapter("hush", token="hush", access="hush"))


# --- an account's own -------------------------------------------------------------------------------------


def test_at_an_accounts_url_its_own_secrets_count_and_not_the_installations() -> None:
    ours = account(app_secret=("newest", "former"))

    assert not refused(signed(b"x", "newest", ours))
    assert not refused(signed(b"x", "former", ours))
    assert refused(signed(b"x", "secret", ours))


def test_an_account_without_a_secret_of_its_own_uses_the_installations() -> None:
    assert not refused(signed(b"x", "secret", account()))


def test_an_accounts_secret_is_good_for_its_own_number_only() -> None:
    body = (FIXTURES / "whatsapp" / "text.json").read_bytes()
    stranger = account(app_secret=("strangers",))

    [found] = adapter().parse(signed(body, "strangers", stranger))

    assert isinstance(found, Unreadable)
    assert "own URL" in found.reason
    assert [type(item) for item in adapter().parse(signed(body))] == [MessageIn]


def test_we_send_with_the_accounts_newest_token_else_with_the_installations() -> None:
    def bearer(**secrets: tuple[str, ...]) -> str:
        [call] = adapter().render(message("hi"), account(**secrets))
        return call.headers["Authorization"]

    assert bearer(access_token=("newest", "former")) == "Bearer newest"
    assert bearer() == "Bearer installation-token"


def test_without_any_token_the_error_says_how_to_add_one() -> None:
    with pytest.raises(AccountLacks, match="usher channel add whatsapp 111"):
        adapter(access=None).render(message("hi"), account())


@pytest.mark.parametrize("access", [None, "installation-token"])
def test_a_token_is_asked_for_unless_the_installation_has_one(access: str | None) -> None:
    needs = {need.name: need.required for need in adapter(access=access).needs}

    assert needs == {"app_secret": False, "verify_token": False, "access_token": access is None}


# --- the handshake ----------------------------------------------------------------------------------------


def handshake(**query: str) -> dict[str, str]:
    return {f"hub.{name}": value for name, value in query.items()}


def test_the_handshake_gives_the_challenge_back() -> None:
    query = handshake(mode="subscribe", verify_token="verify-me", challenge="1158201444")

    assert adapter().challenge(query, None) == "1158201444"


def test_an_accounts_handshake_takes_its_own_token_only() -> None:
    ours = account(verify_token=("its-own",))
    query = handshake(mode="subscribe", challenge="1")

    assert adapter().challenge(query | handshake(verify_token="its-own"), ours) == "1"
    with pytest.raises(NotAuthentic):
        adapter().challenge(query | handshake(verify_token="verify-me"), ours)


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
        adapter().challenge(query, None)


def test_without_a_token_of_ours_an_empty_token_is_refused() -> None:
    with pytest.raises(NotAuthentic):
        adapter(token="").challenge(handshake(mode="subscribe", verify_token="", challenge="1"), None)
