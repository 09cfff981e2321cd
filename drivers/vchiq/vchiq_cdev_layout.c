// SPDX-License-Identifier: GPL-2.0
/*
 * From the number of a command to the function that does it. What depends on
 * whether the program is a 64-bit one is in vchiq_cdev_layout64.c and
 * vchiq_cdev_layout32.c.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/nospec.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "vchiq_user.h"

static const struct vchiq_ioc *vchiq_layout_find(const struct vchiq_layout *layout,
						 unsigned int cmd)
{
	unsigned int nr = _IOC_NR(cmd);
	const struct vchiq_ioc *ioc;

	if (nr >= layout->nr_iocs)
		return NULL;

	ioc = &layout->iocs[array_index_nospec(nr, layout->nr_iocs)];

	return ioc->run && ioc->cmd == cmd ? ioc : NULL;
}

/**
 * vchiq_layout_ioctl - do a command
 * @user: the file
 * @layout: layout of the program's structures
 * @cmd: number of the command
 * @arg: address of its structure, or a value
 *
 * Return: what the command returns, -ENOTTY if there is none, -EFAULT if its
 * structure cannot be read.
 */
long vchiq_layout_ioctl(struct vchiq_user *user, const struct vchiq_layout *layout,
			unsigned int cmd, unsigned long arg)
{
	const struct vchiq_ioc *ioc = vchiq_layout_find(layout, cmd);
	void __user *uarg = (void __user *)arg;
	u8 raw[VCHIQ_MAX_IOC_SIZE] __aligned(8);
	union vchiq_args args;

	if (!ioc)
		return -ENOTTY;

	memset(&args, 0, sizeof(args));
	if (!ioc->get) {
		args.value = arg;
		return ioc->run(user, layout, &args);
	}
	if (copy_from_user(raw, uarg, _IOC_SIZE(cmd)))
		return -EFAULT;

	ioc->get(&args, raw, uarg);
	return ioc->run(user, layout, &args);
}
