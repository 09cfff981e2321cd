// SPDX-License-Identifier: GPL-2.0
/*
 * Services: opening, closing, messages.
 *
 * The state of a service is changed here only, under the lock of the connection;
 * the table is in vchiq_priv.h.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/device.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "vchiq_priv.h"

/* -----------------------------------------------------------------------------
 * Objects
 */

static struct vchiq_service *vchiq_service_alloc(struct vchiq_conn *conn,
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
	svc->remote_port = VCHIQ_PORT_NONE;
	init_completion(&svc->answered);
	init_completion(&svc->closed);
	init_waitqueue_head(&svc->idle);
	init_waitqueue_head(&svc->bulk_wait);
	mutex_init(&svc->bulk_lock);
	INIT_LIST_HEAD(&svc->bulks[VCHIQ_DIR_TX]);
	INIT_LIST_HEAD(&svc->bulks[VCHIQ_DIR_RX]);

	return svc;
}

static void vchiq_service_release(struct kref *ref)
{
	struct vchiq_service *svc = container_of(ref, struct vchiq_service, ref);

	mutex_destroy(&svc->bulk_lock);
	kfree(svc);
}

void vchiq_service_put(struct vchiq_service *svc)
{
	kref_put(&svc->ref, vchiq_service_release);
}

/* Ports that an earlier probe left with the firmware are never used again. */
static int vchiq_service_add(struct vchiq_service *svc)
{
	struct vchiq_conn *conn = svc->conn;
	u32 port = 0;
	int ret;

	for (;;) {
		ret = xa_alloc(&conn->services, &port, svc,
			       XA_LIMIT(port, VCHIQ_MAX_SERVICES - 1), GFP_KERNEL);
		if (ret)
			return ret;
		if (!test_bit(port, conn->kept->ports))
			break;
		xa_erase(&conn->services, port);
		port++;
	}

	svc->port = port;
	kref_get(&svc->ref);
	return 0;
}

static void vchiq_service_remove(struct vchiq_service *svc)
{
	xa_erase(&svc->conn->services, svc->port);
	vchiq_service_put(svc);
}

/* Return: the service at @port with a reference, or NULL. */
struct vchiq_service *vchiq_service_find(struct vchiq_conn *conn, u32 port)
{
	struct vchiq_service *svc;

	xa_lock(&conn->services);
	svc = xa_load(&conn->services, port);
	if (svc)
		kref_get(&svc->ref);
	xa_unlock(&conn->services);

	return svc;
}

/* -----------------------------------------------------------------------------
 * Callbacks, in the receiver
 */

/* Return: false if the client has gone; else vchiq_service_leave() must follow. */
bool vchiq_service_enter(struct vchiq_service *svc)
{
	guard(spinlock)(&svc->conn->lock);
	if (svc->is_muted)
		return false;

	svc->in_callback = true;
	return true;
}

void vchiq_service_leave(struct vchiq_service *svc)
{
	scoped_guard(spinlock, &svc->conn->lock)
		svc->in_callback = false;
	wake_up_all(&svc->idle);
}

static bool vchiq_service_is_idle(struct vchiq_service *svc)
{
	guard(spinlock)(&svc->conn->lock);

	return !svc->in_callback;
}

/* From here on no callback runs. */
static void vchiq_service_mute(struct vchiq_service *svc)
{
	scoped_guard(spinlock, &svc->conn->lock)
		svc->is_muted = true;
	wait_event(svc->idle, vchiq_service_is_idle(svc));
}

static void vchiq_service_call_closed(struct vchiq_service *svc)
{
	if (!svc->ops || !svc->ops->closed || !vchiq_service_enter(svc))
		return;

	svc->ops->closed(svc);
	vchiq_service_leave(svc);
}

/* -----------------------------------------------------------------------------
 * States
 */

