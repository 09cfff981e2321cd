// SPDX-License-Identifier: GPL-2.0
/*
 * Imports: memory the VPU has been given a handle of, from the IMPORT message
 * until the VPU has given it back.
 *
 * A buffer has one handle, however many clients import it: they share a struct
 * vc_sm_import as long as one of them uses it. When the last one has put it, it
 * is not shared any more, for the VPU may end the handle at any time; who comes
 * then gets a new one.
 *
 * The clients' references and the VPU's claim end independently. vc_sm.imports
 * holds each import until the VPU's claim has ended; only then is the memory
 * unmapped and let go, on the work queue, where nothing is locked.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "vc_sm_priv.h"

#define CREATE_TRACE_POINTS
#include "vc_sm_trace.h"

/* FREE could not be sent now: try again after this long. */
#define VC_SM_FREE_RETRY_MS	500
/*
 * After ACTION_CLEAN the firmware ends the handle by itself. FREE is for one that
 * does not know this of imports; too early, it could hit a handle used again.
 */
#define VC_SM_CLEAN_MS		1000

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

/* What is due in a new state. */
static void vc_sm_import_entered(struct vc_sm_import *import,
				 enum vc_sm_state state)
{
	struct vc_sm *sm = import->sm;

	if (state != VC_SM_IMPORTING)
		complete_all(&import->replied);
	if (state == VC_SM_IMPORTED)
		sm->stats.imports++;
	if (state == VC_SM_ABANDONED || state == VC_SM_FREEING)
		import->freed = jiffies;
	if (state == VC_SM_RELEASED && import->vc_handle)
		sm->stats.released++;
	if (state == VC_SM_ABANDONED || state == VC_SM_FREEING ||
	    state == VC_SM_RELEASED) {
		hash_del(&import->node);
		vc_sm_import_queue_work(import, 0);
	}
	if (state == VC_SM_ABANDONED || state == VC_SM_FREEING)
		vc_sm_watch_kick(sm);
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
	vc_sm_import_entered(import, new);
	return true;
}

static void vc_sm_import_send_free(struct vc_sm_import *import)
{
	struct vc_sm *sm = import->sm;
	struct smem_resource body = {
		.res_handle = cpu_to_le32(import->vc_handle),
	};
	int ret;

	/* The heap's handle goes with the memory. */
	if (import->mem && import->mem->kind == VC_SM_VC) {
		guard(spinlock)(&sm->lock);
		vc_sm_import_event(import, VC_SM_EV_RELEASED);
		return;
	}
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
		xa_cmpxchg(&sm->pending, import->call.trans_id, &import->call,
			   NULL, 0);
	}
	vc_sm_import_let_go(import);
	vc_sm_import_unref(import);
}

/*
 * Nobody waits for the reply any more. The firmware is told to undo the request,
 * and should it never answer, the memory is not kept for ever.
 */
static void vc_sm_import_give_up(struct vc_sm_import *import, bool is_told)
{
	struct vc_sm *sm = import->sm;
	/* No answer at all to what was cleaned: nobody over there has the handle. */
	unsigned long end = import->freed + msecs_to_jiffies(2 * vc_sm_timeout_ms());
	int ret = -ENODEV;

	/* One that does not report what it releases is told by FREE. */
	if (!is_told && READ_ONCE(sm->reports_release))
		ret = vc_sm_call_clean(sm, SMEM_IMPORT, import->call.trans_id);

	guard(spinlock)(&sm->lock);
	if (!ret)
		import->clean_sent = true;
	if (import->state != VC_SM_ABANDONED)
		return;
	if (time_after_eq(jiffies, end))
		vc_sm_import_event(import, VC_SM_EV_RELEASED);
	else
		vc_sm_import_queue_work(import, VC_SM_FREE_RETRY_MS);
}

static void vc_sm_import_free(struct vc_sm_import *import, bool is_cleaned)
{
	unsigned long due = import->freed + msecs_to_jiffies(VC_SM_CLEAN_MS);

	if (!is_cleaned || time_after_eq(jiffies, due))
		vc_sm_import_send_free(import);
	else
		vc_sm_import_queue_work(import, VC_SM_FREE_RETRY_MS);
}

