// SPDX-License-Identifier: GPL-2.0
/*
 * The dma-buf exporter: buffers of contiguous memory.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/iosys-map.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "vc_sm_priv.h"
#include "vc_sm_trace.h"

/**
 * struct vc_sm_buffer - what is behind a dma-buf of ours
 * @node: in vc_sm.buffers
 * @dmabuf: the dma-buf
 * @mem: the memory
 * @import: the VPU's handle of it, or NULL
 * @lock: protects @attachments
 * @attachments: of other devices
 */
struct vc_sm_buffer {
	struct list_head node;
	struct dma_buf *dmabuf;
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
	/* Memory of the VideoCore has no pages. */
	sg_set_page(a->table.sgl, buffer->mem->page, buffer->mem->size, 0);
	a->dev = attachment->dev;
	attachment->priv = a;

	scoped_guard(mutex, &buffer->lock)
		list_add(&a->node, &buffer->attachments);
	trace_vc_sm_buffer_attach(buffer->mem, a->dev);
	return 0;
}

static void vc_sm_buffer_detach(struct dma_buf *dmabuf,
				struct dma_buf_attachment *attachment)
{
	struct vc_sm_buffer *buffer = dmabuf->priv;
	struct vc_sm_attachment *a = attachment->priv;

	scoped_guard(mutex, &buffer->lock)
		list_del(&a->node);
	trace_vc_sm_buffer_detach(buffer->mem, a->dev);
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
	ret = buffer->mem->kind == VC_SM_VC ?
		      vc_sm_heap_map(buffer->mem, a->dev, &a->table) :
		      dma_map_sgtable(a->dev, &a->table, dir, 0);
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
	if (buffer->mem->kind != VC_SM_VC)
		dma_unmap_sgtable(a->dev, table, dir, 0);
}

/*
 * Each device has a view of its own: through caches, or through a copy if it
 * cannot reach the memory. The table of an attachment has one entry.
 */
static void vc_sm_buffer_sync_attachment(struct vc_sm_attachment *a,
					 size_t offset, size_t len,
					 enum dma_data_direction dir,
					 bool is_for_cpu)
{
	dma_addr_t dma = sg_dma_address(a->table.sgl);

	if (!a->mapped)
		return;
	if (is_for_cpu)
		dma_sync_single_range_for_cpu(a->dev, dma, offset, len, dir);
	else
		dma_sync_single_range_for_device(a->dev, dma, offset, len, dir);
}

static void vc_sm_buffer_sync_range(struct vc_sm_buffer *buffer, size_t offset,
				    size_t len, enum dma_data_direction dir,
				    bool is_for_cpu)
{
	struct vc_sm_mem *mem = buffer->mem;
	struct vc_sm_attachment *a;

	/* Nobody's cache has any of it. */
	if (mem->kind == VC_SM_VC)
		return;
	if (is_for_cpu)
		vc_sm_mem_sync_for_cpu(mem, offset, len, dir);
	else
		vc_sm_mem_sync_for_device(mem, offset, len, dir);
	guard(mutex)(&buffer->lock);
	list_for_each_entry(a, &buffer->attachments, node)
		vc_sm_buffer_sync_attachment(a, offset, len, dir, is_for_cpu);
}

static int vc_sm_buffer_begin_cpu_access(struct dma_buf *dmabuf,
					 enum dma_data_direction dir)
{
	vc_sm_buffer_sync_range(dmabuf->priv, 0, dmabuf->size, dir, true);
	return 0;
}

static int vc_sm_buffer_end_cpu_access(struct dma_buf *dmabuf,
				       enum dma_data_direction dir)
{
	vc_sm_buffer_sync_range(dmabuf->priv, 0, dmabuf->size, dir, false);
	return 0;
}

static int vc_sm_buffer_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct vc_sm_buffer *buffer = dmabuf->priv;

	return vc_sm_mem_mmap(buffer->mem, vma);
}

/* One mapping at a time: the core counts who uses it. */
static int vc_sm_buffer_vmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct vc_sm_buffer *buffer = dmabuf->priv;
	void *vaddr;

	vaddr = vc_sm_mem_vmap(buffer->mem);
	if (IS_ERR(vaddr))
		return PTR_ERR(vaddr);
	iosys_map_set_vaddr(map, vaddr);
	return 0;
}

static void vc_sm_buffer_vunmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct vc_sm_buffer *buffer = dmabuf->priv;

	vc_sm_mem_vunmap(buffer->mem, map->vaddr);
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
	struct vc_sm_buffer *buffer = dmabuf->priv;

	scoped_guard(mutex, &buffer->mem->sm->buffers_lock)
		list_del(&buffer->node);
	if (buffer->mem->kind == VC_SM_VC)
		vc_sm_heap_set_mapping(buffer->mem, NULL);
	trace_vc_sm_buffer_release(buffer->mem, NULL);
	vc_sm_buffer_free(buffer);
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
	.vunmap = vc_sm_buffer_vunmap,
};

/* The memory behind @dmabuf if it is one of @sm's own, else NULL. */
struct vc_sm_mem *vc_sm_buffer_mem(struct dma_buf *dmabuf, struct vc_sm *sm)
{
	struct vc_sm_buffer *buffer = dmabuf->priv;

	if (dmabuf->ops != &vc_sm_buffer_ops || buffer->mem->sm != sm)
		return NULL;
	return buffer->mem;
}

#ifdef VC_SM_VCSM_CMA

