#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=600 --append=modprobe.blacklist=vc4,bcm2835-codec --videocored-args=--source=pattern
# check: 6.12
#
# What v4l2-compliance says of the camera: its ioctls, streaming into its own
# buffers and into those of another driver, each of its formats.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/compliance.sh

dev=/dev/video0
log=/run/compliance

# Frames that a busy machine had no buffer for are numbered all the same, and a
# frame may be there before a slow machine has looked at the buffer it queued.
excused='got sequence number|QBUF returned the buffer as DONE'

warnings_that_count() {
	grep -o 'warn:.*' $log | grep -vE "$excused"
}

# The report has no warnings that the suite excuses.
told_totals() {
	compliance_totals $log | if [ -z "$(warnings_that_count)" ]; then
		sed 's/"warnings":[0-9]*/"warnings":0/'
	else
		cat
	fi
}

# complies NAME OPTION...: no failure and no warning; the line for the report is
# a comment of the test's.
complies() {
	local line

	timeout 400 v4l2-compliance -P -d $dev "${@:2}" >$log 2>&1
	line=$(tail -n 1 $log)
	like "${line: -60}" 'Failed: 0, ' "v4l2-compliance finds no failure: $1" ||
		diag "$(grep -e FAIL -e fail: $log; tail -n 3 $log)"
	is "$(warnings_that_count)" '' 'and warns of nothing'
	told_totals
}

exporter=
dmesg_mark
udevadm settle --timeout=30
modprobe bcm2835-camera
wait_for 10 test -c $dev || bail_out "no $dev"
modprobe vivid n_devs=1 node_types=0x1 allocators=1
wait_for 10 find_exporter || bail_out 'no vivid'
# Larger than any buffer here.
v4l2-ctl -d "$exporter" --set-fmt-video=width=1920,height=1080,pixelformat=XR24
complies streaming -s10 -e "$exporter"
for how in MMAP DMABUF; do
	like "$(grep "$how" $log)" "test $how \\(select[^:]*: OK" "$how among it"
done
complies 'every format' -f1
is "$(dmesg_problems)" '' 'the kernel has no complaint'
done_testing
