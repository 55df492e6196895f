# `make help` names the targets. All work in any clone; state stays in .venv, .sandbox and build.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:

PYTHON ?= python3
VENV ?= .venv
SANDBOX ?= demo
RELEASE ?= trixie
HOSTS ?= m1,w1,w2
INVENTORY ?= inventory/sandbox.gce.yml
STATIC_INVENTORY ?= inventory/sandbox
SCENARIO ?=
KEEP_IMAGES ?=
# Installing packages and starting an engine need root; the rest does not.
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
BIN := $(VENV)/bin
# Says now and then that it is still at it.
PIP_INSTALL := $(BIN)/python -m sandbox.watch $(BIN)/python -m pip install --quiet --disable-pip-version-check
export PATH := $(abspath $(BIN)):$(PATH)
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg

.PHONY: help
help: ## Name the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# -- tools -----------------------------------------------------------------------------------------

$(VENV)/.python:
	@if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
	  echo "make: Python 3.11 or newer is needed, and '$(PYTHON)' is not it: try 'make PYTHON=python3.12 ...'." >&2; exit 1
	fi
	if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then
	  echo "installing python3-venv"
	  $(SUDO) apt-get update -q && $(SUDO) apt-get install -y -q --no-install-recommends python3-venv
	fi
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.run: requirements.txt | $(VENV)/.python
	@echo "installing Ansible and the Python packages it needs into $(VENV)"
	$(PIP_INSTALL) -r requirements.txt
	touch $@

$(VENV)/.sandbox: requirements.txt requirements-sandbox.txt | $(VENV)/.python
	@echo "installing Ansible, the simulated Compute API and the Python packages they need into $(VENV)"
	$(PIP_INSTALL) -r requirements-sandbox.txt
	touch $@ $(VENV)/.run

$(VENV)/.dev: requirements.txt requirements-sandbox.txt requirements-dev.txt | $(VENV)/.python
	@echo "installing the test tools into $(VENV) (a minute or two)"
	$(PIP_INSTALL) -r requirements-dev.txt
	touch $@ $(VENV)/.run $(VENV)/.sandbox

# -- the demo --------------------------------------------------------------------------------------

# From hosts, or from the project they are to be made in, to the answering URL: $(call deploy_demo,INVENTORY).
define deploy_demo
	# Overwritten never: the database keeps the password it was founded with.
	test -s .sandbox/$(SANDBOX)/db_password || (umask 077; $(BIN)/python -c 'import secrets; print(secrets.token_hex(16))' > .sandbox/$(SANDBOX)/db_password)
	echo "building the demo's images"
	$(SUDO) $(BIN)/python -m sandbox push --name $(SANDBOX) --repository demo stacks/demo/images gate ui post db
	echo "running ansible-playbook -i $(1) site.yml"
	if [ -t 1 ]; then export ANSIBLE_FORCE_COLOR=1; fi
	$(BIN)/python -m sandbox.watch $(BIN)/ansible-playbook -i $(1) site.yml
	$(BIN)/ansible-playbook -i $(1) playbooks/status.yml | tee .sandbox/$(SANDBOX)/status.txt
	url=$$(grep -o 'http://[^ ]*' .sandbox/$(SANDBOX)/status.txt | tail -n 1)
	echo "The board answers at $$url (make demo-down removes all of this)"
endef

.PHONY: demo
demo: $(VENV)/.sandbox ## From an empty Compute Engine project on this machine to a stack; ends with a URL
	@echo "bringing up sandbox '$(SANDBOX)' with its Compute Engine project"
	$(SUDO) $(BIN)/python -m sandbox gce-up --name $(SANDBOX) --inventory $(INVENTORY)/sandbox.gce.yml
	$(call deploy_demo,$(INVENTORY))

.PHONY: demo-static
demo-static: $(VENV)/.run ## The same on bare hosts that are there already; RELEASE=bookworm HOSTS=m1,w1,w2 choose
	@echo "bringing up sandbox '$(SANDBOX)': $(HOSTS) (Debian $(RELEASE))"
	$(SUDO) $(BIN)/python -m sandbox up --name $(SANDBOX) --hosts $(HOSTS) --release $(RELEASE) \
	  --inventory $(STATIC_INVENTORY)/hosts.yml
	$(call deploy_demo,$(STATIC_INVENTORY))

.PHONY: demo-down
demo-down: $(VENV)/.sandbox ## Remove all that either demo made; KEEP_IMAGES=1 keeps host images for the next time
	@$(SUDO) $(BIN)/python -m sandbox down --name $(SANDBOX) --inventory $(STATIC_INVENTORY)/hosts.yml $(if $(KEEP_IMAGES),,--images)

# -- tests -----------------------------------------------------------------------------------------

.PHONY: images
images: $(VENV)/.run ## Host images for the tests
	@$(SUDO) $(BIN)/python -m sandbox images

.PHONY: test
test: $(VENV)/.dev images ## What CI runs; SUITE="unit ruff" chooses
	@$(BIN)/python tests/run.py $(SUITE)

