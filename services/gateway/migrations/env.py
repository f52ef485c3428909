"""Alembic's entry: `shared.migrate` does the work."""

from shared.migrate import run_env

run_env()
