"""With which key and address does the emulator run, and what does it answer unasked? One frozen value."""

from pydantic import Field, SecretStr

from devkit.emulator.values import Frozen
from devkit.llm.steps import Step


class LlmConfig(Frozen):
    """Everything the emulator needs. `api_key`: requests must carry it (401 without); None: any will do.

    `otherwise`: how a request is answered that no step is left for.
    """

    api_key: SecretStr | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8095, ge=0, le=65535)
    otherwise: Step = Step(text="Hello, how can I help you?")
