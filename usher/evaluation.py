"""How does a model do in recorded dialogues? The work behind `usher eval`: plays them, counts what its answers took."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings

from services.agent.evals.dialogue import Dialogue
from services.agent.evals.player import TENANT, Played, Said, play
from services.agent.evals.report import Report, report
from services.agent.evals.sgd import play_recorded
from services.agent.models.costs import MICROS, spent_of
from services.agent.models.names import OFFLINE
from services.agent.models.source import Models
from services.agent.offline import OfflineModel
from services.agent.prompt import VERSION
from shared.errors import outline
from shared.settings import Settings
from usher.dialogue_files import Problem, Scene, Script

AT_ONCE = 4
"""Dialogues that are played together with a language model; the offline one is played alone, as it only computes."""


@dataclass(slots=True)
class Took:
    """What the answers of a dialogue took: how many each model gave, dollars, and how many have no known price."""

    answers: Counter[str] = field(default_factory=Counter)
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    unpriced: int = 0


class CountedModel(WrapperModel):
    """The model, with every answer counted in `took`."""

    def __init__(self, wrapped: Model, took: Took) -> None:
        super().__init__(wrapped)
        self._took = took

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """See `Model.request`."""
        response = await super().request(messages, model_settings, model_request_parameters)
        took = self._took
        took.answers[response.model_name or "?"] += 1
        for one in spent_of(response):
            took.input_tokens += one.input_tokens
            took.output_tokens += one.output_tokens
            took.cost += float((one.cost_micros or 0) / MICROS)
            took.unpriced += one.cost_micros is None
        return response


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a dialogue."""

    scene: Scene
    played: Played
    took: Took

    def as_document(self, *, words: bool) -> dict[str, Any]:
        """For programs; with `words`, all that was said."""
        played = self.played
        found: dict[str, Any] = {
            "id": played.id,
            "where": self.scene.where,
            "language": self.scene.language,
            "about": list(self.scene.about),
            "right": played.right,
            "wrong": played.wrong,
            "missing": played.missing,
            "unexpected": played.unexpected,
            "asked_again": played.asked_again,
            "turns": len(played.turns),
            "effects": played.effects,
            "seconds": round(sum(turn.seconds for turn in played.turns), 4),
            "cost": round(self.took.cost, 6),
        }
        if words:
            found["said"] = [_turn(turn) for turn in played.turns]
        return found


def _turn(turn: Said) -> dict[str, Any]:
    choices = [choice.title for choice in turn.reply.choices]
    return {
        "customer": turn.words,
        "reply": turn.reply.text,
        "choices": choices,
        "unexpected": list(turn.wrong),
    }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came of all dialogues, and what could not be played."""

    model: str
    outcomes: tuple[Outcome, ...]
    problems: tuple[Problem, ...]

    @property
    def total(self) -> Report:
        """All of them together."""
        return report([one.played for one in self.outcomes])

    @property
    def languages(self) -> dict[str, Report]:
        """By the customer's language."""
        return self._by(lambda one: (one.scene.language,))

    @property
    def kinds(self) -> dict[str, Report]:
        """By kind; a dialogue of several kinds counts in each."""
        return self._by(lambda one: one.scene.about)

    @property
    def answers(self) -> Counter[str]:
        """How many answers each model gave."""
        return sum((one.took.answers for one in self.outcomes), Counter())

    @property
    def prompt(self) -> str | None:
        """The version of the prompt that language models were given; None when none answered."""
        return VERSION if set(self.answers) - {OFFLINE} else None

    @property
    def unpriced(self) -> int:
        """Answers whose price is not known."""
        return sum(one.took.unpriced for one in self.outcomes)

    @property
    def ok(self) -> bool:
        """Whether nobody got a booking, or lost one, that they did not want."""
        return not self.total.wrong

    def as_document(self, *, words: bool) -> dict[str, Any]:
        """For programs."""
        return {
            "model": self.model,
            "prompt": self.prompt,
            "ok": self.ok,
            "total": self.total.as_dict(),
            "languages": {name: found.as_dict() for name, found in self.languages.items()},
            "kinds": {name: found.as_dict() for name, found in self.kinds.items()},
            "answers": dict(self.answers),
            "unpriced": self.unpriced,
            "problems": [{"where": one.where, "text": one.text} for one in self.problems],
            "dialogues": [one.as_document(words=words) for one in self.outcomes],
        }

    def _by(self, groups: Callable[[Outcome], Iterable[str]]) -> dict[str, Report]:
        found: dict[str, list[Played]] = {}
        for one in self.outcomes:
            for group in groups(one):
                found.setdefault(group, []).append(one.played)
        return {group: report(found[group]) for group in sorted(found)}


async def evaluate(
    script: Script,
    settings: Settings,
    *,
    at_once: int | None = None,
    progress: Callable[[int, int, Outcome | Problem], None] = lambda *_: None,
    models: Models | None = None,
) -> Evaluation:
    """Play the dialogues with what `settings.llm` names (or with these models).

    A dialogue that cannot be played to its end is a problem, and the others go on. `progress` is told how many are
    done, of how many, and the last one. Raises `ModelNotUsable`.
    """
    source = models or Models(settings)
    model = await source.of(TENANT)
    places = asyncio.Semaphore(at_once or (1 if isinstance(model, OfflineModel) else AT_ONCE))
    ended = 0

    async def one(scene: Scene) -> Outcome | Problem:
        nonlocal ended
        async with places:
            found = await _played(scene, script, model)
        ended += 1
        progress(ended, len(script.scenes), found)
        return found

    try:
        found = await asyncio.gather(*(one(scene) for scene in script.scenes))
    finally:
        await source.close()
    return Evaluation(
        settings.llm or OFFLINE,
        tuple(one for one in found if isinstance(one, Outcome)),
        (*script.problems, *(one for one in found if isinstance(one, Problem))),
    )


async def _played(scene: Scene, script: Script, model: Model) -> Outcome | Problem:
    took = Took()
    # The offline model must stay itself: the runner takes a shorter way with it.
    counted = model if isinstance(model, OfflineModel) else CountedModel(model, took)
    try:
        played = await _play(scene, script.worlds, counted)
    except Exception as error:  # noqa: BLE001  # a queue that is not there, a model's bug: the others go on
        return Problem(scene.where, f"dialogue {scene.id!r} could not be played: {outline(error)}: {error}")
    if isinstance(model, OfflineModel):
        took.answers[OFFLINE] += len(played.turns)
    played.input_tokens, played.output_tokens, played.cost = took.input_tokens, took.output_tokens, took.cost
    return Outcome(scene, played, took)


async def _play(scene: Scene, worlds: Mapping[str, Any], model: Model) -> Played:
    if isinstance(scene.dialogue, Dialogue):
        return await play(scene.dialogue, worlds, model)
    return await play_recorded(scene.dialogue, model)


def chosen(scenes: Sequence[Scene], language: str | None, only: Sequence[str]) -> list[Scene]:
    """The dialogues in that language (`pt` means `pt-BR` too) whose id is one of `only` (`*` stands for anything)."""
    from fnmatch import fnmatchcase

    return [
        scene
        for scene in scenes
        if (language is None or _same(scene.language, language))
        and (not only or any(fnmatchcase(scene.id, pattern) for pattern in only))
    ]


def _same(spoken: str, wanted: str) -> bool:
    spoken, wanted = spoken.lower(), wanted.lower()
    return spoken == wanted or spoken.startswith(f"{wanted}-")
