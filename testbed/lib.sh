# SPDX-License-Identifier: GPL-2.0
#
# Shell functions the testbed scripts share: where things are cached, where
# packages come from, how to become root of a private namespace.
#
# Copyright (C) 2026 vc-media project

# shellcheck shell=bash

VC_TESTBED=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
VC_TOP=$(dirname "$VC_TESTBED")
VC_CACHE=${VC_MEDIA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vc-media}
VC_SUITE=trixie

vc_prog=${0##*/}

make_cache() {
	mkdir -p "$VC_CACHE" 2>/dev/null && [ -w "$VC_CACHE" ] ||
		die "cannot write to $VC_CACHE; VC_MEDIA_CACHE names another place"
}

say() {
	printf '%s: %s\n' "$vc_prog" "$*" >&2
}

die() {
	say "$*"
	exit 1
}

# Lines of a list file without comments and blanks.
list_lines() {
	sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1"
}

# What this machine is to Debian; VC_MEDIA_ARCH for one that runs others' programs.
machine_arch() {
	case ${VC_MEDIA_ARCH:-$(uname -m)} in
	x86_64|amd64) echo amd64 ;;
	aarch64|arm64) echo arm64 ;;
	*) die "the testbed runs on amd64 and arm64 machines, not on $(uname -m)" ;;
	esac
}

# First 12 hex digits of the hash over the named files (or stdin).
hash_of() {
	cat "$@" | sha256sum | cut -c1-12
}

# The Debian archive this machine's apt is set up for; empty on other systems.
apt_mirror() {
	if [ -n "${VC_MEDIA_MIRROR:-}" ]; then
		printf '%s\n' "$VC_MEDIA_MIRROR"
		return
	fi
	command -v apt-get >/dev/null || return 0
	apt-get indextargets --format '$(ORIGIN)/$(LABEL) $(REPO_URI)' \
		'Created-By: Packages' 2>/dev/null |
		sed -n 's,^Debian/Debian \([^ ]*\),\1,p' | head -n 1
}

# Network settings of this machine's apt (proxy, dates), as apt.conf lines.
apt_network_options() {
	command -v apt-config >/dev/null || return 0
	apt-config dump 2>/dev/null |
		grep -E '^Acquire::(Check-|https?::|Retries|ForceIPv)' |
		grep -v '""' || true
}

# A set-up failed and left log $1: the one line that says why.
setup_failed() {
	local why

	if grep -qE 'Could not (resolve|connect)|Unable to connect|Temporary failure|timed out' "$1"; then
		die "cannot reach the Debian archive ${VC_MEDIA_MIRROR:-$(apt_mirror)}: is there a network? (VC_MEDIA_MIRROR names another archive; the log is $1)"
	fi
	why=$(grep -m 1 -E '^(E|Err|dpkg): ' "$1" || tail -n 1 "$1")
	die "set-up failed: $why (the log is $1)"
}

# archive_lines SUITE...: for mmdebstrap, whose own default it is without a line.
archive_lines() {
	local mirror suite

	mirror=$(apt_mirror)
	[ -n "$mirror" ] || return 0
	for suite; do
		printf 'deb %s %s main\n' "$mirror" "$suite"
	done
}

# Keys of the Debian archive, also where the system is none of Debian.
readonly DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

need_keyring() {
	[ -e "$DEBIAN_KEYRING" ] ||
		die "the keys of the Debian archive are missing: install debian-archive-keyring (in Fedora debian-keyring)"
}

need_mmdebstrap() {
	[ -z "${VC_TOOLBOX:-}" ] ||
		die "lists of packages changed while this was running: end it and run make setup"
	if command -v mmdebstrap >/dev/null; then
		need_keyring
		return
	fi
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
		die "mmdebstrap is missing: install the packages mmdebstrap, debian-archive-keyring and uidmap"
	say "installing mmdebstrap"
	{ apt-get update -q && DEBIAN_FRONTEND=noninteractive \
		apt-get install -q -y --no-install-recommends \
		mmdebstrap debian-archive-keyring; } >&2 ||
		die "mmdebstrap is missing and apt-get cannot install it (is there a network?)"
}

# Run this script again, with the given arguments, as root of new user and
# mount namespaces (only a mount namespace when already root).
in_namespace() {
	local opts=(--mount --propagation slave)

	if [ "$(id -u)" != 0 ]; then
		command -v newuidmap >/dev/null ||
			die "newuidmap is missing: install the package uidmap (or run as root)"
		opts+=(--map-root-user --map-auto)
	fi
	exec unshare "${opts[@]}" -- "$0" "$@"
}
