# make demo   a throw-away household with a running server
# make test   everything that must be green
# Both set up .venv by themselves, from locked versions, and again when those change.
# Nothing needs root. Another Python: make test PYTHON=python3.12

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test check tests crashes histories soak laws pages quality cycles screenshots format messages coverage lock clean

demo: .venv/.ready
	@exec $(BIN)/hearthbook demo $(ARGS)

test: check tests

# What needs no running code: layout, habits, types, and who imports whom.
check: .venv/.ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Two at once, as many as the smallest machine has cores. Where there are more: make test ARGS='-n 8'
tests: .venv/.ready-dev
	$(BIN)/pytest --numprocesses 2 --dist worksteal $(ARGS)

# The long ones, before a release: killed at a thousand writes, each write failing; random histories.
crashes: .venv/.ready-dev
	HEARTHBOOK_CRASHES=1000 $(BIN)/pytest tests/faults

# Six programs that never agree how a card is written, dealt to the members in three ways, a thousand rounds each.
soak: .venv/.ready-dev
	HEARTHBOOK_SOAK=1000 $(BIN)/pytest tests/clients/test_soak.py

# The laws of merging: a hundred thousand histories in memory (about an hour), then some on real databases.
laws: .venv/.ready-dev
	HEARTHBOOK_LAWS=100000 $(BIN)/pytest tests/laws/test_histories.py $(ARGS)
	HEARTHBOOK_LAWS=20000 $(BIN)/pytest tests/laws/test_meeting.py $(ARGS)
	HEARTHBOOK_HISTORIES=200 $(BIN)/pytest tests/clients/test_devices.py tests/store/test_histories.py $(ARGS)

# Whatever is drawn at random besides: two hundred histories of each kind, two thousand examples of each law.
histories: .venv/.ready-dev
	HEARTHBOOK_HISTORIES=200 HYPOTHESIS_PROFILE=thorough $(BIN)/pytest $(DRAWN) $(ARGS)

DRAWN = $(shell grep -rlE '^@given|\.TestCase' tests --include='test_*.py' --exclude-dir=laws | sort)

# How long pages take with six members of 5,000 cards each; smaller: ARGS='--members 2 --cards 500'
pages: .venv/.ready-dev
	@$(BIN)/python bench/pages.py $(ARGS)

# How well persons are recognised, in made-up books with known answers. To see other programs beside
# it: .venv/bin/pip install --editable '.[quality]' (about 300 MB, not locked). Shorter: ARGS='--seeds 5'
quality: .venv/.ready-dev
	@$(BIN)/python -m tests.quality $(ARGS)
	@HEARTHBOOK_SEEDS=100 $(BIN)/pytest -q tests/reconcile/test_look_alikes.py

# What cycles cost in CPU time as books grow, and after one changed card. Larger: ARGS='--each 5000 --members 6'
cycles: .venv/.ready-dev
	@$(BIN)/python bench/cycles.py $(ARGS)

# The pictures in the README, after a page says something else. Needs Debian's package chromium.
screenshots: .venv/.ready-dev
	HEARTHBOOK_SCREENSHOTS=1 $(BIN)/pytest -q tests/review/test_screenshots.py

format: .venv/.ready-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# What pages say, for translators: every language in server/review/locale, brought up to date and compiled.
# A new one: make messages ARGS=fr
messages: .venv/.ready-dev
	@$(BIN)/python -m tests.messages $(ARGS)

coverage: .venv/.ready-dev
	$(BIN)/pytest --cov --cov-report=term-missing:skip-covered

# Resolves the newest versions that pyproject.toml allows. On the oldest Python we run on,
# because older ones need more packages, never fewer.
lock: .venv/.ready-dev
	$(PIP) install --quiet 'pip-tools>=7.5,<8'
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --upgrade $(LOCKED) \
	    --extra dev --output-file requirements-dev.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --upgrade $(LOCKED) \
	    --constraint requirements-dev.lock --output-file requirements.lock pyproject.toml

LOCKED := --generate-hashes --allow-unsafe --strip-extras --build-deps-for editable \
    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options

clean:
	rm -rf .venv build dist .coverage htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache \
	    .import_linter_cache *.egg-info

.venv/.ready: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing Hearthbook's locked dependencies into .venv (once; takes a minute) ..."
	@$(PIP) install --quiet --require-hashes --requirement requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.ready-dev: requirements-dev.lock requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing the locked tools for the tests into .venv (once; takes a minute) ..."
	@$(PIP) install --quiet --require-hashes --requirement requirements-dev.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch .venv/.ready $@

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { \
	    echo "Hearthbook needs Python 3.11 or newer, and there is no '$(PYTHON)' here." \
	         "Install it, or name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Hearthbook needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." \
	         "Name a newer one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "'$(PYTHON)' cannot make virtual environments. On Debian and Ubuntu:" \
	         "apt install python3-venv" >&2; exit 1; }
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
