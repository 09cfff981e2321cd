#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own vc4 driver finds its pipeline: no complaint, a connected
# monitor, the EDID byte for byte, its modes, the console on the screen.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/kms.sh

dmesg_mark
connector=
load_vc4
is "$(cat "$connector/status")" connected 'the monitor is connected'
is "$(cat "$connector/enabled")" enabled 'and in use'
is "$(modinfo -n vc4 | grep -c /updates/)" 0 "it is Debian's vc4"

edid=$(od -An -v -tx1 "$connector/edid" | tr -d ' \n')
is "${#edid}" 512 'the EDID has two blocks'
is "$edid" "$(vcctl --json status display | jq -r .edid)" 'and is what the monitor has'
ok 'edid-decode finds no fault with it' edid-decode --check "$connector/edid"

modes=$(modetest -M vc4 -c 2>/dev/null)
like "$modes" '#[0-9]+ 1920x1080 60.00 .*preferred' '1920x1080 at 60 Hz is preferred'
like "$modes" '#[0-9]+ 1280x720 60.00 ' '1280x720 at 60 Hz is there'
like "$modes" '#[0-9]+ 640x480 59.94 ' '640x480 too'
formats=$(modetest -M vc4 -p 2>/dev/null | grep -m 1 formats:)
for format in XR24 RG16 RG24 NV12 YU12; do
	like "$formats" " $format" "planes take $format"
done

ok 'there is a console' test -e /dev/fb0
status=$(vcctl --json status display)
is "$(jq -r '.mode | "\(.width)x\(.height)"' <<<"$status")" 1920x1080 'the console is 1920x1080'
is "$(jq -r '.mode.clock_hz' <<<"$status")" 148500000 'at 148.5 MHz'
is "$(jq -r '.mode.hdmi' <<<"$status")" true 'as HDMI, not DVI'
is "$(jq -r '.planes[0].format' <<<"$status")" RGB565 'in RGB565'

# What is written to the console appears: more of the screen than before is lit.
shot=$VC_HOST_BUILD/kms-probe-$VC_KERNEL-$RANDOM.ppm
lit() {
	vcctl screenshot "$shot" >/dev/null &&
		tail -c +16 "/vc/build/${shot##*/}" | tr -d '\0' | wc -c
}
printf '\033[2J\033[H' >/dev/tty0
before=$(lit)
printf '%2000s' '' | tr ' ' '#' >/dev/tty0
after=$(lit)
at_least "$after" $((before + 50000)) 'what is written to the console is seen'
rm -f "/vc/build/${shot##*/}"

is "$(vc4_problems)" '' 'no warning and no error'
is "$(cat /sys/kernel/debug/devices_deferred)" '' 'no device waits for another'
done_testing
