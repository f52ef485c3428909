"""What may be changed about a customer, and when may they be linked, merged or forgotten?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.booking.domain.decisions.customers import (
    Clash,
    Linking,
    erase_customer,
    link_identity,
    update_customer,
)
from services.booking.domain.events import CustomerChanged, CustomerErased, IdentityLinked
from services.booking.domain.refusals import Refused
from services.booking.domain.results import Done
from shared.messages.booking import EraseCustomer, LinkIdentity, RefusalCode, UpdateCustomer
from tests.unit.booking.people.people_world import ANA, BEN, COMMAND, NOW, TENANT, account, draft


def update(**fields: object) -> UpdateCustomer:
    return UpdateCustomer.model_validate(
        {"tenant_id": TENANT, "command_id": COMMAND, "customer_id": ANA, **fields}
    )


def link(channel: str = "telegram", user_id: str = "77") -> LinkIdentity:
    return LinkIdentity(
        tenant_id=TENANT, command_id=COMMAND, customer_id=ANA, channel=channel, user_id=user_id
    )


ERASE = EraseCustomer(tenant_id=TENANT, command_id=COMMAND, customer_id=ANA)


def values_of(command: UpdateCustomer, *, blocked: bool = False) -> dict[str, object]:
    one = draft(account(blocked=blocked))
    assert isinstance(update_customer(one, command), Done)
    (event,) = one.events
    assert isinstance(event, CustomerChanged)
    return dict(event.values)


def code_of(result: object) -> RefusalCode:
    assert isinstance(result, Refused), result
    return result.code


def test_only_what_is_said_changes_and_it_is_spelled_one_way() -> None:
    assert values_of(update(full_name="  Ana \n Maria ", language="pt_pt", timezone="Europe/Lisbon")) == {
        "full_name": "Ana Maria",
        "language": "pt-PT",
        "timezone": "Europe/Lisbon",
    }


def test_an_empty_text_clears_a_field() -> None:
    assert values_of(update(notes=" ", tier="")) == {"notes": None, "tier": None}


def test_consent_is_kept_with_its_time_and_withdrawn_without() -> None:
    assert values_of(update(marketing_consent=True)) == {"marketing_consent_at": NOW}
    assert values_of(update(marketing_consent=False)) == {"marketing_consent_at": None}


def test_blocking_keeps_a_reason_and_unblocking_drops_it() -> None:
    assert values_of(update(blocked=True, blocked_reason="rude")) == {
        "blocked_at": NOW,
        "blocked_reason": "rude",
    }
    assert values_of(update(blocked=False), blocked=True) == {"blocked_at": None, "blocked_reason": None}


def test_the_reason_of_a_block_may_be_changed_later() -> None:
    assert values_of(update(blocked_reason="no payment"), blocked=True) == {"blocked_reason": "no payment"}


@pytest.mark.parametrize(
    "fields",
    [
        {"language": "klingon-KL"},
        {"timezone": "Lisbon"},
        {"timezone": "../../etc/passwd"},
        {"tier": "Gold Member"},
        {"full_name": "x" * 121},
        {"full_name": "a\x00b"},
        {"notes": "x" * 2001},
        {"blocked_reason": "of nobody who is blocked"},
        {},
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(fields: dict[str, object]) -> None:
    one = draft(account())
    assert code_of(update_customer(one, update(**fields))) is RefusalCode.INVALID
    assert not one.events


def test_a_customer_of_nobody_here_is_not_found() -> None:
    """Case 62. Also another tenant's: only this tenant's are loaded."""
    assert code_of(update_customer(draft(), update(tier="gold"))) is RefusalCode.NOT_FOUND
    assert code_of(link_identity(draft(extra=Linking(None)), link())) is RefusalCode.NOT_FOUND
    assert code_of(erase_customer(draft(), ERASE)) is RefusalCode.NOT_FOUND


def test_an_identity_nobody_was_met_under_is_linked_without_merging() -> None:
    one = draft(account(), extra=Linking(None))
    assert link_identity(one, link()) == Done("identity_linked")
    assert one.events == [IdentityLinked(ANA, "telegram", "77")]


def test_an_identity_of_another_customer_merges_them() -> None:
    one = draft(account(), extra=Linking(BEN))
    assert link_identity(one, link()) == Done("customers_merged")
    assert one.events == [IdentityLinked(ANA, "telegram", "77", BEN)]


def test_linking_what_is_linked_merges_nobody() -> None:
    one = draft(account(), extra=Linking(ANA))
    assert link_identity(one, link()) == Done("identity_linked")
    assert one.events == [IdentityLinked(ANA, "telegram", "77")]


def test_two_places_in_one_session_must_be_one_before_the_customers_are() -> None:
    one = draft(account(), extra=Linking(BEN, (Clash("Yoga, Mon 19:00", "Yoga, Mon 19:00"),)))
    refused = link_identity(one, link())
    assert code_of(refused) is RefusalCode.HAS_BOOKINGS
    assert isinstance(refused, Refused)
    assert "Yoga, Mon 19:00" in refused.sentence
    assert "my_bookings" in refused.moves
    assert not one.events


def test_bookings_at_one_time_are_both_named_and_the_others_counted() -> None:
    clashes = (Clash("Yoga, Mon 19:00", "Pilates, Mon 19:30"), Clash("a", "b"))
    refused = link_identity(draft(account(), extra=Linking(BEN, clashes)), link())
    assert isinstance(refused, Refused)
    assert "Yoga, Mon 19:00 and Pilates, Mon 19:30 (and 1 more)" in refused.sentence


@pytest.mark.parametrize(
    ("channel", "user_id", "kept"),
    [
        ("Email", " Ana@Example.COM ", ("email", "ana@example.com")),
        ("WhatsApp", "+351 912 345 678", ("whatsapp", "351912345678")),
        ("whatsapp", "PT.13491208655302741918", ("whatsapp", "PT.13491208655302741918")),
        ("telegram", "AbC", ("telegram", "AbC")),
    ],
)
def test_an_identity_is_the_same_in_any_case_where_its_channel_tells_none_apart(
    channel: str, user_id: str, kept: tuple[str, str]
) -> None:
    """Case 46."""
    one = draft(account(), extra=Linking(None))
    link_identity(one, link(channel, user_id))
    assert one.events == [IdentityLinked(ANA, *kept)]


def test_an_identity_needs_a_channel_and_an_id() -> None:
    assert code_of(link_identity(draft(account(), extra=Linking(None)), link("", "7"))) is RefusalCode.INVALID


def test_a_customer_who_is_expected_is_not_forgotten() -> None:
    coming = (NOW + timedelta(hours=1), NOW + timedelta(days=1))
    refused = erase_customer(draft(account(starts=coming)), ERASE)
    assert code_of(refused) is RefusalCode.HAS_BOOKINGS
    assert isinstance(refused, Refused)
    assert "2 coming bookings: cancel them first" in refused.sentence


def test_a_session_that_still_runs_counts_as_coming_and_one_that_is_over_does_not() -> None:
    running = account(starts=(NOW - timedelta(minutes=30),))
    assert code_of(erase_customer(draft(running), ERASE)) is RefusalCode.HAS_BOOKINGS
    over = draft(account(starts=(NOW - timedelta(hours=1),)))
    assert erase_customer(over, ERASE) == Done("customer_erased")
    assert over.events == [CustomerErased(ANA, NOW)]


def test_forgetting_a_forgotten_customer_changes_nothing() -> None:
    one = draft(account(erased=True))
    assert erase_customer(one, ERASE) == Done("customer_erased")
    assert not one.events


def test_a_command_whose_needs_were_not_loaded_is_our_mistake() -> None:
    with pytest.raises(TypeError, match="Linking"):
        link_identity(draft(account()), link())
