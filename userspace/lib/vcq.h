/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libvcq: services of the VideoCore for programs, over /dev/vchiq of any driver.
 *
 * Functions return 0 or a count, or a negative error number. They go on after a
 * signal that is handled, except where it is said.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCQ_H
#define VCQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include <linux/vchiq.h>

#define VCQ_DEVICE		"/dev/vchiq"
#define VCQ_MAX_MESSAGE		4088u

#define VCQ_FOURCC(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

struct vcq;
struct vcq_service;

/**
 * struct vcq_event - what a handler is told
 * @service: whose event it is
 * @priv: of the service
 * @reason: what happened
 * @bulk: of a bulk: the cookie it was posted with
 * @data: of a message that need not be dequeued: its bytes, valid during the call
 * @len: bytes at @data
 */
struct vcq_event {
	struct vcq_service *service;
	void *priv;
	enum vchiq_reason reason;
	void *bulk;
	const void *data;
	size_t len;
};

/*
 * Runs in the thread of vcq_start(), or in the caller of vcq_dispatch(), one at
 * a time. May send, post bulks with a callback and dequeue without waiting; must
 * not close its service. After VCHIQ_REASON_SERVICE_CLOSED nothing follows.
 */
typedef void (*vcq_handler)(const struct vcq_event *event);

/**
 * struct vcq_service_params - what vcq_service_open() opens
 * @fourcc: name of the service
 * @version: version offered
 * @version_min: oldest version of the firmware that is accepted
 * @server: offer the service to the firmware rather than open one of it
 * @dequeue: messages wait for vcq_receive(); handlers are only told of them
 * @handler: called for events; may be NULL
 * @priv: for the handler
 */
struct vcq_service_params {
	uint32_t fourcc;
	int16_t version;
	int16_t version_min;
	bool server;
	bool dequeue;
	vcq_handler handler;
	void *priv;
};

/* Open the device (NULL: VCQ_DEVICE) and connect. */
int vcq_open(const char *device, struct vcq **out);
/* Closes what is open and ends the thread; NULL is fine. Not from a handler. */
void vcq_close(struct vcq *q);
const struct vchiq_ioc_config *vcq_config(const struct vcq *q);
int vcq_fd(const struct vcq *q);

/*
 * Let a thread call the handlers; before any service is opened. From then on
 * vcq_service_close() returns after the handlers of the service.
 */
int vcq_start(struct vcq *q);
/*
 * Without a thread: wait for events and call their handlers. Returns how many
 * there were, 0 when the device is shut down, -EINTR after a signal.
 */
int vcq_dispatch(struct vcq *q);

int vcq_service_open(struct vcq *q, const struct vcq_service_params *params,
		     struct vcq_service **out);
/* Close and free; NULL is fine. Bulks that are under way are aborted before. */
void vcq_service_close(struct vcq_service *svc);
/* Close, but keep a server that listens again. */
int vcq_service_hang_up(struct vcq_service *svc);
uint32_t vcq_service_handle(const struct vcq_service *svc);
int vcq_service_use(struct vcq_service *svc);
int vcq_service_unuse(struct vcq_service *svc);
int vcq_service_set_option(struct vcq_service *svc, enum vchiq_service_option option,
			   int value);
int vcq_service_client_id(struct vcq_service *svc);

int vcq_send(struct vcq_service *svc, const void *data, size_t len);
/* At most VCHIQ_MAX_ELEMENTS parts. */
int vcq_sendv(struct vcq_service *svc, const struct iovec *parts, size_t nr);
/* Next message, its length; -EAGAIN if there is none and @wait is false. */
int vcq_receive(struct vcq_service *svc, void *buf, size_t size, bool wait);
/*
 * Blocking: 0 when moved, -EIO when aborted. Otherwise 0 when posted; the memory
 * is the firmware's until the event or the end of the service.
 */
int vcq_bulk_transmit(struct vcq_service *svc, const void *data, size_t len,
		      enum vchiq_bulk_mode mode, void *cookie);
int vcq_bulk_receive(struct vcq_service *svc, void *data, size_t len,
		     enum vchiq_bulk_mode mode, void *cookie);

/* "echo" to a number, 0 if it is not four characters. */
uint32_t vcq_fourcc(const char *name);
/* Name of a reason, for people. */
const char *vcq_reason_name(int reason);

#endif /* VCQ_H */
