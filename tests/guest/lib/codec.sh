# SPDX-License-Identifier: GPL-2.0
#
# What suites about the codecs share: the nodes, and streams and pictures through
# them, compared with what FFmpeg's own software makes of them.
#
# Copyright (C) 2026 vc-media project

# shellcheck shell=bash
# shellcheck disable=SC2034

driver=/sys/bus/vchiq/drivers/bcm2835-codec
decode=/dev/video10
encode=/dev/video11
isp=/dev/video12
encode_image=/dev/video31
decode_image=/dev/video32
deinterlace=/dev/video18
clips=/vc/build/clips

# mmal_stat DEVICE NAME
mmal_stat() {
	cat /sys/kernel/debug/vc_mmal-*"$1"*/stats | awk -v name="$2" '$1 == name { n += $2 } END { print n + 0 }'
}

quiet_ffmpeg() {
	timeout 60 ffmpeg -nostdin -loglevel error -y "$@"
}

# decodes NAME CLIP: v4l2-ctl and the device make the same pictures of it as
# FFmpeg's software.
decodes() {
	local got

	got=$(timeout 60 v4l2-ctl -d $decode --stream-out-mmap --stream-mmap \
		--stream-from="$clips/$2.h264" --stream-to=- 2>/run/v4l2-ctl.log | md5sum)
	is "$got" "$(cat "$clips/$2.md5")" "$1" || diag "$(tail -n 3 /run/v4l2-ctl.log)"
}

# checks NAME MD5 CASE [ARGUMENT...]: the pictures of codec-check are those, and it
# has nothing to complain of.
checks() {
	local got

	got=$(timeout 60 codec-check "${@:3}" 2>/run/codec-check.log | md5sum)
	is "$got $(grep -c '^[1-9][0-9]* pictures, 0 errors' /run/codec-check.log)" "$2 1" "$1" ||
		diag "$(cat /run/codec-check.log)"
}

# survives NAME WHAT CASE FILE: it ends, and told WHAT.
survives() {
	timeout 60 codec-check "$3" "$clips/$4" >/dev/null 2>/run/codec-check.log
	is "$?" 0 "$1 ends" || diag "$(cat /run/codec-check.log)"
	like "$(cat /run/codec-check.log)" "$2" 'and says so'
}

# through DEVICE IN OUT OUTPUT_FORMAT CAPTURE_FORMAT [OPTION...]
through() {
	timeout 60 v4l2-ctl -d "$1" --set-fmt-video-out="$4" --set-fmt-video="$5" \
		--stream-out-mmap --stream-mmap --stream-from="$2" --stream-to="$3" \
		"${@:6}" >/run/v4l2-ctl.log 2>&1
}

decode_in_background() {
	rm -f /run/until-error
	codec-check until-error $clips/main.h264 >/run/until-error 2>&1 &
	streamer=$!
	wait_for 20 grep -q streaming /run/until-error
}

# eight_decode: in the current directory, each the pictures of FFmpeg.
eight_decode() {
	local i pids=()

	for i in 1 2 3 4 5 6 7 8; do
		codec-check decode $clips/main.h264 2>/dev/null | md5sum >sum$i &
		pids+=($!)
	done
	wait "${pids[@]}"
	is "$(cat sum? | sort -u)" "$(cat $clips/main.md5)" 'eight programs decode at once'
}
