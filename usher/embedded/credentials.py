"""Which passwords do the embedded servers have? Generated once, into one file only we can read."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

FILE = "credentials.json"


def _password() -> str:
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class Credentials:
    """One generated password per role; URL-safe, so they go into URLs as they are."""

    postgres_owner: str = field(default_factory=_password, repr=False)
    postgres_app: str = field(default_factory=_password, repr=False)
    nats: str = field(default_factory=_password, repr=False)
    redis: str = field(default_factory=_password, repr=False)


def load_or_create(folder: Path) -> Credentials:
    """The credentials of this data folder; made (file mode 0600) the first time.

    Raises OSError when the folder cannot be written, ValueError when the file is not ours.
    """
    path = folder / FILE
    try:
        stored = json.loads(path.read_text())
    except FileNotFoundError:
        made = Credentials()
        private_write(path, json.dumps(asdict(made), indent=1))
        return made
    return Credentials(**{each.name: str(stored[each.name]) for each in fields(Credentials)})


def private_write(path: Path, text: str) -> None:
    """Replace `path` at once by `text`, readable only by us at every moment."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
