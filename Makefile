# The commands of the project. `make help` lists them; continuous integration calls the same ones.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PICTURE ?= examples/astronaut.jpg
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Where Python is told to keep no compiled modules, every process compiles them anew: importing Keras takes 24 s, not 9
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help

help:  ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/run.stamp  ## install, then turn a picture into a piece (PICTURE=face.jpg for yours)
	$(BIN)/mien play "$(PICTURE)" --out out

live: $(VENV)/run.stamp page  ## the live instrument: build its page, start the server, open the browser
	$(BIN)/mien live

page: src/mien/app/page/index.html  ## build the page of the live instrument (Node comes in a venv of its own)

page-check: web/.venv/page.stamp  ## types and tests of the page
	web/.venv/bin/python web/build.py check

test: $(VENV)/test.stamp  ## run the tests: on all cores, then those of the page by themselves
	$(BIN)/pytest -n auto --dist loadfile $(OF_THE_PAGE:%=--ignore %)
	$(BIN)/pytest $(OF_THE_PAGE)

OF_THE_PAGE := tests/browser

style: $(VENV)/test.stamp  ## style, types, import contracts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

check: style test  ## all that continuous integration asks for

fix: $(VENV)/test.stamp  ## mend what ruff can mend
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

gallery: $(VENV)/run.stamp  ## emotions × ensembles as files and a page under out/gallery
	$(BIN)/python -m mien.lab.scores.gallery --out out/gallery

bench: $(VENV)/run.stamp  ## time and memory of every stage
	$(BIN)/python -m benchmarks

bench-live: $(VENV)/test.stamp page  ## latency and steadiness of the live instrument (QUIET=600: underruns so long; SOAK=1200: pages come and go)
	$(BIN)/python -m benchmarks.live $(if $(SOAK),--soak $(SOAK))
	PYTHONPATH=tests:. $(BIN)/python -m browser.bench $(if $(QUIET),--quiet $(QUIET))

bench-page: $(VENV)/test.stamp page  ## only what a person at the live page would notice, in Chromium
	PYTHONPATH=tests:. $(BIN)/python -m browser.bench $(if $(QUIET),--quiet $(QUIET))

golden: $(VENV)/test.stamp  ## write the golden phrases anew, then look at the difference
	$(BIN)/python -m tests.golden.remake
	git diff --stat -- tests/golden

train: $(VENV)/test.stamp  ## train the reader on DATA (a folder with ferplus_dev.npz)
	GLIBC_TUNABLES=$(KEEP_MEMORY) $(BIN)/mien train --data $(DATA) --out runs/reader

# TensorFlow returns large blocks after every step and faults them in again: keeping them halves the time (docs/log.md)
KEEP_MEMORY := glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=8589934592:glibc.malloc.arena_max=1

cards: $(VENV)/test.stamp  ## write the tables of the cards from results/
	$(BIN)/python -m mien.lab.pages.cards

lock:  ## write the lock files anew (needs uv)
	uv pip compile -q locks/build.in $(LOCK_OPTIONS) -o locks/build.txt
	uv pip compile -q locks/page.in $(LOCK_OPTIONS) -o locks/page.txt
	uv pip compile -q pyproject.toml $(LOCK_OPTIONS) -o locks/run.txt
	uv pip compile -q pyproject.toml --extra train --extra onnx --group dev $(LOCK_OPTIONS) -o locks/test.txt

LOCK_OPTIONS := -c locks/constraints.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

clean:  ## remove what the commands made
	rm -rf $(VENV) web/.venv web/node_modules src/mien/app/page out runs .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/run.stamp: locks/build.txt locks/run.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --no-compile --require-hashes -r locks/build.txt
	$(PIP) install --no-compile --require-hashes -r locks/run.txt
	$(PIP) install --no-compile --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp locks/test.txt
	$(PIP) install --no-compile --require-hashes -r locks/test.txt
	touch $@

src/mien/app/page/index.html: web/.venv/page.stamp $(wildcard web/*.* web/public/* web/src/*.* web/src/*/*)
	web/.venv/bin/python web/build.py

web/.venv/page.stamp: locks/page.txt
	$(PYTHON) -m venv web/.venv
	web/.venv/bin/python web/build.py node || web/.venv/bin/python -m pip --disable-pip-version-check --quiet install --no-compile --require-hashes -r locks/page.txt
	touch $@

.PHONY: live page page-check bench-page help demo gallery test style check fix bench golden train cards lock clean
