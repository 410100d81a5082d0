# Everything a person or a CI job does here. `make demo` and `make test` set up all they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUILD := build
SOURCES := $(shell find obsboot templates dashboards alerts docs/checks -type f -not -name '*.pyc') pyproject.toml
UNIT := tests/unit tests/catalog tests/checks tests/seeded tests/golden tests/wheel tests/fuzz tests/test_architecture.py
LONG := tests/unit/logs tests/unit/merge tests/unit/update tests/fuzz
SESSIONS := tests/cli $(LONG)
WHOLE := tests/live/test_sample.py

# What is compiled is kept: each process would rewrite the assertions of all tests anew, which takes seconds.
unexport PYTHONDONTWRITEBYTECODE

# What `make test` runs, with a budget of minutes each: beside each other what waits more than it works, and alone the proof
# in which nothing may be late. The longer lanes together take less than the 50 minutes that all may take from nothing.
STAGES := 'lint=1' 'coverage=11 | images=6 test-replay=2 test-snippet=2' 'test-live=16 | test-logs=16' 'test-whole=15'

.PHONY: demo test test-unit test-sessions coverage test-replay test-snippet test-live test-whole test-logs lint images bench fuzz golden clean

demo: $(VENV)/.installed ## the whole line on the bundled sample service
	PATH="$(CURDIR)/$(BIN):$$PATH" examples/demo

test: ## everything, containers included
	+tests/bed/with-engine $(PYTHON) tests/bed/stages $(STAGES)

test-unit: $(VENV)/.installed ## no containers, three minutes
	$(BIN)/pytest $(filter-out $(LONG),$(UNIT)) $(LONG:%=--ignore=%) -m 'not live' -n 2 --dist worksteal

test-sessions: $(VENV)/.installed ## whole sessions at the command line, readers of logs, merges and updates; no containers either
	$(BIN)/pytest $(SESSIONS) -n 2 --dist worksteal

coverage: $(VENV)/.installed ## both, and which lines they reach; below 90 % it fails
	$(BIN)/pytest $(UNIT) tests/cli -m 'not live' -n 2 --dist worksteal --cov --cov-report=term:skip-covered --cov-fail-under=90

test-replay: $(BUILD)/images.yaml ## every alert in simulated time, and verdicts, by promtool, amtool and Filebeat of the images
	OBSBOOT_PROMTOOL=$$(tests/bed/tool promtool $(BUILD)) OBSBOOT_AMTOOL=$$(tests/bed/tool amtool $(BUILD)) \
		OBSBOOT_FILEBEAT=$$(tests/bed/tool filebeat $(BUILD)) $(BIN)/pytest tests/replay tests/verdicts

test-snippet: $(BUILD)/snippet/.installed ## the application's side, in an environment of its own
	$(BUILD)/snippet/bin/pytest --confcutdir=tests/snippet tests/snippet

test-live: $(BUILD)/images.yaml ## in containers: the images themselves, and short proving runs of all sorts
	OBSBOOT_IMAGES=$(CURDIR)/$(BUILD)/images.yaml $(BIN)/pytest tests/bed tests/images tests/live --ignore=$(WHOLE)

test-whole: $(BUILD)/images.yaml ## the whole proof of the sample: every truth, every alert
	OBSBOOT_IMAGES=$(CURDIR)/$(BUILD)/images.yaml $(BIN)/pytest $(WHOLE)

test-logs: $(BUILD)/images.yaml $(BUILD)/elastalert/.installed ## log lines through real stores, and alerts on them
	OBSBOOT_IMAGES=$(CURDIR)/$(BUILD)/images.yaml OBSBOOT_ELASTALERT=$(CURDIR)/$(BUILD)/elastalert/bin $(BIN)/pytest tests/logs

lint: $(VENV)/.installed
	$(BIN)/ruff check obsboot tests examples
	$(BIN)/ruff format --check obsboot tests examples
	$(BIN)/mypy

images: $(BUILD)/images.yaml

# The file is only as fresh as the images in the engine, so it is asked each time; what is there is not built again.
.PHONY: $(BUILD)/images.yaml
$(BUILD)/images.yaml: $(VENV)/.installed
	@mkdir -p $(BUILD)
	$(BIN)/python tests/images/build --old --output $@ --engines $(BUILD)/engines.yaml

bench: $(BUILD)/images.yaml $(BUILD)/fuzz/.installed ## ratios side by side in one run
	OBSBOOT_PROMTOOL=$$(tests/bed/tool promtool $(BUILD)) $(BIN)/python tests/bench/run.py
	OBSBOOT_PROMTOOL=$$(tests/bed/tool promtool $(BUILD)) OBSBOOT_AMTOOL=$$(tests/bed/tool amtool $(BUILD)) \
		$(BIN)/python -m tests.bench.lint
	$(BIN)/python -m tests.bench.update
	$(BIN)/python -m tests.bench.pipelines

fuzz: $(VENV)/.installed $(BUILD)/fuzz/.installed ## updates of 1,000 random projects; copier and cruft beside
	$(BIN)/python -m tests.fuzz

golden: $(VENV)/.installed ## write the golden renderings anew; read the diff
	$(BIN)/pytest tests/golden --refresh-golden

# The tests run on the built wheel, never on the checkout: its data files are the product.
$(VENV)/.installed: $(VENV)/.tools $(SOURCES)
	$(BIN)/pip install --quiet --no-deps --force-reinstall .
	@touch $@

$(VENV)/.tools: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet '.[dev]'
	@touch $@

# ElastAlert asks for old versions of what others have in new ones.
$(BUILD)/elastalert/.installed: tests/images/elastalert/requirements.txt
	$(PYTHON) -m venv $(BUILD)/elastalert
	$(BUILD)/elastalert/bin/pip install --quiet -r $<
	@touch $@

$(BUILD)/fuzz/.installed: tests/fuzz/requirements.txt
	$(PYTHON) -m venv $(BUILD)/fuzz
	$(BUILD)/fuzz/bin/pip install --quiet -r $< && touch $@ || echo "cruft cannot be had: its row says so"

$(BUILD)/snippet/.installed: tests/snippet/requirements.txt
	$(PYTHON) -m venv $(BUILD)/snippet
	$(BUILD)/snippet/bin/pip install --quiet -r $<
	@touch $@

clean:
	rm -rf $(VENV) $(BUILD) dist
