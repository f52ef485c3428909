"""docs/configuration.md is what the code says."""

from __future__ import annotations

from shared.settings import Settings
from usher.configuration import PAGE, page, type_name


def test_the_committed_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_every_setting_says_what_it_means() -> None:
    silent = [name for name, field in Settings.model_fields.items() if not field.description]

    assert not silent


def test_every_setting_has_a_row() -> None:
    written = page()

    assert all(f"| `USHER_{name.upper()}` |" in written for name in Settings.model_fields)


def test_types_are_words_for_people() -> None:
    assert type_name(int | None) == "integer"
    assert type_name(int | str) == "integer or text"
