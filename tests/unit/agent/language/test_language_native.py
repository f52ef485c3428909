"""Which time do sentences mean as customers write them: typos, no accents, slang, no punctuation? Six languages.

After the bar of each line in `tests/fixtures/sentences/<language>.txt` stands the time, days being those of March 2026
unless a month is written (`4/12`): `5` a day, `5 17:30` a moment, `5 12-19` from and to, `5 >17:00` not before, `5 <12:00`
not after, `9..16` from the first day to the one before the last, `-` no time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from services.agent.language import Open, Understanding, understand

NOW = datetime(2026, 3, 2, 10)
FOLDER = Path(__file__).parents[3] / "fixtures" / "sentences"
LINES = [
    (path.stem, *(part.strip() for part in line.rsplit("|", 1)))
    for path in sorted(FOLDER.glob("*.txt"))
    for line in path.read_text(encoding="utf-8").splitlines()
    if "|" in line and not line.startswith("#")
]


def day(text: str) -> datetime:
    month, _, number = text.rpartition("/")
    return datetime(2026, int(month or 3), 1) + timedelta(days=int(number) - 1)


def at(base: datetime, clock: str) -> datetime:
    hour, _, minute = clock.partition(":")
    return base + timedelta(hours=int(hour), minutes=int(minute or 0))


def means(said: Understanding, wanted: str) -> bool:
    first, _, hours = wanted.partition(" ")
    if wanted == "-":
        return said.start is None and said.end is None
    if ".." in first:
        return [said.start, said.end] == [day(end) for end in first.split("..")]
    base = day(first)
    if not hours:
        return (said.start, said.end) == (base, base + timedelta(days=1))
    if hours.startswith(">"):
        return (said.start, said.open) == (at(base, hours[1:]), Open.AFTER)
    if hours.startswith("<"):
        return (said.end, said.open) == (at(base, hours[1:]), Open.BEFORE)
    if "-" in hours:
        return [said.start, said.end] == [at(base, clock) for clock in hours.split("-")]
    return (said.start, said.end, said.open) == (at(base, hours), None, None)


@pytest.mark.parametrize(("language", "text", "wanted"), LINES)
def test_the_time_is_understood_as_a_customer_writes_it(language: str, text: str, wanted: str) -> None:
    said = understand(text, NOW, language=language)

    assert means(said, wanted), f"{said.start} {said.end} {said.open}"


def test_there_are_sixty_sentences_in_every_language() -> None:
    languages = [language for language, *_ in LINES]

    assert {language: languages.count(language) >= 60 for language in set(languages)} == dict.fromkeys(
        ("en", "es", "pt", "fr", "de", "it"), True
    )
