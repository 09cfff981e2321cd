/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of vc_sm share.
 *
 * Lock order: vc_sm.bind_sem, dma_resv of a buffer, vc_sm_buffer.lock,
 * vc_sm.lock.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VC_SM_PRIV_H
#define VC_SM_PRIV_H

#include <linux/completion.h>
#include <linux/dma-buf.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <linux/videocore/vc_sm.h>
#include <linux/videocore/vchiq.h>
#include <videocore/smem.h>

/* The VPU reaches 1 GiB of ARM memory, through an alias in the top two bits. */
#define VC_SM_WINDOW		0x40000000u
#define VC_SM_ALIAS_MASK	0xc0000000u
#define VC_SM_ALIAS_DIRECT	0xc0000000u

struct dentry;
struct vc_sm_mem;

/* Who waits for the firmware to answer gives up after this long. */
#define VC_SM_REPLY_TIMEOUT_MS	5000

/**
 * enum vc_sm_state - of an import, changed by vc_sm_state_next() only
 * @VC_SM_NEW: nothing sent
 * @VC_SM_IMPORTING: IMPORT sent, the client waits for the reply
 * @VC_SM_ABANDONED: IMPORT sent, the client has given up, the reply will come
 * @VC_SM_IMPORTED: the VPU has a handle
 * @VC_SM_FREEING: the client is done, the VPU has to give the memory back
 * @VC_SM_RELEASED: the VPU has no claim on the memory
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
	VC_SM_EV_REFUSED,	/* reply without, or IMPORT could not be sent */
	VC_SM_EV_PUT,		/* the client gave it up, replied to or not */
	VC_SM_EV_RELEASED,	/* RELEASED arrived, or FREE is final */
	VC_SM_EV_GONE,		/* the connection is gone */
	VC_SM_NR_EVENTS,
};

/* Next state, or VC_SM_NR_STATES when @event must not happen in @state. */
enum vc_sm_state vc_sm_state_next(enum vc_sm_state state, enum vc_sm_event event);
const char *vc_sm_state_name(enum vc_sm_state state);

/**
 * struct vc_sm_stats - counters for debugfs
 * @imports: handles got from the firmware
 * @released: memory given back
 * @failed: imports that the firmware refused or that could not be sent
 * @abandoned: waits given up, by a signal or after the time limit
 * @late_replies: replies that came to nobody
 * @violations: messages that break the protocol
 * @vpu_requests: allocations the VPU asked for
 */
struct vc_sm_stats {
	u64 imports;
	u64 released;
	u64 failed;
	u64 abandoned;
	u64 late_replies;
	u64 violations;
	u64 vpu_requests;
};

/**
 * struct vc_sm - the shared-memory service of one VideoCore
 * @ref: held by the binding, clients, open files, exported buffers, imports
 * @vdev: the device; a reference is held
 * @dma_parms: of the device, while bound
 * @misc: /dev/vc_sm
 * @misc_name: its name
 * @index: number in the name
 * @wq: sends FREE and gives memory back
 * @debugfs: directory
 * @bind_sem: protects @bound and @svc: held for reading while the device is used
 * @bound: DMA and messages are possible
 * @svc: the service
 * @lock: protects all below and the state of every import
 * @closed: the firmware closed the service
 * @reports_release: the firmware will send RELEASED; otherwise FREE is final
 * @imports: by kernel id, from before IMPORT is sent until memory is given back
 * @next_kernel_id: for the cyclic allocation of @imports
 * @pending: imports whose IMPORT has not been answered, by transaction id
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
	struct workqueue_struct *wq;
	struct dentry *debugfs;

	struct rw_semaphore bind_sem;
	bool bound;
	struct vchiq_service *svc;

	spinlock_t lock; /* Protects all below and vc_sm_import.state etc. */
	bool closed;
	bool reports_release;
	struct xarray imports;
	u32 next_kernel_id;
	struct xarray pending;
	u32 next_trans_id;
	unsigned int nr_requests;
	struct vc_sm_stats stats;
};

