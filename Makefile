# Everything a developer, a newcomer and CI do, each with one line of help. Plain `make` prints them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
ARGS ?=

.PHONY: help
help: ## print this list
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: setup
setup: .cache/ready.demo .cache/ready.test ## install what is missing (once; skipped when nothing changed)

.PHONY: demo
demo: .cache/ready.demo ## a simulated region on real Kafka, all services, the board (ARGS='--seconds 60 --summary FILE')
	@$(BIN)/waakvlam demo $(ARGS)

.PHONY: up
up: .cache/ready.demo ## all services on what is configured (see docs/how-to/configure.md)
	@$(BIN)/waakvlam up $(ARGS)

.PHONY: test
test: .cache/ready.demo .cache/ready.test ## the whole suite on two cores: real Kafka, real PostgreSQL, a real browser
	@$(BIN)/pytest -n 2 --dist loadgroup $(ARGS)

.PHONY: quick
quick: .cache/ready.demo ## the tests that start nothing, in seconds
	@$(BIN)/pytest -q -n 2 --dist loadgroup tests/unit tests/spec tests/property tests/contract $(ARGS)

.PHONY: check
check: .cache/ready.demo ## format, lint, types, import contracts
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet . && echo "format and lint: in order"
	@$(BIN)/mypy
	@$(BIN)/lint-imports --config pyproject.toml

.PHONY: format
format: .cache/ready.demo ## put the code in the house format
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

.PHONY: bench
bench: .cache/ready.demo ## measure speed; results with the machine's name in bench/results/
	@$(BIN)/python -m bench $(ARGS)

.PHONY: compiled
compiled: .cache/ready.demo ## compile the rule engine, twice as fast; replay and rebuild take it (needs gcc; all runs without)
	@$(BIN)/python -m deploy.compiled

.PHONY: torture
torture: .cache/ready.demo .cache/ready.test ## the crash laboratory, hours (ARGS=--short: a quarter of an hour; ARGS='--scenario kills --events 20000 --seed 7')
	@$(BIN)/python -m tests.torture $(ARGS)

.PHONY: drill
drill: .cache/ready.demo .cache/ready.test ## make each fault on purpose and see who is called, half an hour (ARGS='--only broker', ARGS=restarts); only root
	@$(BIN)/python -m tests.drill $(ARGS)

.PHONY: upgrade
upgrade: .cache/ready.demo .cache/ready.test ## a rolling upgrade from the former version under load, and back (ARGS='--database postgres')
	@$(BIN)/python -m tests.upgrade $(ARGS)

.PHONY: cluster
cluster: .cache/ready.demo .cache/ready.test ## the chart in a real API server with Helm 3 and 4: ten minutes of building once (wants Go and Debian's etcd-server)
	@$(BIN)/python -m tests.cluster $(ARGS)

.PHONY: mutants
mutants: .cache/ready.demo ## put small faults in the rule book and tell which the tests do not notice (an hour or more)
	@nice -n 10 $(BIN)/python -m tests.mutants $(ARGS)
	@$(BIN)/python -m tests.mutants_told

.PHONY: golden
golden: .cache/ready.demo ## add the golden bytes of new schemas to schemas/golden.json
	@$(BIN)/python -m tests.contract.golden

.PHONY: docs
docs: .cache/ready.demo ## write the reference of commands, metrics, log lines and rights from what they follow from
	@$(BIN)/python -m typer cli.main utils docs --name waakvlam --output docs/reference/commands.md >/dev/null
	@$(BIN)/python -m typer waakvlam.cli utils docs --name waakvlam-agency --output docs/reference/agency-commands.md >/dev/null
	@$(BIN)/python -m tests.contract.metrics_page
	@$(BIN)/python -m tests.contract.log_page
	@$(BIN)/python -W ignore -m services.board.rights_page >docs/reference/rights-on-the-board.md

.PHONY: pictures
pictures: .cache/ready.test ## take the screenshots of docs/screenshots anew; look at each of them
	@$(BIN)/pytest -q tests/journey/pictures.py

.PHONY: chart
chart: .cache/ready.demo ## write the chart's schema, README, settings and topics from what they follow from
	@$(BIN)/python -m deploy.helm

.PHONY: dashboards
dashboards: .cache/ready.demo ## write Grafana's dashboards from deploy/grafana/panels.py
	@$(BIN)/python -m deploy.grafana.dashboards

.PHONY: image-proof
image-proof: .cache/ready.demo ## carry out the Dockerfile in clean root file systems and try the result (as root, minutes)
	@$(BIN)/python -m deploy.image.prove

.PHONY: sbom
sbom: .cache/ready.demo ## write what the product is made of: dist/waakvlam.cdx.json and docs/reference/licences.md
	@$(BIN)/python -m deploy.materials

.PHONY: pins
pins: .cache/ready.demo ## renew the pinned versions and hashes of all dependencies
	@for one in requirements-setup requirements requirements-dev; do \
	  $(BIN)/uv pip compile --quiet --upgrade $$one.in -o $$one.txt --generate-hashes --no-header; done

.PHONY: clean
clean: ## throw away what set-up and tools have made; ledger and keys in .data stay
	rm -rf .venv .cache dist mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.PHONY: clean-data
clean-data: ## throw away .data: the ledger and the keys of `make up`, for good
	rm -rf .data

# What set-up makes, and from what: nothing is done again while that is unchanged.
.venv/ready: requirements-setup.txt requirements.txt requirements-dev.txt pyproject.toml sdk/pyproject.toml
	@deploy/local/setup python "$(PYTHON)"
	@touch $@

.cache/kafka/ready: deploy/local/pom.xml | .venv/ready
	@deploy/local/setup kafka
	@touch $@

.cache/ready.demo: .venv/ready .cache/kafka/ready
	@touch $@

.cache/ready.test: deploy/local/setup
	@mkdir -p .cache && deploy/local/setup system
	@touch $@
