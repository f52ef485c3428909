"""How is the emulator started by hand? `python -m devkit.telegram --config file.json` (an `EmulatorConfig` as
JSON)."""

from devkit.emulator import start
from devkit.telegram.app import build
from devkit.telegram.config import EmulatorConfig


def main() -> int:
    """Run until interrupted; 2 when the configuration cannot be used."""
    return start(
        "devkit.telegram",
        "Telegram Bot API emulator",
        EmulatorConfig,
        build,
        "the Bot API is at http://%s:%d/",
    )


if __name__ == "__main__":
    raise SystemExit(main())
