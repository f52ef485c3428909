"""Injections: a model that obeys whoever talks to it, and what must hold all the same (README.md)."""
