// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/vcsm-cma, for older programs: include/uapi/linux/vcsm-cma.h. Built with
 * CONFIG_VIDEOCORE_SM_VCSM_CMA, and off unless the module parameter vcsm_cma
 * says otherwise.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <uapi/linux/vcsm-cma.h>

#include "vc_sm_priv.h"

/* What one call may ask for. */
#define VC_SM_LEGACY_MAX_BLOCKS	256
#define VC_SM_LEGACY_MAX_LINES	65536

static_assert(VCSM_CMA_IOC_ALLOC == 0x80404a5a);
static_assert(VCSM_CMA_IOC_IMPORT_DMABUF == 0x80404a5b);
static_assert(VCSM_CMA_IOC_CLEAN_INVALID2 == 0x80084a5c);
static_assert(offsetof(struct vcsm_cma_alloc, name) == 16);
static_assert(offsetof(struct vcsm_cma_alloc, handle) == 48);
static_assert(offsetof(struct vcsm_cma_alloc, dma_addr) == 56);
static_assert(offsetof(struct vcsm_cma_import, name) == 8);
static_assert(offsetof(struct vcsm_cma_import, handle) == 40);
static_assert(offsetof(struct vcsm_cma_import, size) == 48);
static_assert(offsetof(struct vcsm_cma_import, dma_addr) == 56);
static_assert(sizeof(struct vcsm_cma_block) == 16 + sizeof(void *));

static bool vcsm_cma;
module_param(vcsm_cma, bool, 0444);
MODULE_PARM_DESC(vcsm_cma, "make /dev/vcsm-cma, for older programs");

/* As a 32-bit program has it. */
struct vc_sm_block32 {
	u32 mode;
	u32 block_count;
	u32 start;
	u32 block_size;
	u32 stride;
};

static_assert(sizeof(struct vc_sm_block32) == 20);

/* Such a program may leave it without an end, which was never an error. */
static void vc_sm_legacy_name(char *name)
{
	char comm[TASK_COMM_LEN];

	name[VCSM_CMA_NAME_LEN - 1] = '\0';
	if (name[0])
		return;
	get_task_comm(comm, current);
	strscpy_pad(name, comm, VCSM_CMA_NAME_LEN);
}

static enum vc_sm_kind vc_sm_legacy_kind(u32 cached)
{
	if (cached == VCSM_CMA_CACHED_HOST || cached == VCSM_CMA_CACHED_BOTH)
		return VC_SM_CMA;
	return VC_SM_CMA_UNCACHED;
}

static long vc_sm_legacy_alloc(struct vc_sm *sm, void __user *uarg)
{
	struct vcsm_cma_alloc arg;
	struct dma_buf *dmabuf;
	u64 size;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	size = (u64)arg.size * arg.num;
	if (!size || size > VC_SM_WINDOW || arg.cached > VCSM_CMA_CACHED_BOTH)
		return -EINVAL;
	vc_sm_legacy_name(arg.name);
	dmabuf = vc_sm_buffer_export(sm, size, vc_sm_legacy_kind(arg.cached), O_RDWR,
				     arg.name, &arg.vc_handle);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	arg.dma_addr = vc_sm_buffer_mem(dmabuf, sm)->dma;
	return vc_sm_give_fd(dmabuf, O_CLOEXEC, &arg.handle, uarg, &arg, sizeof(arg));
}

static long vc_sm_legacy_import(struct vc_sm *sm, void __user *uarg)
{
	struct dma_buf *dmabuf, *wrapper;
	struct vcsm_cma_import arg;
	struct vc_sm_import *import;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	if (arg.cached > VCSM_CMA_CACHED_BOTH)
		return -EINVAL;
	vc_sm_legacy_name(arg.name);
	dmabuf = dma_buf_get(arg.dmabuf_fd);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	import = vc_sm_import(sm, dmabuf, arg.name);
	if (IS_ERR(import)) {
		dma_buf_put(dmabuf);
		return PTR_ERR(import);
	}
	arg.vc_handle = vc_sm_import_handle(import);
	arg.size = import->size;
	arg.dma_addr = import->bus;
	wrapper = vc_sm_wrapper_export(dmabuf, import);
	dma_buf_put(dmabuf);
	if (IS_ERR(wrapper)) {
		vc_sm_import_put(import);
		return PTR_ERR(wrapper);
	}
	return vc_sm_give_fd(wrapper, O_CLOEXEC, &arg.handle, uarg, &arg, sizeof(arg));
}

/* -----------------------------------------------------------------------------
 * Caches by address
 */

/* The dma-buf of ours that is mapped at @addr, and where in it that is. */
static struct dma_buf *vc_sm_legacy_find(struct vc_sm *sm, unsigned long addr,
					 size_t *offset)
{
	struct mm_struct *mm = current->mm;
	struct dma_buf *dmabuf = NULL;
	struct vm_area_struct *vma;

	if (mmap_read_lock_killable(mm))
		return ERR_PTR(-EINTR);
	vma = vma_lookup(mm, addr);
	if (vma && vma->vm_file)
		dmabuf = vc_sm_buffer_of_file(sm, vma->vm_file);
	if (dmabuf)
		*offset = addr - vma->vm_start + (vma->vm_pgoff << PAGE_SHIFT);
	mmap_read_unlock(mm);
	return dmabuf ?: ERR_PTR(-EFAULT);
}

