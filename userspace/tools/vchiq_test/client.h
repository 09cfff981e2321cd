/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vchiq_test: a client of one service, whose events wait in a queue.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCHIQ_TEST_CLIENT_H
#define VCHIQ_TEST_CLIENT_H

#include <pthread.h>
#include <sys/queue.h>

#include "options.h"
#include "report.h"
#include "vcq.h"

/* First word of a message to the service "echo". */
enum echo_command {
	ECHO_ONEWAY = 1,
	ECHO_ASYNC = 2,
	ECHO_SYNC = 3,
	ECHO_CONFIG = 4,
	ECHO_ECHO = 5,
};

/**
 * struct vt_event - something that happened
 * @link: in the queue
 * @reason: what
 * @user: number of the service
 * @bulk: cookie of the bulk
 * @len: bytes of the message
 * @data: the message
 */
struct vt_event {
	STAILQ_ENTRY(vt_event) link;
	enum vchiq_reason reason;
	int user;
	void *bulk;
	size_t len;
	uint8_t data[];
};

STAILQ_HEAD(vt_events, vt_event);

/**
 * struct vt - the test
 * @opt: command line
 * @report: what was printed
 * @q: the device, with a thread for its events
 * @lock: protects @events
 * @arrived: an event was added
 * @events: not yet taken
 */
struct vt {
	const struct vt_options *opt;
	struct vt_report *report;
	struct vcq *q;
	pthread_mutex_t lock;
	pthread_cond_t arrived;
	struct vt_events events;
};

/**
 * struct vt_service - a service of ours
 * @vt: the test
 * @svc: the service, NULL if it is not open
 * @user: its number
 * @hook: called in the thread of the events, before the event is queued
 */
struct vt_service {
	struct vt *vt;
	struct vcq_service *svc;
	int user;
	void (*hook)(struct vt_service *svc, const struct vcq_event *event);
};

/* 0 or -errno */
int vt_init(struct vt *vt, const struct vt_options *opt, struct vt_report *report);
void vt_fini(struct vt *vt);
/* Ends the program if it is not called again in time: a call does not return. */
void vt_watch(const struct vt *vt);

/* The next event, to be freed; NULL when none comes in time. */
struct vt_event *vt_next(struct vt *vt);
int vt_open(struct vt *vt, struct vt_service *svc, int user, uint32_t fourcc, int version);
void vt_close(struct vt_service *svc);

/* The service "echo" of the command line, with events; quotas set. */
int vt_open_echo(struct vt *vt, struct vt_service *svc);
/* Tell it what bulks come; 0, -ETIMEDOUT, -EPROTO if it refuses. */
int vt_configure(struct vt_service *svc, uint32_t size, uint32_t iters);
/* Reply to a message: its event, or NULL. Empty messages are passed over. */
struct vt_event *vt_reply(struct vt *vt);
/* The 40 bytes of CONFIG. */
void vt_config_fill(const struct vt_options *opt, uint32_t size, uint32_t iters,
		    uint32_t config[10]);

/* A block begins @offset bytes beyond a multiple of 4096; NULL without memory. */
uint8_t *vt_block_alloc(uint32_t size, uint32_t offset);
void vt_block_free(uint8_t *block);
/* What block @index of the test holds. */
void vt_pattern_fill(uint8_t *block, uint32_t size, unsigned int index);
bool vt_pattern_is(const uint8_t *block, uint32_t size, unsigned int index);

int vt_functional(struct vt *vt);
int vt_align(struct vt *vt);
int vt_ping(struct vt *vt);
int vt_bulk(struct vt *vt);
int vt_control(struct vt *vt);
int vt_signal(struct vt *vt);
int vt_timer(struct vt_report *report, uint32_t iters);

#endif /* VCHIQ_TEST_CLIENT_H */
