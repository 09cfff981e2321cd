/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VideoCore shared memory for kernel clients: VPU handles of dma-bufs.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef LINUX_VIDEOCORE_VC_SM_H
#define LINUX_VIDEOCORE_VC_SM_H

#include <linux/types.h>

struct dma_buf;
struct vc_sm;
struct vc_sm_import;
struct vchiq_device;

struct vc_sm *vc_sm_get(struct vchiq_device *sibling);
void vc_sm_put(struct vc_sm *sm);

struct vc_sm_import *vc_sm_import(struct vc_sm *sm, struct dma_buf *dmabuf,
				  const char *name);
u32 vc_sm_import_handle(const struct vc_sm_import *import);
void vc_sm_import_put(struct vc_sm_import *import);

#endif /* LINUX_VIDEOCORE_VC_SM_H */
