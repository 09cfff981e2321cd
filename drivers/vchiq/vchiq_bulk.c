// SPDX-License-Identifier: GPL-2.0
/*
 * Bulk transfers: the firmware moves data between its memory and pages that we
 * list for it.
 *
 * Pages, mapping and page list belong to the transfer until the firmware reports
 * it done or closes the service. If it never does, they are kept for good: it
 * may still write to them.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/bitmap.h>
#include <linux/device.h>
#include <linux/dmapool.h>
#include <linux/export.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>

#include "vchiq_priv.h"

/* The protocol's page, whatever the kernel's. */
#define VCHIQ_PAGE_SIZE		4096
#define VCHIQ_MAX_RUN		(4096 * VCHIQ_PAGE_SIZE)

#define VCHIQ_POOL_LIST_SIZE	VCHIQ_PAGE_SIZE

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
	if (xfer->bounce)
		return;

	while (xfer->nr_pages)
		put_page(xfer->pages[--xfer->nr_pages]);
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

	kvfree(xfer->pages);
	xfer->pages = kvmalloc_array(count, sizeof(*xfer->pages), GFP_KERNEL);
	if (!xfer->pages)
		return -ENOMEM;

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

/* -----------------------------------------------------------------------------
 * Mapping
 */

static int vchiq_xfer_map(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	size_t max = min_t(size_t, VCHIQ_MAX_RUN / 2, dma_max_mapping_size(conn->dev));
	int ret;

	ret = sg_alloc_table_from_pages_segment(&xfer->sgt, xfer->pages, xfer->nr_pages,
						offset_in_page(xfer->buf), xfer->len,
						ALIGN_DOWN(max, PAGE_SIZE), GFP_KERNEL);
	if (ret)
		return ret;

	if (xfer->dir == VCHIQ_DIR_TX)
		flush_kernel_vmap_range(xfer->buf, xfer->len);
	ret = dma_map_sgtable(conn->dev, &xfer->sgt, vchiq_xfer_dma_dir(xfer), 0);
	if (ret)
		sg_free_table(&xfer->sgt);
	return ret;
}

static void vchiq_xfer_unmap(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	dma_unmap_sgtable(conn->dev, &xfer->sgt, vchiq_xfer_dma_dir(xfer), 0);
	if (xfer->dir == VCHIQ_DIR_RX)
		invalidate_kernel_vmap_range(xfer->buf, xfer->len);
	sg_free_table(&xfer->sgt);
}

/* -----------------------------------------------------------------------------
 * Page list
 */

static int vchiq_list_alloc(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	size_t size = struct_size(xfer->list, addrs, xfer->sgt.nents);

	if (size <= VCHIQ_POOL_LIST_SIZE) {
		xfer->list = dma_pool_alloc(conn->list_pool, GFP_KERNEL, &xfer->list_dma);
		xfer->list_size = 0;
	} else {
		xfer->list = dma_alloc_coherent(conn->dev, size, &xfer->list_dma, GFP_KERNEL);
		xfer->list_size = size;
	}

	return xfer->list ? 0 : -ENOMEM;
}

static void vchiq_list_free(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	if (xfer->list_size)
		dma_free_coherent(conn->dev, xfer->list_size, xfer->list, xfer->list_dma);
	else
		dma_pool_free(conn->list_pool, xfer->list, xfer->list_dma);
}

static u32 vchiq_xfer_offset(const struct vchiq_xfer *xfer)
{
	return (unsigned long)xfer->buf % VCHIQ_PAGE_SIZE;
}

/*
 * One entry for each mapped segment: the page it begins in, and how many follow.
 * A DMA mapping may move pages, but must keep where in a page the data lies.
 */
static int vchiq_list_fill_runs(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	u32 offset = vchiq_xfer_offset(xfer);
	struct scatterlist *sg;
	unsigned int i;
	dma_addr_t addr;
	u32 pages;

	for_each_sgtable_dma_sg(&xfer->sgt, sg, i) {
		addr = sg_dma_address(sg);
		if (addr % VCHIQ_PAGE_SIZE != offset || upper_32_bits(addr)) {
			dev_err_ratelimited(conn->dev, "cannot describe DMA address %pad\n", &addr);
			return -EIO;
		}
		pages = DIV_ROUND_UP(offset + sg_dma_len(sg), VCHIQ_PAGE_SIZE);
		xfer->list->addrs[i] = cpu_to_le32((addr - offset) | (pages - 1));
		offset = 0;
	}

	return 0;
}

