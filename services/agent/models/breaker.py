"""Is it worth asking a model that failed before? Its circuit: closed, open for a while, then one try decides.

Ours (docs/adr/0029): purgatory 3.0, which was tried, raises one and the same exception while a circuit is open (its
traceback grows with every refusal), lets everybody through when half open, and takes a cancelled request for a failure or
a success; nor can it wait as long as a provider's Retry-After says.
"""

from __future__ import annotations

from collections.abc import Callable

LONGEST_PAUSE = 600.0


class Breaker:
    """The circuit of one model, for all conversations of this process. `clock` gives seconds that only grow.

    After `failures` failures in a row it is open for `pause` seconds; then one request is let through (a probe), and its
    success closes the circuit, its failure opens it again.
    """

    def __init__(self, clock: Callable[[], float], *, failures: int, pause: float) -> None:
        self._clock = clock
        self._most = failures
        self._pause = pause
        self._failed = 0
        self._open_until: float | None = None
        self._probing = False

    @property
    def resting(self) -> bool:
        """Whether a request would be refused now."""
        if self._open_until is None:
            return False
        return self._probing or self._clock() < self._open_until

    def admit(self) -> bool:
        """Begin a request, unless the model rests. Whoever is let in must end with one of the three below."""
        if self.resting:
            return False
        self._probing = self._open_until is not None
        return True

    def succeeded(self) -> None:
        """It answered (a refusal to talk about something is an answer)."""
        self._failed = 0
        self._open_until = None
        self._probing = False

    def failed(self, *, rest: float | None = None) -> bool:
        """It did not answer. `rest`: open at once, for so many seconds. True when that opened the circuit."""
        self._failed += 1
        if rest is None and self._open_until is None and self._failed < self._most:
            return False
        opened = self._open_until is None
        self._open_until = self._clock() + min(rest or self._pause, LONGEST_PAUSE)
        self._probing = False
        return opened

    def left(self) -> None:
        """Nobody waited for the answer, so it says nothing about the model."""
        self._probing = False
