#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=400 --append=modprobe.blacklist=vc4,bcm2835-codec
# vm: '--videocored-args=--source=pattern --source=pattern'
# check: 6.12
#
# What the camera's controls do, as is to be seen in its pictures; encoded
# formats; a second camera; many programs, many starts.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh
. /vc/tests/guest/lib/camera.sh
. /vc/tests/guest/lib/memory.sh

dev=/dev/video0
v4l2_log=/run/v4l2-ctl.log
streamer=

# picture [OPTION...]: one frame of YU12 and what is to be seen in it.
picture() {
	timeout 30 v4l2-ctl -d $dev --set-fmt-video=width=640,height=480,pixelformat=YU12 "$@" \
		--stream-mmap=2 --stream-count=1 --stream-to=- 2>$v4l2_log | picture-stat 640 480
}

# shows NAME CONTROLS RESET WHAT OPERATOR NUMBER: a picture with these controls, and
# others after it; WHAT is one of the numbers of picture-stat.
shows() {
	local got

	got=$(picture --set-ctrl="$2")
	v4l2-ctl -d $dev --set-ctrl="$3"
	# shellcheck disable=SC2086
	test "$(value_of "$4" $got)" "$5" "$6"
	result $? "$1: $4 $5 $6" || diag "$got $(cat $v4l2_log)"
}