static void vc_sm_import_work(struct work_struct *work)
{
	struct vc_sm_import *import =
		container_of(to_delayed_work(work), struct vc_sm_import, work);
	struct vc_sm *sm = import->sm;
	enum vc_sm_state state;
	bool clean_sent, free_sent;

	scoped_guard(spinlock, &sm->lock) {
		state = import->state;
		clean_sent = import->clean_sent;
		free_sent = import->free_sent;
	}
	if (state == VC_SM_ABANDONED)
		vc_sm_import_give_up(import, clean_sent);
	if (state == VC_SM_FREEING && !free_sent)
		vc_sm_import_free(import, clean_sent);
	if (state == VC_SM_RELEASED)
		vc_sm_import_teardown(import);
	vc_sm_import_unref(import);
}

/* The answer to IMPORT. Handle 0: refused. Receiving context. */
static void vc_sm_import_replied(struct vc_sm_call *call, const void *data)
{
	struct vc_sm_import *import =
		container_of(call, struct vc_sm_import, call);
	const struct smem_import_result *reply = data;
	struct vc_sm *sm = import->sm;

	lockdep_assert_held(&sm->lock);

	if (!reply) {
		vc_sm_import_event(import, VC_SM_EV_GONE);
		return;
	}
	if (!reply->res_handle) {
		sm->stats.failed++;
		import->error = -EIO;
		vc_sm_import_event(import, VC_SM_EV_REFUSED);
		return;
	}
	import->vc_handle = le32_to_cpu(reply->res_handle);
	vc_sm_import_event(import, VC_SM_EV_ACCEPTED);
}

/* Enter it in vc_sm.imports, which takes a reference. */
static int vc_sm_import_register(struct vc_sm_import *import)
{
	struct vc_sm *sm = import->sm;
	int ret;

	ret = xa_alloc_cyclic(&sm->imports, &import->kernel_id, import,
			      vc_sm_id_limit, &sm->next_kernel_id, GFP_KERNEL);
	if (ret < 0)
		return ret;
	kref_get(&import->ref);
	return 0;
}

/* With one user, registered. */
static struct vc_sm_import *vc_sm_import_create(struct vc_sm *sm,
						const void *key,
						const char *name)
{
	struct vc_sm_import *import;
	int ret;

	import = kzalloc(sizeof(*import), GFP_KERNEL);
	if (!import)
		return ERR_PTR(-ENOMEM);
	kref_init(&import->ref);
	import->sm = vc_sm_ref(sm);
	INIT_DELAYED_WORK(&import->work, vc_sm_import_work);
	init_completion(&import->replied);
	import->call.reply_len = sizeof(struct smem_import_result);
	import->call.done = vc_sm_import_replied;
	import->key = key;
	import->users = 1;
	import->owner = task_tgid_nr(current);
	import->created = jiffies;
	strscpy_pad(import->name, name ?: "", sizeof(import->name));
	ret = vc_sm_import_register(import);
	if (!ret)
		return import;
	vc_sm_import_unref(import);
	return ERR_PTR(ret);
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
	return vc_sm_send_entered(import->sm, SMEM_IMPORT, import->call.trans_id,
				  &body, sizeof(body));
}

/* Send IMPORT. The state says before that a reply may come. */
static int vc_sm_import_start(struct vc_sm_import *import)
{
	struct vc_sm *sm = import->sm;
	int ret;

	scoped_guard(spinlock, &sm->lock)
		vc_sm_import_event(import, VC_SM_EV_SEND);
	ret = vc_sm_call_register(sm, &import->call);
	if (ret)
		return ret;
	return vc_sm_import_send(import);
}

/* It got no further: who waits is told why, and the memory is let go. */
static void vc_sm_import_fail(struct vc_sm_import *import, int error)
{
	struct vc_sm *sm = import->sm;

	guard(spinlock)(&sm->lock);
	/* The connection may have broken meanwhile. */
	if (import->state != VC_SM_NEW && import->state != VC_SM_IMPORTING)
		return;
	if (import->state == VC_SM_IMPORTING)
		sm->stats.failed++;
	import->error = error;
	vc_sm_import_event(import, VC_SM_EV_REFUSED);
}

/*
 * Wait until there is a handle. Who gives up puts the import, and if nobody else
 * waits, it is abandoned.
 */
static int vc_sm_import_wait(struct vc_sm_import *import)
{
	unsigned long timeout = msecs_to_jiffies(vc_sm_timeout_ms());
	struct vc_sm *sm = import->sm;
	long left;

	left = wait_for_completion_interruptible_timeout(&import->replied, timeout);

	guard(spinlock)(&sm->lock);
	if (left <= 0) {
		sm->stats.abandoned++;
		return left ? left : -ETIMEDOUT;
	}
	if (import->state == VC_SM_IMPORTED)
		return 0;
	return import->error ?: -ENODEV;
}

