# setup | check | test | demo | bench | docs | lock: the whole contributor manual.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3 || command -v python)
VENV := .venv
BIN := $(VENV)/bin
PIP_FLAGS := --require-hashes --no-deps --disable-pip-version-check

.PHONY: setup check test demo bench docs lock lock-check clean

# What `make demo` needs: made only where there is no environment yet.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Plantroom needs Python 3.11 or newer; found: $$($(PYTHON) --version). Say which: make PYTHON=python3.12 demo"; exit 1; }
	@if $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null; then $(PYTHON) -m venv $(VENV); \
	elif command -v uv >/dev/null; then uv venv --seed --python $(PYTHON) $(VENV); \
	elif $(PYTHON) -m virtualenv --version >/dev/null 2>&1; then $(PYTHON) -m virtualenv $(VENV); \
	else echo "This Python has no 'venv' (Debian splits it off: install python3-venv), and neither uv nor virtualenv is here."; exit 1; fi

$(VENV)/demo.stamp: requirements.lock | $(BIN)/python
	@echo "Installing what the demo needs (hashes checked) …"
	@$(BIN)/python -m pip install $(PIP_FLAGS) -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock | $(BIN)/python
	@echo "Installing what tests need (hashes checked) …"
	@$(BIN)/python -m pip install $(PIP_FLAGS) -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/demo.stamp

setup: $(VENV)/dev.stamp
	@[ ! -d .git ] || [ -n "$$CI" ] || $(BIN)/pre-commit install >/dev/null

demo: $(VENV)/demo.stamp
	@$(BIN)/plantroom demo $(ARGS)

# A worker a core, four at most: each starts servers of its own.
test: setup
	@$(BIN)/pytest -rs -n auto --maxprocesses 4 --dist worksteal $(ARGS)

check: setup lock-check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python -m benchmarks.run $(ARGS)

docs: setup
	$(BIN)/plantroom docs

# The locks name no address: a build elsewhere uses its own index.
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header \
  --no-annotate --no-emit-index-url --no-emit-find-links --quiet
lock:
	$(LOCK) -o requirements.lock
	$(LOCK) --extra dev -o requirements-dev.lock
	uv pip compile requirements-edge.in --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-annotate --no-emit-index-url --no-emit-find-links --quiet -c requirements.lock -o requirements-edge.lock

lock-check:
	@! grep -nE '://|--(extra-)?index-url|--find-links' requirements*.lock \
	  || { echo "a lock names an address: make it again with 'make lock'"; exit 1; }
	@[ ! -e uv.lock ] || ! git ls-files --error-unmatch uv.lock 2>/dev/null

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache
