#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The camera on the display and into an mp4 at once: three drivers, one buffer.
#
# Copyright (C) 2026 vc-media project

# shellcheck source=pipelines/lib.sh
. "$(dirname "$0")/lib.sh"

gst v4l2src device=/dev/video0 io-mode=dmabuf num-buffers="$frames" ! \
	"video/x-raw,format=NV12,width=$width,height=$height,framerate=30/1" ! tee name=t \
	t. ! queue ! "${sink[@]}" \
	t. ! queue ! v4l2h264enc output-io-mode=dmabuf-import \
	extra-controls=controls,video_bitrate=4000000 ! 'video/x-h264,level=(string)4' ! \
	h264parse ! mp4mux ! filesink location=$work/$name.mp4
check_display 22
check_passed "$frames"
check_no_copy
check_file $work/$name.mp4 "$frames"
finish true 0
