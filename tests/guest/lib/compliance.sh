# SPDX-License-Identifier: GPL-2.0
#
# What suites that run v4l2-compliance share. Totals are told in lines that begin
# with "# v4l2-compliance", which testbed/check-run collects.
#
# Copyright (C) 2026 vc-media project

# shellcheck shell=bash

# Sets $exporter to vivid's node, once it is there.
find_exporter() {
	local name

	for name in /sys/class/video4linux/*/name; do
		read -r exporter <"$name"
		if [[ $exporter = vivid* ]]; then
			name=${name%/name}
			exporter=/dev/${name##*/}
			[ -c "$exporter" ]
			return
		fi
	done
	return 1
}

# compliance_totals LOG: the last line of v4l2-compliance as JSON.
compliance_totals() {
	tail -n 1 "$1" | jq -cR --argjson skipped "$(grep -c 'Not Supported' "$1")" '
		capture("Total for (?<driver>.*) device (?<node>[^:]*): (?<all>[0-9]+), " +
			"Succeeded: (?<passed>[0-9]+), Failed: (?<failed>[0-9]+), " +
			"Warnings: (?<warnings>[0-9]+)") |
		{ node, driver, passed: .passed | tonumber, failed: .failed | tonumber,
		  warnings: .warnings | tonumber, skipped: $skipped }' |
		sed 's/^/# v4l2-compliance /'
}
