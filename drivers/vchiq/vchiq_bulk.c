// SPDX-License-Identifier: GPL-2.0
/*
 * Bulk transfers: the firmware moves data between its memory and ours.
 *
 * A bulk is queued under the transmit lock, in the order of its message, and ends
 * when the firmware reports it done, closes the service, or never answers. What it
 * holds is in vchiq_xfer.c.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/unaligned.h>

#include "vchiq_priv.h"
#include "vchiq_trace.h"

/* -----------------------------------------------------------------------------
 * Queues of a service, under the lock of the connection
 */

/* Return: 0, -ENOBUFS when as many are posted as may be. */
int vchiq_bulk_queue_check(struct vchiq_service *svc, const struct vchiq_xfer *xfer)
{
	lockdep_assert_held(&svc->conn->lock);

	return svc->nr_bulks[xfer->dir] < VCHIQ_NUM_SERVICE_BULKS ? 0 : -ENOBUFS;
}

void vchiq_bulk_queue_add(struct vchiq_service *svc, struct vchiq_xfer *xfer)
{
	lockdep_assert_held(&svc->conn->lock);
	list_add_tail(&xfer->node, &svc->bulks[xfer->dir]);
	svc->nr_bulks[xfer->dir]++;
	WRITE_ONCE(svc->conn->nr_bulks, svc->conn->nr_bulks + 1);
	trace_vchiq_bulk_posted(svc, xfer);
}

static struct vchiq_xfer *vchiq_queue_pop(struct vchiq_service *svc, enum vchiq_dir dir)
{
	struct vchiq_xfer *xfer;

	guard(spinlock)(&svc->conn->lock);
	xfer = list_first_entry_or_null(&svc->bulks[dir], struct vchiq_xfer, node);
	if (!xfer)
		return NULL;

