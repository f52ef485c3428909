"""Which version of everything do we install? Writes constraints.txt from this virtual environment."""

import subprocess
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "constraints.txt"
HEAD = """\
# Every version that Usher is tested with, also of what its dependencies need. Written by `make constraints`.
# Not here: triton, which torch pins itself, differently for each of its builds.
"""
LEFT_OUT = {"triton", "pip", "setuptools", "wheel", "usher"}
ALSO = ["async-timeout==5.0.1"]  # redis wants it before Python 3.11.3


def main() -> None:
    """Freeze, drop local build tags (`+cpu`) and what must not be pinned, write."""
    command = [sys.executable, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"]
    frozen = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603
    pins = [line.split("+")[0] for line in frozen if line.split("==")[0].lower() not in LEFT_OUT]
    TARGET.write_text(HEAD + "\n".join(sorted({*pins, *ALSO}, key=str.lower)) + "\n")


if __name__ == "__main__":
    main()
