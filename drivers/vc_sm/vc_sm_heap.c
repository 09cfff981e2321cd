// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of the VideoCore's own heap, in the part of the RAM that Linux does not
 * have: SMEM ALLOC and LOCK. It is locked as long as it is allocated, so it stays
 * where it is.
 *
 * The memory is the firmware's. When the connection goes, the firmware may use it
 * for something else: nobody may see it from then on.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "vc_sm_priv.h"

/* FREE could not be sent now: try again after this long. */
#define VC_SM_HEAP_RETRY_MS	500

/* -----------------------------------------------------------------------------
 * End
 */

static void vc_sm_heap_destroy(struct vc_sm_mem *mem)
{
	vc_sm_put(mem->sm);
	kfree(mem);
}

static int vc_sm_heap_send_free(struct vc_sm *sm, u32 handle, u32 bus, bool is_locked)
{
	const struct smem_resource body = {
		.res_handle = cpu_to_le32(handle),
		.res_mem = cpu_to_le32(bus),
	};
	int ret = 0;

	if (is_locked)
		ret = vc_sm_send(sm, SMEM_UNLOCK_NOANS, 0, &body, sizeof(body));
	return ret ?: vc_sm_send(sm, SMEM_FREE, 0, &body, sizeof(body));
}

static void vc_sm_heap_free_work(struct work_struct *work)
{
	struct vc_sm_mem *mem =
		container_of(to_delayed_work(work), struct vc_sm_mem, work);
	struct vc_sm *sm = mem->sm;
	int ret;

	ret = vc_sm_heap_send_free(sm, mem->vc_handle, mem->dma, true);
	scoped_guard(mutex, &sm->heap_lock) {
		if (ret && ret != -ENODEV && !mem->is_gone) {
			queue_delayed_work(sm->wq, &mem->work,
					   msecs_to_jiffies(VC_SM_HEAP_RETRY_MS));
			return;
		}
		list_del(&mem->heap_node);
	}
	vc_sm_heap_destroy(mem);
}

/* The last reference is gone. */
void vc_sm_heap_release(struct vc_sm_mem *mem)
{
	struct vc_sm *sm = mem->sm;

	scoped_guard(mutex, &sm->heap_lock) {
		/* Once the firmware has gone there is no work queue either. */
		if (!mem->is_gone) {
			mem->is_freed = true;
			queue_delayed_work(sm->wq, &mem->work, 0);
			return;
		}
		list_del(&mem->heap_node);
	}
	vc_sm_heap_destroy(mem);
}

/* The firmware has gone, and with it the memory. */
void vc_sm_heap_all_gone(struct vc_sm *sm)
{
	struct vc_sm_mem *mem;

	guard(mutex)(&sm->heap_lock);
	list_for_each_entry(mem, &sm->heap, heap_node) {
		mem->is_gone = true;
		if (mem->mapping)
			unmap_mapping_range(mem->mapping, 0, 0, 1);
		if (mem->is_freed)
			mod_delayed_work(sm->wq, &mem->work, 0);
	}
}

static void vc_sm_heap_gone_work(struct work_struct *work)
{
	vc_sm_heap_all_gone(container_of(work, struct vc_sm, heap_gone));
}

void vc_sm_heap_init(struct vc_sm *sm)
{
	mutex_init(&sm->heap_lock);
	INIT_LIST_HEAD(&sm->heap);
	INIT_WORK(&sm->heap_gone, vc_sm_heap_gone_work);
}

/* -----------------------------------------------------------------------------
 * Allocation
 */

static int vc_sm_heap_ask(struct vc_sm *sm, size_t size, const char *name, u32 *handle)
{
	struct smem_alloc body = {
		/* Cached there, it would keep what the ARM has changed since. */
		.type = cpu_to_le32(SMEM_NON_CACHED),
		.base_unit = cpu_to_le32(size),
		.num_unit = cpu_to_le32(1),
		.alignment = cpu_to_le32(PAGE_SIZE),
		.allocator = cpu_to_le32(task_tgid_nr(current)),
	};
	struct smem_alloc_result result;
	int ret;

	strscpy_pad(body.name, name ?: "", sizeof(body.name));
	ret = vc_sm_call_sync(sm, SMEM_ALLOC, &body, sizeof(body), &result,
			      sizeof(result));
	if (ret)
		return ret;
	*handle = le32_to_cpu(result.res_handle);
	return *handle && result.res_mem ? 0 : -ENOMEM;
}

static int vc_sm_heap_lock(struct vc_sm *sm, u32 handle, u32 *bus)
{
	const struct smem_resource body = { .res_handle = cpu_to_le32(handle) };
	struct smem_lock_result result;
	int ret;

	ret = vc_sm_call_sync(sm, SMEM_LOCK, &body, sizeof(body), &result,
			      sizeof(result));
	if (ret)
		return ret;
	*bus = le32_to_cpu(result.res_mem);
	return *bus ? 0 : -EIO;
}

/*
 * Where the memory is for the ARM. The firmware says so and is not believed: what
 * Linux uses, or the bus does not reach, is never handed out.
 */
