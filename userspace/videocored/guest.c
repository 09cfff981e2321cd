// SPDX-License-Identifier: GPL-2.0
/*
 * Guest memory: an immutable, reference-counted table of mappings. A change
 * makes a new table; who holds an old one keeps its mappings alive.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <videocore/virt.h>

#include "guest.h"

/* QEMU has a handful of RAM blocks; the bound keeps the tables small. */
#define GUEST_MAX_MAPPINGS	128

/**
 * struct guest_mapping - one mmap of guest memory
 * @refs: tables that contain it
 * @gpa: guest physical address of the first byte
 * @size: bytes
 * @ptr: where it is mapped
 * @writable: PROT_WRITE
 */
struct guest_mapping {
	atomic_uint refs;
	uint64_t gpa;
	uint64_t size;
	uint8_t *ptr;
	bool writable;
};

/**
 * struct vc_guest_view - a table of mappings, immutable once published
 * @refs: one of the guest while current, one for each vc_guest_view_get()
 * @ram_base: guest physical address of bus address 0
 * @nr_maps: entries of @maps
 * @maps: a reference each
 */
struct vc_guest_view {
	atomic_uint refs;
	uint64_t ram_base;
	size_t nr_maps;
	struct guest_mapping *maps[];
};

/**
 * struct vc_guest - the current table
 * @lock: protects @view, so that it is not freed between load and reference
 * @view: current table, never NULL
 * @empty: the table without mappings, kept so that unmapping all cannot fail
 */
struct vc_guest {
	pthread_mutex_t lock;
	struct vc_guest_view *view;
	struct vc_guest_view *empty;
};

static void mapping_put(struct guest_mapping *map)
{
	if (atomic_fetch_sub(&map->refs, 1) != 1)
		return;
	munmap(map->ptr, map->size);
	free(map);
}

static struct vc_guest_view *view_create(uint64_t ram_base, size_t room)
{
	struct vc_guest_view *view;

	view = calloc(1, sizeof(*view) + room * sizeof(view->maps[0]));
	if (!view)
		return NULL;
	atomic_init(&view->refs, 1);
	view->ram_base = ram_base;

	return view;
}

static void view_append(struct vc_guest_view *view, struct guest_mapping *map)
{
	atomic_fetch_add(&map->refs, 1);
	view->maps[view->nr_maps++] = map;
}

/* Takes over the caller's reference of @view. */
static void guest_publish(struct vc_guest *guest, struct vc_guest_view *view)
{
	struct vc_guest_view *old;

	pthread_mutex_lock(&guest->lock);
	old = guest->view;
	guest->view = view;
	pthread_mutex_unlock(&guest->lock);
	vc_guest_view_put(old);
}

struct vc_guest *vc_guest_create(uint64_t ram_base)
{
	struct vc_guest *guest;

	guest = calloc(1, sizeof(*guest));
	if (!guest)
		return NULL;
	guest->empty = view_create(ram_base, 0);
	if (!guest->empty) {
		free(guest);
		return NULL;
	}
	atomic_fetch_add(&guest->empty->refs, 1);
	guest->view = guest->empty;
	pthread_mutex_init(&guest->lock, NULL);

	return guest;
}

void vc_guest_destroy(struct vc_guest *guest)
{
	if (!guest)
		return;
	vc_guest_view_put(guest->view);
	vc_guest_view_put(guest->empty);
	pthread_mutex_destroy(&guest->lock);
	free(guest);
}

static bool ranges_overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b + b_size && b < a + a_size;
}

/* A file shorter than the mapping would mean SIGBUS on its first use. */
static int check_backing(int fd, uint64_t offset, uint64_t size)
{
	struct stat st;
	uint64_t end;

	if (__builtin_add_overflow(offset, size, &end))
		return -EINVAL;
	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size < 0 || end > (uint64_t)st.st_size)
		return -EINVAL;

	return 0;
}

/* NULL with *@err set on failure. */
static struct guest_mapping *mapping_create(uint64_t gpa, uint64_t size, int fd,
					    uint64_t fd_offset, bool writable, int *err)
{
	int prot = PROT_READ | (writable ? PROT_WRITE : 0);
	struct guest_mapping *map;

	*err = check_backing(fd, fd_offset, size);
	if (*err)
		return NULL;
	*err = -ENOMEM;
	map = calloc(1, sizeof(*map));
	if (!map)
		return NULL;
	map->ptr = mmap(NULL, size, prot, MAP_SHARED, fd, (off_t)fd_offset);
	if (map->ptr == MAP_FAILED) {
		*err = -errno;
		free(map);
		return NULL;
	}
	atomic_init(&map->refs, 1);
	map->gpa = gpa;
	map->size = size;
	map->writable = writable;

	return map;
}

