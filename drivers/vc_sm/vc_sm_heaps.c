// SPDX-License-Identifier: GPL-2.0
/*
 * Entries among the kernel's DMA heaps, where it has them.
 *
 * A heap can never be taken out of the framework again. So the entries are in a
 * module of their own, which stays once it has one: vc_sm lends them its device
 * while it is bound, and can be unloaded. An entry without a device has no memory.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../compat.h"
#include "vc_sm_heaps.h"

/**
 * struct vc_sm_heap - an entry, which is never freed
 * @node: in vc_sm_heaps
 * @name: its name
 * @sem: protects @source; held for reading while it allocates
 * @source: whose memory it is, or NULL
 */
struct vc_sm_heap {
	struct list_head node;
	const char *name;
	struct rw_semaphore sem;
	const struct vc_sm_heap_source *source;
};

/* As global as the framework's own list. */
static LIST_HEAD(vc_sm_heaps);
static DEFINE_MUTEX(vc_sm_heaps_lock);

static struct dma_buf *vc_sm_heap_allocate(struct dma_heap *dma_heap,
					   unsigned long len, u32 fd_flags,
					   u64 heap_flags)
{
	struct vc_sm_heap *heap = dma_heap_get_drvdata(dma_heap);
	struct dma_buf *dmabuf = ERR_PTR(-ENODEV);

	down_read(&heap->sem);
	if (heap->source)
		dmabuf = heap->source->alloc(heap->source, len, fd_flags);
	up_read(&heap->sem);
	return dmabuf;
}

static const struct dma_heap_ops vc_sm_heap_ops = {
	.allocate = vc_sm_heap_allocate,
};

static int vc_sm_heap_enter(struct vc_sm_heap *heap)
{
	struct dma_heap_export_info info = {
		.name = heap->name,
		.ops = &vc_sm_heap_ops,
		.priv = heap,
	};
	struct dma_heap *dma_heap;

	dma_heap = dma_heap_add(&info);
	if (IS_ERR(dma_heap))
		return PTR_ERR(dma_heap);
	__module_get(THIS_MODULE);
	return 0;
}

static struct vc_sm_heap *vc_sm_heap_new(const char *name)
{
	struct vc_sm_heap *heap;
	int ret;

	heap = kzalloc(sizeof(*heap), GFP_KERNEL);
	if (!heap)
		return ERR_PTR(-ENOMEM);
	init_rwsem(&heap->sem);
	heap->name = kstrdup(name, GFP_KERNEL);
	ret = heap->name ? vc_sm_heap_enter(heap) : -ENOMEM;
	if (ret) {
		kfree(heap->name);
		kfree(heap);
		return ERR_PTR(ret);
	}
	list_add(&heap->node, &vc_sm_heaps);
	return heap;
}

static struct vc_sm_heap *vc_sm_heap_get(const char *name)
{
	struct vc_sm_heap *heap;

	lockdep_assert_held(&vc_sm_heaps_lock);
	list_for_each_entry(heap, &vc_sm_heaps, node) {
		if (!strcmp(heap->name, name))
			return heap;
	}
	return vc_sm_heap_new(name);
}

/**
 * vc_sm_heap_lend() - have memory of a device under a name in /dev/dma_heap
 * @name: of the heap, which is entered when there is none of ours yet
 * @source: whose memory it is; stays until vc_sm_heap_take_back()
 *
 * Context: may sleep.
 *
 * Return: 0; -EBUSY when the name has the memory of another device; -EEXIST when
 * the kernel has a heap of that name, of which sysfs complains, too; -ENOMEM.
 */
int vc_sm_heap_lend(const char *name, const struct vc_sm_heap_source *source)
{
	struct vc_sm_heap *heap;
	int ret = 0;

	guard(mutex)(&vc_sm_heaps_lock);
	heap = vc_sm_heap_get(name);
	if (IS_ERR(heap))
		return PTR_ERR(heap);
	down_write(&heap->sem);
	if (heap->source)
		ret = -EBUSY;
	else
		heap->source = source;
	up_write(&heap->sem);
	return ret;
}
EXPORT_SYMBOL_GPL(vc_sm_heap_lend);

/**
 * vc_sm_heap_take_back() - no more memory of a device, under any name
 * @source: that of vc_sm_heap_lend()
 *
 * Context: may sleep; waits for allocations under way, which do not wait for the
 * firmware.
 */
void vc_sm_heap_take_back(const struct vc_sm_heap_source *source)
{
	struct vc_sm_heap *heap;

	guard(mutex)(&vc_sm_heaps_lock);
	list_for_each_entry(heap, &vc_sm_heaps, node) {
		down_write(&heap->sem);
		if (heap->source == source)
			heap->source = NULL;
		up_write(&heap->sem);
	}
}
EXPORT_SYMBOL_GPL(vc_sm_heap_take_back);

VC_IMPORT_NS(DMA_BUF_HEAP);
MODULE_AUTHOR("vc-media project");
MODULE_DESCRIPTION("DMA heaps of memory within reach of the VideoCore");
MODULE_LICENSE("GPL");
