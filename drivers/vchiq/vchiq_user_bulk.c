// SPDX-License-Identifier: GPL-2.0
/*
 * Bulks of users: memory of the program, pinned while the firmware may touch it,
 * or a dma-buf.
 *
 * The memory is let go of when the firmware is done with it, also when program
 * and file have long gone. A wait that a signal interrupts is remembered with
 * the thread, which picks it up by repeating the call.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "vchiq_user.h"

/* A bulk of 64 KiB, wherever it begins. */
#define VCHIQ_USER_FEW_PAGES	17

/**
 * struct vchiq_user_bulk - a bulk of a user
 * @ref: one for who posts and waits, one for the completion, one for the memory
 * @bulk: the transport's view of it
 * @mem: the memory, the transport's view
 * @us: its service, until it is completed
 * @event: to be queued when it is completed, or NULL
 * @handle: of its service
 * @done: it is completed
 * @node: in vchiq_user.waits
 * @pid: thread that waits
 * @pages: pinned pages: @few, or an array of their own
 * @nr_pages: how many
 * @few: room for not too many
 * @unpin_work: lets go of them
 * @buf: the dma-buf, instead of pages
 */
struct vchiq_user_bulk {
	struct kref ref;
	struct vchiq_bulk bulk;
	struct vchiq_bulk_mem mem;
	struct vchiq_user_service *us;
	struct vchiq_user_event *event;
	u32 handle;
	struct completion done;
	struct list_head node;
	struct pid *pid;
	struct page **pages;
	unsigned int nr_pages;
	struct page *few[VCHIQ_USER_FEW_PAGES];
	struct work_struct unpin_work;
	struct vchiq_user_dmabuf buf;
};

/* -----------------------------------------------------------------------------
 * Memory
 */

static void vchiq_user_bulk_release(struct kref *ref)
{
	struct vchiq_user_bulk *ub = container_of(ref, struct vchiq_user_bulk, ref);

	if (ub->pages != ub->few)
		kvfree(ub->pages);
	kfree(ub->event);
	put_pid(ub->pid);
	kfree(ub);
}

static void vchiq_user_bulk_put(struct vchiq_user_bulk *ub)
{
	kref_put(&ub->ref, vchiq_user_bulk_release);
}

static void vchiq_user_bulk_unpin(struct vchiq_user_bulk *ub)
{
	unpin_user_pages_dirty_lock(ub->pages, ub->nr_pages, ub->bulk.to_host);
}

static void vchiq_user_unpin_work(struct work_struct *work)
{
	struct vchiq_user_bulk *ub = container_of(work, struct vchiq_user_bulk, unpin_work);

	vchiq_user_bulk_unpin(ub);
	vchiq_user_bulk_put(ub);
}

/*
 * To be made dirty a page is locked, and who holds that lock of a page in a file
 * may be waiting for a file system of some program.
 */
static bool vchiq_user_bulk_may_block(const struct vchiq_user_bulk *ub)
{
	struct folio *folio;
	unsigned int i;

	for (i = 0; ub->bulk.to_host && i < ub->nr_pages; i++) {
		folio = page_folio(ub->pages[i]);
		if (!folio_test_dirty(folio) && !folio_test_anon(folio))
			return true;
	}

	return false;
}

static void vchiq_user_bulk_put_memory(struct vchiq_user_bulk *ub)
{
	if (ub->buf.dmabuf)
		vchiq_user_dmabuf_put(&ub->buf);
	else
		vchiq_user_bulk_unpin(ub);
}

/* The firmware is done with the memory. Called by the receiver, mostly. */
static void vchiq_user_bulk_mem_release(struct vchiq_bulk_mem *mem)
{
	struct vchiq_user_bulk *ub = container_of(mem, struct vchiq_user_bulk, mem);

	if (!ub->buf.dmabuf && vchiq_user_bulk_may_block(ub)) {
		vchiq_cdev_queue_work(&ub->unpin_work);
		return;
	}
	vchiq_user_bulk_put_memory(ub);
	vchiq_user_bulk_put(ub);
}

