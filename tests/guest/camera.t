#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=480 --append=modprobe.blacklist=vc4 --videocored-args=--source=pattern
#
# The camera as a V4L2 device: what it offers, what it delivers, bad requests,
# and every way in which streaming can end.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh
. /vc/tests/guest/lib/camera.sh

dev=/dev/video0
v4l2_log=/run/v4l2-ctl.log
streamer=
driver=/sys/bus/vchiq/drivers/bcm2835-camera

# through CASE FORMAT WIDTH HEIGHT STRIDE SIZE: camera-check to the checker.
through() {
	local got

	got=$(timeout 60 camera-check "$1" "$2" "$3" "$4" 10 | pattern-check "$2" "$3" "$4" "$5" "$6")
	like "$got" '^frames 10 ' "$1: $2 $3x$4" || diag "$got"
}

format_of() {
	v4l2-ctl -d $dev --get-fmt-video
}

set_format() {
	v4l2-ctl -d $dev --set-fmt-video="width=$1,height=$2,pixelformat=$3" && format_of
}

reload_ten_times() {
	local i

	for i in 1 2 3 4 5 6 7 8 9 10; do
		unload "$1" || return
		modprobe bcm2835-camera || return
		wait_for 10 test -c $dev || return
		v4l2-ctl -d $dev --stream-mmap=4 --stream-count=2 >$v4l2_log 2>&1 || return
	done
}

unbind_streaming_ten_times() {
	local i

	for i in 1 2 3 4 5 6 7 8 9 10; do
		timeout 30 camera-check unbind "$device" || return
		wait_for 10 test -c $dev || return
	done
}

