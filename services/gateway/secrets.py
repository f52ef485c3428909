"""How are secrets and raw webhook bodies unreadable at rest? AES-256-GCM under a key that the database never sees.

What is sealed is bound to what it is about (`about`), so bytes copied to another row do not open there. Sealed bytes are
a version, the key's id, a random nonce, the ciphertext with its tag. A key is good for 2^32 seals (NIST SP 800-38D, 8.3).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.errors import UsherError
from shared.settings import Settings

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_VERSION: Final = b"\x01"
_HEADER_BYTES: Final = 5  # the version, and four bytes that say which key


class CannotDecrypt(UsherError):
    """This was sealed with another key, for another place, or it has been changed."""


class NoKey(CannotDecrypt):
    """There is no key for secrets: set USHER_SECRETS_KEY (`usher channel key` makes one)."""


class BadKey(UsherError):
    """USHER_SECRETS_KEY holds something that is no key: `usher channel key` makes one."""


def new_key() -> str:
    """A fresh key as USHER_SECRETS_KEY takes it: 32 random bytes, URL-safe base64 without padding."""
    return secrets.token_urlsafe(_KEY_BYTES)


class Vault:
    """Seals with the newest key, opens what any of its keys has sealed."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """`keys` of 32 bytes, the newest first; none: it refuses to work, saying what to set."""
        self._by_id = {_header(key): AESGCM(key) for key in reversed(keys)}
        self._newest = _header(keys[0]) if keys else None

    @classmethod
    def from_settings(cls, settings: Settings) -> Vault:
        """The vault of USHER_SECRETS_KEY. Raises `BadKey`, never showing what was set."""
        given = settings.secrets_key.get_secret_value() if settings.secrets_key else ""
        parts = [part.strip() for part in given.split(",") if part.strip()]
        return cls([_key(part, place) for place, part in enumerate(parts, 1)])

    @property
    def has_key(self) -> bool:
        """Whether it can seal."""
        return self._newest is not None

    def seal(self, plain: bytes, about: bytes) -> bytes:
        """`plain`, encrypted; only `open` with the same `about` gives it back. Raises `NoKey`."""
        if self._newest is None:
            raise NoKey
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._by_id[self._newest].encrypt(nonce, plain, self._newest + about)
        return self._newest + nonce + sealed

    def open(self, sealed: bytes, about: bytes) -> bytes:
        """What was sealed about this. Raises `CannotDecrypt` (`NoKey` without any key) saying what to look at."""
        if self._newest is None:
            raise NoKey
        header = sealed[:_HEADER_BYTES]
        cipher = self._by_id.get(header)
        if cipher is None:
            raise CannotDecrypt(
                f"This was sealed with a key ({header[1:].hex()}) that USHER_SECRETS_KEY does not hold: "
                "add that key behind the newest one, separated by a comma."
            )
        body = sealed[_HEADER_BYTES:]
        try:
            return cipher.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], header + about)
        except (InvalidTag, ValueError) as error:
            raise CannotDecrypt(
                "This was sealed for another place or has been changed, although its key is in USHER_SECRETS_KEY: "
                "put it back from a backup, or enter it again."
            ) from error

    def is_newest(self, sealed: bytes) -> bool:
        """Whether it was sealed with the newest key."""
        return self._newest is not None and sealed.startswith(self._newest)


def _header(key: bytes) -> bytes:
    return _VERSION + hashlib.sha256(b"usher key id" + key).digest()[: _HEADER_BYTES - 1]


def _key(text: str, place: int) -> bytes:
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise BadKey(
            f"Key number {place} of USHER_SECRETS_KEY is none: `usher channel key` makes one (43 characters)."
        )
    return key