# value_of NAME [NAME VALUE]...
value_of() {
	local name=$1

	shift
	while [ $# -gt 1 ]; do
		[ "$1" != "$name" ] || echo "$2"
		shift 2
	done
}

# stream_of FORMAT COUNT [OPTION...]: that many pictures to $stream, their kinds on
# standard output.
stream=/run/stream
stream_of() {
	timeout 60 v4l2-ctl -d $dev --set-fmt-video=width=640,height=480,pixelformat="$1" "${@:3}" \
		--stream-mmap=4 --stream-count="$2" --stream-to=$stream 2>&1
}

# pictures_in DEMUXER: of 640x480 in $stream.
pictures_in() {
	ffmpeg -nostdin -v error -f "$1" -i $stream -f framecrc - 2>&1 | grep -c ' 460800,'
}

size_of_stream() {
	stat -c %s $stream
}

# sessions COUNT: as many programs want frames, of either camera, at once.
sessions() {
	local i pids=() ok=0

	for ((i = 0; i < $1; i++)); do
		wait_for 60 timeout 20 v4l2-ctl -d /dev/video$((i % 2)) --stream-mmap=4 --stream-count=3 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" && ok=$((ok + 1))
	done
	[ $ok = "$1" ]
}

dmesg_mark
udevadm settle --timeout=30
modprobe bcm2835-camera
wait_for 10 test -c $dev || bail_out "no $dev"

# What the controls do to the pictures.
plain=auto_exposure=0,exposure_time_absolute=100
shows 'brightness' brightness=80 brightness=50 y -gt 150
shows 'no contrast' contrast=-100 contrast=0 c -lt 3
shows 'no saturation' saturation=-100 saturation=0 c -lt 3
shows 'saturation' saturation=100 saturation=0 c -gt 130
shows '2.5 ms of exposure' auto_exposure=1,exposure_time_absolute=25 $plain y -lt 56
shows 'with a torch' auto_exposure=1,exposure_time_absolute=25,led_mode=2 $plain,led_mode=0 y -gt 64
shows 'sensitivity' auto_exposure=1,exposure_time_absolute=100,iso_sensitivity_auto=0,iso_sensitivity=3 \
	$plain,iso_sensitivity_auto=1 y -gt 115
shows 'half of the gain' auto_exposure=1,exposure_time_absolute=100,analogue_gain=50 \
	$plain,analogue_gain=0 y -lt 76
shows 'digital gain' auto_exposure=1,exposure_time_absolute=100,digital_gain=200 \
	$plain,digital_gain=0 y -gt 105
shows 'bias' auto_exposure_bias=0 auto_exposure_bias=12 y -lt 35
shows 'against the light' scene_mode=1 scene_mode=0 y -gt 105
shows 'dynamic range' wide_dynamic_range=1 wide_dynamic_range=0 y -gt 100
v4l2-ctl -d $dev --set-ctrl=white_balance_auto_preset=0
shows 'red' red_balance=2000,blue_balance=500 white_balance_auto_preset=1 v -gt 138
shows 'lamps' white_balance_auto_preset=2 white_balance_auto_preset=1 v -lt 123
shows 'black and white' color_effects=1 color_effects=0 c -lt 3
shows 'sepia' color_effects=2 color_effects=0 u -eq 87
shows 'negative' color_effects=3 color_effects=0 y -gt 150
shows 'colours by hand' color_effects=15,color_effects_cbcr=0x40c0 color_effects=0 v -eq 192
shows 'upright bars' rotate=0 rotate=0 bars -gt 5
shows 'lying bars' rotate=90 rotate=0 bars -lt 3
shows 'turned to the right' rotate=90 rotate=0 turns -eq 1
shows 'turned to the left' rotate=270 rotate=0 turns -eq 3
shows 'upside down' rotate=180 rotate=0 turns -eq 2
shows 'which mirrors it, too' rotate=180 rotate=0 falls -lt 0
shows 'as it comes' rotate=0 rotate=0 falls -gt 0
shows 'mirrored' horizontal_flip=1 horizontal_flip=0 falls -lt 0
shows 'mirrored, the top stays' horizontal_flip=1 horizontal_flip=0 turns -eq 0
shows 'flipped' vertical_flip=1 vertical_flip=0 turns -eq 2
shows 'sharpness' sharpness=100 sharpness=0 peak -gt 200
v4l2-ctl -d $dev --set-ctrl=scene_mode=11
is "$(v4l2-ctl -d $dev --get-ctrl=exposure_time_absolute)" 'exposure_time_absolute: 20' 'sports are short'
v4l2-ctl -d $dev --set-ctrl=scene_mode=0,power_line_frequency=2
is "$(v4l2-ctl -d $dev --get-ctrl=exposure_time_absolute)" 'exposure_time_absolute: 83' 'lamps do not flicker'
v4l2-ctl -d $dev --set-ctrl=power_line_frequency=0
ok 'a part of the sensor can be chosen' v4l2-ctl -d $dev --set-selection=target=crop,left=0,top=0,width=1641,height=2463
like "$(v4l2-ctl -d $dev --get-selection=target=crop)" 'Width 1640, Height 2462' 'in even numbers'
shows 'half of the bars' color_effects=0 color_effects=0 bars -lt 6
# The bars go on from stream to stream, so this needs something that stays.
ffmpeg -nostdin -v error -y -f lavfi -i "color=white:s=640x480,drawbox=x=320:w=320:h=480:color=black:t=fill" \
	-frames:v 1 /vc/build/halves.png
vcctl source "$VC_HOST_BUILD/halves.png" >$v4l2_log
# shellcheck disable=SC2046
left=$(value_of y $(picture))
v4l2-ctl -d $dev --set-selection=target=crop,left=1640,top=0,width=1640,height=2462
# shellcheck disable=SC2046
at_least "$left" $(($(value_of y $(picture)) + 100)) 'left and right are where they are'
vcctl source pattern >$v4l2_log
ok 'and the whole again' v4l2-ctl -d $dev --set-selection=target=crop,left=0,top=0,width=10000,height=10000
captures 'after all of which it is as before' 10 NV12 640 480 640 10

# Encoders.
like "$(stream_of H264 12 --set-ctrl=h264_i_frame_period=5)" '^KPPPPKPPPPKP' 'H264 has key frames where they belong'
is "$(pictures_in h264)" 12 'and FFmpeg finds the pictures'
stream_of H264 20 --set-ctrl=h264_i_frame_period=60,video_bitrate=8000000,h264_minimum_qp_value=0 >$v4l2_log
large=$(size_of_stream)
stream_of H264 20 --set-ctrl=video_bitrate=100000,video_bitrate_mode=1 >$v4l2_log
at_least "$large" $(($(size_of_stream) * 2)) 'a bitrate is kept to'
v4l2-ctl -d $dev --set-ctrl=video_bitrate=10000000,video_bitrate_mode=0,h264_minimum_qp_value=20
stream_of H264 4 --set-ctrl=h264_profile=0,h264_level=8 >$v4l2_log
is "$(ffprobe -v error -f h264 -show_entries stream=profile,level -of csv=p=0 $stream)" 'Constrained Baseline,30' \
	'profile and level'
v4l2-ctl -d $dev --set-ctrl=h264_profile=4,h264_level=11
stream_of MJPG 10 --set-ctrl=compression_quality=95 >$v4l2_log
large=$(size_of_stream)
is "$(pictures_in mjpeg)" 10 'MJPG has as many pictures'
stream_of MJPG 10 --set-ctrl=compression_quality=10 >$v4l2_log
at_least "$large" $(($(size_of_stream) * 3 / 2)) 'of less quality they are smaller'
stream_of JPEG 5 --set-ctrl=compression_quality=80 >$v4l2_log
is "$(pictures_in mjpeg)" 5 'JPEG are stills'
stream_of MJPG 1 --set-ctrl=color_effects=2 >$v4l2_log
v4l2-ctl -d $dev --set-ctrl=color_effects=0
ffmpeg -nostdin -v error -f mjpeg -i $stream -f rawvideo -pix_fmt yuvj420p /run/picture
# shellcheck disable=SC2046
is "$(value_of u $(picture-stat 640 480 </run/picture))" 87 'an encoder sees what the controls do'
is "$(stat_of bytes_copied)" 0 'no byte was copied'

# A second camera, with a sensor of its own.
like "$(v4l2-ctl -d /dev/video1 --info)" 'VideoCore ov5647.*:cam1' 'there is another camera'
like "$(v4l2-ctl -d /dev/video1 --list-framesizes=NV12)" '2592x1944' 'with its own sizes'
stream_in_background
result $? 'while the one streams'
dev=/dev/video1 captures 'the other does' 10 NV12 640 480 640 10
kill -9 $streamer
wait $streamer 2>/dev/null
ok 'which leaves no record when it is killed' wait_for 5 no_records
ok 'it can be given a film of its own' vcctl source "$VC_HOST_BUILD/clips/main.mp4" 1
like "$(vcctl --json status sources | jq -c .)" '"pattern",".*main.mp4"' 'which is told'
unlike "$(dev=/dev/video1 capture NV12 640 480 640 3 2>&1)" '^frames 3 ' 'and seen'
captures 'by it alone' 3 NV12 640 480 640 3
ok 'and the pattern again' vcctl source pattern 1
dev=/dev/video1 captures 'which it sees' 3 NV12 640 480 640 3
not_ok 'a camera that is not there is none' vcctl source pattern 2

# What is measured: of a dark box the centre, of all around it the average.
photo=metering-$$.png
ffmpeg -nostdin -v error -f lavfi -i color=0x606060:s=640x480,drawbox=200:150:240:180:black:fill \
	-frames:v 1 "/vc/build/$photo"
vcctl source "$VC_HOST_BUILD/$photo" 0
shows 'all is measured' exposure_metering_mode=0 exposure_metering_mode=0 y -lt 110
shows 'the centre is' exposure_metering_mode=2 exposure_metering_mode=0 y -gt 150
vcctl source pattern 0
rm "/vc/build/$photo"

# Many programs.
ok 'eight programs at once get their frames, each in its turn' sessions 8

# Ends of an encoder.
v4l2-ctl -d $dev --set-fmt-video=width=640,height=480,pixelformat=H264
stream_in_background
result $? 'a program has its pictures encoded'
kill -9 $streamer
wait $streamer 2>/dev/null
ok 'killed, it leaves no record' wait_for 5 no_records
device=$(basename /sys/bus/vchiq/drivers/bcm2835-camera/*:bcm2835-camera)
for format in H264 JPEG; do
	ok "the device is unbound while $format is awaited" timeout 30 camera-check unbind "$device" $format
	ok 'and comes back' wait_for 10 test -c $dev
done
captures 'and serves' 10 NV12 640 480 640 10

# Many starts, also with buffers that are new each time.
ok 'starts and stops' timeout 60 camera-check cycles 100
ok 'with new buffers' timeout 60 camera-check renewals 30
ok 'leaves no record' wait_for 5 no_records
before=$(held) cma=$(cma_used) memory=$(kernel_memory)
ok 'four hundred times more' timeout 120 camera-check cycles 400
ok 'six hundred times with new buffers' timeout 240 camera-check renewals 600
held_back_to "$before" 'no buffer is left, nor anything that holds one'
memory_back_to "$memory" 2048 'no memory of the kernel'
contiguous_back_to "$cma" 1024 'no contiguous memory'
ok 'no record' wait_for 5 no_records
like "$before" $'\n8 components$' 'and the firmware has the components of two cameras'
unlike "$(cat /sys/kernel/debug/vc_mmal-*/stats)" '(timeouts|late|violations) [1-9]' 'and answered everything'
is "$(dmesg_problems)" '' 'the kernel has no complaint'
done_testing
