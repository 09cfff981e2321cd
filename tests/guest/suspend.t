#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=200 --in-ram
# kernels: 6.12
#
# The system sleeps and wakes while the camera streams, a codec works, messages are
# under way and a picture is shown: all goes on afterwards. pm_test has all devices
# sleep for a second, without needing a machine that can be woken. On 7.3 the system
# wakes, too, but its console port of virtio is dumb from then on: nobody could tell.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh

[ -w /sys/power/pm_test ] || skip_all 'this kernel has no CONFIG_PM_SLEEP_DEBUG'
. /vc/tests/guest/lib/kms.sh
udevadm settle --timeout=30
load_vc4
wait_for 10 test -c /dev/video0 || bail_out 'no camera'
wait_for 10 test -c /dev/video10 || bail_out 'no decoder'
wait_for 10 test -c /dev/video12 || bail_out 'no codec'
echo devices >/sys/power/pm_test
echo 1 >/sys/module/suspend/parameters/pm_test_delay
dmesg_mark

sleep_and_wake() {
	echo freeze >/sys/power/state
}

firmware_hears() {
	vcgencmd version | grep -q version
}

# across NAME CONDITION COMMAND...: starts the command, sleeps once CONDITION holds, and
# the command must still be at it then, and end well.
across() {
	local name=$1 condition=$2 pid

	shift 2
	"$@" >/run/across.log 2>&1 &
	pid=$!
	wait_for 30 $condition || diag "$(tail -n 5 /run/across.log)"
	ok "$name: the system sleeps and wakes" sleep_and_wake
	ok "$name: it goes on" kill -0 $pid
	wait $pid
	is $? 0 "$name: to its end" || diag "$(tail -n 5 /run/across.log)"
}

frames() {
	grep -q '<' /run/across.log
}

# v4l2-ctl ends well in any case.
nr_frames() {
	tr -dc '<' </run/across.log | wc -c
}

# Of FFmpeg: some frames are done.
under_way() {
	grep -q 'frame= *[1-9]' /run/across.log
}

sums() {
	grep -v '^#' "/run/$1" | cut -d, -f6
}

shown() {
	[ "$(vcctl --json status | jq .provenance.frames_scanned)" -gt 10 ]
}

messages() {
	awk '$1 == "rx_messages" { print $2 }' /sys/kernel/debug/vchiq-*.mailbox/counters
}

# The transport moves more than the little that is asked for here.
moving() {
	local before

	before=$(messages)
	[ $(($(messages) - before)) -gt 20 ]
}

ok 'the idle system sleeps and wakes' sleep_and_wake
ok 'then the firmware is there' firmware_hears
across messages moving timeout 60 vchiq_bench --json --seconds=6 ping-4000
across bulks moving timeout 60 vchiq_bench --json --seconds=6 bulk-64k-in
across camera frames timeout 60 v4l2-ctl -d /dev/video0 --stream-mmap=4 --stream-count=200
is "$(nr_frames)" 200 'camera: with all its frames'
across converter frames timeout 60 v4l2-ctl -d /dev/video12 --stream-mmap=4 --stream-out-mmap=4 --stream-count=2000
at_least "$(nr_frames)" 2000 'converter: with all its frames'
across encoder under_way timeout 60 ffmpeg -nostdin -y -re -f lavfi -i testsrc=size=320x240:rate=30 \
	-frames:v 200 -pix_fmt yuv420p -c:v h264_v4l2m2m -b:v 1M /run/film.mp4
is "$(ffmpeg -nostdin -v error -y -i /run/film.mp4 -f framemd5 /run/software 2>&1)" '' 'its film is without a fault'
is "$(grep -c -v '^#' /run/software)" 200 'and whole'
across decoder under_way timeout 60 ffmpeg -nostdin -y -re -c:v h264_v4l2m2m -i /run/film.mp4 \
	-f framemd5 /run/hardware
is "$(sums hardware)" "$(sums software)" 'and has lost no picture of it'
vcctl provenance-reset >/dev/null
across 'camera to display' shown timeout 60 vcpreview --count=150
is "$(vcctl --json status | jq .provenance.same_pages)" true 'the pages stay those of the camera'
ok 'the firmware is still there' firmware_hears
is "$(vcctl --json status | jq '[.. | objects | .pauses // empty] | add')" 8 \
	'it was asked to be silent while the system slept'
is "$(dmesg_problems | grep -v -e 'bytesused == 0' -e 'use the actual size instead')" '' 'no complaint of the kernel'
done_testing
