#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=420 --append=modprobe.blacklist=vc4,vc_sm,bcm2835-camera,bcm2835-codec
# check: 6.12
#
# /dev/vchiq of our driver as programs see it, 64-bit ones and 32-bit ones:
# services, messages, bulks, signals.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/vchiq_test.sh

armhf=/vc/build/guest-armhf/tools/vchiq_test

counter() {
	awk -v name="$1" '$1 == name { n += $2 } END { print n + 0 }' /sys/kernel/debug/vchiq-*/counters
}

# A handled signal interrupts the wait for a bulk, which then goes on.
handled_signal() {
	local pid

	"$2" -i 2>/run/signal &
	pid=$!
	wait_for 20 is_waiting
	kill -USR1 $pid
	ok "$1: a handler runs while it waits" wait_for 20 has_handled
	ok "$1: the wait goes on" kill -0 $pid
	kill -TERM $pid
	wait_for 20 gone $pid
	ok "$1: TERM ends it" gone $pid
	wait $pid
}

all_of() {
	functional "$1" "$2"
	figures "$1" "$2"
	fatal_signal "$1" "$2" TERM
	fatal_signal "$1" "$2" KILL
	handled_signal "$1" "$2"
	ok "$1: and the next client is served" "$2" -c 4 10
}

dmesg_mark
ok 'vchiq loads' modprobe vchiq
wait_for 10 test -c /dev/vchiq || bail_out 'no /dev/vchiq'
unlike "$(modinfo -n vchiq)" '/kernel/drivers/' 'it is ours'
like "$(od -An -tx1 -j4 -N1 $armhf)" '01' 'one vchiq_test is a 32-bit program'

all_of 64-bit vchiq_test
all_of 32-bit $armhf

# Both at once, each with services of its own.
vchiq_test -c 1000 3000 >/run/first 2>&1 &
first=$!
$armhf -b 16 200 >/run/second 2>&1
is $? 0 'a 32-bit program beside a 64-bit one'
wait $first
is $? 0 'a 64-bit program beside a 32-bit one'

is "$(vchiq_test --device=/dev/null -f 2>&1)" 'vchiq_test: /dev/null: Inappropriate ioctl for device' \
	'another device is refused'
vchiq_test --device=/dev/none -f 2>/dev/null
is $? 3 'no device has a status of its own'
vchiq_test -s none -p 1 2>/dev/null
is $? 1 'a service that is not there has another'
vchiq_test --json -c 4 10 >/run/json
ok 'JSON is JSON' jq -e '.failed == 0 and (.results | length) == 2' /run/json

is "$(counter violations)" 0 'no violation of the protocol'
is "$(counter bulks_parked)" 0 'no bulk is left with the firmware'
like "$(vcctl --json status firmware)" '"errors": *0' 'the firmware counted no error'
is "$(dmesg_problems)" '' 'the kernel says nothing'
done_testing
