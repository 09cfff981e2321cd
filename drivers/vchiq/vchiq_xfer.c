// SPDX-License-Identifier: GPL-2.0
/*
 * What a bulk holds: pages, their mapping, page list and fragment.
 *
 * All of it belongs to the transfer until the firmware reports it done or closes
 * the service. If it never does, it is parked: the firmware may still write to it.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/bitmap.h>
#include <linux/device.h>
#include <linux/dmapool.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "vchiq_priv.h"

#define VCHIQ_POOL_LIST_SIZE	VCHIQ_PAGE_SIZE
/* So much is mapped as one piece at most. */
#define VCHIQ_MAX_SEGMENT	SZ_64M

/* -----------------------------------------------------------------------------
 * Pages
 */

static enum dma_data_direction vchiq_xfer_dma_dir(const struct vchiq_xfer *xfer)
{
	return xfer->dir == VCHIQ_DIR_RX ? DMA_FROM_DEVICE : DMA_TO_DEVICE;
}

static struct page *vchiq_page_of(const void *addr)
{
	if (is_vmalloc_addr(addr))
		return vmalloc_to_page(addr);

	return virt_addr_valid(addr) ? virt_to_page(addr) : NULL;
}

/*
 * A reference keeps the page from being given to somebody else when the client
 * frees it under a firmware that does not answer. Pages of the slab allocators
 * have none to give: they are reused without it.
 */
static bool vchiq_page_get(struct page *page)
{
	struct folio *folio = page_folio(page);

	return !folio_test_slab(folio) && folio_try_get(folio);
}

static void vchiq_xfer_put_pages(struct vchiq_xfer *xfer)
{
	if (xfer->mem)
		return;

	while (!xfer->bounce && xfer->nr_pages)
		put_page(xfer->pages[--xfer->nr_pages]);
	kvfree(xfer->pages);
	xfer->pages = NULL;
}

static int vchiq_xfer_list_pages(struct vchiq_xfer *xfer, unsigned int count)
{
	const u8 *addr = PTR_ALIGN_DOWN((u8 *)xfer->buf, PAGE_SIZE);
	struct page *page;

	for (xfer->nr_pages = 0; xfer->nr_pages < count; addr += PAGE_SIZE) {
		page = vchiq_page_of(addr);
		if (!page)
			return -EFAULT;
		if (!xfer->bounce && !vchiq_page_get(page))
			return -EAGAIN;
		xfer->pages[xfer->nr_pages++] = page;
	}

	return 0;
}

static int vchiq_xfer_get_pages(struct vchiq_xfer *xfer)
{
	unsigned int count = DIV_ROUND_UP(offset_in_page(xfer->buf) + xfer->len, PAGE_SIZE);
	int ret;

	xfer->pages = kvmalloc_array(count, sizeof(*xfer->pages), GFP_KERNEL);
	if (!xfer->pages)
		return -ENOMEM;

	xfer->offset = offset_in_page(xfer->buf);
	ret = vchiq_xfer_list_pages(xfer, count);
	if (ret)
		vchiq_xfer_put_pages(xfer);
	return ret;
}

/* Slab memory goes through pages of our own. */
static int vchiq_xfer_bounce(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	xfer->bounce = vmalloc(xfer->len);
	if (!xfer->bounce)
		return -ENOMEM;

	atomic64_add(xfer->len, &conn->stats.bulk_bounced);
	if (xfer->dir == VCHIQ_DIR_TX)
		memcpy(xfer->bounce, xfer->buf, xfer->len);
	xfer->buf = xfer->bounce;
	return vchiq_xfer_get_pages(xfer);
}

/* The caller has pinned the pages. */
static int vchiq_xfer_take_pages(struct vchiq_xfer *xfer)
{
	const struct vchiq_bulk_mem *mem = xfer->mem;
	size_t size = (size_t)mem->nr_pages << PAGE_SHIFT;

	if (mem->offset >= size || xfer->len > size - mem->offset)
		return -EINVAL;

	xfer->pages = mem->pages + (mem->offset >> PAGE_SHIFT);
	xfer->offset = offset_in_page(mem->offset);
	xfer->nr_pages = DIV_ROUND_UP(xfer->offset + xfer->len, PAGE_SIZE);
	return 0;
}

