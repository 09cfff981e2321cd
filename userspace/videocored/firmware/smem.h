/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The firmware's memory handles: blocks imported through the SMEM service,
 * referenced by MMAL components. Firmware thread.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_SMEM_H
#define VIDEOCORED_FIRMWARE_SMEM_H

#include <stdint.h>

struct smem_pool;
struct vc_firmware;

/* Creates the pool and registers the SMEM service. */
struct smem_pool *smem_pool_create(struct vc_firmware *fw);
void smem_pool_destroy(struct smem_pool *pool);

/*
 * Take a reference on block @handle: its bus address and size. 0 or -ENOENT.
 * The block stays imported until the reference is put, even if the host frees
 * it; RELEASED goes out with the last reference.
 */
int smem_block_get(struct smem_pool *pool, uint32_t handle, uint32_t *bus,
		   uint32_t *size);
void smem_block_put(struct smem_pool *pool, uint32_t handle);

#endif /* VIDEOCORED_FIRMWARE_SMEM_H */
