# `make run` and `make test` are the two commands; `make help` lists the rest.
SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PROFILE ?= full
PORT ?= 8000
EVENTS ?= 10000
FAULTS ?= 200
N ?= 60
DIR ?=
JOBS ?= 2
SCENE ?= gate
SEQUENCES ?= 100000
VENV := .venv/bin/python
PACKAGES := backend miniprogram_api workers recognition notifications
FLASK := $(VENV) -m flask --app wsgi:cli_app
export PROFILE PORT
# Processes that start often must find their modules compiled.
unexport PYTHONDONTWRITEBYTECODE
STARTED_AT := $(shell date +%s.%N)

.PHONY: help run test test-slow check bench accuracy accuracy-documents accuracy-faces pickup-sequences chaos screens reset status memory lock simulate-gate demo codes doctor environment development

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

run: environment  ## start everything; Ctrl-C stops it (PORT=8000, PROFILE=light leaves PaddlePaddle and faces out)
	@ANLIN_STARTED_AT=$(STARTED_AT) exec $(VENV) -m backend.supervisor run

test: development  ## the default suite, Chromium included
	@tools/chromium.sh
	$(VENV) -m pytest -n $(JOBS) --dist loadgroup -m 'not slow' tests/unit tests/architecture tests/integration tests/stories

test-slow: development  ## what the default suite has no time for: pages in the browser one by one, the APIs fuzzed longer
	@tools/chromium.sh
	FUZZ_EXAMPLES=50 $(VENV) -m pytest -n $(JOBS) -m slow tests/integration
	FUZZ_EXAMPLES=50 $(VENV) -m pytest -n $(JOBS) tests/integration/device_api/test_conformance.py tests/integration/miniprogram_api/test_conformance.py

check: development  ## lint, types, import contracts, migrations, OpenAPI compared
	$(VENV) -m ruff check .
	$(VENV) -m ruff format --check .
	$(VENV) -m mypy --strict $(addprefix -p ,$(PACKAGES))
	.venv/bin/lint-imports
	$(VENV) -m backend.cli check-migrations
	$(FLASK) openapi --check

bench: development  ## one line a figure, its baseline beside it
	@$(VENV) -m tests.benchmarks

accuracy: development  ## plates read right of the pictures in DIR=… (the shared photos and crops unless given)
	@$(VENV) -m recognition.evaluation $(if $(DIR),"$(DIR)")

accuracy-documents: development  ## identity cards read right, of N=60 rendered specimens
	@folder=$$(mktemp -d) && trap 'rm -r "$$folder"' EXIT && $(VENV) -m tests.builders.specimens "$$folder" $(N) && \
		$(VENV) -m recognition.evaluation.documents "$$folder" --today 2026-11-23

accuracy-faces: development  ## same and different persons told apart in DIR=…, a folder a person (the shared pictures unless given)
	@$(VENV) -m recognition.evaluation.faces $(if $(DIR),"$(DIR)") $(ARGS)

pickup-sequences: development  ## random days at the kindergarten: the rules against an independent model (SEQUENCES=100000)
	@$(VENV) -m tests.unit.pickup --sequences $(SEQUENCES)

chaos: development  ## events through real workers under random faults (EVENTS=10000 FAULTS=200)
	@$(VENV) -m tests.chaos --events $(EVENTS) --faults $(FAULTS)

.PHONY: offline
offline: development  ## a gate without a network under power cuts (EVENTS=10000), and a million passes that are none
	@$(VENV) -m tests.chaos --offline-gate --events $(EVENTS)
	@$(VENV) -m tests.benchmarks.mutated_passes

simulate-gate: environment  ## a gate terminal posts a photo to a running installation (PLATE=… LANE=… PHOTO=…)
	@$(VENV) -m tests.drivers.gate $(if $(PLATE),--plate '$(PLATE)') $(if $(LANE),--lane '$(LANE)') \
		$(if $(PHOTO),--photo '$(PHOTO)') $(ARGS)

demo: environment  ## a scene told step by step on a running installation (SCENE=gate, ARGS=--alone presses everything itself)
	@$(VENV) -m tests.demo $(SCENE) $(ARGS)

codes: environment  ## the current one-time codes of the demo accounts
	@$(VENV) -m backend.cli seed codes

doctor: environment  ## is the installation well, and if not, what to do
	@$(VENV) -m backend.cli doctor

screens: development  ## pictures of every page at 390 and 1280 px, into docs/screens
	@tools/chromium.sh
	@$(VENV) -m tests.screens docs/screens

status: environment  ## what runs, and since when
	@$(VENV) -m backend.supervisor status

memory: environment  ## memory of the running installation, process by process
	@$(VENV) -m backend.supervisor memory

reset: environment  ## remove all state (var/); refused while running
	@$(VENV) -m backend.supervisor reset

lock: development  ## resolve pyproject.toml into requirements/*.txt anew (PATH must have uv, or .venv-uv does)
	PATH="$(CURDIR)/.venv-uv/bin:$$PATH" tools/lock.sh

environment development:
	@test -n "$(PYTHON)" || { echo 'missing: run `apt-get install -y python3.11 python3.11-venv`' >&2; exit 1; }
	@$(PYTHON) tools/environment.py $(if $(filter development,$@),dev,$(PROFILE))
