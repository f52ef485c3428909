"""What holds for any mix of Portuguese or French words of time and digits?"""

from __future__ import annotations

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from services.agent.language import lexicon, understand

NOW = datetime(2028, 2, 29, 23, 59)
DIGITS = (
    "0",
    "2",
    "12",
    "31",
    "60",
    "99",
    "2028",
    "7h",
    "19h30",
    "24h",
    "8:10",
    "29/2",
    "31/4",
    "2,5",
    "1º",
    "1er",
    "2e",
)
WORDS = {language: (*sorted(lexicon.load(language).entries), *DIGITS * 20) for language in ("pt", "fr")}


@given(language=st.sampled_from(("pt", "fr")), data=st.data())
@settings(max_examples=150, deadline=None)
def test_any_words_give_an_answer_whose_end_is_not_before_its_start(
    language: str, data: st.DataObject
) -> None:
    words = data.draw(st.lists(st.sampled_from(WORDS[language]), min_size=1, max_size=9))

    understood = understand(" ".join(words), NOW, language=language)

    if understood.start is not None and understood.end is not None:
        assert understood.start <= understood.end
