"""Actors: one key's mailbox, worked on by at most one instance at a time (ownership), in order, in batches or per key."""
