// SPDX-License-Identifier: GPL-2.0
/*
 * A new connection after one broke.
 *
 * The devices leave the bus, so that their drivers let go of what they had; then
 * the firmware is offered other memory, again and again until it takes it. Then the
 * devices come back. A firmware that lives and refuses, because it knows of no end of
 * a connection, has to be started anew by somebody; until then nothing works, and the
 * memory it has stays as it is.
 *
 * What the old connection left with the firmware is freed when a new one is up: a
 * firmware that accepts slot zero and answers CONNECT was started anew or has
 * started its transport anew, and knows nothing of page lists it was told of before.
 * One that does not answer may still write to them.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/device.h>
#include <linux/jiffies.h>

#include "../compat.h"
#include "vchiq_priv.h"

/* Pace of the attempts. */
#define VCHIQ_RECOVER_MS	500

static void vchiq_recover_queue(struct vchiq_conn *conn, unsigned int ms)
{
	if (READ_ONCE(conn->is_bound))
		queue_delayed_work(system_dfl_wq, &conn->recover, msecs_to_jiffies(ms));
}

/* Once for each connection that broke, not twice a second. */
static void vchiq_recover_refused(struct vchiq_conn *conn)
{
	if (!conn->was_refused)
		dev_warn(conn->dev,
			 "the firmware keeps the connection that broke, until it is started anew\n");
	conn->was_refused = true;
}

static void vchiq_recover_work(struct work_struct *work)
{
	struct vchiq_conn *conn = container_of(work, struct vchiq_conn, recover.work);
	int ret;

	/* Asked for again while it was being done. */
	if (vchiq_conn_is_up(conn))
		return;

	vchiq_bus_remove_devices(conn);
	vchiq_cdev_drain(conn);
	vchiq_keep_stop(conn);
	ret = vchiq_conn_again(conn);
	if (ret == -ENXIO)
		vchiq_recover_refused(conn);
	if (ret) {
		vchiq_recover_queue(conn, VCHIQ_RECOVER_MS);
		return;
	}
	conn->was_refused = false;

	vchiq_xfer_free_parked(conn);
	conn->stats.reconnects++;
	dev_info(conn->dev, "connected to the firmware again\n");
	ret = vchiq_keep_start(conn) ?: vchiq_bus_add_devices(conn);
	if (ret)
		dev_err(conn->dev, "cannot put devices back on the bus: %d\n", ret);
}

/* The connection broke, and everybody was told. May come more than once. */
void vchiq_recover_begin(struct vchiq_conn *conn)
{
	vchiq_recover_queue(conn, 0);
}

/* Everything is set up. What breaks from here on is mended; it may have broken. */
void vchiq_recover_allow(struct vchiq_conn *conn)
{
	WRITE_ONCE(conn->is_bound, true);
	if (vchiq_conn_error(conn))
		vchiq_recover_begin(conn);
}

/* Called before anything of the connection is taken down. */
void vchiq_recover_stop(struct vchiq_conn *conn)
{
	WRITE_ONCE(conn->is_bound, false);
	/* Who looked before may queue it yet: to no effect. */
	disable_delayed_work_sync(&conn->recover);
}

void vchiq_recover_init(struct vchiq_conn *conn)
{
	INIT_DELAYED_WORK(&conn->recover, vchiq_recover_work);
}
