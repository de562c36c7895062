# Everything runs in .venv, which is set up when it is first needed; a stamp makes the next run instant.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
export PYTHONHASHSEED := 0

.DEFAULT_GOAL := help
.PHONY: help regenerate-figures test coverage test-frameworks fuzz mutation test-package test-lowest test-pythons test-bytes check check-format check-figures check-lock lock bench docs clean

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

# TESTING="--cov" measures which lines and branches no test reaches, and fails if they are too many.
TESTING ?=
test: $(STAMP) ## run the tests
	$(BIN)/python -m pytest -q -n auto $(TESTING)

coverage: ## the same, and say which lines and branches none of them reaches
	$(MAKE) test TESTING="--cov --cov-report=term-missing"

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

# The fuzzer too: it is built for few versions of Python.
FUZZING := .venv-fuzz
FUZZ_SECONDS ?= 1800
$(FUZZING)/.installed: requirements.lock requirements-fuzz.txt
	$(PYTHON) -m venv $(FUZZING)
	$(FUZZING)/bin/python -m pip install --quiet --require-hashes -r requirements.lock
	$(FUZZING)/bin/python -m pip install --quiet -r requirements-fuzz.txt
	$(FUZZING)/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

fuzz: $(FUZZING)/.installed ## look for input that breaks the readers, for FUZZ_SECONDS (1800); what does is in build/fuzz/
	$(FUZZING)/bin/python -m tests.fuzzing --seconds $(FUZZ_SECONDS)

# And mutmut, for tools/mutation.py.
MUTATION := .venv-mutation
$(MUTATION)/.installed: requirements.lock requirements-mutation.txt
	$(PYTHON) -m venv $(MUTATION)
	$(MUTATION)/bin/python -m pip install --quiet --require-hashes -r requirements.lock
	$(MUTATION)/bin/python -m pip install --quiet -r requirements-mutation.txt
	$(MUTATION)/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

mutation: $(MUTATION)/.installed ## break a sample of the code on purpose: how much of it do the tests notice?
	$(MUTATION)/bin/python tools/mutation.py

# The wheel, installed away from its source, with the locked versions, with the lowest, and with other Pythons.
test-package: $(STAMP) ## run the tests against the wheel, in an environment of its own
	$(BIN)/python tools/elsewhere.py package -- $(PYTEST)

test-lowest: $(STAMP) ## the same with the lowest version that pyproject.toml allows of each package
	$(BIN)/python tools/elsewhere.py lowest --requirements requirements-lowest.txt -- $(PYTEST)

test-pythons: $(STAMP) ## the same with every other Python, 3.11 or newer, that is on this machine
	$(BIN)/python tools/elsewhere.py pythons -- $(PYTEST)

BYTES ?= in every step
test-bytes: $(STAMP) ## draw every template in every format, twice in different circumstances
	EVERY_TEMPLATE="$(BYTES)" $(BIN)/python -m pytest -q -n auto tests/test_same_bytes.py

check-format: $(STAMP) ## format, lint, types, and who may import whom; rewrites nothing
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

check: check-format test ## all of that, and the tests

check-figures: $(STAMP) ## are the pictures and pages what the templates make?
	$(BIN)/python tools/pages.py --check
	$(BIN)/conv-anim embed README.md docs --check --verbose

check-lock: $(STAMP) ## are the requirements what pyproject.toml asks for?
	cp requirements.lock requirements-lowest.txt .venv
	$(BIN)/uv pip compile $(LOCKING) -o .venv/requirements.lock
	$(BIN)/uv pip compile $(LOCKING) $(LOWEST) -o .venv/requirements-lowest.txt
	diff requirements.lock .venv/requirements.lock
	diff requirements-lowest.txt .venv/requirements-lowest.txt

LOCKING := --quiet --universal --generate-hashes --no-annotate --no-header --all-extras --group dev pyproject.toml
LOWEST := --resolution lowest-direct
lock: $(STAMP) ## bring requirements.lock and requirements-lowest.txt up to date
	$(BIN)/uv pip compile --upgrade $(LOCKING) -o requirements.lock
	$(BIN)/uv pip compile --upgrade $(LOCKING) $(LOWEST) -o requirements-lowest.txt

bench: $(STAMP) ## measure: ours against matplotlib's own animation
	$(BIN)/python bench/bench.py

docs: $(STAMP) ## build the documentation: build/docs/index.html
	$(BIN)/sphinx-build -E -W --keep-going -q -j auto -c docs . build/docs

clean: ## remove what was set up and built
	rm -rf .venv .venv-* build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .coverage
	find conv_anim tests bench -name __pycache__ -prune -exec rm -rf {} +
