/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VideoCore shared memory for kernel clients: VPU handles of dma-bufs, and
 * contiguous memory exported as dma-bufs.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef LINUX_VIDEOCORE_VC_SM_H
#define LINUX_VIDEOCORE_VC_SM_H

#include <linux/types.h>

struct device;
struct dma_buf;
struct vb2_buffer;
struct vb2_mem_ops;
struct vb2_queue;
struct vc_sm;
struct vc_sm_import;
struct vchiq_device;

/**
 * vc_sm_get() - find the shared-memory service of a device's VideoCore
 * @sibling: device on the same connection; must be inside its probe function
 *
 * A device link makes sure that @sibling is unbound before the service goes,
 * and is probed again when it comes back.
 *
 * Return: the service, for vc_sm_put(), or ERR_PTR(): -EPROBE_DEFER when its
 * driver has not bound yet.
 */
struct vc_sm *vc_sm_get(struct vchiq_device *sibling);
void vc_sm_put(struct vc_sm *sm);

/**
 * vc_sm_device() - the device whose DMA addresses the VPU understands
 * @sm: service
 *
 * Return: the device, valid as long as @sm.
 */
struct device *vc_sm_device(struct vc_sm *sm);

/**
 * vc_sm_alloc() - allocate contiguous zeroed memory and export it
 * @sm: service
 * @size: bytes, rounded up to pages
 *
 * The memory lives as long as the dma-buf, also when the service goes away.
 *
 * Context: process, may take long (page migration).
 * Return: a dma-buf without file descriptor, for dma_buf_put(), or ERR_PTR().
 */
struct dma_buf *vc_sm_alloc(struct vc_sm *sm, size_t size);

/**
 * vc_sm_wait_fences() - wait until other devices are done with a buffer
 * @dmabuf: buffer
 * @vpu_writes: the VPU is going to write to it: who reads must be done as well
 *
 * The firmware knows no fences. Call it before a buffer is named in a message, each
 * time: the GPU may have been given the buffer meanwhile.
 *
 * Context: process; interruptible and bounded.
 * Return: 0, -ERESTARTSYS, or -EBUSY when a fence was not signalled in time.
 */
int vc_sm_wait_fences(struct dma_buf *dmabuf, bool vpu_writes);

/**
 * vc_sm_import() - make a dma-buf known to the VPU
 * @sm: service
 * @dmabuf: DMA-contiguous buffer in the VPU's window; takes its own reference
 * @name: label in the firmware's lists, cut to 31 characters
 *
 * A buffer has one handle: who imports it while another client has it shares the
 * import, at no cost. So a driver may import it anew for each frame, as long as
 * somebody keeps it; better, it keeps it itself. The fences of the buffer are waited
 * for, see vc_sm_wait_fences().
 *
 * The buffer is kept mapped from here until the VPU has said that nobody there
 * uses it any more, which may be long after vc_sm_import_put().
 *
 * Context: process; waits for the firmware, interruptible and bounded.
 * Return: the import or ERR_PTR(): -EINVAL not contiguous, out of the window or
 * empty, -ENODEV service gone, -ENOMEM, -EIO refused by the firmware, -ETIMEDOUT,
 * -ERESTARTSYS, -EBUSY (see vc_sm_wait_fences()), or what the exporter returned.
 */
struct vc_sm_import *vc_sm_import(struct vc_sm *sm, struct dma_buf *dmabuf,
				  const char *name);

/**
 * vc_sm_import_handle() - the VPU's handle
 * @import: import
 *
 * Return: the handle, never 0.
 */
u32 vc_sm_import_handle(const struct vc_sm_import *import);

/**
 * vc_sm_import_put() - the client will not name the handle to the VPU again
 * @import: import, or NULL
 *
 * Context: any that may take a spinlock; does not wait for the firmware.
 */
void vc_sm_import_put(struct vc_sm_import *import);

/*
 * videobuf2 on this memory (vc_sm_vb2.ko). Give vc_sm_device() to the queue as
 * vb2_queue.dev. Every plane is a dma-buf, whichever way it came to the queue.
 */
extern const struct vb2_mem_ops vc_sm_vb2_memops;

/**
 * vc_sm_vb2_import() - make the memory of a buffer known to the VPU
 * @sm: service
 * @vb: buffer with one plane, of a queue with vc_sm_vb2_memops; from buf_init
 * @name: label in the firmware's lists
 * @copies: its port copies, or is not enabled yet and may be made to
 *
 * Context: process, with the queue's lock held.
 * Return: the import, for vc_sm_import_put() in buf_cleanup; NULL: the VPU does not
 * reach this memory, but vb2_plane_vaddr() does; or ERR_PTR() as of vc_sm_import().
 */
struct vc_sm_import *vc_sm_vb2_import(struct vc_sm *sm, struct vb2_buffer *vb,
				      const char *name, bool copies);

/**
 * vc_sm_vb2_must_copy() - whether a queue has a buffer that the VPU does not reach
 * @q: queue with vc_sm_vb2_memops, locked
 *
 * Ports are zero copy or they are not: one such buffer makes all of them be copied.
 *
 * Return: true if its port has to copy.
 */
bool vc_sm_vb2_must_copy(struct vb2_queue *q);

#endif /* LINUX_VIDEOCORE_VC_SM_H */
