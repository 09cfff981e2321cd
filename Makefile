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
	@echo 'make models            memory ordering with Spin, litmus tests, proofs with CBMC'
	@echo 'make kunit             KUnit suites of the drivers, in a kernel built once (minutes)'
	@echo 'make sanitize          guest suites on a kernel with KASAN, lockdep and kmemleak'
	@echo 'make heaps             memory of vc_sm as DMA heaps, in a kernel built once (minutes)'
	@echo 'make fuzz              each fuzz target for 30 s'
	@echo 'make bench             our vchiq.ko against that of Debian: build/report/vchiq-bench.json'
	@echo 'make media-bench       zero copy against Debian bcm2835-v4l2: build/report/media-bench.json'
	@echo 'make pipelines         GStreamer, FFmpeg and v4l2-ctl on it all: build/report/pipelines.json'
	@echo 'make lint              checkpatch, sparse, W=1 with gcc and clang, clang-tidy'
	@echo 'make docs              Documentation with its pictures: build/docs/html/index.html'
	@echo 'make setup             make toolbox and guest image, if they are not there yet'
	@echo 'make clean             remove build/ (toolbox and image stay in the cache)'

.PHONY: setup
setup:
	@testbed/toolbox setup
	@testbed/image setup

.PHONY: modules
modules: setup-toolbox
	@$(if $(filter %-sanitize,$(KERNEL)),testbed/kernel setup $(KERNEL))
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
demo: setup-toolbox
	@$(toolbox) testbed/build demo $(KERNEL)
	@testbed/demo $(if $(KERNEL),--kernel=$(KERNEL)) $${INPUT:+--input="$$INPUT"}

.PHONY: shell
shell: all
	@testbed/vm shell $(if $(KERNEL),--kernel=$(KERNEL))

.PHONY: unit
unit: host
	@$(toolbox) testbed/build unit

.PHONY: models
models: setup-toolbox
	@$(toolbox) testbed/build models

.PHONY: kunit
kunit:
	@testbed/kernel kunit

.PHONY: sanitize
sanitize: host guest
	@VC_SANITIZE=all testbed/check sanitize

.PHONY: heaps
heaps: host guest
	@testbed/check heaps

.PHONY: fuzz
fuzz: setup-toolbox
	@$(toolbox) testbed/build fuzz

.PHONY: bench
bench: host guest
	@$(toolbox) testbed/build modules 6.12
	@testbed/bench $(BENCH)

.PHONY: media-bench
media-bench: host guest
	@$(toolbox) testbed/build modules 6.12
	@testbed/media-bench $(BENCH)

.PHONY: pipelines
pipelines: all
	@testbed/vm run --name=pipelines --timeout=900 $(if $(KERNEL),--kernel=$(KERNEL)) -- /vc/pipelines/all.sh

.PHONY: lint
lint: setup-toolbox
	@tests/lint

.PHONY: docs
docs: setup-toolbox
	@$(toolbox) testbed/build docs

.PHONY: check
check:
	@testbed/check

.PHONY: clean
clean:
	rm -rf build