/* Return: the state before. */
static enum vchiq_service_state vchiq_service_set_closed(struct vchiq_service *svc,
							 int error)
{
	enum vchiq_service_state before;

	scoped_guard(spinlock, &svc->conn->lock) {
		before = svc->state;
		if (before != VCHIQ_SERVICE_CLOSED) {
			svc->state = VCHIQ_SERVICE_CLOSED;
			svc->error = error;
		}
	}
	return before;
}

/* Return: true if CLOSE has to be sent, @remote is the port to send it to. */
static bool vchiq_service_set_closing(struct vchiq_service *svc, u16 *remote)
{
	guard(spinlock)(&svc->conn->lock);
	if (svc->state == VCHIQ_SERVICE_CLOSED)
		return false;

	svc->state = VCHIQ_SERVICE_CLOSING;
	*remote = svc->remote_port == VCHIQ_PORT_NONE ? 0 : svc->remote_port;
	return true;
}

static void vchiq_service_wake(struct vchiq_service *svc)
{
	complete_all(&svc->answered);
	wake_up_all(&svc->bulk_wait);
	vchiq_tx_wake(svc->conn);
}

/*
 * The client's part of a service that is CLOSED is over when @closed is
 * complete. One that has gone before left the rest to us.
 */
static void vchiq_service_finish(struct vchiq_service *svc)
{
	bool is_parked;

	scoped_guard(spinlock, &svc->conn->lock) {
		is_parked = svc->is_parked;
		complete_all(&svc->closed);
	}
	if (is_parked)
		vchiq_service_remove(svc);
}

static void vchiq_service_answer_close(struct vchiq_service *svc)
{
	const struct vchiq_msg msg = {
		.type = VCHIQ_MSG_CLOSE,
		.src = svc->port,
		.dst = svc->remote_port,
		.timeout_ms = VCHIQ_CLOSE_TIMEOUT_MS,
	};

	if (vchiq_tx_send(svc->conn, &msg) == -ETIMEDOUT)
		vchiq_conn_break(svc->conn, "no slot for the answer to CLOSE");
}

/* The firmware closed @svc, refused to open it, or answered our CLOSE. */
static void vchiq_service_peer_closed(struct vchiq_service *svc)
{
	enum vchiq_service_state before = vchiq_service_set_closed(svc, -ENOTCONN);

	if (before == VCHIQ_SERVICE_CLOSED)
		return;

	vchiq_service_wake(svc);
	/* Now the firmware has let go of all bulks. */
	vchiq_bulk_abort_all(svc, -ECONNABORTED, false);
	if (before == VCHIQ_SERVICE_OPEN) {
		vchiq_service_answer_close(svc);
		vchiq_service_call_closed(svc);
	}
	vchiq_service_finish(svc);
}

/* -----------------------------------------------------------------------------
 * Messages received
 */

static bool vchiq_service_set_open(struct vchiq_service *svc, u16 remote, s16 version)
{
	guard(spinlock)(&svc->conn->lock);
	/* Also for a client that gave up: it may tell the CLOSE that follows. */
	if (svc->remote_port == VCHIQ_PORT_NONE) {
		svc->remote_port = remote;
		svc->peer_version = version;
	}
	if (svc->state != VCHIQ_SERVICE_OPENING)
		return false;

	svc->state = VCHIQ_SERVICE_OPEN;
	return true;
}

void vchiq_service_rx_openack(struct vchiq_conn *conn, u32 src, u32 dst,
			      const void *data, size_t len)
{
	struct vchiq_service *svc = vchiq_service_find(conn, dst);
	s16 version = 0;

	if (len >= sizeof(struct vchiq_openack_payload))
		version = get_unaligned_le16(data);

	if (svc && vchiq_service_set_open(svc, src, version))
		complete_all(&svc->answered);
	else
		conn->stats.rx_ignored++;
	if (svc)
		vchiq_service_put(svc);
}

