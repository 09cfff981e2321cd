// SPDX-License-Identifier: GPL-2.0
/*
 * Services: objects, callbacks, states, and what the firmware says about them.
 *
 * The state of a service changes here only, under the lock of the connection and
 * by the table in vchiq_state.c. What follows from a CLOSE, or from the end of the
 * connection, is done by the receiver; until it is done with that, the state is
 * CLOSERECVD.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/export.h>
#include <linux/slab.h>

#include "vchiq_priv.h"
#include "vchiq_trace.h"

/* -----------------------------------------------------------------------------
 * Objects
 */

struct vchiq_service *vchiq_service_alloc(struct vchiq_conn *conn,
					  const struct vchiq_service_params *params)
{
	struct vchiq_service *svc = kzalloc(sizeof(*svc), GFP_KERNEL);

	if (!svc)
		return NULL;

	svc->conn = conn;
	kref_init(&svc->ref);
	svc->fourcc = params->fourcc;
	svc->version = params->version;
	svc->version_min = params->version_min;
	svc->ops = params->ops;
	svc->priv = params->priv;
	svc->is_interruptible = params->flags & VCHIQ_SERVICE_INTERRUPTIBLE;
	svc->is_sync = params->flags & VCHIQ_SERVICE_SYNC;
	svc->is_once = params->flags & VCHIQ_SERVICE_ONCE;
	svc->may_poll = params->flags & VCHIQ_SERVICE_POLLS;
	svc->remote_port = VCHIQ_PORT_NONE;
	svc->quota.slots = VCHIQ_DEFAULT_SLOT_QUOTA;
	svc->quota.messages = VCHIQ_DEFAULT_MESSAGE_QUOTA;
	init_waitqueue_head(&svc->wait);
	mutex_init(&svc->call_lock);
	INIT_LIST_HEAD(&svc->bulks[VCHIQ_DIR_TX]);
	INIT_LIST_HEAD(&svc->bulks[VCHIQ_DIR_RX]);

	return svc;
}

static void vchiq_service_release(struct kref *ref)
{
	struct vchiq_service *svc = container_of(ref, struct vchiq_service, ref);

	mutex_destroy(&svc->call_lock);
	kfree_rcu(svc, rcu);
}

struct vchiq_service *vchiq_service_get(struct vchiq_service *svc)
{
	kref_get(&svc->ref);
	return svc;
}

void vchiq_service_put(struct vchiq_service *svc)
{
	kref_put(&svc->ref, vchiq_service_release);
}

/* Ports that an earlier probe left with the firmware are never used again. */
int vchiq_service_add(struct vchiq_service *svc)
{
	struct vchiq_conn *conn = svc->conn;
	u32 port = 0;
	int ret;

	for (;;) {
		ret = xa_alloc(&conn->services, &port, svc,
			       XA_LIMIT(port, VCHIQ_PROBE_PORT - 1), GFP_KERNEL);
		if (ret)
			return ret;
		if (!test_bit(port, conn->kept->ports))
			break;
		xa_erase(&conn->services, port);
		port++;
	}

	svc->port = port;
	vchiq_service_get(svc);
	return 0;
}

/* The port may be another's by now, after the connection was made anew. */
void vchiq_service_remove(struct vchiq_service *svc)
{
	if (xa_cmpxchg(&svc->conn->services, svc->port, svc, NULL, 0) == svc)
		vchiq_service_put(svc);
}

/* Return: the service at @port with a reference, or NULL. */
struct vchiq_service *vchiq_service_find(struct vchiq_conn *conn, u32 port)
{
	struct vchiq_service *svc;

	guard(rcu)();
	svc = xa_load(&conn->services, port);

	return svc && kref_get_unless_zero(&svc->ref) ? svc : NULL;
}

/* -----------------------------------------------------------------------------
 * Callbacks
 */

/* Return: false if the client has gone; else vchiq_service_leave() must follow. */
bool vchiq_service_enter(struct vchiq_service *svc)
{
	mutex_lock(&svc->call_lock);
	if (!svc->is_muted)
		return true;

	mutex_unlock(&svc->call_lock);
	return false;
}

void vchiq_service_leave(struct vchiq_service *svc)
{
	mutex_unlock(&svc->call_lock);
}

/* From here on no callback runs. */
void vchiq_service_mute(struct vchiq_service *svc)
{
	guard(mutex)(&svc->call_lock);
	svc->is_muted = true;
}

/* The client is told of the end of what it was told is open. */
static void vchiq_service_call_closed(struct vchiq_service *svc)
{
	bool was_opened;

	if (!vchiq_service_enter(svc))
		return;

	scoped_guard(spinlock, &svc->conn->lock) {
		was_opened = svc->was_opened;
		svc->was_opened = false;
	}
	if (was_opened && svc->ops && svc->ops->closed)
		svc->ops->closed(svc);
	vchiq_service_leave(svc);
}

