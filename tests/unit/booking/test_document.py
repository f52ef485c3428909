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
            "resources": [{"key": "mat", "name": "Mat", "kind": "equipment"}],
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
        ("services.0.colour", "red", r"tenants\[0\]\.services\[0\]\.colour: there is no such field; there are buffer_"),
        ("services.0.staff", ["anna"], r"services\[0\]\.staff\[0\]: there is no staff member 'anna'; did you mean 'ana'"),
        ("services.0.needs", ["hall"], r"services\[0\]\.needs\[0\]: there is no resource 'hall'"),
        ("services.0.location", "here", r"services\[0\]\.location: there is no location 'here'"),
        ("services.0.policy", {"hold_minute": 5}, r"policy\.hold_minute: there is no such field; did you mean 'hold_minutes'"),
        ("services.0.policy", {"pricing": {"rules": [{"kind": "staff", "staff": ["bob"], "change": {"fixed": 1}}]}},
         r"services\[0\]\.policy\.pricing\.rules\[0\]\.staff\[0\]: there is no staff member 'bob'"),
        ("services.0.policy", {"pricing": {"rules": [{"kind": "staff", "staff": ["ana"], "chang": {"fixed": 1}}]}},
         r"rules\[0\]\.chang: there is no such field; did you mean 'change'"),
        ("services.0.kind", "appointment", r"schedules\[0\]\.service: 'yoga' is booked by appointment"),
        ("schedules.0.service", "judo", r"schedules\[0\]\.service: there is no service 'judo'; there are yoga"),
        ("schedules.0.staff", "bob", r"schedules\[0\]\.staff: there is no staff member 'bob'"),
        ("schedules.0.room", "mat", r"schedules\[0\]\.room: 'mat' is no room"),
        ("schedules.0.rrule", "daily", r"tenants\[0\]\.schedules\[0\]\.rrule: 'daily' is not an RRULE"),
        ("schedules.0.starts", 1140, r'schedules\[0\]\.starts: write the time in quotes: "17:00"'),
        ("schedules.0.extra", ["2026-12-24"], r"schedules\[0\]\.extra: an added session needs its time"),
        ("schedules.0.excluded", ["24.12."], r"excluded\[0\]: '24\.12\.' is not a date such as"),
        ("schedules.0.until", "2020-01-01", r"schedules\[0\]\.until"),
        ("products", [{"key": "p", "kind": "pack", "name": "P", "price": 1, "credits": 1, "services": ["judo"]}],
         r"products\[0\]\.services\[0\]: there is no service 'judo'"),
        ("promo_codes", [{"code": "a", "change": {"fixed": 1}}, {"code": "A", "change": {"fixed": 1}}],
         r"promo_codes\[1\]\.code: 'A' is there twice"),
        ("hours", {"holidays": ["XX"]}, r"tenants\[0\]\.hours\.holidays\[0\]: 'XX' is not a country"),
        ("schedules.0.starts", "25:00", r"tenants\[0\]\.schedules\[0\]\.starts: "),
        ("staff", [{"key": "ana", "name": "A"}] * 2, r"tenants\[0\]\.staff\[1\]\.key: 'ana' is there twice"),
    ],
)  # fmt: skip
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
    with pytest.raises(InvalidDocument, match=r"tenants\[1\]\.slug: 'casa' is there twice"):
        read_document({"tenants": GOOD["tenants"] * 2})


def test_an_empty_document_is_refused() -> None:
    with pytest.raises(InvalidDocument, match="tenants"):
        read_document({})


def test_a_service_of_appointments_is_for_one_and_a_class_says_for_how_many() -> None:
    document = copy.deepcopy(GOOD)
    document["tenants"][0]["schedules"] = []
    del document["tenants"][0]["services"][0]["capacity"]
    with pytest.raises(InvalidDocument, match=r"services\[0\]\.capacity: is missing"):
        read_document(document)
    change("services.0.kind", "appointment")(document)
    assert read_document(document).tenants[0].services[0].capacity == 1


def test_dates_with_an_offset_are_the_business_s_wall_clock() -> None:
    document = copy.deepcopy(GOOD)
    change("schedules.0.excluded", ["2026-07-01T18:00Z", "2026-07-01T19:00", "2026-07-02"])(document)
    (tenant,) = read_document(document).tenants
    assert [moment.isoformat() for moment in tenant.schedules[0].excluded] == [
        "2026-07-01T19:00:00",
        "2026-07-02",
    ]


def test_two_ways_to_say_the_same_are_the_same_document() -> None:
    one, other = copy.deepcopy(GOOD), copy.deepcopy(GOOD)
    for document, staff, code in ((one, ["ana", "bea"], "summer"), (other, ["bea", "ana", "bea"], "SUMMER")):
        document["tenants"][0]["staff"] = [{"key": "ana", "name": "Ana"}, {"key": "bea", "name": "Bea"}]
        change("services.0.staff", staff)(document)
        change("promo_codes", [{"code": code, "change": {"amount": -100}}])(document)
    assert read_document(one) == read_document(other)
