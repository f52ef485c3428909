"""What does the English recogniser expect to hear? Builds its language model and dictionary from the templates.

Pure and deterministic: the same templates, hints and seed give the same text on every machine, in under a second.
The n-gram arithmetic is pocketsphinx's own (`pocketsphinx.lm`); ours is only the sentences it counts.
"""

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import StringIO

from pocketsphinx.lm import ArpaBoLM

#: Sentences sampled for the counts: enough that each template is met, few enough to build at start.
SENTENCES = 12_000

#: Probability mass left for word sequences that were never sampled; 0.5 gave word error .114, 0.1 gave .094.
DISCOUNT_MASS = 0.1

_PART = re.compile(r"<([^<>]+)>|\[([^\[\]]+)\]|([^\s<>\[\]]+)")


@dataclass(frozen=True)
class Choice:
    """A rule ready to be sampled: its templates and their weights, in the order written."""

    templates: tuple[str, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True)
class LanguageModel:
    """What pocketsphinx is started with: ARPA text and dictionary text."""

    arpa: str
    dictionary: str


def build_model(
    rules: Mapping[str, str], known: Mapping[str, tuple[str, ...]], hints: Iterable[str] = ()
) -> LanguageModel:
    """The model of all that `rules` and `hints` let people say, in words `known` can pronounce.

    Raises KeyError naming a rule that is not there, or a word of the rules that has no pronunciation.
    """
    sentences = sample_sentences(add_hints(parse_rules(rules), sayable(hints, known)))
    words = {word for sentence in sentences for word in sentence.split()}
    return LanguageModel(arpa_model(sentences), dictionary(words, known))


def parse_rules(rules: Mapping[str, str]) -> dict[str, Choice]:
    """Reads `weight: template` parts, one a line or between bars; a part without a weight counts once."""
    parsed = {}
    for name, text in rules.items():
        templates, weights = [], []
        for part in filter(None, map(str.strip, re.split(r"[\n|]", text))):
            weight, colon, template = part.partition(":")
            templates.append(template.strip() if colon else part)
            weights.append(int(weight) if colon else 1)
        parsed[name] = Choice(tuple(templates), tuple(weights))
    return parsed


def add_hints(rules: Mapping[str, Choice], hints: Iterable[str]) -> dict[str, Choice]:
    """The same rules with a business's own words said as often as a common service and a common name."""
    extra = tuple(hints)
    grown = dict(rules)
    for name, weight in (("service", 8), ("name", 3)):
        rule = rules[name]
        grown[name] = Choice(rule.templates + extra, rule.weights + (weight,) * len(extra))
    return grown


def sayable(hints: Iterable[str], known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The hints in lower case without punctuation, less the words nobody told us how to pronounce."""
    words = (re.findall(r"[\w']+", hint.lower()) for hint in hints)
    phrases = {" ".join(word for word in phrase if word in known) for phrase in words}
    return tuple(sorted(phrases - {""}))


def sample_sentences(rules: Mapping[str, Choice], count: int = SENTENCES, seed: int = 7) -> list[str]:
    """`count` sentences drawn from the rule "sentence". Raises KeyError for a rule that is not there."""
    rng = random.Random(seed)  # the same seed must give the same model
    return [_expand("<sentence>", rules, rng) for _ in range(count)]


def arpa_model(sentences: Iterable[str], discount_mass: float = DISCOUNT_MASS) -> str:
    """The trigram model of the sentences as ARPA text, ready for pocketsphinx's `lm`."""
    model = ArpaBoLM(text="\n".join(sentences), add_start=True, discount_mass=discount_mass)
    model.compute()
    out = StringIO()
    model.write(out)
    return out.getvalue()


def pronunciations(
    cmudict: Iterable[str], extra: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Word to its sounds, from the bundled dictionary's lines (`word SOUNDS`, `word(2) SOUNDS`); `extra` wins."""
    known: dict[str, tuple[str, ...]] = {}
    for line in filter(str.strip, cmudict):
        headword, sounds = line.split(maxsplit=1)
        word = headword.partition("(")[0]
        known[word] = (*known.get(word, ()), sounds.strip())
    return known | dict(extra)


def dictionary(words: Iterable[str], known: Mapping[str, tuple[str, ...]]) -> str:
    """The pronunciations of `words` alone, in pocketsphinx's format. Raises KeyError for a word not `known`."""
    return "".join(
        f"{word if n == 1 else f'{word}({n})'} {sounds}\n"
        for word in sorted(set(words))
        for n, sounds in enumerate(known[word], 1)
    )


def _expand(template: str, rules: Mapping[str, Choice], rng: random.Random) -> str:
    """One sentence of a template: each rule a weighted draw, `[optional]` parts kept half of the time."""
    words = []
    for rule, optional, word in _PART.findall(template):
        if word:
            words.append(word)
        elif rule:
            choice = rules[rule]
            words.append(_expand(rng.choices(choice.templates, choice.weights)[0], rules, rng))
        elif rng.random() < 0.5:
            words.append(_expand(optional, rules, rng))
    return " ".join(words)
