/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The structures of the ioctls for one width of the program's pointers. To be
 * included once by a file that defines:
 *
 *	VCHIQ_LAYOUT		name of the struct vchiq_layout
 *	VCHIQ_LAYOUT_PTR	type of a pointer in the structures
 *	VCHIQ_LAYOUT_STRICT	vchiq_layout.is_strict
 *
 * The fields are those of include/uapi/linux/vchiq.h.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/uaccess.h>

#include "vchiq_user.h"

struct vchiq_params_arg {
	u32 fourcc;
	VCHIQ_LAYOUT_PTR callback;
	VCHIQ_LAYOUT_PTR userdata;
	s16 version;
	s16 version_min;
};

struct vchiq_create_arg {
	struct vchiq_params_arg params;
	s32 is_open;
	s32 is_vchi;
	u32 handle;
};

struct vchiq_element_arg {
	VCHIQ_LAYOUT_PTR data;
	u32 size;
};

struct vchiq_message_arg {
	u32 handle;
	u32 count;
	VCHIQ_LAYOUT_PTR elements;
};

struct vchiq_bulk_arg {
	u32 handle;
	VCHIQ_LAYOUT_PTR data;
	u32 size;
	VCHIQ_LAYOUT_PTR userdata;
	s32 mode;
};

struct vchiq_completion_arg {
	s32 reason;
	VCHIQ_LAYOUT_PTR header;
	VCHIQ_LAYOUT_PTR service_userdata;
	VCHIQ_LAYOUT_PTR bulk_userdata;
};

struct vchiq_await_arg {
	u32 count;
	VCHIQ_LAYOUT_PTR buf;
	u32 msgbufsize;
	u32 msgbufcount;
	VCHIQ_LAYOUT_PTR msgbufs;
};

struct vchiq_dequeue_arg {
	u32 handle;
	s32 blocking;
	u32 bufsize;
	VCHIQ_LAYOUT_PTR buf;
};

struct vchiq_config_arg {
	u32 config_size;
	VCHIQ_LAYOUT_PTR config;
};

/* -----------------------------------------------------------------------------
 * Arguments
 */

static void vchiq_get_create(union vchiq_args *args, const void *arg, void __user *uarg)
{
	struct vchiq_create_arg __user *to = uarg;
	const struct vchiq_create_arg *from = arg;

	args->create.fourcc = from->params.fourcc;
	args->create.userdata = from->params.userdata;
	args->create.version = from->params.version;
	args->create.version_min = from->params.version_min;
	args->create.is_open = from->is_open;
	args->create.is_vchi = from->is_vchi;
	args->create.handle_to = &to->handle;
}

static void vchiq_get_message(union vchiq_args *args, const void *arg, void __user *uarg)
{
	const struct vchiq_message_arg *from = arg;

	args->message.handle = from->handle;
	args->message.count = from->count;
	args->message.elements = from->elements;
}

static void vchiq_get_bulk(union vchiq_args *args, const void *arg, void __user *uarg)
{
	struct vchiq_bulk_arg __user *to = uarg;
	const struct vchiq_bulk_arg *from = arg;

	args->bulk.handle = from->handle;
	args->bulk.data = from->data;
	args->bulk.size = from->size;
	args->bulk.userdata = from->userdata;
	args->bulk.mode = from->mode;
	args->bulk.mode_to = &to->mode;
}

static void vchiq_get_bulk_transmit(union vchiq_args *args, const void *arg, void __user *uarg)
{
	vchiq_get_bulk(args, arg, uarg);
	args->bulk.to_host = false;
}

static void vchiq_get_bulk_receive(union vchiq_args *args, const void *arg, void __user *uarg)
{
	vchiq_get_bulk(args, arg, uarg);
	args->bulk.to_host = true;
}

static void vchiq_get_bulk_dmabuf(union vchiq_args *args, const void *arg, void __user *uarg)
{
	struct vchiq_ioc_queue_bulk_dmabuf __user *to = uarg;
	const struct vchiq_ioc_queue_bulk_dmabuf *from = arg;

	args->bulk.handle = from->handle;
	args->bulk.is_dmabuf = true;
	args->bulk.fd = from->fd;
	args->bulk.offset = from->offset;
	args->bulk.size = from->size;
	args->bulk.userdata = from->userdata;
	args->bulk.to_host = from->direction == VCHIQ_BULK_DIRECTION_RECEIVE;
	args->bulk.mode = from->mode;
	args->bulk.mode_to = &to->mode;
	/* There is no such mode either. */
	if (from->direction > VCHIQ_BULK_DIRECTION_RECEIVE)
		args->bulk.mode = U32_MAX;
}

static void vchiq_get_await(union vchiq_args *args, const void *arg, void __user *uarg)
{
	struct vchiq_await_arg __user *to = uarg;
	const struct vchiq_await_arg *from = arg;

	args->await.count = from->count;
	args->await.buf = from->buf;
	args->await.msgbufsize = from->msgbufsize;
	args->await.msgbufcount = from->msgbufcount;
	args->await.msgbufs = from->msgbufs;
	args->await.msgbufcount_to = &to->msgbufcount;
}

static void vchiq_get_dequeue(union vchiq_args *args, const void *arg, void __user *uarg)
{
	const struct vchiq_dequeue_arg *from = arg;

	args->dequeue.handle = from->handle;
	args->dequeue.is_blocking = from->blocking;
	args->dequeue.bufsize = from->bufsize;
	args->dequeue.buf = from->buf;
}

