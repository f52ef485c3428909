"""How may what comes in be broken? One bit, some bytes, some values, a NUL: drawn by hypothesis."""

from __future__ import annotations

import copy
import json

from hypothesis import strategies as st

_JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.just("\x00"),
    st.just([]),
    st.just({}),
    st.just([[]]),
    st.just({"id": {}}),
)


def flip(content: bytes, data: st.DataObject) -> bytes:
    """The content with one bit of it changed."""
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    flipped = bytearray(content)
    flipped[bit // 8] ^= 1 << (bit % 8)
    return bytes(flipped)


def mutated(body: bytes, data: st.DataObject) -> bytes:
    """The body with something cut out and put in, or, where it is JSON, with some of its values replaced or removed."""
    try:
        root = json.loads(body)
    except ValueError:
        root = None
    if not isinstance(root, dict) or data.draw(st.booleans()):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(len(body), start + 20)))
        return body[:start] + data.draw(st.binary(max_size=8)) + body[end:]
    for _ in range(data.draw(st.integers(1, 3))):
        root = _changed(root, data)
    return json.dumps(root).encode()


def with_nul(body: bytes) -> list[bytes]:
    """The body with a NUL at the end of one of its texts, for each of them; of all at once where it is a form."""
    try:
        root = json.loads(body)
    except ValueError:
        return [body.replace(b"&", b"%00&") + b"%00"]
    found = []
    for path in _paths(root):
        changed = copy.deepcopy(root)
        node = changed
        for step in path[:-1]:
            node = node[step]
        if isinstance(node[path[-1]], str):
            node[path[-1]] += "\x00"
            found.append(json.dumps(changed).encode())
    return found


def _changed(root: dict[str, object], data: st.DataObject) -> dict[str, object]:
    root = copy.deepcopy(root)
    paths = _paths(root)
    if not paths:
        return root
    *way, last = data.draw(st.sampled_from(paths))
    node: object = root
    for step in way:
        node = node[step]  # type: ignore[index]  # the path was read from this very tree
    if data.draw(st.booleans()):
        node[last] = data.draw(_JUNK)  # type: ignore[index]
    else:
        del node[last]  # type: ignore[attr-defined]
    return root


def _paths(node: object) -> list[list[str | int]]:
    items: list[tuple[str | int, object]] = []
    if isinstance(node, dict):
        items = list(node.items())
    elif isinstance(node, list):
        items = list(enumerate(node))
    return [[key, *rest] for key, value in items for rest in ([], *_paths(value))]
