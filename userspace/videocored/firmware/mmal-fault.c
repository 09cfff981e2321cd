// SPDX-License-Identifier: GPL-2.0
/*
 * The "mmal" service: answers that are lost or held back, and events that are longer
 * than usual, when that was asked for by "vcctl mmal".
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "mmal-priv.h"

#define EXTRADATA_MAX	(1u << 20)
#define HITS_MAX	1000000

/**
 * struct mmal_held - an answer that is held back
 * @node: in mmal_server.held
 * @client: to whom
 * @type: of the message
 * @context: of the message
 * @status: of the message
 * @len: bytes of @payload
 */
struct mmal_held {
	TAILQ_ENTRY(mmal_held) node;
	struct mmal_client *client;
	uint32_t type;
	uint32_t context;
	uint32_t status;
	size_t len;
	uint8_t payload[];
};

static void hold(const struct mmal_request *req, uint32_t status, const void *payload, size_t len)
{
	struct mmal_held *held = calloc(1, sizeof(*held) + len);

	if (!held)
		return;
	held->client = req->client;
	held->type = req->type;
	held->context = req->context;
	held->status = status;
	held->len = len;
	memcpy(held->payload, payload, len);
	TAILQ_INSERT_TAIL(&req->client->server->held, held, node);
}

bool mmal_fault_takes(const struct mmal_request *req, uint32_t status, const void *payload,
		      size_t len)
{
	struct mmal_faults *faults = &req->client->server->faults;

	if (!faults->nr_hits || req->type != faults->type)
		return false;
	if (faults->nr_misses) {
		faults->nr_misses--;
		return false;
	}
	faults->nr_hits--;
	vc_info("mmal", "the answer to message %u is %s", req->type,
		faults->holds ? "held back" : "lost");
	if (faults->holds)
		hold(req, status, payload, len);
	return true;
}

static void held_free(struct mmal_server *server, struct mmal_held *held)
{
	TAILQ_REMOVE(&server->held, held, node);
	free(held);
}

static void send_held(struct mmal_server *server)
{
	struct mmal_held *held, *next;

	for (held = TAILQ_FIRST(&server->held); held; held = next) {
		next = TAILQ_NEXT(held, node);
		mmal_send(held->client, held->type, held->context, held->status, held->payload,
			  held->len);
		held_free(server, held);
	}
}

void mmal_fault_forget(struct mmal_client *client)
{
	struct mmal_held *held, *next;

	for (held = TAILQ_FIRST(&client->server->held); held; held = next) {
		next = TAILQ_NEXT(held, node);
		if (held->client == client)
			held_free(client->server, held);
	}
}

/* -----------------------------------------------------------------------------
 * "lose=TYPE" or "hold=TYPE", "after=N", "nr=N", "extradata=N", or "off"
 */

static int parse_count(const char *text, uint32_t max, uint32_t *value)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || !n || n > max)
		return -EINVAL;
	*value = (uint32_t)n;
	return 0;
}

static int parse_item(const char *item, struct mmal_faults *faults)
{
	if (!strncmp(item, "lose=", 5))
		return parse_count(item + 5, UINT32_MAX, &faults->type);
	if (!strncmp(item, "hold=", 5)) {
		faults->holds = true;
		return parse_count(item + 5, UINT32_MAX, &faults->type);
	}
	if (!strncmp(item, "after=", 6))
		return parse_count(item + 6, HITS_MAX, &faults->nr_misses);
	if (!strncmp(item, "nr=", 3))
		return parse_count(item + 3, HITS_MAX, &faults->nr_hits);
	if (!strncmp(item, "extradata=", 10))
		return parse_count(item + 10, EXTRADATA_MAX, &faults->extradata);
	return -EINVAL;
}

struct fault_call {
	struct mmal_server *server;
	struct mmal_faults faults;
};

static void do_set_faults(void *arg)
{
	struct fault_call *call = arg;

	call->server->faults = call->faults;
	send_held(call->server);
}

int mmal_server_set_faults(struct mmal_server *server, const char *spec)
{
	struct fault_call call = { .server = server, .faults.nr_hits = 1 };
	char copy[64], *rest = copy, *item;
	int ret = 0;

	if (strlen(spec) >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, spec, strlen(spec) + 1);
	while (strcmp(spec, "off") != 0 && !ret && (item = strsep(&rest, ",")))
		ret = parse_item(item, &call.faults);
	return ret ? ret : vc_firmware_call(server->fw, do_set_faults, &call);
}
