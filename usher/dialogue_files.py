"""What is in files of recorded dialogues? Everything that can be played, and a sentence for each line that cannot."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from services.agent.evals.dialogue import Dialogue, World, world_of
from services.agent.evals.sgd import Recorded, recorded

APPOINTMENTS = "recorded appointments"
"""The kind of dialogues that came from Schema-Guided Dialogue."""

_MOST_MISTAKES = 3


@dataclass(frozen=True, slots=True)
class Scene:
    """A dialogue that can be played; `where` is `file:line`, `about` its kinds."""

    where: str
    dialogue: Dialogue | Recorded

    @property
    def id(self) -> str:
        """The dialogue's own name."""
        return self.dialogue.id

    @property
    def language(self) -> str:
        """The primary language in which the customer writes."""
        return self.dialogue.language if isinstance(self.dialogue, Dialogue) else "en"

    @property
    def about(self) -> tuple[str, ...]:
        """Its kinds."""
        return (self.dialogue.about or ("other",)) if isinstance(self.dialogue, Dialogue) else (APPOINTMENTS,)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that could not be played: `where` (`file:line`), and what to do about it."""

    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


@dataclass(slots=True)
class Script:
    """All there is in some files, in their order."""

    scenes: list[Scene] = field(default_factory=list)
    worlds: dict[str, World] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _places: dict[str, str] = field(default_factory=dict)

    def take(self, where: str, line: str) -> None:
        """A line: a world, a dialogue, or a recorded appointment dialogue; what is none of these is a problem."""
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                self._mistake(where, "is no JSON object: write a world or a dialogue (docs/evals.md)")
            elif "service_calls" in row.get("goal", ()) and "reference_date" in row:
                self.scenes.append(Scene(where, recorded(row)))
            elif "turns" in row:
                self.scenes.append(Scene(where, Dialogue.model_validate_json(line)))
            elif "world" in row:
                self._world(where, World.model_validate_json(line))
            else:
                self._mistake(
                    where, "has neither `turns` (a dialogue) nor `world` (a business): see docs/evals.md"
                )
        except json.JSONDecodeError as error:
            self._mistake(where, f"is no JSON: {error.msg}, column {error.colno}")
        except ValidationError as error:
            self._mistake(where, _said(error))
        except (KeyError, TypeError, ValueError) as error:
            self._mistake(where, f"is no appointment dialogue as sgd_dialogues.jsonl has them: {error!r}")

    def check_worlds(self) -> None:
        """Take out the dialogues whose business is nowhere, or is none with their `changes`."""
        for scene in list(self.scenes):
            if isinstance(scene.dialogue, Recorded):
                continue
            try:
                world_of(scene.dialogue, self.worlds)
            except KeyError:
                known = ", ".join(sorted(self.worlds)) or "none in these files"
                self._mistake(
                    scene.where, f"world {scene.dialogue.world!r} is not defined; there are: {known}"
                )
            except ValidationError as error:
                self._mistake(scene.where, f"changes: {_said(error)}")
            else:
                continue
            self.scenes.remove(scene)

    def _world(self, where: str, world: World) -> None:
        if self.worlds.setdefault(world.world, world) != world:
            self._mistake(
                where, f"world {world.world!r} is another one in {self._places[world.world]}: rename it"
            )
        self._places.setdefault(world.world, where)

    def _mistake(self, where: str, text: str) -> None:
        self.problems.append(Problem(where, text))


def read_script(paths: Sequence[Path]) -> Script:
    """What is in these files, blank lines and lines that begin with # left out. Raises OSError."""
    script = Script()
    for path in paths:
        for number, line in _lines(path):
            script.take(f"{path}:{number}", line)
    script.check_worlds()
    return script


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    # Not splitlines(): a line may contain U+2028, which is no end of a line of JSON.
    for number, line in enumerate(path.read_text(encoding="utf-8-sig", errors="replace").split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line


def _said(error: ValidationError) -> str:
    found = [
        f"{'.'.join(map(str, one['loc'])) or 'the line'}: {one['msg']}"
        for one in error.errors(include_url=False)
    ]
    more = len(found) - _MOST_MISTAKES
    return "; ".join(found[:_MOST_MISTAKES]) + (f"; and {more} more" if more > 0 else "")