static int vchiq_list_fill(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	u16 type = VCHIQ_PAGELIST_WRITE;

	if (xfer->fragment >= 0)
		type = VCHIQ_PAGELIST_READ_FRAGMENTS + xfer->fragment;
	else if (xfer->dir == VCHIQ_DIR_RX)
		type = VCHIQ_PAGELIST_READ;

	xfer->list->length = cpu_to_le32(xfer->len);
	xfer->list->type = cpu_to_le16(type);
	xfer->list->offset = cpu_to_le16(vchiq_xfer_offset(xfer));
	return vchiq_list_fill_runs(conn, xfer);
}

/* -----------------------------------------------------------------------------
 * Fragments: the partial cache lines at the ends of what the firmware fills
 */

static int vchiq_fragment_get(struct vchiq_conn *conn)
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
	guard(spinlock)(&conn->lock);
	__clear_bit(index, conn->kept->fragments);
}

static bool vchiq_fragment_needed(struct vchiq_conn *conn, const struct vchiq_xfer *xfer)
{
	u32 offset = vchiq_xfer_offset(xfer);

	return xfer->dir == VCHIQ_DIR_RX &&
	       !IS_ALIGNED(offset | (offset + xfer->len), conn->kept->line_size);
}

/* After the unmapping, which may write back lines that the ends lie in. */
static void vchiq_fragment_copy(struct vchiq_conn *conn, struct vchiq_xfer *xfer,
				size_t actual)
{
	size_t line = conn->kept->line_size;
	size_t offset = vchiq_xfer_offset(xfer);
	size_t head = min(ALIGN(offset, line) - offset, actual);
	size_t tail = (offset + actual) % line;
	u8 *fragment = vchiq_memory_fragment(conn->kept, xfer->fragment);

	memcpy(xfer->buf, fragment, head);
	if (head < actual)
		memcpy((u8 *)xfer->buf + actual - tail, fragment + line, tail);
}

/* -----------------------------------------------------------------------------
 * Transfers
 */

static struct vchiq_xfer *vchiq_xfer_alloc(struct vchiq_bulk *bulk)
{
	struct vchiq_xfer *xfer = kzalloc(sizeof(*xfer), GFP_KERNEL);

	if (!xfer)
		return NULL;

	xfer->bulk = bulk;
	xfer->dir = bulk->to_host ? VCHIQ_DIR_RX : VCHIQ_DIR_TX;
	xfer->buf = bulk->buf;
	xfer->len = bulk->len;
	xfer->fragment = -1;
	return xfer;
}

static void vchiq_xfer_free(struct vchiq_xfer *xfer)
{
	vchiq_xfer_put_pages(xfer);
	vfree(xfer->bounce);
	kvfree(xfer->pages);
	kfree(xfer);
}

static int vchiq_xfer_prepare(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	int ret;

	ret = vchiq_xfer_get_pages(xfer);
	if (ret == -EAGAIN)
		ret = vchiq_xfer_bounce(conn, xfer);
	if (ret)
		return ret;

	ret = vchiq_xfer_map(conn, xfer);
	if (ret)
		return ret;

	ret = vchiq_list_alloc(conn, xfer);
	if (ret)
		goto err_unmap;

	if (vchiq_fragment_needed(conn, xfer)) {
		ret = vchiq_fragment_get(conn);
		if (ret < 0)
			goto err_free_list;
		xfer->fragment = ret;
	}

	ret = vchiq_list_fill(conn, xfer);
	if (ret)
		goto err_put_fragment;

	return 0;

err_put_fragment:
	if (xfer->fragment >= 0)
		vchiq_fragment_put(conn, xfer->fragment);
err_free_list:
	vchiq_list_free(conn, xfer);
err_unmap:
	vchiq_xfer_unmap(conn, xfer);
	return ret;
}

/* The firmware has moved @actual bytes and will not touch the memory again. */
static void vchiq_xfer_finish(struct vchiq_conn *conn, struct vchiq_xfer *xfer,
			      size_t actual)
{
	vchiq_list_free(conn, xfer);
	vchiq_xfer_unmap(conn, xfer);
	if (xfer->fragment >= 0) {
		vchiq_fragment_copy(conn, xfer, actual);
		vchiq_fragment_put(conn, xfer->fragment);
	}
	if (xfer->bounce && xfer->bulk && xfer->dir == VCHIQ_DIR_RX)
		memcpy(xfer->bulk->buf, xfer->bounce, actual);
}

