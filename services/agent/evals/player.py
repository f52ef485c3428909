"""How does a model do in a recorded dialogue? Says its lines one by one and counts what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from uuid import UUID

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextContent,
    ToolCallPart,
    ToolReturnPart,
)
from pydantic_ai.models import Model

from services.agent.evals.desk import Desk
from services.agent.evals.dialogue import Dialogue, Line, World, world_of
from services.agent.facts import facts_of
from services.agent.journal import Journal, Step
from services.agent.known import Known
from services.agent.model import build_agent
from services.agent.offline.hearing import hear
from services.agent.replay import TurnDeps
from services.agent.reply import Reply, ReplyChoice
from services.agent.runs import Ask, Runner, runner_of
from services.agent.tools import TurnContext
from services.agent.tools.spec import Ports
from shared import ids
from shared.messages.booking import Contact
from shared.messages.conversation import ChannelAddress

TENANT = ids.tenant_id_of("evals")
TOOL_CALLS = 8
_HISTORY = 40
_WRITES = ("book ", "cancel ", "move ", "wait ", "leave ", "accept ", "decline ")


@dataclass(frozen=True, slots=True)
class Said:
    """One turn: the customer's words and our answer (CPU and waiting in `seconds`)."""

    words: str
    reply: Reply
    seconds: float
    wrong: tuple[str, ...] = ()


@dataclass(slots=True)
class Played:
    """What came of a dialogue: all it did, what of that was wanted (`done`), and what was not (`wrong`)."""

    id: str
    language: str
    goal: tuple[str, ...]
    effects: list[str] = field(default_factory=list)
    turns: list[Said] = field(default_factory=list)
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0

    @property
    def wrong(self) -> list[str]:
        """Effects on bookings and queues that the customer did not want."""
        left = list(self.goal)
        found = []
        for effect in self.effects:
            if effect in left:
                left.remove(effect)
            elif effect.startswith(_WRITES):
                found.append(effect)
        return found

    @property
    def missing(self) -> list[str]:
        """What the customer wanted and did not get."""
        left = list(self.effects)
        found = []
        for wanted in self.goal:
            left.remove(wanted) if wanted in left else found.append(wanted)
        return found

    @property
    def unexpected(self) -> list[str]:
        """Answers that are not as the dialogue says."""
        return [f"{turn.words!r}: {why}" for turn in self.turns for why in turn.wrong]

    @property
    def right(self) -> bool:
        """Whether the customer got all they wanted and nothing else."""
        return not self.wrong and not self.missing

    @property
    def gave_up(self) -> bool:
        """Whether the dialogue ended without what was wanted."""
        return bool(self.missing)

    @property
    def asked_again(self) -> int:
        """How often we did not understand, or asked the same once more."""
        texts = [turn.reply.text for turn in self.turns if "?" in turn.reply.text]
        again = sum(1 for n, text in enumerate(texts) if text in texts[:n])
        return again + sum(1 for turn in self.turns if turn.reply.stuck)


class _Nowhere:
    """A journal's store that keeps nothing: a dialogue is played once."""

    async def add_steps(self, tenant_id: UUID, message_id: UUID, steps: Sequence[Step]) -> None:
        """See `StepStore`."""


class Talk:
    """One customer's conversation with a model over a desk."""

    def __init__(
        self, desk: Desk, model: Model, *, language: str | None = None, runner: Runner | None = None
    ) -> None:
        self.desk = desk
        self.model = model
        self.language = language
        self.history: list[ModelMessage] = []
        self._runner = runner or runner_of(build_agent())
        self._ports = Ports(desk, desk, desk)
        self._said = 0

    async def say(self, text: str, choice_id: str | None = None) -> tuple[Reply, list[ModelMessage]]:
        """The reply to a message (or to a tap), and the messages it took. Raises what the runner raises."""
        self._said += 1
        now = self.desk.now
        known = Known(
            {0: self.history[-_HISTORY:]}, preferences=tuple(self.desk.liked.items()), language=self.language
        )
        facts = facts_of(self.desk.offer, now, known)
        spoken = hear(text, facts).language if choice_id is None else None
        content = TextContent(text, metadata={"choice_id": choice_id} if choice_id else None)
        message_id = ids.derive("eval", self._said)
        context = TurnContext(TENANT, _contact(), said_at=now, now=now, language=spoken or self.language)
        journal = Journal(_Nowhere(), TENANT, message_id)
        deps = TurnDeps(context, facts, self._ports, journal, known.history, content)
        ran = await self._runner.run(Ask(content, known, self.model, deps, TOOL_CALLS))
        self.language = spoken or self.language
        self.history += ran.messages
        return ran.reply, ran.messages

    def notice(self, text: str, choices: Mapping[str, str]) -> None:
        """Something that the notifier sends into the conversation."""
        call_id = f"notice-{len(self.history)}"
        told = Reply(text=text, choices=[ReplyChoice(choice_id=i, title=t) for i, t in choices.items()])
        self.history += [
            ModelRequest.user_text_prompt("[sent by the system: notice]"),
            ModelResponse(
                parts=[
                    ToolCallPart(
                        "reply", told.model_dump(mode="json", exclude_defaults=True), tool_call_id=call_id
                    )
                ],
                metadata={"from": "notice"},
            ),
            ModelRequest(parts=[ToolReturnPart("reply", "Final result processed.", tool_call_id=call_id)]),
        ]


