/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory for tests: one piece of RAM, filled with noise.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef TESTS_MEMORY_H
#define TESTS_MEMORY_H

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <videocore/virt.h>

#include "guest.h"

#define MEMORY_SIZE	(4u << 20)
#define MEMORY_BUS	VC_VIRT_DMA_ALIAS

/** struct memory - @mem is what bus address MEMORY_BUS shows */
struct memory {
	struct vc_guest *guest;
	uint8_t *mem;
};

static inline int memory_init(struct memory *m)
{
	int fd = memfd_create("test-guest", 0);
	int ret;
	unsigned int i;

	if (fd < 0 || ftruncate(fd, MEMORY_SIZE))
		return -1;
	m->mem = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	m->guest = vc_guest_create(VC_VIRT_RAM_BASE);
	ret = vc_guest_map(m->guest, VC_VIRT_RAM_BASE, MEMORY_SIZE, fd, 0, true);
	close(fd);
	srand(7);
	for (i = 0; i < MEMORY_SIZE; i++)
		m->mem[i] = rand() >> 7;
	return ret;
}

static inline void memory_fini(struct memory *m)
{
	vc_guest_destroy(m->guest);
	munmap(m->mem, MEMORY_SIZE);
}

#endif /* TESTS_MEMORY_H */