static bool vchiq_service_is_peer(struct vchiq_service *svc, u32 src)
{
	guard(spinlock)(&svc->conn->lock);
	if (svc->remote_port == VCHIQ_PORT_NONE)
		return svc->state != VCHIQ_SERVICE_CLOSED;

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

	xa_lock(&conn->services);
	xa_for_each(&conn->services, port, svc) {
		if (READ_ONCE(svc->remote_port) == src && kref_get_unless_zero(&svc->ref))
			break;
	}
	xa_unlock(&conn->services);

	return svc;
}

void vchiq_service_rx_close(struct vchiq_conn *conn, u32 src, u32 dst)
{
	struct vchiq_service *svc = vchiq_service_find(conn, dst);

	if (svc && !vchiq_service_is_peer(svc, src)) {
		vchiq_service_put(svc);
		svc = NULL;
	}
	if (!svc && !dst)
		svc = vchiq_service_find_by_peer(conn, src);
	if (!svc) {
		conn->stats.rx_ignored++;
		return;
	}

	vchiq_service_peer_closed(svc);
	vchiq_service_put(svc);
}

static bool vchiq_service_takes_data(struct vchiq_service *svc, u32 src)
{
	guard(spinlock)(&svc->conn->lock);

	return svc->state == VCHIQ_SERVICE_OPEN && svc->remote_port == src;
}

void vchiq_service_rx_data(struct vchiq_conn *conn, u32 src, u32 dst,
			   const void *data, size_t len)
{
	struct vchiq_service *svc = vchiq_service_find(conn, dst);

	if (svc && vchiq_service_takes_data(svc, src) && svc->ops && svc->ops->message &&
	    vchiq_service_enter(svc)) {
		svc->ops->message(svc, data, len);
		vchiq_service_leave(svc);
	} else {
		conn->stats.rx_ignored++;
	}
	if (svc)
		vchiq_service_put(svc);
}

/* A slot came back; @slot_bit tells which. Under vchiq_tx.lock. */
void vchiq_services_recycled(struct vchiq_conn *conn, u64 slot_bit)
{
	struct vchiq_service *svc;
	unsigned long port;

	xa_lock(&conn->services);
	xa_for_each(&conn->services, port, svc)
		svc->slots &= ~slot_bit;
	xa_unlock(&conn->services);
}

/* -----------------------------------------------------------------------------
 * End of the connection
 */

static void vchiq_service_broken(struct vchiq_service *svc)
{
	enum vchiq_service_state before = vchiq_service_set_closed(svc, -ECONNRESET);

	if (before == VCHIQ_SERVICE_CLOSED)
		return;

	vchiq_service_wake(svc);
	vchiq_bulk_abort_all(svc, -ECONNRESET, true);
	if (before == VCHIQ_SERVICE_OPEN)
		vchiq_service_call_closed(svc);
	vchiq_service_finish(svc);
}

/* The connection broke: close everything. In the receiver. */
void vchiq_services_broken(struct vchiq_conn *conn)
{
	struct vchiq_service *svc;
	u32 port;

	for (port = 0; port < VCHIQ_MAX_SERVICES; port++) {
		svc = vchiq_service_find(conn, port);
		if (!svc)
			continue;
		vchiq_service_broken(svc);
		vchiq_service_put(svc);
	}
}

/* The receiver has stopped and no client is left: drop parked services. */
void vchiq_services_drop(struct vchiq_conn *conn)
{
	struct vchiq_service *svc;
	unsigned long port;

	xa_for_each(&conn->services, port, svc) {
		set_bit(port, conn->kept->ports);
		vchiq_bulk_abort_all(svc, -ESHUTDOWN, true);
		vchiq_service_remove(svc);
	}
}

/* -----------------------------------------------------------------------------
 * For clients
 */

static int vchiq_service_send_open(struct vchiq_service *svc)
{
	const struct vchiq_open_payload open = {
		.fourcc = cpu_to_le32(svc->fourcc),
		.client_id = cpu_to_le32(task_tgid_nr(current)),
		.version = cpu_to_le16(svc->version),
		.version_min = cpu_to_le16(svc->version_min),
	};
	const struct vchiq_msg msg = {
		.type = VCHIQ_MSG_OPEN,
		.src = svc->port,
		.data = &open,
		.len = sizeof(open),
		.timeout_ms = VCHIQ_SEND_TIMEOUT_MS,
	};

	return vchiq_tx_send(svc->conn, &msg);
}

