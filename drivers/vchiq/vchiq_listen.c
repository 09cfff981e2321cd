// SPDX-License-Identifier: GPL-2.0
/*
 * Services that listen: the firmware opens them.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/export.h>

#include "vchiq_priv.h"

/* -----------------------------------------------------------------------------
 * Listening
 */

/* Whether somebody else offers a service of that name. */
static bool vchiq_listen_clashes(struct vchiq_service *svc)
{
	struct vchiq_service *other;
	unsigned long port;

	guard(rcu)();
	xa_for_each(&svc->conn->services, port, other) {
		if (other != svc && other->owner && other->fourcc == svc->fourcc &&
		    other->owner != svc->owner)
			return true;
	}

	return false;
}

static void vchiq_listen_withdraw(struct vchiq_service *svc)
{
	scoped_guard(spinlock, &svc->conn->lock)
		vchiq_service_step(svc, VCHIQ_STEP_END);
	vchiq_service_remove(svc);
}

/**
 * vchiq_service_listen_on - offer a service on a connection
 * @conn: the connection
 * @params: what to offer
 * @owner: several services of one name must have the same; not NULL
 *
 * Return: the service, or an ERR_PTR as for vchiq_service_listen().
 */
struct vchiq_service *vchiq_service_listen_on(struct vchiq_conn *conn,
					      const struct vchiq_service_params *params,
					      const void *owner)
{
	struct vchiq_service *svc;
	int ret;

	if (!params->fourcc || !owner)
		return ERR_PTR(-EINVAL);
	if (!vchiq_conn_is_up(conn))
		return ERR_PTR(-ECONNRESET);

	svc = vchiq_service_alloc(conn, params);
	if (!svc)
		return ERR_PTR(-ENOMEM);

	/* In the way of the same name from now on, open to the firmware later. */
	svc->state = VCHIQ_SERVICE_CLOSEWAIT;
	svc->owner = owner;
	ret = vchiq_service_add(svc);
	if (ret)
		goto err_put;

	ret = vchiq_listen_clashes(svc) ? -EEXIST : 0;
	if (ret)
		goto err_withdraw;

	scoped_guard(spinlock, &conn->lock)
		vchiq_service_step(svc, VCHIQ_STEP_LISTEN);
	return svc;

err_withdraw:
	vchiq_listen_withdraw(svc);
err_put:
	vchiq_service_put(svc);
	return ERR_PTR(ret);
}

/**
 * vchiq_service_listen - offer a service to the firmware
 * @vdev: device of the client
 * @params: what to offer
 *
 * Each service can be open once at a time; a client that wants more listens more
 * than once. After a close it listens again by itself, unless it has
 * VCHIQ_SERVICE_ONCE.
 *
 * Context: Process context.
 * Return: the service; ERR_PTR(-EEXIST) if somebody else offers it, -EINVAL if it
 * has no name, -ECONNRESET if the connection is broken, -ENOMEM, -EBUSY.
 */
struct vchiq_service *vchiq_service_listen(struct vchiq_device *vdev,
					   const struct vchiq_service_params *params)
{
	return vchiq_service_listen_on(dev_get_drvdata(vdev->dev.parent), params, vdev);
}
EXPORT_SYMBOL_GPL(vchiq_service_listen);

/* -----------------------------------------------------------------------------
 * Being opened, in the receiver
 */

/* Before version 8 a side must not answer OPEN through the synchronous slot. */
static bool vchiq_listen_can_sync(struct vchiq_conn *conn)
{
	return vchiq_shared_version(conn->zero) >= VCHIQ_VERSION_SYNC;
}

static bool vchiq_listen_accepts(struct vchiq_service *svc, u32 src,
				 const struct vchiq_rx_open *open)
{
	bool is_sync = svc->is_sync && vchiq_listen_can_sync(svc->conn);

	guard(spinlock)(&svc->conn->lock);
	if (!svc->owner || svc->fourcc != open->fourcc ||
	    !vchiq_versions_fit(svc->version, svc->version_min, open->version,
				open->version_min))
		return false;
	if (svc->state != VCHIQ_SERVICE_LISTENING ||
	    !vchiq_service_step(svc, is_sync ? VCHIQ_STEP_OPENSYNC : VCHIQ_STEP_OPEN))
		return false;

	svc->remote_port = src;
	svc->client_id = open->client_id;
	svc->peer_version = open->version;
	svc->use_count = 1;
	svc->needs_ack = is_sync;
	return true;
}

/* Return: a service, now open, with a reference; or NULL. */
static struct vchiq_service *vchiq_listen_accept(struct vchiq_conn *conn, u32 src,
						 const struct vchiq_rx_open *open)
{
	struct vchiq_service *svc;
	unsigned long port;

	xa_for_each(&conn->services, port, svc) {
		svc = vchiq_service_find(conn, port);
		if (!svc)
			continue;
		if (vchiq_listen_accepts(svc, src, open))
			return svc;
		vchiq_service_put(svc);
	}

	return NULL;
}

static void vchiq_listen_refuse(struct vchiq_conn *conn, u32 src)
{
	const struct vchiq_msg msg = {
		.type = VCHIQ_MSG_CLOSE,
		.dst = src,
	};

	vchiq_tx_answer(conn, &msg);
}

static void vchiq_listen_acknowledge(struct vchiq_service *svc, u32 src)
{
	const struct vchiq_openack_payload payload = {
		.version = cpu_to_le16(svc->version),
	};
	const struct vchiq_msg msg = {
		.type = VCHIQ_MSG_OPENACK,
		.src = svc->port,
		.dst = src,
		.data = &payload,
		.len = sizeof(payload),
	};

	vchiq_tx_answer(svc->conn, &msg);
	vchiq_service_opened(svc);
}

/* The firmware wants to open a service of ours. */
void vchiq_service_rx_open(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg)
{
	struct vchiq_service *svc = NULL;
	struct vchiq_rx_open open;

	if (!vchiq_parse_open(msg, &open))
		svc = vchiq_listen_accept(conn, msg->src, &open);
	if (!svc) {
		vchiq_listen_refuse(conn, msg->src);
		return;
	}

	if (svc->needs_ack)
		vchiq_sync_acknowledge(conn);
	else
		vchiq_listen_acknowledge(svc, msg->src);
	vchiq_service_put(svc);
}