/* A service that listens was opened, and OPENACK has gone out. */
void vchiq_service_opened(struct vchiq_service *svc)
{
	bool is_open;

	if (!vchiq_service_enter(svc))
		return;

	scoped_guard(spinlock, &svc->conn->lock) {
		is_open = vchiq_state_is_open(svc->state);
		svc->was_opened = is_open;
	}
	if (is_open && svc->ops && svc->ops->opened)
		svc->ops->opened(svc);
	vchiq_service_leave(svc);
}

/* -----------------------------------------------------------------------------
 * States
 */

/* Return: whether the step was possible. */
bool vchiq_service_step(struct vchiq_service *svc, enum vchiq_step step)
{
	enum vchiq_service_state before = svc->state;
	int next = vchiq_state_next(before, step);

	lockdep_assert_held(&svc->conn->lock);
	if (next < 0)
		return false;

	WRITE_ONCE(svc->state, next);
	trace_vchiq_service_state(svc, before);
	return true;
}

/* Whoever waits with the service looks again. */
void vchiq_service_wake(struct vchiq_service *svc)
{
	wake_up_all(&svc->wait);
	wake_up_all(&svc->conn->sync.wait);
	vchiq_tx_wake(svc->conn);
}

static enum vchiq_step vchiq_service_last_step(struct vchiq_service *svc)
{
	if (!svc->owner || svc->is_leaving || svc->error == -ECONNRESET)
		return VCHIQ_STEP_END;

	return svc->is_once ? VCHIQ_STEP_WAIT : VCHIQ_STEP_LISTEN;
}

/*
 * All that a CLOSE asks for was done. A service that listens may be opened again;
 * one whose client has gone is over.
 */
static void vchiq_service_finish(struct vchiq_service *svc)
{
	struct vchiq_conn *conn = svc->conn;
	bool is_parked;

	scoped_guard(spinlock, &conn->lock) {
		if (svc->owner) {
			svc->remote_port = VCHIQ_PORT_NONE;
			svc->client_id = 0;
			svc->use_count = 0;
			svc->needs_ack = false;
		}
		vchiq_service_step(svc, vchiq_service_last_step(svc));
		is_parked = svc->is_parked;
		if (is_parked)
			conn->nr_parked_services--;
	}
	wake_up_all(&svc->wait);
	if (is_parked)
		vchiq_service_remove(svc);
}

static void vchiq_service_answer_close(struct vchiq_service *svc)
{
	const struct vchiq_msg msg = {
		.type = VCHIQ_MSG_CLOSE,
		.src = svc->port,
		.dst = svc->remote_port,
	};

	vchiq_tx_answer(svc->conn, &msg);
}

/* The firmware closed @svc, refused to open it, or answered our CLOSE. */
void vchiq_service_peer_closed(struct vchiq_service *svc)
{
	enum vchiq_service_state before;

	scoped_guard(spinlock, &svc->conn->lock) {
		before = svc->state;
		if (!vchiq_service_step(svc, VCHIQ_STEP_CLOSE_RECEIVED))
			return;
		if (!svc->owner)
			svc->error = before == VCHIQ_SERVICE_OPENING ? -ECONNREFUSED : -ENOTCONN;
	}

	vchiq_service_wake(svc);
	/* Now the firmware has let go of all bulks. */
	vchiq_bulk_abort_all(svc, -ECONNABORTED, false);
	if (vchiq_state_is_open(before))
		vchiq_service_answer_close(svc);
	vchiq_service_call_closed(svc);
	vchiq_service_finish(svc);
}

/* -----------------------------------------------------------------------------
 * Messages received
 */

static bool vchiq_service_set_open(struct vchiq_service *svc, u16 remote, s16 version,
				   bool is_sync)
{
	guard(spinlock)(&svc->conn->lock);
	if (svc->owner)
		return false;
	/* Also for a client that gave up: it may tell the CLOSE that follows. */
	if (svc->remote_port == VCHIQ_PORT_NONE) {
		svc->remote_port = remote;
		svc->peer_version = version;
	}
	if (svc->state != VCHIQ_SERVICE_OPENING)
		return false;

	svc->was_opened = true;
	return vchiq_service_step(svc, is_sync ? VCHIQ_STEP_OPENSYNC : VCHIQ_STEP_OPEN);
}

/* Nobody waits for the answer any more, or it names no service of ours. */
static void vchiq_service_stray_openack(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	const struct vchiq_msg close = {
		.type = VCHIQ_MSG_CLOSE,
		.src = VCHIQ_PROBE_PORT,
		.dst = msg->src,
	};

	/* So there is such a service; close what the watchdog has opened. */
	if (msg->dst == VCHIQ_PROBE_PORT)
		vchiq_tx_answer(conn, &close);
	else
		atomic64_inc(&conn->stats.rx_ignored);
}

