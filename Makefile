SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
# What to process: a raw format, where it lies, how much of it, and on all readers or a sample (ENV=dev).
SOURCE ?= synthetic
URI ?=
SCALE ?= 0.01
# How the files of SOURCE=tables are read, such as OPTIONS="--map user_id=userId --time-zone America/Sao_Paulo".
OPTIONS ?=
ENV ?= prod
# How long `make drill` keeps a service under load.
MINUTES ?= 10
# Test processes; pytest-xdist takes one a core. A file's tests stay together: they share what takes long to
# make. (xdist 3.8's groups are without effect under pytest 9.2.)
JOBS ?= auto

# implicit's threads and OpenBLAS's fight for the same cores; compiled bytecode halves Airflow's start.
export OPENBLAS_NUM_THREADS := 1
export UV_COMPILE_BYTECODE := 1

BIN := .venv/bin
# Named after what it was made of: other requirements, another stamp, a new installation.
READY := .venv/.requirements-$(shell cat requirements_uv.txt requirements_dev.txt | sha256sum | cut -c1-16)
CHAIN := --source "$(SOURCE)" --uri "$(URI)" --scale "$(SCALE)" $(OPTIONS)
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --maxprocesses=4 --dist loadfile
# The shell's own USER is not the reader that is asked for.
READER := $(if $(filter command line,$(origin USER)),$(USER))

.PHONY: help run smoke test test-slow stack-test coverage check train evaluate predict drill notebooks lock clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo "  variables: SOURCE=$(SOURCE) URI=$(URI) SCALE=$(SCALE) ENV=$(ENV) JOBS=$(JOBS)"

run: $(READY) ## Airflow and the API on this machine, from raw data to recommendations; Ctrl-C stops
	@ENV=$(ENV) $(BIN)/python -m pipelines embedded $(CHAIN)

smoke: $(READY) ## the same on free ports in a temporary folder: three recommendations, then exits
	@ENV=$(ENV) $(BIN)/python -m pipelines embedded --smoke $(CHAIN)

test: $(READY) ## the tests of up to ten minutes on two cores
	$(PYTEST) -m "not slow" $(TESTS)

test-slow: $(READY) ## the tests that take longer
	$(PYTEST) -m slow $(TESTS)

stack-test: $(READY) ## the containers on a Docker engine, started where none runs; prints times, memory, sizes
	$(BIN)/python -m pytest -m engine -rs --durations=0 $(TESTS)
	@cat out/stack-test.txt

coverage: TESTS = --cov --cov-report=term
coverage: test ## the same, telling which lines they do not reach

check: $(READY) ## style, types and import rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

train: $(READY) ## without Airflow: raw data to trained models
	@ENV=$(ENV) $(BIN)/python -m pipelines train $(CHAIN)

evaluate: $(READY) ## without Airflow: evaluate, report and publish the newest trained models
	@ENV=$(ENV) $(BIN)/python -m pipelines evaluate

predict: $(READY) ## recommend by the published release, e.g. make predict USER=u1
	@$(BIN)/python -m pipelines predict $(if $(READER),--user "$(READER)")

drill: $(READY) ## break things around a service under load and print what that showed; MINUTES=10 of soak
	@$(BIN)/python -m benchmarks drill --minutes $(MINUTES)

notebooks: $(READY) ## both notebooks as HTML with plots, into out/notebooks/
	@mkdir -p out/notebooks/results
	RESULTS=$${RESULTS:-$(CURDIR)/out/notebooks/results} $(BIN)/python -m nbconvert --execute --to html --output-dir out/notebooks test_model/*.ipynb

lock: $(READY) ## recompile the requirements
	UV=$(BIN)/uv .ci/lock

clean: ## remove caches and the environment; data stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage* htmlcov out
	find . -name __pycache__ -type d -not -path './data/*' -prune -exec rm -rf {} +

$(READY): requirements_uv.txt requirements_dev.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements_uv.txt
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements_dev.txt
	rm -f .venv/.requirements-*
	touch $@
