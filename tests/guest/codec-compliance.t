#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=700 --append=modprobe.blacklist=vc4,bcm2835-camera
# check: 7.3
#
# What v4l2-compliance says of the codecs. Pictures and streams
# are small: what matters is what the ioctls do.
#
# alone: it takes most of two processors
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/compliance.sh

# complies NAME DEVICE [OPTION...]: no failure and no warning; the line for the
# report is a comment of the test's. Buffers to import are those of another driver.
complies() {
	local line

	timeout 100 v4l2-compliance -P -d "$2" -s3 -e "$exporter" "${@:3}" >/run/compliance 2>&1
	line=$(tail -n 1 /run/compliance)
	like "${line: -60}" 'Failed: 0, Warnings: 0' "v4l2-compliance: $1" ||
		diag "$(grep -e FAIL -e fail: -e warn: /run/compliance; tail -n 3 /run/compliance)"
	compliance_totals /run/compliance
}

exporter=
dmesg_mark
udevadm settle --timeout=30
modprobe bcm2835-codec
wait_for 10 test -c /dev/video31 || bail_out 'no codec'
modprobe vivid n_devs=1 node_types=0x1 allocators=1
wait_for 10 find_exporter || bail_out 'no vivid'
# Larger than any buffer here.
v4l2-ctl -d "$exporter" --set-fmt-video=width=1920,height=1080,pixelformat=XR24
cd /tmp || exit
ok 'a stream' timeout 60 ffmpeg -nostdin -loglevel error -f lavfi -i testsrc2=size=320x240:rate=10 \
	-frames:v 12 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -bf 2 -f h264 main.h264
ok 'pictures' timeout 60 ffmpeg -nostdin -loglevel error -f lavfi -i testsrc2=size=32x32:rate=10 \
	-frames:v 10 -pix_fmt yuv420p -f rawvideo small.yuv
ok 'JPEGs' timeout 60 v4l2-ctl -d /dev/video31 --set-fmt-video-out=width=32,height=32,pixelformat=YU12 \
	--set-fmt-video=pixelformat=JPEG --stream-out-mmap --stream-mmap --stream-from=small.yuv \
	--stream-to-hdr=jpegs
complies decode /dev/video10 --stream-from=main.h264
complies encode /dev/video11
complies isp /dev/video12
complies deinterlace /dev/video18
complies encode_image /dev/video31
complies decode_image /dev/video32 --stream-from-hdr=jpegs
is "$(dmesg_problems | grep -v -e 'bytesused == 0' -e 'DEC_CMD_STOP' -e 'use the actual size instead')" \
	'' 'the kernel has no complaint'
done_testing
