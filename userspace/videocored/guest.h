/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory: from bus address to pointer, bounds-checked, in one place.
 *
 * The vfio-user client tells which parts of guest RAM exist; any thread may
 * look at them through a view. A view keeps its mappings alive: memory that
 * the guest takes away meanwhile is unmapped when the last view of it goes.
 * Contents change under the reader's eyes: read each word once, then check it.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_GUEST_H
#define VIDEOCORED_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vc_guest;
struct vc_guest_view;

/* @ram_base: guest physical address that bus address 0 (alias stripped) means. */
struct vc_guest *vc_guest_create(uint64_t ram_base);
void vc_guest_destroy(struct vc_guest *guest);

/* Loop thread. @fd is duplicated by mmap, the caller keeps it. 0 or -errno. */
int vc_guest_map(struct vc_guest *guest, uint64_t gpa, uint64_t size, int fd,
		 uint64_t fd_offset, bool writable);
int vc_guest_unmap(struct vc_guest *guest, uint64_t gpa, uint64_t size);
void vc_guest_unmap_all(struct vc_guest *guest);

/* Thread-safe. Never NULL; an empty guest gives a view in which nothing is mapped. */
struct vc_guest_view *vc_guest_view_get(struct vc_guest *guest);
void vc_guest_view_put(struct vc_guest_view *view);

/*
 * Pointer to @len bytes at bus address @bus (any alias), NULL unless all of
 * them lie in one writable mapping. @len 0 is refused. Valid until the put.
 */
void *vc_guest_ptr(struct vc_guest_view *view, uint32_t bus, size_t len);
/* The same at guest physical address @gpa, as a 40-bit DMA controller sees it. */
void *vc_guest_phys_ptr(struct vc_guest_view *view, uint64_t gpa, size_t len);

#endif /* VIDEOCORED_GUEST_H */
