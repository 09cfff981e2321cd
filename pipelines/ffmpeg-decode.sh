#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# FFmpeg decodes by the device: it maps buffers and copies each picture once.
#
# Copyright (C) 2026 vc-media project

# shellcheck source=pipelines/lib.sh
. "$(dirname "$0")/lib.sh"

make_clip
watch ffmpeg -nostdin -y -c:v h264_v4l2m2m -i "$clip.mp4" -f rawvideo -pix_fmt yuv420p $run.yuv
cmp $run.yuv "$clip.yuv" || die "not what the software makes of it"
finish false $((width * height * 3 / 2))