/* The firmware may touch the memory for ever. */
static void vchiq_xfer_park(struct vchiq_conn *conn, struct vchiq_xfer *xfer)
{
	guard(spinlock)(&conn->lock);
	list_add_tail(&xfer->node, &conn->kept->parked);
	conn->nr_parked++;
}

static void vchiq_bulk_complete(struct vchiq_bulk *bulk, struct vchiq_service *svc,
				int status, size_t actual)
{
	bulk->status = status;
	bulk->actual = actual;
	if (bulk->complete)
		bulk->complete(svc, bulk);
}

/* -----------------------------------------------------------------------------
 * Queues of a service
 */

/* Return: true if @xfer was added; false if there is no room now. */
static int vchiq_queue_add(struct vchiq_service *svc, struct vchiq_xfer *xfer)
{
	guard(spinlock)(&svc->conn->lock);
	if (svc->state != VCHIQ_SERVICE_OPEN)
		return svc->error ?: -ENOTCONN;
	if (svc->nr_bulks[xfer->dir] == VCHIQ_NUM_SERVICE_BULKS)
		return -EAGAIN;

	list_add_tail(&xfer->node, &svc->bulks[xfer->dir]);
	svc->nr_bulks[xfer->dir]++;
	return 0;
}

/*
 * Take the oldest transfer. One that still is the client's comes with its
 * callback entered, so that a client that gives up either gets it back here or
 * from vchiq_bulk_abandon_all(), never from both nor from none.
 */
static struct vchiq_xfer *vchiq_queue_pop(struct vchiq_service *svc, enum vchiq_dir dir)
{
	struct vchiq_xfer *xfer;

	guard(spinlock)(&svc->conn->lock);
	xfer = list_first_entry_or_null(&svc->bulks[dir], struct vchiq_xfer, node);
	if (!xfer)
		return NULL;

	list_del(&xfer->node);
	svc->nr_bulks[dir]--;
	if (xfer->bulk)
		svc->in_callback = true;
	return xfer;
}

/* Take back what could not be posted, unless it was aborted meanwhile. */
static bool vchiq_queue_remove(struct vchiq_service *svc, struct vchiq_xfer *xfer)
{
	struct vchiq_xfer *pos;

	guard(spinlock)(&svc->conn->lock);
	list_for_each_entry(pos, &svc->bulks[xfer->dir], node) {
		if (pos != xfer)
			continue;
		list_del(&xfer->node);
		svc->nr_bulks[xfer->dir]--;
		return true;
	}

	return false;
}

static bool vchiq_queue_has_room(struct vchiq_service *svc, enum vchiq_dir dir)
{
	guard(spinlock)(&svc->conn->lock);

	return svc->state != VCHIQ_SERVICE_OPEN ||
	       svc->nr_bulks[dir] < VCHIQ_NUM_SERVICE_BULKS;
}

static int vchiq_queue_wait(struct vchiq_service *svc, enum vchiq_dir dir)
{
	long left;

	/* What makes room is the receiver. */
	if (vchiq_in_callback(svc->conn))
		return -EAGAIN;

	left = wait_event_killable_timeout(svc->bulk_wait, vchiq_queue_has_room(svc, dir),
					   vchiq_conn_timeout(svc->conn, VCHIQ_SEND_TIMEOUT_MS));
	if (left < 0)
		return -EINTR;
	if (!left) {
		vchiq_conn_timed_out(svc->conn);
		return -ETIMEDOUT;
	}

	return 0;
}

/* -----------------------------------------------------------------------------
 * Posting
 */

static int vchiq_bulk_send(struct vchiq_service *svc, struct vchiq_xfer *xfer)
{
	const struct vchiq_bulk_payload payload = {
		.pagelist = cpu_to_le32(lower_32_bits(xfer->list_dma)),
		.size = cpu_to_le32(xfer->len),
	};
	const struct vchiq_msg msg = {
		.svc = svc,
		.type = xfer->dir == VCHIQ_DIR_RX ? VCHIQ_MSG_BULK_RX : VCHIQ_MSG_BULK_TX,
		.data = &payload,
		.len = sizeof(payload),
		.timeout_ms = vchiq_in_callback(svc->conn) ? 0 : VCHIQ_SEND_TIMEOUT_MS,
	};

	return vchiq_tx_send(svc->conn, &msg);
}

