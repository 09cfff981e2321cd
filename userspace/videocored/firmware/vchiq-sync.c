// SPDX-License-Identifier: GPL-2.0
/*
 * Sending in the synchronous slot: OPENACK and DATA of synchronous services. One
 * message at a time; the host says with sync_release that it has taken it. It
 * passes by whatever waits in the ordinary slots.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>

#include "vchiq-priv.h"
#include "vchiq-shared.h"

int vcq_sync_service(struct fw_service *svc, enum vchiq_msg_type type,
		     const void *data, size_t len)
{
	struct vcq_msg *msg;

	if (svc->nr_queued >= VCQ_QUEUE_MESSAGES || svc->bytes_queued >= VCQ_QUEUE_BYTES)
		return -ENOMEM;
	msg = vcq_msg_create(VCHIQ_MSGID(type, svc->port, svc->peer_port), data, len);
	if (!msg)
		return -ENOMEM;
	TAILQ_INSERT_TAIL(&svc->sync_queue, msg, link);
	svc->nr_queued++;
	svc->bytes_queued += len;
	svc->conn->nr_sync++;
	return 0;
}

static void unlink_msg(struct fw_service *svc, struct vcq_msg *msg)
{
	TAILQ_REMOVE(&svc->sync_queue, msg, link);
	svc->nr_queued--;
	svc->bytes_queued -= msg->size;
	svc->conn->nr_sync--;
	free(msg);
}

void vcq_sync_drop(struct fw_service *svc)
{
	struct vcq_msg *msg, *next;

	for (msg = TAILQ_FIRST(&svc->sync_queue); msg; msg = next) {
		next = TAILQ_NEXT(msg, link);
		unlink_msg(svc, msg);
	}
}

/* The slot is ours: the host has released it. Message id 0 says the same. */
static void write_slot(struct vcq_connection *conn, const struct vcq_msg *msg)
{
	struct vchiq_header *header = vcq_header(conn, conn->sync_slot, 0);
	uint32_t msgid, size;

	vsh_read_header(header, &msgid, &size);
	if (msgid) {
		const struct vcq_rx_msg found = {
			.type = VCHIQ_MSGID_TYPE(msgid),
			.src = (uint16_t)VCHIQ_MSGID_SRC(msgid),
			.dst = (uint16_t)VCHIQ_MSGID_DST(msgid),
			.size = size,
		};

		vcq_error(conn, NULL, "synchronous slot released, but not free", &found);
	}
	vsh_copy_out(header + 1, msg->data, msg->size);
	vsh_write_header(header, msg->msgid, msg->size);
	vcq_signal(conn, &conn->zero->slave.sync_trigger);
}

static void send_first(struct fw_service *svc)
{
	struct vcq_msg *msg = TAILQ_FIRST(&svc->sync_queue);
	struct vcq_connection *conn = svc->conn;

	write_slot(conn, msg);
	conn->count.tx_messages++;
	conn->count.tx_bytes += msg->size;
	if (VCHIQ_MSGID_TYPE(msg->msgid) == VCHIQ_MSG_DATA) {
		svc->count.tx_messages++;
		svc->count.tx_bytes += msg->size;
	}
	unlink_msg(svc, msg);
}

static struct fw_service *who_waits(struct vcq_connection *conn)
{
	struct fw_service *svc;

	TAILQ_FOREACH(svc, &conn->services, link) {
		if (!TAILQ_EMPTY(&svc->sync_queue))
			return svc;
	}
	return NULL;
}

/* Who has sent goes behind the others, so that services take turns. */
bool vcq_sync_pump(struct vcq_connection *conn)
{
	struct fw_service *svc;
	bool any = false;

	while (conn->nr_sync && vcq_may_send(conn) && conn->state != VCQ_BROKEN &&
	       vsh_event_take(&conn->zero->master.sync_release)) {
		svc = who_waits(conn);
		send_first(svc);
		TAILQ_REMOVE(&conn->services, svc, link);
		TAILQ_INSERT_TAIL(&conn->services, svc, link);
		any = true;
	}
	return any;
}
