// SPDX-License-Identifier: GPL-2.0
/*
 * The peripheral window: finds the register block of an offset, counts traps,
 * and keeps the memory that blocks of plain RAM live in.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <videocore/virt.h>

#include "../log.h"
#include "bus.h"

#define BUS_MAX_BLOCKS	64
#define BUS_PAGE	4096u

/**
 * struct vc_bus - blocks sorted by offset
 * @nr_blocks: entries of @blocks, the block of holes not counted
 * @blocks: sorted by base, not overlapping
 * @hole: counts what no block covers; last of the iteration
 * @ram_fd: memfd of the whole window, sparse
 * @ram: mapping of @ram_fd
 */
struct vc_bus {
	size_t nr_blocks;
	struct vc_block *blocks[BUS_MAX_BLOCKS];
	struct vc_block hole;
	int ram_fd;
	uint8_t *ram;
};

static uint32_t hole_read(struct vc_block *block, uint32_t off)
{
	vc_dbg("bus", "read of nothing at 0x%06x", off);
	return 0;
}

static void hole_write(struct vc_block *block, uint32_t off, uint32_t val)
{
	vc_dbg("bus", "write of 0x%08x to nothing at 0x%06x", val, off);
}

static const struct vc_block_ops hole_ops = {
	.read = hole_read,
	.write = hole_write,
};

struct vc_bus *vc_bus_create(void)
{
	struct vc_bus *bus;

	bus = calloc(1, sizeof(*bus));
	if (!bus)
		return NULL;
	bus->hole.name = "unmapped";
	bus->hole.size = VC_VIRT_PERIPH_SIZE;
	bus->hole.ops = &hole_ops;

	bus->ram_fd = memfd_create("videocore-bus", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (bus->ram_fd < 0)
		goto err_free;
	if (ftruncate(bus->ram_fd, VC_VIRT_PERIPH_SIZE))
		goto err_close;
	/* The client gets this file: it must not be able to shrink it under us. */
	if (fcntl(bus->ram_fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		goto err_close;
	bus->ram = mmap(NULL, VC_VIRT_PERIPH_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			bus->ram_fd, 0);
	if (bus->ram == MAP_FAILED)
		goto err_close;

	return bus;

err_close:
	close(bus->ram_fd);
err_free:
	free(bus);
	return NULL;
}

void vc_bus_destroy(struct vc_bus *bus)
{
	if (!bus)
		return;
	munmap(bus->ram, VC_VIRT_PERIPH_SIZE);
	close(bus->ram_fd);
	free(bus);
}

/* Index of the first block that ends behind @off. */
static size_t bus_find(const struct vc_bus *bus, uint32_t off)
{
	size_t lo = 0, hi = bus->nr_blocks;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (bus->blocks[mid]->base + bus->blocks[mid]->size <= off)
			lo = mid + 1;
		else
			hi = mid;
	}

	return lo;
}

int vc_bus_add(struct vc_bus *bus, struct vc_block *block)
{
	size_t at;

	if (!block->size || block->base % 4 || block->size % 4)
		return -EINVAL;
	if (block->size > VC_VIRT_PERIPH_SIZE ||
	    block->base > VC_VIRT_PERIPH_SIZE - block->size)
		return -EINVAL;
	if (bus->nr_blocks == BUS_MAX_BLOCKS)
		return -ENOSPC;

	at = bus_find(bus, block->base);
	if (at < bus->nr_blocks && bus->blocks[at]->base < block->base + block->size)
		return -EBUSY;
	memmove(&bus->blocks[at + 1], &bus->blocks[at],
		(bus->nr_blocks - at) * sizeof(bus->blocks[0]));
	bus->blocks[at] = block;
	bus->nr_blocks++;

	return 0;
}

int vc_bus_add_ram(struct vc_bus *bus, struct vc_block *block)
{
	int ret;

	if (block->base % BUS_PAGE || block->size % BUS_PAGE)
		return -EINVAL;
	ret = vc_bus_add(bus, block);
	if (ret)
		return ret;
	block->ram = bus->ram + block->base;
	memset(block->ram, 0, block->size);

	return 0;
}

int vc_bus_ram_fd(struct vc_bus *bus)
{
	return bus->ram_fd;
}

/* Access sizes a CPU makes, naturally aligned, inside the window. */
static bool bus_access_ok(uint32_t off, unsigned int size)
{
	if (size != 1 && size != 2 && size != 4)
		return false;
	return off % size == 0 && off < VC_VIRT_PERIPH_SIZE;
}

static struct vc_block *bus_block(struct vc_bus *bus, uint32_t off)
{
	size_t at = bus_find(bus, off);

	if (at == bus->nr_blocks || bus->blocks[at]->base > off)
		return &bus->hole;
	return bus->blocks[at];
}

/* Memory the guest has mapped too: one relaxed access per word, no tearing. */
static uint32_t ram_word(struct vc_block *block, uint32_t off)
{
	return atomic_load_explicit((_Atomic uint32_t *)((uint8_t *)block->ram + off),
				    memory_order_relaxed);
}

static void ram_store(struct vc_block *block, uint32_t off, unsigned int size, uint32_t val)
{
	uint8_t *at = (uint8_t *)block->ram + off;

	if (size == 1)
		atomic_store_explicit((_Atomic uint8_t *)at, (uint8_t)val, memory_order_relaxed);
	else if (size == 2)
		atomic_store_explicit((_Atomic uint16_t *)at, (uint16_t)val, memory_order_relaxed);
	else
		atomic_store_explicit((_Atomic uint32_t *)at, val, memory_order_relaxed);
}

uint32_t vc_bus_read(struct vc_bus *bus, uint32_t off, unsigned int size)
{
	unsigned int shift = 8 * (off & 3);
	struct vc_block *block;
	uint32_t reg, val;

	if (!bus_access_ok(off, size)) {
		bus->hole.reads++;
		return 0;
	}
	block = bus_block(bus, off & ~3u);
	block->reads++;
	reg = (off & ~3u) - block->base;
	val = block->ram ? ram_word(block, reg) : block->ops->read(block, reg);

	val >>= shift;
	return size == 4 ? val : val & ((1u << (8 * size)) - 1);
}

/*
 * The peripheral bus has no byte strobes: a narrow write to a register stores
 * the whole word, with zeros in the other lanes. Drivers never do that.
 */
void vc_bus_write(struct vc_bus *bus, uint32_t off, unsigned int size, uint32_t val)
{
	struct vc_block *block;

	if (!bus_access_ok(off, size)) {
		bus->hole.writes++;
		return;
	}
	block = bus_block(bus, off & ~3u);
	block->writes++;
	if (size < 4)
		val &= (1u << (8 * size)) - 1;
	if (block->ram)
		ram_store(block, off - block->base, size, val);
	else
		block->ops->write(block, (off & ~3u) - block->base, val << (8 * (off & 3)));
}

void vc_bus_reset(struct vc_bus *bus)
{
	struct vc_block *block;
	size_t i;

	for (i = 0; i < bus->nr_blocks; i++) {
		block = bus->blocks[i];
		if (block->ram)
			memset(block->ram, 0, block->size);
		if (block->ops && block->ops->reset)
			block->ops->reset(block);
	}
}

struct vc_block *vc_bus_next(struct vc_bus *bus, struct vc_block *block)
{
	size_t at;

	if (block == &bus->hole)
		return NULL;
	at = block ? bus_find(bus, block->base) + 1 : 0;

	return at < bus->nr_blocks ? bus->blocks[at] : &bus->hole;
}
