# make run: open the house.  make test: everything that must hold.  make help: the rest.
.POSIX:
.SUFFIXES:
.PHONY: help run deps test-deps test lint types walls unit browser golden bench soak shots docs clean

VENV ?= .venv
SOAK ?= 600
PY = $(VENV)/bin/python
export VENV

run: deps  ## Install, migrate, serve (PORT, HOST, PODIUM_DATA); prints the address
	@$(PY) manage.py serve

help:  ## Say what there is
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

deps:
	@.ci/venv requirements.txt

test-deps:
	@.ci/venv tests/requirements.txt

test: test-deps lint types walls  ## Lint, types, walls, every test
	@chromium=$$(.ci/chromium) && PODIUM_CHROMIUM=$$chromium $(PY) -m pytest -n $${WORKERS:-2} --dist worksteal tests

lint: test-deps  ## ruff
	@$(PY) -m ruff check .

types: test-deps  ## mypy
	@$(PY) -m mypy

walls: test-deps  ## import-linter: which room may know which
	@PYTHONPATH=. $(VENV)/bin/lint-imports --no-cache

unit: test-deps  ## The engine's own tests, quickly
	@$(PY) -m pytest -n $${WORKERS:-2} --dist worksteal tests/unit tests/property

browser: test-deps  ## The pages in a real browser
	@chromium=$$(.ci/chromium) && PODIUM_CHROMIUM=$$chromium $(PY) -m pytest tests/browser

golden: test-deps  ## Answers held against those of a real Kubernetes, by area; one case: python -m tests.golden CASE
	@$(PY) -m tests.golden

bench: test-deps  ## Speed, written to bench.json
	@$(PY) -m tests.bench

soak: test-deps  ## 2,000 raft schedules, and random lives of clusters for SOAK seconds (600), against what must always hold
	@$(PY) -m tests.soak $(SOAK)

shots: test-deps  ## Pictures of every page and view, in each size and theme, into shots/
	@chromium=$$(.ci/chromium) && PODIUM_CHROMIUM=$$chromium $(PY) -m tests.shots

docs: test-deps  ## docs/fidelity.md, from docs/fidelity.yaml
	@$(PY) -m docs.render

clean:  ## Remove the environment and caches (not the data)
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis bench.json
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
