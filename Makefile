# One command each. Everything is installed into .venv, from the package registry, at the versions of constraints.txt;
# peers that cannot live beside the rest get an environment and versions of their own.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable

.PHONY: help demo test test-peers test-unity test-megatron check bench docs clean

help:  ## Says what there is.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 8

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

test-peers: test-unity test-megatron  ## Tests the bridges to peers that need an environment of their own.

# ML-Agents' own limits on versions cannot be met together, so they are not asked; the file lists everything.
.venv-mlagents/.done: constraints-mlagents.txt
	$(PYTHON) -m venv --clear .venv-mlagents
	.venv-mlagents/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --ignore-requires-python \
		--requirement constraints-mlagents.txt
	@touch $@

test-unity: .venv/.dev .venv-mlagents/.done
	COTERIE_MLAGENTS_PYTHON=$(CURDIR)/.venv-mlagents/bin/python OMP_NUM_THREADS=1 \
		$(BIN)/python -m pytest --no-skips tests/adapters/test_unity_mlagents.py

.venv-megatron/.ready: pyproject.toml constraints-megatron.txt
	$(PYTHON) -m venv .venv-megatron
	.venv-megatron/bin/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints-megatron.txt --editable ".[megatron]" pytest pytest-timeout hypothesis
	@touch $@

test-megatron: .venv-megatron/.ready
	OMP_NUM_THREADS=1 .venv-megatron/bin/python -m pytest --peer megatron-core --no-skips \
		tests/learners/test_megatron_learner.py tests/learners/test_megatron_failures.py \
		tests/examples/test_megatron_continue.py tests/docs/test_documents.py

check: .venv/.dev  ## Format, lint and strict types.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/.peers  ## Measures us beside our peers and prints the ratios.
	$(BIN)/coterie bench

docs: .venv/.dev  ## Builds the documentation; warnings are errors.
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

clean:  ## Removes what was built; runs are kept.
	rm -rf .venv .venv-* .mypy_cache .ruff_cache .pytest_cache .hypothesis site
