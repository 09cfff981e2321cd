#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=300 --append=modprobe.blacklist=vc4
# check: 6.12
#
# The firmware stops answering, dies, and comes back: everybody gets an errno in
# bounded time, closing takes less than a second, and everything works again soon
# after its return, without anybody doing anything.
#
# alone: measures time
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh
. /vc/tests/guest/lib/tasks.sh

driver=/sys/bus/platform/drivers/vc-media-vchiq

state_is() {
	grep -qE "^connection ($1)" "$debug/state"
}

counter() {
	awk -v name="$1" '$1 == name { print $2 }' "$debug/counters"
}

reconnected() {
	[ "$(counter reconnects)" -ge "$1" ] && state_is up
}

moving() {
	[ "$(counter bulks)" -gt "${1:-0}" ]
}

slot_memory() {
	od -An -tx1 "$driver/$device/of_node/vc-media,slot-memory"
}

# With all its messages the firmware needs no second to do something unheard of.
traffic_ends() {
	! echo 20000 2>/dev/null >"$traffic"
}

was_refused() {
	dmesg_since_mark | grep -q 'keeps the connection that broke'
}

opens() {
	: <>/dev/vchiq
}

transport_threads() {
	ps -eo comm= | grep -E '^vchiq-(rx|sync|recycle)'
}

ms() {
	echo $(($(date +%s%N) / 1000000))
}

start_traffic() {
	local before

	before=$(counter bulks)
	(echo 60000 >"$traffic") 2>/run/traffic-error &
	sender=$!
	wait_for 20 moving "$before"
}

selftests_pass() {
	cat "/sys/kernel/debug/vchiq-selftest-$device/results" >/run/selftest &&
		! grep -A1 '^not ok' /run/selftest && grep -q '^ok' /run/selftest
}

clients_have_gone() {
	[ ! -e "/sys/bus/vchiq/devices/$device:vc-echo" ]
}

clients_are_back() {
	[ -e "$traffic" ]
}

udevadm settle
device=$(basename $driver/*.mailbox)
debug=/sys/kernel/debug/vchiq-$device
traffic=/sys/kernel/debug/vchiq-selftest-$device/traffic
modprobe vchiq_selftest || bail_out 'no vchiq_selftest'
dmesg_mark

start_traffic || bail_out 'no traffic'
vcctl firmware hang
start=$SECONDS
wait $sender
is $? 1 'who waits for a firmware that hangs fails'
at_least 20 $((SECONDS - start)) 'within 20 s'
like "$(cat /run/traffic-error)" 'reset|timed out|abort' 'with a documented errno'
ok 'the transport knows' wait_for 10 state_is 'down|broken'
ok 'what needs the firmware leaves the bus' wait_for 10 clients_have_gone
no_task_is_stuck 'no task is stuck'
at_least 2 "$(counter bulks_parked)" 'no more bulks were left with it than it had'

vcctl firmware stop
start=$(ms)
vcctl firmware start
ok 'it comes back, and so does the connection' wait_for 10 state_is up
took=$(($(ms) - start))
diag "connected $took ms after the firmware's return"
# A kernel that watches takes its time.
limit=4000
[ "${VC_KERNEL%-sanitize}" = "$VC_KERNEL" ] || limit=10000
at_least $limit $took 'soon'
ok 'and what needs it' wait_for 10 clients_are_back
is "$(counter bulks_parked)" 0 'what was left with the old one is freed'
ok 'everything works' selftests_pass

start_traffic || bail_out 'no traffic after a new connection'
vcctl firmware restart 500
wait $sender
is $? 1 'a firmware that is started anew has forgotten everything'
# Who waited may know before the connection does, whose state is an old one then.
ok 'it is connected again' wait_for 20 reconnected 2
ok 'with what needs it' wait_for 10 clients_are_back
ok 'everything works again' selftests_pass

ok 'a file that is opened then works, too' vcgencmd version

old=$(slot_memory)
vcctl chaos seed=1,class=hostile,rate=1000 >/dev/null
traffic_ends || bail_out 'a hostile firmware was put up with'
vcctl chaos off >/dev/null
ok 'a connection that the firmware broke' wait_for 20 state_is 'down|broken'
ok 'is not made again while it lives' wait_for 10 was_refused
not_ok 'nobody can open a file meanwhile' opens
like "$(vcgencmd version 2>&1)" 'not connected' 'with an errno that tells'
unlike "$(slot_memory)" "$old" 'it is offered other memory than it has'
unlike "$(vcctl status firmware)" 'broken|disconnected' 'what it has was left alone'
vcctl firmware restart 100
ok 'it is, when the firmware is started anew' wait_for 20 state_is up
ok 'with what needs it' wait_for 10 clients_are_back
ok 'and works' selftests_pass

start_traffic || bail_out 'no traffic after another new connection'
vcctl firmware stop
wait $sender
ok 'one that is away is noticed' wait_for 20 state_is 'down|broken'
ok 'the transport can be unloaded meanwhile' unload vchiq
ok 'loading it without a firmware' modprobe vchiq
not_ok 'leaves the device unbound' test -L "$driver/$device"
is "$(transport_threads)" '' 'and no thread'
is "$(grep -c "$device" /proc/interrupts)" 0 'and no interrupt'
ok 'it can be unloaded again' unload vchiq
vcctl firmware start
ok 'and loaded when it is back' modprobe vchiq
ok 'it binds' wait_for 10 test -L "$driver/$device"
modprobe vchiq_selftest
ok 'and works' selftests_pass
unlike "$(dmesg_problems)" 'BUG|WARNING|Oops|blocked for more' 'no warning in the kernel log'
done_testing
