"""An agent that says each step of its turns, and a process that runs it and is killed (SIGKILL) at the step it is told.

`python -m tests.integration.agent.dies_at_a_step` reads lines `<step> <file>` (1 is the first step), forks an agent for each,
which writes its steps into the file, and says `killed` or `ended` when it is gone.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from uuid import UUID

from pydantic_ai.messages import ModelMessage, ModelResponse, ModelResponsePart, ToolCallPart
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings

from services.agent.app import AgentService
from services.agent.bookings import BusBookings
from services.agent.groups import Group
from services.agent.journal import Step
from services.agent.language import warm
from services.agent.model import build_agent
from services.agent.models.source import Always, Models, ModelSource
from services.agent.offline import OfflineModel
from services.agent.opened import ClosedTurn, OpenedTurn, TurnStore
from services.agent.runs import runner_of
from services.agent.store import PostgresTurns
from services.agent.takeover import Takeover
from services.agent.tools.spec import Bookings
from services.agent.turns import Publish
from shared.bus import Bus
from shared.db import Database
from shared.messages.booking import Command, CommandOutcome
from shared.messages.conversation import MessageReceived
from shared.outbox import Outgoing, Sender, TableOutbox
from shared.service import run_services
from shared.settings import Settings

Says = Callable[[str], None]


class Paid(WrapperModel):
    """Our own model as if it were a paid one (its answers are stored at once), which says something after a booking."""

    def __init__(self, says: Says) -> None:
        super().__init__(OfflineModel())
        self._says = says

    @property
    def model_name(self) -> str:
        """The model's name."""
        return "paid"

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """See `Model.request`."""
        self._says("model not asked")
        response = await self.wrapped.request(messages, model_settings, model_request_parameters)
        parts = [_with_words(part) for part in response.parts]
        self._says("model answered")
        return replace(response, parts=parts, model_name="paid")


def _with_words(part: ModelResponsePart) -> ModelResponsePart:
    if not isinstance(part, ToolCallPart) or part.tool_name != "reply" or part.args_as_dict().get("text"):
        return part
    return ToolCallPart("reply", {**part.args_as_dict(), "text": "Done."}, tool_call_id=part.tool_call_id)


class SteppingTurns(PostgresTurns):
    """Says what is stored, before and after."""

    def __init__(self, db: Database, outbox: TableOutbox, says: Says) -> None:
        super().__init__(db, outbox)
        self._says = says

    async def open(
        self, group: Group, change: Takeover, *, known: Sequence[int] = (), most: int = 0
    ) -> OpenedTurn:
        """See `TurnStore.open`."""
        self._says("turn not opened")
        opened = await super().open(group, change, known=known, most=most)
        self._says("turn opened")
        return opened

    async def add_steps(self, tenant_id: UUID, message_id: UUID, steps: Sequence[Step]) -> None:
        """See `StepStore.add_steps`."""
        names = ",".join(step.key for step in steps)
        self._says(f"not stored: {names}")
        await super().add_steps(tenant_id, message_id, steps)
        self._says(f"stored: {names}")

    async def close(
        self, message: MessageReceived, turn: ClosedTurn, outgoing: Sequence[Outgoing], at: datetime
    ) -> None:
        """See `TurnStore.close`."""
        self._says("turn not closed")
        await super().close(message, turn, outgoing, at)
        self._says("turn closed, reply not published")


class SteppingBookings(BusBookings):
    """Says when a command is sent and its outcome is here."""

    says: Says

    async def do(self, command: Command) -> CommandOutcome:
        """See `Bookings.do`."""
        self.says("command not sent")
        outcome = await super().do(command)
        self.says("outcome received, not stored")
        return outcome


class SteppingAgent(AgentService):
    """The agent that is tested, with every step said."""

    def __init__(self, settings: Settings, says: Says) -> None:
        super().__init__(settings)
        self._says = says

    def store(self, db: Database, outbox: TableOutbox) -> TurnStore:
        """See `AgentService.store`."""
        return SteppingTurns(db, outbox, self._says)

    def models(self, models: Models) -> ModelSource:
        """See `AgentService.models`."""
        model: Model = Paid(self._says)
        return Always(model)

    def bookings(self, bus: Bus) -> Bookings:
        """See `AgentService.bookings`."""
        bookings = SteppingBookings(bus, every=0.5, deadline=20)
        bookings.says = self._says
        return bookings

    def publish(self, sender: Sender) -> Publish:
        """See `AgentService.publish`."""

        async def publish(outgoing: Sequence[Outgoing]) -> None:
            await sender.publish(outgoing)
            self._says("reply published, message not confirmed")

        return publish


def run(step: int, file: Path) -> None:
    """The agent, until this step (0: until it is ended)."""
    with file.open("a") as steps:
        seen = 0

        def says(name: str) -> None:
            nonlocal seen
            seen += 1
            steps.write(f"{name}\n")
            steps.flush()
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)

        settings = Settings()
        asyncio.run(run_services([SteppingAgent(settings, says)], settings))


def main() -> None:
    """Fork an agent for each line: what is imported and read already need not be again, nor looked at for garbage."""
    warm()
    import_module("anyio._backends._asyncio")  # which anyio imports when it first runs
    Models(Settings())
    runner_of(build_agent())
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        step, _, file = line.strip().partition(" ")
        child = os.fork()
        if child == 0:
            run(int(step), Path(file))
            os._exit(0)
        print(child, flush=True)  # what the test waits for
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else "ended", flush=True)


if __name__ == "__main__":
    main()
