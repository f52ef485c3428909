"""What does each tool do and say? Called on a studio and a salon, each by its schema as a model would."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.agent.mcp.callers import context_of
from services.agent.tools import TOOLS, Ports, Preference, Shown, ToolCall, TurnContext
from services.agent.tools.slot_ids import PATTERN, Slot, slot_id, slot_of
from services.agent.tools.spec import HandoffReason, PreferenceKey
from services.agent.tools.words import spoken, words_of
from shared import ids
from shared.messages.booking import (
    AnswerOffer,
    BookSession,
    BookSlot,
    CancelBooking,
    Catalogue,
    LeaveWaitlist,
    QuoteLineView,
    QuoteView,
    RescheduleToSlot,
    ServiceView,
    SlotView,
    StaffView,
)
from shared.messages.conversation import ChannelAddress
from tests.unit.agent.studio import (
    BUSINESS,
    CATALOGUE,
    NOW,
    TENANT,
    VINYASA,
    YIN,
    ZONE,
    Studio,
    session,
    week,
)

CUT, COLOUR = ids.derive("service", "Cut"), ids.derive("service", "Colour")
RITA, TOM = ids.derive("staff", "Rita"), ids.derive("staff", "Tom")
SALON = Catalogue(
    business=BUSINESS,
    services=(
        ServiceView(service_id=CUT, name="Haircut", kind="appointment", duration_minutes=45, price=3500,
                    currency="EUR", staff_ids=(RITA, TOM)),
        ServiceView(service_id=COLOUR, name="Hair colour", kind="appointment", duration_minutes=90, price=8000,
                    currency="EUR", staff_ids=(RITA,)),
    ),
    staff=(StaffView(staff_id=RITA, name="Rita Alves"), StaffView(staff_id=TOM, name="Tom Reis")),
)  # fmt: skip
SPECS = {spec.name: spec for spec in TOOLS}
SEVEN = session(VINYASA, "2026-11-23 19:00")


class Kept:
    """Preferences and handoffs in memory."""

    def __init__(self) -> None:
        self.likes: dict[str, str] = {}
        self.handed: list[tuple[str, str | None, UUID]] = []

    async def all(self, context: TurnContext) -> tuple[Preference, ...]:
        return tuple(Preference(key, value) for key, value in self.likes.items())

    async def set(self, context: TurnContext, key: PreferenceKey, value: str | None) -> None:
        self.likes.pop(key, None)
        if value:
            self.likes[key] = value

    async def ask(
        self, context: TurnContext, reason: HandoffReason, note: str | None, command_id: UUID
    ) -> None:
        self.handed.append((reason, note, command_id))


def free(local: str, *staff: UUID, service: UUID = CUT) -> SlotView:
    offer = next(s for s in SALON.services if s.service_id == service)
    starts = datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)
    return SlotView(
        service_id=service,
        service_name=offer.name,
        staff_ids=staff or (RITA, TOM),
        starts_at=starts,
        ends_at=starts + timedelta(minutes=offer.duration_minutes),
        timezone="Europe/Lisbon",
        local="",
        price=offer.price,
        currency="EUR",
    )


def salon(*slots: SlotView) -> Studio:
    studio = Studio(catalogue=SALON)
    studio.free = list(slots)
    return studio


async def call(
    studio: Studio,
    tool: str,
    *,
    kept: Kept | None = None,
    shown: Shown | None = None,
    language: str | None = None,
    **args: object,
) -> dict[str, Any]:
    """The tool's answer for a customer of this studio."""
    address = ChannelAddress(channel="whatsapp", account_id="100", user_id="351911")
    base = context_of(TENANT, address, NOW)
    context = TurnContext(base.tenant_id, base.contact, NOW, NOW, language)
    kept = kept or Kept()

    async def recall(_name: str, make: Callable[[], Awaitable[str | None]]) -> str | None:
        return await make()

    ports = Ports(studio, kept, kept)
    return dict(
        await SPECS[tool].call(ports, context, args, ToolCall(ids.derive(tool), recall, shown or Shown()))
    )


