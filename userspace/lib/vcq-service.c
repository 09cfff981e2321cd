// SPDX-License-Identifier: GPL-2.0
/*
 * libvcq: services, messages and bulks.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>

#include "vcq-priv.h"

static struct vcq_service *service_add(struct vcq *q, const struct vcq_service_params *params)
{
	struct vcq_service *svc = calloc(1, sizeof(*svc));

	if (!svc)
		return NULL;
	svc->q = q;
	svc->handler = params->handler;
	svc->priv = params->priv;
	pthread_mutex_lock(&q->lock);
	svc->id = ++q->last_id;
	LIST_INSERT_HEAD(&q->services, svc, link);
	pthread_mutex_unlock(&q->lock);
	return svc;
}

static void service_set_handle(struct vcq_service *svc, uint32_t handle)
{
	pthread_mutex_lock(&svc->q->lock);
	svc->handle = handle;
	pthread_cond_broadcast(&svc->q->changed);
	pthread_mutex_unlock(&svc->q->lock);
}

/* After its handler, if that is running. */
static void service_free(struct vcq_service *svc)
{
	struct vcq *q = svc->q;

	pthread_mutex_lock(&q->lock);
	while (q->active == svc)
		pthread_cond_wait(&q->changed, &q->lock);
	LIST_REMOVE(svc, link);
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
	free(svc);
}

int vcq_service_open(struct vcq *q, const struct vcq_service_params *params,
		     struct vcq_service **out)
{
	struct vcq_service *svc = service_add(q, params);
	struct vchiq_ioc_create_service args = {
		.params = {
			.fourcc = (int32_t)params->fourcc,
			.version = params->version,
			.version_min = params->version_min,
		},
		.is_open = !params->server,
		.is_vchi = params->dequeue,
	};
	int ret;

	if (!svc)
		return -ENOMEM;
	args.params.userdata = (void *)svc->id;
	ret = vcq_ioctl_again(q->fd, VCHIQ_IOC_CREATE_SERVICE, &args);
	if (ret) {
		service_free(svc);
		return ret;
	}
	service_set_handle(svc, args.handle);
	*out = svc;
	return 0;
}

void vcq_service_close(struct vcq_service *svc)
{
	if (!svc)
		return;
	vcq_ioctl_value(svc->q->fd, VCHIQ_IOC_REMOVE_SERVICE, svc->handle);
	service_free(svc);
}

int vcq_service_hang_up(struct vcq_service *svc)
{
	return vcq_ioctl_value(svc->q->fd, VCHIQ_IOC_CLOSE_SERVICE, svc->handle);
}

uint32_t vcq_service_handle(const struct vcq_service *svc)
{
	return svc->handle;
}

int vcq_service_use(struct vcq_service *svc)
{
	return vcq_ioctl_value(svc->q->fd, VCHIQ_IOC_USE_SERVICE, svc->handle);
}

int vcq_service_unuse(struct vcq_service *svc)
{
	return vcq_ioctl_value(svc->q->fd, VCHIQ_IOC_RELEASE_SERVICE, svc->handle);
}

int vcq_service_client_id(struct vcq_service *svc)
{
	return vcq_ioctl_value(svc->q->fd, VCHIQ_IOC_GET_CLIENT_ID, svc->handle);
}

int vcq_service_set_option(struct vcq_service *svc, enum vchiq_service_option option,
			   int value)
{
	struct vchiq_ioc_set_service_option args = {
		.handle = svc->handle,
		.option = (int32_t)option,
		.value = value,
	};

	return vcq_ioctl_again(svc->q->fd, VCHIQ_IOC_SET_SERVICE_OPTION, &args);
}

/* -----------------------------------------------------------------------------
 * Messages
 */

int vcq_sendv(struct vcq_service *svc, const struct iovec *parts, size_t nr)
{
	struct vchiq_ioc_element elements[VCHIQ_MAX_ELEMENTS];
	struct vchiq_ioc_queue_message args = {
		.handle = svc->handle,
		.count = (uint32_t)nr,
		.elements = elements,
	};

	if (nr > VCHIQ_MAX_ELEMENTS)
		return -EINVAL;
	for (size_t i = 0; i < nr; i++) {
		if (parts[i].iov_len > VCQ_MAX_MESSAGE)
			return -EMSGSIZE;
		elements[i].data = parts[i].iov_base;
		elements[i].size = (uint32_t)parts[i].iov_len;
	}
	return vcq_ioctl_again(svc->q->fd, VCHIQ_IOC_QUEUE_MESSAGE, &args);
}

int vcq_send(struct vcq_service *svc, const void *data, size_t len)
{
	const struct iovec part = { .iov_base = (void *)(uintptr_t)data, .iov_len = len };

	return vcq_sendv(svc, &part, 1);
}

int vcq_receive(struct vcq_service *svc, void *buf, size_t size, bool wait)
{
	struct vchiq_ioc_dequeue_message args = {
		.handle = svc->handle,
		.blocking = wait,
		.bufsize = (uint32_t)size,
		.buf = buf,
	};

	return vcq_ioctl_again(svc->q->fd, VCHIQ_IOC_DEQUEUE_MESSAGE, &args);
}

/* -----------------------------------------------------------------------------
 * Bulks
 */

/* A wait that a signal interrupted goes on: the driver has set the mode for it. */
static int bulk(struct vcq_service *svc, unsigned long request,
		struct vchiq_ioc_queue_bulk *args)
{
	args->handle = svc->handle;
	return vcq_ioctl_again(svc->q->fd, request, args);
}

int vcq_bulk_transmit(struct vcq_service *svc, const void *data, size_t len,
		      enum vchiq_bulk_mode mode, void *cookie)
{
	struct vchiq_ioc_queue_bulk args = {
		.data = (void *)(uintptr_t)data,
		.size = (uint32_t)len,
		.userdata = cookie,
		.mode = (int32_t)mode,
	};

	if (len > UINT32_MAX)
		return -EMSGSIZE;
	return bulk(svc, VCHIQ_IOC_QUEUE_BULK_TRANSMIT, &args);
}

int vcq_bulk_receive(struct vcq_service *svc, void *data, size_t len,
		     enum vchiq_bulk_mode mode, void *cookie)
{
	struct vchiq_ioc_queue_bulk args = {
		.data = data,
		.size = (uint32_t)len,
		.userdata = cookie,
		.mode = (int32_t)mode,
	};

	if (len > UINT32_MAX)
		return -EMSGSIZE;
	return bulk(svc, VCHIQ_IOC_QUEUE_BULK_RECEIVE, &args);
}
