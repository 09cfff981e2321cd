/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The peripheral window (BAR 0) as a set of register blocks. Loop thread only.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_BUS_H
#define VIDEOCORED_SOC_BUS_H

#include <stddef.h>
#include <stdint.h>

struct vc_block;
struct vc_bus;

/**
 * struct vc_block_ops - behaviour of a register block
 * @read: value of the 32-bit register at @off (a multiple of 4, below size)
 * @write: store to it
 * @reset: back to power-on state (device reset, client gone); may be NULL
 *
 * Embed struct vc_block in the block's state and use container_of.
 */
struct vc_block_ops {
	uint32_t (*read)(struct vc_block *block, uint32_t off);
	void (*write)(struct vc_block *block, uint32_t off, uint32_t val);
	void (*reset)(struct vc_block *block);
};

/**
 * struct vc_block - a register block
 * @name: for messages and statistics
 * @base: offset in the peripheral window, a multiple of 4
 * @size: bytes
 * @ops: behaviour
 * @ram: if not NULL, the block is plain memory of @size bytes that the guest
 *	maps and no access traps; base and size are multiples of 4096 then
 * @reads: trapped reads so far
 * @writes: trapped writes so far
 */
struct vc_block {
	const char *name;
	uint32_t base;
	uint32_t size;
	const struct vc_block_ops *ops;
	void *ram;
	uint64_t reads;
	uint64_t writes;
};

#define vc_container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

struct vc_bus *vc_bus_create(void);
void vc_bus_destroy(struct vc_bus *bus);

/* 0, -EINVAL (alignment, outside the window) or -EBUSY (overlap). */
int vc_bus_add(struct vc_bus *bus, struct vc_block *block);
/*
 * As vc_bus_add(), with memory the guest maps: sets block->ram, zeroed. The
 * bytes live at offset block->base of the file vc_bus_ram_fd().
 */
int vc_bus_add_ram(struct vc_bus *bus, struct vc_block *block);
int vc_bus_ram_fd(struct vc_bus *bus);

/* Any offset and size 1, 2, 4; what no block covers reads 0 and ignores writes. */
uint32_t vc_bus_read(struct vc_bus *bus, uint32_t off, unsigned int size);
void vc_bus_write(struct vc_bus *bus, uint32_t off, unsigned int size, uint32_t val);
void vc_bus_reset(struct vc_bus *bus);

/* Iterate: first block for NULL, NULL after the last. */
struct vc_block *vc_bus_next(struct vc_bus *bus, struct vc_block *block);

#endif /* VIDEOCORED_SOC_BUS_H */
