#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=300 --append=modprobe.blacklist=vc4,bcm2835-camera
# check: 6.12
#
# The codecs and the converter as V4L2 devices: what they make of streams and
# pictures, compared with what FFmpeg's own software makes of them, and every way
# in which streaming can end.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh

driver=/sys/bus/vchiq/drivers/bcm2835-codec
decode=/dev/video10
encode=/dev/video11
isp=/dev/video12
encode_image=/dev/video31
decode_image=/dev/video32

records() {
	tail -n +2 /sys/kernel/debug/vc_sm/imports | wc -l
}

has_records() {
	[ "$(records)" -ge 2 ]
}

no_records() {
	[ "$(records)" = 0 ]
}

quiet_ffmpeg() {
	timeout 60 ffmpeg -nostdin -loglevel error -y "$@"
}

# clip FILE SIZE FRAMES ENCODER_OPTION...: an H.264 byte stream.
clip() {
	quiet_ffmpeg -f lavfi -i "testsrc2=size=$2:rate=10" -frames:v "$3" -pix_fmt yuv420p \
		-c:v libx264 -preset ultrafast "${@:4}" -f h264 "$1"
}

# pictures FILE: what FFmpeg's software makes of it, as one hash.
pictures() {
	quiet_ffmpeg -i "$1" -f rawvideo -pix_fmt yuv420p - | md5sum
}

# decodes NAME FILE: v4l2-ctl and the device make the same pictures of it.
decodes() {
	local got

	got=$(timeout 60 v4l2-ctl -d $decode --stream-out-mmap --stream-mmap \
		--stream-from="$2" --stream-to=- 2>/run/v4l2-ctl.log | md5sum)
	is "$got" "$(pictures "$2")" "$1" || diag "$(tail -n 3 /run/v4l2-ctl.log)"
}

# psnr_of WIDTHxHEIGHT A B: whole decibels between two raw YUV 4:2:0 files.
psnr_of() {
	timeout 60 ffmpeg -nostdin -loglevel info -f rawvideo -s "$1" -i "$2" \
		-f rawvideo -s "$1" -i "$3" -lavfi psnr -f null - 2>&1 |
		sed -n 's/.*average:\([0-9]*\).*/\1/p; s/.*average:inf.*/99/p'
}

# through DEVICE IN OUT OUTPUT_FORMAT CAPTURE_FORMAT [OPTION...]
through() {
	timeout 60 v4l2-ctl -d "$1" --set-fmt-video-out="$4" --set-fmt-video="$5" \
		--stream-out-mmap --stream-mmap --stream-from="$2" --stream-to="$3" \
		"${@:6}" >/run/v4l2-ctl.log 2>&1
}

decode_in_background() {
	v4l2-ctl -d $decode --stream-out-mmap --stream-mmap --stream-loop \
		--stream-from=main.h264 >/run/v4l2-ctl.log 2>&1 &
	streamer=$!
	wait_for 10 has_records
}

dmesg_mark
udevadm settle --timeout=30
modprobe bcm2835-codec
for node in $decode $encode $isp $encode_image $decode_image; do
	wait_for 10 test -c "$node" || bail_out "no $node"
