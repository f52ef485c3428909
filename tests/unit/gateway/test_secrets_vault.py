"""Secrets at rest: only the same key and the same place open what was sealed, and errors say which setting to look at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from services.gateway.secrets import BadKey, CannotDecrypt, NoKey, Vault, new_key
from shared.settings import Settings

OLD, NEW = new_key(), new_key()


def vault(*keys: str) -> Vault:
    return Vault.from_settings(Settings(secrets_key=SecretStr(",".join(keys))))


@given(st.binary(max_size=5000), st.binary(max_size=100))
def test_what_was_sealed_opens_again_and_shows_nothing_of_itself(plain: bytes, about: bytes) -> None:
    sealed = vault(NEW).seal(plain, about)

    assert vault(NEW).open(sealed, about) == plain
    assert len(plain) < 8 or plain not in sealed


def test_the_same_bytes_are_sealed_differently_each_time() -> None:
    assert vault(NEW).seal(b"token", b"a") != vault(NEW).seal(b"token", b"a")


@given(st.data())
def test_one_flipped_bit_anywhere_is_refused(data: st.DataObject) -> None:
    sealed = bytearray(vault(NEW).seal(b"a secret", b"about"))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << (bit % 8)

    with pytest.raises(CannotDecrypt):
        vault(NEW).open(bytes(sealed), b"about")


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_cleanly(noise: bytes) -> None:
    with pytest.raises(CannotDecrypt):
        vault(NEW).open(noise, b"about")


@given(st.integers(0, 40))
def test_bytes_that_were_cut_off_are_refused_cleanly(length: int) -> None:
    with pytest.raises(CannotDecrypt):
        vault(NEW).open(vault(NEW).seal(b"a secret", b"about")[:length], b"about")


def test_what_was_copied_to_another_place_does_not_open_there() -> None:
    with pytest.raises(CannotDecrypt, match="another place"):
        vault(NEW).open(vault(NEW).seal(b"token", b"tenant a"), b"tenant b")


def test_while_rotating_both_keys_open_and_the_newest_seals() -> None:
    both = vault(NEW, OLD)
    before, after = vault(OLD).seal(b"token", b"a"), both.seal(b"token", b"a")

    assert both.open(before, b"a") == both.open(after, b"a") == b"token"
    assert (both.is_newest(before), both.is_newest(after)) == (False, True)
    assert vault(NEW).open(after, b"a") == b"token"


def test_a_key_that_is_gone_is_named_by_its_setting() -> None:
    with pytest.raises(CannotDecrypt, match="USHER_SECRETS_KEY does not hold"):
        vault(NEW).open(vault(OLD).seal(b"token", b"a"), b"a")


@pytest.mark.parametrize("key", [None, SecretStr(""), SecretStr(" , ")])
def test_without_a_key_it_refuses_and_says_how_to_get_one(key: SecretStr | None) -> None:
    empty = Vault.from_settings(Settings(secrets_key=key))

    assert not empty.has_key
    with pytest.raises(NoKey, match=r"set USHER_SECRETS_KEY .*usher channel key"):
        empty.seal(b"token", b"a")
    with pytest.raises(NoKey):
        empty.open(vault(NEW).seal(b"token", b"a"), b"a")


@pytest.mark.parametrize(
    "wrong",
    ["hunter2-hunter2", NEW[:-2], NEW + "AAAA", "é" * 43, NEW.replace(NEW[3], "!")],
    ids=["words", "short", "long", "accents", "marks"],
)
def test_a_wrong_key_is_named_by_its_place_and_never_shown(wrong: str) -> None:
    with pytest.raises(BadKey, match="Key number 2") as caught:
        vault(NEW, wrong)

    assert wrong not in str(caught.value)


def test_keys_differ_and_may_stand_in_a_variable_with_spaces_around() -> None:
    assert new_key() != new_key()
    assert Vault.from_settings(Settings(secrets_key=SecretStr(f" {NEW} , {OLD} "))).has_key


def test_a_vault_does_not_show_its_keys() -> None:
    assert NEW not in repr(vault(NEW)) + str(vars(vault(NEW)))
