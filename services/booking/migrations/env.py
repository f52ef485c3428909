"""How does the booking schema get its tables? Alembic's entry point; all the rest is shared."""

from shared.migrate import run_env

run_env()
