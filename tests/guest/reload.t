#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=300 --append=modprobe.blacklist=vc4
#
# What carries the camera is taken away ten times while it streams: the
# transport, then the whole VideoCore. The program that streams ends with an
# error, everything comes back, and no memory is lost. On 6.12 without vc4,
# which does not survive being unbound there.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh
. /vc/tests/guest/lib/memory.sh

transport=/sys/bus/platform/drivers/vc-media-vchiq
front=/sys/bus/pci/drivers/vc_pci

# The camera's video node, by what it says it is.
camera() {
	local dev

	for dev in /sys/class/video4linux/video*; do
		[ -e "$dev/device/driver" ] || continue
		[ "$(readlink -f "$dev/device/driver" | xargs basename)" = bcm2835-camera ] &&
			echo "/dev/${dev##*/}" && return
	done
	return 1
}

frames() {
	grep -o '<' /run/frames | wc -l
}

streams() {
	[ "$(frames)" -ge 5 ]
}

# unbind_streaming DRIVER DEVICE: once. v4l2-ctl says what went wrong and exits
# with 0 all the same.
unbind_streaming() {
	local streamer

	wait_for 20 camera || { echo 'no camera'; return 1; }
	: >/run/frames
	timeout 60 v4l2-ctl -d "$(camera)" --set-fmt-video=width=640,height=480,pixelformat=NV12 \
		--stream-mmap --stream-count=100000 2>/run/frames >/dev/null &
	streamer=$!
	wait_for 20 streams || { echo "no frames: $(cat /run/frames)"; kill $streamer; return 1; }
	echo "$2" >"$1/unbind" || return
	wait $streamer
	[ $? -lt 124 ] || { echo 'the program that streams hangs'; return 1; }
	grep -qE 'failed: |qbuf error' /run/frames ||
		{ tail -c 200 /run/frames; return 1; }
	echo "$2" >"$1/bind"
}

ten_times() {
	local i

	for i in 1 2 3 4 5 6 7 8 9 10; do
		"$@" || return
		udevadm settle
	done
}

reload_everything() {
	unload vc_pci vchiq vc_sm || return
	! loaded bcm2835_camera && ! loaded vc_mmal || return
	modprobe vc_pci && udevadm settle && wait_for 20 camera
}

[ "$VC_KERNEL" = 6.12 ] || modprobe -q vc4
udevadm settle
ok 'there is a camera' wait_for 20 camera
device=$(basename $transport/*.mailbox)
function=$(basename $front/0*)

dmesg_mark
ok 'the transport is unbound while the camera streams' unbind_streaming $transport "$device"
drop_caches
cma=$(cma_used)
kernel=$(kernel_memory)
ok 'ten times' ten_times unbind_streaming $transport "$device"
ok 'the VideoCore is unbound while the camera streams, ten times' \
	ten_times unbind_streaming $front "$function"
ok 'everything is unloaded and loaded ten times' ten_times reload_everything

drop_caches
# Both move by some hundred KiB of themselves; thirty lost buffers are more. Where
# what was freed is kept to be watched, kmemleak has the word.
contiguous_back_to "$cma" 4096 'no contiguous memory is lost'
[ -f /sys/kernel/debug/kmemleak ] ||
	memory_back_to "$kernel" 2048 'nor other memory of the kernel'
is "$(dmesg_problems | grep -v -e 'clk_unregister: unregistering prepared clock: fw-clk')" '' \
	'no warning in the kernel log'
done_testing
