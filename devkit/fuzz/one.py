"""How is one channel fuzzed? By atheris (libFuzzer) in a process of its own: `python -m devkit.fuzz.one CHANNEL [options]`.

What follows the channel goes to libFuzzer (-max_total_time=…, -seed=…, a folder of seeds, or a file to try again).
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["services.gateway"]):
    from devkit.fuzz.target import Target


def main() -> None:
    """Fuzz until the time is over; a finding is written to `crash-*` and ends the process with 77."""
    target = Target(sys.argv[1])
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target.try_bytes)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
