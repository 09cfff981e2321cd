/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The firmware's memory handles: blocks imported through the SMEM service or
 * allocated there, referenced by MMAL components. Firmware thread.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_SMEM_H
#define VIDEOCORED_FIRMWARE_SMEM_H

#include <stdint.h>

struct json_object;
struct smem_pool;
struct vc_firmware;

/* Creates the pool and registers the SMEM service. */
struct smem_pool *smem_pool_create(struct vc_firmware *fw);
void smem_pool_destroy(struct smem_pool *pool);
/*
 * Before the guest connects: memory for ALLOC, a bus address without alias. There
 * is none by default.
 */
void smem_pool_set_heap(struct smem_pool *pool, uint32_t base, uint32_t size);

/*
 * Take a reference on block @handle: its bus address and size. 0 or -ENOENT.
 * The block stays imported until the reference is put, even if the host frees
 * it; RELEASED goes out with the last reference.
 */
int smem_block_get(struct smem_pool *pool, uint32_t handle, uint32_t *bus,
		   uint32_t *size);
void smem_block_put(struct smem_pool *pool, uint32_t handle);

/* Ask the first host that can give memory for @count blocks; -1 if there is none. */
int smem_pool_request(struct smem_pool *pool, uint32_t size, uint32_t align, unsigned int count);
/* Give back all that was asked for. */
void smem_pool_drop_requested(struct smem_pool *pool);
/*
 * Misbehave: "off", or of reply=refuse|lose|delay|twice|swap,
 * released=lose|delay|twice|early|wrong|astray, every=N, ms=N, mute and strange what is
 * wanted, with commas. 0 or -EINVAL.
 */
int smem_pool_set_faults(struct smem_pool *pool, const char *spec);

/*
 * Thread-safe: "vcctl smem @action @args", an array of strings; the answer goes to
 * @out. 0 or -errno.
 */
int smem_pool_control(struct smem_pool *pool, const char *action, struct json_object *args,
		      struct json_object *out);

#endif /* VIDEOCORED_FIRMWARE_SMEM_H */