/* The dma-buf of ours behind @file, which the caller keeps open; or NULL. */
struct dma_buf *vc_sm_buffer_of_file(struct vc_sm *sm, const struct file *file)
{
	struct vc_sm_buffer *buffer;

	guard(mutex)(&sm->buffers_lock);
	list_for_each_entry(buffer, &sm->buffers, node) {
		if (buffer->dmabuf->file != file)
			continue;
		get_dma_buf(buffer->dmabuf);
		return buffer->dmabuf;
	}
	return NULL;
}

#endif

/* As DMA_BUF_IOCTL_SYNC, of a part. -EINVAL: not one of ours, or not in it. */
int vc_sm_buffer_sync(struct dma_buf *dmabuf, size_t offset, size_t len,
		      enum dma_data_direction dir, bool is_for_cpu)
{
	int ret = 0;

	if (dmabuf->ops != &vc_sm_buffer_ops || !len || offset > dmabuf->size ||
	    len > dmabuf->size - offset)
		return -EINVAL;
	if (is_for_cpu)
		ret = vc_sm_wait_fences(dmabuf, dir != DMA_FROM_DEVICE);
	if (!ret)
		vc_sm_buffer_sync_range(dmabuf->priv, offset, len, dir, is_for_cpu);
	return ret;
}

static void vc_sm_buffer_show(struct vc_sm_buffer *buffer, struct seq_file *s)
{
	const struct vc_sm_mem *mem = buffer->mem;
	u32 handle = buffer->import ? vc_sm_import_handle(buffer->import) : 0;
	struct vc_sm_attachment *a;
	char sep = ' ';

	seq_printf(s, "%9lu %#10x %#10llx %10zu %-6s %7d %8u", mem->inode, handle,
		   (u64)mem->dma, mem->size, vc_sm_mem_kind_name(mem), mem->owner,
		   jiffies_to_msecs(jiffies - mem->created));
	scoped_guard(mutex, &buffer->lock) {
		list_for_each_entry(a, &buffer->attachments, node) {
			seq_printf(s, "%c%s", sep, dev_name(a->dev));
			sep = ',';
		}
	}
	seq_puts(s, sep == ' ' ? " - " : " ");
	vc_sm_show_word(s, mem->name);
	seq_putc(s, '\n');
}

void vc_sm_buffers_show(struct vc_sm *sm, struct seq_file *s)
{
	struct vc_sm_buffer *buffer;

	guard(mutex)(&sm->buffers_lock);
	list_for_each_entry(buffer, &sm->buffers, node)
		vc_sm_buffer_show(buffer, s);
}

static struct vc_sm_buffer *vc_sm_buffer_create(struct vc_sm *sm, size_t size,
						enum vc_sm_kind kind,
						const char *name)
{
	struct vc_sm_buffer *buffer;

	buffer = kzalloc(sizeof(*buffer), GFP_KERNEL);
	if (!buffer)
		return ERR_PTR(-ENOMEM);
	buffer->mem = vc_sm_mem_alloc(sm, size, kind, name);
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
	struct vc_sm_mem *mem = buffer->mem;
	DEFINE_DMA_BUF_EXPORT_INFO(exp_info);
	struct dma_buf *dmabuf;

	exp_info.exp_name = "vc_sm";
	exp_info.ops = &vc_sm_buffer_ops;
	exp_info.size = mem->size;
	exp_info.flags = flags;
	exp_info.priv = buffer;
	dmabuf = dma_buf_export(&exp_info);
	if (IS_ERR(dmabuf))
		return dmabuf;
	buffer->dmabuf = dmabuf;
	mem->inode = file_inode(dmabuf->file)->i_ino;
	scoped_guard(mutex, &mem->sm->buffers_lock)
		list_add_tail(&buffer->node, &mem->sm->buffers);
	if (mem->kind == VC_SM_VC)
		vc_sm_heap_set_mapping(mem, dmabuf->file->f_mapping);
	trace_vc_sm_buffer_export(mem, NULL);
	return dmabuf;
}

/*
 * Memory with a dma-buf around it, known to the VPU by *@vc_handle. With
 * @vc_handle NULL the VPU does not hear of it.
 */
struct dma_buf *vc_sm_buffer_export(struct vc_sm *sm, size_t size,
				    enum vc_sm_kind kind, u32 flags,
				    const char *name, u32 *vc_handle)
{
	struct vc_sm_buffer *buffer;
	struct vc_sm_import *import;
	struct dma_buf *dmabuf;

	buffer = vc_sm_buffer_create(sm, size, kind, name);
	if (IS_ERR(buffer))
		return ERR_CAST(buffer);
	dmabuf = vc_sm_buffer_to_dmabuf(buffer, flags);
	if (IS_ERR(dmabuf)) {
		vc_sm_buffer_free(buffer);
		return dmabuf;
	}
	if (!vc_handle)
		return dmabuf;
	import = vc_sm_import_mem(sm, buffer->mem, name);
	if (IS_ERR(import)) {
		dma_buf_put(dmabuf);
		return ERR_CAST(import);
	}
	*vc_handle = vc_sm_import_handle(import);
	scoped_guard(mutex, &sm->buffers_lock)
		buffer->import = import;
	return dmabuf;
}

struct dma_buf *vc_sm_alloc(struct vc_sm *sm, size_t size)
{
	return vc_sm_buffer_export(sm, size, VC_SM_CMA, O_RDWR, NULL, NULL);
}
EXPORT_SYMBOL_GPL(vc_sm_alloc);
