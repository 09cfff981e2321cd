// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of bulks from and to memory other than kernel buffers.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include <videocore/vchiq-test.h>

#include "vchiq_selftest.h"

#define NR_PAGES	5

/**
 * struct memory - pages that we hold
 * @mem: how the transport sees them
 * @pages: the pages
 * @sgt: the same, mapped
 * @released: times they were released
 */
struct memory {
	struct vchiq_bulk_mem mem;
	struct page *pages[NR_PAGES];
	struct sg_table sgt;
	u32 released;
};

static void memory_release(struct vchiq_bulk_mem *mem)
{
	container_of(mem, struct memory, mem)->released++;
}

static void memory_free(struct memory *memory)
{
	unsigned int i;

	for (i = 0; memory && i < NR_PAGES; i++) {
		if (memory->pages[i])
			__free_page(memory->pages[i]);
	}
	kfree(memory);
}

static struct memory *memory_alloc(size_t offset, u8 byte)
{
	struct memory *memory = kzalloc(sizeof(*memory), GFP_KERNEL);
	unsigned int i;

	for (i = 0; memory && i < NR_PAGES; i++) {
		memory->pages[i] = alloc_page(GFP_KERNEL);
		if (!memory->pages[i]) {
			memory_free(memory);
			return NULL;
		}
		memset(page_address(memory->pages[i]), byte, PAGE_SIZE);
	}
	if (memory) {
		memory->mem.pages = memory->pages;
		memory->mem.nr_pages = NR_PAGES;
		memory->mem.offset = offset;
		memory->mem.release = memory_release;
	}

	return memory;
}

static u8 *memory_byte(struct memory *memory, size_t at)
{
	return (u8 *)page_address(memory->pages[at / PAGE_SIZE]) + at % PAGE_SIZE;
}

static int memory_post(struct link *link, struct transfer *transfer, struct memory *memory,
		       size_t len, bool to_host)
{
	transfer_init(transfer, NULL, len, to_host);
	transfer->bulk.mem = &memory->mem;
	return vchiq_service_bulk(link->svc, &transfer->bulk);
}

/* Out and back; the link is closed on a failure, as the transfers are on our stack. */
static int memory_transfer(struct link *link, struct memory *out, struct memory *in, size_t len)
{
	struct transfer tx, rx;
	int ret;

	ret = echo_config(link, len, 1);
	if (!ret)
		ret = memory_post(link, &rx, in, len, true);
	if (!ret)
		ret = memory_post(link, &tx, out, len, false);
	if (!ret)
		ret = transfer_await(&tx) ?: transfer_await(&rx);
	if (!ret && (out->released != 1 || in->released != 1))
		ret = -EBUSY;
	if (ret) {
		vchiq_service_close(link->svc);
		link->svc = NULL;
	}

	return ret;
}

static int memory_check(struct memory *out, struct memory *in, size_t len)
{
	size_t i, from = out->mem.offset, to = in->mem.offset;

	for (i = 0; i < len; i++) {
		if (*memory_byte(in, to + i) != *memory_byte(out, from + i))
			return -EBADMSG;
	}
	for (i = 0; i < NR_PAGES * PAGE_SIZE; i++) {
		if ((i < to || i >= to + len) && *memory_byte(in, i) != 0xa5)
			return -EOVERFLOW;
	}

	return 0;
}

static void memory_fill(struct memory *memory)
{
	size_t i;

	for (i = 0; i < NR_PAGES * PAGE_SIZE; i++)
		*memory_byte(memory, i) = i * 3 + (i >> 8);
}

static int pinned_once(struct link *link, size_t from, size_t to, size_t len)
{
	struct memory *out = memory_alloc(from, 0);
	struct memory *in = memory_alloc(to, 0xa5);
	int ret = -ENOMEM;

	if (out && in) {
		memory_fill(out);
		ret = memory_transfer(link, out, in, len) ?: memory_check(out, in, len);
	}
	memory_free(out);
	memory_free(in);
	return ret;
}

