// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/dma_heap/NAME: where programs look for memory. The names are among the
 * kernel's DMA heaps (vc_sm_heaps.c) where a module can add to those; elsewhere they
 * are devices of ours with the same interface.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <uapi/linux/dma-heap.h>

#include "vc_sm_priv.h"

/* A kernel with heaps has one of contiguous memory, which may have the first name. */
#if defined(VC_SM_FRAMEWORK) && IS_ENABLED(CONFIG_DMABUF_HEAPS_CMA)
static char *heaps = "vidbuf_cached";
#else
static char *heaps = "linux,cma:vidbuf_cached";
#endif
module_param(heaps, charp, 0444);
MODULE_PARM_DESC(heaps, "names in /dev/dma_heap of the first VideoCore, separated by colons");

static struct dma_buf *vc_sm_dmaheap_alloc(struct vc_sm *sm, size_t len,
					   u32 fd_flags)
{
	char comm[TASK_COMM_LEN];

	get_task_comm(comm, current);
	return vc_sm_buffer_export(sm, len, VC_SM_CMA, fd_flags & O_ACCMODE,
				   comm, NULL);
}

#ifdef VC_SM_FRAMEWORK

static struct dma_buf *vc_sm_heap_source_alloc(const struct vc_sm_heap_source *source,
					       size_t len, u32 fd_flags)
{
	struct dma_buf *dmabuf;

	if (len > VC_SM_WINDOW)
		return ERR_PTR(-EINVAL);
	dmabuf = vc_sm_dmaheap_alloc(container_of(source, struct vc_sm, heap_source),
				     len, fd_flags);
	/* This module is on its way out, and the heap is taken back in a moment. */
	return dmabuf == ERR_PTR(-ENOENT) ? ERR_PTR(-ENODEV) : dmabuf;
}

static int vc_sm_dmaheap_add(struct vc_sm *sm, const char *name)
{
	sm->heap_source.alloc = vc_sm_heap_source_alloc;
	return vc_sm_heap_lend(name, &sm->heap_source);
}

void vc_sm_dmaheap_unregister(struct vc_sm *sm)
{
	vc_sm_heap_take_back(&sm->heap_source);
}

#else

static long vc_sm_heapdev_alloc(struct vc_sm *sm, void __user *uarg)
{
	struct dma_heap_allocation_data arg;
	struct dma_buf *dmabuf;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	if (arg.fd || arg.fd_flags & ~DMA_HEAP_VALID_FD_FLAGS ||
	    arg.heap_flags & ~DMA_HEAP_VALID_HEAP_FLAGS || !arg.len ||
	    arg.len > VC_SM_WINDOW)
		return -EINVAL;
	dmabuf = vc_sm_dmaheap_alloc(sm, arg.len, arg.fd_flags);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	return vc_sm_give_fd(dmabuf, arg.fd_flags, (s32 *)&arg.fd, uarg, &arg,
			     sizeof(arg));
}

static long vc_sm_heapdev_ioctl(struct file *filp, unsigned int cmd,
				unsigned long arg)
{
	if (cmd != DMA_HEAP_IOCTL_ALLOC)
		return -ENOTTY;
	return vc_sm_heapdev_alloc(filp->private_data, (void __user *)arg);
}

/* misc_open() has the node's struct miscdevice pinned during this call. */
static int vc_sm_heapdev_open(struct inode *inode, struct file *filp)
{
	struct vc_sm_heapdev *heapdev =
		container_of(filp->private_data, struct vc_sm_heapdev, misc);

	filp->private_data = vc_sm_ref(heapdev->sm);
	return nonseekable_open(inode, filp);
}

static int vc_sm_heapdev_release(struct inode *inode, struct file *filp)
{
	vc_sm_put(filp->private_data);
	return 0;
}

static const struct file_operations vc_sm_heapdev_fops = {
	.owner = THIS_MODULE,
	.open = vc_sm_heapdev_open,
	.release = vc_sm_heapdev_release,
	.unlocked_ioctl = vc_sm_heapdev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static int vc_sm_dmaheap_add(struct vc_sm *sm, const char *name)
{
	struct vc_sm_heapdev *heapdev = &sm->heapdevs[sm->nr_heapdevs];
	int ret;

	if (sm->nr_heapdevs == VC_SM_MAX_HEAPDEVS)
		return -ENOSPC;
	if (strchr(name, '/') || name[0] == '.' ||
	    strlen(name) > sizeof(heapdev->name) - sizeof("vc_sm-heap-"))
		return -EINVAL;
	snprintf(heapdev->name, sizeof(heapdev->name), "vc_sm-heap-%s", name);
	snprintf(heapdev->node, sizeof(heapdev->node), "dma_heap/%s", name);
	heapdev->sm = sm;
	heapdev->misc.minor = MISC_DYNAMIC_MINOR;
	heapdev->misc.name = heapdev->name;
	heapdev->misc.nodename = heapdev->node;
	heapdev->misc.fops = &vc_sm_heapdev_fops;
	heapdev->misc.parent = &sm->vdev->dev;
	heapdev->misc.mode = 0660;
	ret = misc_register(&heapdev->misc);
	if (!ret)
		sm->nr_heapdevs++;
	return ret;
}

void vc_sm_dmaheap_unregister(struct vc_sm *sm)
{
	while (sm->nr_heapdevs)
		misc_deregister(&sm->heapdevs[--sm->nr_heapdevs].misc);
}

#endif

/* Nobody depends on them: the driver does without what cannot be made. */
void vc_sm_dmaheap_register(struct vc_sm *sm)
{
	char *names, *rest, *name;
	int ret;

	if (sm->index)
		return;
	names = kstrdup(heaps, GFP_KERNEL);
	rest = names;
	while (rest) {
		name = strsep(&rest, ":");
		if (!name[0])
			continue;
		ret = vc_sm_dmaheap_add(sm, name);
		if (ret)
			dev_warn(&sm->vdev->dev, "no heap %s: %d\n", name, ret);
	}
	kfree(names);
}
