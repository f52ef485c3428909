"""What would a CSV file of customers add and change, and where is it wrong?"""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.csv_import import Existing, Known, Plan, Step, plan_customers
from services.booking.csv_table import read_sheet
from shared.ids import customer_id_of, derive
from tests.unit.booking.people.people_world import NOW, TENANT

PHONE = "+351912345678"
ID = customer_id_of(TENANT, "whatsapp", "351912345678")


def plan(data: str | bytes, existing: Existing | None = None, region: str | None = None) -> Plan:
    return plan_customers(data, existing or Existing(), tenant_id=TENANT, now=NOW, region=region)


def only(found: Plan) -> Step:
    assert not found.problems, found.problems
    (step,) = found.steps
    return step


def known(**values: object) -> Existing:
    customer = Known(ID, phone=PHONE, **values)  # type: ignore[arg-type]  # the caller knows the columns
    return Existing({ID: customer}, by_phone={PHONE: ID})


def after(existing: Existing, found: Plan) -> Existing:
    """What is stored when the plan was carried out."""
    customers, external = dict(existing.customers), dict(existing.by_external_id)
    for step in found.steps:
        before = customers.get(step.customer_id, Known(step.customer_id))
        values = {name: getattr(before, name) for name in Known.__dataclass_fields__}
        customers[step.customer_id] = Known(**values | {n: new for n, (_, new) in step.values.items()})
        if step.external_id is not None:
            external[step.external_id] = step.customer_id
    phones = {c.phone: c.customer_id for c in customers.values() if c.phone}
    return Existing(customers, external, phones)


def test_a_customer_with_a_phone_is_who_will_write_from_it() -> None:
    step = only(plan("phone,name\n+351 912 345 678,Ana\n"))
    assert (step.customer_id, step.new) == (ID, True)
    assert step.values == {"phone": (None, PHONE), "full_name": (None, "Ana")}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_spreadsheets_of_any_country_are_read(delimiter: str, encoding: str) -> None:
    text = delimiter.join(["Name", "Phone Number", "Tier"]) + "\r\n"
    text += delimiter.join(['"Conceição, João"', PHONE, "gold"]) + "\r\n"
    step = only(plan(text.encode(encoding)))
    assert step.values["full_name"] == (None, "Conceição, João")
    assert step.values["tier"] == (None, "gold")


def test_the_header_may_be_in_any_order_case_and_spelling() -> None:
    step = only(plan("TIME-ZONE,language,Full Name,Mobile\nEurope/Lisbon,pt-pt,Ana,00351912345678\n"))
    assert {name: new for name, (_, new) in step.values.items()} == {
        "timezone": "Europe/Lisbon",
        "language": "pt-PT",
        "full_name": "Ana",
        "phone": PHONE,
    }


def test_a_national_number_needs_a_region() -> None:
    assert only(plan("phone\n912 345 678\n", region="PT")).customer_id == ID
    (problem,) = plan("phone\n912 345 678\n").problems
    assert (problem.line, problem.column) == (2, "phone")


def test_every_mistake_has_its_line_and_column() -> None:
    text = (
        "phone,name,language,consent\n"
        f'{PHONE},"Ana\nMaria",xx-YY,maybe\n'  # two lines of the file
        ",Ben,,\n"
        "12,,,\n"
        f"{PHONE},Ana,en,yes,extra\n"
    )
    assert [(p.line, p.column) for p in plan(text).problems] == [
        (2, "consent"),
        (2, "language"),
        (4, ""),
        (5, "phone"),
        (6, ""),
    ]


def test_a_column_that_is_unknown_or_there_twice_stops_the_file() -> None:
    found = plan(f"phone,e-mail,phone\n{PHONE},x,y\n")
    assert [(p.line, p.column) for p in found.problems] == [(1, "e_mail"), (1, "phone")]
    assert not found.steps


