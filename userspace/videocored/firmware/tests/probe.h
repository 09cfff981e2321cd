/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A service that does what a test tells it and records what happens to it.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef TESTS_PROBE_H
#define TESTS_PROBE_H

#include "host.h"

#define PROBE_MAX_BULKS	64

/**
 * struct probe_record - what happened to the service
 * @opened: opens accepted
 * @closed: close callbacks
 * @messages: DATA received
 * @last: the last one
 * @last_len: its length
 * @bulks_done: bulk callbacks
 * @actual: their results, in order
 * @closed_with_bulks: bulk callbacks that had run when closed
 */
struct probe_record {
	unsigned int opened;
	unsigned int closed;
	unsigned int messages;
	uint8_t last[4088];
	size_t last_len;
	unsigned int bulks_done;
	int actual[PROBE_MAX_BULKS];
	unsigned int closed_with_bulks;
};

/**
 * struct probe - the service "prob", version 5 (3), at most two clients
 * @seen: for the test; as of the last host_sync() or host_destroy()
 * @live: firmware thread
 * @svc: the client that opened last and is open, or NULL; firmware thread
 * @refuse: refuse opens; firmware thread
 * @bulks: posted; firmware thread
 * @nr_bulks: how many; firmware thread
 */
struct probe {
	struct probe_record seen;
	struct probe_record live;
	struct fw_service *svc;
	bool refuse;
	struct fw_bulk bulks[PROBE_MAX_BULKS];
	unsigned int nr_bulks;
};

void probe_add(struct probe *probe, struct host *host);

/* Each runs on the firmware thread and returns when done. */
int probe_send(struct probe *probe, struct host *host, const void *data,
	       size_t len);
int probe_send_many(struct probe *probe, struct host *host, unsigned int nr,
		    size_t len);
int probe_bulk(struct probe *probe, struct host *host, void *data, size_t len,
	       bool to_host);
void probe_close(struct probe *probe, struct host *host);
void probe_refuse(struct probe *probe, struct host *host, bool refuse);
/* Forget bulks that are done, and all records. */
void probe_clear(struct probe *probe, struct host *host);

#endif /* TESTS_PROBE_H */