done
device=$(basename $driver/*:bcm2835-codec)
cd /tmp || exit

# What they say of themselves.
like "$(v4l2-ctl -d $decode --info)" 'Card type *: bcm2835-codec-decode' 'the decoder'
like "$(v4l2-ctl -d $encode --info)" 'Card type *: bcm2835-codec-encode' 'the encoder'
like "$(v4l2-ctl -d $isp --info)" 'Card type *: bcm2835-codec-isp' 'the converter'
like "$(v4l2-ctl -d $decode --list-formats-out)" 'H264.*dyn-resolution' 'streams may change'
like "$(v4l2-ctl -d $encode --set-fmt-video-out=width=100,height=50,pixelformat=YU12 --get-fmt-video-out)" \
	'Width/Height *: 100/50.*Bytes per Line *: 128' 'lines of the encoder'
like "$(v4l2-ctl -d $decode --set-fmt-video-out=width=1920,height=1080,pixelformat=H264 --get-fmt-video)" \
	'Width/Height *: 1920/1088' 'pictures of the decoder are padded'
like "$(v4l2-ctl -d $encode --set-ctrl=h264_profile=17 2>&1)" 'out of range' \
	'a profile that is not there is refused when it is set'

# Streams; the same pictures as FFmpeg's, one by one.
clip base.h264 320x240 8 -profile:v baseline
quiet_ffmpeg -f lavfi -i testsrc2=size=320x240:rate=10 -frames:v 12 -pix_fmt yuv420p \
	-c:v libx264 -preset ultrafast -profile:v main -bf 2 main.mp4
quiet_ffmpeg -i main.mp4 -c copy -f h264 main.h264
clip high.h264 176x144 8 -profile:v high
clip odd.h264 322x178 4 -profile:v high
clip field.h264 320x240 6 -profile:v high -flags +ildct+ilme -x264-params tff=1
cat base.h264 high.h264 >change.h264
decodes 'baseline' base.h264
decodes 'main with B-frames' main.h264
decodes 'high' high.h264
decodes 'a size that is cropped' odd.h264
decodes 'interlaced' field.h264
through $decode change.h264 change.yuv pixelformat=H264 pixelformat=YU12
{ quiet_ffmpeg -i base.h264 -f rawvideo - && quiet_ffmpeg -i high.h264 -f rawvideo -; } >wanted.yuv
ok 'another size in mid-stream' cmp change.yuv wanted.yuv
quiet_ffmpeg -i main.mp4 -f framemd5 software.txt
quiet_ffmpeg -c:v h264_v4l2m2m -i main.mp4 -f framemd5 hardware.txt
is "$(grep -v '^#' hardware.txt | cut -d, -f6)" "$(grep -v '^#' software.txt | cut -d, -f6)" \
	"FFmpeg's h264_v4l2m2m decodes"
head -c 3000 main.h264 >cut.h264
ok 'a stream that is cut short ends' timeout 30 v4l2-ctl -d $decode --stream-out-mmap \
	--stream-mmap --stream-from=cut.h264 --stream-to=/dev/null
decodes 'and the next stream is served' base.h264

# Encoding.
quiet_ffmpeg -i main.h264 -f rawvideo -pix_fmt yuv420p source.yuv
ok "FFmpeg's h264_v4l2m2m encodes" quiet_ffmpeg -f rawvideo -s 320x240 -framerate 10 \
	-i source.yuv -c:v h264_v4l2m2m -b:v 2M coded.mp4
is "$(quiet_ffmpeg -i coded.mp4 -f rawvideo decoded.yuv 2>&1)" '' 'into an mp4 without a fault'
is "$(stat -c %s decoded.yuv)" "$(stat -c %s source.yuv)" 'with all pictures'
at_least "$(psnr_of 320x240 source.yuv decoded.yuv)" 35 'that look like the source'

# Conversion.
size=width=320,height=240
through $isp source.yuv nv12.raw $size,pixelformat=YU12 $size,pixelformat=NV12 --stream-count=4
quiet_ffmpeg -f rawvideo -s 320x240 -i source.yuv -frames:v 4 -f rawvideo -pix_fmt nv12 wanted.raw
ok 'planar to semi-planar is exact' cmp nv12.raw wanted.raw
through $isp source.yuv small.raw $size,pixelformat=YU12 width=192,height=128,pixelformat=YU12 \
	--stream-count=4
quiet_ffmpeg -f rawvideo -s 320x240 -i source.yuv -frames:v 4 -vf scale=192:128:flags=bilinear \
	-f rawvideo wanted.raw
at_least "$(psnr_of 192x128 small.raw wanted.raw)" 25 'scaling'

# JPEG.
quiet_ffmpeg -i main.h264 -frames:v 1 -pix_fmt yuvj420p -f rawvideo photo.yuv
through $encode_image photo.yuv photo.jpg $size,pixelformat=YU12 pixelformat=JPEG --stream-count=1
quiet_ffmpeg -i photo.jpg -f rawvideo -pix_fmt yuvj420p wanted.yuv
at_least "$(psnr_of 320x240 photo.yuv wanted.yuv)" 30 'a JPEG looks like its source'
through $decode_image photo.jpg back.yuv $size,pixelformat=JPEG \
	pixelformat=YU12 --stream-count=1
at_least "$(psnr_of 320x240 back.yuv wanted.yuv)" 40 'and is decoded like by FFmpeg'
ok 'no record is left' wait_for 5 no_records

# Ends.
decode_in_background
result $? 'a program decodes'
kill -9 $streamer
wait $streamer 2>/dev/null
ok 'killed, it leaves no record' wait_for 5 no_records
decodes 'and the next one is served' base.h264
decode_in_background
result $? 'a program decodes'
ok 'its device is unbound' sh -c "echo $device >$driver/unbind"
wait $streamer
ok 'which leaves no record' wait_for 5 no_records
ok 'and bound again' sh -c "echo $device >$driver/bind"
wait_for 10 test -c $decode
decodes 'it serves' base.h264
ok 'the module goes' unload bcm2835_codec
ok 'and comes' modprobe bcm2835-codec
wait_for 10 test -c $decode
decodes 'and serves' base.h264
is "$(dmesg_problems | grep -v -e 'bytesused == 0' -e 'DEC_CMD_STOP' -e 'use the actual size instead')" '' \
	'the kernel has no complaint'
done_testing
