"""How do rows get to `inbox_sql`'s statements? By columns: what is alike once, texts as one text, so that a row costs little."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from services.gateway.inbound import NOBODY, InboxRow
from services.gateway.raw import RawBody

_SEPARATOR: Final = "\x1f"
_PRIVATE_USE: Final = 0xE000  # from here on no surrogates
_NOTHING: Final[tuple[tuple[()], ...]] = ((),) * len(InboxRow._fields)

Element = TypeVar("Element")


def arguments(
    rows: Sequence[InboxRow], raws: Sequence[RawBody], resend_after: float, *, check: bool
) -> tuple[object, ...]:
    """The arguments of `inbox_sql.INSERT`."""
    # All columns at once: asking every row for every field takes four times as long.
    columns: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else _NOTHING
    of = dict(zip(InboxRow._fields, columns, strict=True))
    texts = of["provider_id"], of["subject"], of["user_id"], of["phone"]
    separator, (provider_ids, subjects, user_ids, phones), payloads = joined(texts, of["payload"])
    tenants = {*of["tenant_id"], NOBODY} if raws else set(of["tenant_id"])
    return (
        _once(of["tenant_id"]),
        of["id"],
        _once(of["kind"]),
        _once(of["channel"]),
        _once(of["account_id"]),
        provider_ids,
        subjects,
        payloads,
        _if_any(of["raw"]),
        resend_after,
        _if_any(of["delay"]),
        _if_any(of["after_id"]),
        of["conversation_id"],
        user_ids,
        () if of["begun_as"] == of["user_id"] else of["begun_as"],
        _once(of["sent_at"]),
        phones,
        *_raw_columns(raws),
        ",".join(sorted(map(str, tenants))),
        check,
        separator,
    )


def _raw_columns(raws: Sequence[RawBody]) -> tuple[object, ...]:
    return (
        [raw.id for raw in raws],
        _once([raw.channel for raw in raws]),
        _if_any([raw.account_id for raw in raws]),
        _once([raw.url for raw in raws]),
        _once([raw.content_type for raw in raws]),
        [raw.sealed for raw in raws],
        NOBODY,
    )


def joined(
    columns: Sequence[Sequence[str | None]], payloads: Sequence[bytes]
) -> tuple[str, list[str], bytes]:
    """Each column as one text, and what stands between its elements: it is in none of them. Nothing stands for None."""
    between = max(0, len(payloads) - 1)
    for separator in _separators():
        texts = [_join(separator, column) for column in columns]
        payload = separator.encode().join(payloads)
        if payload.count(separator.encode()) == between and all(
            text.count(separator) == between for text in texts
        ):
            break
    return separator, texts, payload


def _separators() -> Iterator[str]:
    """What hardly any text holds, then whatever there is: more characters than a webhook is long.

    Of one character each: a longer one may begin in an element and end in what follows it.
    """
    yield _SEPARATOR
    yield from map(chr, range(_PRIVATE_USE, sys.maxunicode + 1))


def _join(separator: str, column: Sequence[str | None]) -> str:
    try:
        return separator.join(column)  # type: ignore[arg-type]  # nearly always there is no None in it
    except TypeError:
        return separator.join([text or "" for text in column])


def _if_any(column: Sequence[Element]) -> Sequence[Element]:
    """The column, empty when no row has anything there (see `inbox_sql`)."""
    return column if any(column) else ()


def _once(column: Sequence[Element]) -> Sequence[Element]:
    """The column, of a single element when all rows have the same there (see `inbox_sql`)."""
    return column[:1] if column and column.count(column[0]) == len(column) else column
