// SPDX-License-Identifier: GPL-2.0
/*
 * Services, as their clients use them.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/sched.h>

#include "vchiq_priv.h"

/*
 * @left: what a wait for the firmware returned, not more than 0. Return: an errno.
 */
long vchiq_service_wait_error(struct vchiq_conn *conn, long left)
{
	if (!left) {
		vchiq_watch_missed(conn);
		return -ETIMEDOUT;
	}

	/* Only a fatal signal ends a killable wait, and then nobody restarts it. */
	return fatal_signal_pending(current) ? -EINTR : left;
}

/* -----------------------------------------------------------------------------
 * Opening
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
		.is_interruptible = svc->is_interruptible,
	};

	return vchiq_tx_send(svc->conn, &msg);
}

/* Both must be new enough for the other. The firmware has checked us. */
static int vchiq_service_check_open(struct vchiq_service *svc)
{
	guard(spinlock)(&svc->conn->lock);
	if (!vchiq_state_is_open(svc->state))
		return svc->error ?: -ENOTCONN;

	return svc->peer_version < svc->version_min ? -EPROTONOSUPPORT : 0;
}

static bool vchiq_service_is_answered(struct vchiq_service *svc)
{
	return READ_ONCE(svc->state) != VCHIQ_SERVICE_OPENING;
}

static long vchiq_service_sleep_open(struct vchiq_service *svc, unsigned long timeout)
{
	if (svc->is_interruptible)
		return wait_event_interruptible_timeout(svc->wait, vchiq_service_is_answered(svc),
							timeout);

	return wait_event_killable_timeout(svc->wait, vchiq_service_is_answered(svc), timeout);
}

static int vchiq_service_await_open(struct vchiq_service *svc, unsigned int timeout_ms)
{
	long left;

	vchiq_watch_begin(svc->conn);
	left = vchiq_service_sleep_open(svc, msecs_to_jiffies(timeout_ms));
	vchiq_watch_end(svc->conn);
	if (left <= 0)
		return vchiq_service_wait_error(svc->conn, left);

	return vchiq_service_check_open(svc);
}

/* The firmware never heard of @svc: there is nothing to wait for. */
static void vchiq_service_forget(struct vchiq_service *svc, int error)
{
	scoped_guard(spinlock, &svc->conn->lock) {
		svc->is_leaving = true;
		if (vchiq_service_step(svc, VCHIQ_STEP_END))
			svc->error = error;
	}
	/* The receiver may be at it, if the connection broke just now. */
	vchiq_service_mute(svc);
	vchiq_service_remove(svc);
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

	if (!vchiq_conn_is_up(conn))
		return ERR_PTR(-ECONNRESET);

	svc = vchiq_service_alloc(conn, params);
	if (!svc)
		return ERR_PTR(-ENOMEM);

	svc->state = VCHIQ_SERVICE_OPENING;
	svc->use_count = 1;
	ret = vchiq_service_add(svc);
	if (ret)
		goto err_put;

	ret = vchiq_service_send_open(svc);
	if (ret)
		goto err_forget;

	ret = vchiq_service_await_open(svc, timeout_ms);
	if (ret) {
		vchiq_service_close(svc);
		return ERR_PTR(ret);
	}

	return svc;

err_forget:
	vchiq_service_forget(svc, ret);
err_put:
	vchiq_service_put(svc);
	return ERR_PTR(ret);
}

/**
 * vchiq_service_open - open a service of the firmware
 * @vdev: device of the client
 * @params: what to open
 *
 * Callbacks may come before this returns. The service is in use once.
 *
 * Context: Process context, not from a callback.
 * Return: the service; ERR_PTR(-ECONNREFUSED) if there is no such service or it
 * does not like the version, -EPROTONOSUPPORT if it is too old, -ETIMEDOUT,
 * -ECONNRESET if the connection is broken, -EINTR when killed, -ERESTARTSYS after a
 * signal with VCHIQ_SERVICE_INTERRUPTIBLE, -ENOMEM, -EBUSY.
 */
struct vchiq_service *vchiq_service_open(struct vchiq_device *vdev,
					 const struct vchiq_service_params *params)
{
	return vchiq_service_open_on(dev_get_drvdata(vdev->dev.parent), params,
				     VCHIQ_OPEN_TIMEOUT_MS);
}
EXPORT_SYMBOL_GPL(vchiq_service_open);

