#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=120 --append=modprobe.blacklist=vc4,vc_sm,bcm2835-camera,bcm2835-codec
# check: 6.12
#
# vcgencmd: answers and exit codes as scripts know them.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh

# answers STATUS REGEX WORD...
answers() {
	local status=$1 regex=$2 out

	shift 2
	out=$(vcgencmd "$@" 2>&1; echo "status $?")
	like "$out" "^$regex"$'\n'"status $status\$" "vcgencmd $*"
}

modprobe vchiq
wait_for 10 test -c /dev/vchiq || bail_out 'no /dev/vchiq'
dmesg_mark

answers 0 "temp=[0-9.]+'C" measure_temp
answers 0 'frequency\([0-9]+\)=[0-9]+' measure_clock arm
answers 0 'volt=[0-9.]+V' measure_volts
answers 0 'volt=[0-9.]+V' measure_volts sdram_p
answers 0 'gpu=[0-9]+M' get_mem gpu
answers 0 'throttled=0x[0-9a-f]+' get_throttled
answers 0 'supported=[01] detected=[01]' get_camera
answers 0 'H264=(enabled|disabled)' codec_enabled H264
answers 0 'commands="[a-z_, ]+"' commands
answers 254 'error=1 error_msg="Command not registered"' no_such_command
answers 254 'error=2 error_msg="Invalid arguments"' measure_clock no_such_clock
answers 255 'vcgencmd: /dev/none: No such file or directory' --device=/dev/none version
answers 255 'Usage: vcgencmd .*' --nonsense
answers 255 'Usage: vcgencmd .*'
answers 0 'Usage: vcgencmd .*' --help
answers 255 'vcgencmd: a command has at most 511 letters' "$(printf '%0512d' 0)"

# A text that ends with a new line does not get another one.
is "$(vcgencmd version | tail -n 1 | grep -c '^version ')" 1 'the last line of a longer text is no empty one'
is "$(/vc/build/guest-armhf/tools/vcgencmd measure_temp)" "$(vcgencmd measure_temp)" \
	'a 32-bit one gets the same answer'
is "$(dmesg_problems)" '' 'the kernel says nothing'
done_testing
