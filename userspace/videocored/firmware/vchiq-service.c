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

static struct fw_service *service_create(struct vcq_connection *conn,
					 struct vcq_listener *listener,
					 uint16_t port)
{
	struct fw_service *svc = calloc(1, sizeof(*svc));

	if (!svc)
		return NULL;
	svc->conn = conn;
	svc->listener = listener;
	svc->port = port;
	TAILQ_INIT(&svc->queue);
	vcq_bulk_init(svc);
	TAILQ_INSERT_TAIL(&conn->services, svc, link);
	conn->ports[port] = svc;
	listener->nr_open++;
	return svc;
}

static void service_destroy(struct fw_service *svc)
{
	vcq_tx_drop(svc, false);
	svc->conn->ports[svc->port] = NULL;
	TAILQ_REMOVE(&svc->conn->services, svc, link);
	free(svc);
}

/* The service's code never sees it again. The slot for a new one is free. */
static void service_gone(struct fw_service *svc)
{
	svc->listener->nr_open--;
	svc->listener->ops->close(svc);
}

static void refuse_open(struct vcq_connection *conn, uint16_t src)
{
	vcq_tx_control(conn, VCHIQ_MSGID(VCHIQ_MSG_CLOSE, 0, src));
}

static int send_openack(struct fw_service *svc)
{
	struct vchiq_openack_payload ack = {
		.version = htole16((uint16_t)svc->listener->ops->version),
	};

	return vcq_tx_service(svc, VCHIQ_MSG_OPENACK, &ack, sizeof(ack));
}

/*
 * Let the service decide. What it sends while it does so waits behind the
 * OPENACK, and is forgotten if it refuses.
 */
static int accept_open(struct fw_service *svc)
{
	int ret = send_openack(svc);

	if (!ret)
		ret = svc->listener->ops->open(svc);
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

void vcq_service_open(struct vcq_connection *conn, const struct vcq_rx_msg *msg)
{
	struct vcq_listener *listener;
	struct vchiq_open_payload open;
	struct fw_service *svc;
	uint16_t port;
	char name[5];
	int ret = -ENOENT;

	if (msg->size < sizeof(open)) {
		vcq_error(conn, NULL, "short OPEN", msg);
		refuse_open(conn, msg->src);
		return;
	}
	memcpy(&open, msg->data, sizeof(open));
	fourcc_name(le32toh(open.fourcc), name);
	listener = find_listener(conn, &open);
	port = free_port(conn);
	svc = listener && port ? service_create(conn, listener, port) : NULL;
	if (svc) {
		svc->peer_port = msg->src;
		svc->client_id = le32toh(open.client_id);
		svc->client_version = (int16_t)le16toh(open.version);
		ret = accept_open(svc);
	}
	if (ret) {
		vc_info("vchiq", "%s: open refused: %s", name, strerror(-ret));
		refuse_open(conn, msg->src);
		return;
	}
	vc_dbg("vchiq", "%s: open, port %u", name, port);
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
	return svc->state == VCQ_SERVICE_OPEN ? svc : NULL;
}

void vcq_service_data(struct vcq_connection *conn, const struct vcq_rx_msg *msg)
{
	struct fw_service *svc = vcq_service_of(conn, msg);

	if (!svc)
		return;
	svc->count.rx_messages++;
	svc->count.rx_bytes += msg->size;
	svc->listener->ops->message(svc, msg->data, msg->size);
}

/*
 * A client that gave up before it saw our OPENACK does not know our port and
 * says 0: then its own port tells which service it means.
 */
static struct fw_service *find_closing(struct vcq_connection *conn,
				       const struct vcq_rx_msg *msg)
{
	struct fw_service *svc = conn->ports[msg->dst];

	if (is_of_peer(svc, msg->src))
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
	vcq_bulk_abort(svc, true);
	service_gone(svc);
	queue_close(svc);
}

/* The client answers our CLOSE, or closed at the same time; one CLOSE each. */
static void close_sent(struct fw_service *svc)
{
	svc->state = VCQ_SERVICE_CLOSERECVD;
	service_gone(svc);
	if (svc->close_on_wire)
		service_destroy(svc);
	else
		vcq_tx_drop(svc, true);
}

void vcq_service_peer_closed(struct vcq_connection *conn,
			     const struct vcq_rx_msg *msg)
{
	struct fw_service *svc = find_closing(conn, msg);

	if (svc && svc->state == VCQ_SERVICE_OPEN)
		close_open(svc);
	else if (svc && svc->state == VCQ_SERVICE_CLOSESENT)
		close_sent(svc);
	else
		vcq_error(conn, svc, "CLOSE for no service", msg);
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
	return vcq_tx_service(svc, VCHIQ_MSG_DATA, data, len);
}

void fw_service_close(struct fw_service *svc)
{
	if (svc->state != VCQ_SERVICE_OPEN)
		return;
	svc->state = VCQ_SERVICE_CLOSESENT;
	vcq_bulk_abort(svc, true);
	queue_close(svc);
}

void *fw_service_ctx(struct fw_service *svc)
{
	return svc->listener->ctx;
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
