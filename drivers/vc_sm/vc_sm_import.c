// SPDX-License-Identifier: GPL-2.0
/*
 * Imports: memory the VPU has been given a handle of, from the IMPORT message
 * until the VPU has given it back.
 *
 * The client's reference and the VPU's claim end independently. vc_sm.imports
 * holds each import until the VPU's claim has ended; only then is the memory
 * unmapped and let go, on the work queue, where nothing is locked.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/dma-mapping.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "vc_sm_priv.h"

#define CREATE_TRACE_POINTS
#include "vc_sm_trace.h"

/* FREE could not be sent now: try again after this long. */
#define VC_SM_FREE_RETRY_MS	500

static const struct xa_limit vc_sm_id_limit = XA_LIMIT(1, 0x7fffffff);

static void vc_sm_import_destroy(struct kref *ref)
{
	struct vc_sm_import *import =
		container_of(ref, struct vc_sm_import, ref);

	vc_sm_put(import->sm);
	kfree(import);
}

static void vc_sm_import_unref(struct vc_sm_import *import)
{
	kref_put(&import->ref, vc_sm_import_destroy);
}

static void vc_sm_import_queue_work(struct vc_sm_import *import,
				    unsigned int delay_ms)
{
	kref_get(&import->ref);
	if (mod_delayed_work(import->sm->wq, &import->work,
			     msecs_to_jiffies(delay_ms)))
		vc_sm_import_unref(import);
}

/* The one place where the state changes. */
static bool vc_sm_import_event(struct vc_sm_import *import,
			       enum vc_sm_event event)
{
	struct vc_sm *sm = import->sm;
	enum vc_sm_state old = import->state;
	enum vc_sm_state new = vc_sm_state_next(old, event);

	lockdep_assert_held(&sm->lock);

	if (new == VC_SM_NR_STATES) {
		sm->stats.violations++;
		return false;
	}
	if (new == old)
		return true;
	import->state = new;
	trace_vc_sm_import_state(import, old);
	if (old == VC_SM_IMPORTING)
		complete_all(&import->replied);
	if (new == VC_SM_IMPORTED)
		sm->stats.imports++;
	if (new == VC_SM_FREEING)
		import->freed = jiffies;
	if (new == VC_SM_RELEASED && import->vc_handle)
		sm->stats.released++;
	if (new == VC_SM_FREEING || new == VC_SM_RELEASED)
		vc_sm_import_queue_work(import, 0);
	return true;
}

static void vc_sm_import_send_free(struct vc_sm_import *import)
{
	struct vc_sm *sm = import->sm;
	struct smem_resource body = {
		.res_handle = cpu_to_le32(import->vc_handle),
	};
	int ret;

	ret = vc_sm_send(sm, SMEM_FREE, 0, &body, sizeof(body));

	guard(spinlock)(&sm->lock);
	if (ret) {
		/* If the connection is gone, the state is about to say so. */
		if (ret != -ENODEV)
			vc_sm_import_queue_work(import, VC_SM_FREE_RETRY_MS);
		return;
	}
	import->free_sent = true;
	if (!sm->reports_release && import->state == VC_SM_FREEING)
		vc_sm_import_event(import, VC_SM_EV_RELEASED);
}

static void vc_sm_import_let_go(struct vc_sm_import *import)
{
	if (import->mem) {
		vc_sm_mem_put(import->mem);
		return;
	}
	if (import->sgt)
		dma_buf_unmap_attachment_unlocked(import->attach, import->sgt,
						  DMA_BIDIRECTIONAL);
	if (import->attach)
		dma_buf_detach(import->dmabuf, import->attach);
	if (import->dmabuf)
		dma_buf_put(import->dmabuf);
}

static void vc_sm_import_teardown(struct vc_sm_import *import)
{
	struct vc_sm *sm = import->sm;

	scoped_guard(spinlock, &sm->lock) {
		/* Queued twice: the first one did it. */
		if (xa_erase(&sm->imports, import->kernel_id) != import)
			return;
		xa_cmpxchg(&sm->pending, import->trans_id, import, NULL, 0);
	}
	vc_sm_import_let_go(import);
	vc_sm_import_unref(import);
}