async def test_free_times_are_found_with_whom_and_for_how_much() -> None:
    studio = salon(free("2026-11-24 10:00", RITA), free("2026-11-24 15:00"))
    answer = await call(studio, "find_slots", what="haircut", when="tuesday")

    assert [slot["line"] for slot in answer["slots"]] == [
        "Haircut, Tue 24 Nov 10:00–10:45 with Rita, €35.00",
        "Haircut, Tue 24 Nov 15:00–15:45, €35.00",
    ]
    assert slot_of(answer["slots"][0]["slot_id"]).staff_id == RITA
    assert slot_of(answer["slots"][1]["slot_id"]).staff_id is None


async def test_a_time_that_is_not_free_is_answered_with_the_nearest_and_a_full_day_with_the_next() -> None:
    studio = salon(free("2026-11-24 10:00"), free("2026-11-24 15:00"), free("2026-11-26 09:00"))

    near = await call(studio, "find_slots", what="haircut", when="tuesday at 11")
    assert (near["exact"], [s["clock"] for s in near["slots"]]) == (False, ["10:00", "15:00"])
    none = await call(studio, "find_slots", what="haircut", when="wednesday")
    assert (none["slots"], [s["day"] for s in none["alternatives"]]) == ([], ["Thu 26 Nov"])


async def test_a_long_day_is_thinned_out_from_its_first_to_its_last_time() -> None:
    times = [free(f"2026-11-24 {hour:02}:{minute:02}") for hour in range(9, 18) for minute in (0, 15, 30, 45)]
    answer = await call(salon(*times), "find_slots", what="haircut", when="tuesday")

    assert len(answer["slots"]) == 8
    assert (answer["slots"][0]["clock"], answer["slots"][-1]["clock"]) == ("09:00", "17:45")


@pytest.mark.parametrize(
    ("studio", "tool", "args", "problem"),
    [
        (salon(), "find_slots", {"what": "massage"}, "unknown_service"),
        (salon(), "find_slots", {"what": "haircut", "staff": "Pedro"}, "unknown_staff"),
        (salon(), "find_slots", {"what": "haircut", "when": "whenever the moon"}, "time_not_understood"),
        (salon(), "find_slots", {"what": "haircut", "when": "yesterday"}, "time_is_past"),
        (salon(), "find_slots", {"what": "Rita"}, "which_service"),
        (salon(), "find_sessions", {"what": "haircut"}, "by_appointment"),
        (week(), "find_slots", {"what": "yoga"}, "is_a_class"),
    ],
)
async def test_what_cannot_be_searched_is_named(
    studio: Studio, tool: str, args: dict[str, Any], problem: str
) -> None:
    answer = await call(studio, tool, **args)

    assert answer["problem"] == problem
    assert answer["note"]


async def test_a_slot_is_booked_with_the_person_of_its_id() -> None:
    studio = salon(free("2026-11-24 10:00"))
    [slot] = (await call(studio, "find_slots", what="haircut", staff="Tom"))["slots"]
    done = await call(studio, "book", slot_id=slot["slot_id"], shown=Shown(totals=frozenset({3500})))

    assert done["booking"]["line"] == "Haircut, Tue 24 Nov 10:00–10:45 with Tom"
    [command] = studio.commands
    assert isinstance(command, BookSlot)
    assert (command.staff_id, command.by) == (TOM, "customer")


async def test_a_slot_that_is_gone_is_answered_with_others() -> None:
    studio = salon(free("2026-11-24 10:00"))
    gone = slot_id(Slot(CUT, datetime(2026, 11, 24, 8, tzinfo=UTC)))
    answer = await call(studio, "book", slot_id=gone, shown=Shown(totals=frozenset({3500})))

    assert (answer["status"], answer["code"]) == ("refused", "slot_taken")
    assert answer["slots"][0]["line"].startswith("Haircut, Tue 24 Nov 10:00")


