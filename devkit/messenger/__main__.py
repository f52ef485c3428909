"""How is the emulator started by hand? `python -m devkit.messenger --config file.json` (a `MessengerConfig` as
JSON)."""

from devkit.emulator import start
from devkit.messenger.app import build
from devkit.messenger.config import MessengerConfig


def main() -> int:
    """Run until interrupted; 2 when the configuration cannot be used."""
    return start(
        "devkit.messenger",
        "Messenger and Instagram emulator",
        MessengerConfig,
        build,
        "Messenger and Instagram are at http://%s:%d",
    )


if __name__ == "__main__":
    raise SystemExit(main())