static void vc_sm_import_work(struct work_struct *work)
{
	struct vc_sm_import *import =
		container_of(to_delayed_work(work), struct vc_sm_import, work);
	struct vc_sm *sm = import->sm;
	enum vc_sm_state state;
	bool free_sent;

	scoped_guard(spinlock, &sm->lock) {
		state = import->state;
		free_sent = import->free_sent;
	}
	if (state == VC_SM_FREEING && !free_sent)
		vc_sm_import_send_free(import);
	if (state == VC_SM_RELEASED)
		vc_sm_import_teardown(import);
	vc_sm_import_unref(import);
}

static struct vc_sm_import *vc_sm_import_create(struct vc_sm *sm,
						const char *name)
{
	struct vc_sm_import *import;

	import = kzalloc(sizeof(*import), GFP_KERNEL);
	if (!import)
		return NULL;
	kref_init(&import->ref);
	import->sm = vc_sm_ref(sm);
	INIT_DELAYED_WORK(&import->work, vc_sm_import_work);
	init_completion(&import->replied);
	import->owner = task_tgid_nr(current);
	import->created = jiffies;
	strscpy_pad(import->name, name ?: "", sizeof(import->name));
	return import;
}

/* Enter it in vc_sm.imports, which takes a reference. */
static int vc_sm_import_register(struct vc_sm_import *import)
{
	struct vc_sm *sm = import->sm;
	int ret;

	ret = xa_alloc_cyclic(&sm->imports, &import->kernel_id, import,
			      vc_sm_id_limit, &sm->next_kernel_id, GFP_KERNEL);
	if (ret < 0) {
		import->kernel_id = 0;
		return ret;
	}
	kref_get(&import->ref);
	return 0;
}

static int vc_sm_import_send(struct vc_sm_import *import)
{
	struct smem_import body = {
		.type = cpu_to_le32(SMEM_NON_CACHED),
		.addr = cpu_to_le32(import->bus),
		.size = cpu_to_le32(import->size),
		.kernel_id = cpu_to_le32(import->kernel_id),
		.allocator = cpu_to_le32(import->owner),
	};

	memcpy(body.name, import->name, sizeof(body.name));
	return vc_sm_send(import->sm, SMEM_IMPORT, import->trans_id, &body,
			  sizeof(body));
}

/*
 * Send IMPORT. On failure the memory is let go on the work queue, or at once if
 * the import could not even be registered.
 */
static int vc_sm_import_start(struct vc_sm_import *import)
{
	struct vc_sm *sm = import->sm;
	int ret;

	ret = vc_sm_import_register(import);
	if (ret) {
		vc_sm_import_let_go(import);
		return ret;
	}
	ret = xa_alloc_cyclic(&sm->pending, &import->trans_id, import,
			      vc_sm_id_limit, &sm->next_trans_id, GFP_KERNEL);
	scoped_guard(spinlock, &sm->lock) {
		if (ret < 0 || sm->closed) {
			vc_sm_import_event(import, VC_SM_EV_GONE);
			return ret < 0 ? ret : -ENODEV;
		}
		vc_sm_import_event(import, VC_SM_EV_SEND);
	}
	ret = vc_sm_import_send(import);
	if (!ret)
		return 0;
	guard(spinlock)(&sm->lock);
	sm->stats.failed++;
	/* The connection may have broken meanwhile. */
	if (import->state == VC_SM_IMPORTING)
		vc_sm_import_event(import, VC_SM_EV_REFUSED);
	return ret;
}

/* Wait for the reply. A client that gives up leaves the rest to the reply. */
static int vc_sm_import_wait(struct vc_sm_import *import)
{
	unsigned long timeout = msecs_to_jiffies(VC_SM_REPLY_TIMEOUT_MS);
	struct vc_sm *sm = import->sm;
	long left;

	left = wait_for_completion_killable_timeout(&import->replied, timeout);

	guard(spinlock)(&sm->lock);
	if (left <= 0) {
		sm->stats.abandoned++;
		return left ? left : -ETIMEDOUT;
	}
	if (import->state == VC_SM_IMPORTED)
		return 0;
	return import->error ?: -ENODEV;
}