def quoted(total: int, used: int = 0) -> QuoteView:
    line = QuoteLineView(label="Vinyasa Yoga", reason="1 of your credits" if used else None, amount=total)
    return QuoteView(lines=(line,), total=total, due_now=0, currency="EUR", credits=used)


@pytest.mark.parametrize(
    ("price", "shown", "books"),
    [
        (quoted(1500), Shown(totals=frozenset({1500})), True),
        (quoted(1200), Shown(totals=frozenset({1500})), True),
        (quoted(1600), Shown(totals=frozenset({1500})), False),
        (quoted(0, 1), Shown(totals=frozenset({1500})), False),
        (quoted(0, 1), Shown(totals=frozenset({0}), credits=frozenset({1})), True),
        (quoted(1500), Shown(), False),
    ],
)
async def test_nobody_pays_more_than_they_were_shown_nor_with_credits_unasked(
    price: QuoteView, shown: Shown, books: bool
) -> None:
    studio = week()
    studio.prices[SEVEN.session_id] = price
    answer = await call(studio, "book", session_id=str(SEVEN.session_id), shown=shown)

    assert (answer["status"] == "done") is books
    assert [type(command) for command in studio.commands] == ([BookSession] if books else [])
    if not books:
        assert answer["code"] == "price_changed"
        assert answer["quote"]["total_minor"] == price.total


async def test_a_fee_that_rose_after_it_was_shown_is_not_taken() -> None:
    studio = week()
    booked = await call(studio, "book", session_id=str(SEVEN.session_id), shown=Shown(frozenset({1500})))
    booking_id = booked["booking"]["booking_id"]
    studio.fee = 500
    answer = await call(studio, "cancel", booking_id=booking_id, shown=Shown(fees=frozenset({0})))

    assert (answer["status"], answer["code"]) == ("refused", "fee_changed")
    assert answer["terms"]["sentence"] == "Cancelling it costs €5.00."
    done = await call(studio, "cancel", booking_id=booking_id, shown=Shown(fees=frozenset({500})))
    assert done["status"] == "refused", "the same command id has the same outcome"
    last = studio.commands[-1]
    assert isinstance(last, CancelBooking)
    assert last.fee_shown == 500


async def test_nothing_is_cancelled_or_moved_that_is_somebody_elses() -> None:
    studio = week()
    stranger = str(ids.derive("stranger"))
    free_ = Shown(fees=frozenset({0}))

    assert (await call(studio, "cancel", booking_id=stranger, shown=free_))["code"] == "not_found"
    moved = await call(studio, "reschedule", booking_id=stranger, session_id=str(SEVEN.session_id))
    assert moved["code"] == "not_found"
    assert studio.commands == []


async def test_an_appointment_moves_to_another_free_time() -> None:
    studio = salon(free("2026-11-24 10:00", RITA), free("2026-11-25 11:00", RITA))
    slots = (await call(studio, "find_slots", what="haircut"))["slots"]
    booked = await call(studio, "book", slot_id=slots[0]["slot_id"], shown=Shown(frozenset({3500})))
    moved = await call(
        studio, "reschedule", booking_id=booked["booking"]["booking_id"], slot_id=slots[1]["slot_id"]
    )

    assert moved["booking"]["local"] == "Wed 25 Nov 11:00–11:45"
    assert isinstance(studio.commands[-1], RescheduleToSlot)


async def test_my_bookings_come_with_terms_queues_and_passes_when_asked() -> None:
    studio = week()
    studio.fee = 700
    await call(studio, "book", session_id=str(SEVEN.session_id), shown=Shown(frozenset({1500})))
    studio.queued(session(YIN, "2026-11-23 20:30"))
    plain = await call(studio, "my_bookings")
    full = await call(studio, "my_bookings", terms=True, balances=True)

    assert "terms" not in plain["bookings"][0]
    assert full["bookings"][0]["terms"]["fee_minor"] == 700
    assert full["waiting"][0]["line"].endswith("number 1 in the queue")
    assert full["balances"]["passes"][0]["line"] == "10 classes: 7"


