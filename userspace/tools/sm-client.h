/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls of /dev/vc_sm and of dma-bufs, for the test programs.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef TOOLS_SM_CLIENT_H
#define TOOLS_SM_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All return 0 or a descriptor, or -1 with errno set. */
int sm_open(void);
int sm_alloc(int sm, size_t size, uint32_t *handle);
int sm_import(int sm, int dmabuf, uint32_t *handle);
int sm_free(int sm, uint32_t handle);

/* @memory: VC_SM_ALLOC_* */
int sm_alloc_kind(int sm, size_t size, uint32_t memory, uint32_t *handle);
/* DMA_BUF_SYNC_* of a part of a buffer. */
int sm_sync(int sm, int dmabuf, uint32_t flags, uint64_t offset, uint64_t len);

int dmabuf_sync(int fd, uint64_t flags);
/* Contiguous memory of one page as a dma-buf, by /dev/udmabuf. */
int dmabuf_page(void);
/* Memory in one piece as a dma-buf, by /dev/udmabuf; it takes a page of 2 MiB. */
int dmabuf_huge(void);
/* Scattered pages as a dma-buf, by /dev/udmabuf. */
int dmabuf_scattered(size_t size);

/*
 * Memory as the firmware of VideoCore @instance sees it, by vcctl. False when it
 * knows no such handle.
 */
bool vpu_peek(int instance, uint32_t handle, size_t offset, void *buf, size_t len);
bool vpu_poke(int instance, uint32_t handle, size_t offset, const void *buf, size_t len);
/* Driver and device; false with errno set. */
bool sm_unbind(const char *device);
bool sm_bind(const char *device);
/* "vcctl ARGS" ends well. */
bool vcctl(const char *args);

#endif /* TOOLS_SM_CLIENT_H */
