// SPDX-License-Identifier: GPL-2.0
/*
 * Page lists: where in the guest a bulk reads or writes.
 *
 * A host that receives has dirty cache lines beside its buffer if that does not
 * start and end on a line. Then it lends a fragment, two lines, and we write the
 * partial lines there: whatever shares a line with the buffer stays untouched.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/uio.h>

#include "guest.h"
#include "log.h"
#include "vchiq-priv.h"
#include "vchiq-shared.h"

#define PAGE_BYTES	4096u

/**
 * struct pages - a page list taken over
 * @type: VCHIQ_PAGELIST_*
 * @offset: of the first byte in its page
 * @nr: runs
 * @runs: memory of each run, cut to what the transfer covers
 */
struct pages {
	uint32_t type;
	uint32_t offset;
	unsigned int nr;
	struct iovec *runs;
};

/* @at: a VideoCore bus address, or a physical one in the 36-bit format. */
struct run {
	uint64_t at;
	uint64_t len;
};

static struct run decode(uint32_t entry, bool addr36)
{
	if (addr36)
		return (struct run){
			.at = (uint64_t)(entry >> 8) * PAGE_BYTES,
			.len = (uint64_t)((entry & 0xff) + 1) * PAGE_BYTES,
		};
	return (struct run){
		.at = entry & ~(PAGE_BYTES - 1),
		.len = (uint64_t)((entry & 0xfff) + 1) * PAGE_BYTES,
	};
}

/* One entry of the list; @left bytes of the transfer are still to be placed. */
static int take_run(struct vc_guest_view *view, uint32_t entry, bool addr36,
		    uint32_t offset, uint32_t left, struct iovec *out)
{
	struct run run = decode(entry, addr36);

	run.at += offset;
	run.len -= offset;
	if (run.len > left)
		run.len = left;
	out->iov_len = run.len;
	out->iov_base = addr36 ? vc_guest_phys_ptr(view, run.at, run.len) :
				 vc_guest_ptr(view, (uint32_t)run.at, run.len);
	return out->iov_base ? 0 : -EFAULT;
}

/* The number of entries is not stored: take them until @size bytes are covered. */
static int take_runs(struct vc_guest_view *view, uint32_t list, bool addr36,
		     uint32_t size, struct pages *pages)
{
	uint32_t left = size;
	uint32_t offset = pages->offset;

	while (left) {
		__le32 *entry = vc_guest_ptr(view, list, sizeof(*entry));
		struct iovec *run = &pages->runs[pages->nr];

		if (!entry || take_run(view, vsh_load(entry), addr36, offset,
				       left, run))
			return -EFAULT;
		left -= (uint32_t)run->iov_len;
		offset = 0;
		list += sizeof(*entry);
		pages->nr++;
	}
	return 0;
}

static int take_pages(struct vcq_connection *conn, struct vc_guest_view *view,
		      uint32_t bus, uint32_t size, struct pages *pages)
{
	struct vchiq_pagelist *list = vc_guest_ptr(view, bus, sizeof(*list));
	uint64_t most;

	if (!list || bus % sizeof(uint32_t) || vsh_load(&list->length) != size)
		return -EFAULT;
	pages->type = vsh_load16(&list->type);
	pages->offset = vsh_load16(&list->offset);
	if (pages->offset >= PAGE_BYTES)
		return -EFAULT;
	most = ((uint64_t)pages->offset + size + PAGE_BYTES - 1) / PAGE_BYTES;
	pages->runs = calloc(most + 1, sizeof(*pages->runs));
	if (!pages->runs)
		return -ENOMEM;
	return take_runs(view, bus + (uint32_t)sizeof(*list),
			 conn->config.addr36, size, pages);
}

/* Copy @len bytes between @data and the pages, from byte @at of the transfer. */
static void copy(const struct pages *pages, uint32_t at, uint8_t *data,
		 uint32_t len, enum vcq_dir dir)
{
	for (unsigned int i = 0; i < pages->nr && len; i++) {
		uint32_t run = (uint32_t)pages->runs[i].iov_len;
		uint8_t *page = pages->runs[i].iov_base;
		uint32_t n = run - at;

		if (at >= run) {
			at -= run;
			continue;
		}
		if (n > len)
			n = len;
		if (dir == VCQ_TO_HOST)
			vsh_copy_out(page + at, data, n);
		else
			vsh_copy_in(data, page + at, n);
		data += n;
		len -= n;
		at = 0;
	}
}

/* Ends in the fragment, whole lines in the pages. */
static int copy_with_fragment(struct vcq_connection *conn,
			      const struct pages *pages, uint8_t *data,
			      uint32_t size)
{
	uint32_t line = conn->config.line_size;
	uint32_t nr = pages->type - VCHIQ_PAGELIST_READ_FRAGMENTS;
	uint32_t head = (line - pages->offset % line) % line;
	uint32_t tail = 0;
	uint8_t *fragment;

	if (nr >= conn->nr_fragments)
		return -EFAULT;
	fragment = conn->fragments + 2u * line * nr;
	if (head >= size)
		head = size;
	else
		tail = (pages->offset + size) % line;
	vsh_copy_out(fragment, data, head);
	copy(pages, head, data + head, size - head - tail, VCQ_TO_HOST);
	vsh_copy_out(fragment + line, data + size - tail, tail);
	return 0;
}

static int copy_to_host(struct vcq_connection *conn, const struct pages *pages,
			uint8_t *data, uint32_t size, uint32_t moved)
{
	uint32_t line = conn->config.line_size;

	if (pages->type == VCHIQ_PAGELIST_WRITE)
		return -EFAULT;
	if (pages->type != VCHIQ_PAGELIST_READ)
		return copy_with_fragment(conn, pages, data, moved);
	if (pages->offset % line || (pages->offset + size) % line) {
		vc_err("vchiq", "unaligned bulk has no fragment: host has no lines of %u bytes",
		       line);
		return -EFAULT;
	}
	copy(pages, 0, data, moved, VCQ_TO_HOST);
	return 0;
}

/* Move @moved of @size bytes. An error means that the host described its memory wrongly. */
int vcq_pagelist_copy(struct vcq_connection *conn, uint32_t pagelist,
		      uint32_t size, uint32_t moved, enum vcq_dir dir, void *data)
{
	struct vc_guest_view *view = vcq_guest_view_get(conn->fw);
	struct pages pages = { .nr = 0 };
	int ret = take_pages(conn, view, pagelist, size, &pages);

	if (!ret && dir == VCQ_TO_HOST)
		ret = copy_to_host(conn, &pages, data, size, moved);
	else if (!ret && pages.type != VCHIQ_PAGELIST_WRITE)
		ret = -EFAULT;
	else if (!ret)
		copy(&pages, 0, data, moved, VCQ_TO_FIRMWARE);
	free(pages.runs);
	vc_guest_view_put(view);
	return ret;
}
