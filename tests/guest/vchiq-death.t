#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=120 --videocored-may-die --append=modprobe.blacklist=vc4
#
# The firmware dies with messages and bulks under way: everybody gets an errno in
# bounded time, nothing hangs, everything can be unloaded.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh

driver=/sys/bus/platform/drivers/vc-media-vchiq

counter() {
	awk -v name="$1" '$1 == name { print $2 }' /sys/kernel/debug/vchiq-"$device"/counters
}

moving() {
	[ "$(counter bulks)" -gt 0 ]
}

stuck_tasks() {
	ps -eo state=,comm= | awk '$1 == "D" { print $2 }'
}

udevadm settle
device=$(basename $driver/*.mailbox)
modprobe vchiq_selftest || bail_out 'no vchiq_selftest'
traffic=/sys/kernel/debug/vchiq-selftest-$device/traffic

(echo 60000 >"$traffic") 2>/run/traffic-error &
sender=$!
wait_for 10 moving || bail_out 'no traffic'
start=$SECONDS
# No answer: the one who would give it is gone.
(echo '{"cmd":"quit"}' >/dev/virtio-ports/org.vc-media.control) &

wait $sender
is $? 1 'the sender fails'
at_least 30 $((SECONDS - start)) 'within half a minute'
like "$(cat /run/traffic-error)" 'timed out|Connection' 'with a sensible errno'
like "$(cat "/sys/kernel/debug/vchiq-$device/state")" 'silent' 'the transport knows'

start=$SECONDS
not_ok 'later requests fail' grep -q '^ok 3 ' "/sys/kernel/debug/vchiq-selftest-$device/results"
at_least 30 $((SECONDS - start)) 'and do so soon'
is "$(stuck_tasks)" '' 'no task is stuck'

start=$SECONDS
ok 'the transport and its clients can be unloaded' unload vchiq
at_least 30 $((SECONDS - start)) 'within half a minute'
modprobe vchiq
not_ok 'it does not bind again' test -L "$driver/$device"
ok 'and can be unloaded once more' unload vchiq
ok 'the front door can be unloaded' unload vc_pci
unlike "$(dmesg_problems)" 'BUG|WARNING|Oops|blocked for more' 'no crash, no hung task'
done_testing
