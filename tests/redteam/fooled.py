"""An agent that a text can fool: its model is of our choosing, and its guards can be taken away (the negative control)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from pydantic_ai import Agent, ToolOutput
from pydantic_ai.models import Model

from services.agent.app import AgentService
from services.agent.guards import Verdict
from services.agent.intake import Prompt
from services.agent.journal import Journal
from services.agent.known import Known
from services.agent.model import REPLY_TOOL, UsherAgent
from services.agent.models.source import Models, ModelSource
from services.agent.offline import OfflineModel
from services.agent.replay import JournaledTools, TurnDeps
from services.agent.reply import Reply
from services.agent.runs import AgentRunner
from services.agent.speaker import AgentSpeaker, Spoken
from services.agent.tools import Shown
from services.agent.tools.spec import Ports
from services.agent.turns import Turns
from shared.bus import Bus
from shared.messages.conversation import MessageReceived
from shared.settings import Settings
from tests.redteam.gullible import Gullible

EVERYTHING = Shown(totals=frozenset({10**9}), fees=frozenset({10**9}))
"""As if the customer had agreed to any price."""


class NoGuards(JournaledTools):
    """Our tools without the guard: any call may run, for any price."""

    def _verdict(self, name: str, args: dict[str, Any], key: str, deps: TurnDeps) -> Verdict:
        return Verdict(shown=EVERYTHING)


def defenceless() -> UsherAgent:
    """Our agent without guards and without the check of what it states: the negative control."""
    return Agent(
        output_type=[ToolOutput(Reply, name=REPLY_TOOL), str],
        deps_type=TurnDeps,
        toolsets=[NoGuards()],
        retries={"tools": 2, "output": 2},
        name="usher",
    )


@dataclass
class Minds(ModelSource):
    """The model of the moment: ours until there is a gullible one. `guarded`: whether the turns have guards."""

    brain: Gullible | None = None
    guarded: bool = True

    async def of(self, tenant_id: UUID) -> Model:
        """See `ModelSource`."""
        return self.brain.model if self.brain is not None else OfflineModel()


@dataclass(frozen=True)
class Either:
    """Speaks with guards or without, as its minds say."""

    minds: Minds
    speaker: AgentSpeaker
    bare: AgentSpeaker

    @property
    def ports(self) -> Ports:
        """What the tools reach."""
        return self.speaker.ports

    async def answer(
        self, prompt: Prompt, message: MessageReceived, known: Known, journal: Journal
    ) -> Spoken:
        """See `Speaker`."""
        speaker = self.speaker if self.minds.guarded else self.bare
        return await speaker.answer(prompt, message, known, journal)


class Fooled(AgentService):
    """The agent service with these minds."""

    def __init__(self, settings: Settings, minds: Minds) -> None:
        super().__init__(settings)
        self.minds = minds

    def models(self, models: Models) -> ModelSource:
        """Whatever is in its mind."""
        return self.minds

    def _turns(self, bus: Bus, speaker: Any, *rest: Any) -> Turns:
        bare = replace(speaker, runner=AgentRunner(defenceless()))
        either: Any = Either(self.minds, speaker, bare)  # has what `_turns` needs of a speaker
        return super()._turns(bus, either, *rest)
