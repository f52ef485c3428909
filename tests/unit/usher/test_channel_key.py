"""The key for secrets that `usher up` makes: once, in its data folder, for all that is started there."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from pydantic import SecretStr

from services.gateway.secrets import Vault
from shared.settings import Settings
from usher.configured import with_running_servers, with_secrets_key
from usher.embedded.credentials import FILE, load, load_or_create
from usher.embedded.servers import kept_secrets_key
from usher.environment import child_environment


def test_the_key_is_made_once_and_the_vault_takes_it(tmp_path: Path) -> None:
    key = load_or_create(tmp_path).secrets_key

    assert load_or_create(tmp_path).secrets_key == kept_secrets_key(tmp_path) == key
    assert Vault.from_settings(Settings(secrets_key=SecretStr(key))).has_key


def test_a_folder_from_before_there_was_a_key_gets_one_and_keeps_its_passwords(tmp_path: Path) -> None:
    before = load_or_create(tmp_path)
    stored = json.loads((tmp_path / FILE).read_text())
    del stored["secrets_key"]
    (tmp_path / FILE).write_text(json.dumps(stored))

    assert kept_secrets_key(tmp_path) is None, "only the owner of the folder makes one"
    assert load(tmp_path).nats == before.nats
    after = load_or_create(tmp_path)

    assert (after.nats, after.postgres_owner) == (before.nats, before.postgres_owner)
    assert after.secrets_key
    assert kept_secrets_key(tmp_path) == after.secrets_key
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_other_commands_use_the_key_of_the_folder_unless_one_is_set(tmp_path: Path) -> None:
    key = load_or_create(tmp_path).secrets_key

    found = with_running_servers(Settings(data_dir=tmp_path)).secrets_key
    given = with_running_servers(Settings(data_dir=tmp_path, secrets_key=SecretStr("mine"))).secrets_key
    empty = with_running_servers(Settings(data_dir=tmp_path, secrets_key=SecretStr(""))).secrets_key

    assert found is not None
    assert given is not None
    assert empty is not None
    assert (found.get_secret_value(), given.get_secret_value(), empty.get_secret_value()) == (
        key,
        "mine",
        key,
    )


def test_a_folder_without_credentials_has_no_key(tmp_path: Path) -> None:
    assert kept_secrets_key(tmp_path) is None
    assert with_running_servers(Settings(data_dir=tmp_path)).secrets_key is None
    assert not list(tmp_path.iterdir())


def test_the_key_reaches_child_processes_and_shows_in_no_repr(tmp_path: Path) -> None:
    key = load_or_create(tmp_path).secrets_key
    settings = with_secrets_key(Settings(data_dir=tmp_path), key)

    assert child_environment(settings, {})["USHER_SECRETS_KEY"] == key
    assert key not in repr(settings) + repr(load(tmp_path))
