# SPDX-License-Identifier: GPL-2.0
#
# vc-media: the front door. "make help" lists what there is to do. Everything
# is built and run in the toolbox (testbed/toolbox), which the first target
# that needs it sets up.
#
# Copyright (C) 2026 vc-media project

MAKEFLAGS += --no-print-directory

toolbox := testbed/toolbox run
# The kernels to build for: all of testbed/packages/kernels, or KERNEL=7.3.
KERNEL ?=
# Footage for the demo: any file FFmpeg can read. The shell quotes it.
INPUT ?=
export INPUT

.PHONY: help
help:
	@echo 'make demo              camera to display with photographs; leaves build/demo/'
	@echo 'make demo INPUT=FILE   the same with any image or video file'
	@echo 'make check             everything a change can break: builds, lints, unit tests, guests'
	@echo 'make shell             an interactive guest with everything loaded (KERNEL=7.3)'
	@echo
	@echo 'make modules           kernel modules for each kernel: build/modules/RELEASE'
	@echo 'make host              videocored and vcctl: build/host'
	@echo 'make guest             programs of the guest: build/guest'
	@echo 'make unit              unit tests of the userspace'
	@echo 'make fuzz              each fuzz target for 30 s'
	@echo 'make lint              checkpatch, sparse, W=1 with gcc and clang, clang-tidy'
	@echo 'make setup             make toolbox and guest image, if they are not there yet'
	@echo 'make clean             remove build/ (toolbox and image stay in the cache)'

.PHONY: setup
setup:
	@testbed/toolbox setup
	@testbed/image setup

.PHONY: modules
modules: setup-toolbox
	@$(toolbox) testbed/build modules $(KERNEL)

.PHONY: host
host: setup-toolbox
	@$(toolbox) testbed/build host

.PHONY: guest
guest: setup-toolbox
	@$(toolbox) testbed/build guest

.PHONY: setup-toolbox
setup-toolbox:
	@testbed/toolbox setup

.PHONY: all
all: modules host guest

.PHONY: demo
demo: all
	@testbed/demo $(if $(KERNEL),--kernel=$(KERNEL)) $${INPUT:+--input="$$INPUT"}

.PHONY: shell
shell: all
	@testbed/vm shell $(if $(KERNEL),--kernel=$(KERNEL))

.PHONY: unit
unit: host
	@$(toolbox) testbed/build unit

.PHONY: fuzz
fuzz: setup-toolbox
	@$(toolbox) testbed/build fuzz

.PHONY: lint
lint: setup-toolbox
	@tests/lint

.PHONY: check
check:
	@testbed/check

.PHONY: clean
clean:
	rm -rf build
