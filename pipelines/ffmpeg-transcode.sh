#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# FFmpeg decodes and encodes by the device.
#
# Copyright (C) 2026 vc-media project

# shellcheck source=pipelines/lib.sh
. "$(dirname "$0")/lib.sh"

make_clip
watch ffmpeg -nostdin -y -c:v h264_v4l2m2m -i "$clip.mp4" -c:v h264_v4l2m2m -b:v 4M $work/$name.mp4
check_same $work/$name.mp4 "$frames" "$clip.mp4" "$width:$height" 28
finish false $((width * height * 3))
