// SPDX-License-Identifier: GPL-2.0
/*
 * Services: opened by the host, closed by either side, and what they may call.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "vchiq-priv.h"
#include "vchiq-shared.h"

static const char *fourcc_name(uint32_t fourcc, char name[5])
{
	for (int i = 0; i < 4; i++) {
		char c = (char)(fourcc >> (24 - 8 * i));

		name[i] = c > ' ' && c < 0x7f ? c : '.';
	}
	name[4] = '\0';
	return name;
}

/* Port 0 would make our CLOSE look like the refusal of an OPEN. */
static uint16_t free_port(const struct vcq_connection *conn)
{
	for (uint16_t port = 1; port < VCHIQ_MAX_SERVICES; port++) {
		if (!conn->ports[port])
			return port;
	}
	return 0;
}

/* NULL when out of memory or ports. */
static struct fw_service *service_create(struct vcq_connection *conn,
					 const struct fw_service_ops *ops, void *ctx)
{
	uint16_t port = free_port(conn);
	struct fw_service *svc;

	svc = port ? calloc(1, sizeof(*svc)) : NULL;
	if (!svc)
		return NULL;
	svc->conn = conn;
	svc->ops = ops;
	svc->ctx = ctx;
	svc->port = port;
	svc->peer_port = VCHIQ_PORT_NONE;
	TAILQ_INIT(&svc->queue);
	TAILQ_INIT(&svc->sync_queue);
	vcq_bulk_init(svc);
	TAILQ_INSERT_TAIL(&conn->services, svc, link);
	conn->ports[port] = svc;
	return svc;
}

static void service_destroy(struct fw_service *svc)
{
	vcq_tx_drop(svc, false);
	vcq_sync_drop(svc);
	svc->conn->ports[svc->port] = NULL;
	TAILQ_REMOVE(&svc->conn->services, svc, link);
	free(svc);
}

/* The service's code never sees it again. The slot for a new one is free. */
static void service_gone(struct fw_service *svc)
{
	if (svc->listener)
		svc->listener->nr_open--;
	svc->ops->close(svc);
}

static void refuse_open(struct vcq_connection *conn, uint16_t src)
{
	vcq_tx_control(conn, VCHIQ_MSGID(VCHIQ_MSG_CLOSE, 0, src));
}

/* OPENACK and DATA: through the synchronous slot if the service is such. */
static int send_client(struct fw_service *svc, enum vchiq_msg_type type,
		       const void *data, size_t len)
{
	return svc->is_sync ? vcq_sync_service(svc, type, data, len) :
			      vcq_tx_service(svc, type, data, len);
}

static int send_openack(struct fw_service *svc)
{
	struct vchiq_openack_payload ack = {
		.version = htole16((uint16_t)svc->ops->version),
	};

	return send_client(svc, VCHIQ_MSG_OPENACK, &ack, sizeof(ack));
}

/*
 * Let the service decide. What it sends while it does so waits behind the
 * OPENACK, and is forgotten if it refuses.
 */
static int accept_open(struct fw_service *svc)
{
	int ret = send_openack(svc);

	if (!ret)
		ret = svc->ops->open(svc);
	if (!ret)
		return 0;
	svc->state = VCQ_SERVICE_CLOSERECVD;
	vcq_bulk_abort(svc, false);
	svc->listener->nr_open--;
	service_destroy(svc);
	return ret;
}

static struct vcq_listener *find_listener(struct vcq_connection *conn,
					  const struct vchiq_open_payload *open)
{
	return vcq_listener_find(conn->fw, le32toh(open->fourcc),
				 (int16_t)le16toh(open->version),
				 (int16_t)le16toh(open->version_min));
}

static int open_listener(struct vcq_connection *conn, struct vcq_listener *listener,
			 const struct vchiq_open_payload *open, uint16_t peer_port)
{
	struct fw_service *svc;

	if (!listener)
		return -ENOENT;
	svc = service_create(conn, listener->ops, listener->ctx);
	if (!svc)
		return -ENOMEM;
	svc->state = VCQ_SERVICE_OPEN;
	svc->listener = listener;
	listener->nr_open++;
	svc->fourcc = listener->ops->fourcc;
	svc->peer_port = peer_port;
	svc->client_id = le32toh(open->client_id);
	svc->client_version = (int16_t)le16toh(open->version);
	/* An older host would not find the OPENACK there. */
	svc->is_sync = listener->ops->is_sync && conn->version >= VCHIQ_VERSION_SYNC;
	return accept_open(svc);
}