@pytest.mark.parametrize(
    ("data", "line"), [(b"", 1), (b"\n\n", 1), (b"phone\n+351912345678\nJos\xe9\n", 3), (b'phone\n"unclosed', 2)]
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_where(data: bytes, line: int) -> None:
    (problem,) = plan(data).problems
    assert problem.line == line


def test_the_same_customer_twice_in_a_file_is_a_mistake_on_the_second_line() -> None:
    found = plan(f"phone,name\n{PHONE},Ana\n+351 912 345 678,Anna\n")
    assert len(found.steps) == 1
    (problem,) = found.problems
    assert problem.line == 3
    assert "line 2" in problem.text


def test_the_same_external_id_twice_in_a_file_is_a_mistake_also_when_only_one_line_has_a_phone() -> None:
    found = plan(f"external_id,phone\nc-7,\nc-7,{PHONE}\n")
    assert [(p.line, p.column) for p in found.problems] == [(3, "")]


def test_an_empty_cell_changes_nothing_and_the_dry_run_says_what_changes() -> None:
    found = plan(
        f"phone,name,tier,notes\n{PHONE},Ana,,likes mats\n", known(full_name="Anna", tier="gold", notes=None)
    )
    assert only(found).values == {"full_name": ("Anna", "Ana"), "notes": (None, "likes mats")}
    assert found.describe() == [
        "line 2: change full_name: Anna → Ana, notes: nothing → likes mats",
        "0 to add, 1 to change, 0 as they are, 0 wrong",
    ]


def test_what_is_there_already_is_no_change() -> None:
    found = plan(f"phone,name\n{PHONE},Ana\n", known(full_name="Ana"))
    assert (found.steps, found.unchanged) == ((), 1)


def test_an_external_id_finds_the_customer_whose_phone_changed() -> None:
    other = derive("other")
    existing = Existing({other: Known(other, phone="+351910000000")}, by_external_id={"c-7": other})
    step = only(plan(f"external_id,phone\nc-7,{PHONE}\n", existing))
    assert (step.customer_id, step.new, step.external_id) == (other, False, None)
    assert step.values == {"phone": ("+351910000000", PHONE)}


def test_an_external_id_is_kept_with_the_customer_of_the_phone() -> None:
    step = only(plan(f"external_id,phone\nc-7,{PHONE}\n", known()))
    assert (step.customer_id, step.external_id, dict(step.values)) == (ID, "c-7", {})


def test_a_phone_of_one_customer_and_an_external_id_of_another_is_a_mistake() -> None:
    other = derive("other")
    stored = known()
    existing = Existing({**stored.customers, other: Known(other)}, {"c-7": other}, stored.by_phone)
    (problem,) = plan(f"external_id,phone\nc-7,{PHONE}\n", existing).problems
    assert problem.column == "phone"


def test_a_phone_that_was_merged_leads_to_who_it_is_now() -> None:
    survivor = derive("survivor")
    existing = Existing({survivor: Known(survivor)}, merged={ID: survivor})
    step = only(plan(f"phone,name\n{PHONE},Ana\n", existing))
    assert (step.customer_id, step.new) == (survivor, False)


def test_consent_keeps_its_first_day_and_can_be_withdrawn() -> None:
    given = datetime(2026, 3, 1, tzinfo=UTC)
    assert only(plan(f"phone,consent\n{PHONE},2026-03-01\n")).values["marketing_consent_at"] == (None, given)
    assert plan(f"phone,consent\n{PHONE},yes\n", known(marketing_consent_at=given)).unchanged == 1
    step = only(plan(f"phone,consent\n{PHONE},no\n", known(marketing_consent_at=given)))
    assert step.values == {"marketing_consent_at": (given, None)}
    tomorrow = f"{NOW + timedelta(days=1):%Y-%m-%d}"
    assert plan(f"phone,consent\n{PHONE},{tomorrow}\n").problems


def test_ten_thousand_rows_are_planned_in_one_go() -> None:
    rows = "".join(f"+3519{number:08d},Customer {number}\n" for number in range(12_345_678, 12_355_678))
    found = plan("phone,name\n" + rows)
    assert (found.added, found.problems) == (10_000, ())


cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)


@given(
    st.lists(st.tuples(cells, st.sampled_from(["", PHONE, "+34612345678", "nonsense"]), cells), max_size=8)
)
def test_importing_a_file_again_changes_nothing_whatever_is_in_it(rows: list[tuple[str, str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("external_id", "phone", "notes"), *rows])
    first = plan(text.getvalue())
    again = plan(text.getvalue(), after(Existing(), first))
    assert not again.steps
    assert {p.line for p in again.problems} == {p.line for p in first.problems}
    assert again.unchanged == len(first.steps)


@given(st.binary(max_size=200), st.text(max_size=200))
def test_no_file_is_more_than_a_list_of_problems(data: bytes, text: str) -> None:
    for each in (data, text, b"phone,name\n" + data, "phone;name\n" + text):
        for problem in read_sheet(each, frozenset({"phone", "name"}), {}).problems:
            assert problem.line >= 1
            assert problem.text
