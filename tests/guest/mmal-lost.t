#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=300 --append=modprobe.blacklist=vc4 --videocored-args=--source=pattern
# check: 6.12
#
# The firmware does not answer one request of the camera or of a codec: whoever asked
# gets an errno in bounded time, the log says which component it was, and the next
# stream works.
#
# alone: measures time
#
# Copyright (C) 2026 vc-media project

# What is not assigned here is so in lib/codec.sh.
# shellcheck disable=SC2154
. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh
. /vc/tests/guest/lib/camera.sh
. /vc/tests/guest/lib/codec.sh

dev=/dev/video0
v4l2_log=/run/v4l2-ctl.log
streamer=

# Types of messages, include/videocore/mmal.h
create=4 destroy=5 enable=6 disable=7 info_get=8 info_set=9 action=10 set=14

# lose TYPE [AFTER]
lose() {
	vcctl mmal "lose=$1${2:+,after=$2}" >/dev/null || bail_out "vcctl mmal lose=$1"
}

components() {
	vcctl --json status | jq '[.. | objects | select(has("components")) | .components | length] | add'
}

components_are() {
	[ "$(components)" = "$1" ]
}

decode() {
	timeout 60 codec-check decode $clips/baseline.h264 2>/run/codec-check.log | md5sum
}

picture() {
	{ timeout 30 camera-check expbuf NV12 64 64 1 >/dev/null; } 2>&1
}

# it_is_told COMPONENT TYPE NAME
it_is_told() {
	like "$(dmesg_since_mark)" "$1: no answer to MMAL message $2" "$3: the log says so"
}

# decoder_goes_on NAME TYPE: after what is lost since $start.
decoder_goes_on() {
	at_least 5 $((SECONDS - start)) "$1: within 5 s"
	it_is_told ril.video_decode "$2" "$1"
	is "$(decode)" "$(cat $clips/baseline.md5)" "$1: the next one decodes"
}

# decoder_fails NAME TYPE [AFTER]: with an errno, and the next one works.
decoder_fails() {
	local start=$SECONDS

	dmesg_mark >/dev/null
	lose "$2" ${3:+"$3"}
	decode >/dev/null
	like "$(cat /run/codec-check.log)" 'Connection timed out' "$1: a program gets ETIMEDOUT"
	decoder_goes_on "$@"
}

# decoder_ends NAME TYPE [AFTER]: what is lost is lost at the end.
decoder_ends() {
	local start=$SECONDS

	dmesg_mark >/dev/null
	lose "$2" ${3:+"$3"}
	is "$(decode)" "$(cat $clips/baseline.md5)" "$1: a program decodes"
	decoder_goes_on "$@"
}

# camera_fails NAME COMPONENT TYPE [AFTER]
camera_fails() {
	local start=$SECONDS

	dmesg_mark >/dev/null
	lose "$3" ${4:+"$4"}
	like "$(picture)" 'Connection timed out' "$1: a program gets ETIMEDOUT"
	at_least 5 $((SECONDS - start)) "$1: within 5 s"
	it_is_told "$2" "$3" "$1"
	captures "$1: the next one takes pictures" 3 NV12 640 480 640 3
}

udevadm settle --timeout=30
modprobe bcm2835-camera
modprobe bcm2835-codec
wait_for 10 test -c $decode || bail_out "no $decode"
wait_for 10 test -c $dev || bail_out "no $dev"
echo 500 >/sys/module/vc_mmal/parameters/timeout_ms
cd /tmp || exit
all=$(components)

decoder_fails 'creating a component' $create
decoder_fails 'asking for a port' $info_get
decoder_fails 'setting a parameter' $set
decoder_fails 'setting a format' $info_set
decoder_fails 'enabling a component' $enable
decoder_fails 'enabling the first port' $action
decoder_fails 'enabling the second port' $action 1
decoder_ends 'disabling a component' $disable
decoder_ends 'destroying a component' $destroy
is "$(mmal_stat codec late)" 0 'nothing came late'
is "$(components)" $((all + 1)) 'a component that nobody was told of is left in the firmware'

# One that comes when nobody waits for it any more.
vcctl mmal hold=$create >/dev/null
decode >/dev/null
like "$(cat /run/codec-check.log)" 'Connection timed out' 'a component comes late: ETIMEDOUT'
vcctl mmal off >/dev/null
ok 'it is destroyed' wait_for 10 components_are $((all + 1))
at_least "$(mmal_stat codec late)" 1 'and counted'

# The camera's component stays, and so does what nobody knows of it.
camera_fails 'setting a parameter' ril.camera $set
camera_fails 'setting a format' ril.camera $info_set
camera_fails 'connecting the preview' ril.camera $action
camera_fails 'enabling the preview' ril.camera $action 1
camera_fails 'enabling the port' ril.camera $action 2
camera_fails 'enabling the camera' ril.camera $enable

stream_in_background
result $? 'a program streams'
dmesg_mark >/dev/null
lose $action
kill -9 $streamer
wait $streamer 2>/dev/null
it_is_told ril.camera $action 'disabling a port'
captures 'disabling a port: the next one takes pictures' 3 NV12 640 480 640 3
ok 'no record is left' wait_for 5 no_records
is "$(dmesg | sed -n 's/^<[0-4]>//p' | grep -E 'WARNING|BUG')" '' 'the kernel has no complaint'
done_testing