/*
 * Return: 0 if the transfer was posted, or was and is completed already; an
 * errno if it is the caller's again.
 */
static int vchiq_bulk_try_post(struct vchiq_service *svc, struct vchiq_xfer *xfer)
{
	int ret;

	guard(mutex)(&svc->bulk_lock);
	ret = vchiq_queue_add(svc, xfer);
	if (ret)
		return ret;

	ret = vchiq_bulk_send(svc, xfer);
	if (ret && !vchiq_queue_remove(svc, xfer))
		return 0;
	/* Room for a transfer is not room for a message; do not wait for it again. */
	return ret == -EAGAIN ? -EBUSY : ret;
}

static int vchiq_bulk_post(struct vchiq_service *svc, struct vchiq_xfer *xfer)
{
	int ret;

	for (;;) {
		ret = vchiq_bulk_try_post(svc, xfer);
		if (ret != -EAGAIN)
			break;
		ret = vchiq_queue_wait(svc, xfer->dir);
		if (ret)
			return ret;
	}

	return ret == -EBUSY ? -EAGAIN : ret;
}

/**
 * vchiq_service_bulk - post a bulk transfer
 * @svc: open service
 * @bulk: the transfer; the client's again when it is completed, or on an error
 *
 * At most VCHIQ_NUM_SERVICE_BULKS are posted in each direction; this waits for
 * room, except in a callback. Buffers from kmalloc() are copied; others are read
 * or written in place and must not be touched meanwhile.
 *
 * Context: Process context, callbacks too.
 * Return: 0, -EINVAL, -EMSGSIZE, -EFAULT if @bulk->buf is not kernel memory,
 * -EAGAIN if there is no room now, -ENOMEM, or as vchiq_service_send().
 */
int vchiq_service_bulk(struct vchiq_service *svc, struct vchiq_bulk *bulk)
{
	struct vchiq_conn *conn = svc->conn;
	struct vchiq_xfer *xfer;
	int ret;

	if (!bulk->buf || !bulk->len)
		return -EINVAL;
	if (bulk->len > S32_MAX)
		return -EMSGSIZE;

	xfer = vchiq_xfer_alloc(bulk);
	if (!xfer)
		return -ENOMEM;

	ret = vchiq_xfer_prepare(conn, xfer);
	if (ret)
		goto err_free;

	ret = vchiq_bulk_post(svc, xfer);
	if (ret)
		goto err_finish;

	return 0;

err_finish:
	vchiq_xfer_finish(conn, xfer, 0);
err_free:
	vchiq_xfer_free(xfer);
	return ret;
}
EXPORT_SYMBOL_GPL(vchiq_service_bulk);

/* -----------------------------------------------------------------------------
 * Completion
 */

/* @xfer comes from vchiq_queue_pop(), or its bulk is NULL. */
static void vchiq_bulk_give_back(struct vchiq_service *svc, struct vchiq_bulk *bulk,
				 int status, size_t actual)
{
	if (!bulk)
		return;

	vchiq_bulk_complete(bulk, svc, status, actual);
	vchiq_service_leave(svc);
}

static void vchiq_bulk_finish(struct vchiq_service *svc, struct vchiq_xfer *xfer,
			      int status, size_t actual)
{
	vchiq_xfer_finish(svc->conn, xfer, actual);
	vchiq_bulk_give_back(svc, xfer->bulk, status, actual);
	vchiq_xfer_free(xfer);
}

static void vchiq_bulk_done(struct vchiq_service *svc, enum vchiq_dir dir, u32 actual)
{
	struct vchiq_conn *conn = svc->conn;
	struct vchiq_xfer *xfer = vchiq_queue_pop(svc, dir);

	if (!xfer) {
		conn->stats.rx_ignored++;
		return;
	}

	wake_up_all(&svc->bulk_wait);
	if (actual == VCHIQ_BULK_ABORTED) {
		vchiq_bulk_finish(svc, xfer, -ECONNABORTED, 0);
		return;
	}
	if (actual > xfer->len) {
		vchiq_bulk_finish(svc, xfer, -EPROTO, 0);
		vchiq_conn_break(conn, "bulk done with %u bytes", actual);
		return;
	}

	conn->stats.bulks++;
	conn->stats.bulk_bytes += actual;
	vchiq_bulk_finish(svc, xfer, 0, actual);
}

