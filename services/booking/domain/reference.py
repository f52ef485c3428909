"""What do people call a booking? Six characters that follow from its id and cannot be misread."""

from __future__ import annotations

from uuid import UUID

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0 O 1 I L
_LENGTH = 6


def reference_of(booking_id: UUID) -> str:
    """The reference of this booking, e.g. `7KQ2MX`. Not unique: the id is the key, this is for reading out."""
    number = booking_id.int
    letters = ""
    for _ in range(_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        letters += _ALPHABET[digit]
    return letters
