// SPDX-License-Identifier: GPL-2.0
/*
 * Transmitting: writes messages to our slots and takes slots back.
 *
 * A message is placed and published in one go under the transmit lock, which
 * nobody holds while waiting. Who finds no room first takes back what the firmware
 * has given back; only if that is not enough it lets go of the lock and waits for
 * the recycle thread, which then wants to hear of it.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "vchiq_priv.h"
#include "vchiq_trace.h"

/* A firmware that asks so much without reading the answers is not sane. */
#define VCHIQ_MAX_ANSWERS	(2 * VCHIQ_MAX_SERVICES)

/**
 * struct vchiq_answer - an answer or CLOSE that waits for room
 * @node: in vchiq_tx.answers
 * @msg: the message
 * @data: its payload
 */
struct vchiq_answer {
	struct list_head node;
	struct vchiq_msg msg;
	u8 data[sizeof(struct vchiq_openack_payload)];
};

void vchiq_tx_init(struct vchiq_conn *conn)
{
	mutex_init(&conn->tx.lock);
	init_waitqueue_head(&conn->tx.wait);
	INIT_LIST_HEAD(&conn->tx.answers);
}

/* Nothing runs: forget what was to be sent on a connection that is no more. */
void vchiq_tx_reset(struct vchiq_conn *conn)
{
	struct vchiq_answer *answer, *tmp;

	guard(mutex)(&conn->tx.lock);
	list_for_each_entry_safe(answer, tmp, &conn->tx.answers, node) {
		list_del(&answer->node);
		kfree(answer);
	}
	conn->tx.nr_answers = 0;
	conn->tx.pause = VCHIQ_PAUSE_NONE;
}

/*
 * Who is woken waits no more: until it has looked, and waits again, nobody needs to be told
 * of slots. Else the firmware would ring for each slot of a sender that is about to run.
 */
static void vchiq_tx_wake_locked(struct vchiq_conn *conn)
{
	lockdep_assert_held(&conn->tx.lock);
	if (!conn->tx.nr_waiting)
		return;

	WRITE_ONCE(conn->tx.nr_waiting, 0);
	WRITE_ONCE(conn->tx.generation, conn->tx.generation + 1);
	wake_up_all(&conn->tx.wait);
}

/* Make blocked senders look at their service and connection again. */
void vchiq_tx_wake(struct vchiq_conn *conn)
{
	guard(mutex)(&conn->tx.lock);
	vchiq_tx_wake_locked(conn);
}

/* -----------------------------------------------------------------------------
 * Taking slots back
 */

/*
 * More slots than we have sent cannot come back; each is checked, so this ends.
 * Return: the number of slots, -EPROTO if one is none of ours.
 */
static int vchiq_tx_collect(struct vchiq_conn *conn)
{
	struct vchiq_tx_state *st = conn->tx.st;
	u32 count = vchiq_shared_recycled(conn->zero);
	int nr = 0;
	u32 slot;

	lockdep_assert_held(&conn->tx.lock);
	for (; st->available != count; nr++) {
		slot = vchiq_shared_recycled_slot(conn->zero, st->available);
		if (vchiq_slots_take_back(st, slot))
			return -EPROTO;
		trace_vchiq_slot_recycled(conn, slot);
	}

	return nr;
}

/* -----------------------------------------------------------------------------
 * Placing messages, under the transmit lock
 */

