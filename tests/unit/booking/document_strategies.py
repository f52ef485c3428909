"""Documents as hypothesis makes them: any business that the document can describe."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from services.booking.document.parts import TenantPart, things

UNORDERED = ("schedules", "products", "promo_codes")
WORDS = st.text("abcdeéß 'ñ:#-漢", min_size=1, max_size=12).map(lambda text: f"x{text}".strip())
MAYBE_WORDS = st.none() | WORDS
KEYS = st.lists(st.sampled_from([f"k{n}" for n in range(6)]), unique=True, max_size=4)
BLOCKS = st.sampled_from([[], ["09:00-13:00"], ["09:00-12:00", "13:00-18:30"], ["22:00-26:00"]])
WEEK = st.fixed_dictionaries({}, optional=dict.fromkeys(("mon", "tue", "sat", "sun"), BLOCKS))
DAYS = st.sampled_from(["2026-12-24", "2027-02-01", "2027-06-30"])
LEADS = st.sampled_from(["24h", "2d", "90m", "1d 12h", "0m", "P3D"])
PRICES = st.integers(0, 100_000)
CHANGES = st.one_of(
    st.fixed_dictionaries({"amount": st.integers(-500, -1)}),
    st.fixed_dictionaries({"basis_points": st.integers(-5000, -1)}),
    st.fixed_dictionaries({"fixed": PRICES}),
)
HOURS = st.fixed_dictionaries(
    {},
    optional={
        "opening": WEEK,
        "closures": st.just([{"from": "2026-12-24", "until": "2026-12-26", "reason": "Christmas"}]),
        "holidays": st.sampled_from([["PT"], ["DE-BY", "NO"]]),
        "open_on": st.lists(DAYS, unique=True, max_size=2),
    },
)
AVAILABILITY = st.fixed_dictionaries(
    {},
    optional={
        "weekly": WEEK,
        "breaks": WEEK,
        "overrides": st.just([{"on": "2026-12-23", "blocks": []}]),
        "time_off": st.just([{"from": "2026-12-24T13:00", "until": "2026-12-24T15:00"}]),
        "travel": st.just([{"from": "2027-01-01", "until": "2027-01-09", "zone": "Asia/Kolkata"}]),
        "limits": st.fixed_dictionaries({"bookings_per_day": st.integers(1, 9)}),
    },
)


def ordered(tenant: TenantPart) -> TenantPart:
    """The tenant with the lists by key whose order means nothing, as an export has them."""
    lists = {kind: tuple(sorted(things(tenant, kind), key=lambda t: t.key)) for kind in UNORDERED}
    return tenant.model_copy(update=lists)


def of_keys(keys: list[str]) -> st.SearchStrategy[list[str]]:
    """Some of the keys."""
    return st.lists(st.sampled_from(keys), unique=True, max_size=3) if keys else st.just([])


@st.composite
def rules(draw: st.DrawFn, services: list[str], staff: list[str]) -> dict[str, Any]:
    """A price rule."""
    rule: dict[str, Any] = {"change": draw(CHANGES), "services": draw(of_keys(services))}
    kinds: list[dict[str, Any]] = [
        {"kind": "early_bird", "until": draw(LEADS)},
        {"kind": "last_minute", "within": draw(LEADS), "stackable": False},
        {"kind": "peak_hours", "from": "17:00", "until": "20:30", "weekdays": ["monday"]},
        {"kind": "membership", "tiers": ["gold"], "label": draw(WORDS)},
    ]
    if staff:
        kinds.append({"kind": "staff", "staff": staff[:2]})
    chosen: dict[str, Any] = draw(st.sampled_from(kinds))
    return rule | chosen


@st.composite
def policies(draw: st.DrawFn, services: list[str], staff: list[str]) -> dict[str, Any]:
    """A service's policy."""
    tiers = [{"at_least": "24h", "refund_basis_points": 10_000}, {"at_least": "0m", "refund_basis_points": 0}]
    optional: dict[str, st.SearchStrategy[Any]] = {
        "minimum_notice_minutes": st.integers(0, 500),
        "horizon_days": st.integers(1, 60),
        "approval": st.booleans(),
        "overlap": st.booleans(),
        "held_back": st.integers(0, 2),
        "waitlist": st.fixed_dictionaries({"claim_minutes": st.integers(1, 60), "enabled": st.booleans()}),
        "limits": st.fixed_dictionaries({"per_day": st.integers(1, 3)}),
        "minimum": st.fixed_dictionaries({"seats": st.integers(1, 3)}),
        "pricing": st.fixed_dictionaries({"rules": st.lists(rules(services, staff), max_size=2)}),
        "cancellation": of_keys(services).map(
            lambda keys: [{"services": keys, "tiers": tiers, "closes": "1h"}]
        ),
        "questions": st.just([{"key": "why", "text": "Why?", "required": True}]),
    }
    policy: dict[str, Any] = draw(st.fixed_dictionaries({}, optional=optional))
    return policy


