# `make` installs into .venv and builds every text in seeds/; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BOOK ?=
N ?=

.PHONY: all install build test check bench section play sections golden clean help

all: build ## install and build the audiobooks of seeds/ into output/

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-test: pyproject.toml $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

install: $(VENV)/installed ## install only

build: install
	$(BIN)/audiobook build

test: $(VENV)/installed-test ## install and run the tests
	$(BIN)/python -m pytest

check: $(VENV)/installed-test ## the gate: style, types, floors, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

section: install ## speak one section afresh: make section N=3 [BOOK=title] [VOICE=name] [RATE=pct]
	@test -n "$(N)" || { echo 'which section? make section N=3 (see: make sections)' >&2; exit 2; }
	$(BIN)/audiobook redo "$(BOOK)" $(N) $(if $(VOICE),--voice $(VOICE)) $(if $(RATE),--rate $(RATE))

sections: install ## list the sections of a book: make sections [BOOK=title]
	@$(BIN)/audiobook sections "$(BOOK)"

play: install ## play a book or a chapter: make play [N=3] [BOOK=title]
	$(BIN)/audiobook play "$(BOOK)" $(N)

bench: $(VENV)/installed-test ## measure; see benchmarks/
	@for bench in benchmarks/*.py; do echo "== $$bench"; $(BIN)/python $$bench || exit 1; done

clean: ## remove what `make` made, books and cache included
	rm -rf $(VENV) output/* output/.cache

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
