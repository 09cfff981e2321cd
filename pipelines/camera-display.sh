#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The camera on the display: each buffer is vc_sm memory that vc4 imports once.
#
# Copyright (C) 2026 vc-media project

# shellcheck source=pipelines/lib.sh
. "$(dirname "$0")/lib.sh"

gst v4l2src device=/dev/video0 io-mode=dmabuf num-buffers="$frames" ! \
	"video/x-raw(memory:DMABuf),format=DMA_DRM,drm-format=NV12,width=$width,height=$height,framerate=30/1" ! \
	"${sink[@]}"
check_display 22
check_no_copy
finish true 0