async def test_a_quote_tells_the_price_or_the_terms_and_does_nothing() -> None:
    studio = week()
    price = await call(studio, "quote", session_id=str(SEVEN.session_id), party_size=2)
    assert price["quote"]["total"] == "€30.00"
    booked = await call(studio, "book", session_id=str(SEVEN.session_id), shown=Shown(frozenset({1500})))
    terms = await call(studio, "quote", booking_id=booked["booking"]["booking_id"])
    assert (terms["about"], terms["terms"]["sentence"]) == ("cancellation", "Cancelling it costs nothing.")
    studio.fill(SEVEN)
    full = await call(studio, "quote", session_id=str(SEVEN.session_id))
    assert full["code"] == "session_full"
    assert len(studio.commands) == 1


async def test_queues_are_joined_left_and_their_offers_answered() -> None:
    early = await call(week(), "join_waitlist", session_id=str(SEVEN.session_id))
    assert early["code"] == "seats_free"
    studio = week()
    studio.fill(SEVEN)
    joined = await call(studio, "join_waitlist", session_id=str(SEVEN.session_id))
    entry_id = joined["entry"]["entry_id"]
    assert (await call(studio, "leave_waitlist", entry_id=entry_id))["status"] == "done"
    assert isinstance(studio.commands[-1], LeaveWaitlist)
    offer = studio.queued(SEVEN, offered=True)
    taken = await call(studio, "answer_offer", entry_id=str(offer.entry_id), accept=True)
    assert taken["booking"]["reference"] == "EVAL"
    assert isinstance(studio.commands[-1], AnswerOffer)
    gone = await call(studio, "answer_offer", entry_id=str(offer.entry_id), accept=True)
    assert gone["code"] == "offer_expired"


async def test_a_session_is_described_without_who_else_comes() -> None:
    told = [each.model_copy(update={"description": "Breath and movement."}) for each in CATALOGUE.services]
    described = Studio(SEVEN, catalogue=CATALOGUE.model_copy(update={"services": tuple(told)}))
    answer = await call(described, "session_details", session_id=str(SEVEN.session_id))
    missing = await call(week(), "session_details", session_id=str(ids.derive("none")))

    assert (answer["description"], answer["location"]) == ("Breath and movement.", "Upstairs")
    assert "attendees" not in answer
    assert missing["problem"] == "not_found"


async def test_a_receipt_is_sent_again_for_ones_own_booking_only() -> None:
    studio = week()
    none = await call(studio, "get_receipt")
    await call(studio, "book", session_id=str(SEVEN.session_id), shown=Shown(frozenset({1500})))
    newest = await call(studio, "get_receipt")
    stranger = await call(studio, "get_receipt", booking_id=str(ids.derive("stranger")))

    assert (none["status"], newest["status"], stranger["status"]) == ("none", "sent", "none")
    [job] = studio.receipts
    assert job.contact.address.user_id == "351911"


async def test_preferences_are_kept_and_forgotten_and_a_person_is_called() -> None:
    kept = Kept()
    told = await call(week(), "set_preference", kept=kept, key="staff", value="Ana")
    assert told["preferences"] == [{"key": "staff", "value": "Ana"}]
    assert (await call(week(), "set_preference", kept=kept, key="staff"))["preferences"] == []
    human = await call(week(), "talk_to_human", kept=kept, reason="complaint", note="was overcharged")
    assert (human["status"], human["phone"]) == ("done", "+351 210 000 000")
    assert kept.handed == [("complaint", "was overcharged", ids.derive("talk_to_human"))]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Vinyasa Yoga, Mon 23 Nov 19:00–20:00 with Ana, €15.00, 4 spots left"),
        ("es", "Vinyasa Yoga, lun, 23 nov 19:00–20:00 con Ana, 15,00\xa0€, quedan 4 plazas"),
        ("pt", "Vinyasa Yoga, seg., 23 de nov. 19:00–20:00 com Ana, €\xa015,00, restam 4 lugares"),
        ("fr", "Vinyasa Yoga, lun. 23 nov. 19:00–20:00 avec Ana, 15,00\xa0€, il reste 4 places"),
        ("de", "Vinyasa Yoga, Mo., 23. Nov. 19:00–20:00 mit Ana, 15,00\xa0€, 4 Plätze frei"),
        ("it", "Vinyasa Yoga, lun 23 nov 19:00–20:00 con Ana, 15,00\xa0€, restano 4 posti"),
    ],
)
async def test_results_are_written_in_the_customers_language(language: str, line: str) -> None:
    answer = await call(week(), "find_sessions", what="vinyasa", when="2026-11-23", language=language)

    assert answer["sessions"][0]["line"].replace("\u202f", "\xa0") == line


