"""What can each channel show? `python -m services.gateway.channels` prints the table; `--write FILE` puts it there.

The file holds the two marker lines; what stands between them is replaced.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

from services.gateway.channels import Capabilities
from shared.settings import Settings

BEGIN: Final = "<!-- python -m services.gateway.channels: begin -->"
END: Final = "<!-- python -m services.gateway.channels: end -->"
WITHOUT: Final = "–"
AS_LONG_AS_IT_IS: Final = 65536
"""From here on a limit is none that anybody meets."""
KINDS: Final = {
    "link": "a button that opens a link",
    "document": "documents",
    "image": "pictures",
    "voice": "voice notes",
    "location_request": "asking for a location",
    "contact_request": "asking for a phone number",
    "reaction": "reactions",
    "template": "templates",
}

Cell = Callable[[Capabilities], str]


def names() -> list[str]:
    """The channels that an installation loads unless told otherwise, and the one to copy."""
    return [*str(Settings.model_fields["channels"].default).split(","), "echo"]


def capabilities(name: str) -> Capabilities:
    """What the adapter of this name declares (its `CAPABILITIES`); no secrets are needed for it."""
    declared: Capabilities = import_module(f"services.gateway.channels.{name}").CAPABILITIES
    return declared


def table(channels: Mapping[str, Capabilities]) -> str:
    """The capabilities as a Markdown table: a column for each channel, lengths in characters unless noted."""
    lines = [["", *(f"`{name}`" for name in channels)], ["---"] * (len(channels) + 1)]
    lines += [[title, *(cell(each) for each in channels.values())] for title, cell in _rows()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _rows() -> Sequence[tuple[str, Cell]]:
    shown = [(f"{what}", _has(kind)) for kind, what in KINDS.items()]
    return [
        ("text", lambda can: _number(can.text)),
        ("buttons × title", lambda can: _pair(can.buttons, can.button_title)),
        ("text above buttons", lambda can: _number(can.button_text)),
        ("list rows × title", lambda can: _pair(can.rows, can.row_title)),
        ("row description", lambda can: _number(can.row_description)),
        ("choices by number", lambda can: "yes" if can.numbered else WITHOUT),
        ("caption", lambda can: _number(can.caption)),
        *shown,
        ("writes freely for", lambda can: f"{can.window_hours:g} h" if can.window_hours else "ever"),
        ("a lost answer is found out", lambda can: "yes" if can.echoes else WITHOUT),
        ("each message costs", lambda can: "yes" if can.billed else WITHOUT),
        ("messages a second, at most", lambda can: f"{can.per_second:g}"),
        ("to one person", _pace),
    ]


def _has(kind: str) -> Cell:
    return lambda can: "yes" if kind in can.kinds else "as text"


def _number(value: int) -> str:
    return WITHOUT if not value else "any" if value >= AS_LONG_AS_IT_IS else f"{value:,}"


def _pair(count: int, length: int) -> str:
    return f"{_number(count)} × {_number(length)}" if count else WITHOUT


def _pace(can: Capabilities) -> str:
    if can.pair_seconds is None:
        return WITHOUT
    burst = f", bursts of {can.pair_burst}" if can.pair_burst > 1 else ""
    return f"one in {can.pair_seconds:g} s{burst}"


def put(text: str, made: str) -> str:
    """The text with what stands between the markers replaced. Raises `ValueError` when it has none."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The file needs the lines {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n{made}\n{END}{after}"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Print what each channel can show.")
    parser.add_argument("--write", metavar="FILE", type=Path)
    file: Path | None = parser.parse_args().write
    made = table({name: capabilities(name) for name in names()})
    if file is None:
        print(made)
    else:
        file.write_text(put(file.read_text("utf-8"), made), "utf-8")


if __name__ == "__main__":
    main()