/* An import of @key that can be shared; with one user more. */
static struct vc_sm_import *vc_sm_import_find_locked(struct vc_sm *sm,
						     const void *key)
{
	struct vc_sm_import *import;

	lockdep_assert_held(&sm->lock);

	hash_for_each_possible(sm->by_buffer, import, node, (unsigned long)key) {
		if (import->key != key)
			continue;
		import->users++;
		kref_get(&import->ref);
		sm->stats.shared++;
		return import;
	}
	return NULL;
}

static struct vc_sm_import *vc_sm_import_find(struct vc_sm *sm, const void *key)
{
	guard(spinlock)(&sm->lock);
	return vc_sm_import_find_locked(sm, key);
}

/* Let others share it, unless somebody was quicker: then that one. */
static struct vc_sm_import *vc_sm_import_offer(struct vc_sm_import *import)
{
	struct vc_sm *sm = import->sm;
	struct vc_sm_import *other;

	guard(spinlock)(&sm->lock);
	other = vc_sm_import_find_locked(sm, import->key);
	if (!other)
		hash_add(sm->by_buffer, &import->node,
			 (unsigned long)import->key);
	return other;
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
	import->inode = file_inode(dmabuf->file)->i_ino;
	import->size = dmabuf->size;
	attach = dma_buf_attach(dmabuf, dev);
	if (IS_ERR(attach))
		return PTR_ERR(attach);
	import->attach = attach;
	sgt = dma_buf_map_attachment_unlocked(attach, DMA_BIDIRECTIONAL);
	if (IS_ERR(sgt))
		return PTR_ERR(sgt);
	import->sgt = sgt;
	if (!sgt->nents)
		return -EINVAL;
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
	import->inode = mem->inode;
	import->size = mem->size;
	return vc_sm_vpu_address(mem->dma, mem->size, &import->bus);
}

/* The VPU has a handle of its own memory. */
static int vc_sm_import_heap(struct vc_sm_import *import, struct vc_sm_mem *mem)
{
	int ret;

	ret = vc_sm_import_take(import, mem);
	if (ret)
		return ret;
	guard(spinlock)(&import->sm->lock);
	if (import->sm->closed)
		return -ENODEV;
	import->vc_handle = mem->vc_handle;
	vc_sm_import_event(import, VC_SM_EV_ADOPT);
	return 0;
}

static int vc_sm_import_other(struct vc_sm_import *import, struct vc_sm_mem *mem,
			      struct dma_buf *dmabuf)
{
	int ret;

	ret = mem ? vc_sm_import_take(import, mem) :
		    vc_sm_import_attach(import, dmabuf);
	return ret ?: vc_sm_import_start(import);
}

/* Do the work of a new import; others who found it wait for the result. */
static void vc_sm_import_run(struct vc_sm_import *import, struct vc_sm_mem *mem,
			     struct dma_buf *dmabuf)
{
	int ret;

	if (mem && mem->kind == VC_SM_VC)
		ret = vc_sm_import_heap(import, mem);
	else
		ret = vc_sm_import_other(import, mem, dmabuf);
	if (ret)
		vc_sm_import_fail(import, ret);
}

/* An import of @mem or @dmabuf, with a result yet to come. */
static struct vc_sm_import *vc_sm_import_begin(struct vc_sm *sm,
					       struct vc_sm_mem *mem,
					       struct dma_buf *dmabuf,
					       const char *name)
{
	const void *key = mem ?: (void *)dmabuf;
	struct vc_sm_import *import, *other;

	import = vc_sm_import_find(sm, key);
	if (import)
		return import;
	import = vc_sm_import_create(sm, key, name);
	if (IS_ERR(import))
		return import;
	other = vc_sm_import_offer(import);
	if (!other) {
		vc_sm_import_run(import, mem, dmabuf);
		return import;
	}
	vc_sm_import_fail(import, -EAGAIN);
	vc_sm_import_put(import);
	return other;
}

static struct vc_sm_import *vc_sm_import_get(struct vc_sm *sm,
					     struct vc_sm_mem *mem,
					     struct dma_buf *dmabuf,
					     const char *name)
{
	struct vc_sm_import *import;
	int ret;

	if (!vc_sm_enter(sm))
		return ERR_PTR(-ENODEV);
	import = vc_sm_import_begin(sm, mem, dmabuf, name);
	vc_sm_leave(sm);
	if (IS_ERR(import))
		return import;
	ret = vc_sm_import_wait(import);
	if (!ret)
		return import;
	vc_sm_import_put(import);
	return ERR_PTR(ret);
}

