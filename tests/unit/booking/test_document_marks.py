"""Is each mistake shown where it is in the file, and is YAML read the way people mean it?"""

from __future__ import annotations

import pytest

from services.booking.document import InvalidDocument, read_document
from services.booking.document.marks import UnreadableFile, located, read_source

BAD = """\
tenants:
  - slug: casa
    name: Casa
    timezone: Lisbon
    currency: EUR
    services:
      - key: yoga
        name: Yoga
        colour: red
        duration_minutes: 60
        price: 15.5
        staff: [bob]
        policy:
          pricing:
            rules:
              - {kind: early_bird, untill: 24h, change: {amount: -5}}
"""


def test_every_mistake_has_its_line_and_column_in_the_file_s_order() -> None:
    source = read_source(BAD, "studio.yaml")
    with pytest.raises(InvalidDocument) as caught:
        read_document(source.data)

    lines = str(located(caught.value, source)).split("\n  ")

    assert lines[0] == "studio.yaml has mistakes:"
    assert [line.split(": ")[:2] for line in lines[1:]] == [
        ["studio.yaml:4:15", "tenants[0].timezone"],
        ["studio.yaml:7:9", "tenants[0].services[0].capacity"],  # missing: where the service begins
        ["studio.yaml:9:9", "tenants[0].services[0].colour"],  # the name is wrong, not the value
        ["studio.yaml:11:16", "tenants[0].services[0].price"],
        ["studio.yaml:12:17", "tenants[0].services[0].staff[0]"],
        ["studio.yaml:16:17", "tenants[0].services[0].policy.pricing.rules[0].until"],
        ["studio.yaml:16:36", "tenants[0].services[0].policy.pricing.rules[0].untill"],
    ]


def test_a_field_that_is_there_twice_is_a_mistake() -> None:
    with pytest.raises(InvalidDocument, match=r"x\.yaml:3:1: a: is there twice"):
        read_source("a: 1\nb: 2\na: 3\n", "x.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("19:00", "19:00"),
        ("on", "on"),
        ("NO", "NO"),
        ("0123", "0123"),
        ("1_000", "1_000"),
        ("2026-12-24", "2026-12-24"),
        ("12", 12),
        ("-1.5", -1.5),
        ("true", True),
        ("~", None),
        ("", None),
        ('"12"', "12"),
    ],
)
def test_plain_words_are_texts_unless_they_are_clearly_something_else(text: str, value: object) -> None:
    assert read_source(f"a: {text}", "x").data == {"a": value}


def test_a_field_called_on_is_called_on() -> None:
    assert read_source("on: 1", "x").data == {"on": 1}


def test_json_is_read_too() -> None:
    assert read_source('{"tenants": [{"slug": "casa"}]}', "x").data == {"tenants": [{"slug": "casa"}]}


def test_parts_that_are_said_once_can_be_used_again() -> None:
    source = read_source("a: &hours {mon: 1}\nb: *hours\nc: {<<: *hours, tue: 2}\n", "x")
    assert source.data == {"a": {"mon": 1}, "b": {"mon": 1}, "c": {"mon": 1, "tue": 2}}
    assert source.values[("b", "mon")] == source.values[("a", "mon")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- a list", r"x:1:1: it must hold a mapping"),
        ("", r"x:1:1: it must hold a mapping"),
        ("a: [1, 2", r"x:\d+:\d+: not valid YAML"),
        ("a: !!python/object:os.system {}", r"x:1:4: not valid YAML"),
        ("a: &a [*a]", r"circles|not valid YAML"),
        ("a: b\n\tc: d", r"x:2:1: not valid YAML"),
    ],
)
def test_what_is_no_document_is_said_with_its_place(text: str, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        read_source(text, "x")


def test_a_file_that_unfolds_without_end_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(UnreadableFile, match="far too large"):
        read_source("\n".join(lines), "x")
