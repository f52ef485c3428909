"""What all emulators have in common: how they start, listen, are steered, go wrong and post webhooks."""

from devkit.emulator.command import start

__all__ = ["start"]
