// SPDX-License-Identifier: GPL-2.0
/*
 * One connection: set-up, events, sleeping, and its end.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "guest.h"
#include "log.h"
#include "vchiq-priv.h"
#include "vchiq-shared.h"

int vcq_connection_create(struct vc_firmware *fw,
			  const struct vc_firmware_config *config, uint32_t bus,
			  struct vcq_connection **out)
{
	struct vcq_connection *conn = calloc(1, sizeof(*conn));
	int ret;

	if (!conn)
		return -ENOMEM;
	conn->fw = fw;
	conn->bus = bus;
	conn->config = *config;
	conn->state = VCQ_CONNECTING;
	TAILQ_INIT(&conn->services);
	TAILQ_INIT(&conn->tx.control);
	STAILQ_INIT(&conn->uses);
	conn->view = vcq_guest_view_get(fw);
	ret = vcq_layout_attach(conn);
	if (ret) {
		vcq_connection_destroy(conn);
		return ret;
	}
	*out = conn;
	return 0;
}

/*
 * Fill our state and say that we are there; the host waits for that. The fired
 * flags stay as they are: the host may have set them already.
 */
void vcq_connection_start(struct vcq_connection *conn)
{
	struct vchiq_shared_state *own = &conn->zero->master;
	struct vcq_tx *tx = &conn->tx;

	for (uint32_t i = 0; i < tx->available; i++)
		vsh_store(&own->slot_queue[i], tx->ring[i]);
	vsh_store(&own->slot_queue_recycle, tx->available);
	vsh_store(&own->tx_pos, 0);
	vcq_connection_disarm(conn);
	vsh_store(&own->sync_release.fired, 1);
	vsh_store(&own->debug[0], VCHIQ_DEBUG_ENTRIES);
	vsh_publish_initialised(own);
	vcq_tx_control(conn, VCHIQ_MSGID(VCHIQ_MSG_CONNECT, 0, 0));
	vc_info("vchiq", "slot zero at 0x%08x, version %d, slots %u",
		conn->bus, conn->version, conn->nr_slots);
}

/* From here on the host's memory is not touched any more. */
void vcq_connection_close(struct vcq_connection *conn)
{
	if (!conn || !conn->view)
		return;
	conn->state = VCQ_BROKEN;
	vcq_use_drop(conn);
	vcq_service_close_all(conn);
	vcq_tx_fini(conn);
	vc_guest_view_put(conn->view);
	conn->view = NULL;
	conn->zero = NULL;
	conn->fragments = NULL;
}

void vcq_connection_destroy(struct vcq_connection *conn)
{
	vcq_connection_close(conn);
	free(conn);
}

/*
 * A host that hands over the same memory again, with our flag still set in it,
 * is the one we talk to.
 */
bool vcq_connection_is_living(struct vcq_connection *conn, uint32_t bus)
{
	return conn && conn->state != VCQ_BROKEN && conn->bus == bus &&
	       vsh_initialised(&conn->zero->master);
}

/* Marks only; the main loop takes the connection down. */
void vcq_break(struct vcq_connection *conn, const char *fmt, ...)
{
	va_list args;

	if (conn->state == VCQ_BROKEN)
		return;
	conn->state = VCQ_BROKEN;
	va_start(args, fmt);
	vsnprintf(conn->broken_why, sizeof(conn->broken_why), fmt, args);
	va_end(args);
	vc_err("vchiq", "connection broken: %s", conn->broken_why);
}

/* Something a careful firmware skips and counts. */
void vcq_error(struct vcq_connection *conn, struct fw_service *svc,
	       const char *what, const struct vcq_rx_msg *msg)
{
	conn->count.errors++;
	if (svc)
		svc->count.errors++;
	vc_dbg("vchiq", "%s: type %u, port %u to %u, %u bytes", what, msg->type,
	       msg->src, msg->dst, msg->size);
}

struct vchiq_header *vcq_header(struct vcq_connection *conn, unsigned int slot,
				uint32_t offset)
{
	uint8_t *base = (uint8_t *)conn->zero;

	return (struct vchiq_header *)(base + slot * VCHIQ_SLOT_SIZE + offset);
}

void vcq_signal(struct vcq_connection *conn, struct vchiq_remote_event *event)
{
	conn->signals++;
	vsh_event_fire(event);
	if (conn->chaos)
		vcq_chaos_before_armed(conn);
	if (!vsh_event_is_armed(event))
		return;
	if (conn->chaos && vcq_chaos_holds_bell(conn))
		return;
	conn->rings++;
	vcq_ring_host(conn->fw);
}

/* A connection that broke meanwhile is left alone. */
static bool on_event(struct vcq_connection *conn, struct vchiq_remote_event *event,
		     void (*handle)(struct vcq_connection *conn))
{
	if (conn->state == VCQ_BROKEN || !vsh_event_take(event))
		return false;
	handle(conn);
	return true;
}

/*
 * Look at each event once, do all the work it is about, then what services and
 * bulks left to do. Returns false when there was nothing.
 */
bool vcq_connection_poll(struct vcq_connection *conn)
{
	struct vchiq_shared_state *own = &conn->zero->master;
	bool busy = false;

	if (conn->chaos)
		vcq_chaos_poll(conn);
	busy |= on_event(conn, &own->recycle, vcq_tx_recycled);
	busy |= on_event(conn, &own->trigger, vcq_rx_run);
	busy |= on_event(conn, &own->sync_trigger, vcq_rx_sync);
	vcq_bulk_resolve(conn);
	busy |= vcq_sync_pump(conn);
	return vcq_tx_pump(conn) || busy;
}

/*
 * The fourth event, sync_release, says that our synchronous slot is free. It
 * stays fired while nothing has to go there, and is waited for only then.
 */
static bool waits_for_sync_slot(const struct vcq_connection *conn)
{
	return conn->nr_sync && vcq_may_send(conn);
}

bool vcq_connection_has_work(struct vcq_connection *conn)
{
	const struct vchiq_shared_state *own = &conn->zero->master;

	return vsh_event_is_fired(&own->trigger) || vsh_event_is_fired(&own->recycle) ||
	       vsh_event_is_fired(&own->sync_trigger) ||
	       (waits_for_sync_slot(conn) && vsh_event_is_fired(&own->sync_release));
}

/*
 * Steps R1 to R4 for the events that we wait for; true: sleep, the doorbell will
 * be rung.
 */
bool vcq_connection_arm(struct vcq_connection *conn)
{
	struct vchiq_shared_state *own = &conn->zero->master;

	vsh_event_arm(&own->trigger);
	vsh_event_arm(&own->recycle);
	vsh_event_arm(&own->sync_trigger);
	if (waits_for_sync_slot(conn))
		vsh_event_arm(&own->sync_release);
	vsh_events_armed();
	if (!vcq_connection_has_work(conn))
		return true;
	vcq_connection_disarm(conn);
	return false;
}

/* Step R5. */
void vcq_connection_disarm(struct vcq_connection *conn)
{
	struct vchiq_shared_state *own = &conn->zero->master;

	vsh_event_disarm(&own->trigger);
	vsh_event_disarm(&own->recycle);
	vsh_event_disarm(&own->sync_trigger);
	vsh_event_disarm(&own->sync_release);
	vsh_events_disarmed();
}
