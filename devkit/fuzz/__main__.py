"""Which channels survive the fuzzer? Each in turn for its share of `FUZZ_SECONDS` (60): `python -m devkit.fuzz [CHANNEL…]`.

Findings are files `crash-…` in `build/fuzz/<channel>`; `python -m devkit.fuzz.one <channel> <file>` shows one again. Seeds
are the fixtures; what the fuzzer learns is kept beside them and makes the next run better.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec

from devkit.fuzz import corpus
from devkit.fuzz.target import CHANNELS


def main() -> int:
    """The number of channels with findings."""
    if find_spec("atheris") is None:
        sys.stderr.write("The fuzzer needs atheris (Linux or macOS): pip install atheris\n")
        return 2
    names = sys.argv[1:] or list(CHANNELS)
    seconds = max(1, int(os.environ.get("FUZZ_SECONDS", "60")) // len(names))
    return sum(not _survives(name, seconds) for name in names)


def _survives(name: str, seconds: int) -> bool:
    folder = corpus.ROOT / "build" / "fuzz" / name
    count = corpus.write(name, folder / "corpus")
    command = [
        sys.executable, "-m", "devkit.fuzz.one", name, str(folder / "corpus"), f"-max_total_time={seconds}",
        f"-artifact_prefix={folder}/", "-timeout=5", "-max_len=20000", "-print_final_stats=1", "-verbosity=0",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=corpus.ROOT, capture_output=True, text=True, check=False)
    (folder / "log.txt").write_text(done.stdout + done.stderr)
    stats = [line for line in done.stderr.splitlines() if "number_of_executed_units" in line]
    tried = stats[0].rpartition(":")[2].strip() if stats else "?"
    print(f"{name}: {count} seeds, {tried} inputs, {'ok' if done.returncode == 0 else 'FOUND SOMETHING'}")
    if done.returncode != 0:
        print("\n".join((done.stdout + done.stderr).splitlines()[-25:]))
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
