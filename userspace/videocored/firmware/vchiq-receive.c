// SPDX-License-Identifier: GPL-2.0
/*
 * Receiving messages. Each word of the host's slots is read once: the header is
 * taken over and checked, the payload copied, and the slot goes back when its
 * end has been reached, so nothing a service does holds up the host.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <string.h>

#include "log.h"
#include "vchiq-priv.h"
#include "vchiq-shared.h"

/* The host wrote its free slots before it handed the memory over. */
int vcq_rx_init(struct vcq_connection *conn, unsigned int first,
		unsigned int last)
{
	const struct vchiq_shared_state *peer = &conn->zero->slave;
	bool seen[VCHIQ_MAX_SLOTS] = { false };
	uint32_t nr = last - first + 1;

	if (vsh_load(&peer->slot_queue_recycle) != nr) {
		vc_err("vchiq", "slot zero refused: host's free slots");
		return -EPROTO;
	}
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t slot = vsh_load(&peer->slot_queue[i]);

		if (slot < first || slot > last || seen[slot]) {
			vc_err("vchiq", "slot zero refused: free slot %u", slot);
			return -EPROTO;
		}
		seen[slot] = true;
		conn->rx.ring[i] = (uint8_t)slot;
	}
	conn->rx.given = nr;
	return 0;
}

static void on_padding(struct vcq_connection *conn, const struct vcq_rx_msg *msg)
{
}

static void on_connect(struct vcq_connection *conn, const struct vcq_rx_msg *msg)
{
	if (conn->state != VCQ_CONNECTING) {
		vcq_error(conn, NULL, "second CONNECT", msg);
		return;
	}
	conn->state = VCQ_CONNECTED;
	vc_info("vchiq", "connected");
}

static void on_reversed(struct vcq_connection *conn,
			const struct vcq_rx_msg *msg)
{
	vcq_break(conn, "message of type %u from the host", msg->type);
}

static void (*const handlers[])(struct vcq_connection *conn,
				const struct vcq_rx_msg *msg) = {
	[VCHIQ_MSG_PADDING] = on_padding,
	[VCHIQ_MSG_CONNECT] = on_connect,
	[VCHIQ_MSG_OPEN] = vcq_service_open,
	[VCHIQ_MSG_OPENACK] = vcq_service_acked,
	[VCHIQ_MSG_CLOSE] = vcq_service_peer_closed,
	[VCHIQ_MSG_DATA] = vcq_service_data,
	[VCHIQ_MSG_BULK_RX] = vcq_bulk_posted,
	[VCHIQ_MSG_BULK_TX] = vcq_bulk_posted,
	[VCHIQ_MSG_BULK_RX_DONE] = on_reversed,
	[VCHIQ_MSG_BULK_TX_DONE] = on_reversed,
	[VCHIQ_MSG_PAUSE] = vcq_peer_paused,
	[VCHIQ_MSG_RESUME] = vcq_peer_resumed,
	[VCHIQ_MSG_REMOTE_USE] = vcq_peer_uses,
	[VCHIQ_MSG_REMOTE_RELEASE] = on_padding,
	[VCHIQ_MSG_REMOTE_USE_ACTIVE] = vcq_use_active,
};

static void dispatch(struct vcq_connection *conn, const struct vcq_rx_msg *msg)
{
	conn->count.rx_messages++;
	conn->count.rx_bytes += msg->size;
	if (vcq_is_paused(conn) && msg->type != VCHIQ_MSG_PADDING &&
	    msg->type != VCHIQ_MSG_RESUME && msg->type != VCHIQ_MSG_PAUSE) {
		vcq_break(conn, "message of type %u while paused", msg->type);
		return;
	}
	handlers[msg->type](conn, msg);
}

/*
 * Take over the message at @header, of which at most @room bytes are the host's.
 * -EPROTO if it says that it is longer, or what it is not.
 */
static int take_message(struct vcq_connection *conn,
			const struct vchiq_header *header, uint32_t room,
			struct vcq_rx_msg *msg)
{
	uint32_t msgid;

