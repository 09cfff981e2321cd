// SPDX-License-Identifier: GPL-2.0
/*
 * Structures of 64-bit programs.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/build_bug.h>

#define VCHIQ_LAYOUT		vchiq_layout64
#define VCHIQ_LAYOUT_PTR	u64
#define VCHIQ_LAYOUT_STRICT	false

#include "vchiq_cdev_layout.h"

static_assert(sizeof(struct vchiq_create_arg) == 48);
static_assert(offsetof(struct vchiq_create_arg, handle) == 40);
static_assert(sizeof(struct vchiq_element_arg) == 16);
static_assert(sizeof(struct vchiq_message_arg) == 16);
static_assert(sizeof(struct vchiq_bulk_arg) == 40);
static_assert(offsetof(struct vchiq_bulk_arg, mode) == 32);
static_assert(sizeof(struct vchiq_completion_arg) == 32);
static_assert(sizeof(struct vchiq_await_arg) == 32);
static_assert(offsetof(struct vchiq_await_arg, msgbufcount) == 20);
static_assert(sizeof(struct vchiq_dequeue_arg) == 24);
static_assert(offsetof(struct vchiq_dequeue_arg, buf) == 16);
static_assert(sizeof(struct vchiq_config_arg) == 16);

/* The numbers that programs were built with. */
static_assert(VCHIQ_IOC_CONNECT == 0xc400);
static_assert(VCHIQ_IOC_SHUTDOWN == 0xc401);
static_assert(VCHIQ_IOC_CREATE_SERVICE == 0xc030c402);
static_assert(VCHIQ_IOC_REMOVE_SERVICE == 0xc403);
static_assert(VCHIQ_IOC_QUEUE_MESSAGE == 0x4010c404);
static_assert(VCHIQ_IOC_QUEUE_BULK_TRANSMIT == 0xc028c405);
static_assert(VCHIQ_IOC_QUEUE_BULK_RECEIVE == 0xc028c406);
static_assert(VCHIQ_IOC_AWAIT_COMPLETION == 0xc020c407);
static_assert(VCHIQ_IOC_DEQUEUE_MESSAGE == 0xc018c408);
static_assert(VCHIQ_IOC_GET_CLIENT_ID == 0xc409);
static_assert(VCHIQ_IOC_GET_CONFIG == 0xc010c40a);
static_assert(VCHIQ_IOC_CLOSE_SERVICE == 0xc40b);
static_assert(VCHIQ_IOC_USE_SERVICE == 0xc40c);
static_assert(VCHIQ_IOC_RELEASE_SERVICE == 0xc40d);
static_assert(VCHIQ_IOC_SET_SERVICE_OPTION == 0x400cc40e);
static_assert(VCHIQ_IOC_LIB_VERSION == 0xc410);
static_assert(VCHIQ_IOC_CLOSE_DELIVERED == 0xc411);
static_assert(VCHIQ_IOC_QUEUE_BULK_DMABUF == 0xc028c412);

/* What programs include describes the same. */
static_assert(_IOWR(VCHIQ_IOC_MAGIC, 2, struct vchiq_create_arg) == VCHIQ_IOC_CREATE_SERVICE);
static_assert(sizeof(struct vchiq_ioc_completion) == sizeof(struct vchiq_completion_arg));
static_assert(sizeof(struct vchiq_ioc_element) == sizeof(struct vchiq_element_arg));
static_assert(offsetof(struct vchiq_ioc_create_service, handle) == 40);
static_assert(offsetof(struct vchiq_ioc_queue_bulk, mode) == 32);
static_assert(offsetof(struct vchiq_ioc_await_completion, msgbufcount) == 20);
static_assert(offsetof(struct vchiq_ioc_dequeue_message, buf) == 16);
