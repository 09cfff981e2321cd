// SPDX-License-Identifier: GPL-2.0
/*
 * Contiguous memory within reach of the VPU. It may outlive the binding of the
 * device, whose DMA set-up is gone then: only pages are used from there on.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/dma-mapping.h>
#include <linux/slab.h>

#include "vc_sm_priv.h"

struct vc_sm_mem *vc_sm_mem_alloc(struct vc_sm *sm, size_t size)
{
	struct device *dev = &sm->vdev->dev;
	struct vc_sm_mem *mem;

	if (!size || size > VC_SM_WINDOW)
		return ERR_PTR(-EINVAL);
	mem = kzalloc(sizeof(*mem), GFP_KERNEL);
	if (!mem)
		return ERR_PTR(-ENOMEM);
	kref_init(&mem->ref);
	mem->size = PAGE_ALIGN(size);
	if (!vc_sm_enter(sm)) {
		kfree(mem);
		return ERR_PTR(-ENODEV);
	}
	/* Comes zeroed; the sync makes the zeroes visible to the VPU. */
	mem->page = dma_alloc_pages(dev, mem->size, &mem->dma,
				    DMA_BIDIRECTIONAL, GFP_KERNEL | __GFP_NOWARN);
	if (mem->page)
		dma_sync_single_for_device(dev, mem->dma, mem->size,
					   DMA_BIDIRECTIONAL);
	vc_sm_leave(sm);
	if (!mem->page) {
		kfree(mem);
		return ERR_PTR(-ENOMEM);
	}
	mem->sm = vc_sm_ref(sm);
	return mem;
}

static void vc_sm_mem_free(struct kref *ref)
{
	struct vc_sm_mem *mem = container_of(ref, struct vc_sm_mem, ref);

	dma_free_pages(&mem->sm->vdev->dev, mem->size, mem->page, mem->dma,
		       DMA_BIDIRECTIONAL);
	vc_sm_put(mem->sm);
	kfree(mem);
}

void vc_sm_mem_put(struct vc_sm_mem *mem)
{
	kref_put(&mem->ref, vc_sm_mem_free);
}

/* Once the device is unbound, the VPU does not touch the memory any more. */
void vc_sm_mem_sync_for_cpu(struct vc_sm_mem *mem, enum dma_data_direction dir)
{
	if (!vc_sm_enter(mem->sm))
		return;
	dma_sync_single_for_cpu(&mem->sm->vdev->dev, mem->dma, mem->size, dir);
	vc_sm_leave(mem->sm);
}

void vc_sm_mem_sync_for_device(struct vc_sm_mem *mem,
			       enum dma_data_direction dir)
{
	if (!vc_sm_enter(mem->sm))
		return;
	dma_sync_single_for_device(&mem->sm->vdev->dev, mem->dma, mem->size, dir);
	vc_sm_leave(mem->sm);
}
