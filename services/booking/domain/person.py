"""Is this a phone number, a name, a language, a channel identity? What is known of a person, checked and spelled one way.

Every function gives the value as it is stored, or raises ValueError with a sentence for whoever typed it.
"""

from __future__ import annotations

import re
import unicodedata
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from babel import Locale, UnknownLocaleError

_JOINERS = "\u200c\u200d"  # Persian and Indic names are spelled with them
_TIER = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_PHONE_CHANNELS = frozenset({"whatsapp", "sms", "phone"})
_PHONE_LIKE = re.compile(r"\+?[\d\s().-]{7,25}")


def full_name(text: str) -> str:
    """A name without line breaks and invisible characters, at most 120 long."""
    shown = "".join(
        c
        for c in unicodedata.normalize("NFC", text)
        if c in _JOINERS or unicodedata.category(c) not in ("Cf", "Co")
    )
    name = " ".join(shown.split())
    if not name or len(name) > 120:
        raise ValueError("A name has 1 to 120 characters.")
    if any(unicodedata.category(c) == "Cc" for c in name):
        raise ValueError("A name has no control characters.")
    return name


def phone(text: str, region: str | None = None) -> str:
    """A phone number as E.164 (`+351912345678`). `region` (ISO 3166, `PT`): where one without `+` belongs."""
    spelled = text.strip()
    if spelled.startswith("00"):
        spelled = "+" + spelled[2:]
    try:
        number = phonenumbers.parse(spelled, region)
    except phonenumbers.NumberParseException as error:
        raise ValueError(
            "A phone number begins with + and the country's code, such as +351 912 345 678."
        ) from error
    if not phonenumbers.is_valid_number(number):
        raise ValueError("There is no such phone number: check the country's code and the number of digits.")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def language(tag: str) -> str:
    """A BCP 47 language that CLDR knows, spelled as usual (`pt-PT`)."""
    try:
        return str(Locale.parse(tag.strip().replace("_", "-"), sep="-")).replace("_", "-")
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError("A language is written like en or pt-PT.") from error


def timezone(name: str) -> str:
    """An IANA time zone."""
    try:
        return ZoneInfo(name.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("A time zone is written like Europe/Lisbon.") from error


def tier(text: str) -> str:
    """The key of a tier (`gold`), as price rules and policies spell it."""
    key = text.strip().lower()
    if not _TIER.fullmatch(key):
        raise ValueError("A tier is one word of small letters, digits, - and _, such as gold.")
    return key


def notes(text: str) -> str:
    """The staff's notes on a customer, at most 2,000 characters."""
    kept = text.strip()
    if not kept or len(kept) > 2_000:
        raise ValueError("Notes have 1 to 2,000 characters.")
    return kept


def identity(channel: str, user_id: str) -> tuple[str, str]:
    """A channel identity spelled one way, so that the same person is not two.

    Channels and e-mail addresses do not tell capitals apart; phone channels know a number by its digits. Any other
    id is the channel's own word and stays: two that differ in case may be two people.
    """
    where, who = channel.strip().casefold(), user_id.strip()
    if not where or not who or len(where) > 40 or len(who) > 320:
        raise ValueError("An identity is a channel and the person's id there.")
    if "@" in who:
        return where, who.casefold()
    if where in _PHONE_CHANNELS and _PHONE_LIKE.fullmatch(who):
        return where, re.sub(r"\D", "", who)
    return where, who
