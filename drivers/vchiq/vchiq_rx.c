// SPDX-License-Identifier: GPL-2.0
/*
 * Receiving: takes messages out of the firmware's slots.
 *
 * Each header is read once and checked, the payload is copied, and only then is
 * the message handled; a slot goes back when its end is reached. So no client
 * can hold up the firmware, and the firmware can change nothing under a client.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/sched.h>

#include "vchiq_priv.h"
#include "vchiq_trace.h"

/* The firmware has as many slots more. */
#define VCHIQ_RX_MAX_UNTOLD	(VCHIQ_NR_DATA_SLOTS / 4)

/* -----------------------------------------------------------------------------
 * Messages
 */

static void vchiq_rx_connect(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	vchiq_conn_connected(conn);
}

static void vchiq_rx_openack(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	vchiq_service_rx_openack(conn, msg, false);
}

static void vchiq_rx_data(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	vchiq_service_rx_data(conn, msg, false);
}

static void vchiq_rx_bulk_rx_done(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	vchiq_bulk_rx_done(conn, VCHIQ_DIR_RX, msg);
}

static void vchiq_rx_bulk_tx_done(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	vchiq_bulk_rx_done(conn, VCHIQ_DIR_TX, msg);
}

static void vchiq_rx_pause(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	vchiq_tx_peer_paused(conn);
}

static void vchiq_rx_resume(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	vchiq_tx_resumed(conn);
}

/* We are always in use; the answer is all that the firmware waits for. */
static void vchiq_rx_remote_use(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	const struct vchiq_msg answer = {
		.type = VCHIQ_MSG_REMOTE_USE_ACTIVE,
	};

	scoped_guard(spinlock, &conn->lock)
		conn->remote_use++;
	vchiq_tx_answer(conn, &answer);
}

static void vchiq_rx_remote_release(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	guard(spinlock)(&conn->lock);
	if (conn->remote_use)
		conn->remote_use--;
	else
		atomic64_inc(&conn->stats.rx_ignored);
}

static void vchiq_rx_nothing(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
}

/* BULK_RX, BULK_TX and REMOTE_USE_ACTIVE are ours to send. */
static void (*const vchiq_rx_handlers[])(struct vchiq_conn *conn,
					 const struct vchiq_rx_msg *msg) = {
	[VCHIQ_MSG_PADDING] = vchiq_rx_nothing,
	[VCHIQ_MSG_CONNECT] = vchiq_rx_connect,
	[VCHIQ_MSG_OPEN] = vchiq_service_rx_open,
	[VCHIQ_MSG_OPENACK] = vchiq_rx_openack,
	[VCHIQ_MSG_CLOSE] = vchiq_service_rx_close,
	[VCHIQ_MSG_DATA] = vchiq_rx_data,
	[VCHIQ_MSG_BULK_RX_DONE] = vchiq_rx_bulk_rx_done,
	[VCHIQ_MSG_BULK_TX_DONE] = vchiq_rx_bulk_tx_done,
	[VCHIQ_MSG_PAUSE] = vchiq_rx_pause,
	[VCHIQ_MSG_RESUME] = vchiq_rx_resume,
	[VCHIQ_MSG_REMOTE_USE] = vchiq_rx_remote_use,
	[VCHIQ_MSG_REMOTE_RELEASE] = vchiq_rx_remote_release,
};

static void vchiq_rx_dispatch(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	if (msg->type >= ARRAY_SIZE(vchiq_rx_handlers) || !vchiq_rx_handlers[msg->type]) {
		vchiq_conn_break(conn, "message of unknown type %u", msg->type);
		return;
	}

	trace_vchiq_receive(conn, msg->msgid, msg->len);
	if (msg->type != VCHIQ_MSG_PADDING) {
		conn->stats.rx_messages++;
		conn->stats.rx_bytes += msg->len;
	}
	vchiq_rx_handlers[msg->type](conn, msg);
}

/* -----------------------------------------------------------------------------
 * Slots
 */

static int vchiq_rx_enter_slot(struct vchiq_conn *conn)
{
	struct vchiq_rx_state *st = &conn->kept->rx;
	u32 slot;
	int ret;

	if (st->cur)
		return 0;

	slot = vchiq_shared_peer_slot(conn->zero, VCHIQ_POS_INDEX(st->pos));
	ret = vchiq_parse_slot(slot);
	if (ret) {
		vchiq_conn_break(conn, "message in slot %u, which is not the firmware's", slot);
		return ret;
	}

	st->cur = slot;
	return 0;
}

