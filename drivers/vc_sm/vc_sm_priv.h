/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of vc_sm share.
 *
 * Lock order: vc_sm.buffers_lock, vc_sm.bind_sem, dma_resv of a buffer,
 * vc_sm_buffer.lock, vc_sm.lock. A page fault takes vc_sm.heap_lock, in which
 * nothing but vc_sm.lock is taken.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VC_SM_PRIV_H
#define VC_SM_PRIV_H

#include <linux/completion.h>
#include <linux/dma-buf.h>
#include <linux/hashtable.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <linux/videocore/vc_sm.h>
#include <linux/videocore/vchiq.h>
#include <videocore/smem.h>

#include "vc_sm_heaps.h"

/* The VPU reaches 1 GiB of ARM memory, through an alias in the top two bits. */
#define VC_SM_WINDOW		0x40000000u
#define VC_SM_ALIAS_MASK	0xc0000000u
#define VC_SM_ALIAS_DIRECT	0xc0000000u

struct address_space;
struct dentry;
struct seq_file;
struct vc_sm_mem;
struct vm_area_struct;

#define VC_SM_HASH_BITS		6
/* Names in /dev/dma_heap. */
#define VC_SM_MAX_HEAPDEVS	4

/**
 * enum vc_sm_state - of an import, changed by vc_sm_state_next() only
 * @VC_SM_NEW: nothing sent
 * @VC_SM_IMPORTING: IMPORT sent, the client waits for the reply
 * @VC_SM_ABANDONED: IMPORT sent, the client has given up, the reply will come
 * @VC_SM_IMPORTED: the VPU has a handle
 * @VC_SM_FREEING: the client is done, the VPU has to give the memory back
 * @VC_SM_RELEASED: the VPU has no claim on the memory
 * @VC_SM_NR_STATES: how many
 */
enum vc_sm_state {
	VC_SM_NEW,
	VC_SM_IMPORTING,
	VC_SM_ABANDONED,
	VC_SM_IMPORTED,
	VC_SM_FREEING,
	VC_SM_RELEASED,
	VC_SM_NR_STATES,
};

enum vc_sm_event {
	VC_SM_EV_SEND,		/* IMPORT is about to be sent */
	VC_SM_EV_ADOPT,		/* the VPU asked for the memory */
	VC_SM_EV_ACCEPTED,	/* reply with a handle */
	VC_SM_EV_REFUSED,	/* reply without, or it did not get so far */
	VC_SM_EV_PUT,		/* the client gave it up, replied to or not */
	VC_SM_EV_RELEASED,	/* RELEASED arrived, or FREE is final */
	VC_SM_EV_GONE,		/* the connection is gone */
	VC_SM_NR_EVENTS,
};

/* Next state, or VC_SM_NR_STATES when @event must not happen in @state. */
enum vc_sm_state vc_sm_state_next(enum vc_sm_state state, enum vc_sm_event event);
const char *vc_sm_state_name(enum vc_sm_state state);

/**
 * struct vc_sm_call - a request on its way, in vc_sm.pending
 * @trans_id: its number
 * @reply_len: bytes that a reply must have
 * @done: called once with the reply, or with NULL when none will come, with
 *	vc_sm.lock held and the call no longer pending
 */
struct vc_sm_call {
	u32 trans_id;
	size_t reply_len;
	void (*done)(struct vc_sm_call *call, const void *reply);
};

/**
 * struct vc_sm_stats - counters for debugfs
 * @imports: handles got from the firmware
 * @shared: imports that found a handle of the same buffer
 * @released: memory given back
 * @failed: imports that the firmware refused or that could not be sent
 * @abandoned: waits given up, by a signal or after the time limit
 * @late_replies: replies that came to nobody
 * @violations: messages that break the protocol
 * @vpu_requests: allocations the VPU asked for
 */
struct vc_sm_stats {
	u64 imports;
	u64 shared;
	u64 released;
	u64 failed;
	u64 abandoned;
	u64 late_replies;
	u64 violations;
	u64 vpu_requests;
};

/**
 * struct vc_sm_heapdev - a name in /dev/dma_heap
 * @misc: device
 * @name: its name in sysfs
 * @node: its name in /dev
 * @sm: service, in which this is
 */
struct vc_sm_heapdev {
	struct miscdevice misc;
	char name[48];
	char node[48];
	struct vc_sm *sm;
};