static struct page **vchiq_user_bulk_pages(struct vchiq_user_bulk *ub, unsigned int count)
{
	if (count <= ARRAY_SIZE(ub->few))
		return ub->few;

	return kvmalloc_array(count, sizeof(*ub->pages), GFP_KERNEL);
}

static int vchiq_user_bulk_pin(struct vchiq_user_bulk *ub, const struct vchiq_args_bulk *args)
{
	unsigned int offset = args->data & ~PAGE_MASK;
	unsigned int count, flags = ub->bulk.to_host ? FOLL_WRITE : 0;
	int ret;

	if (!args->data || !args->size || args->size > S32_MAX - PAGE_SIZE)
		return -EIO;

	count = DIV_ROUND_UP(offset + args->size, PAGE_SIZE);
	ub->pages = vchiq_user_bulk_pages(ub, count);
	if (!ub->pages)
		return -ENOMEM;

	ret = pin_user_pages_fast(args->data & PAGE_MASK, count, flags, ub->pages);
	if (ret != count) {
		if (ret > 0)
			unpin_user_pages(ub->pages, ret);
		return ret == -ENOMEM || ret == -EINTR ? ret : -EIO;
	}

	ub->nr_pages = count;
	ub->mem.pages = ub->pages;
	ub->mem.nr_pages = count;
	ub->mem.offset = offset;
	return 0;
}

/*
 * The firmware fills whole cache lines. The transport copies the ends of pages,
 * but cannot get at those of a dma-buf.
 */
static bool vchiq_user_bulk_has_lines(const struct vchiq_user_bulk *ub, struct vchiq_service *svc,
				      const struct vchiq_args_bulk *args)
{
	dma_addr_t start = sg_dma_address(ub->buf.sgt->sgl) + args->offset;

	return !args->to_host || IS_ALIGNED(start | (start + args->size), svc->conn->line_size);
}

static int vchiq_user_bulk_import(struct vchiq_user_bulk *ub, struct vchiq_service *svc,
				  const struct vchiq_args_bulk *args)
{
	int ret;

	ret = vchiq_user_dmabuf_get(&ub->buf, vchiq_service_dma_dev(svc), args);
	if (ret)
		return ret;

	if (!vchiq_user_bulk_has_lines(ub, svc, args)) {
		vchiq_user_dmabuf_put(&ub->buf);
		return -EINVAL;
	}

	ub->mem.sgt = ub->buf.sgt;
	ub->mem.offset = args->offset;
	return 0;
}

/* -----------------------------------------------------------------------------
 * Completion
 */

static enum vchiq_reason vchiq_user_bulk_reason(const struct vchiq_bulk *bulk)
{
	if (bulk->to_host)
		return bulk->status ? VCHIQ_REASON_BULK_RECEIVE_ABORTED :
				      VCHIQ_REASON_BULK_RECEIVE_DONE;

	return bulk->status ? VCHIQ_REASON_BULK_TRANSMIT_ABORTED :
			      VCHIQ_REASON_BULK_TRANSMIT_DONE;
}

static void vchiq_user_bulk_complete(struct vchiq_service *svc, struct vchiq_bulk *bulk)
{
	struct vchiq_user_bulk *ub = container_of(bulk, struct vchiq_user_bulk, bulk);
	struct vchiq_user_event *event = ub->event;
	struct vchiq_user_service *us = ub->us;

	if (event) {
		ub->event = NULL;
		event->reason = vchiq_user_bulk_reason(bulk);
		vchiq_user_queue(us, event);
	}
	ub->us = NULL;
	complete(&ub->done);
	vchiq_user_service_put(us);
	vchiq_user_bulk_put(ub);
}

/* -----------------------------------------------------------------------------
 * Waits that a signal interrupted
 */

static bool vchiq_user_pid_is_gone(struct pid *pid)
{
	guard(rcu)();

	return !pid_task(pid, PIDTYPE_PID);
}

