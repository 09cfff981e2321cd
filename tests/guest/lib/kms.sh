# SPDX-License-Identifier: GPL-2.0
#
# What the KMS suites share. Source after tap.sh.
#
# Copyright (C) 2026 vc-media project

# shellcheck shell=bash

PATH=$PATH:/vc/build/guest/tools/kms-check

# kms-check's lines become results of this suite, as they come.
shopt -s lastpipe

connector=

# load_vc4: until there is a connector, whose directory is $connector then.
load_vc4() {
	modprobe vc4
	wait_for 20 compgen -G '/sys/class/drm/card*-HDMI-A-1'
	connector=$(compgen -G '/sys/class/drm/card*-HDMI-A-1')
	ok 'vc4 drives a card with an HDMI connector' test -d "$connector"
}

# run_kms_check ARGS...
run_kms_check() {
	local verdict name

	kms-check "$@" 2>&1 | while read -r verdict name; do
		case $verdict in
		PASS)
			pass "$name"
			;;
		FAIL)
			result 1 "${name%%:*}"
			diag "$name"
			;;
		*)
			diag "${verdict#\#} $name"
			;;
		esac
	done
	is "${PIPESTATUS[0]}" 0 "kms-check $* ends well"
}

# Messages of vc4 and what it uses, warning and worse. Left out: what is true,
# that there is no audio in the device tree, as there is none to play; and a
# bug of vc4_plane_calc_load() in 7.3, which looks beyond a table of two for
# formats of three planes, on any hardware.
vc4_problems() {
	dmesg_problems | grep -v "'dmas' DT property is missing or empty, no HDMI audio" |
		awk '
			/---\[ cut here \]---/ { report = $0; inside = 1; next }
			inside {
				report = report "\n" $0
				if (!/---\[ end trace/)
					next
				inside = 0
				if (report !~ /UBSAN: array-index-out-of-bounds in [^ ]*vc4_plane\.c/)
					print report
				next
			}
			{ print }
			END { if (inside) print report }'
}
