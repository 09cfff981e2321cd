// SPDX-License-Identifier: GPL-2.0
/*
 * Sending messages: queues, slots and their return.
 *
 * The firmware thread never waits for a slot. Messages wait in the queue of
 * their service (or of the connection) and go out in order as slots become
 * free; services take turns. DATA leaves one slot for everything else.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vchiq-priv.h"
#include "vchiq-shared.h"

enum tx_result {
	TX_SENT,
	TX_NO_QUOTA,	/* DATA must wait, other messages need not */
	TX_NO_SLOT,
};

void vcq_tx_init(struct vcq_connection *conn, unsigned int first,
		 unsigned int last)
{
	struct vcq_tx *tx = &conn->tx;

	for (unsigned int slot = first; slot <= last; slot++) {
		tx->ring[tx->available++] = (uint8_t)slot;
		tx->state[slot] = VCQ_SLOT_FREE;
	}
	tx->data_quota = tx->available > 1 ? tx->available - 1 : 1;
}

void vcq_queue_free(struct vcq_msg_queue *queue)
{
	struct vcq_msg *msg;

	while ((msg = TAILQ_FIRST(queue))) {
		TAILQ_REMOVE(queue, msg, link);
		free(msg);
	}
}

void vcq_tx_fini(struct vcq_connection *conn)
{
	vcq_queue_free(&conn->tx.control);
	conn->tx.nr_control = 0;
}

struct vcq_msg *vcq_msg_create(uint32_t msgid, const void *data, size_t len)
{
	struct vcq_msg *msg = malloc(sizeof(*msg) + len);

	if (!msg)
		return NULL;
	msg->msgid = msgid;
	msg->size = (uint32_t)len;
	if (len)
		memcpy(msg->data, data, len);
	return msg;
}

static struct vcq_msg *control_create(struct vcq_connection *conn, uint32_t msgid)
{
	struct vcq_msg *msg;

	if (conn->tx.nr_control >= VCQ_QUEUE_CONTROL) {
		vcq_break(conn, "host reads none of %u answers",
			  conn->tx.nr_control);
		return NULL;
	}
	msg = vcq_msg_create(msgid, NULL, 0);
	if (!msg)
		vcq_break(conn, "out of memory");
	else
		conn->tx.nr_control++;
	return msg;
}

/* A message of no service. It cannot be lost: if it were, the host would hang. */
void vcq_tx_control(struct vcq_connection *conn, uint32_t msgid)
{
	struct vcq_msg *msg = control_create(conn, msgid);

	if (msg)
		TAILQ_INSERT_TAIL(&conn->tx.control, msg, link);
}

/* The same, before what else waits. */
void vcq_tx_urgent(struct vcq_connection *conn, uint32_t msgid)
{
	struct vcq_msg *msg = control_create(conn, msgid);

	if (msg)
		TAILQ_INSERT_HEAD(&conn->tx.control, msg, link);
}

static void unlink_control(struct vcq_connection *conn, struct vcq_msg *msg)
{
	TAILQ_REMOVE(&conn->tx.control, msg, link);
	conn->tx.nr_control--;
	free(msg);
}

/* Take back what waits; false if it is not there (any more). */
bool vcq_tx_retract(struct vcq_connection *conn, uint32_t msgid)
{
	struct vcq_msg *msg;

	TAILQ_FOREACH(msg, &conn->tx.control, link) {
		if (msg->msgid != msgid)
			continue;
		unlink_control(conn, msg);
		return true;
	}
	return false;
}

int vcq_tx_service(struct fw_service *svc, enum vchiq_msg_type type,
		   const void *data, size_t len)
{
	uint32_t dst = svc->peer_port == VCHIQ_PORT_NONE ? 0 : svc->peer_port;
	struct vcq_msg *msg;

	if (type == VCHIQ_MSG_DATA && (svc->nr_queued >= VCQ_QUEUE_MESSAGES ||
				       svc->bytes_queued >= VCQ_QUEUE_BYTES))
		return -ENOMEM;
	msg = vcq_msg_create(VCHIQ_MSGID(type, svc->port, dst), data, len);
	if (!msg)
		return -ENOMEM;
	TAILQ_INSERT_TAIL(&svc->queue, msg, link);
	svc->nr_queued++;
	svc->bytes_queued += len;
	return 0;
}

static void unlink_msg(struct fw_service *svc, struct vcq_msg *msg)
{
	TAILQ_REMOVE(&svc->queue, msg, link);
	svc->nr_queued--;
	svc->bytes_queued -= msg->size;
}

/* Forget what waits: everything, or the DATA that nobody wants any more. */
void vcq_tx_drop(struct fw_service *svc, bool only_data)
{
	struct vcq_msg *msg, *next;

	for (msg = TAILQ_FIRST(&svc->queue); msg; msg = next) {
		next = TAILQ_NEXT(msg, link);
		if (only_data && VCHIQ_MSGID_TYPE(msg->msgid) != VCHIQ_MSG_DATA)
			continue;
		unlink_msg(svc, msg);
		free(msg);
	}
}