static int vchiq_xfer_prepare_pages(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	int ret;

	if (xfer->mem)
		return xfer->mem->sgt ? 0 : vchiq_xfer_take_pages(xfer);

	ret = vchiq_xfer_get_pages(xfer);
	return ret == -EAGAIN ? vchiq_xfer_bounce(conn, xfer) : ret;
}

/* -----------------------------------------------------------------------------
 * Mapping. A table of the client's is mapped already.
 */

static bool vchiq_xfer_is_mapped_by_us(const struct vchiq_xfer *xfer)
{
	return !xfer->mem || !xfer->mem->sgt;
}

static struct sg_table *vchiq_xfer_sgt(struct vchiq_xfer *xfer)
{
	return vchiq_xfer_is_mapped_by_us(xfer) ? &xfer->own_sgt : xfer->mem->sgt;
}

/* Exactly the bytes that are moved: their neighbours are somebody else's. */
static int vchiq_xfer_map(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	int ret;

	if (!vchiq_xfer_is_mapped_by_us(xfer))
		return 0;

	ret = sg_alloc_table_from_pages_segment(&xfer->own_sgt, xfer->pages, xfer->nr_pages,
						xfer->offset, xfer->len,
						conn->max_segment, GFP_KERNEL);
	if (ret)
		return ret;

	if (xfer->buf && xfer->dir == VCHIQ_DIR_TX)
		flush_kernel_vmap_range(xfer->buf, xfer->len);
	ret = dma_map_sgtable(conn->dma_dev, &xfer->own_sgt, vchiq_xfer_dma_dir(xfer), 0);
	if (ret)
		sg_free_table(&xfer->own_sgt);
	return ret;
}

static void vchiq_xfer_unmap(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	if (!vchiq_xfer_is_mapped_by_us(xfer))
		return;

	dma_unmap_sgtable(conn->dma_dev, &xfer->own_sgt, vchiq_xfer_dma_dir(xfer), 0);
	if (xfer->buf && xfer->dir == VCHIQ_DIR_RX)
		invalidate_kernel_vmap_range(xfer->buf, xfer->len);
	sg_free_table(&xfer->own_sgt);
}

/* -----------------------------------------------------------------------------
 * Page list
 */

/**
 * struct vchiq_runs - walks the bus addresses of a transfer
 * @sgt: mapped memory
 * @sg: current entry
 * @i: its index
 * @skip: bytes to skip in it
 * @left: bytes left
 * @addr: bus address of the current run
 * @len: its length
 */
struct vchiq_runs {
	struct sg_table *sgt;
	struct scatterlist *sg;
	unsigned int i;
	size_t skip;
	size_t left;
	u64 addr;
	size_t len;
};

static void vchiq_runs_begin(struct vchiq_runs *runs, struct vchiq_xfer *xfer)
{
	runs->sgt = vchiq_xfer_sgt(xfer);
	runs->sg = runs->sgt->sgl;
	runs->i = 0;
	runs->skip = vchiq_xfer_is_mapped_by_us(xfer) ? 0 : xfer->mem->offset;
	runs->left = xfer->len;
}

static bool vchiq_runs_next(struct vchiq_runs *runs)
{
	size_t skip;

	while (runs->left && runs->i < runs->sgt->nents) {
		skip = min_t(size_t, runs->skip, sg_dma_len(runs->sg));
		runs->addr = sg_dma_address(runs->sg) + skip;
		runs->len = min_t(size_t, sg_dma_len(runs->sg) - skip, runs->left);
		runs->skip -= skip;
		runs->left -= runs->len;
		runs->sg = sg_next(runs->sg);
		runs->i++;
		if (runs->len)
			return true;
	}

	return false;
}

/* Entries that the list needs at most; 0 if the memory is too short. */
static unsigned int vchiq_xfer_count_entries(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	struct vchiq_runs runs;
	unsigned int count = 0;

	if (vchiq_xfer_is_mapped_by_us(xfer))
		return xfer->nr_pages * (PAGE_SIZE / VCHIQ_PAGE_SIZE);

	vchiq_runs_begin(&runs, xfer);
	while (vchiq_runs_next(&runs))
		count += vchiq_list_count(conn->list_format, runs.addr, runs.len);

	return runs.left ? 0 : count;
}

