"""Which seed documents are accepted, and what is said of those that are not?"""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import devkit
from services.booking.document import InvalidDocument, read_document

GOOD: dict[str, Any] = {
    "tenants": [
        {
            "slug": "casa",
            "name": "Casa",
            "timezone": "Europe/Lisbon",
            "currency": "EUR",
            "staff": [{"key": "ana", "name": "Ana"}],
            "services": [
                {"key": "yoga", "name": "Yoga", "duration_minutes": 60, "price": 1500, "capacity": 10}
            ],
            "schedules": [
                {"key": "daily", "service": "yoga", "staff": "ana", "rrule": "FREQ=DAILY", "starts": "19:00"}
            ],
        }
    ]
}


def test_a_good_document_is_read_with_its_defaults() -> None:
    (tenant,) = read_document(GOOD).tenants
    assert tenant.language == "en"
    assert tenant.services[0].cancellation_deadline_minutes == 120
    assert tenant.schedules[0].starts.isoformat() == "19:00:00"


def test_the_demo_document_is_good() -> None:
    demo = yaml.safe_load((Path(str(devkit.__file__)).parent / "seeds" / "demo.yaml").read_text())
    slugs = [tenant.slug for tenant in read_document(demo).tenants]
    assert slugs == ["yoga-lisboa", "salon-new-york"]


def change(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def apply(document: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        node: Any = document["tenants"][0]
        for part in parents:
            node = node[int(part)] if part.isdigit() else node[part]
        node[last] = value

    return apply


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("timezone", "Lisbon", r"tenants\[0\]\.timezone: 'Lisbon' is not an IANA time zone"),
        ("currency", "EURO", r"tenants\[0\]\.currency: 'EURO' is not an ISO 4217 currency"),
        ("language", "english!", r"tenants\[0\]\.language: 'english!' is not a language"),
        ("services.0.price", 15.5, r"tenants\[0\]\.services\[0\]\.price: .*integer"),
        ("services.0.capacity", 0, r"tenants\[0\]\.services\[0\]\.capacity: .*greater than 0"),
        ("services.0.colour", "red", r"tenants\[0\]\.services\[0\]\.colour: Extra inputs"),
        ("services.0.staff", ["bob"], r"tenants\[0\]: service 'yoga' names unknown staff 'bob'"),
        ("schedules.0.service", "judo", r"tenants\[0\]: schedule 'daily' names unknown service 'judo'"),
        ("schedules.0.staff", "bob", r"tenants\[0\]: schedule 'daily' names unknown staff 'bob'"),
        ("schedules.0.rrule", "daily", r"tenants\[0\]\.schedules\[0\]: rrule: 'daily' is not an RRULE"),
        ("schedules.0.starts", "25:00", r"tenants\[0\]\.schedules\[0\]\.starts: "),
        ("staff", [{"key": "a", "name": "A"}] * 2, r"tenants\[0\]: staff: 'a' is there twice"),
    ],
)
def test_a_mistake_is_named_with_its_path(path: str, value: object, message: str) -> None:
    document = copy.deepcopy(GOOD)
    change(path, value)(document)
    with pytest.raises(InvalidDocument, match=message):
        read_document(document)


def test_all_mistakes_are_named_at_once() -> None:
    document = copy.deepcopy(GOOD)
    change("currency", "XXXX")(document)
    change("services.0.price", -1)(document)
    with pytest.raises(InvalidDocument) as caught:
        read_document(document)
    assert "currency" in str(caught.value)
    assert "price" in str(caught.value)


def test_two_tenants_of_one_slug_are_refused() -> None:
    with pytest.raises(InvalidDocument, match="document: tenants: 'casa' is there twice"):
        read_document({"tenants": GOOD["tenants"] * 2})


def test_an_empty_document_is_refused() -> None:
    with pytest.raises(InvalidDocument, match="tenants"):
        read_document({})
