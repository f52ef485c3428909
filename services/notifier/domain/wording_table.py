"""What does a language need words for? The shape of its table.

Templates are filled with `str.format`: only the tables hold braces, what is put in is never read as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language.

    `language` is BCP 47 without a region, `locale` the CLDR locale where the business's country does not
    speak it, `places` and `credits` a template (`{count}`) per CLDR plural category, `other` always.
    """

    language: str
    locale: str
    booked: str
    with_staff: str
    when: str
    at_zone: str
    places: Mapping[str, str]
    price: str
    free: str
    reference: str
    how_to_cancel: str
    cancelled_by_customer: str
    cancelled_by_business: str
    cancelled_by_system: str
    book_again: str
    receipt_caption: str
    receipt_name: str
    guest: str
    booked_from_waitlist: str
    credits: Mapping[str, str]
    by_membership: str
    paid_in_full: str
    paid_in_part: str
    room: str
    join_at: str
    kept_until: str
    pay_here: str
    asked_for: str
    declined: str
    because: str
    too_few: str
    refund: str
    fee: str
    moved: str
    changed: str
    was: str
    now: str
    now_in: str
    now_with: str
    instead_of: str
    not_known_yet: str
    not_paid: str
    not_approved: str
    not_kept: str
    missed: str
    no_show_fee: str
    no_show_mistake: str
    payment_failed: str
    difference_due: str
    payment_disputed: str
    refunded: str
    refund_failed: str
    came_free: str
    list_price: str
    held_until: str
    first_come: str
    take_it: str
    no_thanks: str
    offer_lapsed: str
    none_came_free: str
    not_taking_place: str
    calendar_name: str
