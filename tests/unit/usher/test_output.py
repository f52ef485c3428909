"""What children print reaches people, but cannot play tricks with the terminal."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from rich.console import Console

from usher.output import LogFiles, Terminal


def shown(*, terminal: bool, line: str) -> str:
    out = StringIO()
    Terminal(
        Console(file=out, force_terminal=terminal, width=40, color_system="standard" if terminal else None)
    ).line("booking", line)
    return out.getvalue()


def test_a_line_says_who_wrote_it_and_is_never_wrapped() -> None:
    line = "x" * 200

    assert shown(terminal=False, line=line) == f"booking   │ {line}\n"


def test_colours_go_only_to_terminals() -> None:
    red = "\x1b[31mred\x1b[0m"

    assert "\x1b" not in shown(terminal=False, line=red)
    assert "red" in shown(terminal=True, line=red)
    assert "\x1b[31m" in shown(terminal=True, line=red)


def test_a_customers_text_cannot_move_the_cursor_or_set_the_title() -> None:
    evil = "hello\x1b[2J\x1b]0;owned\x07\rworld"

    assert "\x1b[2J" not in shown(terminal=True, line=evil)
    assert "\x1b]0" not in shown(terminal=True, line=evil)
    assert "\x1b" not in shown(terminal=False, line=evil)


def test_brackets_are_text_not_markup() -> None:
    assert "[bold]not markup[/]" in shown(terminal=False, line="[bold]not markup[/]")


def test_log_files_keep_each_childs_lines_of_this_run(tmp_path: Path) -> None:
    (tmp_path / "agent.log").write_text("an earlier run\n")

    with LogFiles(tmp_path) as files:
        files.line("agent", "one")
        files.line("booking", "two")
        files.line("agent", "three")

    assert (tmp_path / "agent.log").read_text() == "one\nthree\n"
    assert (tmp_path / "booking.log").read_text() == "two\n"
