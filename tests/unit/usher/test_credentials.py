"""The passwords of the embedded servers: made once, readable by us alone, never shown."""

from __future__ import annotations

import stat
from pathlib import Path
from urllib.parse import quote

from usher.embedded.credentials import FILE, load_or_create, private_write


def test_credentials_are_made_once_per_folder(tmp_path: Path) -> None:
    first = load_or_create(tmp_path)

    assert load_or_create(tmp_path) == first
    assert len(set(vars(first).values())) == len(vars(first)), "every role has its own"


def test_two_folders_have_different_credentials(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    assert load_or_create(tmp_path / "a").nats != load_or_create(tmp_path / "b").nats


def test_only_we_can_read_the_file(tmp_path: Path) -> None:
    load_or_create(tmp_path)

    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_passwords_go_into_a_url_as_they_are_and_do_not_show(tmp_path: Path) -> None:
    credentials = load_or_create(tmp_path)

    for password in vars(credentials).values():
        assert quote(password, safe="") == password
        assert password not in repr(credentials)


def test_a_private_file_replaces_an_open_one(tmp_path: Path) -> None:
    path = tmp_path / "nats.conf"
    path.write_text("old")
    path.chmod(0o644)

    private_write(path, "new")

    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
