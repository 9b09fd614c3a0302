# One command each. Everything is installed into .venv, from the package registry, at the versions of constraints.txt.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable

.PHONY: help demo test check bench docs clean

help:  ## Says what there is.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 8

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Coterie needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

.venv/.demo: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing (once; some minutes on a slow line) ..."
	$(INSTALL) ".[demo]"
	@touch $@

.venv/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what the tests need (once) ..."
	$(INSTALL) ".[dev]"
	@touch $@ .venv/.demo

.venv/.peers: pyproject.toml constraints.txt | .venv/.dev
	$(INSTALL) ".[dev,peers]"
	@touch $@

demo: .venv/.demo  ## Teaches two language agents to talk, in some minutes, and shows a report.
	$(BIN)/coterie train first_words --out runs/first_words

test: check  ## Runs all checks and tests.
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2

check: .venv/.dev  ## Format, lint and strict types.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/.peers  ## Measures us beside our peers and prints the ratios.
	$(BIN)/coterie bench

docs: .venv/.dev  ## Builds the documentation; warnings are errors.
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

clean:  ## Removes what was built; runs are kept.
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis site
