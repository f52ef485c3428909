"""How are the document's values written? What is said only, without defaults, as JSON values or as YAML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

import yaml
from pydantic import BaseModel

from services.booking.document.parts import TenantPart

Json = Any
"""Whatever JSON can hold."""


def compact(model: BaseModel) -> dict[str, Json]:
    """The model as JSON values, without the fields that are as by default. A `kind` is always said."""
    return _compact(model, model.model_dump(mode="json", by_alias=True))


def _compact(model: BaseModel, dumped: Mapping[str, Json]) -> dict[str, Json]:
    said: dict[str, Json] = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if name == "kind" or field.is_required() or value != field.get_default(call_default_factory=True):
            said[field.alias or name] = _value(value, dumped[field.alias or name])
    return said


def _value(value: object, dumped: Json) -> Json:
    match value:
        case BaseModel():
            return _compact(value, dumped)
        case tuple():
            return [_value(one, other) for one, other in zip(value, dumped, strict=True)]
        case timedelta():
            return _lead(value) or dumped
        case time() if not value.second and not value.microsecond:
            return f"{value:%H:%M}"
        case datetime() if not value.second and not value.microsecond and value.tzinfo is None:
            return f"{value:%Y-%m-%dT%H:%M}"
        case _:
            return dumped


def _lead(value: timedelta) -> str | None:
    """`1d 12h`, `90m`; None for what is no whole number of minutes."""
    minutes, rest = divmod(value, timedelta(minutes=1))
    if rest or minutes < 0:
        return None
    if minutes % 60:
        return f"{minutes}m"
    days, hours = divmod(minutes // 60, 24)
    return " ".join(part for part in (f"{days}d" * (days > 0), f"{hours}h" * (hours > 0 or not days)) if part)


def with_references(data: Json, services: Callable[[str], str], staff: Callable[[str], str]) -> Json:
    """A policy, price rule or product with its references said otherwise: keys as ids, or ids as keys."""
    if isinstance(data, list):
        return [with_references(one, services, staff) for one in data]
    if not isinstance(data, dict):
        return data
    said = {}
    for name, value in data.items():
        if name == "services" and isinstance(value, list):
            said[name] = [services(one) for one in value]
        elif name == "staff" and isinstance(value, list):
            said[name] = [staff(one) for one in value]
        else:
            said[name] = with_references(value, services, staff)
    return said


def to_yaml(*tenants: TenantPart) -> str:
    """The document of these tenants as YAML, which every YAML version reads alike."""
    data = {"tenants": [compact(tenant) for tenant in tenants]}
    text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)
    return text
