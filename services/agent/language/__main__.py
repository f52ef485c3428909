"""`python -m services.agent.language [--language xx]`: JSON lines in, JSON lines out, one for one."""

from __future__ import annotations

import argparse
import sys

from services.agent.language.jsonlines import answer_lines


def main() -> None:
    """Answer every line of standard input on standard output, each as soon as it is read."""
    parser = argparse.ArgumentParser(prog="python -m services.agent.language", description=__doc__)
    parser.add_argument(
        "--language", help="of all lines without their own, as es or pt-BR; detected when left out"
    )
    for answer in answer_lines(sys.stdin, parser.parse_args().language):
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
