# `make help` lists what there is. Everything runs inside .venv, which `make setup` makes.
.DEFAULT_GOAL := help
BIN := .venv/bin
PORT ?= 8000
PBX ?= simulator
SECONDS ?= 600
RUN_simulator = $(BIN)/callcard serve --demo --port $(PORT) --pbx simulator
RUN_asterisk = $(BIN)/python -m scripts.run_asterisk --port $(PORT)

.PHONY: help setup run test check audit ci fuzz-api bench lock docs-screenshots clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## .venv with the locked packages and the page's scripts; a second run does nothing
	@python=$$(sh scripts/find_python.sh) && "$$python" scripts/setup.py

run: setup ## Callcard with a demo company; PORT=8000, PBX=simulator or PBX=asterisk
	@$(RUN_$(PBX))

test: setup ## every test, on SQLite and PostgreSQL, with a real Asterisk and Chromium; ONLY="tests/pure -k hold"
	@$(BIN)/python -m scripts.test $(ONLY)

check: setup ## style, types, the rooms' borders, missing migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/callcard makemigrations --check --dry-run

audit: setup ## whether a weakness is known of a locked package; CALLCARD_AUDIT=required fails when nobody can be asked
	@$(BIN)/python -m scripts.audit_packages

ci: setup ## both of them at once, as CI does
	@$(BIN)/python -m scripts.test --with-checks

fuzz-api: setup ## a running Callcard is asked all that its OpenAPI document allows and forbids; SECONDS=600
	@$(BIN)/python -m scripts.fuzz_api --seconds $(SECONDS)

bench: setup ## one bench with its bars: NAME=ring, dial, card, open-card, search, list, import, name-lookup, ami, api, visibility or steady
	@$(BIN)/python -m bench $(NAME)

lock: setup ## new requirements.lock and requirements-node.lock from pyproject.toml
	$(BIN)/uv pip compile --universal --generate-hashes --all-extras --group dev --group bench --no-header --no-annotate --upgrade --quiet pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --generate-hashes --group pyproject.toml:node --no-header --no-annotate --upgrade --quiet -o requirements-node.lock

docs-screenshots: setup ## the pictures in the docs, taken from a demo in a real browser
	@$(BIN)/python -m scripts.screenshots

clean: ## away with everything that was made, but not with the data in var/
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist node_modules src/callcard/ui/static/ui/vendor
