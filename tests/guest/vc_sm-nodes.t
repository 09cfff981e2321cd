#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=200 --append=modprobe.blacklist=vc4
# check: 7.3
# kernels: 6.12 7.3 6.12-sanitize
#
# The other doors to vc_sm: /dev/dma_heap, where libcamera looks, and /dev/vcsm-cma
# for older programs, 64-bit and 32-bit ones.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh
. /vc/tests/guest/lib/sm.sh

dmesg_mark
sm_setup
# A kernel with heaps has one of these names itself.
own=linux,cma
case $VC_KERNEL in
*-sanitize)
	own=
	ok 'memory of a heap of the kernel can be imported' timeout 60 \
		vc_sm-fault-check heap-import /dev/dma_heap/linux,cma
	;;
esac
for heap in $own vidbuf_cached; do
	ok "there is a heap $heap" wait_for 5 test -c /dev/dma_heap/$heap
	like "$(stat -c %a /dev/dma_heap/$heap)" '0$' 'it is not for everybody'
	sm_check vc_sm-fault-check heap /dev/dma_heap/$heap
done
not_ok 'nobody asked for /dev/vcsm-cma' test -e /dev/vcsm-cma

sm_setup vcsm_cma=1 heaps=:other
ok 'other names if that is wanted' wait_for 5 test -c /dev/dma_heap/other
not_ok 'and no others' test -e /dev/dma_heap/vidbuf_cached
modprobe vc_sm_faulty
ok 'there is /dev/vcsm-cma' wait_for 5 test -c /dev/vcsm-cma
like "$(stat -c %a /dev/vcsm-cma)" '0$' 'it is not for everybody'
for program in /vc/build/guest/tools/vcsm-cma-check /vc/build/guest-armhf/tools/vcsm-cma-check; do
	for case in alloc import wrapped bad bad-result clean; do
		sm_check $program $case
	done
	case $VC_KERNEL in
	*-sanitize) skip wrapped-fence 'this kernel has no sync files' ;;
	*) sm_check $program wrapped-fence ;;
	esac
done
ok 'the module goes' unload vc_sm

is "$(dmesg_problems)" '' 'the kernel has no complaint'
done_testing
