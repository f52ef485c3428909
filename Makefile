# Usher. `make` lists what there is. Needs Python 3.11 or newer and pip; name another one with PYTHON=python3.12.

PYTHON ?= python3
EXTRAS ?=
WORKERS ?= 2
BIN := .venv/bin
PATHS := usher shared services devkit tests .ci/install.py .ci/constraints.py
INSTALL = @$(PYTHON) .ci/install.py

.DEFAULT_GOAL := help
.PHONY: help demo test bench fuzz lint types docs constraints clean

help: ## Say what there is
	@echo "make <target>, where <target> is one of"
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Everything on this machine and a phone in the browser (SCRIPT=1: play the conversations and check them)
	$(INSTALL) embedded demo
	@$(BIN)/python -m devkit.demo $(if $(SCRIPT),--script)

test: ## Lint, types, import rules and all tests with coverage (EXTRAS=whisper: those of Whisper, too)
	$(INSTALL) embedded demo dev $(EXTRAS)
	@$(MAKE) --no-print-directory lint types
	@$(BIN)/python -c "import importlib.util, sys; sys.exit(not importlib.util.find_spec('whisper'))" || \
	  echo "• Whisper is not installed, so its tests are left out: make test EXTRAS=whisper runs them."
	@echo "• tests, on PostgreSQL, NATS and Redis of their own"
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --cov --cov-report= $(ARGS)
	@echo "• of each file: $(BIN)/coverage report --skip-covered"

bench: ## Measure against peers: docs/benchmarks.md and build/bench.json (use an idle machine)
	$(INSTALL) embedded bench
	@$(BIN)/python -m devkit.bench $(ARGS)

fuzz: ## Feed mutated webhooks to every channel's parser for FUZZ_SECONDS (60); what breaks it goes to build/fuzz
	$(INSTALL) embedded fuzz
	@$(BIN)/python -m devkit.fuzz $(ARGS)

lint: ## ruff (rules and format) and the import rules
	$(INSTALL) embedded dev
	@echo "• ruff and import rules"
	@$(BIN)/ruff check --quiet $(PATHS)
	@$(BIN)/ruff format --quiet --check $(PATHS)
	@found=$$($(BIN)/lint-imports 2>&1) || { echo "$$found"; exit 1; }

types: ## mypy --strict
	$(INSTALL) embedded dev
	@echo "• mypy"
	@$(BIN)/mypy

docs: ## Write the pages that come from the code
	$(INSTALL) embedded dev
	@$(BIN)/python -m usher.configuration
	@$(BIN)/python -m shared.asyncapi docs/asyncapi.json

constraints: ## Pin what .venv holds now (after a change of dependencies, with all extras installed)
	$(INSTALL) embedded demo dev whisper openai anthropic otlp bench fuzz
	@$(BIN)/python .ci/constraints.py

clean: ## Remove what was built (not .venv, not the demo's data in .usher)
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.*
	@find usher shared services devkit tests -name __pycache__ -type d -prune -exec rm -rf {} +