static int pinned_too_short(struct link *link)
{
	struct memory *memory = memory_alloc(100, 0);
	struct transfer transfer;
	int ret;

	if (!memory)
		return -ENOMEM;

	ret = memory_post(link, &transfer, memory, NR_PAGES * PAGE_SIZE - 99, true);
	if (ret == -EINVAL)
		ret = memory->released ? -EBUSY : 0;
	memory_free(memory);
	return ret;
}

static int pinned_pages(struct link *link)
{
	static const struct {
		size_t from;
		size_t to;
		size_t len;
	} cases[] = {
		{ 0, 0, NR_PAGES * PAGE_SIZE },
		{ 1, 4095, 4098 },
		{ 4096, 4097, 1 },
		{ 100, 8192 + 63, 2 },
		{ 3, 31, 12000 },
		{ 5000, 4096 + 40, 4096 },
	};
	unsigned int i;
	int ret = pinned_too_short(link);

	for (i = 0; !ret && i < ARRAY_SIZE(cases); i++)
		ret = pinned_once(link, cases[i].from, cases[i].to, cases[i].len);

	return ret;
}

int test_pinned_pages(struct selftest *st)
{
	return with_link(st, pinned_pages);
}

static int memory_map(struct device *dev, struct memory *memory, enum dma_data_direction dir)
{
	int ret;

	ret = sg_alloc_table_from_pages(&memory->sgt, memory->pages, NR_PAGES, 0,
					NR_PAGES * PAGE_SIZE, GFP_KERNEL);
	if (ret)
		return ret;

	ret = dma_map_sgtable(dev, &memory->sgt, dir, 0);
	if (ret) {
		sg_free_table(&memory->sgt);
		return ret;
	}

	memory->mem.pages = NULL;
	memory->mem.nr_pages = 0;
	memory->mem.sgt = &memory->sgt;
	return 0;
}

static void memory_unmap(struct device *dev, struct memory *memory, enum dma_data_direction dir)
{
	if (!memory->mem.sgt)
		return;

	dma_unmap_sgtable(dev, &memory->sgt, dir, 0);
	sg_free_table(&memory->sgt);
}

/* Nothing of the ends can be copied to memory that is known by its addresses only. */
static int table_refuses_unaligned(struct link *link, struct memory *in)
{
	struct transfer transfer;
	size_t offset = in->mem.offset;
	int ret = 0;

	if (memory_post(link, &transfer, in, 100, true) != -EINVAL)
		ret = -ERANGE;
	in->mem.offset = 1;
	if (!ret && memory_post(link, &transfer, in, 4095, true) != -EINVAL)
		ret = -ERANGE;
	in->mem.offset = offset;

	return ret;
}

static int table(struct link *link, struct memory *out, struct memory *in)
{
	struct device *dev = vchiq_service_dma_dev(link->svc);
	const size_t len = 2 * PAGE_SIZE;
	int ret;

	memory_fill(out);
	ret = memory_map(dev, out, DMA_TO_DEVICE) ?: memory_map(dev, in, DMA_FROM_DEVICE);
	if (!ret)
		ret = table_refuses_unaligned(link, in);
	if (!ret)
		ret = memory_transfer(link, out, in, len);
	memory_unmap(dev, in, DMA_FROM_DEVICE);
	memory_unmap(dev, out, DMA_TO_DEVICE);

	return ret ?: memory_check(out, in, len);
}

static int mapped_table(struct link *link)
{
	struct memory *out = memory_alloc(77, 0);
	struct memory *in = memory_alloc(PAGE_SIZE + 128, 0xa5);
	int ret = out && in ? table(link, out, in) : -ENOMEM;

	memory_free(out);
	memory_free(in);
	return ret;
}

int test_mapped_table(struct selftest *st)
{
	return with_link(st, mapped_table);
}
