// SPDX-License-Identifier: GPL-2.0
/*
 * Commands that ask or set something.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/uaccess.h>

#include "vchiq_user.h"

static int vchiq_user_service_use(struct vchiq_user_service *us)
{
	struct vchiq_service *svc = vchiq_user_service_get_any(us);
	int ret;

	if (!svc)
		return -EINVAL;

	ret = vchiq_service_use(svc);
	vchiq_service_put(svc);
	return ret ? -EINVAL : 0;
}

static int vchiq_user_service_unuse(struct vchiq_user_service *us)
{
	struct vchiq_service *svc = vchiq_user_service_get_any(us);
	int ret;

	if (!svc)
		return -EINVAL;

	ret = vchiq_service_unuse(svc);
	vchiq_service_put(svc);
	return ret ? -EINVAL : 0;
}

long vchiq_cmd_use_service(struct vchiq_user *user, const struct vchiq_layout *layout,
			   union vchiq_args *args)
{
	return vchiq_user_with_service(user, args->value, vchiq_user_service_use);
}

long vchiq_cmd_release_service(struct vchiq_user *user, const struct vchiq_layout *layout,
			       union vchiq_args *args)
{
	return vchiq_user_with_service(user, args->value, vchiq_user_service_unuse);
}

static int vchiq_user_service_client_id(struct vchiq_user_service *us)
{
	struct vchiq_service *svc = vchiq_user_service_get_any(us);
	int id;

	if (!svc)
		return 0;

	/* A negative one would look like an error. */
	id = (us->is_server ? vchiq_service_client_id(svc) : us->client_id) & S32_MAX;
	vchiq_service_put(svc);
	return id;
}

long vchiq_cmd_get_client_id(struct vchiq_user *user, const struct vchiq_layout *layout,
			     union vchiq_args *args)
{
	return vchiq_user_with_service(user, args->value, vchiq_user_service_client_id);
}

/* Of a service that the transport does not know yet. */
static int vchiq_option_check(s32 option, s32 value)
{
	switch (option) {
	case VCHIQ_OPTION_SLOT_QUOTA:
	case VCHIQ_OPTION_MESSAGE_QUOTA:
		return value < 0 || value >= U16_MAX ? -EINVAL : 0;
	case VCHIQ_OPTION_AUTOCLOSE:
	case VCHIQ_OPTION_SYNCHRONOUS:
	case VCHIQ_OPTION_TRACE:
		return 0;
	default:
		return -EINVAL;
	}
}

static int vchiq_user_service_set_option(struct vchiq_user_service *us, s32 option, s32 value)
{
	struct vchiq_service *svc;
	int ret;

	ret = vchiq_option_check(option, value);
	if (ret)
		return ret;

	guard(mutex)(&us->lock);
	svc = vchiq_user_service_get_any(us);
	if (svc) {
		ret = vchiq_service_set_option(svc, option, value);
		vchiq_service_put(svc);
		if (ret)
			return -EINVAL;
	}

	us->options[option] = value;
	__set_bit(option, &us->options_set);
	if (option == VCHIQ_OPTION_AUTOCLOSE) {
		guard(spinlock)(&us->user->lock);
		us->is_autoclose = value;
	}
	return 0;
}

long vchiq_cmd_set_service_option(struct vchiq_user *user, const struct vchiq_layout *layout,
				  union vchiq_args *args)
{
	struct vchiq_user_service *us = vchiq_user_find(user, args->option.handle);
	int ret;

	if (!us)
		return -EINVAL;

	ret = vchiq_user_service_set_option(us, args->option.option, args->option.value);
	vchiq_user_service_put(us);
	return ret;
}

/* A program may know a shorter structure. */
long vchiq_cmd_get_config(struct vchiq_user *user, const struct vchiq_layout *layout,
			  union vchiq_args *args)
{
	const struct vchiq_ioc_config config = {
		.max_msg_size = VCHIQ_MAX_MSG_SIZE,
		.bulk_threshold = VCHIQ_MAX_MSG_SIZE,
		.max_outstanding_bulks = VCHIQ_NUM_SERVICE_BULKS,
		.max_services = VCHIQ_MAX_SERVICES,
		.version = VCHIQ_VERSION,
		.version_min = VCHIQ_VERSION_MIN,
	};

	if (args->config.size > sizeof(config))
		return -EINVAL;
	if (copy_to_user(u64_to_user_ptr(args->config.config), &config, args->config.size))
		return -EFAULT;

	return 0;
}

long vchiq_cmd_lib_version(struct vchiq_user *user, const struct vchiq_layout *layout,
			   union vchiq_args *args)
{
	if (args->value < VCHIQ_LIB_VERSION_MIN)
		return -EINVAL;

	guard(spinlock)(&user->lock);
	if (args->value >= VCHIQ_LIB_VERSION_CLOSE_DELIVERED)
		user->is_close_delivered = true;

	return 0;
}