/* -----------------------------------------------------------------------------
 * Closing
 */

/* Return: true if CLOSE has to be sent, @remote is the port to send it to. */
static bool vchiq_service_begin_close(struct vchiq_service *svc, u16 *remote)
{
	guard(spinlock)(&svc->conn->lock);
	svc->is_leaving = true;
	svc->was_opened = false;
	if (!vchiq_service_step(svc, VCHIQ_STEP_CLOSE_SENT)) {
		/* It listens, or waits to: the firmware does not know of it. */
		if (svc->state != VCHIQ_SERVICE_CLOSERECVD)
			vchiq_service_step(svc, VCHIQ_STEP_END);
		return false;
	}

	*remote = svc->remote_port == VCHIQ_PORT_NONE ? 0 : svc->remote_port;
	return true;
}

/* Goes out before anything else, however long it takes to find room. */
static void vchiq_service_send_close(struct vchiq_service *svc, u16 remote)
{
	const struct vchiq_msg msg = {
		.type = VCHIQ_MSG_CLOSE,
		.src = svc->port,
		.dst = remote,
	};

	vchiq_tx_answer(svc->conn, &msg);
}

static bool vchiq_service_is_over(struct vchiq_service *svc)
{
	switch (READ_ONCE(svc->state)) {
	case VCHIQ_SERVICE_CLOSED:
		return true;
	case VCHIQ_SERVICE_LISTENING:
	case VCHIQ_SERVICE_CLOSEWAIT:
		return !READ_ONCE(svc->is_leaving);
	default:
		return false;
	}
}

/*
 * Return: true when the receiver is done with the service; false if the
 * firmware did not answer.
 */
static bool vchiq_service_await_end(struct vchiq_service *svc, unsigned long timeout)
{
	long left;

	vchiq_watch_begin(svc->conn);
	left = wait_event_timeout(svc->wait, vchiq_service_is_over(svc), timeout);
	vchiq_watch_end(svc->conn);
	if (!left)
		vchiq_watch_missed(svc->conn);

	return left;
}

/* From here on the service is the receiver's. Return: false if it is done with it. */
static bool vchiq_service_park(struct vchiq_service *svc)
{
	struct vchiq_conn *conn = svc->conn;

	scoped_guard(spinlock, &conn->lock) {
		if (svc->state == VCHIQ_SERVICE_CLOSED)
			return false;
		svc->is_parked = true;
		conn->nr_parked_services++;
	}
	vchiq_watch_kick(conn);
	return true;
}

/**
 * vchiq_service_close - close a service
 * @svc: the service, NULL is fine; invalid on return
 *
 * Bulks are completed before this returns, with -ECONNABORTED. If the firmware
 * does not answer, they are completed all the same, but their memory stays
 * allocated: it may still write to it.
 *
 * Context: Process context, not from a callback. Takes less than a second.
 */
void vchiq_service_close(struct vchiq_service *svc)
{
	unsigned long timeout;
	u16 remote;

	if (!svc)
		return;

	timeout = vchiq_watch_close_timeout(svc->conn);
	if (vchiq_service_begin_close(svc, &remote)) {
		vchiq_service_wake(svc);
		vchiq_service_send_close(svc, remote);
	}
	if (vchiq_service_await_end(svc, timeout) || !vchiq_service_park(svc)) {
		vchiq_service_mute(svc);
		vchiq_service_remove(svc);
	} else {
		vchiq_bulk_abandon_all(svc, -ECONNABORTED);
	}
	vchiq_service_put(svc);
}
EXPORT_SYMBOL_GPL(vchiq_service_close);

/* Return: 1 if CLOSE has to be sent, 0 if not, -EBUSY if nobody has it open. */
static int vchiq_service_begin_relisten(struct vchiq_service *svc, u16 *remote)
{
	guard(spinlock)(&svc->conn->lock);
	if (!svc->owner || svc->state == VCHIQ_SERVICE_LISTENING)
		return -EBUSY;
	/* If it was to wait after its end: this is what it waits for. */
	if (vchiq_service_step(svc, VCHIQ_STEP_CLOSE_SENT)) {
		*remote = svc->remote_port;
		svc->was_opened = false;
		return 1;
	}
	if (svc->state == VCHIQ_SERVICE_CLOSEWAIT)
		vchiq_service_step(svc, VCHIQ_STEP_LISTEN);

	return svc->state == VCHIQ_SERVICE_CLOSED ? svc->error ?: -ENOTCONN : 0;
}

