"""Which faults are in force, and how much of them is left? Each emulator says what may go wrong with its own `Faults`."""

import random
from typing import Generic, TypeVar

from devkit.emulator.values import Frozen


class Faults(Frozen):
    """Base of the ways in which an emulator misbehaves on request; all off by default, and setting replaces the whole."""

    def meant_for(self, person: str) -> bool:
        """Whether the counted ones meet this person."""
        return True


class FaultsOfSends(Faults):
    """Faults of which those of sends may be limited to one person: `only_to`."""

    only_to: str | None = None

    def meant_for(self, person: str) -> bool:
        """See `Faults.meant_for`."""
        return self.only_to in (None, person)


F = TypeVar("F", bound=Faults)
Counter = TypeVar("Counter", bound=str)
Chance = TypeVar("Chance", bound=str)


class FaultBox(Generic[F, Counter, Chance]):
    """The faults in force now; counted ones are used up one by one. `Counter` and `Chance` name fields of them."""

    def __init__(self, kind: type[F], rng: random.Random) -> None:
        self.kind = kind
        self.current = kind()
        self.rng = rng

    def take(self, counter: Counter, to: str | None = None) -> bool:
        """Use up one of `counter`; False when none is left, or it is meant for another person than `to`."""
        left: int = getattr(self.current, counter)
        if left == 0 or (to is not None and not self.current.meant_for(to)):
            return False
        self.current = self.current.model_copy(update={counter: left - 1})
        return True

    def strikes(self, counter: Counter, chance: Chance, to: str) -> bool:
        """One of `counter` is left for this person, or bad luck has it."""
        return self.take(counter, to) or self.unlucky(chance)

    def unlucky(self, chance: Chance) -> bool:
        """Whether bad luck has it, which strikes with the probability of that name."""
        probability: float = getattr(self.current, chance)
        return probability > 0 and self.rng.random() < probability
