"""Which passwords do the embedded servers have, and which key the secrets in them? Made once, in a file only we can read."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

FILE = "credentials.json"


def _password() -> str:
    return secrets.token_urlsafe(24)


def _secrets_key() -> str:
    from services.gateway.secrets import new_key

    return new_key()


@dataclass(frozen=True)
class Credentials:
    """One generated password per role; URL-safe, so they go into URLs as they are.

    `secrets_key` is USHER_SECRETS_KEY where none is set: without it, the channel secrets in the database are lost.
    """

    postgres_owner: str = field(default_factory=_password, repr=False)
    postgres_app: str = field(default_factory=_password, repr=False)
    nats: str = field(default_factory=_password, repr=False)
    redis: str = field(default_factory=_password, repr=False)
    secrets_key: str = field(default_factory=_secrets_key, repr=False)


def load_or_create(folder: Path) -> Credentials:
    """The credentials of this data folder, for its owner; made (file mode 0600) the first time.

    Raises OSError when the folder cannot be written, ValueError or KeyError when the file is not ours.
    """
    try:
        stored = load(folder)
    except FileNotFoundError:
        return _write(folder, Credentials())
    # A folder from before there was a key gets one. Only its owner does this: two processes would make two.
    return stored if stored.secrets_key else _write(folder, replace(stored, secrets_key=_secrets_key()))


def load(folder: Path) -> Credentials:
    """The credentials of a data folder, changing nothing; `secrets_key` is empty when there is none yet.

    Raises FileNotFoundError when there are no credentials, and as `load_or_create` does.
    """
    stored = {"secrets_key": "", **json.loads((folder / FILE).read_text())}
    return Credentials(**{each.name: str(stored[each.name]) for each in fields(Credentials)})


def _write(folder: Path, credentials: Credentials) -> Credentials:
    private_write(folder / FILE, json.dumps(asdict(credentials), indent=1))
    return credentials


def private_write(path: Path, text: str) -> None:
    """Replace `path` at once by `text`, readable only by us at every moment."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
