// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/dma_heap/NAME: where programs look for memory, with the interface of the
 * kernel's DMA heaps, for kernels that have none.
 *
 * A kernel that has them has one of contiguous memory of its own. This one is not
 * entered among those: a heap can never be taken out again, and so would keep the
 * module for ever.
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

static char *heaps = "linux,cma:vidbuf_cached";
module_param(heaps, charp, 0444);
MODULE_PARM_DESC(heaps, "names in /dev/dma_heap of the first VideoCore, separated by colons");

static long vc_sm_heapdev_alloc(struct vc_sm *sm, void __user *uarg)
{
	struct dma_heap_allocation_data arg;
	char comm[TASK_COMM_LEN];
	struct dma_buf *dmabuf;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	if (arg.fd || arg.fd_flags & ~DMA_HEAP_VALID_FD_FLAGS ||
	    arg.heap_flags & ~DMA_HEAP_VALID_HEAP_FLAGS || !arg.len ||
	    arg.len > VC_SM_WINDOW)
		return -EINVAL;
	get_task_comm(comm, current);
	dmabuf = vc_sm_buffer_export(sm, arg.len, VC_SM_CMA,
				     arg.fd_flags & O_ACCMODE, comm, NULL);
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

static int vc_sm_heapdev_register(struct vc_sm *sm, const char *name)
{
	struct vc_sm_heapdev *heapdev = &sm->heapdevs[sm->nr_heapdevs];
	int ret;

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

/* Nobody depends on them: the driver does without what cannot be made. */
void vc_sm_dmaheap_register(struct vc_sm *sm)
{
	char *names, *rest, *name;
	int ret;

	if (sm->index)
		return;
	names = kstrdup(heaps, GFP_KERNEL);
	rest = names;
	while (rest && sm->nr_heapdevs < VC_SM_MAX_HEAPDEVS) {
		name = strsep(&rest, ":");
		if (!name[0])
			continue;
		ret = vc_sm_heapdev_register(sm, name);
		if (ret)
			dev_warn(&sm->vdev->dev, "no heap %s: %d\n", name, ret);
	}
	kfree(names);
}

void vc_sm_dmaheap_unregister(struct vc_sm *sm)
{
	while (sm->nr_heapdevs)
		misc_deregister(&sm->heapdevs[--sm->nr_heapdevs].misc);
}
