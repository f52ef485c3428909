"""Is this mapping a document? Its values, or every mistake: wrong fields, things there twice, references to nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from services.booking.document.mistakes import InvalidDocument, Mistake, Path, mistakes_of, nearest
from services.booking.document.normal import normal
from services.booking.document.parts import KINDS, Document

_REFERENCES = (
    ("resources/*/location", "locations"),
    ("services/*/location", "locations"),
    ("services/*/staff/*", "staff"),
    ("services/*/needs/*", "resources"),
    ("services/*/needs/*/*", "resources"),
    ("services/*/policy/cancellation/*/services/*", "services"),
    ("services/*/policy/pricing/rules/*/services/*", "services"),
    ("services/*/policy/pricing/rules/*/staff/*", "staff"),
    ("schedules/*/service", "services"),
    ("schedules/*/staff", "staff"),
    ("schedules/*/room", "resources"),
    ("products/*/services/*", "services"),
    ("promo_codes/*/services/*", "services"),
)
"""Where a tenant's document names another of its parts, and of which list."""

_WORDS = {"locations": "location", "resources": "resource", "staff": "staff member", "services": "service"}


def read_document(document: Mapping[str, Any]) -> Document:
    """The document as values. Raises `InvalidDocument` naming every mistake by its path."""
    mistakes: list[Mistake] = []
    read: Document | None = None
    try:
        read = Document.model_validate(document)
    except ValidationError as error:
        mistakes += mistakes_of(error, document, Document)
    mistakes += _unfitting(document)
    if mistakes or read is None:
        raise InvalidDocument(sorted(mistakes, key=lambda m: [str(p).zfill(6) for p in m.path]))
    return Document(tenants=tuple(normal(tenant) for tenant in read.tenants))


def _unfitting(document: Mapping[str, Any]) -> list[Mistake]:
    """What each part alone does not show. Reads the raw document, so that it finds something in a wrong one too."""
    mistakes = list(_twice(document, ("tenants",), "slug"))
    for path, tenant in _at(document, "tenants/*"):
        if not isinstance(tenant, Mapping):
            continue
        for kind in KINDS:
            found = _twice(tenant, (kind,), "code" if kind == "promo_codes" else "key")
            mistakes += [Mistake((*path, *m.path), m.text) for m in found]
        mistakes += [Mistake((*path, *m.path), m.text) for m in (*_unknown(tenant), *_misplaced(tenant))]
    return mistakes


def _unknown(tenant: Mapping[str, Any]) -> Iterator[Mistake]:
    keys = {kind: _by_key(tenant, kind) for kind in KINDS}
    for pattern, kind in _REFERENCES:
        for path, value in _at(tenant, pattern):
            if isinstance(value, str) and value not in keys[kind] and not _is_id(value):
                yield Mistake(path, f"there is no {_WORDS[kind]} {value!r}{nearest(value, keys[kind])}")


def _misplaced(tenant: Mapping[str, Any]) -> Iterator[Mistake]:
    services, resources = _by_key(tenant, "services"), _by_key(tenant, "resources")
    for path, value in _at(tenant, "schedules/*/service"):
        if isinstance(value, str) and services.get(value, {}).get("kind") == "appointment":
            yield Mistake(path, f"{value!r} is booked by appointment: only a class has schedules")
    for path, value in _at(tenant, "schedules/*/room"):
        if isinstance(value, str) and resources.get(value, {}).get("kind", "room") != "room":
            yield Mistake(path, f"{value!r} is no room")


def _by_key(tenant: Mapping[str, Any], kind: str) -> dict[str, Mapping[str, Any]]:
    found = (thing for _, thing in _at(tenant, f"{kind}/*") if isinstance(thing, Mapping))
    return {thing["key"]: thing for thing in found if isinstance(thing.get("key"), str)}


def _twice(parent: Mapping[str, Any], path: Path, name: str) -> Iterator[Mistake]:
    seen: set[str] = set()
    for where, value in _at(parent, "/".join((*map(str, path), "*", name))):
        word = value.strip().upper() if name == "code" and isinstance(value, str) else value
        if isinstance(word, str) and word in seen:
            yield Mistake(where, f"{value!r} is there twice")
        elif isinstance(word, str):
            seen.add(word)


def _at(value: Any, pattern: str) -> Iterator[tuple[Path, Any]]:
    """All values under a path in which `*` is any position of a list."""
    first, _, rest = pattern.partition("/")
    if first == "*":
        if not isinstance(value, Sequence) or isinstance(value, str):
            return
        inner: list[tuple[str | int, Any]] = list(enumerate(value))
    else:
        if not isinstance(value, Mapping) or first not in value:
            return
        inner = [(first, value[first])]
    for part, below in inner:
        if not rest:
            yield (part,), below
            continue
        for path, found in _at(below, rest):
            yield (part, *path), found


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
