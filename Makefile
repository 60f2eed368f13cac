# `make quickstart` and `make test` do all the set-up on a machine that has python3 with venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# One thread a test process: two processes with two threads each slow one another down.
PYTEST_FLAGS ?= -n 2

.PHONY: quickstart test lint docs wheel-check clean build/typing/nuner

quickstart: $(VENV)/installed-quickstart
	$(BIN)/nuner quickstart

test: $(VENV)/installed-test
	OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 $(BIN)/python -m pytest $(PYTEST_FLAGS)

lint: $(VENV)/installed-lint build/typing/nuner
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python

docs: $(VENV)/installed-docs build/typing/nuner
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

wheel-check: $(BIN)/python
	PYTHON=$(PYTHON) bash .ci/wheel-check

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# A stamp for each set of extras; it is made anew when what it installs from has changed.
$(VENV)/installed-%: setup.cfg pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$*]'
	touch $@

$(VENV)/installed-lint: setup.cfg pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,lint]'
	touch $@

# pyright does not follow the import hook of the editable install: show it the package as it is when installed. It is
# made anew each time, so that no room is missing and none is left that is gone.
build/typing/nuner:
	rm -rf $@
	mkdir -p $@
	for item in interface/*; do ln -s "../../../$$item" $@/; done
	for room in modeling_nuner data_builders trainers hub_cards; do ln -s "../../../$$room" $@/; done

clean:
	rm -rf $(VENV) build dist site *.egg-info
