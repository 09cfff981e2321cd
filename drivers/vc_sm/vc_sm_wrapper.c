// SPDX-License-Identifier: GPL-2.0
/*
 * A dma-buf for the memory of another one, that ends the firmware's handle with
 * its last reference. /dev/vcsm-cma promises that its imports end so; nothing else
 * needs it.
 *
 * Whatever is asked of it is asked of the source by the functions of the dma-buf
 * core, as any importer would, so the source never sees an attachment that is not its
 * own. Both have one reservation object, and with it fences and the lock.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/slab.h>

#include "vc_sm_priv.h"

/**
 * struct vc_sm_wrapper - what is behind it
 * @source: the dma-buf; a reference is held
 * @import: the firmware's handle
 */
struct vc_sm_wrapper {
	struct dma_buf *source;
	struct vc_sm_import *import;
};

static int vc_sm_wrapper_attach(struct dma_buf *dmabuf,
				struct dma_buf_attachment *attachment)
{
	struct vc_sm_wrapper *wrapper = dmabuf->priv;
	struct dma_buf_attachment *inner;

	inner = dma_buf_attach(wrapper->source, attachment->dev);
	if (IS_ERR(inner))
		return PTR_ERR(inner);
	attachment->priv = inner;
	return 0;
}

static void vc_sm_wrapper_detach(struct dma_buf *dmabuf,
				 struct dma_buf_attachment *attachment)
{
	struct vc_sm_wrapper *wrapper = dmabuf->priv;

	dma_buf_detach(wrapper->source, attachment->priv);
}

/* The core holds the reservation lock, which is the source's, too. */
static struct sg_table *vc_sm_wrapper_map(struct dma_buf_attachment *attachment,
					  enum dma_data_direction dir)
{
	return dma_buf_map_attachment(attachment->priv, dir);
}

static void vc_sm_wrapper_unmap(struct dma_buf_attachment *attachment,
				struct sg_table *table,
				enum dma_data_direction dir)
{
	dma_buf_unmap_attachment(attachment->priv, table, dir);
}

static int vc_sm_wrapper_begin_cpu_access(struct dma_buf *dmabuf,
					  enum dma_data_direction dir)
{
	struct vc_sm_wrapper *wrapper = dmabuf->priv;

	return dma_buf_begin_cpu_access(wrapper->source, dir);
}

static int vc_sm_wrapper_end_cpu_access(struct dma_buf *dmabuf,
					enum dma_data_direction dir)
{
	struct vc_sm_wrapper *wrapper = dmabuf->priv;

	return dma_buf_end_cpu_access(wrapper->source, dir);
}

/* The mapping is one of the source from here on. */
static int vc_sm_wrapper_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct vc_sm_wrapper *wrapper = dmabuf->priv;

	return dma_buf_mmap(wrapper->source, vma, vma->vm_pgoff);
}

static int vc_sm_wrapper_vmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct vc_sm_wrapper *wrapper = dmabuf->priv;

	return dma_buf_vmap(wrapper->source, map);
}

static void vc_sm_wrapper_vunmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct vc_sm_wrapper *wrapper = dmabuf->priv;

	dma_buf_vunmap(wrapper->source, map);
}

static void vc_sm_wrapper_release(struct dma_buf *dmabuf)
{
	struct vc_sm_wrapper *wrapper = dmabuf->priv;

	vc_sm_import_put(wrapper->import);
	dma_buf_put(wrapper->source);
	kfree(wrapper);
}

#define VC_SM_WRAPPER_OPS \
	.attach = vc_sm_wrapper_attach, \
	.detach = vc_sm_wrapper_detach, \
	.map_dma_buf = vc_sm_wrapper_map, \
	.unmap_dma_buf = vc_sm_wrapper_unmap, \
	.release = vc_sm_wrapper_release, \
	.begin_cpu_access = vc_sm_wrapper_begin_cpu_access, \
	.end_cpu_access = vc_sm_wrapper_end_cpu_access, \
	.mmap = vc_sm_wrapper_mmap

static const struct dma_buf_ops vc_sm_wrapper_ops = {
	VC_SM_WRAPPER_OPS,
	.vmap = vc_sm_wrapper_vmap,
	.vunmap = vc_sm_wrapper_vunmap,
};

/* The core warns of a vmap that fails, but not of one that is not there. */
static const struct dma_buf_ops vc_sm_wrapper_unmapped_ops = {
	VC_SM_WRAPPER_OPS,
};

/* What @dmabuf stands for: itself unless it is one of these. */
struct dma_buf *vc_sm_wrapper_source(struct dma_buf *dmabuf)
{
	struct vc_sm_wrapper *wrapper = dmabuf->priv;

	if (dmabuf->ops != &vc_sm_wrapper_ops &&
	    dmabuf->ops != &vc_sm_wrapper_unmapped_ops)
		return dmabuf;
	return wrapper->source;
}

/* Takes over the caller's use of @import when it succeeds. */
struct dma_buf *vc_sm_wrapper_export(struct dma_buf *dmabuf,
				     struct vc_sm_import *import)
{
	struct dma_buf *source = vc_sm_wrapper_source(dmabuf), *outer;
	DEFINE_DMA_BUF_EXPORT_INFO(exp_info);
	struct vc_sm_wrapper *wrapper;

	wrapper = kzalloc(sizeof(*wrapper), GFP_KERNEL);
	if (!wrapper)
		return ERR_PTR(-ENOMEM);
	exp_info.exp_name = "vcsm-cma";
	exp_info.ops = source->ops->vmap ? &vc_sm_wrapper_ops :
					   &vc_sm_wrapper_unmapped_ops;
	exp_info.size = source->size;
	exp_info.flags = O_RDWR;
	exp_info.resv = source->resv;
	exp_info.priv = wrapper;
	outer = dma_buf_export(&exp_info);
	if (IS_ERR(outer)) {
		kfree(wrapper);
		return outer;
	}
	get_dma_buf(source);
	wrapper->source = source;
	wrapper->import = import;
	return outer;
}
