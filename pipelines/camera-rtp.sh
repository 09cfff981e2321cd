#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The camera over the network: encoded, sent as RTP over loopback, decoded and shown.
#
# Copyright (C) 2026 vc-media project

# shellcheck source=pipelines/lib.sh
. "$(dirname "$0")/lib.sh"

port=5004
# Bytes that wait in the receiver's socket, or nothing if there is none.
waiting() {
	awk -v port="$(printf ':%04X' $port)" 'index($2, port) { split($5, queue, ":"); print queue[2] }' \
		/proc/net/udp
}
# waits_for PATTERN: in the socket.
waits_for() {
	local tries=200

	until waiting | grep -q "$1"; do
		[ $((tries -= 1)) -gt 0 ] || return 1
		sleep 0.1
	done
}
recipe() {
	local receiver

	gst-launch-1.0 -e udpsrc port=$port \
		caps='application/x-rtp,media=video,clock-rate=90000,encoding-name=H264,payload=96' ! \
		rtph264depay ! h264parse ! v4l2h264dec capture-io-mode=dmabuf ! $sink_words &
	receiver=$!
	waits_for . || return
	gst-launch-1.0 v4l2src device=/dev/video0 io-mode=dmabuf num-buffers="$frames" ! \
		"video/x-raw,format=NV12,width=$width,height=$height,framerate=30/1" ! \
		v4l2h264enc output-io-mode=dmabuf-import extra-controls=controls,video_bitrate=2000000 ! \
		'video/x-h264,level=(string)4' ! h264parse ! rtph264pay config-interval=-1 pt=96 ! \
		udpsink host=127.0.0.1 port=$port || return
	# All that was sent has been read: what is inside comes out at the end.
	waits_for '^0*$' || return
	kill -INT $receiver
	wait $receiver
}
sink_words=${sink[*]}
export -f recipe waiting waits_for
export port frames width height sink_words
watch bash -c recipe
count_running
check_display 22
check_passed "$frames"
# Camera and decoder.
at_least "$(seen .frames_written)" $((2 * frames - 2)) 'pictures arrived'
check_no_copy
finish true 0