int vc_guest_map(struct vc_guest *guest, uint64_t gpa, uint64_t size, int fd,
		 uint64_t fd_offset, bool writable)
{
	struct vc_guest_view *old = guest->view, *view;
	struct guest_mapping *map;
	uint64_t end;
	size_t i;
	int err;

	/* Only this thread replaces guest->view, reading it needs no lock. */
	if (!size || __builtin_add_overflow(gpa, size, &end))
		return -EINVAL;
	if (old->nr_maps >= GUEST_MAX_MAPPINGS)
		return -ENOSPC;
	for (i = 0; i < old->nr_maps; i++)
		if (ranges_overlap(gpa, size, old->maps[i]->gpa, old->maps[i]->size))
			return -EEXIST;

	map = mapping_create(gpa, size, fd, fd_offset, writable, &err);
	if (!map)
		return err;
	view = view_create(old->ram_base, old->nr_maps + 1);
	if (!view) {
		mapping_put(map);
		return -ENOMEM;
	}
	for (i = 0; i < old->nr_maps; i++)
		view_append(view, old->maps[i]);
	view_append(view, map);
	mapping_put(map);
	guest_publish(guest, view);

	return 0;
}

/* Whole mappings only: a mapping that is cut is an error, as in VFIO. */
int vc_guest_unmap(struct vc_guest *guest, uint64_t gpa, uint64_t size)
{
	struct vc_guest_view *old = guest->view, *view;
	const struct guest_mapping *map;
	uint64_t end;
	size_t i;

	if (!size || __builtin_add_overflow(gpa, size, &end))
		return -EINVAL;
	for (i = 0; i < old->nr_maps; i++) {
		map = old->maps[i];
		if (!ranges_overlap(gpa, size, map->gpa, map->size))
			continue;
		if (map->gpa < gpa || map->gpa + map->size > end)
			return -EINVAL;
	}

	view = view_create(old->ram_base, old->nr_maps);
	if (!view)
		return -ENOMEM;
	for (i = 0; i < old->nr_maps; i++)
		if (!ranges_overlap(gpa, size, old->maps[i]->gpa, old->maps[i]->size))
			view_append(view, old->maps[i]);
	if (view->nr_maps == old->nr_maps) {
		vc_guest_view_put(view);
		return -ENOENT;
	}
	guest_publish(guest, view);

	return 0;
}

void vc_guest_unmap_all(struct vc_guest *guest)
{
	atomic_fetch_add(&guest->empty->refs, 1);
	guest_publish(guest, guest->empty);
}

struct vc_guest_view *vc_guest_view_get(struct vc_guest *guest)
{
	struct vc_guest_view *view;

	pthread_mutex_lock(&guest->lock);
	view = guest->view;
	atomic_fetch_add(&view->refs, 1);
	pthread_mutex_unlock(&guest->lock);

	return view;
}

void vc_guest_view_put(struct vc_guest_view *view)
{
	size_t i;

	if (!view || atomic_fetch_sub(&view->refs, 1) != 1)
		return;
	for (i = 0; i < view->nr_maps; i++)
		mapping_put(view->maps[i]);
	free(view);
}

/*
 * The four aliases of RAM differ in caching only. One hole in them is not RAM:
 * the peripherals, at their own bus addresses.
 */
static bool bus_is_peripheral(uint32_t bus, size_t len)
{
	return ranges_overlap(bus, len, VC_VIRT_PERIPH_BUS, VC_VIRT_PERIPH_SIZE);
}

void *vc_guest_phys_ptr(struct vc_guest_view *view, uint64_t gpa, size_t len)
{
	const struct guest_mapping *map;
	size_t i;

	if (!len)
		return NULL;
	for (i = 0; i < view->nr_maps; i++) {
		map = view->maps[i];
		if (gpa < map->gpa || gpa - map->gpa >= map->size)
			continue;
		if (!map->writable || len > map->size - (gpa - map->gpa))
			return NULL;
		return map->ptr + (gpa - map->gpa);
	}

	return NULL;
}

void *vc_guest_ptr(struct vc_guest_view *view, uint32_t bus, size_t len)
{
	uint64_t off = bus & ~VC_VIRT_DMA_ALIAS_MASK;

	/* An alias ends where the next one starts; nothing crosses that. */
	if (!len || len > VC_VIRT_DMA_SIZE || off > VC_VIRT_DMA_SIZE - len)
		return NULL;
	if (bus_is_peripheral(bus, len))
		return NULL;

	return vc_guest_phys_ptr(view, view->ram_base + off, len);
}
