// SPDX-License-Identifier: GPL-2.0
/*
 * libvcq: from completions to handlers.
 *
 * A completion names its service by a number that is never used again, so one
 * that comes late finds no service rather than freed memory.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>

#include "vcq-priv.h"

static struct vcq_service *find_service(struct vcq *q, unsigned long id)
{
	struct vcq_service *svc;

	LIST_FOREACH(svc, &q->services, link) {
		if (svc->id == id)
			return svc;
	}
	return NULL;
}

/*
 * The service, marked as busy. Events may come before the call that opens the
 * service has told its handle: wait, the call is about to return.
 */
static struct vcq_service *begin_event(struct vcq *q, unsigned long id)
{
	struct vcq_service *svc;

	pthread_mutex_lock(&q->lock);
	while ((svc = find_service(q, id)) && !svc->handle)
		pthread_cond_wait(&q->changed, &q->lock);
	q->active = svc;
	pthread_mutex_unlock(&q->lock);
	return svc;
}

static void end_event(struct vcq *q, struct vcq_service *svc, enum vchiq_reason reason)
{
	uint32_t handle = svc->handle;

	pthread_mutex_lock(&q->lock);
	if (reason == VCHIQ_REASON_SERVICE_CLOSED)
		svc->is_closed = true;
	else if (reason == VCHIQ_REASON_SERVICE_OPENED)
		svc->is_closed = false;
	q->active = NULL;
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
	/* The service may be freed from here on. */
	if (reason == VCHIQ_REASON_SERVICE_CLOSED && q->has_thread)
		vcq_ioctl_value(q->fd, VCHIQ_IOC_CLOSE_DELIVERED, handle);
}

static void deliver(struct vcq *q, const struct vchiq_ioc_completion *done)
{
	struct vcq_service *svc = begin_event(q, (unsigned long)done->service_userdata);
	const struct vchiq_ioc_header *header = done->header;
	struct vcq_event event = {
		.service = svc,
		.reason = done->reason,
		.bulk = done->bulk_userdata,
	};

	if (!svc)
		return;
	event.priv = svc->priv;
	if (header) {
		event.data = header + 1;
		event.len = header->size;
	}
	if (svc->handler)
		svc->handler(&event);
	end_event(q, svc, event.reason);
}

/* The next service that has not been told. */
static struct vcq_service *find_open(struct vcq *q)
{
	struct vcq_service *svc;

	pthread_mutex_lock(&q->lock);
	LIST_FOREACH(svc, &q->services, link) {
		if (svc->handle && !svc->is_closed)
			break;
	}
	q->active = svc;
	pthread_mutex_unlock(&q->lock);
	return svc;
}

void vcq_close_all(struct vcq *q)
{
	struct vcq_service *svc;

	while ((svc = find_open(q))) {
		struct vcq_event event = {
			.service = svc,
			.priv = svc->priv,
			.reason = VCHIQ_REASON_SERVICE_CLOSED,
		};

		if (svc->handler)
			svc->handler(&event);
		end_event(q, svc, event.reason);
	}
}

int vcq_dispatch(struct vcq *q)
{
	struct vchiq_ioc_completion done[VCQ_BATCH];
	void *buffers[VCQ_BATCH];
	struct vchiq_ioc_await_completion args = {
		.count = VCQ_BATCH,
		.buf = done,
		.msgbufsize = VCQ_BUFFER_SIZE,
		.msgbufcount = VCQ_BATCH,
		.msgbufs = buffers,
	};
	int ret;

	for (unsigned int i = 0; i < VCQ_BATCH; i++)
		buffers[i] = q->buffers + (size_t)i * VCQ_BUFFER_SIZE;
	ret = vcq_ioctl(q->fd, VCHIQ_IOC_AWAIT_COMPLETION, &args);
	for (int i = 0; i < ret; i++)
		deliver(q, &done[i]);
	/* The device is gone: nothing will tell the services any more. */
	if (ret < 0 && ret != -EINTR)
		vcq_close_all(q);
	return ret;
}

const char *vcq_reason_name(int reason)
{
	static const char *const names[] = {
		[VCHIQ_REASON_SERVICE_OPENED] = "SERVICE_OPENED",
		[VCHIQ_REASON_SERVICE_CLOSED] = "SERVICE_CLOSED",
		[VCHIQ_REASON_MESSAGE_AVAILABLE] = "MESSAGE_AVAILABLE",
		[VCHIQ_REASON_BULK_TRANSMIT_DONE] = "BULK_TRANSMIT_DONE",
		[VCHIQ_REASON_BULK_RECEIVE_DONE] = "BULK_RECEIVE_DONE",
		[VCHIQ_REASON_BULK_TRANSMIT_ABORTED] = "BULK_TRANSMIT_ABORTED",
		[VCHIQ_REASON_BULK_RECEIVE_ABORTED] = "BULK_RECEIVE_ABORTED",
	};

	if (reason < 0 || reason >= (int)(sizeof(names) / sizeof(names[0])))
		return "unknown";
	return names[reason];
}
