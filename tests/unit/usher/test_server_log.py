"""Which line of a server's log tells a person why it did not come up."""

from __future__ import annotations

import pytest

from usher.embedded.server import last_telling_line


@pytest.mark.parametrize(
    ("log", "line"),
    [
        ("", "it wrote nothing to its log"),
        ("starting\n\nlistening\n", "listening"),
        (
            "FATAL:  data directory has wrong ownership\nHINT:  fix it\n",
            "FATAL:  data directory has wrong ownership",
        ),
        (
            "[FTL] Can't start JetStream: no space left.\n[INF] bye\n",
            "[FTL] Can't start JetStream: no space left",
        ),
    ],
)
def test_the_line_that_names_the_failure_is_shown(log: str, line: str) -> None:
    assert last_telling_line(log) == line
