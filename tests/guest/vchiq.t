#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=240 --append=modprobe.blacklist=vc4
#
# The transport: messages and bulks from inside, unloading and binding again,
# idle and with traffic, with the firmware carrying on all the while.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh

driver=/sys/bus/platform/drivers/vc-media-vchiq
memory=/proc/device-tree/videocore/mailbox@7e00b840/vc-media,slot-memory

# Results of the module's own tests as ours.
selftest() {
	local line

	cat /sys/kernel/debug/vchiq-selftest-*/results >/run/selftest || return
	while read -r line; do
		case $line in
		ok*) pass "${line#*- }" ;;
		not*) fail "${line#*- }" ;;
		"#"*) printf '%s\n' "$line" ;;
		esac
	done </run/selftest
	at_least "$(grep -c '^ok' /run/selftest)" 15 'all of them ran'
}

all_selftests_pass() {
	cat /sys/kernel/debug/vchiq-selftest-*/results >/run/selftest &&
		! grep -A1 '^not ok' /run/selftest && grep -q '^ok' /run/selftest
}

counter() {
	awk -v name="$1" '$1 == name { print $2 }' /sys/kernel/debug/vchiq-"$device"/counters
}

slot_memory() {
	od -An -tx1 $memory
}

reload_ten_times() {
	local i

	for i in 1 2 3 4 5 6 7 8 9 10; do
		unload vchiq || return
		modprobe vchiq && [ -L "$driver/$device" ] || return
	done
}

# Unbind while messages and bulks are under way; the one who sends them gets an
# errno or ends, and everything works again after binding.
unbind_with_traffic() {
	local i traffic

	for i in 1 2 3 4 5 6 7 8 9 10; do
		(echo 60000 >"/sys/kernel/debug/vchiq-selftest-$device/traffic") 2>/dev/null &
		traffic=$!
		wait_for 10 moving || return
		echo "$device" >$driver/unbind || return
		wait $traffic
		echo "$device" >$driver/bind || return
	done
}

moving() {
	[ "$(counter bulks)" -gt 0 ]
}

udevadm settle
ok 'the transport is loaded by its alias' loaded vchiq
device=$(basename $driver/*.mailbox)
like "$(cat "/sys/kernel/debug/vchiq-$device/state")" 'connection up' 'the connection is up'
ok 'functions of the firmware are on the bus' test -d "/sys/bus/vchiq/devices/$device:vc-sm"
is "$(cat "/sys/bus/vchiq/devices/$device:bcm2835-camera/modalias")" vchiq:bcm2835-camera 'with an alias'

dmesg_mark
ok 'the tests from inside can be loaded' modprobe vchiq_selftest
selftest
is "$(counter violations)" 0 'no violation of the protocol'
is "$(counter timeouts)" 0 'no wait in vain'
is "$(counter bulks_parked)" 0 'no bulk is left with the firmware'

before=$(slot_memory)
ok 'unload and load ten times' reload_ten_times
is "$(slot_memory)" "$before" 'the slot memory stays where it is'
like "$(cat "/sys/kernel/debug/vchiq-$device/state")" 'tx pos [0-9]{5,}' 'the positions go on'
modprobe vchiq_selftest
ok 'all works after it' all_selftests_pass

ok 'unbind and bind ten times with traffic' unbind_with_traffic
is "$(slot_memory)" "$before" 'the slot memory still stays where it is'
ok 'all works after it too' all_selftests_pass
is "$(dmesg_problems)" '' 'no warning in the kernel log'
done_testing
