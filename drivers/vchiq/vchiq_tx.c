// SPDX-License-Identifier: GPL-2.0
/*
 * Transmitting: places messages in our slots and takes slots back.
 *
 * A message is placed and published in one go under the transmit lock, which
 * nobody holds while waiting. Who finds no room lets go of it and waits for a
 * slot to come back. What is in which slot is remembered here; a slot that was
 * published is never read.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/bitops.h>
#include <linux/device.h>
#include <linux/jiffies.h>

#include "vchiq_priv.h"

static u64 vchiq_slot_bit(u32 slot)
{
	return BIT_ULL(slot - VCHIQ_HOST_FIRST_SLOT);
}

void vchiq_tx_init(struct vchiq_conn *conn)
{
	mutex_init(&conn->tx.lock);
	init_waitqueue_head(&conn->tx.wait);
}

static void vchiq_tx_wake_locked(struct vchiq_conn *conn)
{
	WRITE_ONCE(conn->tx.generation, conn->tx.generation + 1);
	wake_up_all(&conn->tx.wait);
}

/* Make blocked senders look at their service and connection again. */
void vchiq_tx_wake(struct vchiq_conn *conn)
{
	mutex_lock(&conn->tx.lock);
	vchiq_tx_wake_locked(conn);
	mutex_unlock(&conn->tx.lock);
}

void vchiq_tx_pause(struct vchiq_conn *conn, bool is_paused)
{
	mutex_lock(&conn->tx.lock);
	conn->tx.is_paused = is_paused;
	vchiq_tx_wake_locked(conn);
	mutex_unlock(&conn->tx.lock);
}

/* -----------------------------------------------------------------------------
 * Placing messages, under the transmit lock
 */

/* The bytes up to @pos are written: show them, and a slot that is full now. */
static void vchiq_tx_advance(struct vchiq_conn *conn, u32 len)
{
	struct vchiq_tx_state *st = conn->tx.st;

	st->pos += len;
	if (!VCHIQ_POS_OFFSET(st->pos)) {
		st->sent |= vchiq_slot_bit(st->cur);
		st->cur = 0;
	}
	vchiq_shared_publish_tx(conn->zero, st->pos);
}

static void vchiq_tx_write_header(struct vchiq_conn *conn, u32 msgid, u32 size)
{
	struct vchiq_tx_state *st = conn->tx.st;
	struct vchiq_header header = {
		.msgid = cpu_to_le32(msgid),
		.size = cpu_to_le32(size),
	};

	vchiq_shared_write(conn->zero, st->cur, VCHIQ_POS_OFFSET(st->pos),
			   &header, sizeof(header));
}

/* Bytes left in the slot being filled, 0 if there is none. */
static u32 vchiq_tx_room(const struct vchiq_tx_state *st)
{
	return st->cur ? VCHIQ_SLOT_SIZE - VCHIQ_POS_OFFSET(st->pos) : 0;
}

/*
 * Would DATA of this size exceed a quota? A slot counts once, however many
 * messages are in it.
 */
static bool vchiq_tx_over_quota(const struct vchiq_tx_state *st,
				const struct vchiq_service *svc, bool new_slot)
{
	u64 bit = new_slot ? 0 : vchiq_slot_bit(st->cur);

	if (!(st->data & bit) && hweight64(st->data) >= VCHIQ_DATA_QUOTA)
		return true;

	return !(svc->slots & bit) && hweight64(svc->slots) >= VCHIQ_SERVICE_QUOTA;
}

/* The rest of the slot is too small: fill it up. */
static void vchiq_tx_pad(struct vchiq_conn *conn)
{
	u32 room = vchiq_tx_room(conn->tx.st);

	vchiq_tx_write_header(conn, VCHIQ_MSGID(VCHIQ_MSG_PADDING, 0, 0),
			      room - sizeof(struct vchiq_header));
	vchiq_tx_advance(conn, room);
}

/*
 * Get to a place where @stride bytes fit. Padding is published before anything
 * is waited for: the firmware gives a slot back only after its end.
 */
static int vchiq_tx_reserve(struct vchiq_conn *conn, u32 stride)
{
	struct vchiq_tx_state *st = conn->tx.st;

	if (st->cur && vchiq_tx_room(st) < stride) {
		vchiq_tx_pad(conn);
		if (st->started == st->available)
			vchiq_conn_signal(conn, VCHIQ_EVENT_TRIGGER);
	}
	if (st->cur)
		return 0;
	if (st->started == st->available)
		return -EAGAIN;

	st->cur = st->ring[st->started % VCHIQ_MAX_SLOTS_PER_SIDE];
	st->started++;
	conn->stats.tx_slots++;
	return 0;
}

/*
 * Whether a message of a service may go out is decided under the transmit lock,
 * so that nothing of it follows its CLOSE.
 */
