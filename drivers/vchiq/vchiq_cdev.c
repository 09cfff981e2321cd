// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/vchiq: the device node of a connection, and what can be done with an open
 * file. The node goes with the driver's binding; files that are open then stay,
 * but every call on them fails.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/compat.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "vchiq_user.h"

#define VCHIQ_CDEV_NAME		"vchiq"
/* VideoCores in one machine. */
#define VCHIQ_CDEV_MINORS	16

/**
 * struct vchiq_cdev_driver - what all devices share
 * @numbers: first device number
 * @indices: numbers of devices in use
 * @works: closes what programs leave behind; may wait for the firmware
 */
struct vchiq_cdev_driver {
	dev_t numbers;
	struct ida indices;
	struct workqueue_struct *works;
};

static struct vchiq_cdev_driver vchiq_cdev_driver = {
	.indices = IDA_INIT(vchiq_cdev_driver.indices),
};

static char *vchiq_cdev_devnode(const struct device *dev, umode_t *mode)
{
	if (mode)
		*mode = 0660;

	return NULL;
}

static const struct class vchiq_cdev_class = {
	.name = VCHIQ_CDEV_NAME,
	.devnode = vchiq_cdev_devnode,
};

/* It is done before the module goes. Return: false if it was queued already. */
bool vchiq_cdev_queue_work(struct work_struct *work)
{
	return queue_work(vchiq_cdev_driver.works, work);
}

/* -----------------------------------------------------------------------------
 * Files
 */

/*
 * The state is looked at under the lock: either the connection breaks before,
 * or vchiq_cdev_break() finds the file.
 */
static int vchiq_cdev_add_user(struct vchiq_cdev *cdev, struct vchiq_user *user)
{
	guard(mutex)(&cdev->lock);
	if (cdev->is_dead)
		return -ENODEV;
	if (READ_ONCE(cdev->conn->state) != VCHIQ_CONN_UP)
		return -ENOTCONN;

	list_add_tail(&user->node, &cdev->users);
	return 0;
}

static int vchiq_cdev_open(struct inode *inode, struct file *file)
{
	struct vchiq_cdev *cdev = container_of(inode->i_cdev, struct vchiq_cdev, cdev);
	struct vchiq_user *user;
	int ret;

	user = vchiq_user_create(cdev);
	if (!user)
		return -ENOMEM;

	ret = vchiq_cdev_add_user(cdev, user);
	if (ret) {
		vchiq_user_put(user);
		return ret;
	}

	file->private_data = user;
	return nonseekable_open(inode, file);
}

static int vchiq_cdev_release(struct inode *inode, struct file *file)
{
	struct vchiq_user *user = file->private_data;

	vchiq_user_end(user);
	vchiq_user_put(user);
	return 0;
}

static long vchiq_cdev_call(struct file *file, const struct vchiq_layout *layout,
			    unsigned int cmd, unsigned long arg)
{
	struct vchiq_user *user = file->private_data;
	int error;
	long ret;

	guard(srcu)(&user->cdev->srcu);
	error = vchiq_user_error(user);
	if (error)
		return error;

	ret = vchiq_layout_ioctl(user, layout, cmd, arg);
	/* If the end of it all is why the call failed, say so. */
	error = vchiq_user_error(user);

	return ret < 0 && error ? error : ret;
}

static long vchiq_cdev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
#ifdef CONFIG_64BIT
	return vchiq_cdev_call(file, &vchiq_layout64, cmd, arg);
#else
	return vchiq_cdev_call(file, &vchiq_layout32, cmd, arg);
#endif
}

#ifdef CONFIG_COMPAT
/*
 * Values need no translation; addresses are 32 bits wide on all machines that
 * have a VideoCore.
 */
static long vchiq_cdev_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return vchiq_cdev_call(file, &vchiq_layout32, cmd, arg);
}
#endif