	list_del(&xfer->node);
	svc->nr_bulks[dir]--;
	WRITE_ONCE(svc->conn->nr_bulks, svc->conn->nr_bulks - 1);
	return xfer;
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

/* -----------------------------------------------------------------------------
 * Posting
 */

static bool vchiq_queue_has_room(struct vchiq_service *svc, enum vchiq_dir dir)
{
	guard(spinlock)(&svc->conn->lock);

	return !vchiq_state_is_open(svc->state) ||
	       svc->nr_bulks[dir] < VCHIQ_NUM_SERVICE_BULKS;
}

static long vchiq_queue_sleep(struct vchiq_service *svc, enum vchiq_dir dir)
{
	unsigned long timeout = msecs_to_jiffies(VCHIQ_SEND_TIMEOUT_MS);

	if (svc->is_interruptible)
		return wait_event_interruptible_timeout(svc->wait, vchiq_queue_has_room(svc, dir),
							timeout);

	return wait_event_killable_timeout(svc->wait, vchiq_queue_has_room(svc, dir), timeout);
}

static bool vchiq_queue_has_room_out(void *svc)
{
	return vchiq_queue_has_room(svc, VCHIQ_DIR_TX);
}

static bool vchiq_queue_has_room_in(void *svc)
{
	return vchiq_queue_has_room(svc, VCHIQ_DIR_RX);
}

static int vchiq_queue_wait(struct vchiq_service *svc, enum vchiq_dir dir)
{
	long left;

	/* What makes room is the receiver. */
	if (vchiq_in_callback(svc->conn))
		return -EAGAIN;

	if (svc->may_poll)
		vchiq_poll(svc->conn, &svc->room_luck,
			   dir == VCHIQ_DIR_TX ? vchiq_queue_has_room_out : vchiq_queue_has_room_in,
			   svc);
	vchiq_watch_begin(svc->conn);
	left = vchiq_queue_sleep(svc, dir);
	vchiq_watch_end(svc->conn);

	return left > 0 ? 0 : vchiq_service_wait_error(svc->conn, left);
}

static int vchiq_bulk_send(struct vchiq_service *svc, struct vchiq_xfer *xfer)
{
	const struct vchiq_bulk_payload payload = {
		.pagelist = cpu_to_le32(lower_32_bits(xfer->list_dma)),
		.size = cpu_to_le32(xfer->len),
	};
	const struct vchiq_msg msg = {
		.svc = svc,
		.xfer = xfer,
		.type = xfer->dir == VCHIQ_DIR_RX ? VCHIQ_MSG_BULK_RX : VCHIQ_MSG_BULK_TX,
		.data = &payload,
		.len = sizeof(payload),
		.timeout_ms = vchiq_in_callback(svc->conn) ? 0 : VCHIQ_SEND_TIMEOUT_MS,
		.is_interruptible = svc->is_interruptible,
	};

	return vchiq_tx_send(svc->conn, &msg);
}

static int vchiq_bulk_post(struct vchiq_service *svc, struct vchiq_xfer *xfer)
{
	/* Once posted, the transfer may be gone already. */
	enum vchiq_dir dir = xfer->dir;
	int ret;

	for (;;) {
		ret = vchiq_bulk_send(svc, xfer);
		if (ret != -ENOBUFS)
			return ret;
		ret = vchiq_queue_wait(svc, dir);
		if (ret)
			return ret;
	}
}

/* Is there exactly one memory, and something to do? */
static int vchiq_bulk_check(const struct vchiq_bulk *bulk)
{
	if (!bulk->buf == !bulk->mem || !bulk->len)
		return -EINVAL;
	if (bulk->mem && !bulk->mem->pages == !bulk->mem->sgt)
		return -EINVAL;

	return bulk->len > S32_MAX ? -EMSGSIZE : 0;
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
 * Return: 0, -EINVAL if it describes no memory, memory that is too short, or memory
 * of an sg_table to be filled that does not begin and end at cache lines, -EMSGSIZE,
 * -EFAULT if @bulk->buf is not kernel memory, -EAGAIN if there is no room now,
 * -ENOMEM, -ERANGE if the firmware cannot reach it, or as vchiq_service_send().
 */
int vchiq_service_bulk(struct vchiq_service *svc, struct vchiq_bulk *bulk)
{
	struct vchiq_xfer *xfer;
	int ret;

	ret = vchiq_bulk_check(bulk);
	if (ret)
		return ret;
	if (!vchiq_state_is_open(READ_ONCE(svc->state)))
		return READ_ONCE(svc->error) ?: -ENOTCONN;

	xfer = vchiq_xfer_alloc(svc, bulk);
	if (IS_ERR(xfer))
		return PTR_ERR(xfer);

	ret = vchiq_bulk_post(svc, xfer);
	if (ret)
		vchiq_xfer_free(svc->conn, xfer);
	return ret;
}
EXPORT_SYMBOL_GPL(vchiq_service_bulk);

/* -----------------------------------------------------------------------------
 * Completion, under the service's call_lock
 */

static void vchiq_bulk_complete(struct vchiq_service *svc, struct vchiq_bulk *bulk,
				int status, size_t actual)
{
	lockdep_assert_held(&svc->call_lock);
	if (!bulk)
		return;

	bulk->status = status;
	bulk->actual = actual;
	if (bulk->complete)
		bulk->complete(svc, bulk);
}

static void vchiq_bulk_finish(struct vchiq_service *svc, struct vchiq_xfer *xfer,
			      int status, size_t actual)
{
	struct vchiq_bulk *bulk = xfer->bulk;

	trace_vchiq_bulk_ended(svc, xfer, status, actual);
	if (status)
		svc->stats.bulk_aborts++;
	vchiq_xfer_finish(svc->conn, xfer, actual);
	vchiq_bulk_complete(svc, bulk, status, actual);
}

/* The client gets its bulk back, the firmware keeps the memory. */
static void vchiq_bulk_orphan(struct vchiq_service *svc, struct vchiq_xfer *xfer,
			      int status)
{
	struct vchiq_bulk *bulk = xfer->bulk;

	trace_vchiq_bulk_ended(svc, xfer, status, 0);
	svc->stats.bulk_aborts++;
	xfer->bulk = NULL;
	vchiq_xfer_park(svc->conn, xfer);
	vchiq_bulk_complete(svc, bulk, status, 0);
}

static void vchiq_bulk_count(struct vchiq_service *svc, enum vchiq_dir dir, u32 actual)
{
	svc->conn->stats.bulks++;
	svc->conn->stats.bulk_bytes += actual;
	svc->stats.bulks[dir]++;
	svc->stats.bulk_bytes[dir] += actual;
}

static void vchiq_bulk_done(struct vchiq_service *svc, enum vchiq_dir dir, u32 actual)
{
	struct vchiq_conn *conn = svc->conn;
	struct vchiq_xfer *xfer;

	guard(mutex)(&svc->call_lock);
	xfer = vchiq_queue_pop(svc, dir);
	if (!xfer) {
		atomic64_inc(&conn->stats.rx_ignored);
		return;
	}

	wake_up_all(&svc->wait);
	if (actual == VCHIQ_BULK_ABORTED) {
		vchiq_bulk_finish(svc, xfer, -ECONNABORTED, 0);
	} else if (actual > xfer->len) {
		vchiq_bulk_finish(svc, xfer, -EPROTO, 0);
		vchiq_conn_break(conn, "bulk done with %u bytes", actual);
	} else {
		vchiq_bulk_count(svc, dir, actual);
		vchiq_bulk_finish(svc, xfer, 0, actual);
	}
}

void vchiq_bulk_rx_done(struct vchiq_conn *conn, enum vchiq_dir dir,
			const struct vchiq_rx_msg *msg)
{
	struct vchiq_service *svc;

	if (msg->len < sizeof(struct vchiq_bulk_done_payload)) {
		vchiq_conn_break(conn, "bulk done of %u bytes", msg->len);
		return;
	}

	svc = vchiq_service_find(conn, msg->dst);
	if (svc && READ_ONCE(svc->remote_port) == msg->src)
		vchiq_bulk_done(svc, dir, get_unaligned_le32(msg->data));
	else
		atomic64_inc(&conn->stats.rx_ignored);
	if (svc)
		vchiq_service_put(svc);
}

/**
 * vchiq_bulk_abort_all - end all bulks of a service that is closed
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

	guard(mutex)(&svc->call_lock);
	for (dir = 0; dir < VCHIQ_NR_DIRS; dir++) {
		while ((xfer = vchiq_queue_pop(svc, dir))) {
			if (park)
				vchiq_bulk_orphan(svc, xfer, status);
			else
				vchiq_bulk_finish(svc, xfer, status, 0);
		}
	}
}

/**
 * vchiq_bulk_abandon_all - give the client its bulks back, and no callbacks more
 * @svc: the service, which the firmware has not closed
 * @status: errno for the client
 *
 * The transfers stay queued: if the firmware answers after all, they are freed.
 *
 * Context: the closing client.
 */
void vchiq_bulk_abandon_all(struct vchiq_service *svc, int status)
{
	struct vchiq_bulk *bulk;
	enum vchiq_dir dir;

	guard(mutex)(&svc->call_lock);
	svc->is_muted = true;
	for (dir = 0; dir < VCHIQ_NR_DIRS; dir++) {
		while ((bulk = vchiq_queue_abandon(svc, dir)))
			vchiq_bulk_complete(svc, bulk, status, 0);
	}
}
