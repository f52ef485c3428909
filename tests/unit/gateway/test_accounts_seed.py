"""Channel accounts of a seed document: what they become, where secrets come from, how mistakes are named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from services.gateway.domain.account import ChannelAccount
from services.gateway.seed import BadSeed, accounts_of, is_channel, seed
from services.gateway.store.accounts import changes
from shared.ids import tenant_id_of
from shared.settings import Settings

CASA = tenant_id_of("casa")


def document(*channels: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"tenants": [{"slug": "casa", "channels": list(channels), **more}]}


def test_a_tenant_has_several_numbers_and_channels() -> None:
    said = document(
        {"channel": "telegram", "account_id": 77, "secrets": {"bot_token": "77:abc"}},
        {
            "channel": "twilio_sms",
            "account_id": "+14155550100",
            "owner_id": "AC1",
            "settings": {"rate_per_second": 3},
        },
        whatsapp={"phone_number_id": 1, "waba_id": 2, "display_phone_number": "351"},
    )

    assert accounts_of(said) == [
        ChannelAccount(CASA, "whatsapp", "1", "2", "351"),
        ChannelAccount(CASA, "telegram", "77", secrets={"bot_token": ("77:abc",)}),
        ChannelAccount(CASA, "twilio_sms", "+14155550100", "AC1", settings={"rate_per_second": 3}),
    ]


def test_a_secret_can_come_from_a_variable() -> None:
    said = document({"channel": "telegram", "account_id": "77", "secrets": {"bot_token": "env:BOT"}})

    [account] = accounts_of(said, {"BOT": "77:abc\n"})

    assert account.secret("bot_token") == "77:abc"


def test_a_variable_that_is_not_set_is_named() -> None:
    said = document({"channel": "telegram", "account_id": "77", "secrets": {"bot_token": "env:BOT"}})

    with pytest.raises(BadSeed, match="bot_token is to come from the variable BOT"):
        accounts_of(said, {})


@pytest.mark.parametrize(
    ("channel", "where"),
    [
        ({"account_id": "1"}, "channels.0.channel"),
        ({"channel": "telegram"}, "channels.0.account_id"),
        ({"channel": "telegram", "account_id": ""}, "channels.0.account_id"),
        ({"channel": "../x", "account_id": "1"}, "channels.0.channel"),
        ({"channel": "telegram", "account_id": "1", "token": "s3cret"}, "channels.0.token"),
        (
            {"channel": "telegram", "account_id": "1", "secrets": {"bot_token": ""}},
            "channels.0.secrets.bot_token",
        ),
        (
            {"channel": "telegram", "account_id": "1", "secrets": {"bot_token": ["s3cret"]}},
            "secrets.bot_token",
        ),
    ],
)
def test_a_mistake_is_named_by_its_place_and_shows_no_secret(channel: dict[str, Any], where: str) -> None:
    with pytest.raises(BadSeed, match=f"wrong at tenants.0.*{where}") as caught:
        accounts_of(document(channel))

    assert "s3cret" not in str(caught.value)


async def test_a_channel_that_does_not_exist_is_refused_before_anything_is_written() -> None:
    with pytest.raises(BadSeed, match="no channel 'pigeon'"):
        await seed(
            document({"channel": "pigeon", "account_id": "1"}), Settings(database_url="postgresql://nowhere")
        )


@pytest.mark.parametrize(
    ("name", "it_is"),
    [
        ("whatsapp", True),
        ("echo", True),
        ("pigeon", False),
        ("degrade", False),
        ("", False),
        ("os.path", False),
    ],
)
def test_a_channel_is_a_module_that_makes_an_adapter(name: str, it_is: bool) -> None:
    assert is_channel(name) is it_is


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ({}, False),
        ({"secrets": {"token": ("new",)}}, False),
        ({"secrets": {"token": ("newest",)}}, True),
        ({"secrets": {"other": ("x",)}}, True),
        ({"settings": {"a": 1}}, False),
        ({"settings": {"a": 2}}, True),
        ({"settings": {"gone": None}}, False),
        ({"settings": {"a": None}}, True),
        ({"display_number": "+1"}, True),
    ],
)
def test_a_document_changes_only_what_it_says_differently(said: dict[str, Any], change: bool) -> None:
    before = ChannelAccount(CASA, "echo", "1", secrets={"token": ("new", "old")}, settings={"a": 1, "b": 2})

    assert changes(before, ChannelAccount(CASA, "echo", "1", **said)) is change
    assert changes(None, ChannelAccount(CASA, "echo", "1", **said))
