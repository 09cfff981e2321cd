#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=300 --append=modprobe.blacklist=vc4,bcm2835_camera,bcm2835_codec,vc_sm,vc_mmal
# check: 6.12
#
# A firmware that misbehaves. Mild: all is legal and at the worst moment, nothing
# may break. Hostile: violations by the hundred thousand; the connection works or
# is cleanly broken, and a new one can be made each time. VC_TEST_SEED repeats a
# run, VC_TEST_MESSAGES says how long it is.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh
. /vc/tests/guest/lib/tasks.sh
. /vc/tests/guest/lib/memory.sh

driver=/sys/bus/platform/drivers/vc-media-vchiq
seed=${VC_TEST_SEED:-$RANDOM$RANDOM}
messages=${VC_TEST_MESSAGES:-1000000}
limit_s=120

chaos() {
	vcctl --json status chaos | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p"
}

counter() {
	awk -v name="$1" '$1 == name { print $2 }' "/sys/kernel/debug/vchiq-$device/counters"
}

traffic() {
	echo "$1" >"/sys/kernel/debug/vchiq-selftest-$device/traffic"
}

# A driver that has lost its firmware may find the next one by itself.
connect_again() {
	wait_for 3 traffic 50 && return
	echo "$device" >$driver/unbind
	echo "$device" >$driver/bind
	wait_for 3 traffic 50
}

rounds=0
be_hostile() {
	local end=$((SECONDS + limit_s))

	while [ "$(chaos messages)" -lt "$messages" ] && [ $SECONDS -lt $end ]; do
		rounds=$((rounds + 1))
		traffic 2000 2>/dev/null || connect_again 2>/dev/null
	done
}

# As many as before the firmware misbehaved.
selftests_pass() {
	local passed

	cat "/sys/kernel/debug/vchiq-selftest-$device/results" >/run/selftest || return
	passed=$(grep -c '^ok' /run/selftest)
	[ "${selftests:=$passed}" = "$passed" ] && [ "$passed" -ge 12 ]
}

diag "repeat with VC_TEST_SEED=$seed testbed/vm tap tests/guest/vchiq-chaos.t"
udevadm settle
device=$(basename $driver/*.mailbox)
modprobe vchiq_selftest || bail_out 'no vchiq_selftest'
selftests_pass || bail_out 'the selftest fails before anything was done'
memory=$(kernel_memory)
dmesg_mark

ok 'a mild firmware' vcctl chaos "seed=$seed,class=mild"
start=$SECONDS
ok 'does not disturb messages and bulks' traffic 15000
diag "$(chaos messages) messages in $((SECONDS - start)) s"
ok 'it behaves again' vcctl chaos off
is "$(counter violations)" 0 'there was no violation'
is "$(counter timeouts)" 0 'nor a wait in vain'
ok 'everything works' selftests_pass
is "$(dmesg_problems)" '' 'the kernel says nothing'

ok 'a hostile firmware' vcctl chaos "seed=$seed,class=hostile,restart"
start=$SECONDS
be_hostile
diag "$(chaos messages) messages, $(chaos violations) violations, $(chaos restarts) restarts in" \
	"$rounds rounds, $((SECONDS - start)) s"
at_least "$(chaos messages)" "$messages" 'sends its messages'
restarts=$(chaos restarts)
ok 'it behaves again' vcctl chaos off
no_task_is_stuck 'no task is stuck'

ok 'a fresh firmware' vcctl firmware restart
ok 'is connected to' connect_again
ok 'everything works' selftests_pass
memory_back_to "$memory" 2048 'no memory is lost'
ok 'the modules can be unloaded' unload vchiq
# Each end of a connection is told in a line; nothing else is.
is "$(dmesg_problems | grep -v -e ' vc-media-vchiq [0-9a-f]*\.mailbox: ')" '' 'the kernel says nothing else'
at_least $((3 * restarts + 30)) "$(dmesg_problems | wc -l)" 'and that without flooding its log'
done_testing