static uint8_t slot_at(const struct vcq_tx *tx, uint32_t pos)
{
	return tx->ring[pos / VCHIQ_SLOT_SIZE % VCHIQ_MAX_SLOTS_PER_SIDE];
}

/* Step over @stride written bytes; a full slot is the host's from then on. */
static void advance(struct vcq_tx *tx, uint32_t stride)
{
	uint8_t slot = slot_at(tx, tx->pos);

	tx->pos += stride;
	if (tx->pos % VCHIQ_SLOT_SIZE)
		return;
	tx->state[slot] = VCQ_SLOT_SENT;
	tx->sent++;
}

/* The host recycles a slot only when it has reached the end. */
static void pad_slot(struct vcq_connection *conn)
{
	struct vcq_tx *tx = &conn->tx;
	uint32_t offset = tx->pos % VCHIQ_SLOT_SIZE;
	uint32_t rest = VCHIQ_SLOT_SIZE - offset;

	vsh_write_header(vcq_header(conn, slot_at(tx, tx->pos), offset),
			 VCHIQ_MSGID(VCHIQ_MSG_PADDING, 0, 0),
			 rest - (uint32_t)sizeof(struct vchiq_header));
	advance(tx, rest);
}

/*
 * Whether DATA may go where the next message goes: into a slot that has DATA
 * already, or into one more. A slot without DATA is not finished for a message
 * that must wait: the others may need the rest of it.
 */
static bool has_quota(const struct vcq_tx *tx, uint32_t stride)
{
	uint32_t offset = tx->pos % VCHIQ_SLOT_SIZE;
	bool has_data = offset && tx->has_data[slot_at(tx, tx->pos)];

	return tx->data_slots < tx->data_quota ||
	       (has_data && stride <= VCHIQ_SLOT_SIZE - offset);
}

/* Find room for @stride bytes at tx->pos, in this slot or a new one. */
static enum tx_result reserve(struct vcq_connection *conn, uint32_t stride,
			      bool is_data)
{
	struct vcq_tx *tx = &conn->tx;
	uint32_t offset = tx->pos % VCHIQ_SLOT_SIZE;
	bool may_go = !is_data || has_quota(tx, stride);
	uint8_t slot;

	if (offset && stride > VCHIQ_SLOT_SIZE - offset &&
	    (may_go || tx->has_data[slot_at(tx, tx->pos)])) {
		pad_slot(conn);
		offset = 0;
	}
	if (!may_go)
		return TX_NO_QUOTA;
	if (!offset && tx->available == tx->started)
		return TX_NO_SLOT;
	slot = slot_at(tx, tx->pos);
	if (is_data && !tx->has_data[slot]) {
		tx->has_data[slot] = true;
		tx->data_slots++;
	}
	if (!offset) {
		tx->state[slot] = VCQ_SLOT_FILLING;
		tx->started++;
	}
	return TX_SENT;
}

bool vcq_tx_raw(struct vcq_connection *conn, uint32_t msgid, uint32_t claimed,
		const void *data, uint32_t size)
{
	struct vcq_tx *tx = &conn->tx;
	uint32_t stride = VCHIQ_MSG_STRIDE(size);
	struct vchiq_header *header;

	if (reserve(conn, stride, false) != TX_SENT)
		return false;
	header = vcq_header(conn, slot_at(tx, tx->pos), tx->pos % VCHIQ_SLOT_SIZE);
	vsh_copy_out(header + 1, data, size);
	vsh_write_header(header, msgid, claimed);
	advance(tx, stride);
	conn->count.tx_messages++;
	conn->count.tx_bytes += size;
	return true;
}

void vcq_tx_pad(struct vcq_connection *conn)
{
	if (conn->tx.pos % VCHIQ_SLOT_SIZE)
		pad_slot(conn);
}

static enum tx_result write_msg(struct vcq_connection *conn,
				const struct vcq_msg *msg)
{
	struct vcq_tx *tx = &conn->tx;
	uint32_t stride = VCHIQ_MSG_STRIDE(msg->size);
	bool is_data = VCHIQ_MSGID_TYPE(msg->msgid) == VCHIQ_MSG_DATA;
	struct vchiq_header *header;
	enum tx_result result;

	result = reserve(conn, stride, is_data);
	if (result != TX_SENT) {
		conn->stalls++;
		return result;
	}
	header = vcq_header(conn, slot_at(tx, tx->pos),
			    tx->pos % VCHIQ_SLOT_SIZE);
	vsh_copy_out(header + 1, msg->data, msg->size);
	vsh_write_header(header, msg->msgid, msg->size);
	advance(tx, stride);
	conn->count.tx_messages++;
	conn->count.tx_bytes += msg->size;
	return TX_SENT;
}

/* PAUSE and RESUME are control messages themselves, and the last and the first. */
static bool may_send_control(const struct vcq_connection *conn)
{
	return vcq_may_send(conn) || conn->state == VCQ_PAUSING ||
	       conn->state == VCQ_PAUSE_QUEUED || conn->state == VCQ_RESUMING;
}