static void vchiq_get_config(union vchiq_args *args, const void *arg, void __user *uarg)
{
	const struct vchiq_config_arg *from = arg;

	args->config.size = from->config_size;
	args->config.config = from->config;
}

static void vchiq_get_option(union vchiq_args *args, const void *arg, void __user *uarg)
{
	const struct vchiq_ioc_set_service_option *from = arg;

	args->option.handle = from->handle;
	args->option.option = from->option;
	args->option.value = from->value;
}

/* -----------------------------------------------------------------------------
 * Arrays
 */

static int vchiq_get_element(struct vchiq_element *element, u64 array, unsigned int index)
{
	struct vchiq_element_arg __user *from = u64_to_user_ptr(array);
	struct vchiq_element_arg arg;

	if (copy_from_user(&arg, &from[index], sizeof(arg)))
		return -EFAULT;

	element->data = arg.data;
	element->size = arg.size;
	return 0;
}

static int vchiq_get_msgbuf(u64 *msgbuf, u64 array, unsigned int index)
{
	VCHIQ_LAYOUT_PTR __user *from = u64_to_user_ptr(array);
	VCHIQ_LAYOUT_PTR ptr;

	if (copy_from_user(&ptr, &from[index], sizeof(ptr)))
		return -EFAULT;

	*msgbuf = ptr;
	return 0;
}

static int vchiq_put_completion(u64 array, unsigned int index,
				const struct vchiq_completion *completion)
{
	struct vchiq_completion_arg __user *to = u64_to_user_ptr(array);
	struct vchiq_completion_arg arg;

	memset(&arg, 0, sizeof(arg));
	arg.reason = completion->reason;
	arg.header = completion->header;
	arg.service_userdata = completion->service_userdata;
	arg.bulk_userdata = completion->bulk_userdata;

	return copy_to_user(&to[index], &arg, sizeof(arg)) ? -EFAULT : 0;
}

/* -----------------------------------------------------------------------------
 * Commands
 */

#define VCHIQ_VALUE(nr)		_IO(VCHIQ_IOC_MAGIC, nr)
#define VCHIQ_READS(nr, type)	_IOW(VCHIQ_IOC_MAGIC, nr, type)
#define VCHIQ_WRITES(nr, type)	_IOWR(VCHIQ_IOC_MAGIC, nr, type)

/* Number 15 once showed the memory behind a user address. */
static const struct vchiq_ioc vchiq_iocs[] = {
	[0] = { VCHIQ_VALUE(0), NULL, vchiq_cmd_connect },
	[1] = { VCHIQ_VALUE(1), NULL, vchiq_cmd_shutdown },
	[2] = { VCHIQ_WRITES(2, struct vchiq_create_arg), vchiq_get_create,
		vchiq_cmd_create_service },
	[3] = { VCHIQ_VALUE(3), NULL, vchiq_cmd_remove_service },
	[4] = { VCHIQ_READS(4, struct vchiq_message_arg), vchiq_get_message,
		vchiq_cmd_queue_message },
	[5] = { VCHIQ_WRITES(5, struct vchiq_bulk_arg), vchiq_get_bulk_transmit,
		vchiq_cmd_queue_bulk },
	[6] = { VCHIQ_WRITES(6, struct vchiq_bulk_arg), vchiq_get_bulk_receive,
		vchiq_cmd_queue_bulk },
	[7] = { VCHIQ_WRITES(7, struct vchiq_await_arg), vchiq_get_await,
		vchiq_cmd_await_completion },
	[8] = { VCHIQ_WRITES(8, struct vchiq_dequeue_arg), vchiq_get_dequeue,
		vchiq_cmd_dequeue_message },
	[9] = { VCHIQ_VALUE(9), NULL, vchiq_cmd_get_client_id },
	[10] = { VCHIQ_WRITES(10, struct vchiq_config_arg), vchiq_get_config,
		vchiq_cmd_get_config },
	[11] = { VCHIQ_VALUE(11), NULL, vchiq_cmd_close_service },
	[12] = { VCHIQ_VALUE(12), NULL, vchiq_cmd_use_service },
	[13] = { VCHIQ_VALUE(13), NULL, vchiq_cmd_release_service },
	[14] = { VCHIQ_READS(14, struct vchiq_ioc_set_service_option), vchiq_get_option,
		vchiq_cmd_set_service_option },
	[16] = { VCHIQ_VALUE(16), NULL, vchiq_cmd_lib_version },
	[17] = { VCHIQ_VALUE(17), NULL, vchiq_cmd_close_delivered },
	[18] = { VCHIQ_WRITES(18, struct vchiq_ioc_queue_bulk_dmabuf), vchiq_get_bulk_dmabuf,
		vchiq_cmd_queue_bulk },
};

const struct vchiq_layout VCHIQ_LAYOUT = {
	.iocs = vchiq_iocs,
	.nr_iocs = ARRAY_SIZE(vchiq_iocs),
	.is_strict = VCHIQ_LAYOUT_STRICT,
	.get_element = vchiq_get_element,
	.get_msgbuf = vchiq_get_msgbuf,
	.put_completion = vchiq_put_completion,
};