/* The bytes up to the position are written: show them. */
static void vchiq_tx_advance(struct vchiq_conn *conn, u32 len)
{
	vchiq_slots_advance(conn->tx.st, len);
	vchiq_shared_publish_tx(conn->zero, conn->tx.st->pos);
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

static int vchiq_tx_start_slot(struct vchiq_conn *conn)
{
	int ret = vchiq_slots_start(conn->tx.st);

	if (ret)
		return ret;

	conn->stats.tx_slots++;
	trace_vchiq_slot_started(conn, conn->tx.st->cur);
	return 0;
}

/*
 * Get to a place where @stride bytes fit. Padding is published before anything
 * is waited for: the firmware gives a slot back only after its end.
 */
static int vchiq_tx_reserve(struct vchiq_conn *conn, u32 stride)
{
	struct vchiq_tx_state *st = conn->tx.st;
	u32 padding = vchiq_slots_padding(st, stride);

	if (padding) {
		vchiq_tx_write_header(conn, VCHIQ_MSGID(VCHIQ_MSG_PADDING, 0, 0),
				      padding - sizeof(struct vchiq_header));
		vchiq_tx_advance(conn, padding);
		if (st->started == st->available)
			vchiq_conn_signal(conn, VCHIQ_EVENT_TRIGGER);
	}

	return st->cur ? 0 : vchiq_tx_start_slot(conn);
}

/*
 * Whether a message of a service may go out is decided under the transmit lock,
 * so that nothing of it follows its CLOSE, and a bulk is queued in the order of its
 * message. -ENOBUFS: as many bulks are posted as may be.
 */
static int vchiq_tx_msgid(struct vchiq_conn *conn, const struct vchiq_msg *msg,
			  u32 *msgid)
{
	struct vchiq_service *svc = msg->svc;

	if (!svc) {
		*msgid = VCHIQ_MSGID(msg->type, msg->src, msg->dst);
		if (msg->type == VCHIQ_MSG_CONNECT)
			return vchiq_conn_error(conn);
		return vchiq_conn_is_up(conn) ? 0 : -ECONNRESET;
	}

	guard(spinlock)(&conn->lock);
	*msgid = VCHIQ_MSGID(msg->type, svc->port, svc->remote_port);
	if (!vchiq_state_is_open(svc->state))
		return svc->error ?: -ENOTCONN;
	if (!svc->use_count)
		return -EINVAL;

	return msg->xfer ? vchiq_bulk_queue_check(svc, msg->xfer) : 0;
}

static bool vchiq_tx_is_blocked(struct vchiq_conn *conn, const struct vchiq_msg *msg,
				bool is_answer)
{
	if (conn->tx.pause != VCHIQ_PAUSE_NONE && msg->type != VCHIQ_MSG_RESUME)
		return true;

	return !is_answer && !list_empty(&conn->tx.answers);
}

/* PAUSE is the last message until RESUME. */
static void vchiq_tx_note_pause(struct vchiq_conn *conn, const struct vchiq_msg *msg,
				bool is_answer)
{
	if (msg->type == VCHIQ_MSG_PAUSE)
		conn->tx.pause = is_answer ? VCHIQ_PAUSE_ON : VCHIQ_PAUSE_SENT;
	else if (msg->type == VCHIQ_MSG_RESUME)
		conn->tx.pause = VCHIQ_PAUSE_NONE;
}

static void vchiq_tx_count(struct vchiq_conn *conn, const struct vchiq_msg *msg, u32 msgid)
{
	conn->stats.tx_messages++;
	conn->stats.tx_bytes += msg->len;
	if (msg->type == VCHIQ_MSG_DATA) {
		msg->svc->stats.tx_messages++;
		msg->svc->stats.tx_bytes += msg->len;
	}
	trace_vchiq_send(conn, msgid, msg->len);
	if (msg->svc && msg->svc->is_traced)
		trace_vchiq_contents(conn, msgid, msg->data, msg->len);
}

static int vchiq_tx_try_room(struct vchiq_conn *conn, const struct vchiq_msg *msg)
{
	u32 stride = VCHIQ_MSG_STRIDE(msg->len);

	if (msg->type == VCHIQ_MSG_DATA &&
	    vchiq_slots_over_quota(conn->tx.st, msg->svc->port, stride, &msg->svc->quota))
		return -EAGAIN;

	return vchiq_tx_reserve(conn, stride);
}

static int vchiq_tx_find_room(struct vchiq_conn *conn, const struct vchiq_msg *msg)
{
	int ret = vchiq_tx_try_room(conn, msg);

	if (ret != -EAGAIN)
		return ret;

	ret = vchiq_tx_collect(conn);
	if (ret <= 0)
		return ret ?: -EAGAIN;

	vchiq_tx_wake_locked(conn);
	return vchiq_tx_try_room(conn, msg);
}

static int vchiq_tx_queue_bulk(const struct vchiq_msg *msg)
{
	struct vchiq_service *svc = msg->svc;

	guard(spinlock)(&svc->conn->lock);
	if (!vchiq_state_is_open(svc->state))
		return svc->error ?: -ENOTCONN;

	vchiq_bulk_queue_add(svc, msg->xfer);
	return 0;
}

/*
 * 0, -EAGAIN when there is no room, -ENOBUFS for a bulk too many, -EPROTO if the
 * firmware gave a wrong slot back, or what is wrong with the service.
 */
static int vchiq_tx_place(struct vchiq_conn *conn, const struct vchiq_msg *msg,
			  bool is_answer)
{
	struct vchiq_tx_state *st = conn->tx.st;
	u32 msgid;
	int ret;

	ret = vchiq_tx_msgid(conn, msg, &msgid);
	if (ret)
		return ret;
	if (vchiq_tx_is_blocked(conn, msg, is_answer))
		return -EAGAIN;

	ret = vchiq_tx_find_room(conn, msg);
	if (ret)
		return ret;
	if (msg->xfer) {
		ret = vchiq_tx_queue_bulk(msg);
		if (ret)
			return ret;
	}

	if (msg->type == VCHIQ_MSG_DATA)
		vchiq_slots_account(st, msg->svc->port);
	vchiq_shared_write(conn->zero, st->cur,
			   VCHIQ_POS_OFFSET(st->pos) + sizeof(struct vchiq_header),
			   msg->data, msg->len);
	vchiq_tx_write_header(conn, msgid, msg->len);
	vchiq_tx_advance(conn, VCHIQ_MSG_STRIDE(msg->len));
	vchiq_tx_note_pause(conn, msg, is_answer);
	vchiq_tx_count(conn, msg, msgid);
	return 0;
}

/* -----------------------------------------------------------------------------
 * Sending
 */

static long vchiq_tx_sleep(struct vchiq_conn *conn, const struct vchiq_msg *msg,
			   u32 generation, unsigned long timeout)
{
	struct vchiq_tx *tx = &conn->tx;

	if (msg->is_interruptible)
		return wait_event_interruptible_timeout(tx->wait,
			READ_ONCE(tx->generation) != generation || vchiq_conn_error(conn),
			timeout);

	return wait_event_killable_timeout(tx->wait,
		READ_ONCE(tx->generation) != generation || vchiq_conn_error(conn), timeout);
}

/* Slots often come back sooner than it takes to sleep. */
static bool vchiq_tx_poll(struct vchiq_conn *conn)
{
	u32 seen = conn->tx.st->available;
	bool has_news;

	if (conn->tx.pause != VCHIQ_PAUSE_NONE || !list_empty(&conn->tx.answers))
		return false;

	mutex_unlock(&conn->tx.lock);
	has_news = vchiq_poll_slots(conn, &conn->tx.luck, seen);
	mutex_lock(&conn->tx.lock);

	return has_news;
}

/* Let go of the lock until something has changed. @timeout: jiffies left, updated. */
static int vchiq_tx_wait(struct vchiq_conn *conn, const struct vchiq_msg *msg,
			 unsigned long *timeout)
{
	struct vchiq_tx *tx = &conn->tx;
	u32 generation = tx->generation;
	long left;

	WRITE_ONCE(tx->nr_waiting, tx->nr_waiting + 1);
	conn->stats.tx_stalls++;
	if (msg->svc)
		msg->svc->stats.tx_stalls++;
	mutex_unlock(&tx->lock);

	vchiq_worker_kick(&conn->recycle);
	vchiq_watch_begin(conn);
	left = vchiq_tx_sleep(conn, msg, generation, *timeout);
	vchiq_watch_end(conn);

	mutex_lock(&tx->lock);
	if (tx->generation == generation)
		WRITE_ONCE(tx->nr_waiting, tx->nr_waiting - 1);
	if (left <= 0)
		return vchiq_service_wait_error(conn, left);

	*timeout = left;
	return 0;
}

static int vchiq_tx_send_locked(struct vchiq_conn *conn, const struct vchiq_msg *msg)
{
	unsigned long timeout = msecs_to_jiffies(msg->timeout_ms);
	int ret;

	for (;;) {
		ret = vchiq_tx_place(conn, msg, false);
		if (ret != -EAGAIN || !msg->timeout_ms)
			return ret;

		if (vchiq_tx_poll(conn))
			continue;
		ret = vchiq_tx_wait(conn, msg, &timeout);
		if (ret)
			return ret;
	}
}

static void vchiq_tx_bad_slot(struct vchiq_conn *conn)
{
	vchiq_conn_break(conn, "slot given back is not one of ours in use");
}

/**
 * vchiq_tx_send - send a message
 * @conn: the connection
 * @msg: the message
 *
 * Context: Process context.
 * Return: 0, -EAGAIN when there is no room and no time to wait, -ENOBUFS for a bulk
 * when as many are posted as may be, -ETIMEDOUT, -EINTR or -ERESTARTSYS after a
 * signal, -EINVAL if nobody uses the service, or an errno that tells why nothing
 * can be sent any more.
 */
int vchiq_tx_send(struct vchiq_conn *conn, const struct vchiq_msg *msg)
{
	int ret;

	scoped_guard(mutex, &conn->tx.lock)
		ret = vchiq_tx_send_locked(conn, msg);

	if (ret == -EPROTO) {
		vchiq_tx_bad_slot(conn);
		return -ECONNRESET;
	}
	if (!ret) {
		vchiq_conn_signal(conn, VCHIQ_EVENT_TRIGGER);
		vchiq_watch_kick(conn);
	}
	return ret;
}

/* -----------------------------------------------------------------------------
 * Answers
 */

static int vchiq_tx_defer(struct vchiq_conn *conn, const struct vchiq_msg *msg)
{
	struct vchiq_answer *answer;

	lockdep_assert_held(&conn->tx.lock);
	if (conn->tx.nr_answers == VCHIQ_MAX_ANSWERS || msg->len > sizeof(answer->data))
		return -EOVERFLOW;

	answer = kmalloc(sizeof(*answer), GFP_KERNEL);
	if (!answer)
		return -ENOMEM;

	answer->msg = *msg;
	memcpy(answer->data, msg->data, msg->len);
	answer->msg.data = answer->data;
	list_add_tail(&answer->node, &conn->tx.answers);
	conn->tx.nr_answers++;
	return 0;
}

/* Return: whether something went out. */
static int vchiq_tx_flush_answers(struct vchiq_conn *conn)
{
	struct vchiq_answer *answer;
	int nr = 0;
	int ret;

	while ((answer = list_first_entry_or_null(&conn->tx.answers, struct vchiq_answer,
						  node))) {
		ret = vchiq_tx_place(conn, &answer->msg, true);
		if (ret == -EAGAIN)
			break;
		if (ret == -EPROTO)
			return ret;
		list_del(&answer->node);
		kfree(answer);
		conn->tx.nr_answers--;
		nr++;
	}

	return nr;
}

/**
 * vchiq_tx_answer - send what must go out: an answer of the receiver, or CLOSE
 * @conn: the connection
 * @msg: the message, of no service, with hardly any payload
 *
 * Does not wait: what finds no room goes out later, but before anything else.
 *
 * Context: Process context, the receiver too.
 */
void vchiq_tx_answer(struct vchiq_conn *conn, const struct vchiq_msg *msg)
{
	bool is_deferred = false;
	int ret;

	scoped_guard(mutex, &conn->tx.lock) {
		ret = list_empty(&conn->tx.answers) ? vchiq_tx_place(conn, msg, true) : -EAGAIN;
		if (ret == -EAGAIN) {
			is_deferred = true;
			ret = vchiq_tx_defer(conn, msg);
		}
	}

	if (ret == -EPROTO)
		vchiq_tx_bad_slot(conn);
	else if (ret == -EOVERFLOW || ret == -ENOMEM)
		vchiq_conn_break(conn, "no room for the answer to a message: %d", ret);
	else if (is_deferred)
		vchiq_worker_kick(&conn->recycle);
	else if (!ret)
		vchiq_conn_signal(conn, VCHIQ_EVENT_TRIGGER);
}

/* -----------------------------------------------------------------------------
 * Recycle thread
 */

/* Only who waits for a slot wants to know that one came back. */
bool vchiq_tx_wants_slots(struct vchiq_conn *conn)
{
	return READ_ONCE(conn->tx.nr_waiting) || !list_empty_careful(&conn->tx.answers);
}

/*
 * Run of the recycle thread. Others may call it too, to have what is in use told
 * as it is.
 */
void vchiq_tx_recycle(struct vchiq_conn *conn)
{
	int ret, sent = 0;

	scoped_guard(mutex, &conn->tx.lock) {
		ret = vchiq_tx_collect(conn);
		if (ret >= 0)
			sent = vchiq_tx_flush_answers(conn);
		if (ret > 0 || sent > 0)
			vchiq_tx_wake_locked(conn);
	}

	if (ret < 0 || sent < 0)
		vchiq_tx_bad_slot(conn);
	else if (sent)
		vchiq_conn_signal(conn, VCHIQ_EVENT_TRIGGER);
}

/* -----------------------------------------------------------------------------
 * Pause
 */

/* The firmware sent PAUSE: it answers ours, or wants one. */
void vchiq_tx_peer_paused(struct vchiq_conn *conn)
{
	const struct vchiq_msg answer = {
		.type = VCHIQ_MSG_PAUSE,
	};
	enum vchiq_pause before;

	scoped_guard(mutex, &conn->tx.lock) {
		before = conn->tx.pause;
		if (before == VCHIQ_PAUSE_SENT)
			conn->tx.pause = VCHIQ_PAUSE_ON;
	}

	if (before == VCHIQ_PAUSE_SENT)
		complete(&conn->paused);
	else if (before == VCHIQ_PAUSE_NONE)
		vchiq_tx_answer(conn, &answer);
	else
		dev_dbg(conn->dev, "PAUSE while paused\n");
}

/* The firmware sent RESUME. */
void vchiq_tx_resumed(struct vchiq_conn *conn)
{
	scoped_guard(mutex, &conn->tx.lock) {
		conn->tx.pause = VCHIQ_PAUSE_NONE;
		vchiq_tx_wake_locked(conn);
	}
	vchiq_worker_kick(&conn->recycle);
}
