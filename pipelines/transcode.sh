#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A file smaller: decoder, scaler and encoder pass on buffers.
#
# Copyright (C) 2026 vc-media project

# shellcheck source=pipelines/lib.sh
. "$(dirname "$0")/lib.sh"

make_clip
small=$((width / 2))x$((height / 2))
gst filesrc location="$clip.mp4" ! qtdemux ! h264parse ! v4l2h264dec capture-io-mode=dmabuf ! \
	v4l2convert output-io-mode=dmabuf-import capture-io-mode=dmabuf ! \
	"video/x-raw,format=NV12,width=$((width / 2)),height=$((height / 2))" ! \
	v4l2h264enc output-io-mode=dmabuf-import extra-controls=controls,video_bitrate=4000000 ! \
	'video/x-h264,level=(string)4' ! h264parse ! mp4mux ! filesink location=$work/$name.mp4
check_passed $((2 * frames))
check_no_copy
check_same $work/$name.mp4 "$frames" "$clip.mp4" ${small/x/:} 25
finish true 0