static int vchiq_service_end_relisten(struct vchiq_service *svc)
{
	guard(spinlock)(&svc->conn->lock);
	if (svc->state == VCHIQ_SERVICE_CLOSEWAIT)
		vchiq_service_step(svc, VCHIQ_STEP_LISTEN);

	return svc->state == VCHIQ_SERVICE_LISTENING ? 0 : svc->error ?: -ENOTCONN;
}

/**
 * vchiq_service_relisten - end the connection of a service that listens
 * @svc: the service; it listens on return
 *
 * The closed callback does not come. Bulks are completed with -ECONNABORTED.
 *
 * Context: Process context, not from a callback. Takes less than a second.
 * Return: 0, -EBUSY if nobody has it open, -ETIMEDOUT if the firmware did not
 * answer; it listens when it does.
 */
int vchiq_service_relisten(struct vchiq_service *svc)
{
	unsigned long timeout = vchiq_watch_close_timeout(svc->conn);
	u16 remote;
	int ret;

	ret = vchiq_service_begin_relisten(svc, &remote);
	if (ret < 0)
		return ret;
	if (ret) {
		vchiq_service_wake(svc);
		vchiq_service_send_close(svc, remote);
	}
	if (!vchiq_service_await_end(svc, timeout))
		return -ETIMEDOUT;

	return vchiq_service_end_relisten(svc);
}
EXPORT_SYMBOL_GPL(vchiq_service_relisten);

/* -----------------------------------------------------------------------------
 * Properties
 */

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

/* Who opened a service that listens; 0 if nobody, or of a service we opened. */
u32 vchiq_service_client_id(struct vchiq_service *svc)
{
	return READ_ONCE(svc->client_id);
}
EXPORT_SYMBOL_GPL(vchiq_service_client_id);

/* The device that the memory of bulks is mapped for. */
struct device *vchiq_service_dma_dev(struct vchiq_service *svc)
{
	return svc->conn->dma_dev;
}
EXPORT_SYMBOL_GPL(vchiq_service_dma_dev);

/**
 * vchiq_service_expect_begin - say that something is to come from the firmware
 * @svc: the service
 *
 * For clients that wait without a call that would notice: until as many calls of
 * vchiq_service_expect_end() it is found out if the firmware does not live any
 * more, and the service closed.
 *
 * Context: any.
 */
void vchiq_service_expect_begin(struct vchiq_service *svc)
{
	vchiq_watch_begin(svc->conn);
}
EXPORT_SYMBOL_GPL(vchiq_service_expect_begin);

/**
 * vchiq_service_expect_end - it has come, or is not waited for any more
 * @svc: the service, not closed yet
 *
 * Context: any.
 */
void vchiq_service_expect_end(struct vchiq_service *svc)
{
	vchiq_watch_end(svc->conn);
}
EXPORT_SYMBOL_GPL(vchiq_service_expect_end);

/**
 * vchiq_service_use - say that the service is needed
 * @svc: the service; it is in use once when it opens
 *
 * Return: 0.
 */
int vchiq_service_use(struct vchiq_service *svc)
{
	guard(spinlock)(&svc->conn->lock);
	svc->use_count++;
	return 0;
}
EXPORT_SYMBOL_GPL(vchiq_service_use);

/**
 * vchiq_service_unuse - take back a vchiq_service_use()
 * @svc: the service
 *
 * While nobody uses the service, sending and bulks end with -EINVAL.
 *
 * Return: 0, -EINVAL if nobody uses it.
 */
int vchiq_service_unuse(struct vchiq_service *svc)
{
	guard(spinlock)(&svc->conn->lock);
	if (!svc->use_count)
		return -EINVAL;

	svc->use_count--;
	return 0;
}
EXPORT_SYMBOL_GPL(vchiq_service_unuse);

/* -----------------------------------------------------------------------------
 * Options
 */

