"""What differs between two documents of a tenant? Things added, changed (old → new, field by field) and removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import orjson

from services.booking.document.ids import WORDS, identity
from services.booking.document.parts import KINDS, TenantPart, Thing, things
from shared.ids import tenant_id_of

_LONGEST = 60
_ORDERED = frozenset({"locations", "resources", "staff", "services"})


@dataclass(frozen=True, slots=True)
class Field:
    """One value that changes: its path in the thing (`policy.hold_minutes`), and what it was and will be."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is added, changed or removed. `kind` is a word for people (`service`)."""

    what: Literal["added", "changed", "removed"]
    kind: str
    key: str
    fields: tuple[Field, ...] = ()

    def lines(self) -> list[str]:
        """A line for the thing, and one for each field that changes."""
        sign = {"added": "+", "changed": "~", "removed": "-"}[self.what]
        return [
            f"{sign} {self.kind} {self.key}",
            *(f"    {field.path}: {field.old} → {field.new}" for field in self.fields),
        ]


def difference(old: TenantPart | None, new: TenantPart) -> tuple[Change, ...]:
    """What turns `old` (None: there was no such tenant) into `new`. `whatsapp`, `channels` are the gateway's: not looked at."""
    if old is None:
        added = [Change("added", WORDS[kind], thing.key) for kind in KINDS for thing in things(new, kind)]
        return (Change("added", "tenant", new.slug), *added)
    itself = _fields(_own(old), _own(new))
    changes = [Change("changed", "tenant", new.slug, itself)] if itself else []
    for kind in KINDS:
        changes += _of_kind(kind, things(old, kind), things(new, kind), tenant_id_of(new.slug))
    return tuple(changes)


def _of_kind(kind: str, old: Sequence[Thing], new: Sequence[Thing], tenant_id: UUID) -> Iterator[Change]:
    before = {identity(tenant_id, kind, thing): thing for thing in old}
    after = {identity(tenant_id, kind, thing): thing for thing in new}
    word = WORDS[kind]
    yield from (Change("added", word, thing.key) for i, thing in after.items() if i not in before)
    for i, thing in after.items():
        fields = _fields(_dump(before[i]), _dump(thing)) if i in before else ()
        if fields:
            yield Change("changed", word, thing.key, fields)
    yield from (Change("removed", word, thing.key) for i, thing in before.items() if i not in after)
    stayed = [thing.key for i, thing in before.items() if i in after]
    now = [thing.key for i, thing in after.items() if i in before]
    if kind in _ORDERED and [i for i in before if i in after] != [i for i in after if i in before]:
        yield Change("changed", word, "order", (Field("order", ", ".join(stayed), ", ".join(now)),))


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Field, ...]:
    before, after = dict(_leaves(old, "")), dict(_leaves(new, ""))
    paths = [*after, *(path for path in before if path not in after)]
    return tuple(
        Field(path, _said(before.get(path)), _said(after.get(path)))
        for path in paths
        if before.get(path) != after.get(path)
    )


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{index}]")
    else:
        yield path, value


def _own(tenant: TenantPart) -> dict[str, Any]:
    return tenant.model_dump(mode="json", by_alias=True, exclude={"whatsapp", "channels", *KINDS})


def _dump(thing: Thing) -> dict[str, Any]:
    return thing.model_dump(mode="json", by_alias=True, exclude={"id", "key"})


def _said(value: Any) -> str:
    if value is None or value == [] or value == {}:
        return "nothing"
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
