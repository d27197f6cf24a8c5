# The commands of this project. `make run` and `make test` need nothing but Python 3.11+ and make.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 2
POSTGRESQL ?= postgresql+psycopg://postgres@127.0.0.1/postgres

bin := .venv/bin
pip := $(bin)/pip --quiet --disable-pip-version-check

.PHONY: run test check lint format test-both package bench lock clean browser-tools

run: .venv/ready
	@$(bin)/joindin setup
	@$(bin)/joindin demo --if-empty
	@$(bin)/joindin serve --host $(HOST) --port $(PORT) --workers $(WORKERS)

# On SQLite, or on what JOINDIN_TEST_DATABASE_URL names.
test: .venv/ready-to-test
	$(bin)/pytest --numprocesses 2 --dist worksteal $(TESTS)

# What the browser tests check pages with; they also want Chromium and Java, and say so when something is missing.
browser-tools: tests/browser/node_modules/ready

check: lint test-both package

lint: .venv/ready-to-test
	$(bin)/ruff check .
	$(bin)/ruff format --check .

format: .venv/ready-to-test
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

# Migrations up, down and equal to the models, and the import directions, are tests as well: tests/test_architecture.py.
test-both:
	env -u JOINDIN_TEST_DATABASE_URL $(MAKE) test
	JOINDIN_TEST_DATABASE_URL=$(POSTGRESQL) $(MAKE) test

# A wheel in an empty environment, outside the checkout, sets up and serves.
package: .venv/ready-to-test
	$(bin)/python -m tests.package

bench: .venv/ready-to-test
	$(bin)/python -m bench $(if $(QUICK),--quick) $(BENCH)

# Needs uv. The lock files name no index.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --group build --extra postgresql --extra redis pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --group dev --all-extras pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv dist .pytest_cache .ruff_cache .hypothesis artifacts tests/browser/node_modules

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit("joindin needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/ready: .venv/made requirements.lock pyproject.toml
	$(pip) install --require-hashes --requirement requirements.lock
	$(pip) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/ready-to-test: .venv/ready requirements-dev.lock
	$(pip) install --require-hashes --requirement requirements-dev.lock
	@touch $@

tests/browser/node_modules/ready: tests/browser/package-lock.json
	npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund
	@touch $@
