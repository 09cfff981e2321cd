/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page lists in both formats, and the partial cache lines at the ends of what the
 * firmware fills.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCHIQ_PAGELIST_H
#define VCHIQ_PAGELIST_H

#include <linux/types.h>

#include <videocore/vchiq.h>

/* The protocol's page, whatever the kernel's. */
#define VCHIQ_PAGE_SIZE		4096u

/**
 * enum vchiq_list_format - how an entry describes a run of pages
 * @VCHIQ_LIST_32BIT: bus address | (pages - 1), 4096 pages at most
 * @VCHIQ_LIST_36BIT: page frame number << 8 | (pages - 1), 256 pages at most
 */
enum vchiq_list_format {
	VCHIQ_LIST_32BIT,
	VCHIQ_LIST_36BIT,
};

/**
 * struct vchiq_list - a page list being filled
 * @format: of the entries
 * @addrs: entries
 * @max: room for entries
 * @nr: entries made
 * @offset: of the first byte in its page, once there is an entry
 * @is_ended: what was added last ended within a page, nothing can follow
 */
struct vchiq_list {
	enum vchiq_list_format format;
	__le32 *addrs;
	unsigned int max;
	unsigned int nr;
	u32 offset;
	bool is_ended;
};

/**
 * struct vchiq_ends - what the firmware leaves in the fragment
 * @head: bytes at the start of the buffer, from the start of the fragment
 * @tail: bytes at the end, from the second line of the fragment
 * @tail_at: where in the buffer they belong
 */
struct vchiq_ends {
	size_t head;
	size_t tail;
	size_t tail_at;
};

unsigned int vchiq_list_count(enum vchiq_list_format format, u64 addr, size_t len);
int vchiq_list_add(struct vchiq_list *list, u64 addr, size_t len);
bool vchiq_ends_needed(size_t line, u32 offset, size_t len);
void vchiq_ends_find(size_t line, u32 offset, size_t actual, struct vchiq_ends *ends);

#endif /* VCHIQ_PAGELIST_H */
