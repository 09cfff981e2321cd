#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=200 --append=modprobe.blacklist=vc4
#
# The VideoCore's own memory: what of it can be reached by whom, and what the
# firmware's header, symbols and logs in it say.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh

driver=/sys/bus/platform/drivers/vc-mem
debug=/sys/kernel/debug/vc-mem
svg=/run/map.svg

# The lower word of the address that the device tree keeps for the VideoCore.
heap=$(od -An -tx1 -j 4 -N 4 /proc/device-tree/reserved-memory/vc-heap/reg | tr -d ' \n')

# checks NAME PROGRAM: its results become ours.
checks() {
	local line name

	"$2" >/run/checks
	while read -r line; do
		name=${line#* - }
		case $line in
		'ok '*) pass "$1: $name" ;;
		'not ok '*) fail "$1: $name" ;;
		'Bail out'*) bail_out "$1: $line" ;;
		'#'*) echo "$line" ;;
		esac
	done </run/checks
}

# hold MODE: a program that goes on when descriptor 5 is closed.
hold() {
	rm -f /run/holder
	vc_mem-check "$1" </run/typed >/run/holder &
	holder=$!
	exec 5>/run/typed
}

holder_says() {
	grep -q holding /run/holder
}

range() {
	cat $debug/vc_mem_phys_addr $debug/vc_mem_base $debug/vc_mem_size | tr '\n' ' '
}

# with_range PARAMETER...: the module is loaded with them, and has bound, or not.
with_range() {
	unload vc_mem
	modprobe vc_mem "$@"
	wait_for 2 test -c /dev/vc-mem
}

messages() {
	vclog msg | wc -l
}

dmesg_mark
udevadm settle --timeout=30
ok 'the module loads' modprobe vc_mem
ok 'there is a device' wait_for 10 test -c /dev/vc-mem
is "$(stat -c %a /dev/vc-mem)" 600 'for the administrator only'
is "$(range)" '0x40000000 0x3b000000 0x3f000000 ' 'it knows where the memory is'
is "$heap" 7b000000 'which is the memory that the device tree keeps for it'

checks '64-bit' vc_mem-check
if [ -x /vc/build/guest-armhf/tools/vc_mem-check ]; then
	checks '32-bit' /vc/build/guest-armhf/tools/vc_mem-check
else
	skip '32-bit program' 'it is not built'
fi

# Who may.
is "$(setpriv --bounding-set=-sys_rawio vc_mem-check open-ro)" opened 'without CAP_SYS_RAWIO: reading'
is "$(setpriv --bounding-set=-sys_rawio vc_mem-check open-rw)" 'Operation not permitted' \
	'but not writing'
is "$(setpriv --reuid=65534 --regid=65534 --clear-groups vc_mem-check open-ro)" 'Permission denied' \
	'nobody: nothing'

# What is in it.
like "$(vclog syms)" '[0-9a-f]{8} +4 mmal_dbg_log' 'there are symbols'
like "$(vclog syms)" '[0-9a-f]{8} +4 mmal_vc_stats' 'that of the statistics among them'
like "$(vclog read mmal_dbg_log)" '^([0-9a-f]{2} ){3}fb$' 'one is a pointer'
like "$(vclog map)" 'firmware image.*heap.*logs.*reserved.*symbol mmal_dbg_log' 'the layout has all parts'
ok 'and can be drawn' sh -c "vclog map --svg >$svg && grep -q '</svg>' $svg"
for part in 'firmware image' heap logs reserved mmal_dbg_log; do
	like "$(cat $svg)" "$part" "$part is in the picture"
done
modprobe bcm2835-camera
ok 'a camera streams' timeout 60 v4l2-ctl -d /dev/video0 --stream-mmap --stream-count=5
like "$(vclog msg)" 'vchiq: SMEM: open' 'the log tells of services'
like "$(vclog msg)" 'mmal: component ril.camera created' 'and of components'
at_least "$(vclog mmal | grep -c message)" 20 'the trace has messages of MMAL'
is "$(vclog assert)" '' 'no assertion failed'
before=$(messages)
timeout 60 v4l2-ctl -d /dev/video0 --stream-mmap --stream-count=5 >/dev/null 2>&1
at_least "$(messages)" $((before + 1)) 'the log grows'

