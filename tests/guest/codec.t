#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=260 --append=modprobe.blacklist=vc4,bcm2835-camera
# check: 6.12
#
# The codecs and the converter as V4L2 devices: what they make of streams and
# pictures, compared with what FFmpeg's own software makes of them, and every way
# in which streaming can end.
#
# Copyright (C) 2026 vc-media project

# What is not assigned here is so in lib/codec.sh.
# shellcheck disable=SC2154
. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh
. /vc/tests/guest/lib/codec.sh

records() {
	tail -n +2 /sys/kernel/debug/vc_sm/imports | wc -l
}

no_records() {
	[ "$(records)" = 0 ]
}

# coded CONTROL=VALUE[,...] [PICTURES]: bytes of a film that is coded so; it is in coded.h264
coded() {
	through $encode "${2:-$clips/pictures.yuv}" coded.h264 $size,pixelformat=YU12 \
		pixelformat=H264 --set-ctrl="$1"
	stat -c %s coded.h264
}

# nals TYPE: how many there are of it in coded.h264, as regular expression of the byte
nals() {
	LC_ALL=C grep -aoP "\x00\x00\x01[$1]" coded.h264 | wc -l
}

# keys_with MBS: of twelve pictures, each third a key frame unless MBS are refreshed
keys_with() {
	coded video_gop_size=3,number_of_intra_refresh_mbs="$1" still.yuv >/dev/null
	nals '\x25\x45\x65'
}

# each_picture FILE: MD5 of each of its pictures, as FFmpeg prints them
each_picture() {
	split -b $((320 * 240 * 3 / 2)) --filter='md5sum' "$1" | sed 's/^/ /; s/ *-$//'
}

# encodes_dmabufs MEMORY: more pictures than there are buffers
encodes_dmabufs() {
	rm -f coded.h264 decoded.yuv
	codec-check dmabuf-encode "$1" 320 240 $clips/clip-320x240-12.yuv >coded.h264 \
		2>/run/codec-check.log
	like "$(cat /run/codec-check.log)" '^12 pictures' "$1: an encoder encodes"
	is "$(quiet_ffmpeg -f h264 -i coded.h264 -f rawvideo -pix_fmt yuv420p decoded.yuv 2>&1)" '' \
		"$1: FFmpeg decodes that without a fault"
	at_least "$(codec-check psnr $clips/clip-320x240-12.yuv decoded.yuv)" 35 \
		"$1: to as many pictures, which look like the source"
}

dmesg_mark
memories=(vc_sm)
# Not every kernel has huge pages.
if echo 24 2>/dev/null >/proc/sys/vm/nr_hugepages; then
	memories+=(huge)
fi
udevadm settle --timeout=30
modprobe bcm2835-codec
for node in $decode $encode $isp $deinterlace $encode_image $decode_image; do
	wait_for 10 test -c "$node" || bail_out "no $node"