/**
 * struct vc_sm - the shared-memory service of one VideoCore
 * @ref: held by the binding, clients, open files, exported buffers, imports
 * @vdev: the device; a reference is held
 * @dma_parms: of the device, while bound
 * @misc: /dev/vc_sm
 * @misc_name: its name
 * @index: number in the name
 * @heap_source: names among the kernel's DMA heaps
 * @heapdevs: names in /dev/dma_heap of a kernel that has no heaps
 * @nr_heapdevs: how many
 * @legacy: /dev/vcsm-cma, where it is built
 * @has_legacy: it is there
 * @wq: sends FREE and gives memory back
 * @watch: finds out that the firmware is dead
 * @debugfs: directory
 * @bind_sem: protects @bound and @svc: held for reading while the device is used
 * @bound: DMA and messages are possible
 * @svc: the service
 * @heap_lock: protects @heap, and what of its members comes and goes
 * @heap: memory of the VideoCore's heap, struct vc_sm_mem.heap_node
 * @heap_gone: takes it away when the connection goes
 * @buffers_lock: protects @buffers
 * @buffers: what was exported, struct vc_sm_buffer.node
 * @lock: protects all below and the state of every import
 * @closed: the firmware closed the service
 * @reports_release: the firmware will send RELEASED; otherwise FREE is final
 * @is_asked: CLIENT_VERSION was sent and not acknowledged yet
 * @imports: by kernel id, from before IMPORT is sent until memory is given back
 * @next_kernel_id: for the cyclic allocation of @imports
 * @by_buffer: imports that a new client of the same buffer may share
 * @pending: requests that have not been answered, struct vc_sm_call by
 *	transaction id
 * @next_trans_id: for the cyclic allocation of @pending
 * @nr_requests: requests of the VPU being worked on
 * @stats: counters
 */
struct vc_sm {
	struct kref ref;
	struct vchiq_device *vdev;
	struct device_dma_parameters dma_parms;
	struct miscdevice misc;
	char misc_name[16];
	int index;
	struct vc_sm_heap_source heap_source;
	struct vc_sm_heapdev heapdevs[VC_SM_MAX_HEAPDEVS];
	unsigned int nr_heapdevs;
#ifdef VC_SM_VCSM_CMA
	struct miscdevice legacy;
	bool has_legacy;
#endif
	struct workqueue_struct *wq;
	struct delayed_work watch;
	struct dentry *debugfs;

	struct rw_semaphore bind_sem;
	bool bound;
	struct vchiq_service *svc;

	struct mutex heap_lock; /* Protects heap and vc_sm_mem.is_gone etc. */
	struct list_head heap;
	struct work_struct heap_gone;

	struct mutex buffers_lock; /* Protects buffers */
	struct list_head buffers;

	spinlock_t lock; /* Protects all below and vc_sm_import.state etc. */
	bool closed;
	bool reports_release;
	bool is_asked;
	struct xarray imports;
	u32 next_kernel_id;
	DECLARE_HASHTABLE(by_buffer, VC_SM_HASH_BITS);
	struct xarray pending;
	u32 next_trans_id;
	unsigned int nr_requests;
	struct vc_sm_stats stats;
};

/**
 * struct vc_sm_import - memory that the VPU knows; one for a buffer, however
 *	many use it
 * @ref: held by each user, by vc_sm.imports and by a queued @work
 * @sm: service; a reference is held
 * @work: sends FREE, gives the memory back
 * @replied: the reply came, or never will
 * @call: the IMPORT message
 * @key: what is imported, a dma-buf or struct vc_sm_mem
 * @kernel_id: our name for it towards the VPU
 * @is_adopted: the VPU asked for it
 * @bus: address as the VPU sees it
 * @size: bytes
 * @owner: thread group that made it
 * @created: when, in jiffies
 * @name: label
 * @mem: memory of our own; or NULL and
 * @dmabuf: the buffer,
 * @attach: attached to the device,
 * @sgt: and mapped
 * @inode: of the dma-buf, 0 without one
 * @state: protected by vc_sm.lock, as all below
 * @node: in vc_sm.by_buffer
 * @users: clients that have not put it
 * @vc_handle: the VPU's name for it
 * @error: why it could not be imported
 * @clean_sent: ACTION_CLEAN was handed to the transport
 * @free_sent: FREE was handed to the transport
 * @freed: when the last client was done, in jiffies
 */