@st.composite
def tenants(draw: st.DrawFn, slug: str = "casa") -> dict[str, Any]:
    """A tenant's part of a document, as a file would have it."""
    places, resources, staff, services = (draw(KEYS) for _ in range(4))
    rooms = [key for key in resources if key != "k0"]
    named = {key: {"key": key, "name": draw(WORDS)} for key in {*places, *resources, *staff, *services}}
    kinds = {key: draw(st.sampled_from(["class", "appointment"])) for key in services}
    any_of = [resources] if resources and draw(st.sampled_from([True, False])) else []
    classes = [key for key in services if kinds[key] == "class"]
    return {
        "slug": slug, "name": draw(WORDS), "timezone": draw(st.sampled_from(["Europe/Lisbon", "Asia/Kolkata"])),
        "currency": draw(st.sampled_from(["EUR", "JPY"])), "language": draw(st.sampled_from(["en", "pt-PT"])),
        "description": draw(MAYBE_WORDS), "week_starts_on": draw(st.sampled_from(["mon", "sun"])), "hours": draw(HOURS),
        "locations": [named[key] | {"address": draw(MAYBE_WORDS), "hours": draw(HOURS)} for key in places],
        "resources": [
            named[key]
            | {"kind": "room" if key in rooms else "equipment", "count": draw(st.integers(1, 3)),
               "location": draw(st.none() | st.sampled_from(places)) if places else None}
            for key in resources
        ],
        "staff": [
            named[key] | {"bio": draw(MAYBE_WORDS), "availability": draw(st.none() | AVAILABILITY)} for key in staff
        ],
        "services": [
            named[key]
            | {"kind": kinds[key], "duration_minutes": draw(st.integers(5, 240)), "price": draw(PRICES),
               "capacity": draw(st.integers(1, 30)), "online": draw(st.booleans()), "level": draw(MAYBE_WORDS),
               "tags": draw(st.lists(WORDS, max_size=2)), "staff": draw(of_keys(staff)),
               "needs": [*draw(of_keys(resources)), *any_of],
               "buffer_after_minutes": draw(st.integers(0, 30)), "policy": draw(policies(services, staff))}
            for key in services
        ],
        "schedules": [
            {"key": f"s-{key}", "service": key, "rrule": "FREQ=WEEKLY;BYDAY=MO,TH", "starts": "18:30",
             "room": draw(st.none() | st.sampled_from(rooms)) if rooms and n == 0 else None,
             "from": draw(DAYS), "until": "2027-07-01", "excluded": draw(st.sampled_from([[], ["2026-12-24"]])),
             "extra": draw(st.sampled_from([[], ["2027-01-03T10:00"], ["2027-01-03T10:00Z"]]))}
            for n, key in enumerate(classes)
        ],
        "products": [
            {"key": "ten", "kind": "pack", "name": "Ten", "price": draw(PRICES), "credits": 10,
             "services": draw(of_keys(services))},
            {"key": "gold", "kind": "membership", "name": "Gold", "tier": "gold", "price": 100, "parallel_use": True},
            {"key": "gift", "kind": "gift_card", "name": "Gift", "price": 5000, "valid_months": 12},
        ][: draw(st.integers(0, 3))],
        "promo_codes": [
            {"code": "Welcome", "change": {"basis_points": -1000}, "max_uses": 10, "services": draw(of_keys(services)),
             "valid_until": "2027-12-31T23:00:00Z"}
        ][: draw(st.integers(0, 1))],
    }  # fmt: skip
