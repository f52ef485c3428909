"""Who a token says its bearer is: nobody is anybody else, whatever is done to the token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.channels import NotAuthentic
from services.gateway.domain.account import ChannelAccount
from services.gateway.webchat import identity
from services.gateway.webchat.identity import Visitor

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TENANT = UUID("11111111-1111-4111-8111-111111111111")
NEWEST, FORMER, OTHER = (f"{word}-visitor-secret-of-32-bytes!" for word in ("newest", "former", "others"))
VISITOR, DELIVERY, CONVERSATION = uuid4(), uuid4(), uuid4()


def account(*secrets: str, name: str = "studio") -> ChannelAccount:
    return ChannelAccount(TENANT, "webchat", name, secrets={"visitor_secret": secrets or (NEWEST, FORMER)})


def signed(secret: str = NEWEST, **claims: object) -> str:
    """A token as a site signs it."""
    return jwt.encode({"exp": int(NOW.timestamp()) + 3600, **claims}, secret, "HS256")


def refused(token: str, now: datetime = NOW) -> str:
    with pytest.raises(NotAuthentic) as caught:
        identity.read(account(), token, now)
    assert NEWEST not in str(caught.value)
    return str(caught.value)


def test_a_token_of_ours_says_who_its_visitor_is_for_180_days() -> None:
    token = identity.issue(account(), VISITOR, NOW)

    assert identity.read(account(), token, NOW + timedelta(days=179)) == Visitor(str(VISITOR))
    assert "expired" in refused(token, NOW + timedelta(days=181))


def test_a_sites_own_token_says_who_its_user_is() -> None:
    token = signed(sub="user:7", name="Ana\n Sá", phone="+351910000001")

    assert identity.read(account(), token, NOW) == Visitor("user:7", "Ana Sá", "+351910000001")


def test_every_secret_in_force_is_accepted_and_the_newest_signs() -> None:
    assert identity.read(account(), signed(FORMER, sub="7"), NOW).id == "7"
    assert identity.read(account(NEWEST), identity.issue(account(), VISITOR, NOW), NOW).id == str(VISITOR)
    with pytest.raises(NotAuthentic):
        identity.read(account(NEWEST), signed(FORMER, sub="7"), NOW)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "x" * 5000,
        signed(OTHER, sub="7"),
        signed(sub="7", acc="another"),
        signed(sub=""),
        signed(sub="a\u0000b"),
        signed(sub="x" * 129),
        signed(name="nobody"),
        signed(sub="7", exp=int(NOW.timestamp()) - 61),
        signed(sub="7", nbf=int(NOW.timestamp()) + 61),
        jwt.encode({"sub": "7"}, NEWEST, "HS256"),
        jwt.encode({"sub": "7", "exp": 9999999999}, "", "none"),
        jwt.encode({"sub": "7", "exp": 9999999999}, NEWEST * 2, "HS512"),
        identity.file_token(account(), DELIVERY, CONVERSATION, NOW),
    ],
)
def test_any_other_token_is_refused(token: str) -> None:
    assert refused(token)


def test_without_a_secret_that_is_long_enough_nobody_is_let_in() -> None:
    for secrets in ((), ("",), ("short",)):
        bare = ChannelAccount(TENANT, "webchat", "studio", secrets={"visitor_secret": secrets})
        with pytest.raises(NotAuthentic, match="usher channel add"):
            identity.issue(bare, VISITOR, NOW)
        with pytest.raises(NotAuthentic, match="usher channel add"):
            identity.read(bare, signed("short" * 8, sub="7"), NOW)


@given(st.data())
def test_one_changed_character_never_verifies_as_somebody_else(data: st.DataObject) -> None:
    token = identity.issue(account(), VISITOR, NOW)
    at = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.sampled_from("ABCxyz019-_.=\u00e9"))
    changed = token[:at] + character + token[at + 1 :]

    try:
        visitor = identity.read(account(), changed, NOW)
    except NotAuthentic:
        return
    assert visitor == Visitor(str(VISITOR))  # the last character holds bits that mean nothing


@given(st.text(max_size=200))
def test_whatever_is_no_token_is_refused_and_nothing_else(text: str) -> None:
    with pytest.raises(NotAuthentic):
        identity.read(account(), text, NOW)


def test_a_link_opens_its_own_file_for_some_minutes() -> None:
    token = identity.file_token(account(), DELIVERY, CONVERSATION, NOW)

    assert identity.read_file_token(account(), token, DELIVERY, NOW + timedelta(minutes=9)) == CONVERSATION
    for delivery, now in ((uuid4(), NOW), (DELIVERY, NOW + timedelta(minutes=12))):
        with pytest.raises(NotAuthentic):
            identity.read_file_token(account(), token, delivery, now)


def test_a_visitors_token_opens_no_file() -> None:
    with pytest.raises(NotAuthentic):
        identity.read_file_token(account(), identity.issue(account(), DELIVERY, NOW), DELIVERY, NOW)