static int vc_sm_legacy_sync(struct dma_buf *dmabuf, size_t offset, size_t len, u32 mode)
{
	int ret = 0;

	if (mode & VCSM_CMA_CLEAN)
		ret = vc_sm_buffer_sync(dmabuf, offset, len, DMA_TO_DEVICE, false);
	if (!ret && mode & VCSM_CMA_INVALIDATE)
		ret = vc_sm_buffer_sync(dmabuf, offset, len, DMA_FROM_DEVICE, true);
	return ret;
}

static int vc_sm_legacy_block(struct vc_sm *sm, const struct vcsm_cma_block *block)
{
	struct dma_buf *dmabuf;
	size_t offset;
	int ret = 0;
	u32 i;

	if (block->mode > VCSM_CMA_FLUSH || block->block_count > VC_SM_LEGACY_MAX_LINES)
		return -EINVAL;
	if (block->mode == VCSM_CMA_NOP || !block->block_count || !block->block_size)
		return 0;
	dmabuf = vc_sm_legacy_find(sm, (unsigned long)block->start, &offset);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	/* Each line is checked against the buffer, whatever is mapped of it. */
	for (i = 0; i < block->block_count && !ret; i++) {
		ret = vc_sm_legacy_sync(dmabuf, offset, block->block_size, block->mode);
		if (check_add_overflow(offset, (size_t)block->stride, &offset))
			ret = -EINVAL;
	}
	dma_buf_put(dmabuf);
	return ret;
}

static int vc_sm_legacy_get_block(struct vcsm_cma_block *block, void __user *blocks, u32 i)
{
	struct vc_sm_block32 block32;

	if (!in_compat_syscall())
		return copy_from_user(block, blocks + i * sizeof(*block), sizeof(*block)) ?
			       -EFAULT : 0;
	if (copy_from_user(&block32, blocks + i * sizeof(block32), sizeof(block32)))
		return -EFAULT;
	block->mode = block32.mode;
	block->block_count = block32.block_count;
	block->start = (void *)(unsigned long)block32.start;
	block->block_size = block32.block_size;
	block->stride = block32.stride;
	return 0;
}

static long vc_sm_legacy_clean(struct vc_sm *sm, void __user *uarg)
{
	struct vcsm_cma_clean_invalid2 arg;
	struct vcsm_cma_block block;
	int ret = 0;
	u32 i;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	if (arg.op_count > VC_SM_LEGACY_MAX_BLOCKS)
		return -EINVAL;
	for (i = 0; i < arg.op_count && !ret; i++) {
		ret = vc_sm_legacy_get_block(&block, uarg + sizeof(arg), i);
		if (!ret)
			ret = vc_sm_legacy_block(sm, &block);
		if (!ret && fatal_signal_pending(current))
			ret = -EINTR;
	}
	return ret;
}

/* -----------------------------------------------------------------------------
 * Device
 */

static long vc_sm_legacy_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	struct vc_sm *sm = filp->private_data;
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case VCSM_CMA_IOC_ALLOC:
		return vc_sm_legacy_alloc(sm, uarg);
	case VCSM_CMA_IOC_IMPORT_DMABUF:
		return vc_sm_legacy_import(sm, uarg);
	case VCSM_CMA_IOC_CLEAN_INVALID2:
		return vc_sm_legacy_clean(sm, uarg);
	default:
		return -ENOTTY;
	}
}

static int vc_sm_legacy_open(struct inode *inode, struct file *filp)
{
	struct vc_sm *sm = container_of(filp->private_data, struct vc_sm, legacy);

	filp->private_data = vc_sm_ref(sm);
	return nonseekable_open(inode, filp);
}

static int vc_sm_legacy_release(struct inode *inode, struct file *filp)
{
	vc_sm_put(filp->private_data);
	return 0;
}

static const struct file_operations vc_sm_legacy_fops = {
	.owner = THIS_MODULE,
	.open = vc_sm_legacy_open,
	.release = vc_sm_legacy_release,
	.unlocked_ioctl = vc_sm_legacy_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

void vc_sm_legacy_register(struct vc_sm *sm)
{
	int ret;

	if (!vcsm_cma || sm->index)
		return;
	sm->legacy.minor = MISC_DYNAMIC_MINOR;
	sm->legacy.name = "vcsm-cma";
	sm->legacy.fops = &vc_sm_legacy_fops;
	sm->legacy.parent = &sm->vdev->dev;
	/* Unlike the driver it was known from, which had it open to everybody. */
	sm->legacy.mode = 0660;
	ret = misc_register(&sm->legacy);
	sm->has_legacy = !ret;
	if (ret)
		dev_warn(&sm->vdev->dev, "no /dev/vcsm-cma: %d\n", ret);
}

void vc_sm_legacy_unregister(struct vc_sm *sm)
{
	if (sm->has_legacy)
		misc_deregister(&sm->legacy);
}
