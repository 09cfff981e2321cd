// SPDX-License-Identifier: GPL-2.0
/*
 * videobuf2 memory operations on VideoCore shared memory.
 *
 * Every plane is a dma-buf: for V4L2_MEMORY_MMAP one of vc_sm's own, otherwise
 * the one that was imported. vb2_dma_contig_memops does not do here: it frees
 * and maps its memory through the device, and a buffer that is still mapped or
 * exported when the device is unbound then ends up at a wrong address on a bus
 * with dma-ranges, whose translation is gone by that time.
 *
 * Contiguity is not checked here but by vc_sm_import().
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/dma-buf.h>
#include <linux/iosys-map.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/refcount.h>
#include <linux/slab.h>

#include <media/videobuf2-core.h>
#include <media/videobuf2-memops.h>

#include <linux/videocore/vc_sm.h>

#include "../compat.h"

/**
 * struct vc_sm_vb2_buf - a plane
 * @dmabuf: memory; a reference is held
 * @dir: DMA direction of the queue
 * @is_imported: user space brought it, and says itself when its CPU accesses it
 * @ref: held by the queue and by each mapping of an MMAP buffer
 * @handler: counts the mappings
 */
struct vc_sm_vb2_buf {
	struct dma_buf *dmabuf;
	enum dma_data_direction dir;
	bool is_imported;
	refcount_t ref;
	struct vb2_vmarea_handler handler;
};

static void vc_sm_vb2_put(void *priv)
{
	struct vc_sm_vb2_buf *buf = priv;

	if (!refcount_dec_and_test(&buf->ref))
		return;
	dma_buf_put(buf->dmabuf);
	kfree(buf);
}

/* Takes over the reference to @dmabuf when it succeeds. */
static struct vc_sm_vb2_buf *vc_sm_vb2_wrap(struct vb2_buffer *vb,
					    struct dma_buf *dmabuf)
{
	struct vc_sm_vb2_buf *buf;

	buf = kzalloc(sizeof(*buf), GFP_KERNEL);
	if (!buf)
		return ERR_PTR(-ENOMEM);
	buf->dmabuf = dmabuf;
	buf->dir = vb->vb2_queue->dma_dir;
	refcount_set(&buf->ref, 1);
	buf->handler.refcount = &buf->ref;
	buf->handler.put = vc_sm_vb2_put;
	buf->handler.arg = buf;
	return buf;
}

/* @dev is vc_sm_device() of the service that the driver holds. */
static void *vc_sm_vb2_alloc(struct vb2_buffer *vb, struct device *dev,
			     unsigned long size)
{
	struct vc_sm *sm = dev_get_drvdata(dev);
	struct vc_sm_vb2_buf *buf;
	struct dma_buf *dmabuf;

	dmabuf = vc_sm_alloc(sm, size);
	if (IS_ERR(dmabuf))
		return dmabuf;
	buf = vc_sm_vb2_wrap(vb, dmabuf);
	if (IS_ERR(buf))
		dma_buf_put(dmabuf);
	return buf;
}

static struct dma_buf *vc_sm_vb2_get_dmabuf(struct vb2_buffer *vb, void *priv,
					    unsigned long flags)
{
	struct vc_sm_vb2_buf *buf = priv;

	get_dma_buf(buf->dmabuf);
	return buf->dmabuf;
}

/*
 * The mapping keeps the video device's file, not that of the dma-buf: it is the
 * former that keeps the code behind vb2_common_vm_ops loaded.
 */
static int vc_sm_vb2_mmap(void *priv, struct vm_area_struct *vma)
{
	struct vc_sm_vb2_buf *buf = priv;
	int ret;

	ret = buf->dmabuf->ops->mmap(buf->dmabuf, vma);
	if (ret)
		return ret;
	vma->vm_private_data = &buf->handler;
	vma->vm_ops = &vb2_common_vm_ops;
	vma->vm_ops->open(vma);
	return 0;
}

static void vc_sm_vb2_prepare(void *priv)
{
	struct vc_sm_vb2_buf *buf = priv;

	if (!buf->is_imported)
		dma_buf_end_cpu_access(buf->dmabuf, buf->dir);
}

static void vc_sm_vb2_finish(void *priv)
{
	struct vc_sm_vb2_buf *buf = priv;

	if (!buf->is_imported)
		dma_buf_begin_cpu_access(buf->dmabuf, buf->dir);
}

static unsigned int vc_sm_vb2_num_users(void *priv)
{
	struct vc_sm_vb2_buf *buf = priv;

	return refcount_read(&buf->ref);
}

static void *vc_sm_vb2_attach_dmabuf(struct vb2_buffer *vb, struct device *dev,
				     struct dma_buf *dmabuf, unsigned long size)
{
	struct vc_sm_vb2_buf *buf;

	if (dmabuf->size < size)
		return ERR_PTR(-EFAULT);
	buf = vc_sm_vb2_wrap(vb, dmabuf);
	if (IS_ERR(buf))
		return buf;
	get_dma_buf(dmabuf);
	buf->is_imported = true;
	return buf;
}

/* Mapping is the business of vc_sm_import(). */
static int vc_sm_vb2_map_dmabuf(void *priv)
{
	return 0;
}

static void vc_sm_vb2_unmap_dmabuf(void *priv)
{
}

const struct vb2_mem_ops vc_sm_vb2_memops = {
	.alloc = vc_sm_vb2_alloc,
	.put = vc_sm_vb2_put,
	.get_dmabuf = vc_sm_vb2_get_dmabuf,
	.prepare = vc_sm_vb2_prepare,
	.finish = vc_sm_vb2_finish,
	.attach_dmabuf = vc_sm_vb2_attach_dmabuf,
	.detach_dmabuf = vc_sm_vb2_put,
	.map_dmabuf = vc_sm_vb2_map_dmabuf,
	.unmap_dmabuf = vc_sm_vb2_unmap_dmabuf,
	.num_users = vc_sm_vb2_num_users,
	.mmap = vc_sm_vb2_mmap,
};
EXPORT_SYMBOL_GPL(vc_sm_vb2_memops);

/**
 * vc_sm_vb2_plane_dmabuf() - the memory of a plane
 * @vb: buffer of a queue with vc_sm_vb2_memops
 * @plane: number
 *
 * Return: the dma-buf; valid from buf_init to buf_cleanup.
 */
struct dma_buf *vc_sm_vb2_plane_dmabuf(struct vb2_buffer *vb, unsigned int plane)
{
	struct vc_sm_vb2_buf *buf = vb->planes[plane].mem_priv;

	return buf->dmabuf;
}
EXPORT_SYMBOL_GPL(vc_sm_vb2_plane_dmabuf);

MODULE_DESCRIPTION("videobuf2 on VideoCore shared memory");
MODULE_LICENSE("GPL");
VC_IMPORT_NS(DMA_BUF);
