"""Is a person in one conversation, by whichever of their ids they write, and does the last word on consent count?"""

from __future__ import annotations

import asyncio
from uuid import uuid4

import orjson
import pytest

from services.gateway.channels import ConsentChanged, IdentityChanged
from services.gateway.people import MOST_KNOWN, Claim, People
from shared.db import Database
from shared.messages.conversation import EchoContent
from tests.integration.gateway.intake_rig import NOW, Desk, later

NUMBER, PHONE, BSUID = "351910000001", "+351910000001", "PT.1000000000001"


@pytest.fixture
def desk(db: Database) -> Desk:
    return Desk(db)


async def test_a_person_who_comes_by_number_and_then_by_another_id_stays_in_one_conversation(
    desk: Desk,
) -> None:
    await desk.take(desk.message("1", NUMBER, aliases=(BSUID,), phone=PHONE))
    await desk.take(desk.message("2", BSUID))
    await desk.take(desk.message("3", NUMBER, phone=PHONE))

    assert set((await desk.conversations()).values()) == {desk.of(NUMBER)}


async def test_a_person_who_came_without_a_number_keeps_the_conversation_when_it_is_known(desk: Desk) -> None:
    await desk.take(desk.message("1", BSUID))
    await desk.take(desk.message("2", NUMBER, aliases=(BSUID,), phone=PHONE))
    await desk.another().take(desk.message("3", NUMBER, phone=PHONE))

    assert set((await desk.conversations()).values()) == {desk.of(BSUID)}
    [conversation] = await desk.select("SELECT * FROM gateway.conversations")
    assert conversation["phone"] == PHONE


async def test_the_answer_goes_to_the_id_that_the_person_has_now(desk: Desk) -> None:
    await desk.take(desk.message("1", BSUID))
    await desk.take(desk.message("2", NUMBER, aliases=(BSUID,), phone=PHONE, at=later(1)))

    [row] = await desk.select("SELECT payload FROM gateway.inbox WHERE provider_id = '2'")
    assert orjson.loads(row["payload"])["sender"]["user_id"] == NUMBER
    [conversation] = await desk.select("SELECT user_id FROM gateway.conversations")
    assert conversation["user_id"] == NUMBER


async def test_a_conversation_that_was_there_by_number_wins_over_a_younger_one(desk: Desk) -> None:
    await desk.take(desk.message("1", NUMBER, phone=PHONE))
    await desk.take(desk.message("2", BSUID))
    await desk.take(desk.message("3", NUMBER, aliases=(BSUID,), phone=PHONE))
    await desk.another().take(desk.message("4", BSUID))

    found = await desk.conversations()
    assert [found[key] for key in "134"] == [desk.of(NUMBER)] * 3


async def test_two_instances_that_meet_the_same_person_at_once_agree(db: Database) -> None:
    for _ in range(10):
        desk = Desk(db)
        other = desk.another()
        await asyncio.gather(
            desk.take(desk.message("1", NUMBER, aliases=(BSUID,), phone=PHONE)),
            other.take(other.message("2", BSUID)),
        )
        assert len(set((await desk.conversations()).values())) == 1


async def test_a_new_number_goes_on_in_the_old_conversation_on_every_instance(desk: Desk) -> None:
    other = desk.another()
    await other.take(desk.message("0", "351910000099", phone="+351910000099"))
    await desk.take(desk.message("1", NUMBER, phone=PHONE))
    await desk.take(desk.event("e1", IdentityChanged(NUMBER, "351910000002")))
    await desk.take(desk.event("e2", IdentityChanged("351910000002", "351910000003")))
    await other.take(other.message("2", "351910000002"), other.message("3", "351910000003"))

    found = await desk.conversations()
    assert [found[key] for key in "123"] == [desk.of(NUMBER)] * 3
    assert found["0"] == desk.of("351910000099")


async def test_a_number_that_is_somebody_elses_now_takes_its_other_ids_along(desk: Desk) -> None:
    await desk.take(desk.message("1", NUMBER, phone=PHONE))
    await desk.take(desk.message("2", "351910000002", aliases=(BSUID,), phone="+351910000002"))
    await desk.take(desk.event("e", IdentityChanged(NUMBER, "351910000002")))
    await desk.another().take(desk.message("3", BSUID))

    assert (await desk.conversations())["3"] == desk.of(NUMBER)