	vsh_read_header(header, &msgid, &msg->size);
	msg->type = VCHIQ_MSGID_TYPE(msgid);
	msg->src = (uint16_t)VCHIQ_MSGID_SRC(msgid);
	msg->dst = (uint16_t)VCHIQ_MSGID_DST(msgid);
	msg->data = conn->rx.payload;
	msg->is_sync = false;
	if (msg->size > VCHIQ_MAX_MSG_SIZE || VCHIQ_MSG_STRIDE(msg->size) > room) {
		vcq_break(conn, "message of %u bytes where %u are left",
			  msg->size, room);
		return -EPROTO;
	}
	if (msg->type >= sizeof(handlers) / sizeof(handlers[0])) {
		vcq_break(conn, "message of type %u", msg->type);
		return -EPROTO;
	}
	if (msg->type != VCHIQ_MSG_PADDING)
		vsh_copy_in(conn->rx.payload, header + 1, msg->size);
	return 0;
}

void vcq_rx_give_back(struct vcq_connection *conn, uint8_t slot)
{
	struct vchiq_shared_state *peer = &conn->zero->slave;
	struct vcq_rx *rx = &conn->rx;

	rx->ring[rx->given % VCHIQ_MAX_SLOTS_PER_SIDE] = slot;
	vsh_recycle_slot(peer, rx->given, slot);
	rx->given++;
	vcq_signal(conn, &peer->recycle);
}

/* One message; @left bytes are published from rx->pos on. */
static void receive_one(struct vcq_connection *conn, uint32_t left)
{
	struct vcq_rx *rx = &conn->rx;
	uint8_t slot = rx->ring[rx->pos / VCHIQ_SLOT_SIZE %
				VCHIQ_MAX_SLOTS_PER_SIDE];
	uint32_t offset = rx->pos % VCHIQ_SLOT_SIZE;
	uint32_t room = VCHIQ_SLOT_SIZE - offset;
	struct vcq_rx_msg msg;

	if (room > left)
		room = left;
	if (take_message(conn, vcq_header(conn, slot, offset), room, &msg))
		return;
	rx->pos += VCHIQ_MSG_STRIDE(msg.size);
	dispatch(conn, &msg);
	if (rx->pos % VCHIQ_SLOT_SIZE || conn->state == VCQ_BROKEN)
		return;
	if (!conn->chaos || !vcq_chaos_holds_slot(conn, slot))
		vcq_rx_give_back(conn, slot);
}

void vcq_rx_run(struct vcq_connection *conn)
{
	struct vcq_rx *rx = &conn->rx;
	uint32_t pos = vsh_peer_tx_pos(&conn->zero->slave);
	uint32_t limit = rx->given * VCHIQ_SLOT_SIZE;

	if (pos % sizeof(struct vchiq_header) || pos - rx->pos > limit - rx->pos) {
		vcq_break(conn, "position 0x%x after 0x%x, free up to 0x%x", pos,
			  rx->pos, limit);
		return;
	}
	while (rx->pos != pos && conn->state != VCQ_BROKEN)
		receive_one(conn, pos - rx->pos);
}

/* The synchronous slot holds one message. */
void vcq_rx_sync(struct vcq_connection *conn)
{
	struct vchiq_header *header = vcq_header(conn, conn->rx.sync_slot, 0);
	struct vcq_rx_msg msg;

	if (take_message(conn, header, VCHIQ_SLOT_SIZE, &msg))
		return;
	if (msg.type == VCHIQ_MSG_PADDING)
		return;
	msg.is_sync = true;
	if (msg.type == VCHIQ_MSG_DATA || msg.type == VCHIQ_MSG_OPENACK)
		dispatch(conn, &msg);
	else
		vcq_error(conn, NULL, "unexpected synchronous message", &msg);
	if (conn->state == VCQ_BROKEN)
		return;
	vsh_sync_release(header);
	vcq_signal(conn, &conn->zero->slave.sync_release);
}
