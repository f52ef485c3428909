"""Do the pages about channels say what the code does? The generated table, and the worked example."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.gateway.channels.__main__ import BEGIN, END, capabilities, names, put, table
from services.gateway.channels.defaults import numbered_text

ROOT = Path(__file__).parents[4]
PAGES = [
    path
    for path in (ROOT / "docs/channels.md", ROOT / "services/gateway/README.md")
    if BEGIN in path.read_text("utf-8")
]
GUIDE = (ROOT / "docs/adding-a-channel.md").read_text("utf-8")
EXAMPLE = [
    (ROOT / path).read_text("utf-8")
    for path in ("services/gateway/channels/echo.py", "tests/unit/gateway/channels/test_echo.py")
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_table_of_capabilities_is_current(page: Path) -> None:
    text = page.read_text("utf-8")

    hint = f"python -m services.gateway.channels --write {page.relative_to(ROOT)}"
    assert put(text, table({name: capabilities(name) for name in names()})) == text, f"run `{hint}`"


def test_the_page_of_the_channels_has_the_table_and_a_part_for_each_channel() -> None:
    page = ROOT / "docs/channels.md"

    assert page in PAGES
    assert [
        name for name in names() if f"`{name}`)" not in page.read_text("utf-8").replace("`, `", "`)`")
    ] == []


def test_a_limit_that_nobody_meets_is_shown_as_none() -> None:
    shown = table({"small": numbered_text(160), "large": numbered_text(10**6)})

    assert "| text | 160 | any |" in shown
    assert "| buttons × title | – | – |" in shown


def test_only_what_stands_between_the_markers_is_replaced() -> None:
    assert put(f"before\n{BEGIN}\nold\n{END}\nafter\n", "new") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    with pytest.raises(ValueError, match="needs the lines"):
        put("no markers", "new")


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL))
def test_the_worked_example_is_the_code_of_the_echo_channel(block: str) -> None:
    forms = [
        "".join(f"{' ' * depth}{line}" if line.strip() else line for line in block.splitlines(True))
        for depth in (0, 4, 8)
    ]

    assert any(form in source for form in forms for source in EXAMPLE), block


def test_the_worked_example_is_as_small_as_the_guide_says() -> None:
    [lines] = re.findall(r"channels/echo\.py +\| +(\d+) \+", GUIDE)

    assert len(EXAMPLE[0].splitlines()) == int(lines) < 120
