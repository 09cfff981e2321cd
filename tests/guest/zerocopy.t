#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=240 --videocored-args=--source=pattern
#
# Zero copy, counted at every station: the driver copies nothing, the firmware
# writes where the display reads, nothing travels through the transport but
# headers.
#
# alone: measures time
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/camera.sh

preview=/vc/build/guest/tools/vcpreview/vcpreview
[ -x $preview ] || preview=vcpreview
report=/run/report.json

status() {
	vcctl --json status | jq "$1"
}

show() {
	vcctl provenance-reset >/dev/null
	timeout 60 $preview --path="$1" --count=60 --format="$2" --size="$3" --json=$report 2>/run/preview.err
}

# The copying way is told apart, or the others would prove nothing.
zero_copy() {
	local path=$1 format=$2 size=$3 rx

	rx=$(status .firmware.tx_bytes)
	ok "$path, $format, $size: a preview runs" show "$path" "$format" "$size" ||
		diag "$(cat /run/preview.err)"
	at_least "$(status .provenance.frames_scanned)" 20 'frames reach the screen'
	is "$(status .provenance.frames_foreign)" 0 'none from elsewhere'
	is "$(status .provenance.same_pages)" true 'out of the pages the camera wrote'
	is "$(stat_of bytes_copied)" 0 'the driver copied nothing'
	# 60 frames and some calls, a few hundred bytes each.
	at_least $((200 * 1024)) $(($(status .firmware.tx_bytes) - rx)) \
		'only headers travelled through the transport'
	is "$(status .firmware.bulks_to_host)" 0 'no bulk at all'
	ok 'no record is left' wait_for 5 no_records
}

dmesg_mark
udevadm settle --timeout=30
modprobe vc4
modprobe bcm2835-camera
wait_for 20 test -e /sys/class/drm/card0-HDMI-A-1 || bail_out 'no display'
wait_for 10 test -c /dev/video0 || bail_out 'no camera'

zero_copy vc_sm NV12 1280x720
zero_copy expbuf NV12 1280x720
zero_copy vc_sm XR24 640x480
zero_copy expbuf BG24 640x480

ok 'the copying way runs too' show copy NV12 640x480
is "$(status .provenance.same_pages)" false 'and is found out'
ok 'no record is left' wait_for 5 no_records

# What the display alone costs: the camera never starts.
started=$(stat_of frames_delivered)
vcctl provenance-reset >/dev/null
ok 'the display alone runs' timeout 60 $preview --still --buffers=3 --count=60 --json=$report
is "$(jq .frames_captured,.frames_displayed $report | paste -sd' ')" '0 60' 'shows, and captures nothing'
is "$(stat_of frames_delivered)" "$started" 'nor did the driver'
ok 'no record is left' wait_for 5 no_records

# The same buffer on both sides, killed in the middle.
$preview --path=vc_sm --seconds=100 >/run/preview.out 2>&1 &
wait_for 10 is_streaming
kill -9 $!
wait $! 2>/dev/null
ok 'a killed preview leaves no record' wait_for 5 no_records
zero_copy vc_sm NV12 640x480
is "$(dmesg_problems | grep -v 'hrtimer: interrupt took')" '' 'the kernel has no complaint'
done_testing