/* Both must be new enough for the other. The firmware has checked us. */
static int vchiq_service_check_open(struct vchiq_service *svc)
{
	guard(spinlock)(&svc->conn->lock);
	if (svc->state != VCHIQ_SERVICE_OPEN)
		return svc->error == -ENOTCONN ? -ECONNREFUSED : svc->error;

	return svc->peer_version < svc->version_min ? -EPROTONOSUPPORT : 0;
}

static int vchiq_service_await_open(struct vchiq_service *svc, unsigned int timeout_ms)
{
	long left;

	left = wait_for_completion_killable_timeout(&svc->answered,
						    vchiq_conn_timeout(svc->conn, timeout_ms));
	if (left < 0)
		return -EINTR;
	if (!left) {
		vchiq_conn_timed_out(svc->conn);
		return -ETIMEDOUT;
	}

	return vchiq_service_check_open(svc);
}

/**
 * vchiq_service_open_on - open a service on a connection
 * @conn: the connection
 * @params: what to open
 * @timeout_ms: how long the firmware may take
 *
 * Return: the service, or an ERR_PTR as for vchiq_service_open().
 */
struct vchiq_service *vchiq_service_open_on(struct vchiq_conn *conn,
					    const struct vchiq_service_params *params,
					    unsigned int timeout_ms)
{
	struct vchiq_service *svc;
	int ret;

	ret = vchiq_conn_error(conn);
	if (ret)
		return ERR_PTR(ret);

	svc = vchiq_service_alloc(conn, params);
	if (!svc)
		return ERR_PTR(-ENOMEM);

	ret = vchiq_service_add(svc);
	if (ret)
		goto err_put;

	ret = vchiq_service_send_open(svc);
	if (ret)
		goto err_remove;

	ret = vchiq_service_await_open(svc, timeout_ms);
	if (ret) {
		vchiq_service_close(svc);
		return ERR_PTR(ret);
	}

	return svc;

err_remove:
	/* The receiver may be at it, if the connection broke just now. */
	vchiq_service_set_closed(svc, ret);
	vchiq_service_mute(svc);
	vchiq_service_remove(svc);
err_put:
	vchiq_service_put(svc);
	return ERR_PTR(ret);
}

/**
 * vchiq_service_open - open a service of the firmware
 * @vdev: device of the client
 * @params: what to open
 *
 * Callbacks may come before this returns.
 *
 * Context: Process context, not from a callback.
 * Return: the service; ERR_PTR(-ECONNREFUSED) if there is no such service or it
 * does not like the version, -EPROTONOSUPPORT if it is too old, -ETIMEDOUT,
 * -ECONNRESET if the connection is broken, -EINTR when killed, -ENOMEM, -EBUSY.
 */
struct vchiq_service *vchiq_service_open(struct vchiq_device *vdev,
					 const struct vchiq_service_params *params)
{
	return vchiq_service_open_on(dev_get_drvdata(vdev->dev.parent), params,
				     VCHIQ_OPEN_TIMEOUT_MS);
}
EXPORT_SYMBOL_GPL(vchiq_service_open);

/*
 * Return: true when the receiver is done with the service; false if the
 * firmware did not answer, then it is the receiver's when it does.
 */
static bool vchiq_service_await_closed(struct vchiq_service *svc)
{
	struct vchiq_conn *conn = svc->conn;
	unsigned long timeout = vchiq_conn_timeout(conn, VCHIQ_CLOSE_TIMEOUT_MS);

	if (wait_for_completion_timeout(&svc->closed, timeout))
		return true;

	vchiq_conn_timed_out(conn);
	scoped_guard(spinlock, &conn->lock) {
		if (svc->state != VCHIQ_SERVICE_CLOSED)
			svc->is_parked = true;
	}
	if (svc->is_parked)
		return false;

	/* It answered just now; what is left is local. */
	wait_for_completion(&svc->closed);
	return true;
}