static struct vc_sm_import *vc_sm_import_finish(struct vc_sm_import *import,
						int ret)
{
	if (!ret)
		ret = vc_sm_import_wait(import);
	if (!ret)
		return import;
	if (import->kernel_id)
		vc_sm_import_put(import);
	else
		vc_sm_import_unref(import);
	return ERR_PTR(ret);
}

/* What the VPU is told, or -EINVAL when it could not reach the memory. */
int vc_sm_vpu_address(dma_addr_t dma, size_t size, u32 *bus)
{
	u32 addr = lower_32_bits(dma);

	if (upper_32_bits(dma))
		return -EINVAL;
	if ((addr & ~VC_SM_ALIAS_MASK) + (u64)size > VC_SM_WINDOW)
		return -EINVAL;
	/* A plain physical address: without translation on the bus. */
	if (!(addr & VC_SM_ALIAS_MASK))
		addr |= VC_SM_ALIAS_DIRECT;
	*bus = addr;
	return 0;
}

/* Entries may have been merged or split: it is the addresses that count. */
size_t vc_sm_contiguous_len(struct sg_table *sgt)
{
	struct scatterlist *sg;
	dma_addr_t next = 0;
	size_t len = 0;
	int i;

	for_each_sgtable_dma_sg(sgt, sg, i) {
		if (i && sg_dma_address(sg) != next)
			break;
		len += sg_dma_len(sg);
		next = sg_dma_address(sg) + sg_dma_len(sg);
	}
	return len;
}

/* Leaves what it got in @import, for vc_sm_import_let_go(). */
static int vc_sm_import_attach(struct vc_sm_import *import,
			       struct dma_buf *dmabuf)
{
	struct device *dev = &import->sm->vdev->dev;
	struct dma_buf_attachment *attach;
	struct sg_table *sgt;

	if (!dmabuf->size || dmabuf->size > VC_SM_WINDOW)
		return -EINVAL;
	get_dma_buf(dmabuf);
	import->dmabuf = dmabuf;
	import->size = dmabuf->size;
	attach = dma_buf_attach(dmabuf, dev);
	if (IS_ERR(attach))
		return PTR_ERR(attach);
	import->attach = attach;
	sgt = dma_buf_map_attachment_unlocked(attach, DMA_BIDIRECTIONAL);
	if (IS_ERR(sgt))
		return PTR_ERR(sgt);
	import->sgt = sgt;
	if (vc_sm_contiguous_len(sgt) < dmabuf->size) {
		dev_dbg(dev, "import: buffer of %zu bytes is not contiguous\n",
			dmabuf->size);
		return -EINVAL;
	}
	return vc_sm_vpu_address(sg_dma_address(sgt->sgl), dmabuf->size,
				 &import->bus);
}

/* As vc_sm_import_attach(), with memory of our own. */
static int vc_sm_import_take(struct vc_sm_import *import, struct vc_sm_mem *mem)
{
	kref_get(&mem->ref);
	import->mem = mem;
	import->size = mem->size;
	return vc_sm_vpu_address(mem->dma, mem->size, &import->bus);
}

struct vc_sm_import *vc_sm_import_mem(struct vc_sm *sm, struct vc_sm_mem *mem,
				      const char *name)
{
	struct vc_sm_import *import = vc_sm_import_create(sm, name);
	int ret = -ENODEV;

	if (!import)
		return ERR_PTR(-ENOMEM);
	if (vc_sm_enter(sm)) {
		ret = vc_sm_import_take(import, mem);
		if (ret)
			vc_sm_import_let_go(import);
		else
			ret = vc_sm_import_start(import);
		vc_sm_leave(sm);
	}
	return vc_sm_import_finish(import, ret);
}

