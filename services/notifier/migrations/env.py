"""How are this service's migrations run? On the connection that `shared.migrate` passes in."""

from shared.migrate import run_env

run_env()
