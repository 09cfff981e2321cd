# SPDX-License-Identifier: GPL-2.0
#
# Loading and unloading modules with all that use them.
#
# Copyright (C) 2026 vc-media project

# shellcheck shell=bash

loaded() {
	[ -d "/sys/module/$1" ]
}

# unload MODULE...: and before it those that use it. What udev loads meanwhile
# because a device appeared is waited for first.
unload() {
	local module holder

	udevadm settle --timeout=30
	for module; do
		loaded "$module" || continue
		for holder in "/sys/module/$module/holders/"*; do
			[ ! -d "$holder" ] || unload "${holder##*/}" || return
		done
		! loaded "$module" || rmmod "$module" || return
	done
}