async def test_persons_of_two_accounts_are_two_conversations(desk: Desk, db: Database) -> None:
    other = Desk(db, tenant_id=desk.tenant_id)
    await desk.take(desk.message("1", NUMBER, aliases=(BSUID,), phone=PHONE))
    await other.take(other.message("2", BSUID))

    assert len(set((await desk.conversations()).values())) == 2


async def test_an_answer_by_hand_does_not_count_as_the_person_having_written(desk: Desk) -> None:
    await desk.take(desk.message("1", NUMBER, phone=PHONE))
    await desk.take(desk.message("2", NUMBER, EchoContent(text="by hand"), phone=PHONE, at=later(60)))

    [conversation] = await desk.select("SELECT last_inbound_at FROM gateway.conversations")
    assert conversation["last_inbound_at"] == NOW
    assert len(await desk.conversations()) == 2


def test_what_is_remembered_of_people_is_bounded() -> None:
    people = People(most=3)
    tenant = uuid4()
    people.known(Claim(tenant, "whatsapp", "a", str(n), "x") for n in range(10))
    people.learn({(tenant, "whatsapp", "a", str(n)): "b" for n in range(10)})

    assert len(people._told) == len(people._begun) == 3
    assert MOST_KNOWN > 3


# --- consent --------------------------------------------------------------------------------------------


async def consents(desk: Desk) -> dict[tuple[str, str], bool]:
    rows = await desk.select("SELECT user_id, scope, allowed FROM gateway.consents")
    return {(row["user_id"], row["scope"]): row["allowed"] for row in rows}


async def test_stop_is_kept_and_reaches_nobody_and_start_reaches_the_agent(desk: Desk) -> None:
    await desk.take(desk.message("1", NUMBER, "Stop.", phone=PHONE))

    [row] = await desk.select("SELECT kind, subject, handled_at, payload FROM gateway.inbox")
    assert (row["kind"], row["subject"], row["payload"]) == ("event", None, b"")
    assert row["handled_at"] is not None
    assert await consents(desk) == {(NUMBER, "all"): False}
    [kept] = await desk.select("SELECT phone, source FROM gateway.consents")
    assert (kept["phone"], kept["source"]) == (PHONE, "word")

    await desk.take(desk.message("2", NUMBER, "START", phone=PHONE, at=later(1)))
    assert await consents(desk) == {(NUMBER, "all"): True}
    assert list(await desk.conversations()) == ["2"]


async def test_a_stop_that_comes_late_or_again_does_not_undo_a_later_start(desk: Desk) -> None:
    stop = desk.message("1", NUMBER, "stop", at=NOW)
    await desk.take(stop)
    await desk.take(
        desk.message("2", NUMBER, "start", at=NOW)
    )  # within the same second: the order of arrival
    assert await consents(desk) == {(NUMBER, "all"): True}

    await desk.take(stop)
    await desk.take(desk.message("3", NUMBER, "stop", at=later(-60)))
    assert await consents(desk) == {(NUMBER, "all"): True}


async def test_both_words_in_one_webhook_end_with_the_later_one(desk: Desk) -> None:
    await desk.take(
        desk.message("2", NUMBER, "start", at=later(5)),
        desk.message("1", NUMBER, "stop", at=NOW),
    )
    assert await consents(desk) == {(NUMBER, "all"): True}


async def test_what_the_channel_says_of_marketing_is_kept_with_the_persons_phone(desk: Desk) -> None:
    await desk.take(desk.message("1", NUMBER, phone=PHONE))
    await desk.take(desk.event("p", ConsentChanged(NUMBER, False, "marketing")))

    assert await consents(desk) == {(NUMBER, "marketing"): False}
    [row] = await desk.select("SELECT phone FROM gateway.consents")
    assert row["phone"] == PHONE


async def test_a_word_said_under_another_id_holds_for_the_one_the_conversation_is_named_after(
    desk: Desk,
) -> None:
    await desk.take(desk.message("1", NUMBER, aliases=(BSUID,), phone=PHONE))
    await desk.take(desk.message("2", BSUID, "stop", at=later(1)))

    assert await consents(desk) == {(NUMBER, "all"): False, (BSUID, "all"): False}
