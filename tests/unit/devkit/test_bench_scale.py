"""What the scale bench asks for, and how it counts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from devkit.bench.mix import GROUPS, SHARES, Mix
from devkit.bench.names import tenant_id
from devkit.bench.open_loop import OpenLoop, Request
from devkit.bench.report import Figure, write_json


class AnsweringClient:
    """A NATS client whose server answers every message at once, `times` times, with `data` and `headers`."""

    def __init__(self, *, times: int = 1, data: bytes = b"{}", headers: dict[str, str] | None = None) -> None:
        self.sent: list[str] = []
        self._times, self._data, self._headers = times, data, headers

    def new_inbox(self) -> str:
        return "_INBOX.x"

    async def subscribe(self, _subject: str, *, cb: Any) -> Any:
        self._cb = cb

        async def unsubscribe() -> None:
            return None

        return SimpleNamespace(unsubscribe=unsubscribe)

    async def publish(
        self, subject: str, _payload: bytes, *, reply: str = "", headers: dict[str, str] | None = None
    ) -> None:
        self.sent.append(subject)
        to = reply or (headers or {})["Usher-Reply"]
        for _ in range(self._times):
            await self._cb(SimpleNamespace(subject=to, data=self._data, headers=self._headers))


def requests(count: int) -> list[Request]:
    return [Request("look", "qry.booking.look", b"{}") for _ in range(count)]


async def test_every_request_is_counted_once_although_answers_come_twice() -> None:
    client: Any = AnsweringClient(times=2)

    answers = await OpenLoop(client, 10_000).run(requests(50))

    assert len(answers.milliseconds["look"]) == 50


async def test_an_error_as_an_answer_ends_the_measurement() -> None:
    client: Any = AnsweringClient(headers={"Usher-Error": "look failed"})

    with pytest.raises(RuntimeError, match="50 requests failed, the first with: look: look failed"):
        await OpenLoop(client, 10_000).run(requests(50))


async def test_refusals_are_counted_by_their_code() -> None:
    client: Any = AnsweringClient(
        data=b'{"command_id":"x","refusal":{"code":"session_full","sentence":"Full."}}'
    )

    answers = await OpenLoop(client, 10_000).run(requests(3))

    assert answers.refused == {"look session_full": 3}


def test_the_mix_has_its_shares_and_every_kind_is_in_one_group() -> None:
    kinds = Counter(request.kind for request in Mix(3, seed=1).requests(5_000))

    assert sum(SHARES.values()) == 100
    assert sorted(kind for group in GROUPS.values() for kind in group) == sorted(SHARES)
    assert all(abs(kinds[kind] / 50 - share) < 3 for kind, share in SHARES.items())


def test_the_mix_cancels_no_booking_twice_and_stays_within_its_tenants() -> None:
    made = Mix(3, seed=1).requests(3_000)
    cancelled = [json.loads(r.payload)["booking_id"] for r in made if r.kind == "cancel"]

    assert len(cancelled) == len(set(cancelled)) > 0
    assert {json.loads(r.payload)["tenant_id"] for r in made} == {str(tenant_id(n)) for n in (1, 2, 3)}


@pytest.mark.parametrize(
    ("figure", "target", "reached"),
    [
        (Figure("a", 9.0, "ms", 1.0, "small", at_most=10), "≤ 10 ms", True),
        (Figure("a", 11.0, "ms", 1.0, "small", at_most=10), "≤ 10 ms", False),
        (Figure("a", 8.0, "/s", 2.0, "pgbench", ratio_at_least=4), "ratio ≥ 4", True),
        (Figure("a", 7.0, "/s", 2.0, "pgbench", ratio_at_least=4), "ratio ≥ 4", False),
    ],
)
def test_a_figure_says_its_target_and_whether_it_is_reached(
    tmp_path: Path, figure: Figure, target: str, reached: bool
) -> None:
    write_json([figure], tmp_path / "bench.json")

    written = json.loads((tmp_path / "bench.json").read_text())["a"]
    assert (written["target"], written["reached"]) == (target, reached)
