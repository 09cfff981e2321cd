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

#include <linux/device.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/sched.h>

#include "vchiq_priv.h"

/**
 * struct vchiq_rx_msg - a received message, checked, in private memory
 * @type: type
 * @src: firmware's port
 * @dst: our port
 * @len: payload bytes
 * @data: payload
 */
struct vchiq_rx_msg {
	u32 type;
	u32 src;
	u32 dst;
	u32 len;
	const void *data;
};

/* -----------------------------------------------------------------------------
 * Messages
 */

/* Answers come from the receiver itself; if one cannot go out nothing works. */
static void vchiq_rx_answer(struct vchiq_conn *conn, enum vchiq_msg_type type,
			    u16 dst)
{
	const struct vchiq_msg answer = {
		.type = type,
		.dst = dst,
		.timeout_ms = VCHIQ_CLOSE_TIMEOUT_MS,
	};

	if (vchiq_tx_send(conn, &answer) == -ETIMEDOUT)
		vchiq_conn_break(conn, "no slot for the answer to a message");
}

static void vchiq_rx_connect(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	vchiq_conn_connected(conn);
}

/* There is nothing to open on this side. */
static void vchiq_rx_open(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	vchiq_rx_answer(conn, VCHIQ_MSG_CLOSE, msg->src);
}

static void vchiq_rx_openack(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	vchiq_service_rx_openack(conn, msg->src, msg->dst, msg->data, msg->len);
}

static void vchiq_rx_close(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	vchiq_service_rx_close(conn, msg->src, msg->dst);
}

static void vchiq_rx_data(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	vchiq_service_rx_data(conn, msg->src, msg->dst, msg->data, msg->len);
}

static void vchiq_rx_bulk_rx_done(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	vchiq_bulk_rx_done(conn, VCHIQ_DIR_RX, msg->src, msg->dst, msg->data, msg->len);
}

static void vchiq_rx_bulk_tx_done(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	vchiq_bulk_rx_done(conn, VCHIQ_DIR_TX, msg->src, msg->dst, msg->data, msg->len);
}

/* After our PAUSE nothing goes out until RESUME. */
static void vchiq_rx_pause(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	if (READ_ONCE(conn->tx.is_paused))
		return;

	vchiq_rx_answer(conn, VCHIQ_MSG_PAUSE, 0);
	vchiq_tx_pause(conn, true);
}

static void vchiq_rx_resume(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	vchiq_tx_pause(conn, false);
}

/* We are always in use; the answer is all that the firmware waits for. */
static void vchiq_rx_remote_use(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	vchiq_rx_answer(conn, VCHIQ_MSG_REMOTE_USE_ACTIVE, 0);
}

static void vchiq_rx_nothing(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
}

/* BULK_RX, BULK_TX and REMOTE_USE_ACTIVE are ours to send. */
static void (*const vchiq_rx_handlers[])(struct vchiq_conn *conn,
					 const struct vchiq_rx_msg *msg) = {
	[VCHIQ_MSG_PADDING] = vchiq_rx_nothing,
	[VCHIQ_MSG_CONNECT] = vchiq_rx_connect,
	[VCHIQ_MSG_OPEN] = vchiq_rx_open,
	[VCHIQ_MSG_OPENACK] = vchiq_rx_openack,
	[VCHIQ_MSG_CLOSE] = vchiq_rx_close,
	[VCHIQ_MSG_DATA] = vchiq_rx_data,
	[VCHIQ_MSG_BULK_RX_DONE] = vchiq_rx_bulk_rx_done,
	[VCHIQ_MSG_BULK_TX_DONE] = vchiq_rx_bulk_tx_done,
	[VCHIQ_MSG_PAUSE] = vchiq_rx_pause,
	[VCHIQ_MSG_RESUME] = vchiq_rx_resume,
	[VCHIQ_MSG_REMOTE_USE] = vchiq_rx_remote_use,
	[VCHIQ_MSG_REMOTE_RELEASE] = vchiq_rx_nothing,
};

