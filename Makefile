# Everything from a fresh clone: `make chat` and `make test` need Python 3.11 or newer, nothing else.
# PYTHON names another Python, VENV another folder, TORCH another torch (see tools/setup.py).

PYTHON ?= python3
VENV ?= .venv
OUT ?= build/weights
BIN := $(VENV)/bin
SETUP := tools/setup.py pyproject.toml

export TORCH

.DEFAULT_GOAL := help
.PHONY: help chat run test check check-deploy train paper bench clean

help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

chat: $(VENV)/.ready ## Talk to the bot in the terminal; no token, no account needed
	@$(BIN)/memnn-bot chat

run: $(VENV)/.ready ## Be there in Telegram; TELEGRAM_TOKEN stands in .env or the environment
	@$(BIN)/memnn-bot run

# Most tests wait for processes of their own, so two run where one would; more than four gain little.
AT_ONCE := -n logical --maxprocesses 4 --dist worksteal

test: $(VENV)/.ready-dev ## Run all tests, on a real server of their own
	@$(BIN)/python -m pytest $(AT_ONCE)

check: $(VENV)/.ready-dev ## Lint, format, types, layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

check-deploy: $(VENV)/.ready-deploy ## Lint the containers' files; with a Docker engine, run them
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python tools/check_deploy.py $(OPTIONS)

# glibc otherwise gives the memory of every step back and asks for it again: a third of the time.
KEEP := MALLOC_MMAP_THRESHOLD_=4000000000 MALLOC_TRIM_THRESHOLD_=8000000000

ifdef DATA
train: $(VENV)/.ready-train ## Train the network: make train DATA=folder [OUT=folder] [START=artifact]
	$(KEEP) $(BIN)/python -m memnn.training served --data "$(DATA)" --out "$(OUT)" $(if $(START),--start "$(START)")

paper: $(VENV)/.ready-bench ## Reproduce the papers' tables: make paper DATA=folder of the 20 tasks (hours)
	$(BIN)/python -m benchmarks.babi --data "$(DATA)" --rows full,original,joint,curve
	$(BIN)/python -m benchmarks.world
	$(BIN)/python -m benchmarks.ablation
	$(BIN)/python -m benchmarks.plots --data "$(DATA)"
	$(BIN)/python -m benchmarks.readme
else
train:
	@echo 'make train: name the folder that holds tatoeba/ and qamr/: make train DATA=folder' >&2; exit 2

paper:
	@echo 'make paper: name the folder of the 20 tasks: make paper DATA=folder' >&2; exit 2
endif

bench: $(VENV)/.ready-bench ## Measure answers on the dev conversations, and speed and memory, in Telegram too
	$(BIN)/python -m benchmarks.conversations
	$(BIN)/python -m benchmarks.latency
	$(BIN)/python -m benchmarks.load
	$(BIN)/python -m benchmarks.readme

clean: ## Remove the environment and everything that was built; memories stay
	rm -rf $(VENV) build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp says that the environment has what pyproject.toml asks for, so that nothing is asked twice.
$(VENV)/.ready: $(SETUP)
	@$(PYTHON) tools/setup.py $(VENV)
	@touch $@

$(VENV)/.ready-%: $(SETUP)
	@$(PYTHON) tools/setup.py $(VENV) $*
	@touch $@ $(VENV)/.ready
