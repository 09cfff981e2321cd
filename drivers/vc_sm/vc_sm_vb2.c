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
 * Contiguity is not checked here but by vc_sm_import(). What that does not take may
 * still do for a port that copies, which wants an address of the CPU's for it.
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
 * @is_too_small: for what user space says is in it
 * @is_unshared: the VPU cannot be given a handle of it
 * @map: where the CPU sees it, once vb2_plane_vaddr() was asked
 * @ref: held by the queue and by each mapping of an MMAP buffer
 * @handler: counts the mappings
 */
struct vc_sm_vb2_buf {
	struct dma_buf *dmabuf;
	enum dma_data_direction dir;
	bool is_imported;
	bool is_too_small;
	bool is_unshared;
	struct iosys_map map;
	refcount_t ref;
	struct vb2_vmarea_handler handler;
};

static void vc_sm_vb2_put(void *priv)
{
	struct vc_sm_vb2_buf *buf = priv;

	if (!refcount_dec_and_test(&buf->ref))
		return;
	if (buf->map.vaddr)
		dma_buf_vunmap_unlocked(buf->dmabuf, &buf->map);
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

/* For who has the buffer. Registers are no memory that pages could be taken of. */
static void *vc_sm_vb2_vaddr(struct vb2_buffer *vb, void *priv)
{
	struct vc_sm_vb2_buf *buf = priv;
	struct iosys_map map;

	if (buf->map.vaddr)
		return buf->map.vaddr;
	if (dma_buf_vmap_unlocked(buf->dmabuf, &map))
		return NULL;
	if (map.is_iomem) {
		dma_buf_vunmap_unlocked(buf->dmabuf, &map);
		return NULL;
	}
	buf->map = map;
	return map.vaddr;
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

	buf = vc_sm_vb2_wrap(vb, dmabuf);
	if (IS_ERR(buf))
		return buf;
	get_dma_buf(dmabuf);
	buf->is_imported = true;
	buf->is_too_small = dmabuf->size < size;
	return buf;
}

/*
 * Mapping is the business of vc_sm_import(). What is refused is refused here: videobuf2
 * (6.12) forgets to put a dma-buf that could not be attached.
 */
static int vc_sm_vb2_map_dmabuf(void *priv)
{
	struct vc_sm_vb2_buf *buf = priv;

	return buf->is_too_small ? -EFAULT : 0;
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
	.vaddr = vc_sm_vb2_vaddr,
	.attach_dmabuf = vc_sm_vb2_attach_dmabuf,
	.detach_dmabuf = vc_sm_vb2_put,
	.map_dmabuf = vc_sm_vb2_map_dmabuf,
	.unmap_dmabuf = vc_sm_vb2_unmap_dmabuf,
	.num_users = vc_sm_vb2_num_users,
	.mmap = vc_sm_vb2_mmap,
};
EXPORT_SYMBOL_GPL(vc_sm_vb2_memops);

/* Memory that is in pieces or out of reach; not a firmware that is gone or busy. */
static bool vc_sm_vb2_may_copy(const struct vc_sm_vb2_buf *buf, int error)
{
	return buf->is_imported && (error == -EINVAL || error == -EIO);
}

struct vc_sm_import *vc_sm_vb2_import(struct vc_sm *sm, struct vb2_buffer *vb,
				      const char *name, bool copies)
{
	struct vc_sm_vb2_buf *buf = vb->planes[0].mem_priv;
	struct vc_sm_import *import;

	import = vc_sm_import(sm, buf->dmabuf, name);
	if (!IS_ERR(import) || !vc_sm_vb2_may_copy(buf, PTR_ERR(import)))
		return import;
	dev_dbg(vc_sm_device(sm), "%s: buffer %u cannot be shared: %pe%s\n", name,
		vb->index, import, copies ? ", so it is copied" : "");
	if (!copies || !vb2_plane_vaddr(vb, 0))
		return import;
	buf->is_unshared = true;
	return NULL;
}
EXPORT_SYMBOL_GPL(vc_sm_vb2_import);

bool vc_sm_vb2_must_copy(struct vb2_queue *q)
{
	const struct vc_sm_vb2_buf *buf;
	struct vb2_buffer *vb;
	unsigned int i;

	for (i = 0; i < q->max_num_buffers; i++) {
		vb = vb2_get_buffer(q, i);
		buf = vb ? vb->planes[0].mem_priv : NULL;
		if (buf && buf->is_unshared)
			return true;
	}
	return false;
}
EXPORT_SYMBOL_GPL(vc_sm_vb2_must_copy);

MODULE_DESCRIPTION("videobuf2 on VideoCore shared memory");
MODULE_LICENSE("GPL");
VC_IMPORT_NS(DMA_BUF);
