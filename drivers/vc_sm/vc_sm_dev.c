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

#include <uapi/linux/dma-buf.h>
#include <uapi/linux/vc_sm.h>

#include "vc_sm_priv.h"

#define VC_SM_ALLOC_FLAGS	(O_CLOEXEC | O_ACCMODE)
#define VC_SM_ALLOC_MEMORY	(VC_SM_ALLOC_VC_HEAP | VC_SM_ALLOC_UNCACHED)

static_assert(VC_SM_NAME_LEN == SMEM_NAME_LEN);
static_assert(sizeof(struct vc_sm_alloc) == 64);
static_assert(sizeof(struct vc_sm_import_fd) == 48);
static_assert(sizeof(struct vc_sm_free) == 8);
static_assert(sizeof(struct vc_sm_sync) == 24);

/**
 * struct vc_sm_file - an open /dev/vc_sm
 * @sm: service; a reference is held
 * @lock: protects @holds
 * @holds: imports of this file, struct vc_sm_hold
 */
struct vc_sm_file {
	struct vc_sm *sm;
	struct mutex lock; /* Protects holds */
	struct list_head holds;
};

/**
 * struct vc_sm_hold - an import of an open file
 * @node: in vc_sm_file.holds
 * @import: the import
 * @handle: the handle that the program was given
 */
struct vc_sm_hold {
	struct list_head node;
	struct vc_sm_import *import;
	u32 handle;
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

/*
 * A descriptor for @dmabuf, told by *@fd, which is in @arg, at @uarg. Takes over the
 * reference in any case.
 */
int vc_sm_give_fd(struct dma_buf *dmabuf, u32 flags, s32 *fd, void __user *uarg,
		  const void *arg, size_t size)
{
	int ret = get_unused_fd_flags(flags & O_CLOEXEC);

	if (ret < 0) {
		dma_buf_put(dmabuf);
		return ret;
	}
	*fd = ret;
	if (copy_to_user(uarg, arg, size)) {
		put_unused_fd(ret);
		dma_buf_put(dmabuf);
		return -EFAULT;
	}
	/* Last, for it cannot be undone. */
	fd_install(ret, dmabuf->file);
	return 0;
}

static struct dma_buf *vc_sm_ioc_export(struct vc_sm *sm, struct vc_sm_alloc *arg)
{
	enum vc_sm_kind kind = VC_SM_CMA;

	if (memchr_inv(arg->reserved, 0, sizeof(arg->reserved)) ||
	    arg->flags & ~VC_SM_ALLOC_FLAGS || !arg->size ||
	    arg->size > VC_SM_WINDOW || arg->memory & ~VC_SM_ALLOC_MEMORY)
		return ERR_PTR(-EINVAL);
	if (vc_sm_check_name(arg->name))
		return ERR_PTR(-EINVAL);
	if (arg->memory & VC_SM_ALLOC_UNCACHED)
		kind = VC_SM_CMA_UNCACHED;
	if (arg->memory & VC_SM_ALLOC_VC_HEAP)
		kind = VC_SM_VC;
	return vc_sm_buffer_export(sm, arg->size, kind, arg->flags & O_ACCMODE,
				   arg->name, &arg->vc_handle);
}

static long vc_sm_ioc_alloc(struct vc_sm_file *file, void __user *uarg)
{
	struct vc_sm_alloc arg;
	struct dma_buf *dmabuf;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	dmabuf = vc_sm_ioc_export(file->sm, &arg);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	return vc_sm_give_fd(dmabuf, arg.flags, &arg.fd, uarg, &arg, sizeof(arg));
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
	struct vc_sm_hold *hold;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	hold = kzalloc(sizeof(*hold), GFP_KERNEL_ACCOUNT);
	if (!hold)
		return -ENOMEM;
	import = vc_sm_ioc_import_fd(file->sm, &arg);
	if (IS_ERR(import)) {
		kfree(hold);
		return PTR_ERR(import);
	}
	hold->import = import;
	hold->handle = vc_sm_import_handle(import);
	arg.vc_handle = hold->handle;
	if (copy_to_user(uarg, &arg, sizeof(arg))) {
		vc_sm_import_put(import);
		kfree(hold);
		return -EFAULT;
	}
	guard(mutex)(&file->lock);
	list_add(&hold->node, &file->holds);
	return 0;
}

/* A handle that was imported several times is there as often. */
static struct vc_sm_hold *vc_sm_file_take(struct vc_sm_file *file, u32 handle)
{
	struct vc_sm_hold *hold;

	guard(mutex)(&file->lock);
	list_for_each_entry(hold, &file->holds, node) {
		if (hold->handle != handle)
			continue;
		list_del(&hold->node);
		return hold;
	}
	return NULL;
}

static void vc_sm_hold_drop(struct vc_sm_hold *hold)
{
	vc_sm_import_put(hold->import);
	kfree(hold);
}

static long vc_sm_ioc_free(struct vc_sm_file *file, void __user *uarg)
{
	struct vc_sm_free arg;
	struct vc_sm_hold *hold;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	if (arg.reserved)
		return -EINVAL;
	hold = vc_sm_file_take(file, arg.vc_handle);
	if (!hold)
		return -ENXIO;
	vc_sm_hold_drop(hold);
	return 0;
}

static enum dma_data_direction vc_sm_sync_dir(u32 flags)
{
	switch (flags & DMA_BUF_SYNC_RW) {
	case DMA_BUF_SYNC_READ:
		return DMA_FROM_DEVICE;
	case DMA_BUF_SYNC_WRITE:
		return DMA_TO_DEVICE;
	case DMA_BUF_SYNC_RW:
		return DMA_BIDIRECTIONAL;
	default:
		return DMA_NONE;
	}
}

static long vc_sm_ioc_sync(void __user *uarg)
{
	struct vc_sm_sync arg;
	struct dma_buf *dmabuf;
	long ret;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	if (arg.flags & ~DMA_BUF_SYNC_VALID_FLAGS_MASK ||
	    vc_sm_sync_dir(arg.flags) == DMA_NONE ||
	    arg.offset > SIZE_MAX || arg.len > SIZE_MAX)
		return -EINVAL;
	dmabuf = dma_buf_get(arg.fd);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	ret = vc_sm_buffer_sync(dmabuf, arg.offset, arg.len,
				vc_sm_sync_dir(arg.flags),
				!(arg.flags & DMA_BUF_SYNC_END));
	dma_buf_put(dmabuf);
	return ret;
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
	case VC_SM_IOC_SYNC:
		return vc_sm_ioc_sync(uarg);
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
	mutex_init(&file->lock);
	INIT_LIST_HEAD(&file->holds);
	filp->private_data = file;
	return nonseekable_open(inode, filp);
}

static int vc_sm_release(struct inode *inode, struct file *filp)
{
	struct vc_sm_file *file = filp->private_data;
	struct vc_sm_hold *hold, *next;

	list_for_each_entry_safe(hold, next, &file->holds, node)
		vc_sm_hold_drop(hold);
	mutex_destroy(&file->lock);
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
	int ret;

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
	ret = misc_register(&sm->misc);
	if (ret)
		return ret;
	vc_sm_dmaheap_register(sm);
	vc_sm_legacy_register(sm);
	return 0;
}

void vc_sm_dev_unregister(struct vc_sm *sm)
{
	vc_sm_legacy_unregister(sm);
	vc_sm_dmaheap_unregister(sm);
	misc_deregister(&sm->misc);
}