void vcq_service_open(struct vcq_connection *conn, const struct vcq_rx_msg *msg)
{
	struct vchiq_open_payload open;
	char name[5];
	int ret;

	if (msg->size < sizeof(open)) {
		vcq_error(conn, NULL, "short OPEN", msg);
		refuse_open(conn, msg->src);
		return;
	}
	memcpy(&open, msg->data, sizeof(open));
	fourcc_name(le32toh(open.fourcc), name);
	ret = open_listener(conn, find_listener(conn, &open), &open, msg->src);
	if (ret) {
		vc_info("vchiq", "%s: open refused: %s", name, strerror(-ret));
		refuse_open(conn, msg->src);
		return;
	}
	vc_dbg("vchiq", "%s: open, host's port %u", name, msg->src);
}

static bool is_of_peer(const struct fw_service *svc, uint16_t src)
{
	return svc && svc->peer_port == src;
}

/*
 * The open service that a message of the host is for. What the host sent before
 * it saw our CLOSE is no error, but nobody wants it.
 */
struct fw_service *vcq_service_of(struct vcq_connection *conn,
				  const struct vcq_rx_msg *msg)
{
	struct fw_service *svc = conn->ports[msg->dst];

	if (!is_of_peer(svc, msg->src) || svc->state == VCQ_SERVICE_CLOSERECVD) {
		vcq_error(conn, NULL, "message for no service", msg);
		return NULL;
	}
	if (msg->type == VCHIQ_MSG_DATA && msg->is_sync != svc->is_sync) {
		vcq_error(conn, svc, "DATA on the wrong channel", msg);
		return NULL;
	}
	return svc->state == VCQ_SERVICE_OPEN ? svc : NULL;
}

void vcq_service_data(struct vcq_connection *conn, const struct vcq_rx_msg *msg)
{
	struct fw_service *svc = vcq_service_of(conn, msg);

	if (!svc)
		return;
	svc->count.rx_messages++;
	svc->count.rx_bytes += msg->size;
	svc->ops->message(svc, msg->data, msg->size);
}

/*
 * A client that gave up before it saw our OPENACK does not know our port and
 * says 0: then its own port tells which service it means.
 */
static struct fw_service *find_closing(struct vcq_connection *conn,
				       const struct vcq_rx_msg *msg)
{
	struct fw_service *svc = conn->ports[msg->dst];

	if (is_of_peer(svc, msg->src) || (svc && svc->peer_port == VCHIQ_PORT_NONE))
		return svc;
	if (msg->dst)
		return NULL;
	TAILQ_FOREACH(svc, &conn->services, link) {
		if (is_of_peer(svc, msg->src) &&
		    svc->state != VCQ_SERVICE_CLOSERECVD)
			return svc;
	}
	return NULL;
}

static void queue_close(struct fw_service *svc)
{
	if (vcq_tx_service(svc, VCHIQ_MSG_CLOSE, NULL, 0))
		vcq_break(svc->conn, "out of memory");
}

/* The client closes an open service: abort, tell the service, answer. */
static void close_open(struct fw_service *svc)
{
	svc->state = VCQ_SERVICE_CLOSERECVD;
	vcq_tx_drop(svc, true);
	vcq_sync_drop(svc);
	vcq_bulk_abort(svc, true);
	service_gone(svc);
	queue_close(svc);
}

/* The client answers our CLOSE, or closed at the same time; one CLOSE each. */
static void close_sent(struct fw_service *svc)
{
	svc->state = VCQ_SERVICE_CLOSERECVD;
	service_gone(svc);
	if (svc->close_on_wire) {
		service_destroy(svc);
		return;
	}
	vcq_tx_drop(svc, true);
	vcq_sync_drop(svc);
}

/* The host answers our OPEN with CLOSE. */
static void open_refused(struct fw_service *svc)
{
	svc->state = VCQ_SERVICE_CLOSERECVD;
	vcq_bulk_abort(svc, false);
	svc->ops->opened(svc, -ECONNREFUSED);
	service_destroy(svc);
}

void vcq_service_peer_closed(struct vcq_connection *conn,
			     const struct vcq_rx_msg *msg)
{
	struct fw_service *svc = find_closing(conn, msg);

	if (svc && svc->state == VCQ_SERVICE_OPEN)
		close_open(svc);
	else if (svc && svc->state == VCQ_SERVICE_CLOSESENT)
		close_sent(svc);
	else if (svc && svc->state == VCQ_SERVICE_OPENING)
		open_refused(svc);
	else
		vcq_error(conn, svc, "CLOSE for no service", msg);
}