struct vc_sm_import {
	struct kref ref;
	struct vc_sm *sm;
	struct delayed_work work;
	struct completion replied;
	struct vc_sm_call call;
	const void *key;
	u32 kernel_id;
	bool is_adopted;
	u32 bus;
	u32 size;
	pid_t owner;
	unsigned long created;
	char name[SMEM_NAME_LEN];
	struct vc_sm_mem *mem;
	struct dma_buf *dmabuf;
	struct dma_buf_attachment *attach;
	struct sg_table *sgt;
	unsigned long inode;

	enum vc_sm_state state;
	struct hlist_node node;
	unsigned int users;
	u32 vc_handle;
	int error;
	bool clean_sent;
	bool free_sent;
	unsigned long freed;
};

/**
 * enum vc_sm_kind - where memory is from, and how it is mapped
 * @VC_SM_CMA: contiguous memory of the ARM, cached
 * @VC_SM_CMA_UNCACHED: the same, write-combined. On a bus that snoops caches there
 *	is no need for this, nor would it be safe, and it is cached all the same
 * @VC_SM_VC: the VideoCore's heap, write-combined
 */
enum vc_sm_kind {
	VC_SM_CMA,
	VC_SM_CMA_UNCACHED,
	VC_SM_VC,
};

/**
 * struct vc_sm_mem - contiguous memory
 * @ref: held by the dma-buf and by the import
 * @sm: service; a reference is held
 * @kind: where it is from
 * @page: first page, not of VC_SM_VC
 * @phys: address for the ARM, VC_SM_VC only as all below to @is_freed
 * @vc_handle: the firmware's name for it
 * @work: sends FREE
 * @heap_node: in vc_sm.heap
 * @mapping: of the dma-buf's file, protected by vc_sm.heap_lock as all below
 * @is_gone: the firmware has gone and may use it for something else
 * @is_freed: the last reference is gone, FREE is on its way
 * @nowhere: what vmap gave after that; the dma-buf's reservation lock is held
 * @dma: address for the VPU's device
 * @size: bytes, whole pages
 * @owner: thread group that allocated it
 * @created: when, in jiffies
 * @inode: of the dma-buf, 0 before there is one
 * @name: label
 */
struct vc_sm_mem {
	struct kref ref;
	struct vc_sm *sm;
	enum vc_sm_kind kind;
	struct page *page;
	phys_addr_t phys;
	u32 vc_handle;
	struct delayed_work work;
	struct list_head heap_node;
	struct address_space *mapping;
	bool is_gone;
	bool is_freed;
	void *nowhere;
	dma_addr_t dma;
	size_t size;
	pid_t owner;
	unsigned long created;
	unsigned long inode;
	char name[SMEM_NAME_LEN];
};

/* vc_sm_main.c */
unsigned int vc_sm_timeout_ms(void);
struct vc_sm *vc_sm_ref(struct vc_sm *sm);
int vc_sm_send(struct vc_sm *sm, u32 type, u32 trans_id, const void *body,
	       size_t len);
int vc_sm_send_entered(struct vc_sm *sm, u32 type, u32 trans_id, const void *body,
		       size_t len);
int vc_sm_ask_version(struct vc_sm *sm);
bool vc_sm_enter(struct vc_sm *sm);
void vc_sm_leave(struct vc_sm *sm);

/* vc_sm_call.c */
int vc_sm_call_register(struct vc_sm *sm, struct vc_sm_call *call);
int vc_sm_call_clean(struct vc_sm *sm, u32 type, u32 trans_id);
int vc_sm_call_sync(struct vc_sm *sm, u32 type, const void *body, size_t len,
		    void *reply, size_t reply_len);
void vc_sm_call_replied(struct vc_sm *sm, const void *data, size_t len);
void vc_sm_call_all_gone(struct vc_sm *sm);

/* vc_sm_mem.c */
struct vc_sm_mem *vc_sm_mem_alloc(struct vc_sm *sm, size_t size,
				  enum vc_sm_kind kind, const char *name);
void vc_sm_mem_put(struct vc_sm_mem *mem);
const char *vc_sm_mem_kind_name(const struct vc_sm_mem *mem);
void vc_sm_mem_sync_for_cpu(struct vc_sm_mem *mem, size_t offset, size_t len,
			    enum dma_data_direction dir);
void vc_sm_mem_sync_for_device(struct vc_sm_mem *mem, size_t offset, size_t len,
			       enum dma_data_direction dir);
