"""What does a CSV file say, line by line? Encoding, delimiter and header are found out; every mistake has its place."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 100_000


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A mistake: the line of the file it is on (from 1), its column (empty: the whole line), what to do about it."""

    line: int
    column: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}{f', {self.column}' if self.column else ''}: {self.text}"


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a line that are not empty, by column, without blanks around them."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file and what is wrong with it. A wrong header leaves no rows."""

    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_sheet(data: str | bytes, columns: frozenset[str], synonyms: Mapping[str, str]) -> Sheet:
    """The rows of `data` under the known `columns`, in any order; case, blanks and dashes in a header do not matter.

    UTF-8, with or without a byte order mark, or UTF-16 with one. Fields are separated by comma, semicolon, tab or bar.
    """
    try:
        text = _decoded(data)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return Sheet(problems=(Problem(line, "", "This is not UTF-8: save the file as CSV UTF-8."),))
    lines = list(io.StringIO(text, newline=""))  # not every separator that Unicode knows ends a row
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return Sheet(problems=(Problem(1, "", "The file is empty: it needs a header and rows."),))
    delimiter = max(_DELIMITERS, key=lambda d: len(_known(lines[first], d, columns, synonyms)))
    header = _names(lines[first], delimiter, synonyms)
    wrong = _header_problems(header, first + 1, columns)
    if wrong:
        return Sheet(problems=wrong)
    rows: list[Row] = []
    problems: list[Problem] = []
    for found in _rows(lines[first + 1 :], first + 1, delimiter, header):
        (rows if isinstance(found, Row) else problems).append(found)  # type: ignore[arg-type]  # each in its list
    return Sheet(tuple(rows), tuple(problems))


def _rows(lines: list[str], before: int, delimiter: str, header: list[str]) -> Iterator[Row | Problem]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = before + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Problem(line, "", f"The quotes are not right from here on ({error}).")
            return
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            yield Problem(line, "", f"There are {len(cells)} fields, but {len(header)} columns.")
            continue
        if any(len(cell) > _LONGEST_CELL or "\x00" in cell for cell in cells):
            yield Problem(line, "", "A field is far too long, or not text.")
            continue
        yield Row(
            line, {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}
        )


def _decoded(data: str | bytes) -> str:
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    return data.decode("utf-8-sig")


def _names(line: str, delimiter: str, synonyms: Mapping[str, str]) -> list[str]:
    cells = next(csv.reader([line], delimiter=delimiter), [])
    names = ["_".join(cell.replace("-", " ").lower().split()) for cell in cells]
    while names and not names[-1]:
        names.pop()  # spreadsheets end lines with empty columns
    return [synonyms.get(name, name) for name in names]


def _known(line: str, delimiter: str, columns: frozenset[str], synonyms: Mapping[str, str]) -> frozenset[str]:
    return columns.intersection(_names(line, delimiter, synonyms))


def _header_problems(header: list[str], line: int, columns: frozenset[str]) -> tuple[Problem, ...]:
    found = []
    for number, name in enumerate(header):
        if name not in columns:
            known = ", ".join(sorted(columns))
            found.append(
                Problem(line, name or f"column {number + 1}", f"There is no such column; known are {known}.")
            )
        elif name in header[:number]:
            found.append(Problem(line, name, "This column is there twice."))
    return tuple(found)
