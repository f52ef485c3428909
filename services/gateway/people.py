"""Which conversation is a person's, by whichever of their ids they come? What this instance knows; the table has the word.

A conversation is named after the id under which it was begun (`begun_as`). The database is asked with every insert (see
`store.inbox_sql`, `elsewhere`), so what is believed here may be old and is never wrong for long: a wrong belief costs a
second try.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from services.gateway.channels import IdentityChanged
from services.gateway.inbound import InboxRow, StatusReport, moved
from shared import ids

MOST_KNOWN: Final = 50_000

Person = tuple[UUID, str, str, str]
"""(tenant id, channel, account id, an id of the person)"""


class Claim(NamedTuple):
    """`alias` is another id of the person `user_id` (the same: this is how they came).

    `forced`: from now on, whatever was known of the alias (numbers are given to other people after a while).
    """

    tenant_id: UUID
    channel: str
    account_id: str
    user_id: str
    alias: str
    forced: bool = False

    @property
    def conversation_id(self) -> UUID:
        """The conversation that `user_id` would have begun."""
        return ids.conversation_id_of(self.tenant_id, self.channel, self.account_id, self.user_id)


class People:
    """Remembers persons that have several ids, and what the database has been told of them; bounded."""

    def __init__(self, most: int = MOST_KNOWN) -> None:
        self._most = most
        self._begun: OrderedDict[Person, str] = OrderedDict()
        self._told: OrderedDict[Claim, None] = OrderedDict()

    def placed(self, rows: Sequence[InboxRow]) -> Sequence[InboxRow]:
        """The rows, in the conversations of their persons as far as is known."""
        if not self._begun:
            return rows
        return [self._placed(row) for row in rows]

    def _placed(self, row: InboxRow) -> InboxRow:
        if row.user_id is None:
            return row
        begun_as = self._begun.get((row.tenant_id, row.channel, row.account_id, row.user_id), row.user_id)
        return row if begun_as == row.begun_as else moved(row, begun_as)

    def learn(self, begun: Mapping[Person, str]) -> None:
        """These persons' conversations are named so."""
        for person, begun_as in begun.items():
            self._begun[person] = begun_as
            self._begun.move_to_end(person)
        while len(self._begun) > self._most:
            self._begun.popitem(last=False)

    def unknown(self, rows: Iterable[InboxRow]) -> list[Claim]:
        """What these rows say of who is who, and the database has not been told by us."""
        found: dict[tuple[UUID, str, str, str], Claim] = {}
        for row in rows:
            if not row.claims and row.news is None:
                continue
            if len(row.aliases) == 1 and row.news is None and _claim(row) in self._told:
                continue  # nearly always
            for claim in _claims(row):
                if claim.forced or claim not in self._told:
                    found[claim.tenant_id, claim.channel, claim.account_id, claim.alias] = claim
        return list(found.values())

    def known(self, claims: Iterable[Claim]) -> None:
        """The database has been told (and has committed)."""
        for claim in claims:
            if claim.forced:
                self._told.clear()  # rare, and what was told before may not hold any more
            else:
                self._told[claim] = None
        while len(self._told) > self._most:
            self._told.popitem(last=False)

    def conversation(self, person: Person) -> UUID:
        """The person's conversation, as far as is known."""
        tenant_id, channel, account_id, user_id = person
        return ids.conversation_id_of(tenant_id, channel, account_id, self._begun.get(person, user_id))

    def conversation_of(self, report: StatusReport) -> UUID:
        """The conversation that a watermark is about."""
        return self.conversation(
            (report.tenant_id, report.channel, report.account_id, report.watermark or "")
        )


def _claim(row: InboxRow) -> tuple[object, ...]:
    """A `Claim` of the row's only alias, in half the time: tuples with the same elements are equal."""
    return (row.tenant_id, row.channel, row.account_id, row.user_id, row.aliases[0], False)


def _claims(row: InboxRow) -> Iterable[Claim]:
    where = (row.tenant_id, row.channel, row.account_id)
    if isinstance(row.news, IdentityChanged):
        yield Claim(*where, row.news.previous, row.news.current, forced=True)
    elif row.claims and row.user_id is not None:
        for alias in row.aliases or (row.user_id,):
            yield Claim(*where, row.user_id, alias)
