"""How Alembic runs this service's migrations: the same way for every service."""

from shared.migrate import run_env

run_env()
