"""Recorded dialogues, played against any model with a booking service in memory: what was booked, what was not."""