static void vchiq_rx_dispatch(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	if (msg->type >= ARRAY_SIZE(vchiq_rx_handlers) || !vchiq_rx_handlers[msg->type]) {
		vchiq_conn_break(conn, "message of unknown type %u", msg->type);
		return;
	}

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

	if (st->cur)
		return 0;

	slot = vchiq_shared_peer_slot(conn->zero, VCHIQ_POS_INDEX(st->pos));
	if (slot < VCHIQ_FW_FIRST_SLOT || slot > VCHIQ_FW_LAST_SLOT) {
		vchiq_conn_break(conn, "message in slot %u, which is not the firmware's", slot);
		return -EPROTO;
	}

	st->cur = slot;
	return 0;
}

static void vchiq_rx_advance(struct vchiq_conn *conn, u32 stride)
{
	struct vchiq_rx_state *st = &conn->kept->rx;

	st->pos += stride;
	if (VCHIQ_POS_OFFSET(st->pos))
		return;

	vchiq_shared_give_back(conn->zero, st->recycled, st->cur);
	st->recycled++;
	st->cur = 0;
	conn->stats.rx_slots++;
	vchiq_conn_signal(conn, VCHIQ_EVENT_RECYCLE);
}

/*
 * Copy the next message; @avail bytes have been written by the firmware. The
 * header is read here and nowhere else.
 */
static int vchiq_rx_fetch(struct vchiq_conn *conn, u32 avail, struct vchiq_rx_msg *msg)
{
	const struct vchiq_rx_state *st = &conn->kept->rx;
	u32 offset = VCHIQ_POS_OFFSET(st->pos);
	u32 max = min(avail, VCHIQ_SLOT_SIZE - offset) - sizeof(struct vchiq_header);
	struct vchiq_header header;
	u32 msgid;

	vchiq_shared_read(conn->zero, st->cur, offset, &header, sizeof(header));
	msgid = le32_to_cpu(header.msgid);
	msg->len = le32_to_cpu(header.size);
	if (msg->len > max) {
		vchiq_conn_break(conn, "message %#010x of %u bytes where %u fit", msgid,
				 msg->len, max);
		return -EPROTO;
	}

	msg->type = VCHIQ_MSGID_TYPE(msgid);
	msg->src = VCHIQ_MSGID_SRC(msgid);
	msg->dst = VCHIQ_MSGID_DST(msgid);
	msg->data = conn->rx_buf;
	if (msg->type != VCHIQ_MSG_PADDING)
		vchiq_shared_read(conn->zero, st->cur, offset + sizeof(header),
				  conn->rx_buf, msg->len);
	return 0;
}

static int vchiq_rx_one(struct vchiq_conn *conn, u32 avail)
{
	struct vchiq_rx_msg msg;
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
	vchiq_rx_advance(conn, VCHIQ_MSG_STRIDE(msg.len));
	vchiq_rx_dispatch(conn, &msg);
	return vchiq_conn_error(conn) == -ECONNRESET ? -ECONNRESET : 0;
}

/* The firmware cannot be further ahead than its slots reach. */
static int vchiq_rx_check_avail(struct vchiq_conn *conn, u32 avail)
{
	u32 max = (VCHIQ_FW_LAST_SLOT - VCHIQ_FW_FIRST_SLOT + 1) * VCHIQ_SLOT_SIZE;

	if (avail <= max && IS_ALIGNED(avail, sizeof(struct vchiq_header)))
		return 0;

	vchiq_conn_break(conn, "transmit position is %u bytes ahead", avail);
	return -EPROTO;
}

/* Run of the receiver: everything that has been published. */
void vchiq_rx_run(struct vchiq_conn *conn)
{
	u32 avail;

	while (!kthread_should_stop()) {
		avail = vchiq_shared_peer_tx(conn->zero) - conn->kept->rx.pos;
		if (!avail)
			break;
		if (vchiq_rx_check_avail(conn, avail) || vchiq_rx_one(conn, avail))
			break;
		WRITE_ONCE(conn->is_silent, false);
		cond_resched();
	}
}