async def play(dialogue: Dialogue, worlds: Mapping[str, World], model: Model) -> Played:
    """The dialogue, line by line. Raises what the model raises."""
    world = world_of(dialogue, worlds)
    desk = Desk(world, dialogue.preferences)
    talk = Talk(desk, model)
    played = Played(dialogue.id, dialogue.language, dialogue.goal)
    last = Reply()
    for line in dialogue.turns:
        if line.notice is not None:
            shown = {_filled(choice, desk, world): title for choice, title in line.choices.items()}
            talk.notice(line.notice, shown)
            last = Reply(
                text=line.notice, choices=[ReplyChoice(choice_id=i, title=t) for i, t in shown.items()]
            )
        if line.say is None and line.tap is None:
            continue
        choice = next((c for c in last.choices if line.tap and c.title.startswith(line.tap)), None)
        words = choice.title if choice else line.say or line.tap or ""
        began = perf_counter()
        last, messages = await talk.say(words, choice.choice_id if choice else None)
        _spent(played, messages)
        wrong = (*_missed(line, choice), *misfits(line, last))
        played.turns.append(Said(words, last, perf_counter() - began, wrong))
    played.effects = desk.effects
    return played


def _missed(line: Line, choice: ReplyChoice | None) -> tuple[str, ...]:
    return (f"nothing to tap that begins {line.tap!r}",) if line.tap and choice is None else ()


def misfits(line: Line, reply: Reply) -> tuple[str, ...]:
    """In what the answer is not as the line says."""
    said = " ".join([reply.text, *(choice.title for choice in reply.choices)])
    found = [f"lacks {text!r} in {reply.text!r}" for text in line.shows if text not in said]
    found += [f"has {text!r} in {reply.text!r}" for text in line.lacks if text in said]
    if line.silent is not None and reply.silent != line.silent:
        found.append(f"{'silent' if reply.silent else 'not silent'}: {reply.text!r}")
    if reply.stuck and not line.stuck:
        found.append(f"stuck: {reply.text!r}")
    return tuple(found)


def _filled(choice_id: str, desk: Desk, world: World) -> str:
    """`offer:Yoga:yes` as the notifier would write it, with the ids of that queue."""
    kind, *rest = choice_id.split(":")
    if kind != "offer" or len(rest) != 2:
        return choice_id
    queue = next(queue for queue in world.waiting if queue.service == rest[0])
    entry = desk.entry_of(queue.service, queue.at)
    return f"offer:{entry.session.session_id}:{entry.entry_id}:{rest[1]}"


def _spent(played: Played, messages: Sequence[ModelMessage]) -> None:
    for message in messages:
        if isinstance(message, ModelResponse):
            played.input_tokens += message.usage.input_tokens
            played.output_tokens += message.usage.output_tokens
            if message.usage.input_tokens:
                played.cost += _cost(message)


def _cost(message: ModelResponse) -> float:
    try:
        return float(message.cost().total_price)
    except (LookupError, AssertionError):  # a model without a known price
        return 0.0


def _contact() -> Contact:
    address = ChannelAddress(channel="whatsapp", account_id="100", user_id="351911", name="Maria")
    return Contact(
        customer_id=ids.customer_id_of(TENANT, "whatsapp", "351911"),
        conversation_id=ids.conversation_id_of(TENANT, "whatsapp", "100", "351911"),
        address=address,
    )
