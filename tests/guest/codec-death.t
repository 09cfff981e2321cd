#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=200 --videocored-may-die --append=modprobe.blacklist=vc4,bcm2835-camera
# check: 6.12
#
# The firmware hangs, is started anew, and dies while it decodes: who waits for a
# picture gets an errno in bounded time, everything can be closed, and the next
# program decodes as soon as there is a firmware.
#
# alone: measures time
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh
. /vc/tests/guest/lib/tasks.sh
. /vc/tests/guest/lib/death.sh

clips=/vc/build/clips
decode=/dev/video10
log=/run/until-error

decodes() {
	[ "$(timeout 30 codec-check decode $clips/main.h264 2>/run/decode.log | md5sum)" = \
		"$(cat $clips/main.md5)" ]
}

decode_in_background() {
	rm -f $log
	codec-check until-error $clips/main.h264 >$log 2>&1 &
	reader=$!
	wait_for 20 grep -q streaming $log
}

# it_ends NAME: the program in the background does, and tells what happened.
it_ends() {
	local start=$SECONDS

	wait $reader
	is $? 0 "$1: a program that decodes ends" || diag "$(cat $log)"
	at_least 20 $((SECONDS - start)) 'within 20 s'
	like "$(cat $log)" 'error (EIO|ENODEV)' 'its DQBUF has an errno that says so'
	at_least 5000 "$(awk '/end_ms/ { print $2 }' $log)" 'stopping and closing take below 5 s'
	no_task_is_stuck 'no task is stuck'
}

dmesg_mark
udevadm settle --timeout=30
modprobe bcm2835-codec
wait_for 10 test -c $decode || bail_out "no $decode"

decode_in_background
result $? 'a program decodes'
vcctl firmware hang
it_ends 'the firmware hangs'
start=$SECONDS
not_ok 'a new program fails' decodes
at_least 15 $((SECONDS - start)) 'and does so soon'
vcctl firmware restart 100
ok 'started anew, it has a decoder again' wait_for 20 test -c $decode
ok 'which decodes' wait_for 20 decodes || diag "$(cat /run/decode.log)"

decode_in_background
result $? 'a program decodes'
vcctl firmware restart 100
it_ends 'the firmware is started anew'
ok 'it decodes again' wait_for 20 decodes || diag "$(cat /run/decode.log)"

decode_in_background
result $? 'a program decodes'
kill_firmware
it_ends 'the firmware dies'
all_is_given_up
done_testing
