"""Whom does PostgreSQL run as when we are root (it refuses root), and what must that user reach?"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterable
from pathlib import Path

from usher.embedded.errors import ServerError
from usher.embedded.spawn import Account

CANDIDATES = ("postgres", "nobody")
CREATED = "usher-postgres"


def account_for(folder: Path) -> Account | None:
    """The user that PostgreSQL runs as on `folder`: None (ourselves) unless we are root.

    Root gets the owner of an existing folder, else `postgres`, `nobody`, or a system user that it creates.
    Raises ServerError when none can be had.
    """
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owner := folder.stat().st_uid) != 0:
        return Account(f"uid {owner}", owner, folder.stat().st_gid)
    for name in CANDIDATES:
        try:
            return _account_of(pwd.getpwnam(name))
        except KeyError:
            continue
    return _create_account()


def _account_of(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _create_account() -> Account:
    useradd = shutil.which("useradd")
    if useradd is not None:
        subprocess.run([useradd, "--system", "--no-create-home", CREATED], capture_output=True, check=False)  # noqa: S603
    try:
        return _account_of(pwd.getpwnam(CREATED))
    except KeyError:
        raise ServerError(
            "PostgreSQL does not run as root and there is no user `postgres` or `nobody`: "
            "start Usher as an ordinary user."
        ) from None


def may_traverse(mode: int, owner: int, group: int, account: Account) -> bool:
    """Whether `account` may walk through a folder with this mode, owner and group (ids)."""
    if owner == account.uid:
        return bool(mode & stat.S_IXUSR)
    if group == account.gid:
        return bool(mode & stat.S_IXGRP)
    return bool(mode & stat.S_IXOTH)


def open_path(path: Path, account: Account) -> list[Path]:
    """Let `account` walk through the parents of `path`: adds o+x (never read) where it is missing.

    Returns the folders that were changed. Raises ServerError when one cannot be changed.
    """
    changed = []
    for parent in reversed(path.resolve().parents):
        found = parent.stat()
        if may_traverse(found.st_mode, found.st_uid, found.st_gid, account):
            continue
        try:
            parent.chmod(stat.S_IMODE(found.st_mode) | stat.S_IXOTH)
        except OSError as error:
            raise ServerError(
                f"The user {account.name}, as whom PostgreSQL runs, cannot enter {parent} "
                f"({error.strerror}): set USHER_DATA_DIR to a folder that it can reach."
            ) from error
        changed.append(parent)
    return changed


def open_tree(roots: Iterable[Path]) -> bool:
    """Make the wheel's own files readable by everybody (pip under umask 077 keeps them to root).

    Returns whether anything was changed.
    """
    changed = False
    for root in roots:
        for path in (root, *root.rglob("*")):
            if path.is_symlink():
                continue
            mode = stat.S_IMODE(path.stat().st_mode)
            wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
            if wanted != mode:
                path.chmod(wanted)
                changed = True
    return changed