struct vc_sm_import *vc_sm_import_mem(struct vc_sm *sm, struct vc_sm_mem *mem,
				      const char *name)
{
	return vc_sm_import_get(sm, mem, NULL, name);
}

int vc_sm_wait_fences(struct dma_buf *dmabuf, bool vpu_writes)
{
	long left;

	left = dma_resv_wait_timeout(dmabuf->resv,
				     dma_resv_usage_rw(vpu_writes), true,
				     msecs_to_jiffies(vc_sm_timeout_ms()));
	if (left < 0)
		return left;
	return left ? 0 : -EBUSY;
}
EXPORT_SYMBOL_GPL(vc_sm_wait_fences);

struct vc_sm_import *vc_sm_import(struct vc_sm *sm, struct dma_buf *dmabuf,
				  const char *name)
{
	int ret;

	dmabuf = vc_sm_wrapper_source(dmabuf);
	/* What the VPU will do with it is not known: all others must be done. */
	ret = vc_sm_wait_fences(dmabuf, true);
	if (ret)
		return ERR_PTR(ret);
	/*
	 * Of a buffer of our own only the memory is held, not the dma-buf, which
	 * has a reference to this module: a firmware that never gives it back
	 * would keep the module loaded.
	 */
	return vc_sm_import_get(sm, vc_sm_buffer_mem(dmabuf, sm), dmabuf, name);
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
	struct vc_sm_import *import = vc_sm_import_create(sm, mem, name);
	int ret;

	if (IS_ERR(import))
		return import;
	import->is_adopted = true;
	import->vc_handle = vc_handle;
	ret = vc_sm_import_take(import, mem);
	if (ret) {
		vc_sm_import_fail(import, ret);
		vc_sm_import_put(import);
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
	scoped_guard(spinlock, &import->sm->lock) {
		if (!--import->users)
			vc_sm_import_event(import, VC_SM_EV_PUT);
	}
	vc_sm_import_unref(import);
}
EXPORT_SYMBOL_GPL(vc_sm_import_put);

void vc_sm_import_disown(struct vc_sm_import *import)
{
	scoped_guard(spinlock, &import->sm->lock)
		import->users--;
	vc_sm_import_unref(import);
}

/*
 * Does RELEASED speak of this import? Before the reply to IMPORT has come, the
 * handle is not known; the size of what the VPU asked for was rounded up.
 */
static bool vc_sm_import_is_meant(const struct vc_sm_import *import,
				  const struct smem_released *msg)
{
	if (import->bus != le32_to_cpu(msg->addr))
		return false;
	if (import->vc_handle && import->vc_handle != le32_to_cpu(msg->vc_handle))
		return false;
	return import->is_adopted || import->size == le32_to_cpu(msg->size);
}

/* The VPU gives memory back. Receiving context. */
void vc_sm_import_released(struct vc_sm *sm, const struct smem_released *msg)
{
	u32 kernel_id = le32_to_cpu(msg->kernel_id);
	struct vc_sm_import *import;

	guard(spinlock)(&sm->lock);
	import = xa_load(&sm->imports, kernel_id);
	/* What does not fit may be a mistake: better keep the memory. */
	if (!import || !vc_sm_import_is_meant(import, msg)) {
		sm->stats.violations++;
		dev_err_ratelimited(&sm->vdev->dev,
				    "RELEASED for unknown memory, id %u\n",
				    kernel_id);
		return;
	}
	/* Released before it was answered: there will be no handle. */
	if (import->state == VC_SM_IMPORTING)
		import->error = -EIO;
	vc_sm_import_event(import, VC_SM_EV_RELEASED);
}

/* The connection is gone, and all handles with it. */
void vc_sm_import_all_gone(struct vc_sm *sm)
{
	struct vc_sm_import *import;
	unsigned long id;

	guard(spinlock)(&sm->lock);
	sm->closed = true;
	vc_sm_call_all_gone(sm);
	xa_for_each(&sm->imports, id, import) {
		/* Somebody is still at work on it, and will notice. */
		if (import->state != VC_SM_NEW)
			vc_sm_import_event(import, VC_SM_EV_GONE);
	}
}
