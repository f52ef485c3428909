"""What does the terminal show? Sentences of ours, errors, and the children's lines behind a coloured name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Self

from rich.console import Console
from rich.text import Text

COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "bright_red", "bright_cyan")
NAME_WIDTH = 9


class Terminal:
    """Writes for people on one console; colours only where they are understood."""

    def __init__(self, console: Console | None = None) -> None:
        """Standard error unless another console is given."""
        self.console = console or Console(stderr=True, highlight=False)
        self._colours: dict[str, str] = {}

    def say(self, sentence: str) -> None:
        """One sentence of progress."""
        self._line("usher", "bold", sentence)

    def line(self, name: str, line: str) -> None:
        """One line that the child `name` printed."""
        colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
        self._line(name, colour, line)

    def error(self, sentence: str) -> None:
        """The sentence that a command ends with."""
        self.console.print(Text.assemble(("error: ", "bold red"), sentence), soft_wrap=True)

    def _line(self, name: str, style: str, line: str) -> None:
        text = Text.from_ansi(line)  # keeps colours, drops what moves the cursor or sets the title
        content = text if self.console.is_terminal else Text(text.plain)
        prefix = (f"{name:<{NAME_WIDTH}}", style)
        self.console.print(Text.assemble(prefix, (" │ ", "dim"), content), soft_wrap=True, highlight=False)


class LogFiles:
    """The children's lines as `<folder>/<name>.log`, anew each time: for callers with a quiet terminal."""

    def __init__(self, folder: Path) -> None:
        """Make the folder. Raises OSError."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._files: dict[str, IO[str]] = {}

    def line(self, name: str, line: str) -> None:
        """One line that the child `name` printed."""
        if name not in self._files:
            self._files[name] = (self.folder / f"{name}.log").open("w", buffering=1)
        self._files[name].write(line + "\n")

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()
        self._files.clear()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the files."""
        self.close()


def shows_colours() -> bool:
    """Whether our standard error is a terminal (children are then asked for readable logs)."""
    return sys.stderr.isatty()
