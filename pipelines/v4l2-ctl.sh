#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The same without a framework: decode to a file, scale it, encode it.
#
# Copyright (C) 2026 vc-media project

# shellcheck source=pipelines/lib.sh
. "$(dirname "$0")/lib.sh"

make_clip
size=width=$width,height=$height
recipe() {
	v4l2-ctl -d 10 --stream-out-mmap --stream-mmap --stream-from=$clip.h264 \
		--stream-to=$run.yuv &&
		v4l2-ctl -d 12 --set-fmt-video-out="$size,pixelformat=YU12" \
			--set-fmt-video=width=$((width / 2)),height=$((height / 2)),pixelformat=YU12 \
			--stream-out-mmap --stream-mmap --stream-from=$run.yuv --stream-to=$run.small.yuv \
			--stream-count="$frames" &&
		v4l2-ctl -d 11 --set-fmt-video-out="$size,pixelformat=YU12" --set-fmt-video=pixelformat=H264 \
			--stream-out-mmap --stream-mmap --stream-from=$run.yuv --stream-to=$work/$name.out.h264
}
export -f recipe
export work name run clip size width height frames
watch bash -c recipe
cmp $run.yuv "$clip.yuv" || die "not what the software makes of it"
at_least "$(stat -c %s $run.small.yuv)" $((frames * width * height * 3 / 8)) 'bytes scaled'
check_file $work/$name.out.h264 "$frames"
finish false $((width * height * 3 / 2 * 4))
