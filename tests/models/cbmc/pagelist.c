// SPDX-License-Identifier: GPL-2.0
/*
 * Page lists: the entries say exactly the pages that were added, in both formats,
 * whatever the addresses and lengths; what does not fit leaves the list as it was.
 *
 * Copyright (C) 2026 vc-media project
 */

#include "vchiq_pagelist.c"

#include "proof.h"

#define NR_ENTRIES	4

static u64 page_of(const struct vchiq_list *list, u32 entry)
{
	return list->format == VCHIQ_LIST_32BIT ? entry >> 12 : entry >> 8;
}

static u32 pages_of(const struct vchiq_list *list, u32 entry)
{
	return 1 + (list->format == VCHIQ_LIST_32BIT ? entry & 0xfff : entry & 0xff);
}

/* The run of entries from @nr on is @addr to @addr + @len. */
static void prove_run(const struct vchiq_list *list, unsigned int nr, u64 addr, size_t len)
{
	u64 page = addr / VCHIQ_PAGE_SIZE;

	prove(list->nr > nr && list->nr <= list->max);
	for (unsigned int i = 0; i < NR_ENTRIES; i++) {
		if (i < nr || i >= list->nr)
			continue;
		prove(page_of(list, list->addrs[i]) == page);
		page += pages_of(list, list->addrs[i]);
	}
	prove(page == (addr + len - 1) / VCHIQ_PAGE_SIZE + 1);
}

void prove_add(void)
{
	u32 entries[NR_ENTRIES];
	struct vchiq_list list = { .format = FORMAT, .addrs = entries };
	u64 addr;
	size_t len;
	int ret;

	unsigned int max, nr;
	u32 offset;
	bool is_ended;

	assume(max <= NR_ENTRIES && nr <= max);
	list.max = max;
	list.nr = nr;
	list.offset = offset;
	list.is_ended = is_ended;
	ret = vchiq_list_add(&list, addr, len);
	if (ret) {
		prove(list.nr == nr && list.offset == offset && list.is_ended == is_ended);
		return;
	}
	prove(!is_ended && len && (!nr || !(addr % VCHIQ_PAGE_SIZE)));
	prove(nr || list.offset == addr % VCHIQ_PAGE_SIZE);
	prove(list.is_ended == !!((addr + len) % VCHIQ_PAGE_SIZE));
	prove(list.nr - nr == vchiq_list_count(FORMAT, addr, len));
	prove_run(&list, nr, addr, len);
}
