"""How is the emulator started by hand? `python -m devkit.llm --config file.json` (a `LlmConfig` as
JSON)."""

from devkit.emulator import start
from devkit.llm.app import build
from devkit.llm.config import LlmConfig


def main() -> int:
    """Run until interrupted; 2 when the configuration cannot be used."""
    return start(
        "devkit.llm",
        "Emulator of language models",
        LlmConfig,
        build,
        "Models are at http://%s:%d",
        handler_cancellation=True,  # a caller that has gone away is counted
    )


if __name__ == "__main__":
    raise SystemExit(main())
