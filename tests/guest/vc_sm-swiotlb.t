#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=300 --videocores=2 --non-coherent --append='swiotlb=force modprobe.blacklist=vc4'
# check: 7.3
#
# Devices that see a copy of the memory: with swiotlb=force every mapping is one. Who
# syncs only its own device, or not at all, or the wrong part, is found out. And the bus does
# not snoop caches, so memory that is to be uncached is.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/sm.sh

dmesg_mark
sm_setup
wait_for 10 test -c /dev/vc_sm1 || bail_out 'no /dev/vc_sm1'
like "$(cat /proc/cmdline)" 'swiotlb=force' 'everything is bounced'

vc_sm-mem-check hold uncached &
holder=$!
buffers=/sys/kernel/debug/vc_sm/buffers
ok 'uncached memory is uncached' wait_for 10 grep -q ' cma-wc ' $buffers || diag "$(cat $buffers)"
kill $holder
wait $holder 2>/dev/null

for kind in cma uncached; do
	sm_check vc_sm-mem-check shared $kind
	sm_check vc_sm-mem-check second $kind
	sm_check vc_sm-mem-check part $kind copy
	sm_check vc_sm-mem-check own-import $kind
	sm_check vc_sm-mem-check mmap $kind
done
# The VideoCore's own memory is where it is.
sm_check vc_sm-mem-check second vc

is "$(dmesg_problems)" '' 'the kernel has no complaint'
done_testing
