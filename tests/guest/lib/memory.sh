# SPDX-License-Identifier: GPL-2.0
#
# How much memory the kernel has in use, for suites that watch for what is lost.
#
# Copyright (C) 2026 vc-media project

# shellcheck shell=bash

meminfo() {
	awk -v name="$1:" '$1 == name { print $2 }' /proc/meminfo
}

drop_caches() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
}

# Contiguous memory, in KiB: as its allocator counts it where it does, else also
# what movable pages of others take of it.
cma_used() {
	if [ -d /sys/kernel/mm/cma ]; then
		cat /sys/kernel/mm/cma/*/total_pages /sys/kernel/mm/cma/*/available_pages |
			paste -s | awk '{ for (i = 1; i <= NF / 2; i++) n += $i - $(i + NF / 2) }
				END { print n * 4 }'
	else
		echo $(($(meminfo CmaTotal) - $(meminfo CmaFree)))
	fi
}

cma_is_at_most() {
	drop_caches
	[ "$(cma_used)" -le "$1" ]
}

# contiguous_back_to BEFORE KIB NAME: no more of it is in use than before, but for KIB.
# Those others come and go.
contiguous_back_to() {
	wait_for 10 cma_is_at_most $(($1 + $2))
	at_least $(($1 + $2)) "$(cma_used)" "$3"
}

# What the kernel holds of its own, in KiB.
kernel_memory() {
	drop_caches
	echo $(($(meminfo SUnreclaim) + $(meminfo VmallocUsed) + $(meminfo KernelStack)))
}

# memory_back_to BEFORE KIB NAME: what the kernel holds is no more than before, but for
# KIB that move of themselves. A kernel with KASAN keeps what was freed for a
# while, but it has kmemleak, which has its say at the end of the suite.
memory_back_to() {
	if [ -f /sys/kernel/debug/kmemleak ]; then
		skip "$3" 'kmemleak looks'
	else
		at_least $(($1 + $2)) "$(kernel_memory)" "$3"
	fi
}

# What there is of buffers in both worlds: dma-bufs, attachments to them, handles and
# components of the firmware. Let go of, some of it goes a moment later.
held() {
	awk '/^Total [0-9]+ devices attached/ { attachments += $2 }
		/^Total [0-9]+ objects/ { dmabufs = $2 }
		END { print dmabufs + 0, "dma-bufs,", attachments + 0, "attachments" }' \
		/sys/kernel/debug/dma_buf/bufinfo
	echo "$(vcctl --json smem list | jq .nr_blocks) handles"
	echo "$(vcctl --json status |
		jq '[.. | objects | select(has("components")) | .components | length] | add') components"
}

held_is() {
	[ "$(held)" = "$1" ]
}

# held_back_to BEFORE NAME
held_back_to() {
	wait_for 10 held_is "$1"
	is "$(held)" "$1" "$2"
}