/* The firmware may sleep without slots, but not while we do. */
static void vchiq_rx_tell_slots(struct vchiq_conn *conn)
{
	conn->rx_untold = 0;
	vchiq_conn_signal(conn, VCHIQ_EVENT_RECYCLE);
}

static void vchiq_rx_advance(struct vchiq_conn *conn, u32 stride)
{
	struct vchiq_rx_state *st = &conn->kept->rx;

	WRITE_ONCE(st->pos, st->pos + stride);
	if (VCHIQ_POS_OFFSET(st->pos))
		return;

	trace_vchiq_slot_given_back(conn, st->cur);
	vchiq_shared_give_back(conn->zero, st->recycled, st->cur);
	st->recycled++;
	st->cur = 0;
	conn->stats.rx_slots++;
	if (++conn->rx_untold >= VCHIQ_RX_MAX_UNTOLD)
		vchiq_rx_tell_slots(conn);
}

/*
 * Copy the next message; @avail bytes have been written by the firmware. The
 * header is read here and nowhere else.
 */
static int vchiq_rx_fetch(struct vchiq_conn *conn, u32 avail, struct vchiq_rx_msg *msg)
{
	const struct vchiq_rx_state *st = &conn->kept->rx;
	u32 offset = VCHIQ_POS_OFFSET(st->pos);
	struct vchiq_header header;
	int ret;

	vchiq_shared_read(conn->zero, st->cur, offset, &header, sizeof(header));
	ret = vchiq_parse_header(&header, offset, avail, msg);
	if (ret) {
		vchiq_conn_break(conn, "message %#010x of %u bytes at offset %u, %u written",
				 msg->msgid, msg->len, offset, avail);
		return ret;
	}

	msg->data = conn->rx_buf;
	if (msg->type != VCHIQ_MSG_PADDING)
		vchiq_shared_read(conn->zero, st->cur, offset + sizeof(header),
				  conn->rx_buf, msg->len);
	return 0;
}

/* Return: bytes consumed, or an errno. */
static int vchiq_rx_one(struct vchiq_conn *conn, u32 avail)
{
	struct vchiq_rx_msg msg;
	u32 stride;
	int ret;

	ret = vchiq_rx_enter_slot(conn);
	if (ret)
		return ret;
	ret = vchiq_rx_fetch(conn, avail, &msg);
	if (ret)
		return ret;

	/*
	 * The copy is complete, so the slot may go back before the message is
	 * handled. A client that is slow then costs the firmware nothing.
	 */
	stride = VCHIQ_MSG_STRIDE(msg.len);
	vchiq_rx_advance(conn, stride);
	vchiq_rx_dispatch(conn, &msg);
	return vchiq_conn_error(conn) ?: (int)stride;
}

/* Everything up to a position; one load barrier has ordered it all. */
static int vchiq_rx_batch(struct vchiq_conn *conn, u32 avail)
{
	int ret;

	ret = vchiq_parse_avail(avail);
	if (ret) {
		vchiq_conn_break(conn, "transmit position is %u bytes ahead", avail);
		return ret;
	}

	for (; avail && !vchiq_worker_is_stopping(&conn->rx); avail -= ret) {
		ret = vchiq_rx_one(conn, avail);
		if (ret < 0)
			return ret;
		cond_resched();
	}

	return 0;
}

/*
 * Run of the receiver: everything that has been published. What comes meanwhile
 * fires the event again. To be told of slots a firmware that sleeps would have to be rung
 * for; the next message often wakes it anyway, and else it is told before we sleep.
 */
void vchiq_rx_run(struct vchiq_conn *conn)
{
	u32 avail = vchiq_shared_peer_tx(conn->zero) - conn->kept->rx.pos;

	if (avail && vchiq_rx_batch(conn, avail))
		return;
	if (conn->rx_untold && !vchiq_event_needs_bell(conn->zero, VCHIQ_EVENT_RECYCLE))
		vchiq_rx_tell_slots(conn);
}

/* The receiver is going to sleep, or ends. */
void vchiq_rx_settle(struct vchiq_conn *conn)
{
	if (conn->rx_untold && !vchiq_conn_error(conn))
		vchiq_rx_tell_slots(conn);
}
