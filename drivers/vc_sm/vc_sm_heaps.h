/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between vc_sm and vc_sm_heaps, the module of the entries in the kernel's DMA heaps.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VC_SM_HEAPS_H
#define VC_SM_HEAPS_H

#include <linux/types.h>

struct dma_buf;

/**
 * struct vc_sm_heap_source - whose memory is in a heap
 * @alloc: makes a dma-buf of @len bytes, whole pages; may sleep; @fd_flags are
 *	checked. Returns it or an error pointer.
 */
struct vc_sm_heap_source {
	struct dma_buf *(*alloc)(const struct vc_sm_heap_source *source,
				 size_t len, u32 fd_flags);
};

int vc_sm_heap_lend(const char *name, const struct vc_sm_heap_source *source);
void vc_sm_heap_take_back(const struct vc_sm_heap_source *source);

#endif /* VC_SM_HEAPS_H */
