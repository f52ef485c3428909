"""What shall a model do with the next request? Answer, call tools, refuse, fail, hang, dribble, hang up: one step each."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field, JsonValue

from devkit.emulator.values import Frozen

Provider = Literal["openai", "anthropic", "ollama"]


class Call(Frozen):
    """A tool call. `arguments` as an object, or as text that is sent as it is (no JSON, say)."""

    name: str
    arguments: dict[str, JsonValue] | str = Field(default_factory=dict)


class Step(Frozen):
    """How one request is treated; `times` requests alike, 0 for all from now on.

    - `at`, `model`: only requests to this provider, of this model; others take the next step that is theirs.
    - `text`, `calls`: the answer; several calls are parallel ones. `refusal`: a refusal in the provider's way.
      `truncated`: the answer was cut off by the limit of tokens.
    - `think_seconds`: before anything is answered (more than the caller's patience: it hangs).
    - `status` from 400 on: an error in the provider's form, with `error_code`, and `retry_after` seconds.
    - `body`: this text in place of the answer, with `status` (a proxy's page, JSON of another shape).
    - `cut`: the connection closes `before` the answer, or `within` it.
    - `dribble_seconds`: the answer comes in ten pieces, with so much time between them.
    - `input_tokens`, `output_tokens`, `cached_tokens`: what the answer says it took.
    """

    at: Provider | None = None
    model: str | None = None
    times: int = Field(default=1, ge=0)
    text: str | None = None
    calls: tuple[Call, ...] = ()
    refusal: str | None = None
    truncated: bool = False
    think_seconds: float = Field(default=0, ge=0, le=3600)
    status: int = Field(default=200, ge=200, le=599)
    error_code: str | None = None
    retry_after: float | None = Field(default=None, ge=0)
    body: str | None = None
    cut: Literal["before", "within"] | None = None
    dribble_seconds: float = Field(default=0, ge=0, le=60)
    input_tokens: int = Field(default=1000, ge=0)
    output_tokens: int = Field(default=50, ge=0)
    cached_tokens: int = Field(default=0, ge=0)


class Script:
    """The steps still to come, in order."""

    def __init__(self, otherwise: Step) -> None:
        self.steps: list[Step] = []
        self._otherwise = otherwise

    def add(self, steps: Sequence[Step]) -> None:
        """More steps, after those that are there."""
        self.steps += steps

    def take(self, provider: Provider, model: str) -> Step:
        """The next step for a request; a counted one is used up."""
        for place, step in enumerate(self.steps):
            if step.at not in (None, provider) or step.model not in (None, model):
                continue
            if step.times == 1:
                del self.steps[place]
            elif step.times > 1:
                self.steps[place] = step.model_copy(update={"times": step.times - 1})
            return step
        return self._otherwise