static __poll_t vchiq_cdev_poll(struct file *file, struct poll_table_struct *table)
{
	struct vchiq_user *user = file->private_data;
	__poll_t mask = 0;

	poll_wait(file, &user->wait, table);
	if (vchiq_user_is_readable(user))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (vchiq_user_error(user))
		mask |= EPOLLHUP | EPOLLERR;

	return mask;
}

static const struct file_operations vchiq_cdev_fops = {
	.owner = THIS_MODULE,
	.poll = vchiq_cdev_poll,
	.unlocked_ioctl = vchiq_cdev_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl = vchiq_cdev_compat_ioctl,
#endif
	.open = vchiq_cdev_open,
	.release = vchiq_cdev_release,
};

/* -----------------------------------------------------------------------------
 * Devices
 */

static void vchiq_cdev_free(struct device *dev)
{
	struct vchiq_cdev *cdev = container_of(dev, struct vchiq_cdev, dev);

	cleanup_srcu_struct(&cdev->srcu);
	mutex_destroy(&cdev->lock);
	kfree(cdev);
}

static struct vchiq_cdev *vchiq_cdev_alloc(struct vchiq_conn *conn)
{
	struct vchiq_cdev *cdev = kzalloc(sizeof(*cdev), GFP_KERNEL);

	if (!cdev)
		return NULL;
	if (init_srcu_struct(&cdev->srcu)) {
		kfree(cdev);
		return NULL;
	}

	cdev->conn = conn;
	mutex_init(&cdev->lock);
	INIT_LIST_HEAD(&cdev->users);
	device_initialize(&cdev->dev);
	cdev->dev.class = &vchiq_cdev_class;
	cdev->dev.parent = conn->dev;
	cdev->dev.release = vchiq_cdev_free;
	cdev_init(&cdev->cdev, &vchiq_cdev_fops);
	cdev->cdev.owner = THIS_MODULE;
	return cdev;
}

static int vchiq_cdev_register(struct vchiq_cdev *cdev)
{
	int ret;

	cdev->dev.devt = vchiq_cdev_driver.numbers + cdev->index;
	if (cdev->index)
		ret = dev_set_name(&cdev->dev, VCHIQ_CDEV_NAME "%d", cdev->index);
	else
		ret = dev_set_name(&cdev->dev, VCHIQ_CDEV_NAME);

	return ret ?: cdev_device_add(&cdev->cdev, &cdev->dev);
}

static void vchiq_cdev_set(struct vchiq_conn *conn, struct vchiq_cdev *cdev)
{
	guard(spinlock)(&conn->lock);
	conn->cdev = cdev;
}

/* Return: the device with a reference, or NULL. */
struct vchiq_cdev *vchiq_cdev_get(struct vchiq_conn *conn)
{
	guard(spinlock)(&conn->lock);
	if (conn->cdev)
		get_device(&conn->cdev->dev);

	return conn->cdev;
}

/**
 * vchiq_cdev_add - make the device node of a connection
 * @conn: the connection, which is up
 *
 * Return: 0 or an errno.
 */
int vchiq_cdev_add(struct vchiq_conn *conn)
{
	struct vchiq_cdev *cdev = vchiq_cdev_alloc(conn);
	int ret;

	if (!cdev)
		return -ENOMEM;

	ret = ida_alloc_max(&vchiq_cdev_driver.indices, VCHIQ_CDEV_MINORS - 1, GFP_KERNEL);
	if (ret < 0)
		goto err_put;
	cdev->index = ret;

	/* Before anybody can open it, so that no file misses a break. */
	vchiq_cdev_set(conn, cdev);
	ret = vchiq_cdev_register(cdev);
	if (ret)
		goto err_free_index;

	return 0;

err_free_index:
	vchiq_cdev_set(conn, NULL);
	ida_free(&vchiq_cdev_driver.indices, cdev->index);
err_put:
	put_device(&cdev->dev);
	return ret;
}