# Live.
vclog msg --follow >/run/messages &
vclog assert --follow >/run/assertions &
ok 'the log is followed' wait_for 10 grep -q 'SMEM: open' /run/messages
ok 'the firmware is given cause to complain' vc_mem-check provoke
ok 'the message is seen while it is followed' wait_for 10 grep -q 'smem: message of 4 bytes' /run/messages
ok 'so is the assertion' wait_for 10 grep -q 'assert( message of 4 bytes ) failed; smem.c' /run/assertions
kill %1 %2
like "$(vclog assert)" 'message of 4 bytes' 'and both stay'

# A 32-bit program sees the same.
vclog32=/vc/build/guest-armhf/tools/vclog
if [ -x $vclog32 ]; then
	for what in 'syms' 'map' 'assert' 'read mmal_dbg_log' 'map --svg'; do
		is "$($vclog32 $what)" "$(vclog $what)" "32-bit: $what"
	done
	like "$($vclog32 msg)" 'SMEM: open' '32-bit: msg'
	like "$($vclog32 mmal)" 'message' '32-bit: mmal'
else
	skip '32-bit vclog' 'it is not built'
fi

# Errors of the command.
not_ok 'an unknown variable' vclog read nonsense
not_ok 'an unknown command' vclog nonsense
not_ok 'no device' vclog --device=/dev/nothing msg
not_ok 'logs that are elsewhere' vclog --log=0x3b000000,0x1000 msg
not_ok 'a dump that is none' vclog --file=/etc/hostname --base=0x3b000000 syms

# Ends.
device=$(basename $driver/*vc-mem)
mkfifo /run/typed
hold hold
ok 'a program holds a mapping' wait_for 10 holder_says
not_ok 'the module cannot go meanwhile' rmmod vc_mem
ok 'but the driver can be unbound' sh -c "echo $device >$driver/unbind"
not_ok 'after which there is no device' test -e /dev/vc-mem
exec 5>&-
wait $holder
result $? 'the program goes on with what it has'
ok 'the driver can be bound again' sh -c "echo $device >$driver/bind"
ok 'and there is a device' wait_for 10 test -c /dev/vc-mem
for i in 1 2 3; do
	rmmod vc_mem && modprobe vc_mem && wait_for 10 test -c /dev/vc-mem || break
done
is "$i" 3 'the module can be loaded again and again'
like "$(vclog syms)" 'firmware_version' 'and works'

# For a firmware that does not tell where its memory is.
ok 'a range is given' with_range mem_base=0x3b800000 mem_size=0x3c000000 phys_addr=0x40000000
is "$(range)" '0x40000000 0x3b800000 0x3c000000 ' 'it is that one'
is "$(stat -c %a /sys/module/vc_mem/parameters/*  | sort -u)" 444 'and cannot be changed'
not_ok 'not one with memory of the kernel' with_range mem_base=0x3a000000 mem_size=0x3c000000 phys_addr=0x40000000
not_ok 'nor one that is not whole pages' with_range mem_base=0x3b800800 mem_size=0x3c000000 phys_addr=0x40000000
not_ok 'nor one that ends before it starts' with_range mem_base=0x3c000000 mem_size=0x3b000000 phys_addr=0x40000000
not_ok 'nor one beyond the reach of the VideoCore' with_range mem_base=0x7b000000 mem_size=0x7c000000
ok 'that of the firmware again' with_range

hold hold-locked
ok 'a program has it open' wait_for 10 holder_says
ok 'the kernel is locked down' sh -c \
	'mountpoint -q /sys/kernel/security || mount -t securityfs securityfs /sys/kernel/security
	echo integrity >/sys/kernel/security/lockdown'
is "$(vc_mem-check open-ro)" 'Operation not permitted' 'after which nobody may read'
exec 5>&-
wait $holder
result $? 'nor who has it open' || diag "$(cat /run/holder)"
is "$(dmesg_problems | grep -v -e 'Lockdown:' -e 'Kernel is locked down' -e 'no range of memory' \
	-e 'memory of the kernel, too' -e 'failed with error')" '' 'the kernel has no complaint'
done_testing
