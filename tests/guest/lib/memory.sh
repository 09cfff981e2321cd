# SPDX-License-Identifier: GPL-2.0
#
# How much memory the kernel has in use, for suites that watch for what is lost.
#
# Copyright (C) 2026 vc-media project

# shellcheck shell=bash

meminfo() {
	awk -v name="$1:" '$1 == name { print $2 }' /proc/meminfo
}

drop_caches() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
}

# Contiguous memory, in KiB.
cma_used() {
	echo $(($(meminfo CmaTotal) - $(meminfo CmaFree)))
}

# What the kernel holds of its own, in KiB.
kernel_memory() {
	drop_caches
	echo $(($(meminfo SUnreclaim) + $(meminfo VmallocUsed) + $(meminfo KernelStack)))
}
