#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=420 --append=modprobe.blacklist=vc4 --videocored-args=--source=pattern
# check: 6.12
#
# Starting and stopping a thousand times takes nothing that it does not give back;
# and on a machine that has other things to do, with a firmware that is late, every
# stop gets all of its buffers back.
#
# Copyright (C) 2026 vc-media project

# What is not assigned here is so in lib/codec.sh.
# shellcheck disable=SC2154
. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh
. /vc/tests/guest/lib/camera.sh
. /vc/tests/guest/lib/codec.sh
. /vc/tests/guest/lib/memory.sh

dev=/dev/video0

decoder_cycles() {
	timeout 300 codec-check cycles "$1" $clips/baseline.h264
}

# What the firmware did not give back, or not in time.
not_returned() {
	awk '/^(buffers_reclaimed|timeouts|late|violations) [^0]/' /sys/kernel/debug/vc_mmal-*/stats
}

load_on() {
	local i

	loads=()
	for i in 1 2 3 4; do
		(while :; do :; done) &
		loads+=($!)
		(while :; do codec-check decode $clips/main.h264 >/dev/null 2>&1; done) &
		loads+=($!)
	done
}

load_off() {
	kill "${loads[@]}"
	wait "${loads[@]}" 2>/dev/null
}

dmesg_mark
udevadm settle --timeout=30
modprobe bcm2835-camera
modprobe bcm2835-codec
wait_for 10 test -c $decode || bail_out "no $decode"
wait_for 10 test -c $dev || bail_out "no $dev"

# Many starts.
ok 'a decoder starts and stops' decoder_cycles 100
ok 'and leaves no record' wait_for 5 no_records
before=$(held) cma=$(cma_used) memory=$(kernel_memory)
ok 'nine hundred times more' decoder_cycles 900
held_back_to "$before" 'which leaves no buffer, nor anything that holds one'
memory_back_to "$memory" 2048 'takes no memory of the kernel'
contiguous_back_to "$cma" 1024 'and no contiguous memory'
ok 'and leaves no record' wait_for 5 no_records
is "$(not_returned)" '' 'each buffer came back when it should'

# A busy machine.
load_on
ok 'a camera starts and stops 30 times under load' timeout 100 camera-check cycles 30
ok 'so does a decoder' decoder_cycles 30
vcctl chaos seed=7,class=mild >/dev/null
ok 'a camera with a firmware that is late' timeout 100 camera-check cycles 20
ok 'a decoder' decoder_cycles 20
vcctl chaos off >/dev/null
load_off
is "$(not_returned)" '' 'each buffer came back when it should'
ok 'no record is left' wait_for 5 no_records
held_back_to "$before" 'nor anything that holds a buffer'
decodes 'and it serves' baseline
is "$(dmesg_problems | grep -v -e 'bytesused == 0' -e 'DEC_CMD_STOP' -e 'use the actual size instead')" '' \
	'the kernel has no complaint'
done_testing
