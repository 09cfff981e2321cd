#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=120 --videocored-may-die --append=modprobe.blacklist=vc4
#
# The firmware dies with messages and bulks under way: everybody gets an errno in
# bounded time, nothing hangs, everything can be unloaded.
#
# alone: measures time
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh
. /vc/tests/guest/lib/tasks.sh
. /vc/tests/guest/lib/death.sh

driver=/sys/bus/platform/drivers/vc-media-vchiq

counter() {
	awk -v name="$1" '$1 == name { print $2 }' /sys/kernel/debug/vchiq-"$device"/counters
}

moving() {
	[ "$(counter bulks)" -gt 0 ]
}

udevadm settle
device=$(basename $driver/*.mailbox)
modprobe vchiq_selftest || bail_out 'no vchiq_selftest'
traffic=/sys/kernel/debug/vchiq-selftest-$device/traffic

(echo 60000 >"$traffic") 2>/run/traffic-error &
sender=$!
wait_for 10 moving || bail_out 'no traffic'
start=$SECONDS
kill_firmware

wait $sender
is $? 1 'the sender fails'
at_least 30 $((SECONDS - start)) 'within half a minute'
like "$(cat /run/traffic-error)" 'timed out|Connection' 'with a sensible errno'
knows() {
	grep -qE '^connection (down|broken)' "/sys/kernel/debug/vchiq-$device/state"
}

clients_have_gone() {
	[ ! -e "/sys/bus/vchiq/devices/$device:vc-echo" ]
}

ok 'the transport knows' wait_for 10 knows
ok 'what needs the firmware leaves the bus' wait_for 10 clients_have_gone
no_task_is_stuck 'no task is stuck'

start=$SECONDS
ok 'the transport and its clients can be unloaded' unload vchiq
at_least 30 $((SECONDS - start)) 'within half a minute'
modprobe vchiq
not_ok 'it does not bind again' test -L "$driver/$device"
ok 'and can be unloaded once more' unload vchiq
ok 'the front door can be unloaded' unload vc_pci
unlike "$(dmesg_problems)" 'BUG|WARNING|Oops|blocked for more' 'no crash, no hung task'
done_testing
