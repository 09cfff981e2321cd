#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=300 --append='modprobe.blacklist=vc4 bcm2835_camera.zero_copy=0 bcm2835_codec.zero_copy=0' '--videocored-args=--source=pattern --refuse-param=0x2000e'
# check: 6.12
#
# Camera and codecs with zero_copy=0, and without any shared memory: payloads go as
# bulks or inside of messages. The pictures are the same, so are the ways in which
# streaming can end. Nor does this firmware let the bitrate be set by a parameter.
#
# Copyright (C) 2026 vc-media project

# What is not assigned here is so in lib/codec.sh.
# shellcheck disable=SC2154
. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh
. /vc/tests/guest/lib/camera.sh
. /vc/tests/guest/lib/codec.sh

dev=/dev/video0
v4l2_log=/run/v4l2-ctl.log
streamer=

# into WHAT: buffers of that kind get the pattern.
into() {
	local got

	got=$(timeout 60 camera-check "$1" NV12 640 480 10 | pattern-check NV12 640 480 640 460800)
	like "$got" '^frames 10 ' "$2" || diag "$got"
}

# bytes_at BITRATE: of 20 pictures of the camera
bytes_at() {
	timeout 60 v4l2-ctl -d $dev --stream-mmap=4 --stream-count=20 --stream-to=- \
		--set-ctrl=video_bitrate="$1",video_bitrate_mode=1,h264_minimum_qp_value=0 2>$v4l2_log | wc -c
}

jpeg_sum() {
	timeout 60 codec-check jpeg "$clips/$1" 2>/run/codec-check.log | md5sum
}

dmesg_mark
udevadm settle --timeout=30
modprobe bcm2835-camera
modprobe bcm2835-codec
for node in $dev $decode $encode $isp $deinterlace $encode_image $decode_image; do
	wait_for 10 test -c "$node" || bail_out "no $node"
done
cd /tmp || exit
is "$(cat /sys/module/bcm2835_{camera,codec}/parameters/zero_copy | sort -u)" N 'no zero copy'

