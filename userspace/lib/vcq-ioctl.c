// SPDX-License-Identifier: GPL-2.0
/*
 * libvcq: the calls of the driver.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <sys/ioctl.h>

#include "vcq-priv.h"

int vcq_ioctl(int fd, unsigned long request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}
