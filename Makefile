# `make` installs into .venv and builds every text in seeds/; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BOOK ?=
N ?=
BENCH ?= $(wildcard ../shared/bench)

TOOLS := $(VENV)/tools
PYTEST := python -m pytest -n auto --maxprocesses 4 --dist loadfile
PIP := python -m pip install --quiet --disable-pip-version-check
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml tools/build.in

.PHONY: all install build test check marathon bench section play sections lock audit sbom clean help

all: build ## install and build the audiobooks of seeds/ into output/

$(VENV)/installed: pyproject.toml tools/install.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/$(PIP) --require-hashes -r tools/install.lock
	$(BIN)/$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/installed-test: pyproject.toml tools/test.lock $(VENV)/installed
	$(BIN)/$(PIP) --require-hashes -r tools/test.lock
	@touch $@

install: $(VENV)/installed ## install only

build: install
	$(BIN)/audiobook build

test: $(VENV)/installed-test ## install and run the tests
	$(BIN)/$(PYTEST)

check: $(VENV)/installed-test ## the gate: style, types, floors, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/$(PYTEST)

section: install ## speak one section afresh: make section N=3 [BOOK=title] [VOICE=name] [RATE=pct]
	@test -n "$(N)" || { echo 'which section? make section N=3 (see: make sections)' >&2; exit 2; }
	$(BIN)/audiobook redo "$(BOOK)" $(N) $(if $(VOICE),--voice $(VOICE)) $(if $(RATE),--rate $(RATE))

sections: install ## list the sections of a book: make sections [BOOK=title]
	@$(BIN)/audiobook sections "$(BOOK)"

play: install ## play a book or a chapter: make play [N=3] [BOOK=title]
	$(BIN)/audiobook play "$(BOOK)" $(N)

marathon: $(VENV)/installed-test ## the tests that take minutes: a thousand chunks and a hundred faults of the online voice
	$(BIN)/python -m pytest -m marathon

bench: $(VENV)/installed-test ## measure the front end beside its peers: make bench BENCH=folder with the public cases
	@for name in repair spoken pinyin t2s; do echo "== $$name"; $(BIN)/python benchmarks/$$name.py $(BENCH) || exit 1; done

$(TOOLS)/installed:
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/$(PIP) uv pip-audit cyclonedx-bom
	@touch $@

lock: $(TOOLS)/installed ## pin anew what is installed, with the hashes of its files
	$(TOOLS)/bin/$(LOCK) --upgrade --output-file tools/install.lock
	$(TOOLS)/bin/$(LOCK) --upgrade --all-extras --constraint tools/install.lock --output-file tools/test.lock

audit: $(TOOLS)/installed ## look for known weaknesses in what is installed; fails where it cannot look
	$(TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes -r tools/test.lock

sbom: $(TOOLS)/installed install ## list what is installed, with licences, in sbom.json (CycloneDX)
	$(TOOLS)/bin/cyclonedx-py environment $(VENV) --pyproject pyproject.toml --output-file sbom.json

clean: ## remove what `make` made, books and cache included
	rm -rf $(VENV) output/* output/.cache

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
