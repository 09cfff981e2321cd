#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A file on the display: the decoder writes where vc4 fetches.
#
# Copyright (C) 2026 vc-media project

# shellcheck source=pipelines/lib.sh
. "$(dirname "$0")/lib.sh"

make_clip
gst filesrc location="$clip.mp4" ! qtdemux ! h264parse ! v4l2h264dec capture-io-mode=dmabuf ! \
	"${sink[@]}"
check_display 35
check_no_copy
finish true 0
