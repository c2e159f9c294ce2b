# Two commands: `make demo` and `make test`. Everything they need they set up themselves, in .venv.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do command -v $$p && break; done)
# What is compiled at install is mostly never imported; Python compiles the rest when it is.
PIP := PIP_NO_COMPILE=1 .venv/bin/python -m pip --disable-pip-version-check
LOCK := requirements.lock
MEMBERS ?= 2000
WORKSPACE ?= demo-network
CASES ?= 10000000
MARKS ?= 1000000
EFFORT ?= 10
SEED ?= 1
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help setup setup-test setup-system setup-both demo forget-demo serve test nightly check check-types check-layers check-lint parity oracle mutation golden docs bench clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: .venv/ready ## a virtual environment in .venv with licet in it

setup-test: .venv/ready-test

.venv/python: Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "licet needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Set PYTHON=..."; exit 1; }
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@touch $@

.venv/ready: .venv/python pyproject.toml $(LOCK)
	@echo "Setting up .venv (once)…"
	@$(PIP) install -q -c $(LOCK) -e '.[corpus]' 2> >(grep -v WARNING >&2)
	@touch $@

.venv/ready-web: .venv/ready
	@echo "Adding what the pages need (once)…"
	@$(PIP) install -q -c $(LOCK) -e '.[web]' 2> >(grep -v WARNING >&2)
	@touch $@

.venv/ready-test: .venv/ready
	@echo "Adding what the tests need (once)…"
	@$(PIP) install -q -c $(LOCK) -e '.[test,check,bench]' 2> >(grep -v WARNING >&2)
	@touch $@

# Causal models of the operator's own: by night alone, 100 MB.
.venv/ready-nightly: .venv/ready-test
	@echo "Adding what the night's tests need (once)…"
	@$(PIP) install -q -c $(LOCK) -e '.[causal]' 2> >(grep -v WARNING >&2)
	@touch $@

# What the tests need and pip cannot bring: Java for Spark, a PostgreSQL server to start, a browser.
setup-system:
	@needed=; \
	command -v java > /dev/null || needed="openjdk-17-jre-headless"; \
	command -v initdb > /dev/null || ls /usr/lib/postgresql/*/bin/postgres > /dev/null 2>&1 || needed="$$needed postgresql"; \
	command -v chromium > /dev/null || needed="$$needed chromium"; \
	command -v cc > /dev/null || needed="$$needed gcc libc6-dev"; \
	test -z "$$needed" && exit 0; \
	needs="The tests need packages of the system: apt-get install "$$needed; \
	if [ "$$(id -u)" = 0 ]; then as=; elif sudo -n true 2> /dev/null; then as="sudo -n"; else echo "$$needs"; exit 1; fi; \
	command -v apt-get > /dev/null || { echo "$$needs"; exit 1; }; \
	echo "Installing from the system's packages (once): "$$needed"…"; \
	$$as apt-get update -qq && \
	$$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$needed > /dev/null || \
	{ echo "$$needs"; exit 1; }

demo: setup ## the main job, end to end, on a made-up network
	@.venv/bin/licet demo --workspace $(WORKSPACE) --members $(MEMBERS) --replace

forget-demo: setup ## a forgetting from the no to its certificate: learnt, recited, taken back, proven
	@.venv/bin/licet forget-demo --replace

serve: .venv/ready-web ## the demo network's own pages, at http://127.0.0.1:$(PORT)
	@test -f $(WORKSPACE)/licet.json || .venv/bin/licet demo --workspace $(WORKSPACE) --members $(MEMBERS)
	@.venv/bin/licet serve --workspace $(WORKSPACE) --port $(PORT) --demo-sign-in

check: check-types check-layers check-lint ## layers, types, lint

check-types: setup-test
	@.venv/bin/mypy

check-layers: setup-test
	@.venv/bin/lint-imports --no-cache

check-lint: setup-test
	@.venv/bin/ruff check src tests benchmarks tools
	@.venv/bin/ruff format --check src tests benchmarks tools

# The two wait for different things, so they run side by side.
setup-both:
	@$(MAKE) --no-print-directory -j 2 setup-system setup-test

# While the system's packages arrive, what needs none of them is checked, types and layers beside each other.
test: ## the checks, and every test but those that tests/nightly.txt leaves to the night
	@$(MAKE) --no-print-directory -j 3 setup-system check
	@.venv/bin/pytest -n 2 --dist loadgroup -m "not nightly" tests

nightly: setup-both .venv/ready-nightly check ## every test and the long runs: generated tests at EFFORT=10, oracle, parity, mutation, benchmarks
	@.venv/bin/pytest -n 2 --dist loadgroup tests
	@LICET_EFFORT=$(EFFORT) .venv/bin/pytest -n 2 --dist loadgroup tests/property tests/parity tests/contract/test_api_schemathesis.py
	@$(MAKE) --no-print-directory oracle parity mutation bench

oracle: setup-system setup-test ## every way out against decide: MARKS=1000000 marks judged from SEED=1
	@.venv/bin/python -m licet.testing.oracle --cases $(MARKS) --seed $(SEED) --out docs/benchmarks/oracle.json

parity: setup-system setup-test ## decide against the gate, on CASES=10000000 generated cases from SEED=1
	@.venv/bin/python -m licet.testing.parity --cases $(CASES) --seed $(SEED) --out docs/benchmarks/parity.json $(ARGS)

mutation: setup-test ## seeded faults of the gate and of the evaluator, each of which must be killed
	@set -o pipefail; for group in gate evaluator; do .venv/bin/python tests/mutation/forge.py $$group; done | \
	  .venv/bin/python tests/mutation/forge.py report docs/benchmarks/mutation.json
	@.venv/bin/python -c 'import json; told = json.load(open("docs/benchmarks/mutation.json")); \
	  print(told["killed"], "of", told["faults"], "killed"); raise SystemExit(told["killed"] < told["faults"])'

golden: setup-system setup-test ## write the golden files anew; read the difference before committing
	@LICET_GOLDEN=write .venv/bin/pytest -q tests/golden

docs: setup-system setup-test ## test the README, the docs and the examples
	@.venv/bin/pytest -q tests/docs

bench: setup-system setup-test ## the figures in the README, into docs/benchmarks
	@.venv/bin/python -m benchmarks

clean: ## remove what make made
	@rm -rf .venv demo-network forget-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
