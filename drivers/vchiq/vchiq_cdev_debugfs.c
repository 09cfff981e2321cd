// SPDX-License-Identifier: GPL-2.0
/*
 * Who has the device open, in debugfs.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "vchiq_user.h"

static const char * const vchiq_user_states[] = {
	[VCHIQ_USER_HIDDEN] = "hidden",
	[VCHIQ_USER_LISTENING] = "listening",
	[VCHIQ_USER_OPENING] = "opening",
	[VCHIQ_USER_OPEN] = "open",
	[VCHIQ_USER_CLOSING] = "closing",
	[VCHIQ_USER_CLOSED] = "closed",
};

static void vchiq_show_user_service(struct seq_file *file, struct vchiq_user_service *us)
{
	char name[] = {
		us->fourcc >> 24, us->fourcc >> 16, us->fourcc >> 8, us->fourcc, '\0'
	};

	guard(spinlock)(&us->user->lock);
	seq_printf(file, "  service %#x \"%*pE\" %s%s%s messages %u uses %u\n", us->handle, 4, name,
		   vchiq_user_states[us->state], us->is_server ? " server" : "",
		   us->is_overrun ? " overrun" : "", us->nr_messages,
		   us->svc ? READ_ONCE(us->svc->use_count) : 0);
}

static void vchiq_show_user(struct seq_file *file, struct vchiq_user *user)
{
	struct vchiq_user_service *us;
	unsigned long index = 0;

	scoped_guard(spinlock, &user->lock)
		seq_printf(file, "pid %d \"%*pE\"%s%s%s completions %u held %u bytes %zu\n",
			   user->pid, (int)strlen(user->comm), user->comm,
			   user->is_connected ? " connected" : "", user->is_shut ? " shut" : "",
			   user->error ? " ended" : "", user->nr_events, user->nr_held,
			   user->bytes_held);

	while ((us = vchiq_user_next(user, &index))) {
		vchiq_show_user_service(file, us);
		vchiq_user_service_put(us);
	}
}

static int clients_show(struct seq_file *file, void *data)
{
	struct vchiq_conn *conn = file->private;
	struct vchiq_cdev *cdev = vchiq_cdev_get(conn);
	struct vchiq_user *user;

	if (!cdev)
		return 0;

	scoped_guard(mutex, &cdev->lock) {
		list_for_each_entry(user, &cdev->users, node)
			vchiq_show_user(file, user);
	}
	put_device(&cdev->dev);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(clients);

void vchiq_cdev_debugfs_add(struct vchiq_conn *conn)
{
	debugfs_create_file("clients", 0400, conn->debugfs, conn, &clients_fops);
}