static bool vchiq_bulk_is_peer(struct vchiq_service *svc, u32 src)
{
	guard(spinlock)(&svc->conn->lock);

	return svc->remote_port == src;
}

void vchiq_bulk_rx_done(struct vchiq_conn *conn, enum vchiq_dir dir, u32 src,
			u32 dst, const void *data, size_t len)
{
	struct vchiq_service *svc;

	if (len < sizeof(struct vchiq_bulk_done_payload)) {
		vchiq_conn_break(conn, "bulk done of %zu bytes", len);
		return;
	}

	svc = vchiq_service_find(conn, dst);
	if (svc && vchiq_bulk_is_peer(svc, src))
		vchiq_bulk_done(svc, dir, get_unaligned_le32(data));
	else
		conn->stats.rx_ignored++;
	if (svc)
		vchiq_service_put(svc);
}

/* The client gets its bulk back, the firmware keeps the memory. */
static void vchiq_bulk_orphan(struct vchiq_service *svc, struct vchiq_xfer *xfer,
			      int status)
{
	struct vchiq_bulk *bulk = xfer->bulk;

	xfer->bulk = NULL;
	vchiq_xfer_park(svc->conn, xfer);
	vchiq_bulk_give_back(svc, bulk, status, 0);
}

/**
 * vchiq_bulk_abort_all - end all bulks of a closed service
 * @svc: the service
 * @status: errno for the client
 * @park: the firmware has not let go of the memory, and never will
 *
 * Context: the receiver, or after it has stopped.
 */
void vchiq_bulk_abort_all(struct vchiq_service *svc, int status, bool park)
{
	struct vchiq_xfer *xfer;
	enum vchiq_dir dir;

	for (dir = 0; dir < VCHIQ_NR_DIRS; dir++) {
		while ((xfer = vchiq_queue_pop(svc, dir))) {
			if (park)
				vchiq_bulk_orphan(svc, xfer, status);
			else
				vchiq_bulk_finish(svc, xfer, status, 0);
		}
	}
}

/* Return: a bulk of the client's, which it then is again, or NULL. */
static struct vchiq_bulk *vchiq_queue_abandon(struct vchiq_service *svc, enum vchiq_dir dir)
{
	struct vchiq_bulk *bulk;
	struct vchiq_xfer *xfer;

	guard(spinlock)(&svc->conn->lock);
	list_for_each_entry(xfer, &svc->bulks[dir], node) {
		if (!xfer->bulk)
			continue;
		bulk = xfer->bulk;
		xfer->bulk = NULL;
		return bulk;
	}

	return NULL;
}

/**
 * vchiq_bulk_abandon_all - give the client its bulks back
 * @svc: the service, muted, which the firmware has not closed
 * @status: errno for the client
 *
 * The transfers stay queued: if the firmware answers after all, they are freed.
 *
 * Context: the closing client, after the receiver's last callback.
 */
void vchiq_bulk_abandon_all(struct vchiq_service *svc, int status)
{
	struct vchiq_bulk *bulk;
	enum vchiq_dir dir;

	for (dir = 0; dir < VCHIQ_NR_DIRS; dir++) {
		while ((bulk = vchiq_queue_abandon(svc, dir)))
			vchiq_bulk_complete(bulk, svc, status, 0);
	}
}

/* -----------------------------------------------------------------------------
 * Connection
 */

int vchiq_bulk_init(struct vchiq_conn *conn)
{
	dma_set_min_align_mask(conn->dev, VCHIQ_PAGE_SIZE - 1);
	conn->list_pool = dma_pool_create("vchiq-lists", conn->dev, VCHIQ_POOL_LIST_SIZE,
					  sizeof(u32), 0);

	return conn->list_pool ? 0 : -ENOMEM;
}

/* Page lists that the firmware has not given back take the pool with them. */
void vchiq_bulk_fini(struct vchiq_conn *conn)
{
	if (conn->nr_parked)
		dev_warn(conn->dev, "keeping the memory of %u bulks that the firmware never gave back\n",
			 conn->nr_parked);
	else
		dma_pool_destroy(conn->list_pool);
}
