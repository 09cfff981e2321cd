// SPDX-License-Identifier: GPL-2.0
/*
 * The dma-buf exporter: buffers of contiguous memory.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/dma-mapping.h>
#include <linux/iosys-map.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "vc_sm_priv.h"

/**
 * struct vc_sm_buffer - what is behind a dma-buf of ours
 * @mem: the memory
 * @import: the VPU's handle of it, or NULL
 * @lock: protects @attachments
 * @attachments: of other devices
 */
struct vc_sm_buffer {
	struct vc_sm_mem *mem;
	struct vc_sm_import *import;
	struct mutex lock; /* Protects attachments and their members */
	struct list_head attachments;
};

struct vc_sm_attachment {
	struct list_head node;
	struct device *dev;
	struct sg_table table;
	bool mapped;
};

static int vc_sm_buffer_attach(struct dma_buf *dmabuf,
			       struct dma_buf_attachment *attachment)
{
	struct vc_sm_buffer *buffer = dmabuf->priv;
	struct vc_sm_attachment *a;
	int ret;

	a = kzalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return -ENOMEM;
	ret = sg_alloc_table(&a->table, 1, GFP_KERNEL);
	if (ret) {
		kfree(a);
		return ret;
	}
	sg_set_page(a->table.sgl, buffer->mem->page, buffer->mem->size, 0);
	a->dev = attachment->dev;
	attachment->priv = a;

	guard(mutex)(&buffer->lock);
	list_add(&a->node, &buffer->attachments);
	return 0;
}

static void vc_sm_buffer_detach(struct dma_buf *dmabuf,
				struct dma_buf_attachment *attachment)
{
	struct vc_sm_buffer *buffer = dmabuf->priv;
	struct vc_sm_attachment *a = attachment->priv;

	scoped_guard(mutex, &buffer->lock)
		list_del(&a->node);
	sg_free_table(&a->table);
	kfree(a);
}

static struct sg_table *vc_sm_buffer_map(struct dma_buf_attachment *attachment,
					 enum dma_data_direction dir)
{
	struct vc_sm_buffer *buffer = attachment->dmabuf->priv;
	struct vc_sm_attachment *a = attachment->priv;
	int ret;

	guard(mutex)(&buffer->lock);
	ret = dma_map_sgtable(a->dev, &a->table, dir, 0);
	if (ret)
		return ERR_PTR(ret);
	a->mapped = true;
	return &a->table;
}

static void vc_sm_buffer_unmap(struct dma_buf_attachment *attachment,
			       struct sg_table *table,
			       enum dma_data_direction dir)
{
	struct vc_sm_buffer *buffer = attachment->dmabuf->priv;
	struct vc_sm_attachment *a = attachment->priv;

	guard(mutex)(&buffer->lock);
	a->mapped = false;
	dma_unmap_sgtable(a->dev, table, dir, 0);
}

static int vc_sm_buffer_begin_cpu_access(struct dma_buf *dmabuf,
					 enum dma_data_direction dir)
{
	struct vc_sm_buffer *buffer = dmabuf->priv;
	struct vc_sm_attachment *a;

	vc_sm_mem_sync_for_cpu(buffer->mem, dir);
	guard(mutex)(&buffer->lock);
	list_for_each_entry(a, &buffer->attachments, node) {
		if (a->mapped)
			dma_sync_sgtable_for_cpu(a->dev, &a->table, dir);
	}
	return 0;
}

static int vc_sm_buffer_end_cpu_access(struct dma_buf *dmabuf,
				       enum dma_data_direction dir)
{
	struct vc_sm_buffer *buffer = dmabuf->priv;
	struct vc_sm_attachment *a;

	vc_sm_mem_sync_for_device(buffer->mem, dir);
	guard(mutex)(&buffer->lock);
	list_for_each_entry(a, &buffer->attachments, node) {
		if (a->mapped)
			dma_sync_sgtable_for_device(a->dev, &a->table, dir);
	}
	return 0;
}

/* The memory has no device in it here: plain pages, mapped as they are. */
static int vc_sm_buffer_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct vc_sm_buffer *buffer = dmabuf->priv;
	unsigned long nr_pages = buffer->mem->size >> PAGE_SHIFT;

	/* Pages of a private mapping could not be written back. */
	if (!(vma->vm_flags & (VM_SHARED | VM_MAYSHARE)))
		return -EINVAL;
	if (vma->vm_pgoff >= nr_pages ||
	    vma_pages(vma) > nr_pages - vma->vm_pgoff)
		return -EINVAL;
	return remap_pfn_range(vma, vma->vm_start,
			       page_to_pfn(buffer->mem->page) + vma->vm_pgoff,
			       vma_pages(vma) << PAGE_SHIFT, vma->vm_page_prot);
}

