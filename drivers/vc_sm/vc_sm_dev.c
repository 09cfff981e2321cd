// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/vc_sm: include/uapi/linux/vc_sm.h.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <uapi/linux/vc_sm.h>

#include "vc_sm_priv.h"

#define VC_SM_ALLOC_FLAGS	(O_CLOEXEC | O_ACCMODE)

static_assert(VC_SM_NAME_LEN == SMEM_NAME_LEN);
static_assert(sizeof(struct vc_sm_alloc) == 64);
static_assert(sizeof(struct vc_sm_import_fd) == 48);
static_assert(sizeof(struct vc_sm_free) == 8);

/**
 * struct vc_sm_file - an open /dev/vc_sm
 * @sm: service; a reference is held
 * @imports: imports of this file, by handle
 */
struct vc_sm_file {
	struct vc_sm *sm;
	struct xarray imports;
};

/* A label from user space; an empty one becomes the name of the program. */
static int vc_sm_check_name(char *name)
{
	char comm[TASK_COMM_LEN];

	if (strnlen(name, VC_SM_NAME_LEN) == VC_SM_NAME_LEN)
		return -EINVAL;
	if (!name[0]) {
		get_task_comm(comm, current);
		strscpy_pad(name, comm, VC_SM_NAME_LEN);
	}
	return 0;
}

static struct dma_buf *vc_sm_ioc_export(struct vc_sm *sm, struct vc_sm_alloc *arg)
{
	if (memchr_inv(arg->reserved, 0, sizeof(arg->reserved)) ||
	    arg->flags & ~VC_SM_ALLOC_FLAGS || !arg->size ||
	    arg->size > VC_SM_WINDOW)
		return ERR_PTR(-EINVAL);
	if (vc_sm_check_name(arg->name))
		return ERR_PTR(-EINVAL);
	return vc_sm_buffer_export(sm, arg->size, arg->flags & O_ACCMODE,
				   arg->name, &arg->vc_handle);
}

static long vc_sm_ioc_alloc(struct vc_sm_file *file, void __user *uarg)
{
	struct vc_sm_alloc arg;
	struct dma_buf *dmabuf;
	int fd;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	dmabuf = vc_sm_ioc_export(file->sm, &arg);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	fd = get_unused_fd_flags(arg.flags & O_CLOEXEC);
	if (fd < 0) {
		dma_buf_put(dmabuf);
		return fd;
	}
	arg.fd = fd;
	if (copy_to_user(uarg, &arg, sizeof(arg))) {
		put_unused_fd(fd);
		dma_buf_put(dmabuf);
		return -EFAULT;
	}
	/* Last, for it cannot be undone. */
	fd_install(fd, dmabuf->file);
	return 0;
}

static struct vc_sm_import *vc_sm_ioc_import_fd(struct vc_sm *sm,
						struct vc_sm_import_fd *arg)
{
	struct vc_sm_import *import;
	struct dma_buf *dmabuf;

	if (arg->flags || arg->reserved || vc_sm_check_name(arg->name))
		return ERR_PTR(-EINVAL);
	dmabuf = dma_buf_get(arg->fd);
	if (IS_ERR(dmabuf))
		return ERR_CAST(dmabuf);
	import = vc_sm_import(sm, dmabuf, arg->name);
	dma_buf_put(dmabuf);
	return import;
}

static long vc_sm_ioc_import(struct vc_sm_file *file, void __user *uarg)
{
	struct vc_sm_import_fd arg;
	struct vc_sm_import *import;
	u32 handle;
	int ret;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	import = vc_sm_ioc_import_fd(file->sm, &arg);
	if (IS_ERR(import))
		return PTR_ERR(import);
	handle = vc_sm_import_handle(import);
	arg.vc_handle = handle;
	if (copy_to_user(uarg, &arg, sizeof(arg))) {
		vc_sm_import_put(import);
		return -EFAULT;
	}
	/* Fails too if the firmware gives one handle twice. */
	ret = xa_insert(&file->imports, handle, import, GFP_KERNEL);
	if (ret)
		vc_sm_import_put(import);
	return ret;
}

static long vc_sm_ioc_free(struct vc_sm_file *file, void __user *uarg)
{
	struct vc_sm_free arg;
	struct vc_sm_import *import;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	if (arg.reserved)
		return -EINVAL;
	import = xa_erase(&file->imports, arg.vc_handle);
	if (!import)
		return -ENXIO;
	vc_sm_import_put(import);
	return 0;
}

static long vc_sm_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	struct vc_sm_file *file = filp->private_data;
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case VC_SM_IOC_ALLOC:
		return vc_sm_ioc_alloc(file, uarg);
	case VC_SM_IOC_IMPORT:
		return vc_sm_ioc_import(file, uarg);
	case VC_SM_IOC_FREE:
		return vc_sm_ioc_free(file, uarg);
	default:
		return -ENOTTY;
	}
}

/* misc_open() has the node's struct miscdevice pinned during this call. */
static int vc_sm_open(struct inode *inode, struct file *filp)
{
	struct vc_sm *sm = container_of(filp->private_data, struct vc_sm, misc);
	struct vc_sm_file *file;

	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file)
		return -ENOMEM;
	file->sm = vc_sm_ref(sm);
	xa_init(&file->imports);
	filp->private_data = file;
	return nonseekable_open(inode, filp);
}

static int vc_sm_release(struct inode *inode, struct file *filp)
{
	struct vc_sm_file *file = filp->private_data;
	struct vc_sm_import *import;
	unsigned long handle;

	xa_for_each(&file->imports, handle, import)
		vc_sm_import_put(import);
	xa_destroy(&file->imports);
	vc_sm_put(file->sm);
	kfree(file);
	return 0;
}

static const struct file_operations vc_sm_fops = {
	.owner = THIS_MODULE,
	.open = vc_sm_open,
	.release = vc_sm_release,
	.unlocked_ioctl = vc_sm_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

int vc_sm_dev_register(struct vc_sm *sm)
{
	if (sm->index)
		snprintf(sm->misc_name, sizeof(sm->misc_name), "vc_sm%d",
			 sm->index);
	else
		strscpy(sm->misc_name, "vc_sm", sizeof(sm->misc_name));
	sm->misc.minor = MISC_DYNAMIC_MINOR;
	sm->misc.name = sm->misc_name;
	sm->misc.fops = &vc_sm_fops;
	sm->misc.parent = &sm->vdev->dev;
	/* Contiguous memory is scarce: who may have it is for udev to say. */
	sm->misc.mode = 0660;
	return misc_register(&sm->misc);
}

void vc_sm_dev_unregister(struct vc_sm *sm)
{
	misc_deregister(&sm->misc);
}