static int vc_sm_heap_phys(struct vc_sm *sm, u32 bus, size_t size, phys_addr_t *phys)
{
	struct device *dev = &sm->vdev->dev;
	const struct bus_dma_region *map;
	dma_addr_t dma = bus & ~VC_SM_ALIAS_MASK;
	int ret = -EIO;

	if (!vc_sm_enter(sm))
		return -ENODEV;
	map = dev->dma_range_map;
	if (map)
		dma |= map->dma_start & VC_SM_ALIAS_MASK;
	if (dma + size > dma && dma_to_phys(dev, dma) != DMA_MAPPING_ERROR &&
	    dma_to_phys(dev, dma + size - 1) == dma_to_phys(dev, dma) + size - 1) {
		*phys = dma_to_phys(dev, dma);
		ret = 0;
	}
	vc_sm_leave(sm);
	if (ret)
		return ret;
	if (!PAGE_ALIGNED(*phys) ||
	    region_intersects(*phys, size, IORESOURCE_SYSTEM_RAM,
			      IORES_DESC_NONE) != REGION_DISJOINT)
		return -EIO;
	return 0;
}

/* What was there before is nobody's business. */
static int vc_sm_heap_clear(phys_addr_t phys, size_t size)
{
	void *map = memremap(phys, size, MEMREMAP_WC);

	if (!map)
		return -ENOMEM;
	memset(map, 0, size);
	memunmap(map);
	return 0;
}

static int vc_sm_heap_place(struct vc_sm_mem *mem)
{
	struct vc_sm *sm = mem->sm;
	u32 bus;
	int ret;

	ret = vc_sm_heap_lock(sm, mem->vc_handle, &bus);
	if (ret)
		return ret;
	mem->dma = bus;
	ret = vc_sm_heap_phys(sm, bus, mem->size, &mem->phys);
	if (ret == -EIO) {
		scoped_guard(spinlock, &sm->lock)
			sm->stats.violations++;
		dev_err_ratelimited(&sm->vdev->dev, "the firmware's memory cannot be at %#x\n",
				    bus);
	}
	return ret ?: vc_sm_heap_clear(mem->phys, mem->size);
}

static int vc_sm_heap_enter_list(struct vc_sm_mem *mem)
{
	struct vc_sm *sm = mem->sm;

	guard(mutex)(&sm->heap_lock);
	if (READ_ONCE(sm->closed))
		return -ENODEV;
	list_add_tail(&mem->heap_node, &sm->heap);
	return 0;
}

/* @mem comes with size, name and a reference to the service. */
int vc_sm_heap_alloc(struct vc_sm_mem *mem)
{
	struct vc_sm *sm = mem->sm;
	int ret;

	INIT_DELAYED_WORK(&mem->work, vc_sm_heap_free_work);
	ret = vc_sm_heap_ask(sm, mem->size, mem->name, &mem->vc_handle);
	if (ret)
		return ret;
	ret = vc_sm_heap_place(mem);
	if (!ret)
		ret = vc_sm_heap_enter_list(mem);
	/* Should this be interrupted, too, the block is lost until the next close. */
	if (ret)
		vc_sm_heap_send_free(sm, mem->vc_handle, mem->dma, mem->dma);
	return ret;
}

/* -----------------------------------------------------------------------------
 * Use
 */

static vm_fault_t vc_sm_heap_fault(struct vm_fault *vmf)
{
	struct vc_sm_mem *mem = vmf->vma->vm_private_data;

	/* What is inserted before it goes is found by unmap_mapping_range(). */
	guard(mutex)(&mem->sm->heap_lock);
	if (mem->is_gone || vmf->pgoff >= mem->size >> PAGE_SHIFT)
		return VM_FAULT_SIGBUS;
	return vmf_insert_pfn(vmf->vma, vmf->address,
			      PHYS_PFN(mem->phys) + vmf->pgoff);
}

static const struct vm_operations_struct vc_sm_heap_vm_ops = {
	.fault = vc_sm_heap_fault,
};

int vc_sm_heap_mmap(struct vc_sm_mem *mem, struct vm_area_struct *vma)
{
	if (READ_ONCE(mem->is_gone))
		return -ENODEV;
	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_page_prot = pgprot_writecombine(vma->vm_page_prot);
	vma->vm_private_data = mem;
	vma->vm_ops = &vc_sm_heap_vm_ops;
	return 0;
}

/* Whose mappings are to be taken away; NULL: there are none any more. */
void vc_sm_heap_set_mapping(struct vc_sm_mem *mem, struct address_space *mapping)
{
	guard(mutex)(&mem->sm->heap_lock);
	mem->mapping = mapping;
}

/*
 * The core of dma-buf warns of a vmap that fails: after the firmware has gone, what
 * is mapped is nobody's.
 */
void *vc_sm_heap_vmap(struct vc_sm_mem *mem)
{
	void *map;

	if (READ_ONCE(mem->is_gone)) {
		map = vzalloc(mem->size);
		mem->nowhere = map;
	} else {
		map = memremap(mem->phys, mem->size, MEMREMAP_WC);
	}
	return map ?: ERR_PTR(-ENOMEM);
}

void vc_sm_heap_vunmap(struct vc_sm_mem *mem, void *map)
{
	if (map == mem->nowhere) {
		mem->nowhere = NULL;
		vfree(map);
	} else {
		memunmap(map);
	}
}

/*
 * An address for a device. There are no pages behind the memory, so this is done
 * by hand; no device that shares memory with the VideoCore has an IOMMU.
 */
int vc_sm_heap_map(struct vc_sm_mem *mem, struct device *dev, struct sg_table *table)
{
	dma_addr_t first = phys_to_dma(dev, mem->phys);

	if (READ_ONCE(mem->is_gone))
		return -ENODEV;
	if (device_iommu_mapped(dev) || first == DMA_MAPPING_ERROR || !dev->dma_mask ||
	    first + mem->size - 1 > *dev->dma_mask)
		return -EOPNOTSUPP;
	sg_dma_address(table->sgl) = first;
	sg_dma_len(table->sgl) = mem->size;
	table->nents = 1;
	return 0;
}