static int vchiq_xfer_alloc_list(struct vchiq_conn *conn, struct vchiq_xfer *xfer,
				 unsigned int count)
{
	size_t size = struct_size(xfer->list, addrs, count);

	if (size <= VCHIQ_POOL_LIST_SIZE) {
		xfer->list = dma_pool_alloc(conn->list_pool, GFP_KERNEL, &xfer->list_dma);
		xfer->list_size = 0;
	} else {
		xfer->list = dma_alloc_coherent(conn->dev, size, &xfer->list_dma, GFP_KERNEL);
		xfer->list_size = size;
	}

	return xfer->list ? 0 : -ENOMEM;
}

static void vchiq_xfer_free_list(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	if (xfer->list_size)
		dma_free_coherent(conn->dev, xfer->list_size, xfer->list, xfer->list_dma);
	else
		dma_pool_free(conn->list_pool, xfer->list, xfer->list_dma);
}

static int vchiq_xfer_fill_runs(struct vchiq_conn *conn, struct vchiq_xfer *xfer,
				unsigned int count)
{
	struct vchiq_list list = {
		.format = conn->list_format,
		.addrs = xfer->list->addrs,
		.max = count,
	};
	struct vchiq_runs runs;
	int ret;

	vchiq_runs_begin(&runs, xfer);
	while (vchiq_runs_next(&runs)) {
		ret = vchiq_list_add(&list, runs.addr, runs.len);
		if (ret)
			return ret;
	}

	xfer->list->offset = cpu_to_le16(list.offset);
	/* A mapping may move pages, but must keep where in a page the data lies. */
	if (vchiq_xfer_is_mapped_by_us(xfer))
		return list.offset == xfer->offset % VCHIQ_PAGE_SIZE ? 0 : -EIO;

	xfer->offset = list.offset;
	return 0;
}

/* -----------------------------------------------------------------------------
 * Fragments: the partial cache lines at the ends of what the firmware fills
 */

static int vchiq_fragment_try_get(struct vchiq_conn *conn)
{
	unsigned long *map = conn->kept->fragments;
	unsigned int index;

	guard(spinlock)(&conn->lock);
	index = find_first_zero_bit(map, VCHIQ_NUM_FRAGMENTS);
	if (index == VCHIQ_NUM_FRAGMENTS)
		return -EAGAIN;

	__set_bit(index, map);
	return index;
}

static void vchiq_fragment_put(struct vchiq_conn *conn, int index)
{
	if (index < 0)
		return;

	scoped_guard(spinlock, &conn->lock)
		__clear_bit(index, conn->kept->fragments);
	wake_up(&conn->fragment_wait);
}

static bool vchiq_fragment_due(struct vchiq_service *svc, int *index)
{
	*index = vchiq_fragment_try_get(svc->conn);

	return *index >= 0 || vchiq_conn_error(svc->conn) ||
	       !vchiq_state_is_open(READ_ONCE(svc->state));
}

static long vchiq_fragment_sleep(struct vchiq_service *svc, int *index)
{
	unsigned long timeout = msecs_to_jiffies(VCHIQ_SEND_TIMEOUT_MS);
	wait_queue_head_t *wait = &svc->conn->fragment_wait;

	if (svc->is_interruptible)
		return wait_event_interruptible_timeout(*wait, vchiq_fragment_due(svc, index),
							timeout);

	return wait_event_killable_timeout(*wait, vchiq_fragment_due(svc, index), timeout);
}

/* Waits for a fragment if need be. Return: its index, or an errno. */
static int vchiq_fragment_get(struct vchiq_service *svc)
{
	struct vchiq_conn *conn = svc->conn;
	int index = vchiq_fragment_try_get(conn);
	long left;

	/* What gives fragments back is the receiver. */
	if (index >= 0 || vchiq_in_callback(conn))
		return index;

	vchiq_watch_begin(conn);
	left = vchiq_fragment_sleep(svc, &index);
	vchiq_watch_end(conn);
	if (index >= 0)
		return index;

	return left > 0 ? svc->error ?: -ENOTCONN : vchiq_service_wait_error(conn, left);
}

