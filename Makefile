# `make run` and `make test` work on a fresh Debian 12 that has only the Swift 6.3 toolchain and make.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := help

# Address of `make run`: `make run PORT=9000`.
PORT ?= 8080
SWIFT ?= swift
# Given to every debug and release build alike: other flags would compile everything anew.
SWIFT_BUILD_FLAGS ?= --explicit-target-dependency-import-check error
# The example of a provider: a package of its own, whose module the tests load too.
EXAMPLE := --package-path Examples/PaynowProvider --scratch-path .build-examples/PaynowProvider
# More arguments for `swift test`: `make test TEST_FLAGS='--filter Refund'`. Without any, the tests that start gateways and compilers
# run after those that only compute: each waits for the few threads that all tests share.
TEST_FLAGS ?=
# How many cases run at once. Swift Testing starts all of them where it is not given a number, and each would wait for hundreds of others.
TEST_WIDTH ?= $(shell echo $$((4 * $$(nproc))))
SWIFT_TEST = SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$(TEST_WIDTH) \
	GATEWAY_TEST_PYTHON="$(CURDIR)/.venv/bin/python" $(SWIFT) test --skip-build --parallel $(SWIFT_BUILD_FLAGS)
# The answers of the gateways that the tests start, which are held against the description afterwards.
ANSWERS = $(CURDIR)/$(BIN)/answers.jsonl
define ALL_TESTS
$(SWIFT_TEST) --skip IntegrationTests
rm -f $(ANSWERS)
GATEWAY_TEST_ANSWERS=$(ANSWERS) $(SWIFT_TEST) --filter IntegrationTests
.venv/bin/python Tests/Contract/check_answers.py $(ANSWERS) .web/openapi.json
endef
# The same cases at every run, not quite 3,000: half a minute.
CONTRACT_IN_CI := --seed 7 --max-examples 20
# Some 20,000 of them, others at every run.
CONTRACT_FLAGS ?= --max-examples 700
export PORT SWIFT SWIFT_BUILD_FLAGS

# A link that SwiftPM keeps to the folder of the debug build for this machine.
BIN := .build/debug

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: port-is-free build ## Build, start on 127.0.0.1:8080 (or PORT=...) with the mock provider, print a first payment
	@scripts/run.sh $(BIN)/gateway

.PHONY: test
test: test-packages web ## Run all tests: units, the whole gateway over a socket, Stripe against localstripe, a short torture
	@scripts/setup-python.sh test
	$(SWIFT) test $(EXAMPLE)
	$(SWIFT) build --build-tests $(SWIFT_BUILD_FLAGS)
	@scripts/check_packages.py
	@scripts/copy-web.sh $(BIN)
	$(if $(TEST_FLAGS),$(SWIFT_TEST) $(TEST_FLAGS),$(ALL_TESTS))
	Tests/Contract/run-schemathesis.sh $(BIN) $(CONTRACT_IN_CI)
	$(BIN)/gateway-torture --short --seed 7

.PHONY: contract
contract: packages web ## Long form of what `make test` has schemathesis do: 20,000 cases against the description (see Tests/Contract)
	@scripts/setup-python.sh test
	$(SWIFT) build --product gateway $(SWIFT_BUILD_FLAGS)
	$(SWIFT) build --product MockProvider $(SWIFT_BUILD_FLAGS)
	@scripts/copy-web.sh $(BIN)
	Tests/Contract/run-schemathesis.sh $(BIN) $(CONTRACT_FLAGS)

# More arguments for the checker: `make torture TORTURE_FLAGS='--only storm --seed 7'`.
TORTURE_FLAGS ?=

.PHONY: torture
torture: packages ## Strike the real gateway and compare its books with the provider's: long form, then its teeth (see Torture/README.md)
	$(SWIFT) build --product gateway $(SWIFT_BUILD_FLAGS)
	$(SWIFT) build --product MockProvider $(SWIFT_BUILD_FLAGS)
	$(SWIFT) build --product Strikes $(SWIFT_BUILD_FLAGS)
	$(SWIFT) build --product gateway-torture $(SWIFT_BUILD_FLAGS)
	$(BIN)/gateway-torture --long $(TORTURE_FLAGS)

# Long form of what `make test` does with 250,000 states: `make explore EXPLORE_FLAGS='--profile late --states 1000000'`.
EXPLORE_FLAGS ?= --profile all --states 10000000

.PHONY: explore
explore: packages ## Explore ten million states of the payment state machine; needs 1 GB of memory (see docs/lifecycle.md)
	$(SWIFT) build -c release --scratch-path .build-release --product lifecycle-explorer $(SWIFT_BUILD_FLAGS)
	.build-release/release/lifecycle-explorer $(EXPLORE_FLAGS)

# More arguments for the benchmarks: `make bench BENCH_FLAGS='--quick'`.
BENCH_FLAGS ?=

.PHONY: bench
bench: bench-packages ## Load the release build and what it is compared with; rates, times and the ceilings (see docs/performance.md)
	@build=$$(Benchmarks/build.sh | tail -n 1) && python3 Benchmarks/bench.py --build "$$build" $(BENCH_FLAGS)

.PHONY: connections
connections: bench-packages ## Hold 7,000 connections open at the release build, and measure whether it still serves
	@build=$$(Benchmarks/build.sh | tail -n 1) && python3 Benchmarks/connections.py --build "$$build" $(BENCH_FLAGS)

.PHONY: teeth
teeth: packages ## Build each deliberately broken gateway of Torture/Mutants; the checker has to catch every one
	@scripts/teeth.sh

.PHONY: build
build: packages web ## Debug build of the gateway and its modules
	$(SWIFT) build $(SWIFT_BUILD_FLAGS)
	@scripts/copy-web.sh $(BIN)

.PHONY: lint
lint: ## Format, import table, API description, scripts, what may be in git
	@scripts/setup-python.sh lint
	@scripts/lint.sh

.PHONY: format
format: ## Format all Swift sources in place
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests Torture Benchmarks Examples Templates

.PHONY: docs
docs: packages ## Build the SDK's guide, "Implementing a provider", into .build-docs/
	@scripts/build-docs.sh

.PHONY: release
release: packages web ## Optimised build into dist/, a folder that runs without a Swift toolchain
	@scripts/release.sh

.PHONY: web
web: ## Fetch the assets of the documentation pages into .web/
	@scripts/setup-python.sh web
	@scripts/fetch-web-assets.sh

.PHONY: packages
packages:
	@scripts/setup-debian.sh

.PHONY: bench-packages
bench-packages:
	@scripts/setup-debian.sh bench

.PHONY: test-packages
test-packages:
	@scripts/setup-debian.sh test

.PHONY: port-is-free
port-is-free:
	@scripts/check-port.sh
