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
. /vc/tests/guest/lib/memory.sh

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
	at_least "$(grep -c '^ok' /run/selftest)" 34 'all of them ran'
}

all_selftests_pass() {
	cat /sys/kernel/debug/vchiq-selftest-*/results >/run/selftest &&
		! grep -A1 '^not ok' /run/selftest && grep -q '^ok' /run/selftest
}

counter() {
	awk -v name="$1" '$1 == name { print $2 }' /sys/kernel/debug/vchiq-"$device"/counters
}

tx_pos() {
	sed -n 's/.*tx pos \([0-9]*\).*/\1/p' "/sys/kernel/debug/vchiq-$device/state"
}

slot_memory() {
	od -An -tx1 $memory
}

# State of each thread of the transport: S or D, or I of those that are no load.
thread_states() {
	local stat

	for stat in /proc/[0-9]*/stat; do
		sed -n 's/^[0-9]* (vchiq-\(rx\|sync\|recycle\)[^)]*) \(.\).*/\1 \2/p' "$stat"
	done 2>/dev/null | sort -u
}

threads_are_idle() {
	[ "$(thread_states)" = $'recycle I\nrx I\nsync I' ]
}

# Each time with a message there and back. Without udev, which would load what else
# is for the bus: that takes minutes, and has a test of its own (reload.t).
reload() {
	rmmod vchiq && modprobe vchiq || return
	vcgencmd version | grep -q version
}

reload_times() {
	local i

	for ((i = 0; i < $1; i++)); do
		reload || return
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
ok 'then its threads sleep without being a load' wait_for 5 threads_are_idle || diag "$(thread_states)"
is "$(counter violations)" 0 'no violation of the protocol'
is "$(counter timeouts)" 0 'no wait in vain'
is "$(counter bulks_parked)" 0 'no bulk is left with the firmware'

before=$(slot_memory)
ok 'unload with all that use it' unload vchiq
udevadm control --exit
modprobe vchiq
ok 'unload and load five times' reload_times 5
# The kernel that watches is slow, and sees at once what is wrong.
case $VC_KERNEL in
*-sanitize) times=10 ;;
*) times=100 ;;
esac
cma=$(cma_used)
kernel=$(kernel_memory)
position=$(tx_pos)
start=$SECONDS
ok "and $times times more, on one connection" reload_times "$times"
diag "$((SECONDS - start)) s"
is "$(slot_memory)" "$before" 'the slot memory stays where it is'
contiguous_back_to "$cma" 256 'no contiguous memory is lost'
# What moves of itself is less than 6 KiB each time.
memory_back_to "$kernel" 600 'nor other memory of the kernel'
at_least "$(tx_pos)" $((position + times * 40)) 'the positions go on'
/usr/lib/systemd/systemd-udevd --daemon >/dev/null
modprobe vchiq_selftest
ok 'all works after it' all_selftests_pass

ok 'unbind and bind ten times with traffic' unbind_with_traffic
is "$(slot_memory)" "$before" 'the slot memory still stays where it is'
ok 'all works after it too' all_selftests_pass
is "$(dmesg_problems)" '' 'no warning in the kernel log'
done_testing
