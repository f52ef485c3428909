"""How is the emulator started by hand? `python -m devkit.whatsapp --config file.json` (an `EmulatorConfig` as
JSON)."""

from devkit.emulator import start
from devkit.whatsapp.app import build
from devkit.whatsapp.config import EmulatorConfig


def main() -> int:
    """Run until interrupted; 2 when the configuration cannot be used."""
    return start(
        "devkit.whatsapp",
        "WhatsApp Cloud API emulator",
        EmulatorConfig,
        build,
        "the phone is at http://%s:%d/",
    )


if __name__ == "__main__":
    raise SystemExit(main())
