.SHELLFLAGS := -euc
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
RUNTIME_LOCK := requirements/runtime.lock
BUILD_LOCK := requirements/build.lock
DEVELOPMENT_LOCK := requirements/development.lock

# What a Python must answer to, and where to look for one. PYTHON=/path/to/python overrules the search.
SUPPORTED := import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))
CANDIDATES := python3.12 python3.11 python3.10 python3
PYTHON ?=

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.10 --no-python-downloads \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header

.PHONY: help install demo lint format test bench lock upgrade clean

help: ## Show what there is to make
	@while IFS= read -r line; do case "$$line" in \
		[a-z]*:*'## '*) printf '  make %-10s %s\n' "$${line%%:*}" "$${line#*## }" ;; \
	esac; done < $(firstword $(MAKEFILE_LIST))

install: $(INSTALLED) ## Make .venv with the locked dependencies and the o2c command

$(INSTALLED): $(DEVELOPMENT_LOCK) pyproject.toml
	@if ! $(BIN)/python -c '$(SUPPORTED)' 2>/dev/null; then \
		for python in $(or $(PYTHON),$(CANDIDATES)); do \
			if "$$python" -c '$(SUPPORTED)' 2>/dev/null; then found="$$python"; break; fi; \
		done; \
		if [ -z "$${found:-}" ]; then \
			echo "make install: o2c needs Python 3.10, 3.11 or 3.12 with its venv module, and none of these is: $(or $(PYTHON),$(CANDIDATES))" >&2; \
			exit 1; \
		fi; \
		"$$found" -m venv --clear $(VENV); \
	fi
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $(DEVELOPMENT_LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@echo installed > $@

demo: $(INSTALLED) ## See it at work on this machine; Ctrl-C or O2C_DEMO_SECONDS=60 ends it
	@$(BIN)/o2c demo

lint: $(INSTALLED) ## Check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(INSTALLED) ## Rewrite the code in the project's format
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

test: lint ## Run every check and every test, with a real Kafka and Redis
	$(BIN)/pytest

bench: $(INSTALLED) ## Measure throughput, latency and start on a real Kafka and Redis
	$(BIN)/python -m benchmarks.backlog
	$(BIN)/python -m benchmarks.live
	$(BIN)/python -m benchmarks.live --stored 1000000
	$(BIN)/python -m benchmarks.start
	$(BIN)/python -m benchmarks.profile

# A lock is made before what it locks is installed.
$(BIN)/uv:
	$(MAKE) install

lock: | $(BIN)/uv ## Bring the locks up to pyproject.toml, keeping the versions they have
	$(COMPILE) pyproject.toml --output-file $(RUNTIME_LOCK)
	$(COMPILE) pyproject.toml --group development --constraint $(RUNTIME_LOCK) --output-file $(DEVELOPMENT_LOCK)
	$(COMPILE) --group build --constraint $(DEVELOPMENT_LOCK) --output-file $(BUILD_LOCK)

upgrade: COMPILE += --upgrade
upgrade: lock ## Bring the locks up to the newest versions

clean: ## Remove .venv and what tools left behind
	rm -rf $(VENV) .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
