"""What else do English customers say: picks, comparisons, how many, small words that tell the language?"""

from __future__ import annotations

from services.agent.language.lexicon.tables import ChoiceWords, PartyWords

QUESTION = (
    r"^\W*(?:(?:hi|hello|hey|ok|okay|and|so|please)\W+)*(?:do|does|is|are|what|which|when|any|have|got|show|list|"
    r"tell|find|search)\b|\b(?:do you have|is there|are there|what (?:times?|classes|slots))\b"
)

EVENING = (
    r"\b(?:dinner|supper|drinks?|cocktails?|evening|evenings|tonight|party|concert|show|date night|table|"
    r"restaurant)\b"
)

SHIFTS = (
    (r"\b(?:the )?day after\b(?! tomorrow)|\ba day later\b|\b(?:the )?next day\b", 1),
    (r"\b(?:the )?day before\b(?! yesterday)|\ba day earlier\b", -1),
    (r"\bthe week after\b|\ba week later\b", 7),
    (r"\bthe week before\b|\ba week earlier\b", -7),
)

CHOICES = ChoiceWords(
    ordinals={
        "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5,
        "5th": 5, "sixth": 6, "6th": 6, "seventh": 7, "7th": 7, "eighth": 8, "8th": 8, "ninth": 9, "9th": 9,
        "tenth": 10, "10th": 10, "last": -1, "final": -1, "bottom": -1, "top": 1,
    },
    cardinals={
        "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    },
    pointed=(
        r"\b(?:the )?(ORDINAL)(?: (?:one|option|slot|time|choice|class|session|appointment|of (?:them|those|these)))"
        r"(?! (?:of|in|week|month|year|i|we|was|here|coming|ever))\b"
    ),
    numbered=(
        r"\b(?:option|number|no\.?|choice|slot)\s*#?\s*(\d{1,2}|CARDINAL)\b(?!\s*(?:people|am|pm|:))|#(\d{1,2})\b"
    ),
    before=(
        r"i(?:'ll| will)? (?:take|want|choose|pick|like|prefer)|i'd like|let's (?:go with|do|take)|go with|take|book|"
        r"ok|yes|please|um|the"
    ),
    after=r"please|pls|thanks|thank you|is fine|works|then",
)  # fmt: skip

PREFERENCES: dict[str, tuple[str, ...]] = {
    "later": (
        r"\b(?:the )?(?:later|latest|evening) (?:one|option|slot|time|class|session)\b|\bthe later\b|"
        r"\b(?:something|anything|a bit|any) later\b",
    ),
    "earlier": (
        r"\b(?:the )?(?:earlier|earliest|soonest|morning) (?:one|option|slot|time|class|session|appointment)\b|"
        r"\bthe earli(?:er|est)\b|\b(?:something|anything|a bit|any) (?:earlier|sooner)\b|"
        r"\bas (?:soon|early) as possible\b|\b(?:first|next|earliest) available\b",
    ),
    "cheaper": (r"\b(?:the )?cheap(?:er|est)\b",),
    "other": (r"\bthe other (?:one|option|slot|time|class|session)\b|^\W*the other\W*$",),
    "any": (
        r"\b(?:any|either)(?: one| of them)? (?:is |works|will do|would be )|"
        r"\b(?:either|any)(?: one| of (?:them|those|these|the two))?\W*$|\bdoesn'?t matter\b|\bdon'?t mind\b|"
        r"\b(?:you|u) (?:choose|pick|decide)\b|\bno preference\b",
    ),
}

PARTY = PartyWords(
    heads="people persons person ppl pax adults adult kids kid children child guests guest friends friend tickets "
    "ticket spots spot seats seat places place colleagues buddies mates girls guys ladies men women teens students "
    "toddlers diners heads babies participants attendees members visitors",
    head_phrases="of us, of you",
    groups="party of, group of",
    companions="friend wife husband partner girlfriend boyfriend mum mom mother dad father sister brother son daughter "
    "boss colleague cousin aunt uncle spouse fiance fiancee kid child buddy mate date",
    owners="my a our his her one",
    self_words="me myself",
    and_self="and i, and me, & me, plus me, and myself, & myself, plus myself",
    alone="just me, only me, by myself, for myself, just myself, on my own",
    pair="both of us, for a couple",
    before="for book reserve",
    between="the just only about like",
    we_are="we are, we're, we will be, we'll be",
)

NAMED = (
    r"\b(?:[Ww]ith|[Bb]y|[Ss]ee)\s+((?:(?:[Dd]r|[Mm]rs?|[Mm]s)\.?|[Dd]octor)?\s?[A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+)?)|"
    r"\b((?:Dr|Doctor)\.?\s[A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+)?)"
)