dmesg_mark
udevadm settle --timeout=30
modprobe bcm2835-camera
wait_for 10 test -c $dev || bail_out "no $dev"
device=$(basename $driver/*:bcm2835-camera)

# What it says of itself.
like "$(v4l2-ctl -d $dev --info)" 'Driver name *: bcm2835-camera' 'it is our driver'
formats=$(v4l2-ctl -d $dev --list-formats)
for format in YU12 YV12 NV12 NV21 YUYV YVYU UYVY VYUY RGB3 BGR3 XR24 XB24 BGR4 RGBP H264 MJPG JPEG; do
	like "$formats" "'$format'" "$format is offered"
done
like "$(v4l2-ctl -d $dev --list-framesizes=NV12)" '32x32 - 3280x2464 with step 2/2' 'sizes'
like "$(v4l2-ctl -d $dev --list-framesizes=H264)" '32x32 - 1920x1080 with step 2/2' 'sizes of videos'
like "$(v4l2-ctl -d $dev --list-frameintervals=width=1920,height=1080,pixelformat=NV12)" \
	'Stepwise 0.008s - 1.000s with step 0.002s \(1.000-120.000 fps\)' 'intervals'
unlike "$(v4l2-ctl -d $dev --list-frameintervals=width=1921,height=1080,pixelformat=NV12)" 'fps' \
	'no intervals of a size that is not there'
like "$(format_of)" 'Colorspace *: sRGB.*Encoding: ITU-R 601.*Full Range' 'colours of YUV'
like "$(set_format 640 480 RGB3)" 'Quantization *: .*Full Range' 'colours of RGB'

# Bad wishes become good formats.
like "$(set_format 1 1 NV12)" 'Width/Height *: 32/32' 'too small'
like "$(set_format 100000 100000 NV12)" 'Width/Height *: 3280/2464' 'too large'
like "$(set_format 333 243 NV12)" 'Width/Height *: 332/242.*Bytes per Line *: 352' 'odd'
like "$(set_format 720 576 XR24)" 'Bytes per Line *: 2944' 'lines suit the display'

# What it delivers.
captures '100 frames of NV12 at 1280x720 are the pattern' 100 NV12 1280 720 1280 100
captures 'YU12 at 640x480' 20 YU12 640 480 640 20
captures 'YV12 at 640x480' 10 YV12 640 480 640 10
captures 'NV21 at 640x480' 10 NV21 640 480 640 10
for format in YUYV YVYU UYVY VYUY; do
	captures "$format at 640x480" 10 $format 640 480 1280 10
done
captures 'RGB3 at 640x480' 10 RGB3 640 480 1920 10
captures 'BGR3 at 640x480' 10 BGR3 640 480 1920 10
captures 'XR24 at 640x480' 10 XR24 640 480 2560 10
captures 'XB24 at 640x480' 10 XB24 640 480 2560 10
captures 'BGR4 at 640x480' 10 BGR4 640 480 2560 10
captures 'NV12 with padded lines' 10 NV12 336 242 352 10
captures 'YU12 with padded lines' 10 YU12 336 242 384 10
captures 'XR24 with padded lines' 10 XR24 336 242 1408 10
captures 'RGB3 with padded lines' 10 RGB3 336 242 1056 10
captures '1920x1080' 5 NV12 1920 1080 1920 5
captures 'the whole sensor' 2 NV12 3280 2464 3296 2
through dmabuf NV12 1280 720 1280 1382400
through dmabuf XR24 640 480 2560 1228800
through expbuf NV12 1280 720 1280 1382400
ok 'no record is left' wait_for 5 no_records
is "$(stat_of bytes_copied)" 0 'no byte was copied'
through scattered NV12 640 480 640 460800
copied=$(stat_of bytes_copied)
at_least "$copied" $((10 * 460800)) 'what is not contiguous is copied'
through mixed NV12 640 480 640 460800
at_least "$(stat_of bytes_copied)" $((copied + 10 * 460800)) 'so is all else of a queue with such a buffer'
copied=$(stat_of bytes_copied)
through dmabuf NV12 640 480 640 460800
is "$(stat_of bytes_copied)" "$copied" 'but not of the next one'
ok 'no record is left' wait_for 5 no_records

# Rates and controls.
ok '10 frames per second can be asked for' v4l2-ctl -d $dev --set-parm=10
like "$(v4l2-ctl -d $dev --get-parm)" '10.000 \(' 'and are told'
ok '29 are not a step' v4l2-ctl -d $dev --set-parm=29
like "$(v4l2-ctl -d $dev --get-parm)" '28.571 ' 'the nearest are told'
ok '10 again' v4l2-ctl -d $dev --set-parm=10
start=${EPOCHREALTIME/./}
captures 'and they come' 20 NV12 640 480 640 20
at_least $(((${EPOCHREALTIME/./} - start) / 1000)) 1900 'no faster than asked for'
ok '30 frames per second again' v4l2-ctl -d $dev --set-parm=30
controls_accept_what_they_offer 60
ok 'a flip can be set' v4l2-ctl -d $dev --set-ctrl=horizontal_flip=1
captures 'and turns the picture' 10 NV12 640 480 640 10 hflip
ok 'and taken back' v4l2-ctl -d $dev --set-ctrl=horizontal_flip=0
captures 'after which it is as before' 10 NV12 640 480 640 10

# Bad buffers.
ok 'buffers that do not do are refused, good ones taken' timeout 60 camera-check bad-dmabuf
ok 'no record is left' wait_for 5 no_records

# Ends.
stream_in_background
result $? 'a program streams'
not_ok 'the module cannot go meanwhile' rmmod bcm2835_camera
like "$(set_format 320 240 NV12 2>&1)" 'busy' 'nor the format be changed'
kill -9 $streamer
wait $streamer 2>/dev/null
ok 'a killed program leaves no record' wait_for 5 no_records
captures 'and the next one is served' 10 NV12 640 480 640 10

ok 'unbinding ten times while it streams' unbind_streaming_ten_times
ok 'leaves no record' wait_for 5 no_records
captures 'and the next one is served' 10 NV12 640 480 640 10

stream_in_background
result $? 'a program streams'
sm=$(basename /sys/bus/vchiq/drivers/vc_sm/*:vc-sm)
ok 'its memory service is unbound' sh -c "echo $sm >/sys/bus/vchiq/drivers/vc_sm/unbind"
wait $streamer
ok 'and bound again' sh -c "echo $sm >/sys/bus/vchiq/drivers/vc_sm/bind"
ok 'brings the camera back' wait_for 10 test -c $dev
captures 'which serves' 10 NV12 640 480 640 10

for module in bcm2835_camera vc_mmal vc_sm; do
	ok "unloading $module and loading it ten times" reload_ten_times $module
done
captures 'after which it serves' 10 NV12 640 480 640 10
is "$(vcctl --json status | jq '[.. | objects | select(has("components")) | .components | length] | add')" 4 \
	'the firmware has the components of one camera'
ok 'no record is left' wait_for 5 no_records
is "$(dmesg_problems | grep -v 'hrtimer: interrupt took')" '' 'the kernel has no complaint'
done_testing
