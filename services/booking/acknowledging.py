"""What may be acknowledged? Of each partition, all up to the oldest command that is not handled yet.

One acknowledgement covers all earlier commands of its partition, and batches end in another order than they came in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from shared.actors.delivery import Delivery


@dataclass(slots=True)
class _Line:
    """Deliveries of one partition as they arrived, from the oldest that is not acknowledged on."""

    arrived: deque[Delivery] = field(default_factory=deque)
    unhandled: set[int] = field(default_factory=set)  # ids of objects, which `arrived` keeps alive


class Acknowledgements:
    """Follows deliveries from their arrival until one that may be acknowledged covers them."""

    def __init__(self) -> None:
        self._lines: dict[int, _Line] = {}

    def arrived(self, partition: int, deliveries: Sequence[Delivery]) -> None:
        """These have come, in this order, after all earlier ones of the partition."""
        line = self._lines.setdefault(partition, _Line())
        line.arrived.extend(deliveries)
        line.unhandled.update(map(id, deliveries))

    def handled(self, deliveries: Iterable[Delivery]) -> None:
        """These need not come again. Those of a partition that was forgotten meanwhile are ignored."""
        for delivery in deliveries:
            line = self._lines.get(delivery.partition)
            if line is not None:
                line.unhandled.discard(id(delivery))

    def forget(self, partition: int) -> None:
        """The partition is somebody else's: what was not acknowledged comes to them."""
        self._lines.pop(partition, None)

    def due(self) -> list[Delivery]:
        """Of each partition the latest that all before it were handled with, if it has not been told before."""
        found = []
        for line in self._lines.values():
            latest = None
            while line.arrived and id(line.arrived[0]) not in line.unhandled:
                latest = line.arrived.popleft()
            if latest is not None:
                found.append(latest)
        return found
