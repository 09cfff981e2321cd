#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The monitor is unplugged, plugged in again, and replaced by another one.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/kms.sh

connector=
load_vc4
dmesg_mark

status_is() {
	[ "$(cat "$connector/status")" = "$1" ]
}

probe() {
	echo detect >"$connector/status"
}

is "$(cat "$connector/status")" connected 'a monitor is there'
first=$(md5sum <"$connector/edid")

vcctl hotplug off
# There is no interrupt for it: the kernel looks every 10 s.
ok 'the kernel notices by itself that it is gone' wait_for 25 status_is disconnected
is "$(wc -c <"$connector/edid")" 0 'and forgets its EDID'

vcctl hotplug on
probe
is "$(cat "$connector/status")" connected 'plugged in again, it is found'
is "$(md5sum <"$connector/edid")" "$first" 'with the same EDID'

# Another name, and a checksum that fits.
other=/vc/build/kms-hotplug-$VC_KERNEL-$RANDOM.edid
perl -e '
	local $/;
	my @e = unpack "C*", <STDIN>;
	@e[95 .. 107] = (unpack("C*", "OTHER\n"), (32) x 7);
	my $sum = 0;
	$sum += $_ for @e[0 .. 126];
	$e[127] = -$sum & 255;
	print pack "C*", @e' <"$connector/edid" >"$other"
ok 'another monitor is plugged in' vcctl edid "$VC_HOST_BUILD/${other##*/}"
probe
ok 'its EDID is read, byte for byte' cmp "$connector/edid" "$other"
like "$(edid-decode "$connector/edid")" "Name: 'OTHER'" 'and has its name'

printf 'no EDID' >"$other"
not_ok 'something that is no EDID is refused' vcctl edid "$VC_HOST_BUILD/${other##*/}"
probe
like "$(edid-decode "$connector/edid")" "Name: 'OTHER'" 'and changes nothing'
rm -f "$other"

for ((i = 0; i < 5; i++)); do
	vcctl hotplug off
	probe
	off+=$(cat "$connector/status")
	vcctl hotplug on
	probe
	on+=$(cat "$connector/status")
done
is "$off" "$(printf 'disconnected%.0s' 1 2 3 4 5)" 'unplugged five times'
is "$on" "$(printf 'connected%.0s' 1 2 3 4 5)" 'plugged in five times'

# 7.3 says so when the console sets a mode for a monitor that is gone again.
problems=$(vc4_problems | grep -v "HDMI Sink doesn't support RGB, something's wrong")
is "$problems" '' 'no warning and no error'
done_testing
