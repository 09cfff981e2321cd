// SPDX-License-Identifier: GPL-2.0
/*
 * Contiguous memory within reach of the VPU. It may outlive the binding of the
 * device, whose DMA set-up is gone then: only pages are used from there on.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "vc_sm_priv.h"

static const char * const vc_sm_kind_names[] = {
	[VC_SM_CMA] = "cma",
	[VC_SM_CMA_UNCACHED] = "cma-wc",
	[VC_SM_VC] = "vc",
};

const char *vc_sm_mem_kind_name(const struct vc_sm_mem *mem)
{
	return vc_sm_kind_names[mem->kind];
}

static int vc_sm_mem_alloc_pages(struct vc_sm_mem *mem)
{
	struct device *dev = &mem->sm->vdev->dev;

	if (!vc_sm_enter(mem->sm))
		return -ENODEV;
	/* Comes zeroed; the sync makes the zeroes visible to the VPU. */
	mem->page = dma_alloc_pages(dev, mem->size, &mem->dma,
				    DMA_BIDIRECTIONAL, GFP_KERNEL | __GFP_NOWARN);
	if (mem->page)
		dma_sync_single_for_device(dev, mem->dma, mem->size,
					   DMA_BIDIRECTIONAL);
	/* What is still in a cache that is snooped would hide what is written past it. */
	if (dev_is_dma_coherent(dev))
		mem->kind = VC_SM_CMA;
	vc_sm_leave(mem->sm);
	return mem->page ? 0 : -ENOMEM;
}

struct vc_sm_mem *vc_sm_mem_alloc(struct vc_sm *sm, size_t size,
				  enum vc_sm_kind kind, const char *name)
{
	struct vc_sm_mem *mem;
	int ret;

	if (!size || size > VC_SM_WINDOW)
		return ERR_PTR(-EINVAL);
	mem = kzalloc(sizeof(*mem), GFP_KERNEL);
	if (!mem)
		return ERR_PTR(-ENOMEM);
	kref_init(&mem->ref);
	mem->sm = vc_sm_ref(sm);
	mem->kind = kind;
	mem->size = PAGE_ALIGN(size);
	mem->owner = task_tgid_nr(current);
	mem->created = jiffies;
	strscpy_pad(mem->name, name ?: "", sizeof(mem->name));
	ret = kind == VC_SM_VC ? vc_sm_heap_alloc(mem) : vc_sm_mem_alloc_pages(mem);
	if (!ret)
		return mem;
	vc_sm_put(sm);
	kfree(mem);
	return ERR_PTR(ret);
}

static void vc_sm_mem_free(struct kref *ref)
{
	struct vc_sm_mem *mem = container_of(ref, struct vc_sm_mem, ref);

	if (mem->kind == VC_SM_VC) {
		vc_sm_heap_release(mem);
		return;
	}
	dma_free_pages(&mem->sm->vdev->dev, mem->size, mem->page, mem->dma,
		       DMA_BIDIRECTIONAL);
	vc_sm_put(mem->sm);
	kfree(mem);
}

void vc_sm_mem_put(struct vc_sm_mem *mem)
{
	kref_put(&mem->ref, vc_sm_mem_free);
}

/* -----------------------------------------------------------------------------
 * Caches. Once the device is unbound, the VPU does not touch the memory any more.
 */

void vc_sm_mem_sync_for_cpu(struct vc_sm_mem *mem, size_t offset, size_t len,
			    enum dma_data_direction dir)
{
	if (mem->kind != VC_SM_CMA || !vc_sm_enter(mem->sm))
		return;
	dma_sync_single_range_for_cpu(&mem->sm->vdev->dev, mem->dma, offset, len,
				      dir);
	vc_sm_leave(mem->sm);
}

void vc_sm_mem_sync_for_device(struct vc_sm_mem *mem, size_t offset, size_t len,
			       enum dma_data_direction dir)
{
	if (mem->kind != VC_SM_CMA || !vc_sm_enter(mem->sm))
		return;
	dma_sync_single_range_for_device(&mem->sm->vdev->dev, mem->dma, offset, len,
					 dir);
	vc_sm_leave(mem->sm);
}

/* -----------------------------------------------------------------------------
 * Mappings
 */

/* The memory has no device in it here: plain pages, mapped as they are. */
int vc_sm_mem_mmap(struct vc_sm_mem *mem, struct vm_area_struct *vma)
{
	unsigned long nr_pages = mem->size >> PAGE_SHIFT;

	/* Pages of a private mapping could not be written back. */
	if (!(vma->vm_flags & (VM_SHARED | VM_MAYSHARE)))
		return -EINVAL;
	if (vma->vm_pgoff >= nr_pages ||
	    vma_pages(vma) > nr_pages - vma->vm_pgoff)
		return -EINVAL;
	if (mem->kind == VC_SM_VC)
		return vc_sm_heap_mmap(mem, vma);
	if (mem->kind == VC_SM_CMA_UNCACHED)
		vma->vm_page_prot = pgprot_writecombine(vma->vm_page_prot);
	return remap_pfn_range(vma, vma->vm_start,
			       page_to_pfn(mem->page) + vma->vm_pgoff,
			       vma_pages(vma) << PAGE_SHIFT, vma->vm_page_prot);
}

static void *vc_sm_mem_vmap_uncached(struct vc_sm_mem *mem)
{
	unsigned int nr_pages = mem->size >> PAGE_SHIFT, i;
	struct page **pages;
	void *map;

	pages = kvmalloc_array(nr_pages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < nr_pages; i++)
		pages[i] = mem->page + i;
	map = vmap(pages, nr_pages, VM_MAP, pgprot_writecombine(PAGE_KERNEL));
	kvfree(pages);
	return map ?: ERR_PTR(-ENOMEM);
}

void *vc_sm_mem_vmap(struct vc_sm_mem *mem)
{
	if (mem->kind == VC_SM_VC)
		return vc_sm_heap_vmap(mem);
	if (mem->kind == VC_SM_CMA_UNCACHED)
		return vc_sm_mem_vmap_uncached(mem);
	/* dma_alloc_pages() never hands out high memory. */
	return page_address(mem->page);
}

void vc_sm_mem_vunmap(struct vc_sm_mem *mem, void *map)
{
	if (mem->kind == VC_SM_VC)
		vc_sm_heap_vunmap(mem, map);
	else if (mem->kind == VC_SM_CMA_UNCACHED)
		vunmap(map);
}
