# Everything runs in .venv, which is set up when it is first needed; a stamp makes the next run instant.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
export PYTHONHASHSEED := 0

.DEFAULT_GOAL := help
.PHONY: help regenerate-figures test test-frameworks check check-format check-figures check-lock lock bench docs clean

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
	$(BIN)/python tools/pages.py
	$(BIN)/conv-anim embed README.md docs --verbose

test: $(STAMP) ## run the tests
	$(BIN)/python -m pytest -q -n auto

# PyTorch, JAX and Keras are large, so they have an environment of their own.
FRAMEWORKS := .venv-frameworks
$(FRAMEWORKS)/.installed: requirements.lock requirements-frameworks.txt
	$(PYTHON) -m venv $(FRAMEWORKS)
	$(FRAMEWORKS)/bin/python -m pip install --quiet --require-hashes -r requirements.lock
	$(FRAMEWORKS)/bin/python -m pip install --quiet -r requirements-frameworks.txt
	$(FRAMEWORKS)/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

test-frameworks: $(FRAMEWORKS)/.installed ## compare every layer with PyTorch, and our programs with PyTorch, Keras and JAX
	REQUIRE_FRAMEWORKS=1 KERAS_BACKEND=jax JAX_ENABLE_X64=1 PYTHONPATH=. \
		$(FRAMEWORKS)/bin/python -m pytest -q -n auto tests/test_torch.py tests/test_from_torch.py tests/test_draw.py tests/test_code.py tests/test_onnx.py \
		tests/test_docs.py::test_pages_show_what_happens

check-format: $(STAMP) ## format, lint, types, and who may import whom; rewrites nothing
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

check: check-format test ## all of that, and the tests

check-figures: $(STAMP) ## are the pictures and pages what the templates make?
	$(BIN)/python tools/pages.py --check
	$(BIN)/conv-anim embed README.md docs --check --verbose

check-lock: $(STAMP) ## is requirements.lock what pyproject.toml asks for?
	cp requirements.lock .venv/requirements.lock
	$(BIN)/uv pip compile $(LOCKING) -o .venv/requirements.lock
	diff requirements.lock .venv/requirements.lock

LOCKING := --quiet --universal --generate-hashes --no-annotate --no-header --all-extras --group dev pyproject.toml
lock: $(STAMP) ## bring requirements.lock up to date
	$(BIN)/uv pip compile --upgrade $(LOCKING) -o requirements.lock

bench: $(STAMP) ## measure: ours against matplotlib's own animation
	$(BIN)/python bench/bench.py

docs: $(STAMP) ## build the documentation: build/docs/index.html
	$(BIN)/sphinx-build -E -W --keep-going -q -j auto -c docs . build/docs

clean: ## remove what was set up and built
	rm -rf .venv $(FRAMEWORKS) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find conv_anim tests bench -name __pycache__ -prune -exec rm -rf {} +