static int vchiq_service_set_slot_quota(struct vchiq_service *svc, int value)
{
	struct vchiq_tx *tx = &svc->conn->tx;
	int ret;

	vchiq_tx_recycle(svc->conn);
	scoped_guard(mutex, &tx->lock)
		ret = vchiq_slots_check_quota(tx->st->ports[svc->port].slots, value,
					      VCHIQ_DEFAULT_SLOT_QUOTA, &svc->quota.slots);
	if (!ret)
		vchiq_tx_wake(svc->conn);
	return ret;
}

static int vchiq_service_set_message_quota(struct vchiq_service *svc, int value)
{
	struct vchiq_tx *tx = &svc->conn->tx;
	int ret;

	vchiq_tx_recycle(svc->conn);
	scoped_guard(mutex, &tx->lock)
		ret = vchiq_slots_check_quota(tx->st->ports[svc->port].messages, value,
					      VCHIQ_DEFAULT_MESSAGE_QUOTA,
					      &svc->quota.messages);
	if (!ret)
		vchiq_tx_wake(svc->conn);
	return ret;
}

static int vchiq_service_set_sync(struct vchiq_service *svc, int value)
{
	guard(spinlock)(&svc->conn->lock);
	if (svc->state != VCHIQ_SERVICE_LISTENING)
		return -EINVAL;

	svc->is_sync = value;
	return 0;
}

static int vchiq_service_set_autoclose(struct vchiq_service *svc, int value)
{
	guard(spinlock)(&svc->conn->lock);
	svc->is_once = !value;
	return 0;
}

static int vchiq_service_set_trace(struct vchiq_service *svc, int value)
{
	WRITE_ONCE(svc->is_traced, value);
	return 0;
}

/**
 * vchiq_service_set_option - set an option
 * @svc: the service
 * @option: which
 * @value: to what
 *
 * Return: 0, -EINVAL if there is no such option, or it cannot be set to that now.
 */
int vchiq_service_set_option(struct vchiq_service *svc, enum vchiq_option option,
			     int value)
{
	static int (* const set[])(struct vchiq_service *svc, int value) = {
		[VCHIQ_OPTION_AUTOCLOSE] = vchiq_service_set_autoclose,
		[VCHIQ_OPTION_SLOT_QUOTA] = vchiq_service_set_slot_quota,
		[VCHIQ_OPTION_MESSAGE_QUOTA] = vchiq_service_set_message_quota,
		[VCHIQ_OPTION_SYNCHRONOUS] = vchiq_service_set_sync,
		[VCHIQ_OPTION_TRACE] = vchiq_service_set_trace,
	};

	if ((unsigned int)option >= ARRAY_SIZE(set))
		return -EINVAL;

	return set[option](svc, value);
}
EXPORT_SYMBOL_GPL(vchiq_service_set_option);

/* -----------------------------------------------------------------------------
 * Messages
 */

static int vchiq_service_send_msg(struct vchiq_service *svc, const void *data,
				  size_t len, unsigned int timeout_ms)
{
	const struct vchiq_msg msg = {
		.svc = svc,
		.type = VCHIQ_MSG_DATA,
		.data = data,
		.len = len,
		.timeout_ms = timeout_ms,
		.is_interruptible = svc->is_interruptible,
	};

	if (!len)
		return -EINVAL;
	if (len > VCHIQ_MAX_MSG_SIZE)
		return -EMSGSIZE;
	if (READ_ONCE(svc->state) == VCHIQ_SERVICE_OPENSYNC)
		return vchiq_sync_send(svc, data, len, timeout_ms);

	return vchiq_tx_send(svc->conn, &msg);
}

/**
 * vchiq_service_send - send a message, waiting for space
 * @svc: open service
 * @data: payload, copied
 * @len: 1 to VCHIQ_MAX_MSG_SIZE
 *
 * Context: Process context, not from a callback.
 * Return: 0, -EINVAL also if nobody uses the service, -EMSGSIZE, -ENOTCONN when the
 * service is closed, -ECONNRESET when the connection is broken, -ETIMEDOUT, -EINTR
 * when killed, -ERESTARTSYS after a signal with VCHIQ_SERVICE_INTERRUPTIBLE.
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