static void vchiq_service_send_close(struct vchiq_service *svc, u16 remote)
{
	const struct vchiq_msg msg = {
		.type = VCHIQ_MSG_CLOSE,
		.src = svc->port,
		.dst = remote,
		.timeout_ms = VCHIQ_CLOSE_TIMEOUT_MS,
	};

	if (vchiq_tx_send(svc->conn, &msg) == -ETIMEDOUT)
		vchiq_conn_timed_out(svc->conn);
}

/**
 * vchiq_service_close - close a service
 * @svc: the service, NULL is fine; invalid on return
 *
 * Bulks are completed before this returns, with -ECONNABORTED. If the firmware
 * does not answer, they are completed all the same, but their pages stay
 * allocated: it may still write to them.
 *
 * Context: Process context, not from a callback. Bounded.
 */
void vchiq_service_close(struct vchiq_service *svc)
{
	u16 remote;

	if (!svc)
		return;

	if (vchiq_service_set_closing(svc, &remote)) {
		vchiq_service_wake(svc);
		vchiq_service_send_close(svc, remote);
	}
	if (vchiq_service_await_closed(svc)) {
		vchiq_service_mute(svc);
		vchiq_service_remove(svc);
	} else {
		vchiq_service_mute(svc);
		vchiq_bulk_abandon_all(svc, -ECONNABORTED);
	}
	vchiq_service_put(svc);
}
EXPORT_SYMBOL_GPL(vchiq_service_close);

/* The client's pointer of vchiq_service_params. */
void *vchiq_service_priv(struct vchiq_service *svc)
{
	return svc->priv;
}
EXPORT_SYMBOL_GPL(vchiq_service_priv);

/* Version of the firmware's side, 0 if it did not tell. */
s16 vchiq_service_peer_version(struct vchiq_service *svc)
{
	return READ_ONCE(svc->peer_version);
}
EXPORT_SYMBOL_GPL(vchiq_service_peer_version);

static int vchiq_service_send_msg(struct vchiq_service *svc, const void *data,
				  size_t len, unsigned int timeout_ms)
{
	const struct vchiq_msg msg = {
		.svc = svc,
		.type = VCHIQ_MSG_DATA,
		.data = data,
		.len = len,
		.timeout_ms = timeout_ms,
	};

	if (!len)
		return -EINVAL;
	if (len > VCHIQ_MAX_MSG_SIZE)
		return -EMSGSIZE;

	return vchiq_tx_send(svc->conn, &msg);
}

/**
 * vchiq_service_send - send a message, waiting for space
 * @svc: open service
 * @data: payload, copied
 * @len: 1 to VCHIQ_MAX_MSG_SIZE
 *
 * Context: Process context, not from a callback.
 * Return: 0, -EINVAL, -EMSGSIZE, -ENOTCONN when the service is closed,
 * -ECONNRESET when the connection is broken, -ETIMEDOUT, -EINTR when killed.
 */
int vchiq_service_send(struct vchiq_service *svc, const void *data, size_t len)
{
	return vchiq_service_send_msg(svc, data, len, VCHIQ_SEND_TIMEOUT_MS);
}
EXPORT_SYMBOL_GPL(vchiq_service_send);

/**
 * vchiq_service_send_nowait - send a message if there is space
 * @svc: open service
 * @data: payload, copied
 * @len: 1 to VCHIQ_MAX_MSG_SIZE
 *
 * Context: Process context, callbacks too.
 * Return: as vchiq_service_send(), -EAGAIN when there is no space.
 */
int vchiq_service_send_nowait(struct vchiq_service *svc, const void *data, size_t len)
{
	return vchiq_service_send_msg(svc, data, len, 0);
}
EXPORT_SYMBOL_GPL(vchiq_service_send_nowait);
