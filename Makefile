# The commands of this project. `make run` and `make test` need nothing but Python 3.11+ and make.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 2

# A version of Python that is named gets an environment of its own: `make check PYTHON=python3.13` uses .venv-3.13.
ifeq ($(origin PYTHON),file)
venv := .venv
else
venv := .venv-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
endif
bin := $(venv)/bin
pip := $(bin)/pip --quiet --disable-pip-version-check

# Compiled modules are kept: tests start many processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: fuzz run test test-postgresql check lint format package bench bench-agenda bench-crew bench-site bench-pages faults lock clean browser-tools sbom licenses audit

run: $(venv)/ready
	@$(bin)/joindin setup
	@$(bin)/joindin demo --if-empty
	@$(bin)/joindin serve --host $(HOST) --port $(PORT) --workers $(WORKERS)

# On SQLite. TESTS names a folder, a file or options of pytest.
test: $(venv)/ready-to-test
	env -u JOINDIN_TEST_DATABASE_URL $(bin)/pytest --numprocesses 2 --dist worksteal $(TESTS)

# Tests that depend on the database, on a throw-away PostgreSQL cluster in memory, or on the server that
# JOINDIN_TEST_DATABASE_URL names, with a superuser. Needs PostgreSQL's programs, no running server.
test-postgresql: $(venv)/ready-to-test
	$(bin)/pytest --postgresql --numprocesses 2 --dist worksteal $(TESTS)

# The validators of the browser tests, which also need Chromium and Java, and are skipped without them.
browser-tools: tests/browser/node_modules/ready

check: lint test test-postgresql package sbom licenses

lint: $(venv)/ready-to-test
	$(bin)/ruff check .
	$(bin)/ruff format --check .

format: $(venv)/ready-to-test
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

# A wheel in an empty environment, outside the checkout, sets up and serves.
package: $(venv)/ready-to-test
	$(bin)/python -m tests.package

# The packages of the product, for vulnerability scanners: CycloneDX. The same lock file gives the same bytes.
sbom: $(venv)/ready-to-test
	@mkdir -p dist
	$(bin)/python -W ignore -m cyclonedx_py requirements requirements.lock --pyproject pyproject.toml --output-reproducible \
		--output-format JSON --output-file dist/joindin.cdx.json

# Fails if the licence of a package does not permit our use.
licenses: $(venv)/ready-to-test
	$(bin)/python -m tests.dependencies.licenses

# Known vulnerabilities of the product's packages. Asks a database in the internet, and fails if none answers.
audit: $(venv)-audit/ready $(venv)/ready-to-test
	$(bin)/python -m tests.dependencies.audit $(venv)-audit/bin/pip-audit

# Attacks on a running server, and outages under load, with strict bounds for latency, recovery and memory. Needs an otherwise idle machine.
faults: $(venv)/ready-to-test
	JOINDIN_TEST_FAULTS=long $(bin)/pytest tests/faults tests/server $(TESTS)
	JOINDIN_TEST_FAULTS=long $(bin)/pytest --postgresql tests/faults $(TESTS)

bench: $(venv)/ready-to-test
	$(bin)/python -m bench $(if $(QUICK),--quick) $(BENCH)

# Reads of Gancio's API at 2,000 to 1,000,000 events.
bench-agenda: $(venv)/ready-to-test
	$(bin)/python -m bench.agenda $(BENCH)

# Reads of the crew's API at 2,000 to 200,000 events, signed in by a token.
bench-crew: $(venv)/ready-to-test
	$(bin)/python -m bench.crew $(BENCH)

# Pages of the web site at 1,000 and 1,000,000 events.
bench-site: $(venv)/ready-to-test
	$(bin)/python -m bench.site $(BENCH)

# How fast pages appear in Chromium on a slow telephone. Needs Chromium.
bench-pages: $(venv)/ready-to-test
	$(bin)/python -m bench.page_loads

# Odd and generated requests in large numbers. Their short forms are part of the tests.
fuzz: $(venv)/ready-to-test
	ODD_REQUESTS=20 GENERATED_REQUESTS=8000 $(bin)/pytest tests/http/test_odd_requests.py \
		tests/resources/docs/test_generated_requests.py tests/resources/ephios/test_generated_requests.py

# Needs uv. The lock files name no index. The packages of the product have the same versions in both.
compile := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url
lock:
	$(compile) --group build --extra postgresql --extra redis pyproject.toml -o requirements.lock
	$(compile) --constraint requirements.lock --group dev --all-extras pyproject.toml -o requirements-dev.lock
	$(compile) --group audit -o requirements-audit.lock

clean:
	rm -rf .venv .venv-* dist .pytest_cache .ruff_cache .hypothesis artifacts tests/browser/node_modules

$(venv)/made:
	@$(PYTHON) -c 'import sys; sys.exit("joindin needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(venv)
	@touch $@

$(venv)/ready: $(venv)/made requirements.lock pyproject.toml
	$(pip) install --require-hashes --requirement requirements.lock
	$(pip) install --no-deps --no-build-isolation --editable .
	@touch $@

$(venv)/ready-to-test: $(venv)/ready requirements-dev.lock
	$(pip) install --require-hashes --requirement requirements-dev.lock
	@touch $@

$(venv)-audit/ready: requirements-audit.lock
	$(PYTHON) -m venv $(venv)-audit
	$(venv)-audit/bin/pip --quiet --disable-pip-version-check install --require-hashes --requirement requirements-audit.lock
	@touch $@

tests/browser/node_modules/ready: tests/browser/package-lock.json
	npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund
	@touch $@
