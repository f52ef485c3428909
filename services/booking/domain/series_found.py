"""What is there when a series is edited? Its schedules, its sessions, and who is busy with something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from services.booking.domain.clash import Place
from services.booking.domain.schedule import Schedule
from services.booking.domain.schedule_rows import StoredSchedule


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A coming session of the series. `original_start`: the naive local start that its id follows from.

    `used`: somebody once booked it or waited for it, so its row stays.
    """

    session_id: UUID
    schedule_id: UUID
    original_start: datetime
    used: bool
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class SeriesFound:
    """What `EditSchedule` needs (as extra): the series of its schedule, and who is busy with something else.

    - `schedules`: those in force (none: there is no such schedule). `stored`: rows of all that ever were, by id.
    - `before`: the local day up to (and without) which sessions are laid out.
    - `names` of all staff and resources; `rooms` are resources of that kind, `active` what can be asked for.
    - `taken`: places of other sessions, from now on. `zone` and `language` are the business's.
    """

    tenant_id: UUID
    before: date = date.max
    schedules: tuple[Schedule, ...] = ()
    stored: Mapping[UUID, StoredSchedule] = field(default_factory=dict)
    sessions: tuple[StoredSession, ...] = ()
    buffers: tuple[int, int] = (0, 0)
    held_back: int = 0
    service_name: str = ""
    language: str = "en"
    names: Mapping[UUID, str] = field(default_factory=dict)
    rooms: frozenset[UUID] = frozenset()
    active: frozenset[UUID] = frozenset()
    taken: tuple[Place, ...] = ()

    def room_of(self, resource_ids: Sequence[UUID]) -> str | None:
        """The name of the room that a session shows: its first resource, when that is one."""
        return self.names.get(resource_ids[0]) if resource_ids and resource_ids[0] in self.rooms else None
