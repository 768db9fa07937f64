# Kedja. `make` alone lists the targets. Nothing here needs more than git, make and Python >= 3.11.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# The Python that makes the environment; `make env PYTHON=python3.12` chooses another.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
LOCKED := requirements/uv.txt pyproject.toml

# Test processes. Each starts its own Neo4j servers; one that KEDJA_TEST_NEO4J names has one database for all.
WORKERS := $(if $(KEDJA_TEST_NEO4J),-n 0,-n 2)

SERVE ?= yes
PORT ?=

.PHONY: help env env-test demo demo-neo4j shapes test lock bench peer soak pictures licences clean

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z0-9-]+):[^#]*## (.*)/  make \1|\2/' | column -t -s '|'

env: $(VENV)/.stamp-run ## the environment that runs Kedja, in .venv

env-test: $(VENV)/.stamp-test ## the same with what the tests need

demo: env ## load the demo data, print a first answer, serve it (SERVE=no stops before; PORT=n)
	@$(BIN)/kedja demo $(if $(filter no,$(SERVE)),--no-serve) $(if $(PORT),--port $(PORT))

demo-neo4j: env ## the same, and its graph in a Neo4j server that it starts (needs Maven and a JDK)
	@$(BIN)/python -m tools.demo_neo4j $(if $(filter no,$(SERVE)),--no-serve) $(if $(PORT),--port $(PORT))

shapes: $(VENV)/bin/python ## fetch the shapes of countries for the map, by hash (from npm's registry)
	@$(BIN)/python -m tools.shapes

test: env-test ## lint, types, import directions and all tests
	@$(BIN)/python -m tools.chromium
	@$(if $(KEDJA_TEST_NEO4J),,$(BIN)/python -m tools.neo4j_server --prepare)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest $(WORKERS)

bench: env-test ## ratios and seconds, written to docs/benchmarks.md
	$(BIN)/python -m benchmarks

# The last commit that kept its record in Neo4j, to measure today's against.
PEER := 0c77dc2
peer: .peer/.venv/.stamp-run ## an earlier Kedja in .peer, with an environment of its own, for make bench

.peer/.venv/.stamp-run:
	@git cat-file -e $(PEER) 2>/dev/null || { echo "This clone lacks commit $(PEER): git fetch --unshallow" >&2; exit 1; }
	@mkdir -p .peer && git archive $(PEER) | tar -x -C .peer
	@$(MAKE) --no-print-directory -C .peer env

soak: env-test ## the long runs: kill series, large loads, fuzzing
	$(BIN)/pytest $(WORKERS) -m soak --hypothesis-profile=soak

pictures: env-test ## pictures of every page of the demo, into .pictures, and the README's
	@$(BIN)/python -m tools.chromium
	$(BIN)/python -m tools.pictures

licences: env-test ## docs/licences.md, from what is installed
	$(BIN)/python -m tools.licences

lock: $(VENV)/bin/python ## compile the hashed requirement files anew (UPGRADE=yes takes newer versions)
	@$(BIN)/python -m tools.lock $(if $(filter yes,$(UPGRADE)),--upgrade)

clean: ## remove the environment and what tools left behind
	rm -rf $(VENV) .peer .neo4j .pictures build dist .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) tools/make_venv.py $(VENV) || { \
	  [ -e $(VENV)/bin/python ] || command -v $(PYTHON) >/dev/null || \
	  echo "Kedja needs Python 3.11 or newer, and '$(PYTHON)' was not found. Install it, or name one: make PYTHON=/path/to/python3" >&2; exit 1; }

# The two sets are apart; a stamp says what .venv holds. The test set contains the run set, so it serves both.
$(VENV)/.stamp-run: requirements/run.txt $(LOCKED) | $(VENV)/bin/python
	@if [ -e $(VENV)/.stamp-test ]; then $(MAKE) --no-print-directory $(VENV)/.stamp-test; \
	else $(BIN)/python -m tools.sync requirements/run.txt; fi
	@touch $@

$(VENV)/.stamp-test: requirements/test.txt $(LOCKED) | $(VENV)/bin/python
	@$(BIN)/python -m tools.sync requirements/test.txt
	@touch $@
