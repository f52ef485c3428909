"""Is the recogniser's language model complete, deterministic and teachable?"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.transcribe import language_model as lm
from services.media.transcribe.phrases import EXTRA_PRONUNCIATIONS, RULES

KNOWN = {"yoga": ("Y OW G AH",), "the": ("DH AH", "DH IY"), "ana": ("AE N AH",)}


def test_a_template_line_without_a_weight_counts_once() -> None:
    rules = lm.parse_rules({"sentence": "3: yes | sure\n\n no\n"})
    assert rules["sentence"] == lm.Choice(("yes", "sure", "no"), (3, 1, 1))


def test_rules_expand_inside_rules_and_optional_parts_come_and_go() -> None:
    rules = lm.parse_rules({"sentence": "book <thing> [<when>]", "thing": "yoga", "when": "today"})
    assert set(lm.sample_sentences(rules, 50)) == {"book yoga", "book yoga today"}


def test_a_template_that_names_an_unknown_rule_is_an_error() -> None:
    with pytest.raises(KeyError, match="nobody"):
        lm.sample_sentences(lm.parse_rules({"sentence": "<nobody>"}), 1)


def test_the_same_templates_give_the_same_model() -> None:
    rules = lm.parse_rules(RULES)
    first, second = (lm.arpa_model(lm.sample_sentences(rules, 300)) for _ in range(2))
    assert first == second
    assert lm.sample_sentences(rules, 20, seed=1) != lm.sample_sentences(rules, 20, seed=2)


def test_every_word_of_the_templates_is_in_the_model() -> None:
    said = set(" ".join(lm.sample_sentences(lm.parse_rules(RULES))).split())
    templates = " ".join(text for text in RULES.values())
    words = set(re.sub(r"<[^<>]+>|\d+:|[\[\]|]", " ", templates).split())
    assert words - said == set()


def test_a_business_adds_its_own_words() -> None:
    rules = lm.parse_rules({"sentence": "<service>\n <name>", "service": "yoga", "name": "ana"})
    said = lm.sample_sentences(lm.add_hints(rules, ["aerial silk"]), 200)
    assert set(said) == {"yoga", "ana", "aerial silk"}


def test_hints_are_spelled_as_the_model_spells_and_lose_words_nobody_can_pronounce() -> None:
    assert lm.sayable(["Yoga!", "The YOGA (Ana)", "Xqzt", ""], KNOWN) == ("the yoga ana", "yoga")


@given(st.lists(st.text(max_size=30), max_size=5))
def test_no_hint_can_break_the_model(hints: list[str]) -> None:
    for phrase in lm.sayable(hints, KNOWN):
        assert phrase.split()
        assert set(phrase.split()) <= KNOWN.keys()


def test_a_pronunciation_of_ours_replaces_the_dictionarys() -> None:
    known = lm.pronunciations(
        ["barre B AA R IY\n", "the DH AH\n", "the(2) DH IY\n", "\n"], {"barre": ("B AA R",)}
    )
    assert known == {"barre": ("B AA R",), "the": ("DH AH", "DH IY")}


def test_the_dictionary_holds_the_words_asked_for_with_all_their_sounds() -> None:
    assert lm.dictionary(["the", "yoga", "the"], KNOWN) == "the DH AH\nthe(2) DH IY\nyoga Y OW G AH\n"


def test_a_template_with_an_unpronounceable_word_is_an_error_that_names_it() -> None:
    with pytest.raises(KeyError, match="xqzt"):
        lm.build_model({"sentence": "xqzt", "service": "yoga", "name": "ana"}, KNOWN)


def test_our_own_pronunciations_use_only_sounds_of_the_acoustic_model() -> None:
    vowels = "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW"
    consonants = "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH"
    used = {s for spoken in EXTRA_PRONUNCIATIONS.values() for way in spoken for s in way.split()}
    assert used <= set(f"{vowels} {consonants}".split())
