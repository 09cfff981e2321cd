// SPDX-License-Identifier: GPL-2.0
/*
 * libvcq: devices.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vcq-priv.h"

#ifdef __LP64__
_Static_assert(VCHIQ_IOC_CREATE_SERVICE == 0xc030c402, "CREATE_SERVICE");
_Static_assert(VCHIQ_IOC_QUEUE_MESSAGE == 0x4010c404, "QUEUE_MESSAGE");
_Static_assert(VCHIQ_IOC_QUEUE_BULK_TRANSMIT == 0xc028c405, "QUEUE_BULK_TRANSMIT");
_Static_assert(VCHIQ_IOC_QUEUE_BULK_RECEIVE == 0xc028c406, "QUEUE_BULK_RECEIVE");
_Static_assert(VCHIQ_IOC_AWAIT_COMPLETION == 0xc020c407, "AWAIT_COMPLETION");
_Static_assert(VCHIQ_IOC_DEQUEUE_MESSAGE == 0xc018c408, "DEQUEUE_MESSAGE");
_Static_assert(VCHIQ_IOC_GET_CONFIG == 0xc010c40a, "GET_CONFIG");
_Static_assert(sizeof(struct vchiq_ioc_completion) == 32, "completion");
#else
_Static_assert(VCHIQ_IOC_CREATE_SERVICE == 0xc01cc402, "CREATE_SERVICE");
_Static_assert(VCHIQ_IOC_QUEUE_MESSAGE == 0x400cc404, "QUEUE_MESSAGE");
_Static_assert(VCHIQ_IOC_QUEUE_BULK_TRANSMIT == 0xc014c405, "QUEUE_BULK_TRANSMIT");
_Static_assert(VCHIQ_IOC_QUEUE_BULK_RECEIVE == 0xc014c406, "QUEUE_BULK_RECEIVE");
_Static_assert(VCHIQ_IOC_AWAIT_COMPLETION == 0xc014c407, "AWAIT_COMPLETION");
_Static_assert(VCHIQ_IOC_DEQUEUE_MESSAGE == 0xc010c408, "DEQUEUE_MESSAGE");
_Static_assert(VCHIQ_IOC_GET_CONFIG == 0xc008c40a, "GET_CONFIG");
_Static_assert(sizeof(struct vchiq_ioc_completion) == 16, "completion");
#endif
_Static_assert(VCHIQ_IOC_CONNECT == 0xc400, "CONNECT");
_Static_assert(VCHIQ_IOC_SET_SERVICE_OPTION == 0x400cc40e, "SET_SERVICE_OPTION");
_Static_assert(VCHIQ_IOC_CLOSE_DELIVERED == 0xc411, "CLOSE_DELIVERED");
_Static_assert(sizeof(struct vchiq_ioc_config) == 20, "config");

int vcq_ioctl_again(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = vcq_ioctl(fd, request, arg);
	} while (ret == -EINTR);
	return ret;
}

int vcq_ioctl_value(int fd, unsigned long request, unsigned long value)
{
	return vcq_ioctl_again(fd, request, (void *)value);
}

/* The driver and we must each accept the other's version. */
static int negotiate(struct vcq *q)
{
	struct vchiq_ioc_get_config args = {
		.config_size = sizeof(q->config),
		.config = &q->config,
	};
	int ret = vcq_ioctl_again(q->fd, VCHIQ_IOC_GET_CONFIG, &args);

	if (ret)
		return ret;
	if (q->config.version < VCHIQ_LIB_VERSION_MIN ||
	    q->config.version_min > VCHIQ_LIB_VERSION)
		return -EPROTONOSUPPORT;
	return 0;
}

static int connect_device(struct vcq *q)
{
	int ret = negotiate(q);

	return ret ? ret : vcq_ioctl_value(q->fd, VCHIQ_IOC_CONNECT, 0);
}

int vcq_open(const char *device, struct vcq **out)
{
	struct vcq *q = calloc(1, sizeof(*q));
	int ret;

	if (!q)
		return -ENOMEM;
	ret = -ENOMEM;
	q->buffers = calloc(VCQ_BATCH, VCQ_BUFFER_SIZE);
	if (!q->buffers)
		goto err_free;
	q->fd = open(device ? device : VCQ_DEVICE, O_RDWR | O_CLOEXEC);
	ret = -errno;
	if (q->fd < 0)
		goto err_free_buffers;
	ret = connect_device(q);
	if (ret)
		goto err_close;
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->changed, NULL);
	LIST_INIT(&q->services);
	*out = q;
	return 0;

err_close:
	close(q->fd);
err_free_buffers:
	free(q->buffers);
err_free:
	free(q);
	return ret;
}

/* What is still open ends with the file. */
static void free_services(struct vcq *q)
{
	struct vcq_service *svc;

	while ((svc = LIST_FIRST(&q->services))) {
		LIST_REMOVE(svc, link);
		free(svc);
	}
}

void vcq_close(struct vcq *q)
{
	if (!q)
		return;
	vcq_ioctl_value(q->fd, VCHIQ_IOC_SHUTDOWN, 0);
	if (q->has_thread)
		pthread_join(q->thread, NULL);
	close(q->fd);
	free_services(q);
	pthread_cond_destroy(&q->changed);
	pthread_mutex_destroy(&q->lock);
	free(q->buffers);
	free(q);
}

const struct vchiq_ioc_config *vcq_config(const struct vcq *q)
{
	return &q->config;
}

int vcq_fd(const struct vcq *q)
{
	return q->fd;
}

static void *event_thread(void *arg)
{
	struct vcq *q = arg;
	int ret;

	do {
		ret = vcq_dispatch(q);
	} while (ret > 0 || ret == -EINTR);
	return NULL;
}

int vcq_start(struct vcq *q)
{
	int ret;

	if (q->has_thread)
		return -EBUSY;
	ret = vcq_ioctl_value(q->fd, VCHIQ_IOC_LIB_VERSION, VCHIQ_LIB_VERSION);
	if (ret)
		return ret;
	ret = -pthread_create(&q->thread, NULL, event_thread, q);
	q->has_thread = !ret;
	return ret;
}

uint32_t vcq_fourcc(const char *name)
{
	if (strlen(name) != 4)
		return 0;
	return VCQ_FOURCC((unsigned char)name[0], (unsigned char)name[1],
			  (unsigned char)name[2], (unsigned char)name[3]);
}