int vc_sm_mem_mmap(struct vc_sm_mem *mem, struct vm_area_struct *vma);
void *vc_sm_mem_vmap(struct vc_sm_mem *mem);
void vc_sm_mem_vunmap(struct vc_sm_mem *mem, void *map);

/* vc_sm_heap.c */
int vc_sm_heap_alloc(struct vc_sm_mem *mem);
void vc_sm_heap_release(struct vc_sm_mem *mem);
void vc_sm_heap_all_gone(struct vc_sm *sm);
void vc_sm_heap_init(struct vc_sm *sm);
int vc_sm_heap_mmap(struct vc_sm_mem *mem, struct vm_area_struct *vma);
void vc_sm_heap_set_mapping(struct vc_sm_mem *mem, struct address_space *mapping);
void *vc_sm_heap_vmap(struct vc_sm_mem *mem);
void vc_sm_heap_vunmap(struct vc_sm_mem *mem, void *map);
int vc_sm_heap_map(struct vc_sm_mem *mem, struct device *dev, struct sg_table *table);

/* vc_sm_buffer.c */
struct dma_buf *vc_sm_buffer_export(struct vc_sm *sm, size_t size,
				    enum vc_sm_kind kind, u32 flags,
				    const char *name, u32 *vc_handle);
int vc_sm_buffer_sync(struct dma_buf *dmabuf, size_t offset, size_t len,
		      enum dma_data_direction dir, bool is_for_cpu);

struct vc_sm_mem *vc_sm_buffer_mem(struct dma_buf *dmabuf, struct vc_sm *sm);
struct dma_buf *vc_sm_buffer_of_file(struct vc_sm *sm, const struct file *file);
void vc_sm_buffers_show(struct vc_sm *sm, struct seq_file *s);

/* vc_sm_address.c */
int vc_sm_vpu_address(dma_addr_t dma, size_t size, u32 *bus);
size_t vc_sm_contiguous_len(struct sg_table *sgt);

/* vc_sm_import.c */
struct vc_sm_import *vc_sm_import_mem(struct vc_sm *sm, struct vc_sm_mem *mem,
				      const char *name);
struct vc_sm_import *vc_sm_import_adopt(struct vc_sm *sm, struct vc_sm_mem *mem,
					u32 vc_handle, const char *name);
void vc_sm_import_disown(struct vc_sm_import *import);
void vc_sm_import_released(struct vc_sm *sm, const struct smem_released *msg);
void vc_sm_import_all_gone(struct vc_sm *sm);

/* vc_sm_watch.c */
void vc_sm_watch_kick(struct vc_sm *sm);
void vc_sm_watch_heard(struct vc_sm *sm);
void vc_sm_watch_init(struct vc_sm *sm);
void vc_sm_watch_stop(struct vc_sm *sm);

/* vc_sm_request.c */
void vc_sm_request(struct vc_sm *sm, const struct smem_vc_mem_request *msg);

/* vc_sm_dev.c */
int vc_sm_dev_register(struct vc_sm *sm);
void vc_sm_dev_unregister(struct vc_sm *sm);
int vc_sm_give_fd(struct dma_buf *dmabuf, u32 flags, s32 *fd, void __user *uarg,
		  const void *arg, size_t size);

/* vc_sm_dmaheap.c */
void vc_sm_dmaheap_register(struct vc_sm *sm);
void vc_sm_dmaheap_unregister(struct vc_sm *sm);

/* vc_sm_legacy.c, vc_sm_wrapper.c */
#ifdef VC_SM_VCSM_CMA
void vc_sm_legacy_register(struct vc_sm *sm);
void vc_sm_legacy_unregister(struct vc_sm *sm);
struct dma_buf *vc_sm_wrapper_source(struct dma_buf *dmabuf);
struct dma_buf *vc_sm_wrapper_export(struct dma_buf *dmabuf,
				     struct vc_sm_import *import);
#else
static inline void vc_sm_legacy_register(struct vc_sm *sm)
{
}

static inline void vc_sm_legacy_unregister(struct vc_sm *sm)
{
}

static inline struct dma_buf *vc_sm_wrapper_source(struct dma_buf *dmabuf)
{
	return dmabuf;
}
#endif

/* vc_sm_debugfs.c */
void vc_sm_debugfs_create(struct vc_sm *sm);
void vc_sm_show_word(struct seq_file *s, const char *word);

#endif /* VC_SM_PRIV_H */
