#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The camera as JPEGs and back on the display: as from a camera that has no raw
# format, which is made of ours and the JPEG encoder.
#
# Copyright (C) 2026 vc-media project

# shellcheck source=pipelines/lib.sh
. "$(dirname "$0")/lib.sh"

gst v4l2src device=/dev/video0 io-mode=dmabuf num-buffers="$frames" ! \
	"video/x-raw,format=NV12,width=$width,height=$height,framerate=30/1" ! \
	v4l2jpegenc output-io-mode=dmabuf-import ! jpegparse ! \
	v4l2jpegdec capture-io-mode=dmabuf ! "${sink[@]}"
check_display 22
check_passed "$frames"
check_no_copy
finish true 0
