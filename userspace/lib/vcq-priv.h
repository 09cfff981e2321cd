/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libvcq inside.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCQ_PRIV_H
#define VCQ_PRIV_H

#include <pthread.h>
#include <sys/queue.h>

#include "vcq.h"

/* Completions taken at a time, and buffers for the messages they bring. */
#define VCQ_BATCH	32u
#define VCQ_BUFFER_SIZE	4096u

LIST_HEAD(vcq_services, vcq_service);

/**
 * struct vcq - one open device
 * @fd: the device
 * @config: the driver's limits
 * @thread: calls handlers, if @has_thread
 * @has_thread: vcq_start() was called
 * @buffers: VCQ_BATCH message buffers
 * @lock: protects all below
 * @changed: @active or a handle changed
 * @services: open services, and those that are being opened
 * @last_id: identity of the newest service; the cookie of its completions
 * @active: whose handler is running
 */
struct vcq {
	int fd;
	struct vchiq_ioc_config config;
	pthread_t thread;
	bool has_thread;
	uint8_t *buffers;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct vcq_services services;
	unsigned long last_id;
	struct vcq_service *active;
};

/**
 * struct vcq_service - one service
 * @link: in the list of the device
 * @q: its device
 * @id: identity, never used again
 * @handle: the driver's, 0 while it is being opened
 * @handler: called for events
 * @priv: for @handler
 * @is_closed: handler was told of the end
 */
struct vcq_service {
	LIST_ENTRY(vcq_service) link;
	struct vcq *q;
	unsigned long id;
	uint32_t handle;
	vcq_handler handler;
	void *priv;
	bool is_closed;
};

/* ioctl() that returns -errno. */
int vcq_ioctl(int fd, unsigned long request, void *arg);
/* The same again after signals. */
int vcq_ioctl_again(int fd, unsigned long request, void *arg);
/* For a value or handle instead of a structure. */
int vcq_ioctl_value(int fd, unsigned long request, unsigned long value);

/* Tell every service that nothing more comes. */
void vcq_close_all(struct vcq *q);

#endif /* VCQ_PRIV_H */