/* Return: the wait of @pid or, without one, of some thread that has ended. */
static struct vchiq_user_bulk *vchiq_user_waits_take(struct vchiq_user *user, struct pid *pid)
{
	struct vchiq_user_bulk *ub;

	guard(spinlock)(&user->lock);
	list_for_each_entry(ub, &user->waits, node) {
		if (pid ? ub->pid != pid : !vchiq_user_pid_is_gone(ub->pid))
			continue;
		list_del_init(&ub->node);
		return ub;
	}

	return NULL;
}

/* A thread that has ended will not repeat its call. */
static void vchiq_user_waits_prune(struct vchiq_user *user)
{
	struct vchiq_user_bulk *ub;

	while ((ub = vchiq_user_waits_take(user, NULL)))
		vchiq_user_bulk_put(ub);
}

/* What this thread waited for before does not matter any more. */
static void vchiq_user_waits_cancel(struct vchiq_user *user)
{
	struct vchiq_user_bulk *ub = vchiq_user_waits_take(user, task_pid(current));

	if (ub)
		vchiq_user_bulk_put(ub);
}

static void vchiq_user_waits_add(struct vchiq_user *user, struct vchiq_user_bulk *ub)
{
	vchiq_user_waits_prune(user);
	guard(spinlock)(&user->lock);
	list_add(&ub->node, &user->waits);
}

void vchiq_user_bulks_forget(struct vchiq_user *user)
{
	struct vchiq_user_bulk *ub, *tmp;
	LIST_HEAD(waits);

	scoped_guard(spinlock, &user->lock)
		list_splice_init(&user->waits, &waits);
	list_for_each_entry_safe(ub, tmp, &waits, node)
		vchiq_user_bulk_put(ub);
}

static bool vchiq_user_bulk_is_done(void *ub)
{
	return completion_done(&((struct vchiq_user_bulk *)ub)->done);
}

/* The caller's reference goes to the list of waits, or is given back. */
static int vchiq_user_bulk_wait(struct vchiq_user *user, struct vchiq_user_bulk *ub,
				s32 __user *mode_to)
{
	int ret;

	vchiq_poll(user->cdev->conn, &user->bulk_luck, vchiq_user_bulk_is_done, ub);
	if (!wait_for_completion_interruptible(&ub->done)) {
		ret = vchiq_user_errno(ub->bulk.status);
		vchiq_user_bulk_put(ub);
		return ret;
	}
	if (put_user(VCHIQ_BULK_MODE_WAITING, mode_to)) {
		vchiq_user_bulk_put(ub);
		return -EFAULT;
	}

	vchiq_user_waits_add(user, ub);
	return -EINTR;
}

static int vchiq_user_bulk_resume(struct vchiq_user_service *us,
				  const struct vchiq_args_bulk *args)
{
	struct vchiq_user_bulk *ub = vchiq_user_waits_take(us->user, task_pid(current));

	if (!ub)
		return -ESRCH;
	if (ub->handle != args->handle) {
		vchiq_user_waits_add(us->user, ub);
		return -ESRCH;
	}

	return vchiq_user_bulk_wait(us->user, ub, args->mode_to);
}

/* -----------------------------------------------------------------------------
 * Posting
 */

static struct vchiq_user_bulk *vchiq_user_bulk_alloc(struct vchiq_user_service *us,
						     const struct vchiq_args_bulk *args)
{
	struct vchiq_user_bulk *ub = kzalloc(sizeof(*ub), GFP_KERNEL);

	if (!ub)
		return NULL;

	if (args->mode == VCHIQ_BULK_MODE_CALLBACK) {
		ub->event = kzalloc(sizeof(*ub->event), GFP_KERNEL);
		if (!ub->event) {
			kfree(ub);
			return NULL;
		}
		ub->event->bulk_userdata = args->userdata;
	}

	kref_init(&ub->ref);
	INIT_LIST_HEAD(&ub->node);
	INIT_WORK(&ub->unpin_work, vchiq_user_unpin_work);
	init_completion(&ub->done);
	ub->us = us;
	ub->handle = us->handle;
	ub->pid = get_pid(task_pid(current));
	ub->mem.release = vchiq_user_bulk_mem_release;
	ub->bulk.mem = &ub->mem;
	ub->bulk.len = args->size;
	ub->bulk.to_host = args->to_host;
	ub->bulk.complete = vchiq_user_bulk_complete;
	return ub;
}

