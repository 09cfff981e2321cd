/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls of /dev/vc_sm and of dma-bufs, for the test programs.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef TOOLS_SM_CLIENT_H
#define TOOLS_SM_CLIENT_H

#include <stddef.h>
#include <stdint.h>

/* All return 0 or a descriptor, or -1 with errno set. */
int sm_open(void);
int sm_alloc(int sm, size_t size, uint32_t *handle);
int sm_import(int sm, int dmabuf, uint32_t *handle);
int sm_free(int sm, uint32_t handle);

int dmabuf_sync(int fd, uint64_t flags);
/* Scattered pages as a dma-buf, by /dev/udmabuf. */
int dmabuf_scattered(size_t size);

#endif /* TOOLS_SM_CLIENT_H */
