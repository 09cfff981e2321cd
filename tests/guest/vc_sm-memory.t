#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=300 --videocores=2 --append=modprobe.blacklist=vc4
# check: 7.3
#
# Memory of /dev/vc_sm of each kind, as its mappings, the firmware, a second device
# and the kernel see it. What the VideoCore sees is asked of videocored.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/sm.sh

dmesg_mark
sm_setup
wait_for 10 test -c /dev/vc_sm1 || bail_out 'no /dev/vc_sm1'
modprobe vivid n_devs=1 num_inputs=1 node_types=0x1
wait_for 20 test -c /dev/video0

for kind in cma uncached vc; do
	for case in shared own-import mmap second sync-file; do
		case $VC_KERNEL-$case in
		*-sanitize-sync-file) skip "sync-file $kind" 'this kernel has no sync files' ;;
		*) sm_check vc_sm-mem-check $case $kind ;;
		esac
	done
	if [ -n "$(vivid_device)" ]; then
		sm_check vc_sm-mem-check vmap $kind "$(vivid_device)"
	else
		skip "vmap $kind" 'this kernel has no vivid'
	fi
done
for kind in cma uncached; do
	sm_check vc_sm-mem-check part $kind
done
sm_check vc_sm-mem-check bad-sync
sm_check vc_sm-mem-check heap-full
modprobe vc_sm_faulty || bail_out 'no vc_sm_faulty'
sm_check vc_sm-mem-check heap-unbind "$(sm_device)"

is "$(dmesg_problems | grep -v 'vivid')" '' 'the kernel has no complaint'
done_testing
