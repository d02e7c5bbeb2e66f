# Two commands: `make drive` plays a scripted drive, `make test` checks everything. Both set themselves up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: drive test bench bench-understanding bench-speech bench-conversation bench-knowledge bench-vehicle \
	bench-support bench-dashboard mutants lock clean

drive: $(READY)
	$(BIN)/cabin drive

# The tests of the dashboard alone: they wait for what a screen shows, and beside others they wait too long.
test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadfile --ignore tests/demo
	$(BIN)/pytest tests/demo

# The measures, each with its own figures; DATA is a folder of recordings that is not part of the project.
DATA ?= ../shared/speech-to-intent

bench: $(READY)
	$(BIN)/python -m tests.benchmarks.drive
	$(BIN)/python -m tests.benchmarks.gate

bench-understanding: $(READY)
	$(BIN)/python -m tests.benchmarks.understanding

bench-speech: $(READY)
	$(BIN)/python -m tests.benchmarks.speech --data $(DATA)

bench-conversation: $(READY)
	$(BIN)/python -m tests.benchmarks.conversation --data $(DATA)

bench-knowledge: $(READY)
	$(BIN)/python -m tests.benchmarks.knowledge
	$(BIN)/python -m tests.benchmarks.knowledge --part held-out

bench-vehicle bench-support bench-dashboard: bench-%: $(READY)
	$(BIN)/python -m tests.benchmarks.$*

# Every mutant of the files that decide, about 12 minutes; its result is committed.
mutants: $(READY)
	nice $(BIN)/python -m tests.mutation --report tests/policies/mutants.md

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Development only: resolve the pins again. Needs uv.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--all-extras --group dev --custom-compile-command "make lock" --quiet -o requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