struct vc_sm_import *vc_sm_import(struct vc_sm *sm, struct dma_buf *dmabuf,
				  const char *name)
{
	struct vc_sm_mem *mem = vc_sm_buffer_mem(dmabuf, sm);
	struct vc_sm_import *import;
	int ret = -ENODEV;

	/*
	 * Of a buffer of our own only the memory is held, not the dma-buf, which
	 * has a reference to this module: a firmware that never gives it back
	 * would keep the module loaded.
	 */
	if (mem)
		return vc_sm_import_mem(sm, mem, name);
	import = vc_sm_import_create(sm, name);
	if (!import)
		return ERR_PTR(-ENOMEM);
	if (vc_sm_enter(sm)) {
		ret = vc_sm_import_attach(import, dmabuf);
		if (ret)
			vc_sm_import_let_go(import);
		else
			ret = vc_sm_import_start(import);
		vc_sm_leave(sm);
	}
	return vc_sm_import_finish(import, ret);
}
EXPORT_SYMBOL_GPL(vc_sm_import);

/*
 * Memory the VPU asked for and has a handle of already. When the answer has been
 * sent, the caller leaves it to the VPU by vc_sm_import_disown(); if that
 * failed, vc_sm_import_put() takes the memory back.
 */
struct vc_sm_import *vc_sm_import_adopt(struct vc_sm *sm, struct vc_sm_mem *mem,
					u32 vc_handle, const char *name)
{
	struct vc_sm_import *import = vc_sm_import_create(sm, name);
	int ret;

	if (!import)
		return ERR_PTR(-ENOMEM);
	import->vc_handle = vc_handle;
	ret = vc_sm_import_take(import, mem);
	if (!ret)
		ret = vc_sm_import_register(import);
	if (ret) {
		vc_sm_import_let_go(import);
		vc_sm_import_unref(import);
		return ERR_PTR(ret);
	}
	guard(spinlock)(&sm->lock);
	vc_sm_import_event(import, sm->closed ? VC_SM_EV_GONE : VC_SM_EV_ADOPT);
	return import;
}

u32 vc_sm_import_handle(const struct vc_sm_import *import)
{
	return import->vc_handle;
}
EXPORT_SYMBOL_GPL(vc_sm_import_handle);

void vc_sm_import_put(struct vc_sm_import *import)
{
	if (!import)
		return;
	scoped_guard(spinlock, &import->sm->lock)
		vc_sm_import_event(import, VC_SM_EV_PUT);
	vc_sm_import_unref(import);
}
EXPORT_SYMBOL_GPL(vc_sm_import_put);

void vc_sm_import_disown(struct vc_sm_import *import)
{
	vc_sm_import_unref(import);
}

/* A reply to IMPORT; @vc_handle 0: refused. Receiving context. */
void vc_sm_import_replied(struct vc_sm *sm, u32 trans_id, u32 vc_handle)
{
	struct vc_sm_import *import;

	guard(spinlock)(&sm->lock);
	import = xa_erase(&sm->pending, trans_id);
	if (!import) {
		sm->stats.late_replies++;
		return;
	}
	if (!vc_handle) {
		sm->stats.failed++;
		import->error = -EIO;
		vc_sm_import_event(import, VC_SM_EV_REFUSED);
		return;
	}
	import->vc_handle = vc_handle;
	vc_sm_import_event(import, VC_SM_EV_ACCEPTED);
}

/* The VPU gives memory back. Receiving context. */
void vc_sm_import_released(struct vc_sm *sm, const struct smem_released *msg)
{
	u32 kernel_id = le32_to_cpu(msg->kernel_id);
	struct vc_sm_import *import;

	guard(spinlock)(&sm->lock);
	import = xa_load(&sm->imports, kernel_id);
	/* What does not fit may be a mistake: better keep the memory. */
	if (!import || import->vc_handle != le32_to_cpu(msg->vc_handle) ||
	    import->bus != le32_to_cpu(msg->addr) ||
	    import->size != le32_to_cpu(msg->size)) {
		sm->stats.violations++;
		dev_err_ratelimited(&sm->vdev->dev,
				    "RELEASED for unknown memory, id %u\n",
				    kernel_id);
		return;
	}
	vc_sm_import_event(import, VC_SM_EV_RELEASED);
}

/* The connection is gone, and all handles with it. */
void vc_sm_import_all_gone(struct vc_sm *sm)
{
	struct vc_sm_import *import;
	unsigned long id;

	guard(spinlock)(&sm->lock);
	sm->closed = true;
	xa_for_each(&sm->imports, id, import)
		vc_sm_import_event(import, VC_SM_EV_GONE);
}