# Without the memory service they do not even notice.
sm=$(basename /sys/bus/vchiq/drivers/vc_sm/*:vc-sm)
ok 'the memory service is unbound' sh -c "echo $sm >/sys/bus/vchiq/drivers/vc_sm/unbind"
ok 'the camera stays' test -c $dev

# Camera.
captures 'NV12 at 1280x720' 30 NV12 1280 720 1280 30
captures 'YU12 with padded lines' 10 YU12 336 242 384 10
captures 'RGB3 at 640x480' 10 RGB3 640 480 1920 10
captures '1920x1080' 5 NV12 1920 1080 1920 5
captures 'the whole sensor' 2 NV12 3280 2464 3296 2
into expbuf 'exported buffers are filled'
into scattered 'so are buffers that are not contiguous'
at_least "$(stat_of bytes_copied)" $((30 * 1280 * 720 * 3 / 2)) 'bytes are told to be copied'
ok 'a stream of H.264' timeout 60 v4l2-ctl -d $dev --stream-mmap=4 --stream-count=30 \
	--set-fmt-video=width=640,height=480,pixelformat=H264 --stream-to=camera.h264
is "$(quiet_ffmpeg -i camera.h264 -f null - 2>&1)" '' 'is without a fault'
large=$(bytes_at 8000000)
at_least "$large" $(($(bytes_at 100000) * 2)) 'a bitrate is kept to'
stream_in_background
result $? 'a program streams'
kill -9 $streamer
wait $streamer 2>/dev/null
captures 'killed, it leaves a camera that serves' 10 NV12 640 480 640 10
device=$(basename /sys/bus/vchiq/drivers/bcm2835-camera/*:bcm2835-camera)
ok 'its device goes while it streams' timeout 30 camera-check unbind "$device"
ok 'and comes' wait_for 10 test -c $dev
captures 'and serves' 10 NV12 640 480 640 10
ok '100 times it starts and stops' timeout 120 camera-check cycles 100

# Codecs.
decodes 'main with B-frames' main
decodes 'a size that is cropped' cropped
decodes '1080p' large
decodes 'another size in mid-stream' change
vcctl mmal extradata=1000 >/dev/null
decodes 'which is told with data that does not fit into the message' change
vcctl mmal off >/dev/null
checks 'the same in pieces that end anywhere' "$(cat $clips/change.md5)" decode $clips/change.h264
checks 'seeking' "$(cat $clips/main.md5)" seek $clips/main.h264
survives 'a broken stream' '[1-9][0-9]* pictures, [1-9][0-9]* errors' decode broken.h264
ok "FFmpeg's h264_v4l2m2m encodes" quiet_ffmpeg -f rawvideo -s 320x240 -framerate 10 \
	-i $clips/pictures.yuv -c:v h264_v4l2m2m -b:v 2M coded.mp4
is "$(quiet_ffmpeg -i coded.mp4 -f rawvideo decoded.yuv 2>&1)" '' 'into an mp4 without a fault'
at_least "$(codec-check psnr $clips/pictures.yuv decoded.yuv)" 35 'whose pictures look like the source'
size=width=320,height=240
through $isp $clips/pictures.yuv nv12.raw $size,pixelformat=YU12 $size,pixelformat=NV12
ok 'planar to semi-planar is exact' cmp nv12.raw $clips/nv12.raw
is "$(jpeg_sum photo.jpg)" "$(md5sum <$clips/photo.yuv)" 'a JPEG'
eight_decode
decode_in_background
result $? 'a program decodes'
kill -9 $streamer
wait $streamer 2>/dev/null
decodes 'killed, it leaves a decoder that serves' baseline
device=$(basename $driver/*:bcm2835-codec)
ok 'its device goes while somebody waits for a picture' timeout 60 codec-check unbind \
	"$device" $clips/main.h264
wait_for 10 test -c $decode
decodes 'it serves' baseline

# How it went.
at_least "$(mmal_stat codec bulks)" 5 'payloads came as bulks'
is "$(mmal_stat . violations)" 0 'no message broke the protocol'
is "$(mmal_stat . timeouts)" 0 'none was left without an answer'
# Still pictures differ by less than what a message has room for.
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	cat $clips/one.yuv
done >still.yuv
through $encode still.yuv still.h264 $size,pixelformat=YU12 pixelformat=H264 \
	--set-ctrl=video_bitrate=25000
at_least "$(mmal_stat codec shorts)" 1 'short ones came inside of messages'
is "$(quiet_ffmpeg -i still.h264 -f rawvideo still.raw 2>&1)" '' 'and were whole'

# An event longer than any is not taken for one, nor its data for that of pictures.
vcctl mmal extradata=100000 >/dev/null
timeout 5 codec-check decode $clips/baseline.h264 >/dev/null 2>&1
is $? 124 'a size told with more data than there can be is not heard'
vcctl mmal off >/dev/null
is "$(mmal_stat codec violations)" 1 'it breaks the protocol'
decodes 'but nothing else' baseline

# Dead firmware.
decode_in_background
result $? 'a program decodes'
vcctl firmware hang
wait $streamer
is $? 0 'the firmware hangs: it ends'
like "$(cat /run/until-error)" 'error (EIO|ENODEV)' 'its DQBUF has an errno that says so'
vcctl firmware restart 100
ok 'started anew, it has a decoder again' wait_for 20 test -c $decode
ok 'which decodes' wait_for 20 sh -c "codec-check decode $clips/baseline.h264 >/dev/null 2>&1"
ok 'and a camera' wait_for 20 capture NV12 640 480 640 10
ok 'all modules go' unload vchiq
unlike "$(dmesg_problems)" 'WARNING|BUG|Oops|blocked for more|Call trace|bulk not posted: -[^13]' \
	'the kernel has no complaint'
done_testing