static int16_t openack_version(const struct vcq_rx_msg *msg)
{
	struct vchiq_openack_payload ack = { 0 };

	memcpy(&ack, msg->data, msg->size < sizeof(ack) ? 0 : sizeof(ack));
	return (int16_t)le16toh(ack.version);
}

/* The host accepts our OPEN. Where it says so is where DATA will travel. */
void vcq_service_acked(struct vcq_connection *conn, const struct vcq_rx_msg *msg)
{
	struct fw_service *svc = conn->ports[msg->dst];
	bool is_new = svc && svc->peer_port == VCHIQ_PORT_NONE;

	if (is_new)
		svc->peer_port = msg->src;
	if (is_new && svc->state == VCQ_SERVICE_OPENING) {
		svc->client_version = openack_version(msg);
		svc->is_sync = msg->is_sync;
		svc->state = VCQ_SERVICE_OPEN;
		svc->ops->opened(svc, 0);
	} else if (!is_new || svc->state != VCQ_SERVICE_CLOSESENT) {
		vcq_error(conn, NULL, "OPENACK for no service", msg);
	}
}

void vcq_service_close_on_wire(struct fw_service *svc)
{
	svc->close_on_wire = true;
	if (svc->state == VCQ_SERVICE_CLOSERECVD)
		service_destroy(svc);
}

/* The connection has gone: nothing is sent, everybody is told. */
void vcq_service_close_all(struct vcq_connection *conn)
{
	struct fw_service *svc, *next;

	for (svc = TAILQ_FIRST(&conn->services); svc; svc = next) {
		bool known = svc->state != VCQ_SERVICE_CLOSERECVD;

		next = TAILQ_NEXT(svc, link);
		if (svc->state == VCQ_SERVICE_OPENING) {
			open_refused(svc);
			continue;
		}
		svc->state = VCQ_SERVICE_CLOSERECVD;
		vcq_bulk_abort(svc, false);
		if (known)
			service_gone(svc);
		service_destroy(svc);
	}
}

/* -----------------------------------------------------------------------------
 * What services call
 */

int fw_service_send(struct fw_service *svc, const void *data, size_t len)
{
	if (len > VCHIQ_MAX_MSG_SIZE)
		return -EMSGSIZE;
	if (svc->state != VCQ_SERVICE_OPEN || svc->conn->state == VCQ_BROKEN)
		return -ENOTCONN;
	return send_client(svc, VCHIQ_MSG_DATA, data, len);
}

int fw_service_open(struct fw_service *via, const struct fw_open *open,
		    struct fw_service **out)
{
	const struct vchiq_open_payload payload = {
		.fourcc = htole32(open->fourcc),
		.version = htole16((uint16_t)open->version),
		.version_min = htole16((uint16_t)open->version_min),
	};
	struct fw_service *svc;
	int ret;

	if (via->conn->state == VCQ_BROKEN)
		return -ENOTCONN;
	svc = service_create(via->conn, open->ops, open->ctx);
	if (!svc)
		return -ENOMEM;
	svc->state = VCQ_SERVICE_OPENING;
	svc->fourcc = open->fourcc;
	ret = vcq_tx_service(svc, VCHIQ_MSG_OPEN, &payload, sizeof(payload));
	if (ret) {
		service_destroy(svc);
		return ret;
	}
	*out = svc;
	return 0;
}

void fw_service_close(struct fw_service *svc)
{
	if (svc->state != VCQ_SERVICE_OPEN && svc->state != VCQ_SERVICE_OPENING)
		return;
	svc->state = VCQ_SERVICE_CLOSESENT;
	vcq_bulk_abort(svc, true);
	queue_close(svc);
}

void *fw_service_ctx(struct fw_service *svc)
{
	return svc->ctx;
}

void *fw_service_priv(struct fw_service *svc)
{
	return svc->priv;
}

void fw_service_set_priv(struct fw_service *svc, void *priv)
{
	svc->priv = priv;
}

int16_t fw_service_client_version(struct fw_service *svc)
{
	return svc->client_version;
}

struct vc_firmware *fw_service_firmware(struct fw_service *svc)
{
	return svc->conn->fw;
}
