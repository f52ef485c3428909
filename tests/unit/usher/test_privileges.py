"""Whom PostgreSQL runs as under root, and that nothing more than a way through is opened for it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from usher.embedded import ServerError
from usher.embedded.privileges import account_for, may_traverse, open_path, open_tree
from usher.embedded.spawn import Account

STRANGER = Account("stranger", 54_321, 54_321)
UNCHANGEABLE = Path("/proc/self/fd")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("bits", "owner", "group", "passes"),
    [
        (0o700, STRANGER.uid, 0, True),
        (0o077, STRANGER.uid, 0, False),  # the owner's bits decide, even where others may
        (0o710, 0, STRANGER.gid, True),
        (0o701, 0, STRANGER.gid, False),
        (0o701, 0, 0, True),
        (0o704, 0, 0, False),  # reading a folder is not walking through it
    ],
)
def test_a_folder_lets_through_whom_its_bits_name(bits: int, owner: int, group: int, passes: bool) -> None:
    assert may_traverse(bits, owner, group, STRANGER) is passes


def test_a_closed_parent_is_opened_for_passing_through_but_never_for_reading(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    inner = closed / "inner"
    inner.mkdir(parents=True)
    closed.chmod(0o700)

    changed = open_path(inner / "program", STRANGER)

    assert closed in changed
    assert mode(closed) == 0o701


def test_parents_that_are_open_stay_as_they_are(tmp_path: Path) -> None:
    open_folder = tmp_path / "open"
    open_folder.mkdir()
    open_folder.chmod(0o755)

    assert open_folder not in open_path(open_folder / "program", STRANGER)
    assert mode(open_folder) == 0o755


@pytest.mark.skipif(
    not UNCHANGEABLE.exists(), reason="only Linux has folders in /proc that even root cannot open"
)
def test_a_parent_that_cannot_be_opened_is_one_sentence_with_the_way_out() -> None:
    with pytest.raises(ServerError, match="USHER_DATA_DIR"):
        open_path(UNCHANGEABLE / "data", STRANGER)


def test_files_of_a_wheel_become_readable_and_its_programs_runnable(tmp_path: Path) -> None:
    program, library = tmp_path / "bin" / "postgres", tmp_path / "share" / "postgres.bki"
    for file, bits in ((program, 0o700), (library, 0o600)):
        file.parent.mkdir()
        file.write_text("")
        file.chmod(bits)
        file.parent.chmod(0o700)

    assert open_tree([tmp_path])

    assert (mode(program), mode(library)) == (0o705, 0o604)
    assert mode(program.parent) == 0o705
    assert not open_tree([tmp_path]), "the second time there is nothing to do"


def test_only_root_needs_another_user(tmp_path: Path) -> None:
    account = account_for(tmp_path / "not-there-yet")

    assert (account is not None) == (os.geteuid() == 0)
    assert account is None or account.uid != 0
