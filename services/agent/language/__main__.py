"""`python -m services.agent.language`: JSON lines in, JSON lines out, one for one."""

from __future__ import annotations

import sys

from services.agent.language.jsonlines import answer_lines


def main() -> None:
    """Answer every line of standard input on standard output, each as soon as it is read."""
    for answer in answer_lines(sys.stdin):
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
