"""How many people is it for? Read from the tokens that time rules left over, so that "for 3 pm" is no party."""

from __future__ import annotations

from collections.abc import Sequence

from services.agent.language.lexicon.words import words
from services.agent.language.tokens import Token

MOST = 500
_HEADS = words(
    "people persons person ppl pax adults adult kids kid children child guests guest friends friend tickets ticket "
    "spots spot seats seat places place colleagues buddies mates girls guys ladies men women teens students toddlers "
    "diners heads babies participants attendees members visitors"
)
_HEAD_PHRASES = frozenset({"of us", "of you"})
_COMPANIONS = words(
    "friend wife husband partner girlfriend boyfriend mum mom mother dad father sister brother son daughter boss "
    "colleague cousin aunt uncle spouse fiance fiancee kid child buddy mate date"
)
_SELF = frozenset({"me", "i", "myself"})
_ALONE = (
    ("just", "me"),
    ("only", "me"),
    ("by", "myself"),
    ("for", "myself"),
    ("just", "myself"),
    ("on", "my", "own"),
)
_PAIRS = (("both", "of", "us"), ("couple",))
_NOT_COUNTS = frozenset({"unit", "month", "mer", "oclock", "clock", "slash", "opaque", "minute_u", "period"})


def party_size(tokens: Sequence[Token]) -> int | None:
    """How many people, or None when the message does not say; the speaker is counted where named."""
    said = tuple(token.text for token in tokens)
    counted = _counted(tokens)
    companions, speaks = _companions(tokens), any(_self_and(tokens, i) for i in range(len(tokens)))
    if speaks and (companions or counted):
        return _sane(1 + companions + (counted or 0))
    if counted:
        return _sane(counted)
    if any(_contains(said, alone) for alone in _ALONE):
        return 1
    if _contains(said, ("both", "of us")) or _contains(said, ("for", "a", "couple")):
        return 2
    return _sane(_after_for(tokens))


def _sane(n: int | None) -> int | None:
    return n if n and 1 <= n <= MOST else None


def _contains(said: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    size = len(phrase)
    return any(said[i : i + size] == phrase for i in range(len(said) - size + 1))


def _number(token: Token) -> int | None:
    return token.n if "num" in token.tags else None


def _counted(tokens: Sequence[Token]) -> int | None:
    """Numbers beside words for people, added up: "2 adults and one child"."""
    total = 0
    for i, token in enumerate(tokens[:-1]):
        n = _number(token)
        if n is None:
            continue
        following = [t.text for t in tokens[i + 1 : i + 3]]
        before = [t.text for t in tokens[max(0, i - 2) : i]]
        is_head = following[0] in _HEADS or following[0] in _HEAD_PHRASES
        near_head = len(following) > 1 and following[1] in _HEADS and not tokens[i + 1].tags
        if is_head or near_head or before[-2:] == ["party", "of"] or before[-2:] == ["group", "of"]:
            total += n
    if len(tokens) >= 3 and not total and tokens[-3].text in ("party", "group") and tokens[-2].text == "of":
        total = _number(tokens[-1]) or 0
    return total or None


def _companions(tokens: Sequence[Token]) -> int:
    """Named companions: my wife, a friend, our son."""
    return sum(
        1
        for i, token in enumerate(tokens)
        if token.text in _COMPANIONS
        and i
        and tokens[i - 1].text in ("my", "a", "our", "his", "her", "one")
        and "num" not in tokens[i - 1].tags
    )


def _self_and(tokens: Sequence[Token], i: int) -> bool:
    """Whether the speaker is named beside others: "me and …", "… and I"."""
    if tokens[i].text == "and i":
        return i > 0
    if tokens[i].text not in _SELF:
        return False
    after = tokens[i + 1].text if i + 1 < len(tokens) else ""
    before = tokens[i - 1].text if i else ""
    return (after in ("and", "&", ",", "plus", "+", "with") and tokens[i].text != "i") or (
        before in ("and", "&", "plus") and tokens[i].text in _SELF
    )


def _after_for(tokens: Sequence[Token]) -> int | None:
    """ "for two", "table for 4": a bare number after "for" that nothing makes a time or a duration."""
    for i, token in enumerate(tokens[:-1]):
        if token.text not in ("for", "book", "reserve"):
            continue
        skip = (
            1 if tokens[i + 1].text in ("the", "just", "only", "about", "like") and i + 2 < len(tokens) else 0
        )
        n = _number(tokens[i + 1 + skip])
        after = tokens[i + 2 + skip] if i + 2 + skip < len(tokens) else None
        if n is not None and (after is None or after.tags.isdisjoint(_NOT_COUNTS)):
            return n
    return None
