// SPDX-License-Identifier: GPL-2.0
/*
 * The synchronous channel: one slot for each side, past all that is queued.
 *
 * OPENACK and DATA of synchronous services go through it. What arrives is copied
 * and the slot released before the message is handled. Sending waits for the
 * firmware to release our slot; the sender does that itself, and the mutex makes
 * it the only one to write the words of that event.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/sched/signal.h>

#include "../compat.h"
#include "vchiq_priv.h"
#include "vchiq_trace.h"

/* -----------------------------------------------------------------------------
 * Receiving
 */

static void vchiq_sync_dispatch(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	trace_vchiq_sync_receive(conn, msg->msgid, msg->len);
	conn->stats.sync_rx++;
	switch (msg->type) {
	case VCHIQ_MSG_OPENACK:
		vchiq_service_rx_openack(conn, msg, true);
		break;
	case VCHIQ_MSG_DATA:
		vchiq_service_rx_data(conn, msg, true);
		break;
	default:
		vchiq_conn_break(conn, "synchronous message of type %u", msg->type);
	}
}

/* Run of the thread: the one message there may be. */
static void vchiq_sync_run(struct vchiq_conn *conn)
{
	struct vchiq_header header;
	struct vchiq_rx_msg msg;

	if (vchiq_conn_error(conn))
		return;

	vchiq_shared_read(conn->zero, VCHIQ_FW_SYNC_SLOT, 0, &header, sizeof(header));
	if (!header.msgid)
		return;
	if (vchiq_parse_sync_header(&header, &msg)) {
		vchiq_conn_break(conn, "synchronous message %#010x of %u bytes", msg.msgid,
				 msg.len);
		return;
	}

	vchiq_shared_read(conn->zero, VCHIQ_FW_SYNC_SLOT, sizeof(header), conn->sync.buf,
			  msg.len);
	msg.data = conn->sync.buf;
	vchiq_shared_sync_done(conn->zero);
	vchiq_conn_signal(conn, VCHIQ_EVENT_SYNC_RELEASE);
	vchiq_sync_dispatch(conn, &msg);
}

/* -----------------------------------------------------------------------------
 * Sending
 */

/**
 * struct vchiq_sync_msg - a message for our synchronous slot
 * @svc: service, which must be OPENSYNC
 * @type: DATA or OPENACK
 * @data: payload
 * @len: its length
 * @timeout_ms: how long to wait, 0 = not at all
 */
struct vchiq_sync_msg {
	struct vchiq_service *svc;
	enum vchiq_msg_type type;
	const void *data;
	size_t len;
	unsigned int timeout_ms;
};

/* The slot was released, or there is no need for it any more. */
static bool vchiq_sync_is_due(struct vchiq_service *svc)
{
	return vchiq_event_is_fired(svc->conn->zero, VCHIQ_EVENT_SYNC_RELEASE) ||
	       vchiq_conn_error(svc->conn) ||
	       READ_ONCE(svc->state) != VCHIQ_SERVICE_OPENSYNC;
}

static long vchiq_sync_sleep(struct vchiq_service *svc, unsigned long timeout)
{
	struct vchiq_conn *conn = svc->conn;

	if (svc->is_interruptible)
		return wait_event_interruptible_timeout(conn->sync.wait,
							vchiq_sync_is_due(svc), timeout);

	return wait_event_killable_timeout(conn->sync.wait, vchiq_sync_is_due(svc),
					   timeout);
}

/* Steps R1 to R5 for our slot. */
static int vchiq_sync_await_slot(struct vchiq_service *svc, unsigned int timeout_ms)
{
	struct vchiq_conn *conn = svc->conn;
	long left;

	lockdep_assert_held(&conn->sync.lock);
	if (vchiq_sync_is_due(svc))
		return 0;
	if (!timeout_ms)
		return -EAGAIN;

	vchiq_watch_begin(conn);
	vchiq_event_arm(conn->zero, VCHIQ_EVENT_SYNC_RELEASE);
	left = vchiq_sync_sleep(svc, msecs_to_jiffies(timeout_ms));
	vchiq_event_disarm(conn->zero, VCHIQ_EVENT_SYNC_RELEASE);
	vchiq_watch_end(conn);

	return left > 0 ? 0 : vchiq_service_wait_error(conn, left);
}

/* Steps R6 and R7, then the message. The service may send it. */
static void vchiq_sync_fill_slot(const struct vchiq_sync_msg *msg)
{
	struct vchiq_service *svc = msg->svc;
	struct vchiq_conn *conn = svc->conn;
	u32 msgid = VCHIQ_MSGID(msg->type, svc->port, svc->remote_port);

	vchiq_event_ack(conn->zero, VCHIQ_EVENT_SYNC_RELEASE);
	trace_vchiq_heard(conn, VCHIQ_EVENT_SYNC_RELEASE);
	if (!vchiq_shared_sync_is_free(conn->zero))
		dev_warn_ratelimited(conn->dev, "synchronous slot released, but not empty\n");

	vchiq_shared_sync_write(conn->zero, msgid, msg->data, msg->len);
	vchiq_conn_signal(conn, VCHIQ_EVENT_SYNC_TRIGGER);
	trace_vchiq_sync_send(conn, msgid, msg->len);
	if (svc->is_traced)
		trace_vchiq_contents(conn, msgid, msg->data, msg->len);
}

/*
 * Under the lock of the connection, so that nothing goes this way once the
 * service closes: CLOSE travels by the other.
 */
