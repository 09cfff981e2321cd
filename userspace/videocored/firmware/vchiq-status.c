// SPDX-License-Identifier: GPL-2.0
/*
 * The state of a connection as JSON, for vcctl.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <json-c/json.h>
#include <stdio.h>

#include "vchiq-priv.h"

static const char *const state_names[VCQ_NR_STATES] = {
	[VCQ_CONNECTING] = "connecting",
	[VCQ_CONNECTED] = "connected",
	[VCQ_PAUSING] = "pausing",
	[VCQ_PAUSE_QUEUED] = "pausing",
	[VCQ_PAUSE_SENT] = "pausing",
	[VCQ_PAUSED] = "paused",
	[VCQ_RESUMING] = "resuming",
	[VCQ_BROKEN] = "broken",
};

static const char *const service_state_names[] = {
	[VCQ_SERVICE_OPENING] = "opening",
	[VCQ_SERVICE_OPEN] = "open",
	[VCQ_SERVICE_CLOSESENT] = "close-sent",
	[VCQ_SERVICE_CLOSERECVD] = "close-received",
};

static void put(struct json_object *to, const char *key, uint64_t value)
{
	json_object_object_add(to, key, json_object_new_uint64(value));
}

static void put_string(struct json_object *to, const char *key, const char *value)
{
	json_object_object_add(to, key, json_object_new_string(value));
}

static void put_counters(struct json_object *to, const struct vcq_counters *count)
{
	put(to, "rx_messages", count->rx_messages);
	put(to, "rx_bytes", count->rx_bytes);
	put(to, "tx_messages", count->tx_messages);
	put(to, "tx_bytes", count->tx_bytes);
	put(to, "bulks_to_firmware", count->bulks[VCQ_TO_FIRMWARE]);
	put(to, "bulk_bytes_to_firmware", count->bulk_bytes[VCQ_TO_FIRMWARE]);
	put(to, "bulks_to_host", count->bulks[VCQ_TO_HOST]);
	put(to, "bulk_bytes_to_host", count->bulk_bytes[VCQ_TO_HOST]);
	put(to, "bulk_aborts", count->bulk_aborts);
	put(to, "errors", count->errors);
}

static struct json_object *service_status(const struct fw_service *svc)
{
	struct json_object *out = json_object_new_object();
	uint32_t fourcc = svc->fourcc;
	char name[5];

	snprintf(name, sizeof(name), "%c%c%c%c", fourcc >> 24, fourcc >> 16 & 0xff,
		 fourcc >> 8 & 0xff, fourcc & 0xff);
	put_string(out, "name", name);
	put_string(out, "state", service_state_names[svc->state]);
	json_object_object_add(out, "synchronous", json_object_new_boolean(svc->is_sync));
	put(out, "port", svc->port);
	put(out, "client_port", svc->peer_port);
	put(out, "client_id", svc->client_id);
	json_object_object_add(out, "client_version",
			       json_object_new_int(svc->client_version));
	put(out, "queued", svc->nr_queued);
	put_counters(out, &svc->count);
	return out;
}

void vcq_status(const struct vcq_connection *conn, struct json_object *out)
{
	struct json_object *services = json_object_new_array();
	const struct fw_service *svc;
	char bus[16];

	json_object_object_add(out, "services", services);
	if (!conn) {
		put_string(out, "state", "disconnected");
		return;
	}
	snprintf(bus, sizeof(bus), "0x%08x", conn->bus);
	put_string(out, "state", state_names[conn->state]);
	if (conn->broken_why[0])
		put_string(out, "reason", conn->broken_why);
	put_string(out, "slot_zero", bus);
	json_object_object_add(out, "version", json_object_new_int(conn->version));
	put(out, "tx_pos", conn->tx.pos);
	put(out, "rx_pos", conn->rx.pos);
	put(out, "slots_free", conn->tx.available - conn->tx.started);
	put(out, "slots_held_by_host", conn->tx.sent);
	put(out, "stalls", conn->stalls);
	put(out, "pauses", conn->pauses);
	put(out, "signals", conn->signals);
	put(out, "doorbells", conn->rings);
	put_counters(out, &conn->count);
	TAILQ_FOREACH(svc, &conn->services, link)
		json_object_array_add(services, service_status(svc));
}