/**
 * struct vc_sm_import - memory that the VPU knows
 * @ref: held by the client, by vc_sm.imports and by a queued @work
 * @sm: service; a reference is held
 * @work: sends FREE, gives the memory back
 * @replied: the reply came, or never will
 * @kernel_id: our name for it towards the VPU
 * @trans_id: of the IMPORT message
 * @bus: address as the VPU sees it
 * @size: bytes
 * @owner: thread group that made it
 * @created: when, in jiffies
 * @name: label
 * @mem: memory of our own; or NULL and
 * @dmabuf: the buffer,
 * @attach: attached to the device,
 * @sgt: and mapped
 * @state: protected by vc_sm.lock, as all below
 * @vc_handle: the VPU's name for it
 * @error: why it could not be imported
 * @free_sent: FREE was handed to the transport
 * @freed: when the client was done, in jiffies
 */
struct vc_sm_import {
	struct kref ref;
	struct vc_sm *sm;
	struct delayed_work work;
	struct completion replied;
	u32 kernel_id;
	u32 trans_id;
	u32 bus;
	u32 size;
	pid_t owner;
	unsigned long created;
	char name[SMEM_NAME_LEN];
	struct vc_sm_mem *mem;
	struct dma_buf *dmabuf;
	struct dma_buf_attachment *attach;
	struct sg_table *sgt;

	enum vc_sm_state state;
	u32 vc_handle;
	int error;
	bool free_sent;
	unsigned long freed;
};

/**
 * struct vc_sm_mem - contiguous memory
 * @ref: held by the dma-buf and by the import
 * @sm: service; a reference is held
 * @page: first page
 * @dma: address for the VPU's device
 * @size: bytes, whole pages
 */
struct vc_sm_mem {
	struct kref ref;
	struct vc_sm *sm;
	struct page *page;
	dma_addr_t dma;
	size_t size;
};

/* vc_sm_main.c */
struct vc_sm *vc_sm_ref(struct vc_sm *sm);
int vc_sm_send(struct vc_sm *sm, u32 type, u32 trans_id, const void *body,
	       size_t len);
bool vc_sm_enter(struct vc_sm *sm);
void vc_sm_leave(struct vc_sm *sm);

/* vc_sm_mem.c */
struct vc_sm_mem *vc_sm_mem_alloc(struct vc_sm *sm, size_t size);
void vc_sm_mem_put(struct vc_sm_mem *mem);
void vc_sm_mem_sync_for_cpu(struct vc_sm_mem *mem, enum dma_data_direction dir);
void vc_sm_mem_sync_for_device(struct vc_sm_mem *mem,
			       enum dma_data_direction dir);

/* vc_sm_buffer.c */
struct dma_buf *vc_sm_buffer_export(struct vc_sm *sm, size_t size, u32 flags,
				    const char *name, u32 *vc_handle);

struct vc_sm_mem *vc_sm_buffer_mem(struct dma_buf *dmabuf, struct vc_sm *sm);

/* vc_sm_import.c */
int vc_sm_vpu_address(dma_addr_t dma, size_t size, u32 *bus);
size_t vc_sm_contiguous_len(struct sg_table *sgt);
struct vc_sm_import *vc_sm_import_mem(struct vc_sm *sm, struct vc_sm_mem *mem,
				      const char *name);
struct vc_sm_import *vc_sm_import_adopt(struct vc_sm *sm, struct vc_sm_mem *mem,
					u32 vc_handle, const char *name);
void vc_sm_import_disown(struct vc_sm_import *import);
void vc_sm_import_replied(struct vc_sm *sm, u32 trans_id, u32 vc_handle);
void vc_sm_import_released(struct vc_sm *sm, const struct smem_released *msg);
void vc_sm_import_all_gone(struct vc_sm *sm);

/* vc_sm_request.c */
void vc_sm_request(struct vc_sm *sm, const struct smem_vc_mem_request *msg);

/* vc_sm_dev.c */
int vc_sm_dev_register(struct vc_sm *sm);
void vc_sm_dev_unregister(struct vc_sm *sm);

/* vc_sm_debugfs.c */
void vc_sm_debugfs_create(struct vc_sm *sm);

#endif /* VC_SM_PRIV_H */