/**
 * vchiq_cdev_break - the connection broke
 * @conn: the connection
 *
 * All calls on open files fail from now on; files opened later are not concerned.
 * Services are closed behind the back of the caller, who may be the receiver.
 *
 * Context: Process context.
 */
void vchiq_cdev_break(struct vchiq_conn *conn)
{
	struct vchiq_cdev *cdev = vchiq_cdev_get(conn);
	struct vchiq_user *user;

	if (!cdev)
		return;

	scoped_guard(mutex, &cdev->lock) {
		list_for_each_entry(user, &cdev->users, node) {
			vchiq_user_fail(user, -ENOTCONN);
			vchiq_user_queue_down(user);
		}
	}
	put_device(&cdev->dev);
}

static struct vchiq_user *vchiq_cdev_first_user(struct vchiq_cdev *cdev)
{
	struct vchiq_user *user;

	guard(mutex)(&cdev->lock);
	user = list_first_entry_or_null(&cdev->users, struct vchiq_user, node);
	if (user)
		vchiq_user_get(user);

	return user;
}

/* Who ended them before does not matter; all of them are. */
static void vchiq_cdev_take_down(struct vchiq_cdev *cdev)
{
	struct vchiq_user *user;

	while ((user = vchiq_cdev_first_user(cdev))) {
		vchiq_user_down(user);
		vchiq_user_put(user);
	}
	synchronize_srcu(&cdev->srcu);
}

/**
 * vchiq_cdev_drain - wait until no file uses a connection that broke
 * @conn: the connection, after vchiq_cdev_break(); it is not up, so that no file
 *	can be opened
 *
 * Context: Process context, not the receiver. Bounded.
 */
void vchiq_cdev_drain(struct vchiq_conn *conn)
{
	struct vchiq_cdev *cdev = vchiq_cdev_get(conn);

	if (!cdev)
		return;

	vchiq_cdev_take_down(cdev);
	put_device(&cdev->dev);
}

static void vchiq_cdev_fail_users(struct vchiq_cdev *cdev)
{
	struct vchiq_user *user;

	guard(mutex)(&cdev->lock);
	cdev->is_dead = true;
	list_for_each_entry(user, &cdev->users, node)
		vchiq_user_fail(user, -ENODEV);
}

/**
 * vchiq_cdev_remove - remove the device node of a connection
 * @conn: the connection
 *
 * On return nobody uses the connection through a file any more.
 *
 * Context: Process context. Bounded.
 */
void vchiq_cdev_remove(struct vchiq_conn *conn)
{
	struct vchiq_cdev *cdev = conn->cdev;

	vchiq_cdev_set(conn, NULL);
	cdev_device_del(&cdev->cdev, &cdev->dev);
	ida_free(&vchiq_cdev_driver.indices, cdev->index);

	vchiq_cdev_fail_users(cdev);
	vchiq_cdev_take_down(cdev);
	put_device(&cdev->dev);
}

int vchiq_cdev_init(void)
{
	int ret;

	vchiq_cdev_driver.works = alloc_workqueue("vchiq-files", WQ_UNBOUND, 0);
	if (!vchiq_cdev_driver.works)
		return -ENOMEM;

	ret = class_register(&vchiq_cdev_class);
	if (ret)
		goto err_destroy_works;

	ret = alloc_chrdev_region(&vchiq_cdev_driver.numbers, 0, VCHIQ_CDEV_MINORS,
				  VCHIQ_CDEV_NAME);
	if (ret)
		goto err_class_unregister;

	return 0;

err_class_unregister:
	class_unregister(&vchiq_cdev_class);
err_destroy_works:
	destroy_workqueue(vchiq_cdev_driver.works);
	return ret;
}

void vchiq_cdev_exit(void)
{
	unregister_chrdev_region(vchiq_cdev_driver.numbers, VCHIQ_CDEV_MINORS);
	class_unregister(&vchiq_cdev_class);
	destroy_workqueue(vchiq_cdev_driver.works);
	ida_destroy(&vchiq_cdev_driver.indices);
}
