// SPDX-License-Identifier: GPL-2.0
/*
 * PAUSE and RESUME from either side, and REMOTE_USE.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>

#include "vchiq-priv.h"

#define PAUSE	VCHIQ_MSGID(VCHIQ_MSG_PAUSE, 0, 0)
#define RESUME	VCHIQ_MSGID(VCHIQ_MSG_RESUME, 0, 0)

bool vcq_may_send(const struct vcq_connection *conn)
{
	return conn->state == VCQ_CONNECTED || conn->state == VCQ_CONNECTING;
}

/* The host has sent PAUSE: nothing but RESUME may follow. */
bool vcq_is_paused(const struct vcq_connection *conn)
{
	return conn->state == VCQ_PAUSING || conn->state == VCQ_PAUSED ||
	       conn->state == VCQ_RESUMING;
}

static void start_resuming(struct vcq_connection *conn)
{
	conn->wants_resume = false;
	conn->state = VCQ_RESUMING;
	vcq_tx_urgent(conn, RESUME);
}

/* -----------------------------------------------------------------------------
 * What the host sends
 */

void vcq_peer_paused(struct vcq_connection *conn, const struct vcq_rx_msg *msg)
{
	switch (conn->state) {
	case VCQ_CONNECTING:
	case VCQ_CONNECTED:
		conn->state = VCQ_PAUSING;
		vcq_tx_control(conn, PAUSE);
		break;
	case VCQ_PAUSE_QUEUED:
		/* The PAUSE that waits is the answer now. */
		conn->state = VCQ_PAUSING;
		break;
	case VCQ_PAUSE_SENT:
		conn->state = VCQ_PAUSED;
		if (conn->wants_resume)
			start_resuming(conn);
		break;
	default:
		vcq_error(conn, NULL, "PAUSE while paused", msg);
		break;
	}
}

void vcq_peer_resumed(struct vcq_connection *conn, const struct vcq_rx_msg *msg)
{
	if (conn->state != VCQ_PAUSED && conn->state != VCQ_RESUMING) {
		vcq_error(conn, NULL, "RESUME while not paused", msg);
		return;
	}
	if (conn->state == VCQ_RESUMING)
		vcq_tx_retract(conn, RESUME);
	conn->pauses++;
	conn->wants_resume = false;
	conn->state = VCQ_CONNECTED;
}

/* We never go to sleep, so the host's use counts only want an answer. */
void vcq_peer_uses(struct vcq_connection *conn, const struct vcq_rx_msg *msg)
{
	vcq_tx_control(conn, VCHIQ_MSGID(VCHIQ_MSG_REMOTE_USE_ACTIVE, 0, 0));
}

static void answer_use(struct vcq_connection *conn, int error)
{
	struct vcq_use *use = STAILQ_FIRST(&conn->uses);

	STAILQ_REMOVE_HEAD(&conn->uses, link);
	conn->nr_uses--;
	if (use->active)
		use->active(use->arg, error);
	free(use);
}

void vcq_use_active(struct vcq_connection *conn, const struct vcq_rx_msg *msg)
{
	if (STAILQ_EMPTY(&conn->uses))
		vcq_error(conn, NULL, "REMOTE_USE_ACTIVE for nobody", msg);
	else
		answer_use(conn, 0);
}

void vcq_use_drop(struct vcq_connection *conn)
{
	while (!STAILQ_EMPTY(&conn->uses))
		answer_use(conn, -ENOTCONN);
}

/* -----------------------------------------------------------------------------
 * What we sent
 */

void vcq_pause_on_wire(struct vcq_connection *conn)
{
	if (conn->state == VCQ_PAUSE_QUEUED) {
		conn->state = VCQ_PAUSE_SENT;
		return;
	}
	conn->state = VCQ_PAUSED;
	if (conn->wants_resume)
		start_resuming(conn);
}

void vcq_resume_on_wire(struct vcq_connection *conn)
{
	conn->state = VCQ_CONNECTED;
}

/* -----------------------------------------------------------------------------
 * What services ask for
 */

int vcq_pause(struct vcq_connection *conn)
{
	if (conn->state != VCQ_CONNECTED)
		return -EBUSY;
	conn->state = VCQ_PAUSE_QUEUED;
	conn->wants_resume = false;
	vcq_tx_control(conn, PAUSE);
	return 0;
}

int vcq_resume(struct vcq_connection *conn)
{
	switch (conn->state) {
	case VCQ_PAUSED:
		start_resuming(conn);
		return 0;
	case VCQ_PAUSING:
	case VCQ_PAUSE_QUEUED:
	case VCQ_PAUSE_SENT:
		conn->wants_resume = true;
		return 0;
	default:
		return -EALREADY;
	}
}

int fw_pause(struct fw_service *svc)
{
	return vcq_pause(svc->conn);
}

int fw_resume(struct fw_service *svc)
{
	return vcq_resume(svc->conn);
}

int vcq_use(struct vcq_connection *conn, void (*active)(void *arg, int error), void *arg)
{
	struct vcq_use *use;

	if (conn->nr_uses >= VCQ_MAX_USES)
		return -EBUSY;
	use = malloc(sizeof(*use));
	if (!use)
		return -ENOMEM;
	use->active = active;
	use->arg = arg;
	STAILQ_INSERT_TAIL(&conn->uses, use, link);
	conn->nr_uses++;
	vcq_tx_control(conn, VCHIQ_MSGID(VCHIQ_MSG_REMOTE_USE, 0, 0));
	return 0;
}

int fw_remote_use(struct fw_service *svc, void (*active)(void *arg, int error),
		  void *arg)
{
	return vcq_use(svc->conn, active, arg);
}

/* The answer to it may still come, and must not be taken for another's. */
void fw_remote_use_cancel(struct fw_service *svc, void *arg)
{
	struct vcq_use *use;

	STAILQ_FOREACH(use, &svc->conn->uses, link) {
		if (use->arg == arg)
			use->active = NULL;
	}
}

void fw_remote_release(struct fw_service *svc)
{
	vcq_tx_control(svc->conn, VCHIQ_MSGID(VCHIQ_MSG_REMOTE_RELEASE, 0, 0));
}