async def test_times_are_read_in_the_customers_language_and_iso_forms_in_every() -> None:
    for language, when in [
        ("es", "mañana a las 7 de la tarde"),
        ("es", "2026-11-23 after 18:00"),
        ("es", "tomorrow at 7pm"),
    ]:
        answer = await call(week(), "find_sessions", what="vinyasa", when=when, language=language)
        assert answer["sessions"][0]["starts"] == "2026-11-23T19:00", when
    span = await call(week(), "find_sessions", what="vinyasa", when="2026-11-24 to 2026-11-26")
    assert [s["starts"][:10] for s in span["sessions"]] == ["2026-11-24", "2026-11-25", "2026-11-26"]


def test_the_business_lends_its_region_to_its_own_language() -> None:
    assert spoken("pt", "pt-BR") == "pt-BR"
    assert spoken("es", "pt-BR") == "es"
    assert spoken(None, "pt-BR") == "pt-BR"
    assert words_of("xx").full == "full"


@pytest.mark.parametrize("spec", TOOLS, ids=lambda spec: spec.name)
def test_every_schema_is_closed_and_names_no_tenant_or_customer(spec: Any) -> None:
    schema = spec.args.model_json_schema()

    assert schema["additionalProperties"] is False
    assert not {"tenant", "tenant_id", "customer", "customer_id", "contact", "by"} & set(schema["properties"])
    for name, field in schema["properties"].items():
        texts = [part for part in [field, *field.get("anyOf", ())] if part.get("type") == "string"]
        bounded = ("maxLength", "enum", "const", "format", "pattern")
        assert all(any(bound in part for bound in bounded) for part in texts), name
        assert field.get("description") or "$ref" in str(field), name
    with pytest.raises(ValidationError):
        spec.args.model_validate({"tenant_id": str(TENANT)})


@given(st.uuids(), st.none() | st.uuids(), st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)))
def test_a_slots_id_says_which_it_is_and_fits_a_button(
    service: UUID, staff: UUID | None, at: datetime
) -> None:
    slot = Slot(service, at.replace(second=0, microsecond=0, tzinfo=UTC), staff)
    text = slot_id(slot)

    assert slot_of(text) == slot
    assert re.fullmatch(PATTERN, text)
    assert len(f"book:{text}:100") <= 70


async def test_a_booking_that_may_have_been_sent_is_sent_again_whatever_it_costs_by_then() -> None:
    studio, kept = week(), dict[str, str | None]()
    address = ChannelAddress(channel="whatsapp", account_id="100", user_id="351911")

    async def recall(name: str, make: Callable[[], Awaitable[str | None]]) -> str | None:
        if name not in kept:
            kept[name] = await make()
        return kept[name]

    async def book() -> dict[str, Any]:
        shown = Shown(totals=frozenset({1500}))
        call = ToolCall(ids.derive("one call"), recall, shown)
        context = context_of(TENANT, address, NOW)
        args: dict[str, object] = {"session_id": str(SEVEN.session_id)}
        return dict(await SPECS["book"].call(Ports(studio), context, args, call))

    first = await book()
    studio.prices[SEVEN.session_id] = quoted(9900)
    again = await book()

    assert first == again
    assert len(studio.bookings) == 1