/* On an error the memory is given back, and nothing will be completed. */
static int vchiq_user_bulk_post(struct vchiq_user_bulk *ub, struct vchiq_service *svc)
{
	int ret;

	/* The completion may come, and the memory go, before this returns. */
	kref_get(&ub->ref);
	kref_get(&ub->ref);
	vchiq_user_service_get(ub->us);
	ret = vchiq_service_bulk(svc, &ub->bulk);
	if (!ret)
		return 0;

	vchiq_user_bulk_put_memory(ub);
	vchiq_user_service_put(ub->us);
	vchiq_user_bulk_put(ub);
	vchiq_user_bulk_put(ub);
	return vchiq_user_errno(ret);
}

static int vchiq_user_bulk_start(struct vchiq_user_bulk *ub, struct vchiq_service *svc,
				 const struct vchiq_args_bulk *args)
{
	int ret;

	if (args->is_dmabuf)
		ret = vchiq_user_bulk_import(ub, svc, args);
	else
		ret = vchiq_user_bulk_pin(ub, args);

	return ret ?: vchiq_user_bulk_post(ub, svc);
}

/* Unread completions are bounded as messages are; here the program can be told. */
static bool vchiq_user_bulk_is_allowed(struct vchiq_user *user, const struct vchiq_args_bulk *args)
{
	return args->mode != VCHIQ_BULK_MODE_CALLBACK ||
	       READ_ONCE(user->nr_events) < VCHIQ_MAX_UNREAD_MESSAGES;
}

static int vchiq_user_bulk_new(struct vchiq_user_service *us, const struct vchiq_args_bulk *args)
{
	struct vchiq_service *svc = vchiq_user_service_get_open(us);
	struct vchiq_user_bulk *ub;
	int ret = -ENOMEM;

	if (IS_ERR(svc))
		return PTR_ERR(svc);

	ub = vchiq_user_bulk_is_allowed(us->user, args) ? vchiq_user_bulk_alloc(us, args) : NULL;
	if (ub)
		ret = vchiq_user_bulk_start(ub, svc, args);
	vchiq_service_put(svc);
	if (!ret && args->mode == VCHIQ_BULK_MODE_BLOCKING)
		return vchiq_user_bulk_wait(us->user, ub, args->mode_to);

	if (ub)
		vchiq_user_bulk_put(ub);
	return ret;
}

static int vchiq_user_bulk(struct vchiq_user_service *us, const struct vchiq_args_bulk *args)
{
	switch (args->mode) {
	case VCHIQ_BULK_MODE_WAITING:
		return vchiq_user_bulk_resume(us, args);
	case VCHIQ_BULK_MODE_BLOCKING:
		vchiq_user_waits_cancel(us->user);
		return vchiq_user_bulk_new(us, args);
	case VCHIQ_BULK_MODE_CALLBACK:
	case VCHIQ_BULK_MODE_NOCALLBACK:
		return vchiq_user_bulk_new(us, args);
	default:
		return -EINVAL;
	}
}

long vchiq_cmd_queue_bulk(struct vchiq_user *user, const struct vchiq_layout *layout,
			  union vchiq_args *args)
{
	struct vchiq_user_service *us = vchiq_user_find(user, args->bulk.handle);
	int ret;

	if (!us)
		return -EINVAL;

	ret = vchiq_user_bulk(us, &args->bulk);
	vchiq_user_service_put(us);
	return ret;
}
