// SPDX-License-Identifier: GPL-2.0
/*
 * Structures of 32-bit programs, on a 64-bit kernel or a 32-bit one.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/build_bug.h>
#include <linux/kconfig.h>

#define VCHIQ_LAYOUT		vchiq_layout32
#define VCHIQ_LAYOUT_PTR	u32
#define VCHIQ_LAYOUT_STRICT	IS_ENABLED(CONFIG_64BIT)

#include "vchiq_cdev_layout.h"

static_assert(sizeof(struct vchiq_create_arg) == 28);
static_assert(offsetof(struct vchiq_create_arg, handle) == 24);
static_assert(sizeof(struct vchiq_element_arg) == 8);
static_assert(sizeof(struct vchiq_message_arg) == 12);
static_assert(sizeof(struct vchiq_bulk_arg) == 20);
static_assert(offsetof(struct vchiq_bulk_arg, mode) == 16);
static_assert(sizeof(struct vchiq_completion_arg) == 16);
static_assert(sizeof(struct vchiq_await_arg) == 20);
static_assert(offsetof(struct vchiq_await_arg, msgbufcount) == 12);
static_assert(sizeof(struct vchiq_dequeue_arg) == 16);
static_assert(offsetof(struct vchiq_dequeue_arg, buf) == 12);
static_assert(sizeof(struct vchiq_config_arg) == 8);

/* The numbers that programs were built with. */
static_assert(_IOWR(VCHIQ_IOC_MAGIC, 2, struct vchiq_create_arg) == 0xc01cc402);
static_assert(_IOW(VCHIQ_IOC_MAGIC, 4, struct vchiq_message_arg) == 0x400cc404);
static_assert(_IOWR(VCHIQ_IOC_MAGIC, 5, struct vchiq_bulk_arg) == 0xc014c405);
static_assert(_IOWR(VCHIQ_IOC_MAGIC, 6, struct vchiq_bulk_arg) == 0xc014c406);
static_assert(_IOWR(VCHIQ_IOC_MAGIC, 7, struct vchiq_await_arg) == 0xc014c407);
static_assert(_IOWR(VCHIQ_IOC_MAGIC, 8, struct vchiq_dequeue_arg) == 0xc010c408);
static_assert(_IOWR(VCHIQ_IOC_MAGIC, 10, struct vchiq_config_arg) == 0xc008c40a);
static_assert(VCHIQ_IOC_SET_SERVICE_OPTION == 0x400cc40e);
static_assert(VCHIQ_IOC_QUEUE_BULK_DMABUF == 0xc028c412);