static int vchiq_sync_send_locked(const struct vchiq_sync_msg *msg)
{
	struct vchiq_service *svc = msg->svc;
	struct vchiq_conn *conn = svc->conn;

	guard(spinlock)(&conn->lock);
	if (svc->state != VCHIQ_SERVICE_OPENSYNC || vchiq_conn_error(conn))
		return svc->error ?: vchiq_conn_error(conn) ?: -ENOTCONN;
	if (!svc->use_count)
		return -EINVAL;

	vchiq_sync_fill_slot(msg);
	conn->stats.sync_tx++;
	if (msg->type == VCHIQ_MSG_DATA) {
		svc->stats.tx_messages++;
		svc->stats.tx_bytes += msg->len;
	}
	return 0;
}

static int vchiq_sync_lock(struct vchiq_service *svc, unsigned int timeout_ms)
{
	struct mutex *lock = &svc->conn->sync.lock;

	if (!timeout_ms)
		return mutex_trylock(lock) ? 0 : -EAGAIN;
	if (svc->is_interruptible)
		return mutex_lock_interruptible(lock) ? -ERESTARTSYS : 0;

	return mutex_lock_killable(lock);
}

static int vchiq_sync_send_msg(const struct vchiq_sync_msg *msg)
{
	int ret;

	ret = vchiq_sync_lock(msg->svc, msg->timeout_ms);
	if (ret)
		return ret;

	ret = vchiq_sync_await_slot(msg->svc, msg->timeout_ms);
	if (!ret)
		ret = vchiq_sync_send_locked(msg);
	mutex_unlock(&msg->svc->conn->sync.lock);
	if (!ret)
		vchiq_watch_kick(msg->svc->conn);
	return ret;
}

/**
 * vchiq_sync_send - send a message through the synchronous slot
 * @svc: synchronous service
 * @data: payload
 * @len: its length
 * @timeout_ms: how long to wait for the slot, 0 = not at all
 *
 * Return: as vchiq_service_send() and vchiq_service_send_nowait().
 */
int vchiq_sync_send(struct vchiq_service *svc, const void *data, size_t len,
		    unsigned int timeout_ms)
{
	const struct vchiq_sync_msg msg = {
		.svc = svc,
		.type = VCHIQ_MSG_DATA,
		.data = data,
		.len = len,
		.timeout_ms = timeout_ms,
	};

	return vchiq_sync_send_msg(&msg);
}

/* -----------------------------------------------------------------------------
 * Answers to OPEN, which may have to wait for the slot
 */

static bool vchiq_sync_claim_ack(struct vchiq_service *svc)
{
	bool needs_ack;

	guard(spinlock)(&svc->conn->lock);
	needs_ack = svc->needs_ack;
	svc->needs_ack = false;

	return needs_ack;
}

static void vchiq_sync_ack(struct vchiq_service *svc)
{
	const struct vchiq_openack_payload payload = {
		.version = cpu_to_le16(svc->version),
	};
	const struct vchiq_sync_msg msg = {
		.svc = svc,
		.type = VCHIQ_MSG_OPENACK,
		.data = &payload,
		.len = sizeof(payload),
		.timeout_ms = VCHIQ_SEND_TIMEOUT_MS,
	};
	int ret;

	ret = vchiq_sync_send_msg(&msg);
	if (ret)
		dev_dbg(svc->conn->dev, "cannot answer OPEN of port %u: %d\n", svc->port, ret);
	else
		vchiq_service_opened(svc);
}

static void vchiq_sync_ack_work(struct work_struct *work)
{
	struct vchiq_conn *conn = container_of(work, struct vchiq_conn, sync.ack_work);
	struct vchiq_service *svc;
	unsigned long port;

	xa_for_each(&conn->services, port, svc) {
		svc = vchiq_service_find(conn, port);
		if (!svc)
			continue;
		if (vchiq_sync_claim_ack(svc))
			vchiq_sync_ack(svc);
		vchiq_service_put(svc);
	}
}

/* Answer OPENs; not in the receiver, which must not wait for the slot. */
void vchiq_sync_acknowledge(struct vchiq_conn *conn)
{
	queue_work(system_dfl_wq, &conn->sync.ack_work);
}

/* -----------------------------------------------------------------------------
 * Up and down
 */

/* The doorbell rang; in the interrupt handler. */
void vchiq_sync_hear(struct vchiq_conn *conn)
{
	vchiq_worker_hear(&conn->sync.worker);
	if (vchiq_event_is_awaited(conn->zero, VCHIQ_EVENT_SYNC_RELEASE))
		wake_up(&conn->sync.wait);
}

int vchiq_sync_start(struct vchiq_conn *conn)
{
	return vchiq_worker_start(&conn->sync.worker, "sync");
}

void vchiq_sync_stop(struct vchiq_conn *conn)
{
	cancel_work_sync(&conn->sync.ack_work);
	vchiq_worker_stop(&conn->sync.worker);
}

int vchiq_sync_init(struct vchiq_conn *conn)
{
	struct vchiq_sync *sync = &conn->sync;

	vchiq_worker_init(&sync->worker, conn, VCHIQ_EVENT_SYNC_TRIGGER, vchiq_sync_run);
	mutex_init(&sync->lock);
	init_waitqueue_head(&sync->wait);
	INIT_WORK(&sync->ack_work, vchiq_sync_ack_work);
	sync->buf = devm_kzalloc(conn->dev, VCHIQ_SLOT_SIZE, GFP_KERNEL);

	return sync->buf ? 0 : -ENOMEM;
}
