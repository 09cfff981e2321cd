#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=200 --append=modprobe.blacklist=vc4
# kernels: 7.3-sanitize
#
# Heaps of vc_sm in the kernel's own framework. No kernel of Debian for the guest has
# that, so "make heaps" builds one. The entries stay for ever: what becomes of them while
# their VideoCore or vc_sm is gone, and who gets which name.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh
. /vc/tests/guest/lib/sm.sh

fault=vc_sm-fault-check
driver=/sys/bus/vchiq/drivers/vc_sm
heap=/dev/dma_heap/vidbuf_cached
kernels_own=/dev/dma_heap/default_cma_region

# It is unloaded and loaded ten times; what allocates meanwhile may be in the way.
reload_ten_times() {
	local i

	for i in 1 2 3 4 5 6 7 8 9 10; do
		wait_for 10 rmmod vc_sm && modprobe vc_sm || return
		wait_for 10 test -c /dev/vc_sm || return
	done
}

rebind_ten_times() {
	local i name

	name=$(sm_device)
	for i in 1 2 3 4 5 6 7 8 9 10; do
		echo "$name" >$driver/unbind && echo "$name" >$driver/bind || return
	done
}

# storm NAME CMD...: memory is allocated all the time while the command runs.
storm() {
	local what=$1 pid

	shift
	$fault heap-storm $heap >/run/storm 2>&1 &
	pid=$!
	ok "$what, ten times" "$@"
	kill -TERM $pid
	wait $pid
	result $? "$what: memory or ENODEV" || diag "$(cat /run/storm)"
}

dmesg_mark
ok 'the kernel has a heap of its own' test -c $kernels_own
sm_setup
ok 'the entries are in a module of their own' loaded vc_sm_heaps
ok 'there is a heap' wait_for 5 test -c $heap
ok 'it is one of the framework' test -d /sys/class/dma_heap/vidbuf_cached
not_ok 'there is no device with its interface' test -e /sys/class/misc/vc_sm-heap-vidbuf_cached
unlike "$(cat /sys/module/vc_sm/parameters/heaps)" linux,cma \
	'the name of contiguous memory is left to the kernel'

# Memory, and that the firmware gets a handle of it.
sm_check $fault heap $heap
sm_check $fault heap-import $heap
sm_check $fault heap-import $kernels_own

# The device goes, the heap stays.
name=$(sm_device)
ok 'the device is unbound' sh -c "echo $name >$driver/unbind"
ok 'there is no memory then' $fault heap-gone $heap
ok 'but in the heap of the kernel' $fault heap-alloc $kernels_own
ok 'bound again' sh -c "echo $name >$driver/bind"
sm_check $fault heap $heap

# So it does when the module goes.
ok 'vc_sm is unloaded' unload vc_sm
ok 'the entries stay' loaded vc_sm_heaps
not_ok 'for ever' rmmod vc_sm_heaps
ok 'there is no memory without vc_sm' $fault heap-gone $heap
sm_setup
sm_check $fault heap $heap

# Memory that is in use keeps the module.
$fault heap-hold $heap >/run/hold &
holder=$!
ok 'a program has memory of the heap' wait_for 10 grep -q holding /run/hold
not_ok 'vc_sm cannot go meanwhile' rmmod vc_sm
kill -9 $holder
wait $holder 2>/dev/null

storm 'unbound and bound' rebind_ten_times
storm 'unloaded and loaded' reload_ten_times

# Names.
sm_setup heaps=other:another
sm_check $fault heap /dev/dma_heap/other
sm_check $fault heap /dev/dma_heap/another
ok 'a name that is not wanted any more has no memory' $fault heap-gone $heap
ok 'unloaded' unload vc_sm
sm_setup
sm_check $fault heap $heap
ok 'nor have those from before' $fault heap-gone /dev/dma_heap/other
is "$(dmesg_problems)" '' 'the kernel has no complaint'

# One of which it may well complain.
sm_setup heaps=default_cma_region:vidbuf_cached
like "$(dmesg_problems)" 'no heap default_cma_region: -17' 'a name of the kernel is not taken'
sm_check $fault heap $heap
ok 'the heap of the kernel is as before' $fault heap-alloc $kernels_own
done_testing
