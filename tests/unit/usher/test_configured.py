"""Configuration mistakes become sentences that name what to change, and never show a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.settings import Settings
from usher.configured import (
    ConfigurationError,
    load_settings,
    require,
    unknown_variables,
    with_running_servers,
)


def test_a_value_that_cannot_be_read_is_named_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USHER_HTTP_PORT", "s3cret")

    with pytest.raises(ConfigurationError) as caught:
        load_settings()

    assert "USHER_HTTP_PORT" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_an_unknown_key_of_the_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "usher.toml"
    file.write_text("databse_url = 'postgresql://…'")
    monkeypatch.setenv("USHER_CONFIG", str(file))

    with pytest.raises(ConfigurationError, match="USHER_DATABSE_URL"):
        load_settings()


def test_a_file_that_is_not_toml_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "usher.toml"
    file.write_text("= nonsense")
    monkeypatch.setenv("USHER_CONFIG", str(file))

    with pytest.raises(ConfigurationError, match=r"usher\.toml is not valid TOML"):
        load_settings()


def test_a_misspelt_variable_is_noticed() -> None:
    environment = {"USHER_LLM": "offline", "USHER_DATABSE_URL": "x", "USHER_CONFIG": "x", "PATH": "x"}

    assert unknown_variables(environment) == ["USHER_DATABSE_URL"]


def test_a_missing_url_is_named_with_both_ways_out(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"USHER_NATS_URL.*usher up"):
        require(Settings(data_dir=tmp_path, redis_url="redis://r"), "nats_url", "redis_url")


def test_no_servers_are_found_in_an_empty_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)

    assert with_running_servers(settings) == settings
    assert list(tmp_path.iterdir()) == [], "looking must not leave anything behind"
