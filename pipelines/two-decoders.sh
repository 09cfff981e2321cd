#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two files at once, each on a plane of its own. Both sinks have one descriptor,
# as only one may be master of the display.
#
# Copyright (C) 2026 vc-media project

# shellcheck source=pipelines/lib.sh
. "$(dirname "$0")/lib.sh"

make_clip
exec 9<>"$(echo /dev/dri/by-path/*vc4*card /dev/dri/card0 | cut -d' ' -f1)"
# Overlay planes of the CRTC that shows something.
read -r -a planes <<<"$(modetest -M vc4 -p 2>/dev/null | awk '
	/^CRTCs:/ { part = "crtcs" }
	/^Planes:/ { part = "planes" }
	part == "crtcs" && /^[0-9]+\t/ { if ($4 != "(0x0)") shown = nr; nr++ }
	part == "planes" && /^[0-9]+\t/ { id = int(strtonum($NF) / 2 ^ shown) % 2 ? $1 : 0 }
	/^\t[0-9]+ / { is_type = $2 == "type:" }
	is_type && id && /value: 0$/ { print id; id = 0 }' | head -n 2 | tr '\n' ' ')"
[ ${#planes[@]} = 2 ] || die "no two overlay planes: ${planes[*]}"
decode() {
	printf 'filesrc location=%s ! qtdemux ! h264parse ! v4l2h264dec capture-io-mode=dmabuf ! ' "$clip.mp4"
	printf 'kmssink fd=9 sync=false plane-id=%s can-scale=false skip-vsync=true render-rectangle=<%s> ' "$1" "$2"
}
# shellcheck disable=SC2046 # words
gst $(decode "${planes[0]}" "0,0,$width,$height") $(decode "${planes[1]}" "$width,0,$width,$height")
at_least "$(seen .frames_written)" $((2 * frames)) 'pictures decoded'
check_display 35
check_no_copy
finish true 0
