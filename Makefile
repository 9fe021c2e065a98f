# Đối Thoại: every command of a working day. `make` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python
PIP := $(RUN) -m pip --disable-pip-version-check
# Pauses of a slow network are not an error.
export PIP_DEFAULT_TIMEOUT ?= 60
# Vietnamese is read and printed as it is, whatever the locale.
export PYTHONUTF8 := 1

# pip's many lines as few: how far it is, and its errors as they are.
COUNTED = awk -v all="$$(grep -c '==' $<)" '/^Collecting /{ if (++n % 10 == 0) { print "setup:   " n " of " all; fflush() } } \
	/^Installing collected/{ print "setup:   unpacking " n " packages"; fflush() }'

.PHONY: help setup demo test faults bench lint format lock up docs messages clean runtime assets

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z][a-z ]*:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PYTHON=python3.12 make setup · ONCE=1 PORT=8001 DATA=folder make demo · FAST=1 ARGS='-k door' make test"
	@echo "  PORT=8001 DATA=folder ARGS='--name other' make up"

# --- Setting up: each step leaves a stamp and is repeated when what it depends on changes. -------------------

$(VENV)/.made:
	@if [ ! -x $(RUN) ]; then \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
			echo "setup: Python 3.11 or newer is needed, and '$(PYTHON)' is $$($(PYTHON) --version 2>/dev/null || echo missing); name another: make PYTHON=python3.12" >&2; exit 1; }; \
		$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
			echo "setup: Python's venv is missing; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }; \
		echo "setup: making $(VENV) with $$($(PYTHON) --version)"; \
		$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "setup: $(VENV) could not be made; the lines above say why" >&2; exit 1; }; \
	fi
	@$(PIP) --version >/dev/null 2>&1 || $(RUN) -m ensurepip >/dev/null
	@touch $@

$(VENV)/.runtime: requirements/base.txt | $(VENV)/.made
	@echo "setup: installing what the services need (some minutes the first time)"
	@$(PIP) install --progress-bar off --require-hashes -r $< | $(COUNTED)
	@touch $@

$(VENV)/.project: pyproject.toml $(wildcard requirements/*.in) | $(VENV)/.runtime
	@$(PIP) --quiet install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(VENV)/.runtime
	@echo "setup: installing what tests and linters need"
	@$(PIP) install --progress-bar off --require-hashes -r $< | $(COUNTED)
	@touch $@

assets: | $(VENV)/.made
	@$(RUN) -m deploy.assets

runtime: $(VENV)/.runtime $(VENV)/.project assets

setup: runtime $(VENV)/.dev ## Make .venv with everything for development

# --- The two commands that the README begins with. -----------------------------------------------------------

demo: runtime ## Start the platform with a year's dialogues (ONCE=1 exits after the walk; PORT=, DATA=)
	@$(RUN) -m deploy.cli demo $(if $(DATA),--data "$(DATA)")

test: setup ## Run all tests, four at a time since many wait (FAST=1 leaves out what needs services or a browser; ARGS= goes to pytest)
	@$(RUN) -m pytest -n 4 $(if $(FAST),-m "not postgres and not rabbitmq and not browser and not slow") $(ARGS)

faults: setup ## Break things on purpose and count (QUICK=1, FULL=1, SEED=number, ARGS=names)
	@QUICK=$(QUICK) FULL=$(FULL) SEED=$(SEED) $(RUN) -m tests.faults $(ARGS)

# --- Working. ------------------------------------------------------------------------------------------------

bench: setup ## Measure beside yardsticks (QUICK=1, ARGS=names)
	@$(RUN) -m tests.bench $(ARGS)

lint: setup ## Check style, types, the boundaries between parts, and the deployment files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet . || { echo "lint: not formatted; make format does it" >&2; exit 1; }
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .cache/import-linter
	$(BIN)/hadolint Dockerfile
	@if ! command -v docker-compose >/dev/null; then \
		echo "lint: docker-compose is not here, docker-compose.yml is unchecked"; [ -z "$${CI:-}" ]; \
	else \
		echo "docker-compose config -q"; docker-compose -f docker-compose.yml config -q; \
	fi
	@if ! command -v nginx >/dev/null; then \
		echo "lint: nginx is not here, deploy/proxy/nginx.conf is unchecked"; [ -z "$${CI:-}" ]; \
	else \
		echo "nginx -t"; nginx -t -q -e stderr -c "$(CURDIR)/deploy/proxy/nginx.conf"; \
	fi

format: setup ## Sort imports and format the code
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

lock: ## Lock the Python and front-end packages again (UPGRADE=1 takes newer ones; needs uv and npm)
	@requirements/lock
	@npm install --package-lock-only

up: runtime ## Start a process a role against PostgreSQL and RabbitMQ, without containers
	@$(RUN) -m deploy.cli up $(if $(DATA),--data "$(DATA)") $(ARGS)

docs: setup ## Write the generated pages of docs/ again: APIs, messages, settings, access
	@$(RUN) -m deploy.docs

messages: docs

clean: ## Remove what was made here, .venv and the demo's data included; what make up keeps stays
	@rm -rf $(VENV) node_modules services/web/static/vendor services/web/static/vendor.new \
		services/registrations/vendor services/registrations/vendor.new .cache \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage htmlcov ./*.egg-info
	@! [ -d build ] || find build -mindepth 1 -maxdepth 1 ! -name up -exec rm -rf {} +
	@! [ -d build/up ] || echo "clean: build/up stays: it holds the keys that belong to the databases of make up"
	@find services shared deploy tests -name __pycache__ -type d -prune -exec rm -rf {} +
