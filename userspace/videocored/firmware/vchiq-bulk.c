// SPDX-License-Identifier: GPL-2.0
/*
 * Bulk transfers: the i-th of the host meets our i-th, per service and
 * direction. The data moves when both are there; DONE follows in order.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "log.h"
#include "vchiq-priv.h"

#define ABORTED (-1)

void vcq_bulk_init(struct fw_service *svc)
{
	for (int dir = 0; dir < VCQ_NR_DIRS; dir++)
		svc->bulks[dir].local_tail = &svc->bulks[dir].local;
}

/* BULK_TX or BULK_RX. */
void vcq_bulk_posted(struct vcq_connection *conn, const struct vcq_rx_msg *msg)
{
	struct fw_service *svc = vcq_service_of(conn, msg);
	struct vchiq_bulk_payload bulk;
	struct vcq_bulk_queue *queue;
	unsigned int at;

	if (!svc)
		return;
	if (msg->size != sizeof(bulk)) {
		vcq_break(conn, "bulk message of %u bytes", msg->size);
		return;
	}
	memcpy(&bulk, msg->data, sizeof(bulk));
	queue = &svc->bulks[msg->type == VCHIQ_MSG_BULK_RX ? VCQ_TO_HOST :
			    VCQ_TO_FIRMWARE];
	if (queue->outstanding == VCHIQ_NUM_SERVICE_BULKS) {
		vcq_break(conn, "port %u: more than %u bulks outstanding",
			  svc->port, queue->outstanding);
		return;
	}
	at = (queue->first + queue->nr_remote++) % VCHIQ_NUM_SERVICE_BULKS;
	queue->remote[at].pagelist = le32toh(bulk.pagelist);
	queue->remote[at].size = le32toh(bulk.size);
	queue->outstanding++;
}

static struct fw_bulk *pop_local(struct vcq_bulk_queue *queue)
{
	struct fw_bulk *bulk = queue->local;

	queue->local = bulk->next;
	if (!queue->local)
		queue->local_tail = &queue->local;
	bulk->next = NULL;
	return bulk;
}

static void pop_remote(struct vcq_bulk_queue *queue)
{
	queue->first = (queue->first + 1) % VCHIQ_NUM_SERVICE_BULKS;
	queue->nr_remote--;
}

static void send_done(struct fw_service *svc, enum vcq_dir dir, int actual)
{
	struct vchiq_bulk_done_payload done;
	enum vchiq_msg_type type = dir == VCQ_TO_HOST ? VCHIQ_MSG_BULK_RX_DONE :
				   VCHIQ_MSG_BULK_TX_DONE;

	unsigned int nr = svc->conn->chaos ? vcq_chaos_dones(svc->conn, &actual) : 1;

	/* As far as we know, the host has one bulk less. */
	if (!nr)
		svc->bulks[dir].outstanding--;
	done.actual = htole32((uint32_t)actual);
	for (; nr; nr--) {
		if (vcq_tx_service(svc, type, &done, sizeof(done)))
			vcq_break(svc->conn, "out of memory");
	}
}

static void count_bulk(struct fw_service *svc, enum vcq_dir dir, int actual)
{
	struct vcq_counters *counts[] = { &svc->count, &svc->conn->count };

	for (int i = 0; i < 2; i++) {
		if (actual == ABORTED) {
			counts[i]->bulk_aborts++;
			continue;
		}
		counts[i]->bulks[dir]++;
		counts[i]->bulk_bytes[dir] += (unsigned int)actual;
	}
}

/* Both ends must have posted the same size, else both are aborted. */
static int transfer(struct fw_service *svc, enum vcq_dir dir,
		    const struct fw_bulk *bulk)
{
	struct vcq_bulk_queue *queue = &svc->bulks[dir];
	uint32_t pagelist = queue->remote[queue->first].pagelist;
	uint32_t size = queue->remote[queue->first].size;
	uint32_t moved = size - (uint32_t)bulk->missing;

	if (size != bulk->len || size > INT32_MAX) {
		vc_dbg("vchiq", "port %u: bulk of %u meets %zu bytes",
		       svc->port, size, bulk->len);
		return ABORTED;
	}
	if (vcq_pagelist_copy(svc->conn, pagelist, size, moved, dir, bulk->data)) {
		vcq_break(svc->conn, "port %u: bad page list at 0x%x", svc->port,
			  pagelist);
		return ABORTED;
	}
	return (int)moved;
}

static bool resolve_one(struct fw_service *svc, enum vcq_dir dir)
{
	struct vcq_bulk_queue *queue = &svc->bulks[dir];
	struct fw_bulk *bulk;
	int actual;

	if (svc->state != VCQ_SERVICE_OPEN || !queue->local || !queue->nr_remote)
		return false;
	actual = transfer(svc, dir, queue->local);
	bulk = pop_local(queue);
	pop_remote(queue);
	count_bulk(svc, dir, actual);
	send_done(svc, dir, actual);
	bulk->done(svc, bulk, actual);
	return true;
}

static bool is_moving(const struct vcq_connection *conn)
{
	return conn->state == VCQ_CONNECTED || conn->state == VCQ_CONNECTING;
}

/* One bulk of each service and direction; true if any moved. */
static bool resolve_round(struct vcq_connection *conn)
{
	struct fw_service *svc;
	bool any = false;

	TAILQ_FOREACH(svc, &conn->services, link) {
		for (enum vcq_dir dir = 0; dir < VCQ_NR_DIRS; dir++) {
			if (is_moving(conn) && resolve_one(svc, dir))
				any = true;
		}
	}
	return any;
}

/* Callbacks may post more, so go on until a round finds nothing. */
void vcq_bulk_resolve(struct vcq_connection *conn)
{
	while (resolve_round(conn))
		;
}

/*
 * The service is closing: no half of a transfer stays behind. The host keeps
 * its pages until our CLOSE, so DONE goes out before it.
 */
void vcq_bulk_abort(struct fw_service *svc, bool tell_host)
{
	for (enum vcq_dir dir = 0; dir < VCQ_NR_DIRS; dir++) {
		struct vcq_bulk_queue *queue = &svc->bulks[dir];

		while (queue->nr_remote) {
			pop_remote(queue);
			count_bulk(svc, dir, ABORTED);
			if (tell_host)
				send_done(svc, dir, ABORTED);
		}
		while (queue->local) {
			struct fw_bulk *bulk = pop_local(queue);

			bulk->done(svc, bulk, ABORTED);
		}
	}
}

int fw_service_bulk(struct fw_service *svc, struct fw_bulk *bulk)
{
	struct vcq_bulk_queue *queue;

	if (svc->state != VCQ_SERVICE_OPEN || svc->conn->state == VCQ_BROKEN)
		return -ENOTCONN;
	queue = &svc->bulks[bulk->to_host ? VCQ_TO_HOST : VCQ_TO_FIRMWARE];
	bulk->next = NULL;
	*queue->local_tail = bulk;
	queue->local_tail = &bulk->next;
	return 0;
}
