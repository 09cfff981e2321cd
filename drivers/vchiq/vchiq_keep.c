// SPDX-License-Identifier: GPL-2.0
/*
 * Keep-alive: what the firmware says to keep us from powering it down.
 *
 * We have no power to take away, so we count, and agree. The firmware may say it
 * with messages of its own, REMOTE_USE and REMOTE_RELEASE (vchiq_rx.c), or open the
 * service "KEEP" for as long as it needs us. The receiver deals with both; no thread
 * waits for them.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/device.h>
#include <linux/err.h>

#include "vchiq_priv.h"

#define VCHIQ_KEEP_FOURCC	VCHIQ_FOURCC('K', 'E', 'E', 'P')
#define VCHIQ_KEEP_VERSION	1

/* Nothing is said on it; that it is open is the message. */
static const struct vchiq_service_ops vchiq_keep_ops = { };

/**
 * vchiq_keep_start - offer "KEEP" to the firmware
 * @conn: the connection, which is up
 *
 * Return: 0 or an errno.
 */
int vchiq_keep_start(struct vchiq_conn *conn)
{
	const struct vchiq_service_params params = {
		.fourcc = VCHIQ_KEEP_FOURCC,
		.version = VCHIQ_KEEP_VERSION,
		.version_min = VCHIQ_KEEP_VERSION,
		.ops = &vchiq_keep_ops,
	};
	struct vchiq_service *svc = vchiq_service_listen_on(conn, &params, conn);

	if (IS_ERR(svc))
		return PTR_ERR(svc);

	conn->keep = svc;
	return 0;
}

/* May come without a start, or after the connection broke. */
void vchiq_keep_stop(struct vchiq_conn *conn)
{
	vchiq_service_close(conn->keep);
	conn->keep = NULL;
}
