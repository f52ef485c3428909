"""What do played dialogues say about a model? Task success, wrong bookings, questions, turns, cost, latency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from services.agent.evals.player import Played


@dataclass(frozen=True, slots=True)
class Report:
    """Sums over dialogues. `wrong` counts wrong writes (must be 0); seconds are of turns, cost in US dollars."""

    dialogues: int
    right: int
    wrong: int
    gave_up: int
    unexpected: int
    asked_again: int
    turns: int
    p50_seconds: float
    p95_seconds: float
    input_tokens: int
    output_tokens: int
    cost: float

    @property
    def success(self) -> float:
        """The share of dialogues in which the customer got all they wanted and nothing else."""
        return self.right / self.dialogues if self.dialogues else 0.0

    def as_dict(self) -> dict[str, float]:
        """All figures by name."""
        return {**asdict(self), "success": self.success}


def report(played: Sequence[Played]) -> Report:
    """The figures of these dialogues."""
    seconds = sorted(turn.seconds for each in played for turn in each.turns)
    return Report(
        dialogues=len(played),
        right=sum(each.right for each in played),
        wrong=sum(len(each.wrong) for each in played),
        gave_up=sum(each.gave_up for each in played),
        unexpected=sum(bool(each.unexpected) for each in played),
        asked_again=sum(each.asked_again for each in played),
        turns=len(seconds),
        p50_seconds=_share(seconds, 0.5),
        p95_seconds=_share(seconds, 0.95),
        input_tokens=sum(each.input_tokens for each in played),
        output_tokens=sum(each.output_tokens for each in played),
        cost=sum(each.cost for each in played),
    )


def _share(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