static int vchiq_tx_msgid(struct vchiq_conn *conn, const struct vchiq_msg *msg,
			  u32 *msgid)
{
	struct vchiq_service *svc = msg->svc;

	if (!svc) {
		*msgid = VCHIQ_MSGID(msg->type, msg->src, msg->dst);
		return vchiq_conn_error(conn);
	}

	guard(spinlock)(&conn->lock);
	if (svc->state != VCHIQ_SERVICE_OPEN)
		return svc->error ?: -ENOTCONN;

	*msgid = VCHIQ_MSGID(msg->type, svc->port, svc->remote_port);
	return 0;
}

/* 0, -EAGAIN when there is no room, or what is wrong with the service. */
static int vchiq_tx_place(struct vchiq_conn *conn, const struct vchiq_msg *msg)
{
	struct vchiq_tx_state *st = conn->tx.st;
	u32 stride = VCHIQ_MSG_STRIDE(msg->len);
	bool is_data = msg->type == VCHIQ_MSG_DATA;
	u32 msgid;
	int ret;

	ret = vchiq_tx_msgid(conn, msg, &msgid);
	if (ret)
		return ret;
	if (conn->tx.is_paused)
		return -EAGAIN;
	if (is_data && vchiq_tx_over_quota(st, msg->svc, vchiq_tx_room(st) < stride))
		return -EAGAIN;

	ret = vchiq_tx_reserve(conn, stride);
	if (ret)
		return ret;

	if (is_data) {
		st->data |= vchiq_slot_bit(st->cur);
		msg->svc->slots |= vchiq_slot_bit(st->cur);
	}
	vchiq_shared_write(conn->zero, st->cur,
			   VCHIQ_POS_OFFSET(st->pos) + sizeof(struct vchiq_header),
			   msg->data, msg->len);
	vchiq_tx_write_header(conn, msgid, msg->len);
	vchiq_tx_advance(conn, stride);
	conn->stats.tx_messages++;
	conn->stats.tx_bytes += msg->len;
	return 0;
}

/* -----------------------------------------------------------------------------
 * Sending
 */

/* @timeout: jiffies left, updated. */
static int vchiq_tx_wait(struct vchiq_conn *conn, u32 generation, unsigned long *timeout)
{
	struct vchiq_tx *tx = &conn->tx;
	long left;

	left = wait_event_killable_timeout(tx->wait,
					   READ_ONCE(tx->generation) != generation,
					   *timeout);
	if (left < 0)
		return -EINTR;
	if (!left) {
		vchiq_conn_timed_out(conn);
		return -ETIMEDOUT;
	}

	*timeout = left;
	return 0;
}

/**
 * vchiq_tx_send - send a message
 * @conn: the connection
 * @msg: the message
 *
 * Context: Process context.
 * Return: 0, -EAGAIN when there is no room and no time to wait, -ETIMEDOUT,
 * -EINTR when killed, or an errno that tells why nothing can be sent any more.
 */
int vchiq_tx_send(struct vchiq_conn *conn, const struct vchiq_msg *msg)
{
	unsigned long timeout = vchiq_conn_timeout(conn, msg->timeout_ms);
	u32 generation;
	int ret;

	for (;;) {
		mutex_lock(&conn->tx.lock);
		ret = vchiq_tx_place(conn, msg);
		generation = conn->tx.generation;
		if (ret == -EAGAIN)
			conn->stats.tx_stalls++;
		mutex_unlock(&conn->tx.lock);
		if (ret != -EAGAIN || !msg->timeout_ms)
			break;

		ret = vchiq_tx_wait(conn, generation, &timeout);
		if (ret)
			return ret;
	}

	if (!ret)
		vchiq_conn_signal(conn, VCHIQ_EVENT_TRIGGER);
	return ret;
}

/* -----------------------------------------------------------------------------
 * Taking slots back, in the recycle thread
 */

static int vchiq_tx_take_back(struct vchiq_conn *conn)
{
	struct vchiq_tx_state *st = conn->tx.st;
	u32 slot = vchiq_shared_recycled_slot(conn->zero, st->available);
	u64 bit;

	if (slot < VCHIQ_HOST_FIRST_SLOT || slot > VCHIQ_HOST_LAST_SLOT)
		return -EPROTO;
	bit = vchiq_slot_bit(slot);
	if (!(st->sent & bit))
		return -EPROTO;

	st->sent &= ~bit;
	st->data &= ~bit;
	vchiq_services_recycled(conn, bit);
	st->ring[st->available % VCHIQ_MAX_SLOTS_PER_SIDE] = slot;
	st->available++;
	return 0;
}

/* More slots than we have sent cannot come back; each is checked, so this ends. */
void vchiq_tx_recycled(struct vchiq_conn *conn)
{
	u32 count = vchiq_shared_recycled(conn->zero);
	u32 available;
	int ret = 0;

	mutex_lock(&conn->tx.lock);
	while (!ret && conn->tx.st->available != count)
		ret = vchiq_tx_take_back(conn);
	available = conn->tx.st->available;
	vchiq_tx_wake_locked(conn);
	mutex_unlock(&conn->tx.lock);

	if (ret)
		vchiq_conn_break(conn, "slot %u of %u given back is not one of ours in use",
				 available, count);
	else
		WRITE_ONCE(conn->is_silent, false);
}
