"""What is wrong with a document, where, and what was meant? Every mistake at once, by its path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shared.errors import UsherError

Path = tuple[str | int, ...]
"""Where a value is: field names and positions in lists, from the top of the document."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake. `at_key`: it is the name of the field that is wrong, not its value."""

    path: Path
    text: str
    at_key: bool = False

    def __str__(self) -> str:
        return f"{spelled(self.path)}: {self.text}"


class InvalidDocument(UsherError):
    """The document is wrong: one line per mistake, with its path."""

    def __init__(self, mistakes: Sequence[Mistake], title: str = "The document has mistakes") -> None:
        super().__init__(f"{title}:\n  " + "\n  ".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)


def spelled(path: Path) -> str:
    """`tenants[0].services[2].price`; the top is `document`."""
    parts = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return parts.removeprefix(".") or "document"


def mistakes_of(error: ValidationError, data: object, model: type[BaseModel]) -> list[Mistake]:
    """What pydantic found in `data`, with the paths that the writer sees; one mistake for one place."""
    found: dict[Path, Mistake] = {}
    for detail in error.errors():
        if detail["type"] == "too_short" and detail["input"]:
            continue  # its items are wrong, which is said of each
        mistake = _mistake(detail, data, model)
        found.setdefault(mistake.path, mistake)
    return list(found.values())


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'colour'?`, or which there are, or nothing."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; there are {', '.join(names)}" if names else ""


def _mistake(detail: ErrorDetails, data: object, model: type[BaseModel]) -> Mistake:
    location, kind = detail["loc"], detail["type"]
    path, _ = _walk(location, data, model)
    if kind == "extra_forbidden":
        _, models = _walk(location[:-1], data, model)
        known = {field.alias or name for m in models for name, field in m.model_fields.items()}
        return Mistake(path, f"there is no such field{nearest(str(location[-1]), known)}", at_key=True)
    if kind == "missing":
        return Mistake((*path, location[-1]), "is missing")
    text = detail["msg"].removeprefix("Value error, ")
    # A check of several fields together names the one it is about first: `rrule: it is not …`.
    name, _, rest = text.partition(": ")
    if rest and len(_walk((*location, name), data, model)[0]) > len(path):
        return Mistake((*path, name), rest)
    return Mistake(path, text)


def _walk(
    location: Sequence[str | int], data: Any, model: type[BaseModel]
) -> tuple[Path, list[type[BaseModel]]]:
    """The path that a location of pydantic's is in the document, and the models that the value there is one of.

    Pydantic also names the alternative it took (a rule's kind): that is no part of the path.
    """
    path: list[str | int] = []
    models = [model]
    for part in location:
        chosen = [m for m in models if _tag(m) == part] if len(models) > 1 else []
        if chosen:
            models = chosen
        elif _has(data, part):
            data = data[part]
            path.append(part)
            models = models if isinstance(part, int) else _below(models, part)
    return tuple(path), models


def _has(data: Any, part: str | int) -> bool:
    if isinstance(data, Mapping):
        return part in data
    return isinstance(part, int) and isinstance(data, list | tuple) and part < len(data)


def _below(models: Sequence[type[BaseModel]], name: str) -> list[type[BaseModel]]:
    """What models the values of this field are."""
    return [
        inner
        for model in models
        for own, field in model.model_fields.items()
        if name in (own, field.alias)
        for inner in _models(field.annotation)
    ]


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The models that a value of this type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in (Union, UnionType, Annotated, tuple, list):
        return [model for inner in get_args(annotation) for model in _models(inner)]
    return []


def _tag(model: type[BaseModel]) -> object:
    """What the model's `kind` is in a choice of several."""
    kind = model.model_fields.get("kind")
    values = get_args(kind.annotation) if kind is not None and get_origin(kind.annotation) is Literal else ()
    return values[0] if len(values) == 1 else None
