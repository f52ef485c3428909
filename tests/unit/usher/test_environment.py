"""A child process reads the same settings as we do, by its environment alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from shared.settings import Settings
from usher.environment import child_environment


def settings_of(environment: dict[str, str]) -> Settings:
    """What a child would read from this environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        return Settings()


text = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(secret=text, seconds=st.floats(0, 1e6), batch=st.integers(1, 10**6), folder=text)
def test_settings_survive_the_way_into_a_child(secret: str, seconds: float, batch: int, folder: str) -> None:
    settings = Settings(
        whatsapp_app_secret=SecretStr(secret),
        resend_after_seconds=seconds,
        booking_batch_limit=batch,
        data_dir=Path(folder),
        database_url="postgresql://usher_app:pw@127.0.0.1:5/usher",
    )

    assert settings_of(child_environment(settings, base={})) == settings


def test_nothing_of_our_own_environment_overrides_the_settings() -> None:
    ours = {
        "USHER_LLM": "openai:gpt-5",
        "USHER_REDIS_URL": "redis://old",
        "OPENAI_API_KEY": "key",
        "HOME": "/home/u",
    }

    environment = child_environment(Settings(), base=ours)

    assert environment["USHER_LLM"] == "offline"
    assert "USHER_REDIS_URL" not in environment
    assert environment["OPENAI_API_KEY"] == "key", "what is not ours passes"


def test_a_configuration_file_does_not_reach_a_child(tmp_path: Path) -> None:
    file = tmp_path / "usher.toml"
    file.write_text('redis_url = "redis://from-the-file"')

    environment = {"USHER_CONFIG": str(file)} | child_environment(
        Settings(), base={"USHER_CONFIG": str(file)}
    )

    assert settings_of(environment).redis_url is None
