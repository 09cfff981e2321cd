// SPDX-License-Identifier: GPL-2.0
/*
 * Page lists in both formats, and the partial cache lines at the ends of what the
 * firmware fills.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/math.h>
#include <linux/minmax.h>

#include <asm/byteorder.h>

#include "vchiq_pagelist.h"

/*
 * struct vchiq_list_limits - what an entry of a format can hold
 * @max_pages: pages of a run
 * @address_bits: bits of an address
 * @shift: to get from an address to where its page number is in an entry
 */
struct vchiq_list_limits {
	u32 max_pages;
	unsigned int address_bits;
	unsigned int shift;
};

static const struct vchiq_list_limits vchiq_list_limits[] = {
	[VCHIQ_LIST_32BIT] = { 4096, 32, 0 },
	[VCHIQ_LIST_36BIT] = { 256, 36, 4 },
};

static u64 vchiq_pages(u64 addr, size_t len)
{
	return DIV_ROUND_UP_ULL(addr % VCHIQ_PAGE_SIZE + len, VCHIQ_PAGE_SIZE);
}

/* Entries that a run takes. */
unsigned int vchiq_list_count(enum vchiq_list_format format, u64 addr, size_t len)
{
	return DIV_ROUND_UP_ULL(vchiq_pages(addr, len), vchiq_list_limits[format].max_pages);
}

/* Only the first run may begin and only the last may end within a page. */
static int vchiq_list_check(const struct vchiq_list *list, u64 addr, size_t len)
{
	u64 limit = 1ULL << vchiq_list_limits[list->format].address_bits;

	if (!len || list->is_ended || (list->nr && addr % VCHIQ_PAGE_SIZE))
		return -EINVAL;
	if (addr >= limit || len > limit - addr)
		return -ERANGE;
	if (vchiq_list_count(list->format, addr, len) > list->max - list->nr)
		return -ENOSPC;

	return 0;
}

/**
 * vchiq_list_add - add a run of contiguous bytes
 * @list: the list
 * @addr: bus address
 * @len: bytes
 *
 * A run of more pages than an entry can say becomes several entries.
 *
 * Return: 0, -EINVAL if it cannot follow what was added before, -ERANGE if the
 * format has no such address, -ENOSPC; then the list is unchanged.
 */
int vchiq_list_add(struct vchiq_list *list, u64 addr, size_t len)
{
	const struct vchiq_list_limits *limits = &vchiq_list_limits[list->format];
	u64 pages = vchiq_pages(addr, len);
	u32 run;
	int ret;

	ret = vchiq_list_check(list, addr, len);
	if (ret)
		return ret;

	if (!list->nr)
		list->offset = addr % VCHIQ_PAGE_SIZE;
	list->is_ended = (addr + len) % VCHIQ_PAGE_SIZE;
	for (addr = ALIGN_DOWN(addr, VCHIQ_PAGE_SIZE); pages; pages -= run) {
		run = min_t(u64, pages, limits->max_pages);
		list->addrs[list->nr++] = cpu_to_le32((addr >> limits->shift) | (run - 1));
		addr += (u64)run * VCHIQ_PAGE_SIZE;
	}

	return 0;
}

/* Does a buffer that the firmware fills begin or end within a cache line? */
bool vchiq_ends_needed(size_t line, u32 offset, size_t len)
{
	return !IS_ALIGNED(offset | (offset + len), line);
}

/**
 * vchiq_ends_find - what of a filled buffer is in its fragment
 * @line: cache line size that the firmware assumes
 * @offset: of the buffer in its first page
 * @actual: bytes that the firmware wrote, which may be less than were asked for
 * @ends: result
 */
void vchiq_ends_find(size_t line, u32 offset, size_t actual, struct vchiq_ends *ends)
{
	ends->head = min_t(size_t, ALIGN(offset, line) - offset, actual);
	ends->tail = ends->head < actual ? (offset + actual) % line : 0;
	ends->tail_at = actual - ends->tail;
}