static u32 vchiq_sgt_offset(const struct vchiq_xfer *xfer)
{
	return (sg_dma_address(xfer->mem->sgt->sgl) + xfer->mem->offset) % VCHIQ_PAGE_SIZE;
}

/*
 * Memory of which there may be nothing but addresses has no place to copy partial
 * lines to.
 */
static int vchiq_xfer_prepare_fragment(struct vchiq_service *svc, struct vchiq_xfer *xfer)
{
	size_t line = svc->conn->kept->line_size;
	int index;

	xfer->fragment = -1;
	if (xfer->dir != VCHIQ_DIR_RX)
		return 0;
	if (!vchiq_xfer_is_mapped_by_us(xfer))
		return vchiq_ends_needed(line, vchiq_sgt_offset(xfer), xfer->len) ? -EINVAL : 0;
	if (!vchiq_ends_needed(line, xfer->offset, xfer->len))
		return 0;

	index = vchiq_fragment_get(svc);
	if (index < 0)
		return index;

	xfer->fragment = index;
	return 0;
}

static void vchiq_xfer_write(struct vchiq_xfer *xfer, size_t at, const void *from, size_t len)
{
	size_t pos = xfer->offset + at;

	if (!len)
		return;
	if (xfer->buf)
		memcpy((u8 *)xfer->buf + at, from, len);
	else
		memcpy_to_page(xfer->pages[pos >> PAGE_SHIFT], offset_in_page(pos), from, len);
}

/* After the unmapping, which may write back lines that the ends lie in. */
static void vchiq_xfer_copy_ends(struct vchiq_conn *conn, struct vchiq_xfer *xfer,
				 size_t actual)
{
	size_t line = conn->kept->line_size;
	u8 *fragment = vchiq_memory_fragment(conn->kept, xfer->fragment);
	struct vchiq_ends ends;

	vchiq_ends_find(line, xfer->offset % VCHIQ_PAGE_SIZE, actual, &ends);
	vchiq_xfer_write(xfer, 0, fragment, ends.head);
	vchiq_xfer_write(xfer, ends.tail_at, fragment + line, ends.tail);
}

/* -----------------------------------------------------------------------------
 * Transfers
 */

static int vchiq_xfer_prepare_list(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	unsigned int count = vchiq_xfer_count_entries(conn, xfer);
	u16 type = VCHIQ_PAGELIST_WRITE;
	int ret;

	if (!count)
		return -EINVAL;
	ret = vchiq_xfer_alloc_list(conn, xfer, count);
	if (ret)
		return ret;

	if (xfer->fragment >= 0)
		type = VCHIQ_PAGELIST_READ_FRAGMENTS + xfer->fragment;
	else if (xfer->dir == VCHIQ_DIR_RX)
		type = VCHIQ_PAGELIST_READ;
	xfer->list->length = cpu_to_le32(xfer->len);
	xfer->list->type = cpu_to_le16(type);
	ret = vchiq_xfer_fill_runs(conn, xfer, count);
	if (ret)
		vchiq_xfer_free_list(conn, xfer);
	return ret;
}

static int vchiq_xfer_prepare(struct vchiq_service *svc, struct vchiq_xfer *xfer)
{
	struct vchiq_conn *conn = svc->conn;
	int ret;

	ret = vchiq_xfer_prepare_pages(conn, xfer);
	if (ret)
		return ret;

	ret = vchiq_xfer_prepare_fragment(svc, xfer);
	if (ret)
		goto err_put_pages;

	ret = vchiq_xfer_map(conn, xfer);
	if (ret)
		goto err_put_fragment;

	ret = vchiq_xfer_prepare_list(conn, xfer);
	if (ret)
		goto err_unmap;

	return 0;

err_unmap:
	vchiq_xfer_unmap(conn, xfer);
err_put_fragment:
	vchiq_fragment_put(conn, xfer->fragment);
err_put_pages:
	vchiq_xfer_put_pages(xfer);
	return ret;
}

/**
 * vchiq_xfer_alloc - have all that a bulk needs
 * @svc: open service
 * @bulk: the bulk
 *
 * Return: the transfer, or an ERR_PTR.
 */
struct vchiq_xfer *vchiq_xfer_alloc(struct vchiq_service *svc, struct vchiq_bulk *bulk)
{
	struct vchiq_xfer *xfer = kzalloc(sizeof(*xfer), GFP_KERNEL);
	int ret;

