"""The demo's accounts get fresh secrets, and the emulators the same ones; what a seed says itself stays."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from devkit.demo.channels import accounts, telegram_of, twilio_of, with_secrets
from devkit.demo.script import STORIES
from devkit.demo.world import SEED, private_world
from services.gateway.seed import accounts_of


def test_the_emulators_have_the_secrets_that_the_gateway_has() -> None:
    seed = with_secrets(yaml.safe_load(SEED.read_text()))
    known = {account.channel: account for account in accounts_of(seed) if account.channel != "whatsapp"}
    telegram, twilio = telegram_of(seed, 1), twilio_of(seed, 2, "http://gateway")

    assert telegram is not None and twilio is not None
    assert telegram.bots[0].token.get_secret_value() == known["telegram"].secret("bot_token")
    assert str(telegram.bots[0].id) == known["telegram"].account_id
    assert twilio.auth_token.get_secret_value() == known["twilio_sms"].secret("auth_token")
    assert twilio.account_sid == known["twilio_sms"].owner_id
    assert twilio.numbers[0].webhook_url.startswith("http://gateway/webhooks/twilio_sms/+")
    assert len(known["webchat"].secret("visitor_secret")) >= 32


def test_the_secrets_are_new_at_each_start_and_the_seed_holds_none() -> None:
    plain = yaml.safe_load(SEED.read_text())

    assert not any("secrets" in account for account in accounts(plain))
    first, second = (list(accounts(with_secrets(plain), "telegram")) for _ in range(2))
    assert first[0]["secrets"] != second[0]["secrets"]


def test_secrets_that_a_seed_names_stay() -> None:
    said = {"channel": "webchat", "account_id": "a", "secrets": {"visitor_secret": "env:OURS"}}

    [account] = accounts(with_secrets({"tenants": [{"slug": "t", "channels": [said]}]}))

    assert account["secrets"] == {"visitor_secret": "env:OURS"}


def test_a_seed_without_other_channels_starts_no_other_emulators() -> None:
    seed = {"tenants": [{"slug": "t"}]}

    assert with_secrets(seed) == seed
    assert telegram_of(seed, 1) is None
    assert twilio_of(seed, 2, "http://gateway") is None


def test_secrets_reach_an_emulator_by_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    world = private_world(tmp_path)
    children = {child.name: child for child in world.emulator_children()}

    assert set(children) == {"phone", "telegram", "twilio"}
    for child in children.values():
        file = Path(child.arguments[-1])
        assert file.stat().st_mode & 0o077 == 0
        assert "**" not in file.read_text()
    token = json.loads((tmp_path / "telegram.json").read_text())["bots"][0]["token"]
    assert token == next(accounts(world.seed, "telegram"))["secrets"]["bot_token"]
    assert token not in repr(world)


def test_the_script_has_a_conversation_on_every_channel_of_the_demo() -> None:
    seed = yaml.safe_load(SEED.read_text())

    assert {story.channel for story in STORIES} == {
        "whatsapp",
        *(account["channel"] for account in accounts(seed)),
    }


def test_pages_and_profiles_are_in_one_emulator_that_signs_as_the_gateway_expects(tmp_path: Path) -> None:
    seed = yaml.safe_load(SEED.read_text())
    seed["tenants"][0]["channels"] += [
        {"channel": "messenger", "account_id": "500000000000042"},
        {"channel": "instagram", "account_id": "17841400000000042"},
    ]
    file = tmp_path / "seed.yaml"
    file.write_text(yaml.safe_dump(seed))
    world = private_world(tmp_path / "data", seed_file=file)

    assert world.messenger is not None
    assert world.messenger.app_secret == world.settings.whatsapp_app_secret
    assert world.settings.meta_api_url == f"http://127.0.0.1:{world.messenger.port}/v23.0"
    for known, account in zip(
        accounts(world.seed, "messenger", "instagram"), world.messenger.accounts, strict=True
    ):
        assert account.page_token.get_secret_value() == known["secrets"]["page_token"]
        assert account.webhook_url == f"{world.settings.public_url}/webhooks/{known['channel']}"
    assert "messenger" in {child.name for child in world.emulator_children()}
