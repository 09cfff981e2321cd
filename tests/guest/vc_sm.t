#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=300 --append=modprobe.blacklist=vc4
#
# /dev/vc_sm: contiguous memory as dma-bufs, handles of the firmware, and that
# nothing of it is left when programs, files and modules are gone.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh

driver=/sys/bus/vchiq/drivers/vc_sm
debug=/sys/kernel/debug/vc_sm

records() {
	tail -n +2 $debug/imports | wc -l
}

no_records() {
	[ "$(records)" = 0 ]
}

counter() {
	awk -v name="$1" '$1 == name { print $2 }' $debug/stats
}

# check CASE [ARGUMENT...]: the case passes and leaves no record.
check() {
	local what="$*"

	ok "$what" timeout 60 vc_sm-check "$@"
	ok "$1 leaves no record" wait_for 5 no_records || diag "$(cat $debug/imports)"
}

reload_ten_times() {
	local i

	for i in 1 2 3 4 5 6 7 8 9 10; do
		unload vc_sm || return
		modprobe vc_sm && wait_for 5 test -c /dev/vc_sm || return
		vc_sm-check import || return
	done
}

rebind_ten_times() {
	local i

	for i in 1 2 3 4 5 6 7 8 9 10; do
		vc_sm-check unbind "$device" || return
	done
}

# Start a program that holds buffers, wait until it does.
hold() {
	rm -f /run/hold
	vc_sm-check hold >/run/hold &
	holder=$!
	wait_for 10 grep -q holding /run/hold
}

dmesg_mark
udevadm settle --timeout=30
modprobe vc_sm
wait_for 10 test -c /dev/vc_sm || bail_out 'no /dev/vc_sm'
device=$(basename $driver/*:vc-sm)
like "$(stat -c %a /dev/vc_sm)" '0$' 'the node is not for everybody'
is "$(counter reports_release)" 1 'the firmware reports what it releases'

for case in alloc zeroed mmap bad-alloc bad-result bad-import import threads malformed; do
	check $case
done
before=$(vc_sm-check exhaust)
check exhaust
check many 500
check unbind "$device"
check unbind-open "$device"

hold
result $? 'a program holds buffers'
is "$(records)" 4 'every buffer has a record, and one only'
like "$(cat $debug/imports)" 'vc_sm-check' 'the records name their owner'
not_ok 'the module cannot go meanwhile' rmmod vc_sm
kill -9 $holder
wait $holder 2>/dev/null
ok 'a killed program leaves no record' wait_for 5 no_records

hold
result $? 'a program holds buffers again'
echo "$device" >$driver/unbind
not_ok 'unbound while it does' test -e /dev/vc_sm
kill -9 $holder
wait $holder 2>/dev/null
echo "$device" >$driver/bind
ok 'bound again' wait_for 5 test -c /dev/vc_sm
ok 'there are no records from before' no_records

ok 'unbinding and binding ten times' rebind_ten_times
ok 'unloading and loading ten times' reload_ten_times
is "$(vc_sm-check exhaust)" "$before" 'after all this there is as much memory as before'

is "$(counter imports)" "$(counter released)" 'what was imported has been released'
is "$(counter violations) $(counter late_replies) $(counter failed)" '0 0 0' \
	'the firmware kept to the protocol'
is "$(dmesg_problems | grep -v 'hrtimer: interrupt took')" '' 'the kernel has no complaint'
done_testing
