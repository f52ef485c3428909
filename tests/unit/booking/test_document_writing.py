"""Does a written document say the same as the one that was read, and what differs between two?"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import devkit
from services.booking.business_hours import hours_of
from services.booking.document import TenantPart, read_document
from services.booking.document.difference import difference
from services.booking.document.ids import slug_of
from services.booking.document.marks import read_source
from services.booking.document.writing import compact, to_yaml
from tests.unit.booking.document_strategies import tenants

SEEDS = Path(str(devkit.__file__)).parent / "seeds"


def tenant(data: dict[str, Any]) -> TenantPart:
    return read_document({"tenants": [data]}).tenants[0]


@given(tenants())
def test_a_document_that_is_written_says_what_was_read(data: dict[str, Any]) -> None:
    read = tenant(data)
    written = to_yaml(read)
    assert read_document(read_source(written, "x").data).tenants == (read,)
    assert to_yaml(*read_document(read_source(written, "x").data).tenants) == written


@given(tenants())
def test_what_is_written_reads_the_same_in_yaml_1_1(data: dict[str, Any]) -> None:
    read = tenant(data)
    assert read_document(yaml.safe_load(to_yaml(read))).tenants == (read,)


@pytest.mark.parametrize("file", ["demo.yaml", "clinic.yaml"])
def test_the_example_documents_survive_being_written(file: str) -> None:
    read = read_document(read_source((SEEDS / file).read_text(), file).data)
    assert read_document(read_source(to_yaml(*read.tenants), "x").data) == read


def test_what_is_as_by_default_is_not_written() -> None:
    data = {"slug": "a", "name": "A", "timezone": "UTC", "currency": "EUR"}
    assert compact(tenant(data)) == data


def test_times_are_written_as_people_write_them() -> None:
    read = read_document(read_source((SEEDS / "clinic.yaml").read_text(), "clinic.yaml").data).tenants[0]
    written = compact(read)
    early_bird = written["services"][1]["policy"]["pricing"]["rules"][1]
    assert early_bird == {"kind": "early_bird", "until": "14d", "change": {"basis_points": -1000}}
    evening = next(schedule for schedule in written["schedules"] if schedule["key"] == "pilates-evening")
    assert (evening["starts"], evening["excluded"]) == ("18:00", ["2026-12-28", "2026-12-30T18:00"])


@given(tenants())
def test_a_document_does_not_differ_from_itself(data: dict[str, Any]) -> None:
    assert difference(tenant(data), tenant(copy.deepcopy(data))) == ()


@given(tenants(), st.data())
def test_whatever_is_taken_away_is_told(data: dict[str, Any], draw: st.DataObject) -> None:
    kind = draw.draw(st.sampled_from(["products", "promo_codes", "schedules"]))
    less = data | {kind: []}
    told = [change for change in difference(tenant(data), tenant(less)) if change.what == "removed"]
    assert len(told) == len(data[kind])


BUSINESS: dict[str, Any] = {
    "slug": "casa", "name": "Casa", "timezone": "Europe/Lisbon", "currency": "EUR",
    "staff": [{"key": "ana", "name": "Ana"}, {"key": "bea", "name": "Bea"}],
    "services": [{"key": "yoga", "name": "Yoga", "duration_minutes": 60, "price": 1500, "capacity": 10}],
}  # fmt: skip


def lines(change: dict[str, Any]) -> list[str]:
    old, new = tenant(BUSINESS), tenant(copy.deepcopy(BUSINESS) | change)
    return [line for each in difference(old, new) for line in each.lines()]


def test_each_value_that_changes_is_told_with_what_it_was() -> None:
    yoga = BUSINESS["services"][0] | {"price": 1600, "policy": {"hold_minutes": 5}, "staff": ["ana"]}
    assert lines({"services": [yoga], "name": "Casa Yoga"}) == [
        "~ tenant casa",
        "    name: Casa → Casa Yoga",
        "~ service yoga",
        "    price: 1500 → 1600",
        '    staff: nothing → ["ana"]',
        "    policy.hold_minutes: 10 → 5",
    ]


def test_another_order_of_staff_is_told() -> None:
    assert lines({"staff": BUSINESS["staff"][::-1]}) == ["~ staff order", "    order: ana, bea → bea, ana"]


def test_a_renamed_key_is_another_thing() -> None:
    assert lines({"staff": [BUSINESS["staff"][0], {"key": "beatriz", "name": "Bea"}]}) == [
        "+ staff beatriz",
        "- staff bea",
    ]


def test_the_same_id_under_another_key_is_the_same_thing() -> None:
    own = {"id": "6f1d7b3e-6f3c-4a52-9b57-0c6d8a2f4e11"}
    old = tenant(BUSINESS | {"staff": [{"key": "ana", "name": "Ana", **own}]})
    new = tenant(BUSINESS | {"staff": [{"key": "anna", "name": "Ana", **own}]})
    assert difference(old, new) == ()


@pytest.mark.parametrize(
    ("name", "key"), [("Yin Yoga (slow)", "yin-yoga-slow"), ("Clínica Ação", "clinica-acao"), ("!!", "")]
)
def test_a_key_is_made_from_a_name(name: str, key: str) -> None:
    assert slug_of(name) == key


def test_closures_of_the_business_hold_in_each_of_its_locations() -> None:
    settings = '{"hours": {"holidays": ["PT"], "closures": [{"from": "2026-12-24", "until": "2026-12-24"}]}}'
    location = '{"opening": {"mon": ["09:00-10:00"]}, "holidays": ["PT", "ES"]}'
    hours = hours_of(settings, location)
    assert hours is not None
    assert hours.holidays == ("PT", "ES")
    assert len(hours.closures) == 1
    assert hours.opening is not None
    assert hours_of("{}", None) is None
    assert hours_of(settings, None) == hours_of(settings, "{}")