static enum tx_result pump_control(struct vcq_connection *conn)
{
	struct vcq_msg *msg;

	while (may_send_control(conn) && (msg = TAILQ_FIRST(&conn->tx.control))) {
		enum tx_result result = write_msg(conn, msg);

		if (result != TX_SENT)
			return result;
		if (VCHIQ_MSGID_TYPE(msg->msgid) == VCHIQ_MSG_PAUSE)
			vcq_pause_on_wire(conn);
		else if (VCHIQ_MSGID_TYPE(msg->msgid) == VCHIQ_MSG_RESUME)
			vcq_resume_on_wire(conn);
		unlink_control(conn, msg);
	}
	return TX_SENT;
}

/* Misbehaving, we say so more than once. */
static void done_sent(struct vcq_bulk_queue *queue)
{
	if (queue->outstanding > queue->nr_remote)
		queue->outstanding--;
}

static void sent(struct fw_service *svc, const struct vcq_msg *msg)
{
	switch (VCHIQ_MSGID_TYPE(msg->msgid)) {
	case VCHIQ_MSG_DATA:
		svc->count.tx_messages++;
		svc->count.tx_bytes += msg->size;
		break;
	case VCHIQ_MSG_BULK_RX_DONE:
		done_sent(&svc->bulks[VCQ_TO_HOST]);
		break;
	case VCHIQ_MSG_BULK_TX_DONE:
		done_sent(&svc->bulks[VCQ_TO_FIRMWARE]);
		break;
	case VCHIQ_MSG_CLOSE:
		vcq_service_close_on_wire(svc);
		break;
	default:
		break;
	}
}

/* The oldest message of @svc; the service may be gone on return. */
static enum tx_result pump_service(struct vcq_connection *conn,
				   struct fw_service *svc)
{
	struct vcq_msg *msg = TAILQ_FIRST(&svc->queue);
	enum tx_result result = write_msg(conn, msg);

	if (result != TX_SENT)
		return result;
	unlink_msg(svc, msg);
	sent(svc, msg);
	free(msg);
	return TX_SENT;
}

/* CLOSE does not overtake what the synchronous slot has not taken yet. */
static bool must_wait(const struct fw_service *svc)
{
	return !TAILQ_EMPTY(&svc->sync_queue) &&
	       VCHIQ_MSGID_TYPE(TAILQ_FIRST(&svc->queue)->msgid) == VCHIQ_MSG_CLOSE;
}

/* One message of each service that has one; true if any went out. */
static bool pump_round(struct vcq_connection *conn)
{
	struct fw_service *svc, *next;
	bool any = false;

	for (svc = TAILQ_FIRST(&conn->services); svc; svc = next) {
		enum tx_result result;

		next = TAILQ_NEXT(svc, link);
		if (TAILQ_EMPTY(&svc->queue) || must_wait(svc))
			continue;
		result = pump_service(conn, svc);
		if (result == TX_NO_SLOT)
			return false;
		any |= result == TX_SENT;
	}
	return any;
}

/*
 * Send what can be sent, then tell the host once. Written padding is published
 * even if nothing followed it: it may complete the slot that we wait for.
 */
bool vcq_tx_pump(struct vcq_connection *conn)
{
	struct vcq_tx *tx = &conn->tx;
	enum tx_result result = pump_control(conn);

	while (result == TX_SENT && vcq_may_send(conn) && pump_round(conn))
		;
	if (tx->pos == tx->published || conn->state == VCQ_BROKEN)
		return false;
	tx->published = tx->pos;
	vsh_publish_tx_pos(&conn->zero->master, tx->pos);
	vcq_signal(conn, &conn->zero->slave.trigger);
	return true;
}

static int take_back(struct vcq_tx *tx, uint32_t slot)
{
	if (slot >= VCHIQ_MAX_SLOTS || tx->state[slot] != VCQ_SLOT_SENT)
		return -EPROTO;
	tx->state[slot] = VCQ_SLOT_FREE;
	tx->sent--;
	if (tx->has_data[slot])
		tx->data_slots--;
	tx->has_data[slot] = false;
	tx->ring[tx->available++ % VCHIQ_MAX_SLOTS_PER_SIDE] = (uint8_t)slot;
	return 0;
}

/* The host gave slots back, in whatever order it was done with them. */
void vcq_tx_recycled(struct vcq_connection *conn)
{
	struct vcq_tx *tx = &conn->tx;
	uint32_t count = vsh_recycled_count(&conn->zero->master);

	if (count - tx->available > tx->sent) {
		vcq_break(conn, "recycle count %u after %u, %u slots sent",
			  count, tx->available, tx->sent);
		return;
	}
	while (tx->available != count) {
		uint32_t slot = vsh_recycled_slot(&conn->zero->master,
						  tx->available);

		if (take_back(tx, slot)) {
			vcq_break(conn, "slot %u recycled, is not the host's",
				  slot);
			return;
		}
	}
}
