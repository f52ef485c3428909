"""What are the document's parts made of? Keys, zones, currencies, languages, local moments: each with its own check."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from shared.money import is_currency

FIRST_DAY = date(2024, 1, 1)
"""What rules count from when the document does not say (a Monday)."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone such as Europe/Lisbon") from error
    return name


def _currency(code: str) -> str:
    if not is_currency(code):
        raise ValueError(f"{code!r} is not an ISO 4217 currency such as EUR")
    return code


def _language(tag: str) -> str:
    try:
        Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError(f"{tag!r} is not a language such as en or pt-PT") from error
    return tag


def _moment(value: object) -> object:
    # A date must stay the whole day: pydantic would also read it as midnight.
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value) if len(value) <= len("2026-12-24") else datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is not a date such as 2026-12-24 or 2026-12-24T19:00") from error


Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency)]
Language = Annotated[str, AfterValidator(_language)]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Words = tuple[Annotated[str, Field(min_length=1, max_length=80)], ...]
Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
Price = Annotated[int, Field(ge=0, le=2**31 - 1)]
Capacity = Annotated[int, Field(gt=0, le=10_000)]
LocalMoment = Annotated[datetime | date, BeforeValidator(_moment)]
"""A wall-clock time of one session, or a whole day; one with an offset is turned into the business's zone."""


class Part(BaseModel):
    """A part of the document: frozen, and a field it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)


class Keyed(Part):
    """A part that others refer to by its `key`. Its id follows from the key, unless `id` says another.

    `id` is written by the export for what no document made (a schedule that was split, say).
    """

    key: Key
    id: UUID | None = None
