# SPDX-License-Identifier: GPL-2.0
#
# Results of vchiq-cdev-check as those of the suite.
#
# Copyright (C) 2026 vc-media project

# shellcheck shell=bash

# cdev_check PREFIX PROGRAM [OPTION...]
cdev_check() {
	local prefix=$1 line status

	shift
	"$@" >/run/cdev-check 2>&1
	status=$?
	while read -r line; do
		case $line in
		ok*SKIP*)
			line=${line#*- }
			skip "$prefix${line%% # SKIP*}"
			;;
		ok*) pass "$prefix${line#*- }" ;;
		not*) fail "$prefix${line#*- }" ;;
		1..*) ;;
		*) diag "${line#\# }" ;;
		esac
	done </run/cdev-check
	is "$status" 0 "${prefix}the program ends well"
}