done
device=$(basename $driver/*:bcm2835-codec)
cd /tmp || exit

# What they say of themselves.
like "$(v4l2-ctl -d $decode --info)" 'Card type *: bcm2835-codec-decode' 'the decoder'
like "$(v4l2-ctl -d $encode --info)" 'Card type *: bcm2835-codec-encode' 'the encoder'
like "$(v4l2-ctl -d $isp --info)" 'Card type *: bcm2835-codec-isp' 'the converter'
like "$(v4l2-ctl -d $deinterlace --info)" 'Card type *: bcm2835-codec-image_fx' 'the deinterlacer'
like "$(v4l2-ctl -d $decode --list-formats-out)" 'H264.*dyn-resolution' 'streams may change'
like "$(v4l2-ctl -d $encode --set-fmt-video-out=width=100,height=50,pixelformat=YU12 --get-fmt-video-out)" \
	'Width/Height *: 100/50.*Bytes per Line *: 128' 'lines of the encoder'
like "$(v4l2-ctl -d $decode --set-fmt-video-out=width=1920,height=1080,pixelformat=H264 --get-fmt-video)" \
	'Width/Height *: 1920/1088' 'pictures of the decoder are padded'
like "$(v4l2-ctl -d $encode --set-ctrl=h264_profile=17 2>&1)" 'out of range' \
	'a profile that is not there is refused when it is set'

# Streams; the same pictures as FFmpeg's, one by one.
decodes 'baseline' baseline
decodes 'main with B-frames' main
decodes 'high' high
decodes 'a size that is cropped' cropped
decodes 'interlaced' fields
decodes '1080p' large
decodes 'another size in mid-stream' change
checks 'the same in pieces that end anywhere' "$(cat $clips/change.md5)" decode $clips/change.h264
checks 'pixels that are not square, other colours' "$(cat $clips/wide.md5)" decode \
	$clips/wide.h264
like "$(cat /run/codec-check.log)" '320x240, pixels 3/4, colours 1, field 1' 'are told'
checks 'interlaced, in pieces' "$(cat $clips/fields.md5)" decode $clips/fields.h264
like "$(cat /run/codec-check.log)" 'field 9' 'are told to be, with the lower field first'
checks 'interlaced the other way round' "$(cat $clips/upper.md5)" decode $clips/upper.h264
like "$(cat /run/codec-check.log)" 'field 8' 'are told to be, with the upper field first'
quiet_ffmpeg -c:v h264_v4l2m2m -i $clips/main.mp4 -f framemd5 hardware.txt
is "$(grep -v '^#' hardware.txt | cut -d, -f6)" "$(cat $clips/main.framemd5)" \
	"FFmpeg's h264_v4l2m2m decodes"
checks 'seeking' "$(cat $clips/main.md5)" seek $clips/main.h264
checks 'seeking and throwing away pictures' "$(cat $clips/main.md5)" flush $clips/main.h264
timeout 60 codec-check again $clips/main.h264 >pictures 2>/run/codec-check.log
is "$(each_picture pictures)" "$(cat $clips/main.framemd5 $clips/main.framemd5)" \
	'after the end of a drain it goes on' || diag "$(cat /run/codec-check.log)"

# Streams that are none.
survives 'a stream that is cut short' '[1-9][0-9]* pictures' decode cut.h264
survives 'a broken stream' '[1-9][0-9]* pictures, [1-9][0-9]* errors' decode broken.h264
survives 'noise' '^0 pictures' decode noise.h264
decodes 'and the next stream is served' baseline

# Encoding.
size=width=320,height=240
ok "FFmpeg's h264_v4l2m2m encodes" quiet_ffmpeg -f rawvideo -s 320x240 -framerate 10 \
	-i $clips/pictures.yuv -c:v h264_v4l2m2m -b:v 2M coded.mp4
is "$(quiet_ffmpeg -i coded.mp4 -f rawvideo decoded.yuv 2>&1)" '' 'into an mp4 without a fault'
is "$(stat -c %s decoded.yuv)" "$(stat -c %s $clips/pictures.yuv)" 'with all pictures'
at_least "$(codec-check psnr $clips/pictures.yuv decoded.yuv)" 35 'that look like the source'
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	cat $clips/one.yuv
done >still.yuv
is "$(keys_with 0)" 4 'key frames come as often as wanted'
is "$(keys_with 40)" 1 'macroblocks that are refreshed in turn make them needless'
rate=video_bitrate_mode=1,h264_minimum_qp_value=1
at_least "$(coded $rate,video_bitrate=4000000)" $((2 * $(coded $rate,video_bitrate=200000))) 'a bitrate is kept to'
at_least "$(coded h264_minimum_qp_value=5)" $((2 * $(coded h264_minimum_qp_value=45))) \
	'pictures are no finer than wanted'
at_least "$(coded video_bitrate=50000,h264_minimum_qp_value=1,h264_maximum_qp_value=10)" \
	$((2 * $(coded video_bitrate=50000))) 'and no coarser'
coded h264_profile=0,h264_level=8 >/dev/null
is "$(ffprobe -v error -f h264 -show_entries stream=profile,level -of csv=p=0 coded.h264)" 'Constrained Baseline,30' \
	'profile and level are those wanted'
coded video_gop_size=3 >/dev/null
is "$(nals '\x27\x47\x67')" 1 'headers come once'
coded video_gop_size=3,repeat_sequence_header=1 >/dev/null
is "$(nals '\x27\x47\x67')" "$(nals '\x25\x45\x65')" 'or with each key frame'
ok 'a key frame comes when it is asked for' codec-check keys
ok 'levels and limits are kept' codec-check levels
ok 'what is wrong is refused' codec-check refuses
ok 'what is enumerated is taken' codec-check sizes

# Memory of others on both queues, another one with each buffer.
for memory in "${memories[@]}"; do
	codec-check dmabuf $memory $clips/main.h264 >pictures 2>/run/codec-check.log
	is "$(each_picture pictures)" "$(cat $clips/main.framemd5)" \
		"$memory: each picture is FFmpeg's" || diag "$(cat /run/codec-check.log)"
	checks "$memory: another size in mid-stream" "$(cat $clips/grow.md5)" dmabuf $memory \
		$clips/grow.h264
	checks "$memory: a larger one while it drains" "$(cat $clips/grow.md5)" dmabuf-drain $memory \
		$clips/grow.h264
	for case in keep drain; do
		checks "$memory: a smaller one, dmabuf-$case" "$(cat $clips/change.md5)" \
			dmabuf-$case $memory $clips/change.h264
		like "$(cat /run/codec-check.log)" 'kept' "$memory: in the same buffers"
	done
	encodes_dmabufs $memory
done
checks 'what is too small for a larger size' "$(cat $clips/grow.md5)" dmabuf-change \
	$clips/grow.h264
like "$(cat /run/codec-check.log)" 'refused' 'is refused'
ok 'no record is left' wait_for 5 no_records

# Conversion.
through $isp $clips/pictures.yuv nv12.raw $size,pixelformat=YU12 $size,pixelformat=NV12
ok 'planar to semi-planar is exact' cmp nv12.raw $clips/nv12.raw
through $isp $clips/pictures.yuv small.raw $size,pixelformat=YU12 \
	width=192,height=128,pixelformat=YU12
at_least "$(codec-check psnr small.raw $clips/small.raw)" 25 'scaling'

through $deinterlace $clips/woven.raw field.raw $size,pixelformat=YU12,field=interlaced \
	$size,pixelformat=YU12
ok 'two fields are made one' cmp field.raw $clips/field.raw
through $deinterlace $clips/woven.raw lower.raw $size,pixelformat=YU12,field=interlaced_bt \
	$size,pixelformat=YU12
ok 'of which the lower is the first if the pictures say so' cmp lower.raw $clips/lower.raw

# JPEG.
through $encode_image $clips/one.yuv photo.jpg $size,pixelformat=YU12 pixelformat=JPEG
codec-check jpeg photo.jpg >photo.yuv 2>/run/codec-check.log
at_least "$(codec-check psnr photo.yuv $clips/one.yuv)" 30 'a JPEG looks like its source'
checks 'a JPEG is decoded like by FFmpeg' "$(md5sum <$clips/photo.yuv)" jpeg $clips/photo.jpg
checks 'a film of JPEGs, too' "$(cat $clips/film.md5)" mjpeg $clips/film.mjpeg
like "$(cat /run/codec-check.log)" '^10 pictures' 'in ten pictures'
survives 'a JPEG that is cut short' ', 1 errors' jpeg cut.jpg
survives 'a broken JPEG' '[01] pictures' jpeg broken.jpg
survives 'what is no JPEG' '^0 pictures' jpeg noise.jpg
checks 'and the next one is served' "$(md5sum <$clips/photo.yuv)" jpeg $clips/photo.jpg
ok 'no record is left' wait_for 5 no_records

# What travels with messages.
is "$(mmal_stat codec bytes_copied)" 0 'no byte was copied'
ok 'pictures in scattered memory are converted' codec-check scattered
is "$(mmal_stat codec bytes_copied)" $((2 * 2 * 320 * 240 * 3 / 2)) 'and copied, both ways'
checks 'scattered: a decoder decodes, another size in mid-stream' "$(cat $clips/grow.md5)" \
	dmabuf scattered $clips/grow.h264
encodes_dmabufs scattered
ok 'no record is left' wait_for 5 no_records
vcctl mmal extradata=1000 >/dev/null
decodes 'a size that is told with data that does not fit into the message' change
vcctl mmal off >/dev/null
is "$(mmal_stat codec violations) $(mmal_stat codec events_lost)" '0 0' 'no message broke the protocol'

# Eight at once.
eight_decode

# Ends.
decode_in_background
result $? 'a program decodes'
kill -9 $streamer
wait $streamer 2>/dev/null
ok 'killed, it leaves no record' wait_for 5 no_records
decodes 'and the next one is served' baseline
ok 'its device goes while somebody waits for a picture' timeout 60 codec-check unbind \
	"$device" $clips/main.h264
ok 'which leaves no record' wait_for 5 no_records
wait_for 10 test -c $decode
decodes 'it serves' baseline
ok 'the module goes' unload bcm2835_codec
ok 'and comes' modprobe bcm2835-codec
wait_for 10 test -c $decode
decodes 'and serves' baseline
is "$(dmesg_problems | grep -v -e 'bytesused == 0' -e 'DEC_CMD_STOP' -e 'use the actual size instead')" '' \
	'the kernel has no complaint'
done_testing
