# SPDX-License-Identifier: GPL-2.0
#
# What suites about a V4L2 camera share: frames of the test pattern through
# their checker, and controls. $dev names the device, $v4l2_log the file for what
# v4l2-ctl has to say.
#
# Copyright (C) 2026 vc-media project

# shellcheck shell=bash
# shellcheck disable=SC2154

set -o pipefail

records() {
	tail -n +2 /sys/kernel/debug/vc_sm/imports | wc -l
}

no_records() {
	[ "$(records)" = 0 ]
}

stat_of() {
	cat /sys/kernel/debug/[!v]*:bcm2835-camera/stats | awk -v name="$1" '$1 == name { print $2 }'
}

is_streaming() {
	[ "$(stat_of streaming)" = 1 ]
}

stream_in_background() {
	v4l2-ctl -d $dev --stream-mmap=4 --stream-count=1000000 >$v4l2_log 2>&1 &
	streamer=$!
	wait_for 10 is_streaming
}

# capture FORMAT WIDTH HEIGHT STRIDE COUNT [FLIP]: frames through the checker.
capture() {
	local size=$(($4 * $3))

	case $1 in
	YU12 | YV12 | NV12 | NV21) size=$((size * 3 / 2)) ;;
	esac
	timeout 60 v4l2-ctl -d "$dev" --stream-mmap=4 --stream-count="$5" --stream-to=- \
		--set-fmt-video=width="$2",height="$3",pixelformat="$1" 2>"$v4l2_log" |
		pattern-check "$1" "$2" "$3" "$4" "$size" ${6:+"$6"}
}

# captures NAME FRAMES ARGUMENTS_OF_CAPTURE
captures() {
	local name=$1 count=$2 got

	shift 2
	got=$(capture "$@" 2>&1)
	like "$got" "^frames $count " "$name" || diag "$got $(tail -n 3 "$v4l2_log")"
}

# CONTROL=VALUE: limits and defaults, of menus each item; last the defaults.
control_values() {
	v4l2-ctl -d "$dev" --list-ctrls-menus | awk '
		/ 0x[0-9a-f]+ / {
			name = $1
			menu = /menu\)/
			for (i = 1; i <= NF; i++) {
				if (split($i, part, "=") != 2)
					continue
				if (part[1] == "default")
					last = last name "=" part[2] "\n"
				if (!menu && (part[1] == "min" || part[1] == "max"))
					print name "=" part[2]
			}
		}
		/^\t+[0-9]+: / { print name "=" $1 + 0 }
		END { printf "%s", last }'
}

# controls_accept_what_they_offer COUNT: at least so many values are told.
controls_accept_what_they_offer() {
	local refused

	refused=$(control_values | while read -r value; do
		v4l2-ctl -d "$dev" --set-ctrl="$value" >"$v4l2_log" 2>&1 ||
			echo "$value: $(cat "$v4l2_log")"
	done)
	at_least "$(control_values | wc -l)" "$1" 'there are controls'
	is "$refused" '' 'and they accept what they offer'
}
