"""How is the emulator started by hand? `python -m devkit.twilio --config file.json` (a `TwilioConfig` as
JSON)."""

from devkit.emulator import start
from devkit.twilio.app import build
from devkit.twilio.config import TwilioConfig


def main() -> int:
    """Run until interrupted; 2 when the configuration cannot be used."""
    return start(
        "devkit.twilio",
        "Twilio emulator",
        TwilioConfig,
        build,
        "Twilio is at http://%s:%d",
    )


if __name__ == "__main__":
    raise SystemExit(main())
