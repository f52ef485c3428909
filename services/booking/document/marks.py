"""Where in a YAML file is each value? Reading a document so that every mistake can be shown with its line and column.

Read as YAML 1.2: `19:00` is a text and not 1140, `no`, `on` and `off` are texts, and a field that is there twice is a
mistake. JSON is YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from services.booking.document.mistakes import InvalidDocument, Mistake, Path, spelled
from shared.errors import UsherError

_MOST_VALUES = 200_000
_MAP, _SEQ = yaml.MappingNode, yaml.SequenceNode


class UnreadableFile(UsherError):
    """This file is no document: it is not YAML."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Source:
    """What a file says, and where. `keys`: where the field's name is; `values`: where its value begins."""

    name: str
    data: Mapping[str, Any]
    keys: Mapping[Path, Place] = field(default_factory=dict)
    values: Mapping[Path, Place] = field(default_factory=dict)

    def place(self, mistake: Mistake) -> Place:
        """Where to look for this mistake: at the value, at its name, or at what it is missing from."""
        path = mistake.path
        if mistake.at_key and path in self.keys:
            return self.keys[path]
        while path not in self.values and path:
            path = path[:-1]
            if path in self.keys:
                return self.keys[path]
        return self.values.get(path, Place(1, 1))

    def located(self, mistakes: Iterable[Mistake]) -> list[str]:
        """One line for each mistake, `file:line:column: path: what is wrong`, in the file's order."""
        placed = [(self.place(m), m) for m in mistakes]
        placed.sort(key=lambda each: (each[0].line, each[0].column))
        return [f"{self.name}:{at.line}:{at.column}: {mistake}" for at, mistake in placed]


class _Loader(yaml.SafeLoader):
    """Plain words are texts unless YAML 1.2 says otherwise."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", "-+0123456789."),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first))


def read_source(text: str, name: str) -> Source:
    """The mapping in this YAML (or JSON) text. Raises `UnreadableFile`, or `InvalidDocument` for fields said twice."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, _MAP):
            raise UnreadableFile(f"{name}:1:1: it must hold a mapping (tenants: …) at its top.")
        walk = _Walk()
        walk.add(node, (), ())
        data = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        where = f"{name}:{at.line + 1}:{at.column + 1}" if at else name
        raise UnreadableFile(f"{where}: not valid YAML: {error.problem or error.context}.") from error
    except yaml.YAMLError as error:
        raise UnreadableFile(f"{name}: not valid YAML: {' '.join(str(error).split())}.") from error
    finally:
        loader.dispose()
    source = Source(name, data, walk.keys, walk.values)
    if walk.twice:
        raise located(InvalidDocument(walk.twice), source)
    return source


def located(error: InvalidDocument, source: Source) -> InvalidDocument:
    """The same mistakes, one line for each, with file, line and column."""
    shown = InvalidDocument(error.mistakes)
    shown.args = (f"{source.name} has mistakes:\n  " + "\n  ".join(source.located(error.mistakes)),)
    return shown


class _Walk:
    """Goes through a YAML tree once and remembers where everything is."""

    def __init__(self) -> None:
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}
        self.twice: list[Mistake] = []

    def add(self, node: yaml.Node, path: Path, above: tuple[int, ...]) -> None:
        """Remember `node`, which is at `path`; `above`: what it is in."""
        if id(node) in above or len(self.values) > _MOST_VALUES:
            raise UnreadableFile(f"{spelled(path)} goes round in circles, or is far too large.")
        self.values[path] = _place(node)
        if isinstance(node, _SEQ):
            for index, item in enumerate(node.value):
                self.add(item, (*path, index), (*above, id(node)))
        elif isinstance(node, _MAP):
            seen: set[str] = set()
            for key, value in node.value:
                self._field(key, value, path, seen, (*above, id(node)))

    def _field(
        self, key: yaml.Node, value: yaml.Node, path: Path, seen: set[str], above: tuple[int, ...]
    ) -> None:
        if key.tag == "tag:yaml.org,2002:merge":
            for merged in value.value if isinstance(value, _SEQ) else [value]:
                self.add(merged, path, above)
            return
        name = str(key.value)
        below = (*path, name)
        if name in seen:
            self.twice.append(Mistake(below, "is there twice", at_key=True))
        seen.add(name)
        self.keys[below] = _place(key)
        self.add(value, below, above)


def _place(node: yaml.Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)
