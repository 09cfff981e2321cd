# SPDX-License-Identifier: GPL-2.0
#
# What the KMS suites share. Source after tap.sh.
#
# Copyright (C) 2026 vc-media project

# shellcheck shell=bash

PATH=$PATH:/vc/build/guest/tools/kms-check

# kms-check's lines become results of this suite, as they come.
shopt -s lastpipe

# load_vc4: until there is a connector.
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

# Messages of vc4 and what it uses, warning and worse. The one that is left
# out is true: there is no audio in the device tree, as there is none to play.
vc4_problems() {
	dmesg_problems | grep -v "'dmas' DT property is missing or empty, no HDMI audio"
}