.PHONY: test-all
test-all: $(VENV)/.dev images ## The slow proofs too
	@$(BIN)/python tests/run.py --all

.PHONY: molecule
molecule: $(VENV)/.dev images ## One scenario: make molecule SCENARIO=swarm
	@test -n "$(SCENARIO)" || { echo "make: say which: SCENARIO=$$(ls -d molecule/*/molecule.yml | cut -d/ -f2 | paste -sd'|')" >&2; exit 2; }
	$(BIN)/molecule test --scenario-name $(SCENARIO)

MINUTES ?= 15
SEED ?=

.PHONY: nemesis
nemesis: $(VENV)/.dev images ## Random faults under a load of deploys, judged by a checker: make nemesis MINUTES=15 SEED=7
	@$(SUDO) $(BIN)/python -m tests.nemesis --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

.PHONY: parity
parity: $(VENV)/.dev images ## Our reading of compose files and our specs against the docker CLI's, as a table
	@$(BIN)/python -m pytest -q tests/parity

.PHONY: parity-cli
parity-cli: $(VENV)/.dev ## The same against two docker CLIs and a made-up engine: needs no engine, PARITY_CASES=all tries all
	@PARITY_CASES=$(or $(PARITY_CASES),150) $(BIN)/python -m pytest -q tests/parity --ignore-glob='*/test_layer[23]*'

.PHONY: fuzz
fuzz: $(VENV)/.dev ## 10,000 made-up compose files through the loader
	@FUZZ_INPUTS=10000 $(BIN)/python -m pytest -q -s tests/unit/compose/test_fuzz.py

.PHONY: bench
bench: $(VENV)/.dev images ## What the roles and the stack module cost beside what people do today, as ratios
	@$(BIN)/python tests/bench/role.py
	$(BIN)/python tests/bench/stack.py
	$(BIN)/python tests/bench/image.py

.PHONY: bench-inventory
bench-inventory: $(VENV)/.dev ## The inventory plugin against google.cloud's, on the simulated Compute API
	@$(BIN)/python tests/bench/inventory.py

.PHONY: bench-load
bench-load: $(VENV)/.dev ## Loading 500 services beside an older commit: BASE=a worktree of it
	@$(BIN)/python tests/bench/load.py --base $(BASE)

.PHONY: bench-site
bench-site: $(VENV)/.dev images ## A second site.yml beside one ping of the same hosts: make bench-site HOST_COUNT=12
	@$(BIN)/python tests/bench/site.py --hosts $(or $(HOST_COUNT),3)

.PHONY: bench-stack
bench-stack: $(VENV)/.dev images ## An unchanged deploy by the module beside docker stack deploy
	@$(BIN)/python tests/bench/stack.py

.PHONY: format
format: $(VENV)/.dev ## Put Python into shape
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

# -- the artifact ----------------------------------------------------------------------------------

.PHONY: build
build: $(VENV)/.run ## The collection's artifact, in build/
	@$(BIN)/ansible-galaxy collection build --force --output-path build

.PHONY: clean
clean: ## Remove tools and results; sandboxes stay (see demo-down)
	@rm -rf $(VENV) build .ansible .mypy_cache .pytest_cache .ruff_cache .hypothesis

# -- images with the engine in them (docs/images.md) -------------------------------------------------

IMAGE_VARS ?= inventory/sandbox/group_vars/docker_hosts.yml
REVISION = $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
PACKER_VARS ?=

.PHONY: packer
packer: $(VENV)/.run
	@command -v packer >/dev/null || { $(SUDO) apt-get update -q; $(SUDO) apt-get install -y -q --no-install-recommends packer; }

.PHONY: image
image: packer images ## Bake a host image for the sandbox, try it, and use it: dockyard-host:trixie-baked
	@$(SUDO) packer/run build -color=false -only=docker.host -var revision=$(REVISION) -var ansible_vars=$(IMAGE_VARS) \
	  -var docker_tag=$(RELEASE)-candidate -var docker_source_image=dockyard-host:$(RELEASE) -var distribution=$(RELEASE) $(PACKER_VARS)
	$(BIN)/ansible-playbook playbooks/image_test.yml -e image_test_image=dockyard-host:$(RELEASE)-candidate \
	  -e image_test_family=$(RELEASE)-baked -e image_test_vars=$(CURDIR)/$(IMAGE_VARS)

.PHONY: image-gce
image-gce: $(VENV)/.dev packer images ## Bake on the simulated Compute API, start hosts from the image, try it, move its family
	@$(BIN)/python -m pytest -q -s tests/packer/test_gce.py

.PHONY: bench-image
bench-image: packer images ## Bare hosts to a running stack against baked ones
	@$(SUDO) $(BIN)/python tests/bench/image.py

.PHONY: image-qemu
image-qemu: $(VENV)/.dev packer ## Bake a disk image under qemu, boot it, try it (without KVM: some minutes)
	@$(BIN)/python -m pytest -q -s tests/packer/test_qemu.py
