# Everything runs in .venv, which is set up when it is first needed; a stamp makes the next run instant.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
export PYTHONHASHSEED := 0

.DEFAULT_GOAL := help
.PHONY: help regenerate-figures test test-torch check check-format check-figures check-lock lock bench clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 20

# uv installs what the lock file says if it is there, else pip does; both check the hashes.
$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	if command -v uv >/dev/null 2>&1; then \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && \
		uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
		$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock && \
		$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .; \
	fi
	touch $(STAMP)

regenerate-figures: $(STAMP) ## draw every template into output/ and the pages that show them, and say what changed
	$(BIN)/conv-anim render templates -o output --verbose
	$(BIN)/python tools/pages.py

test: $(STAMP) ## run the tests
	$(BIN)/python -m pytest -q -n auto

# PyTorch is large, so it has an environment of its own.
TORCH := .venv-torch
$(TORCH)/.installed: requirements.lock requirements-torch.txt
	$(PYTHON) -m venv $(TORCH)
	$(TORCH)/bin/python -m pip install --quiet --require-hashes -r requirements.lock
	$(TORCH)/bin/python -m pip install --quiet -r requirements-torch.txt
	touch $@

test-torch: $(TORCH)/.installed ## compare every layer with PyTorch
	REQUIRE_TORCH=1 PYTHONPATH=. $(TORCH)/bin/python -m pytest -q -n auto tests/test_torch.py

check-format: $(STAMP) ## format, lint, types, and who may import whom; rewrites nothing
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

check: check-format test ## all of that, and the tests

check-figures: $(STAMP) ## are the pictures and pages what the templates make?
	$(BIN)/conv-anim render templates -o output --check --verbose
	$(BIN)/python tools/pages.py --check

check-lock: $(STAMP) ## is requirements.lock what pyproject.toml asks for?
	cp requirements.lock .venv/requirements.lock
	$(BIN)/uv pip compile $(LOCKING) -o .venv/requirements.lock
	diff requirements.lock .venv/requirements.lock

LOCKING := --quiet --universal --generate-hashes --no-annotate --no-header --all-extras --group dev pyproject.toml
lock: $(STAMP) ## bring requirements.lock up to date
	$(BIN)/uv pip compile --upgrade $(LOCKING) -o requirements.lock

bench: $(STAMP) ## measure: ours against matplotlib's own animation
	$(BIN)/python bench/bench.py

clean: ## remove what was set up and built
	rm -rf .venv $(TORCH) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find conv_anim tests bench -name __pycache__ -prune -exec rm -rf {} +