void vchiq_service_rx_openack(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg,
			      bool is_sync)
{
	struct vchiq_service *svc = vchiq_service_find(conn, msg->dst);
	s16 version = vchiq_parse_openack(msg);

	if (svc && vchiq_service_set_open(svc, msg->src, version, is_sync))
		wake_up_all(&svc->wait);
	else
		vchiq_service_stray_openack(conn, msg);
	if (svc)
		vchiq_service_put(svc);
}

/* While the firmware's port is not known, it may be any. */
bool vchiq_service_is_peer(struct vchiq_service *svc, u32 src)
{
	guard(spinlock)(&svc->conn->lock);
	if (svc->remote_port == VCHIQ_PORT_NONE)
		return svc->state == VCHIQ_SERVICE_OPENING ||
		       svc->state == VCHIQ_SERVICE_CLOSESENT;

	return svc->remote_port == src;
}

/*
 * Port 0 is a port, and also stands for an unknown one: then the firmware's own
 * port tells.
 */
static struct vchiq_service *vchiq_service_find_by_peer(struct vchiq_conn *conn, u32 src)
{
	struct vchiq_service *svc;
	unsigned long port;

	guard(rcu)();
	xa_for_each(&conn->services, port, svc) {
		if (READ_ONCE(svc->remote_port) == src && kref_get_unless_zero(&svc->ref))
			return svc;
	}

	return NULL;
}

void vchiq_service_rx_close(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	struct vchiq_service *svc = vchiq_service_find(conn, msg->dst);

	if (svc && !vchiq_service_is_peer(svc, msg->src)) {
		vchiq_service_put(svc);
		svc = NULL;
	}
	if (!svc && !msg->dst)
		svc = vchiq_service_find_by_peer(conn, msg->src);
	if (svc) {
		vchiq_service_peer_closed(svc);
		vchiq_service_put(svc);
	} else if (msg->dst != VCHIQ_PROBE_PORT) {
		atomic64_inc(&conn->stats.rx_ignored);
	}
}

static bool vchiq_service_takes_data(struct vchiq_service *svc, u32 src, bool is_sync)
{
	enum vchiq_service_state open = is_sync ? VCHIQ_SERVICE_OPENSYNC : VCHIQ_SERVICE_OPEN;

	return READ_ONCE(svc->state) == open && READ_ONCE(svc->remote_port) == src &&
	       svc->ops && svc->ops->message;
}

static void vchiq_service_take_data(struct vchiq_service *svc, const struct vchiq_rx_msg *msg)
{
	if (READ_ONCE(svc->is_traced))
		trace_vchiq_contents(svc->conn, msg->msgid, msg->data, msg->len);
	svc->stats.rx_messages++;
	svc->stats.rx_bytes += msg->len;
	svc->ops->message(svc, msg->data, msg->len);
}

void vchiq_service_rx_data(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg,
			   bool is_sync)
{
	struct vchiq_service *svc = vchiq_service_find(conn, msg->dst);

	if (svc && vchiq_service_takes_data(svc, msg->src, is_sync) &&
	    vchiq_service_enter(svc)) {
		vchiq_service_take_data(svc, msg);
		vchiq_service_leave(svc);
	} else {
		atomic64_inc(&conn->stats.rx_ignored);
	}
	if (svc)
		vchiq_service_put(svc);
}

/* -----------------------------------------------------------------------------
 * End of the connection
 */

static void vchiq_service_broken(struct vchiq_service *svc)
{
	scoped_guard(spinlock, &svc->conn->lock) {
		if (!vchiq_service_step(svc, VCHIQ_STEP_BROKEN))
			return;
		svc->error = -ECONNRESET;
	}

	vchiq_service_wake(svc);
	vchiq_bulk_abort_all(svc, -ECONNRESET, true);
	vchiq_service_call_closed(svc);
	vchiq_service_finish(svc);
}

/* The connection broke: close everything. In the receiver. */
void vchiq_services_broken(struct vchiq_conn *conn)
{
	struct vchiq_service *svc;
	unsigned long port;

	xa_for_each(&conn->services, port, svc) {
		svc = vchiq_service_find(conn, port);
		if (!svc)
			continue;
		vchiq_service_broken(svc);
		vchiq_service_put(svc);
	}
}

/* The receiver has stopped and no client is left: drop what was left behind. */
void vchiq_services_drop(struct vchiq_conn *conn)
{
	struct vchiq_service *svc;
	unsigned long port;

	xa_for_each(&conn->services, port, svc) {
		svc = vchiq_service_find(conn, port);
		if (!svc)
			continue;
		if (svc->state != VCHIQ_SERVICE_CLOSED)
			set_bit(port, conn->kept->ports);
		vchiq_bulk_abort_all(svc, -ESHUTDOWN, true);
		vchiq_service_remove(svc);
		vchiq_service_put(svc);
	}
	conn->nr_parked_services = 0;
}