	if (!xfer)
		return ERR_PTR(-ENOMEM);

	xfer->bulk = bulk;
	xfer->mem = bulk->mem;
	xfer->dir = bulk->to_host ? VCHIQ_DIR_RX : VCHIQ_DIR_TX;
	xfer->buf = bulk->buf;
	xfer->len = bulk->len;
	ret = vchiq_xfer_prepare(svc, xfer);
	if (ret) {
		vfree(xfer->bounce);
		kfree(xfer);
		return ERR_PTR(ret);
	}

	return xfer;
}

static void vchiq_xfer_let_go(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	vchiq_xfer_free_list(conn, xfer);
	vchiq_xfer_unmap(conn, xfer);
}

static void vchiq_xfer_release(struct vchiq_xfer *xfer)
{
	vchiq_xfer_put_pages(xfer);
	vfree(xfer->bounce);
	kfree(xfer);
}

/**
 * vchiq_xfer_finish - the firmware will not touch the memory again
 * @conn: the connection
 * @xfer: the transfer; freed
 * @actual: bytes that it moved
 */
void vchiq_xfer_finish(struct vchiq_conn *conn, struct vchiq_xfer *xfer, size_t actual)
{
	struct vchiq_bulk_mem *mem = xfer->mem;

	vchiq_xfer_let_go(conn, xfer);
	if (xfer->fragment >= 0)
		vchiq_xfer_copy_ends(conn, xfer, actual);
	vchiq_fragment_put(conn, xfer->fragment);
	if (xfer->bounce && xfer->bulk && xfer->dir == VCHIQ_DIR_RX)
		memcpy(xfer->bulk->buf, xfer->bounce, actual);
	vchiq_xfer_release(xfer);
	if (mem && mem->release)
		mem->release(mem);
}

/* What could not be posted. The memory stays the client's. */
void vchiq_xfer_free(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	vchiq_xfer_let_go(conn, xfer);
	vchiq_fragment_put(conn, xfer->fragment);
	vchiq_xfer_release(xfer);
}

/* -----------------------------------------------------------------------------
 * Parking
 */

/* The firmware may touch the memory for as long as it runs. */
void vchiq_xfer_park(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	guard(spinlock)(&conn->lock);
	list_add_tail(&xfer->node, &conn->parked);
	conn->nr_parked++;
}

static struct vchiq_xfer *vchiq_xfer_unpark(struct vchiq_conn *conn)
{
	struct vchiq_xfer *xfer;

	guard(spinlock)(&conn->lock);
	xfer = list_first_entry_or_null(&conn->parked, struct vchiq_xfer, node);
	if (!xfer)
		return NULL;

	list_del(&xfer->node);
	conn->nr_parked--;
	return xfer;
}

/*
 * The firmware has begun anew, see vchiq_recover.c. Its fragments were all given
 * back with the memory they lie in.
 */
void vchiq_xfer_free_parked(struct vchiq_conn *conn)
{
	struct vchiq_xfer *xfer;

	while ((xfer = vchiq_xfer_unpark(conn))) {
		xfer->fragment = -1;
		vchiq_xfer_finish(conn, xfer, 0);
	}
}

int vchiq_xfer_init(struct vchiq_conn *conn)
{
	dma_set_min_align_mask(conn->dma_dev, VCHIQ_PAGE_SIZE - 1);
	dma_set_max_seg_size(conn->dma_dev, UINT_MAX);
	conn->max_segment = ALIGN_DOWN(min_t(size_t, VCHIQ_MAX_SEGMENT,
					     dma_max_mapping_size(conn->dma_dev)), PAGE_SIZE);
	conn->list_pool = dma_pool_create("vchiq-lists", conn->dev, VCHIQ_POOL_LIST_SIZE,
					  sizeof(u32), 0);

	return conn->list_pool ? 0 : -ENOMEM;
}

/* Page lists that the firmware has not given back take the pool with them. */
void vchiq_xfer_fini(struct vchiq_conn *conn)
{
	if (conn->nr_parked)
		dev_warn(conn->dev, "keeping the memory of %u bulks that the firmware never gave back\n",
			 conn->nr_parked);
	else
		dma_pool_destroy(conn->list_pool);
}
