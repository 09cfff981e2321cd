#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --modules=stock --timeout=400 --videocored-args=--source=pattern
# kernels: 6.12
#
# Debian's own vchiq.ko, bcm2835-mmal-vchiq.ko and bcm2835-v4l2.ko, which nobody
# here wrote, find a camera in videocored and take pictures with it. They are the
# judge of the protocol: what they accept is right.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/camera.sh

dev=/dev/video0
v4l2_log=/run/v4l2-ctl.log

stock_modules() {
	local module

	for module in vchiq bcm2835_mmal_vchiq bcm2835_v4l2; do
		modinfo -n $module | grep -q "^/lib/modules/.*/kernel/drivers/staging/vc04_services/" ||
			return 1
	done
}

components() {
	vcctl --json status | jq '.. | objects | select(has("components")) | .components | length'
}

is_capturing() {
	vcctl --json status | jq -e 'any(.. | objects; .capturing == true)'
}

dmesg_mark
ok 'the modules are those of Debian' stock_modules
ok 'bcm2835-v4l2 loads' modprobe bcm2835-v4l2
ok 'it finds a camera' wait_for 10 test -c $dev
like "$(v4l2-ctl -d $dev --info)" 'Driver name *: bcm2835 mmal' 'it is the driver of the peer'

formats=$(v4l2-ctl -d $dev --list-formats)
for format in YU12 YV12 NV12 NV21 YUYV YVYU UYVY VYUY RGB3 BGR3 BGR4; do
	like "$formats" "'$format'" "$format is offered"
done
like "$(v4l2-ctl -d $dev --list-framesizes=NV12)" '32x32 - 3280x2464' \
	'sizes up to those of the sensor are offered'

captures '100 frames of NV12 at 1280x720 are the pattern' 100 NV12 1280 720 1280 100
captures '100 frames of YU12 at 640x480 are the pattern' 100 YU12 640 480 640 100
captures '100 frames of RGB3 at 640x480 are the pattern' 100 RGB3 640 480 1920 100
captures 'BGR4 at 1280x720' 10 BGR4 1280 720 5120 10
captures 'BGR3 at 1280x720' 10 BGR3 1280 720 3840 10
for format in YV12 NV21; do
	captures "$format at 640x480" 10 $format 640 480 640 10
done
for format in YUYV YVYU UYVY VYUY; do
	captures "$format at 640x480" 10 $format 640 480 1280 10
done
# The firmware strips the padding of 4:2:0 pictures.
captures 'NV12 of an odd size' 10 NV12 322 242 322 10
captures 'a still of 1920x1080' 2 NV12 1920 1080 1920 2

ok 'a horizontal flip can be set' v4l2-ctl -d $dev --set-ctrl=horizontal_flip=1
captures 'and turns the picture' 10 NV12 640 480 640 10 hflip
ok 'and taken back' v4l2-ctl -d $dev --set-ctrl=horizontal_flip=0
captures 'after which it is as before' 10 NV12 640 480 640 10

ok '15 frames per second can be asked for' v4l2-ctl -d $dev --set-parm=15
seconds=$EPOCHREALTIME
captures 'and they come' 30 NV12 640 480 640 30
milliseconds=$(((${EPOCHREALTIME/./} - ${seconds/./}) / 1000))
at_least "$milliseconds" 1900 'no faster than asked for'
ok '30 frames per second again' v4l2-ctl -d $dev --set-parm=30

controls_accept_what_they_offer 60

v4l2-ctl -d $dev --stream-mmap --stream-count=100000 >$v4l2_log 2>&1 &
ok 'a stream runs' wait_for 10 is_capturing
kill -9 $!
wait $! 2>/dev/null
captures 'after a killed reader the next one gets its frames' 10 NV12 640 480 640 10

at_least "$(components)" 4 'videocored knows the components of the driver'
# Once only: this driver loses a reference of its device each time it goes, so
# that the third time the kernel's list of devices is broken.
udevadm settle --timeout=10
ok 'the driver goes' modprobe -r bcm2835-v4l2
is "$(components)" 0 'and its components with it'
ok 'and comes back' modprobe bcm2835-v4l2
ok 'with its device' wait_for 10 test -c $dev
captures 'and takes pictures' 10 NV12 640 480 640 10

# Encoders at the end of a tunnel. This driver hands out headers as a buffer of their own.
for format in H264 MJPG JPEG; do
	ok "$format is encoded" timeout 60 v4l2-ctl -d $dev --stream-mmap=4 --stream-count=5 \
		--set-fmt-video=width=640,height=480,pixelformat=$format --stream-to=/tmp/stream
	name=${format/MJPG/mjpeg} name=${name/JPEG/mjpeg}
	at_least "$(ffmpeg -nostdin -v error -f "${name,,}" -i /tmp/stream -f framecrc - | grep -c '460800,')" 4 \
		'and FFmpeg finds its pictures'
done

# A busy machine may be late with the interrupt of a timer; that is no fault.
is "$(dmesg_problems | grep -v 'hrtimer: interrupt took')" '' 'the kernel has no complaint'
done_testing