static int vc_sm_buffer_vmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct vc_sm_buffer *buffer = dmabuf->priv;

	/* dma_alloc_pages() never hands out high memory. */
	iosys_map_set_vaddr(map, page_address(buffer->mem->page));
	return 0;
}

static void vc_sm_buffer_free(struct vc_sm_buffer *buffer)
{
	/*
	 * The memory stays until the VPU has given it back too: the import has
	 * a reference of its own.
	 */
	vc_sm_import_put(buffer->import);
	vc_sm_mem_put(buffer->mem);
	mutex_destroy(&buffer->lock);
	kfree(buffer);
}

static void vc_sm_buffer_release(struct dma_buf *dmabuf)
{
	vc_sm_buffer_free(dmabuf->priv);
}

static const struct dma_buf_ops vc_sm_buffer_ops = {
	.attach = vc_sm_buffer_attach,
	.detach = vc_sm_buffer_detach,
	.map_dma_buf = vc_sm_buffer_map,
	.unmap_dma_buf = vc_sm_buffer_unmap,
	.release = vc_sm_buffer_release,
	.begin_cpu_access = vc_sm_buffer_begin_cpu_access,
	.end_cpu_access = vc_sm_buffer_end_cpu_access,
	.mmap = vc_sm_buffer_mmap,
	.vmap = vc_sm_buffer_vmap,
};

/* The memory behind @dmabuf if it is one of @sm's own, else NULL. */
struct vc_sm_mem *vc_sm_buffer_mem(struct dma_buf *dmabuf, struct vc_sm *sm)
{
	struct vc_sm_buffer *buffer = dmabuf->priv;

	if (dmabuf->ops != &vc_sm_buffer_ops || buffer->mem->sm != sm)
		return NULL;
	return buffer->mem;
}

static struct vc_sm_buffer *vc_sm_buffer_create(struct vc_sm *sm, size_t size)
{
	struct vc_sm_buffer *buffer;

	buffer = kzalloc(sizeof(*buffer), GFP_KERNEL);
	if (!buffer)
		return ERR_PTR(-ENOMEM);
	buffer->mem = vc_sm_mem_alloc(sm, size);
	if (IS_ERR(buffer->mem)) {
		void *err = buffer->mem;

		kfree(buffer);
		return err;
	}
	mutex_init(&buffer->lock);
	INIT_LIST_HEAD(&buffer->attachments);
	return buffer;
}

static struct dma_buf *vc_sm_buffer_to_dmabuf(struct vc_sm_buffer *buffer,
					      u32 flags)
{
	DEFINE_DMA_BUF_EXPORT_INFO(exp_info);

	exp_info.exp_name = "vc_sm";
	exp_info.ops = &vc_sm_buffer_ops;
	exp_info.size = buffer->mem->size;
	exp_info.flags = flags;
	exp_info.priv = buffer;
	return dma_buf_export(&exp_info);
}

/*
 * Memory with a dma-buf around it, known to the VPU by *@vc_handle. With
 * @vc_handle NULL the VPU does not hear of it.
 */
struct dma_buf *vc_sm_buffer_export(struct vc_sm *sm, size_t size, u32 flags,
				    const char *name, u32 *vc_handle)
{
	struct vc_sm_buffer *buffer;
	struct vc_sm_import *import;
	struct dma_buf *dmabuf;

	buffer = vc_sm_buffer_create(sm, size);
	if (IS_ERR(buffer))
		return ERR_CAST(buffer);
	if (vc_handle) {
		import = vc_sm_import_mem(sm, buffer->mem, name);
		if (IS_ERR(import)) {
			vc_sm_buffer_free(buffer);
			return ERR_CAST(import);
		}
		buffer->import = import;
		*vc_handle = vc_sm_import_handle(import);
	}
	dmabuf = vc_sm_buffer_to_dmabuf(buffer, flags);
	if (IS_ERR(dmabuf))
		vc_sm_buffer_free(buffer);
	return dmabuf;
}

struct dma_buf *vc_sm_alloc(struct vc_sm *sm, size_t size)
{
	return vc_sm_buffer_export(sm, size, O_RDWR, NULL, NULL);
}
EXPORT_SYMBOL_GPL(vc_sm_alloc);
