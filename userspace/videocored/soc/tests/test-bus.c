// SPDX-License-Identifier: GPL-2.0
/*
 * Which block an offset belongs to, what each access size does, and what the
 * bus refuses.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include <videocore/virt.h>

#include "soc/bus.h"

#define NR_BLOCKS	5

/** struct test_block - remembers what it was told */
struct test_block {
	struct vc_block block;
	uint32_t last_off;
	uint32_t last_val;
	unsigned int resets;
};

static uint32_t test_read(struct vc_block *block, uint32_t off)
{
	struct test_block *t = vc_container_of(block, struct test_block, block);

	t->last_off = off;
	return 0x44332211 + off;
}

static void test_write(struct vc_block *block, uint32_t off, uint32_t val)
{
	struct test_block *t = vc_container_of(block, struct test_block, block);

	t->last_off = off;
	t->last_val = val;
}

static void test_reset(struct vc_block *block)
{
	vc_container_of(block, struct test_block, block)->resets++;
}

static const struct vc_block_ops ops = {
	.read = test_read,
	.write = test_write,
	.reset = test_reset,
};

static int add(struct vc_bus *bus, struct test_block *t, uint32_t base, uint32_t size)
{
	memset(t, 0, sizeof(*t));
	t->block.name = "test";
	t->block.base = base;
	t->block.size = size;
	t->block.ops = &ops;

	return vc_bus_add(bus, &t->block);
}

static int setup(void **state)
{
	*state = vc_bus_create();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	vc_bus_destroy(*state);
	return 0;
}

/* Added in no order; neighbours, gaps, both ends of the window. */
static void test_decode(void **state)
{
	static const struct { uint32_t base, size; } at[NR_BLOCKS] = {
		{ 0x400000, 0x100 }, { 0, 0x10 }, { 0x400100, 4 },
		{ VC_VIRT_PERIPH_SIZE - 8, 8 }, { 0x3fff00, 0xfc },
	};
	struct test_block t[NR_BLOCKS];
	struct vc_bus *bus = *state;
	uint32_t first, last;
	size_t i;

	for (i = 0; i < NR_BLOCKS; i++)
		assert_int_equal(add(bus, &t[i], at[i].base, at[i].size), 0);
	for (i = 0; i < NR_BLOCKS; i++) {
		first = at[i].base;
		last = at[i].base + at[i].size - 4;
		assert_int_equal(vc_bus_read(bus, first, 4), 0x44332211);
		assert_int_equal(t[i].last_off, 0);
		vc_bus_write(bus, last, 4, 0xabcd0000 + (uint32_t)i);
		assert_int_equal(t[i].last_off, at[i].size - 4);
		assert_int_equal(t[i].last_val, 0xabcd0000 + i);
		assert_int_equal(t[i].block.reads, 1);
		assert_int_equal(t[i].block.writes, 1);
	}
	assert_int_equal(vc_bus_read(bus, 0x10, 4), 0);
	assert_int_equal(vc_bus_read(bus, 0x3ffffc, 4), 0);
	assert_int_equal(vc_bus_read(bus, 0x400104, 4), 0);
}

static void test_sizes(void **state)
{
	struct vc_bus *bus = *state;
	struct test_block t;

	assert_int_equal(add(bus, &t, 0x1000, 0x10), 0);
	assert_int_equal(vc_bus_read(bus, 0x1000, 1), 0x11);
	assert_int_equal(vc_bus_read(bus, 0x1003, 1), 0x44);
	assert_int_equal(vc_bus_read(bus, 0x1002, 2), 0x4433);
	assert_int_equal(vc_bus_read(bus, 0x1004, 2), 0x2215);
	vc_bus_write(bus, 0x1009, 1, 0x1ff);
	assert_int_equal(t.last_off, 8);
	assert_int_equal(t.last_val, 0xff00);
	/* Not aligned, of no size a CPU has, beyond the end. */
	t.last_off = 0;
	assert_int_equal(vc_bus_read(bus, 0x1001, 4), 0);
	assert_int_equal(vc_bus_read(bus, 0x1004, 3), 0);
	vc_bus_write(bus, 0x1006, 4, 1);
	vc_bus_write(bus, VC_VIRT_PERIPH_SIZE, 4, 1);
	assert_int_equal(t.last_off, 0);
}

static void test_refused(void **state)
{
	struct test_block t, clash[4];
	struct vc_bus *bus = *state;

	assert_int_equal(add(bus, &t, 0x1000, 0x100), 0);
	assert_int_equal(add(bus, &clash[0], 0x1000, 0x100), -EBUSY);
	assert_int_equal(add(bus, &clash[1], 0x0ffc, 8), -EBUSY);
	assert_int_equal(add(bus, &clash[2], 0x10fc, 4), -EBUSY);
	assert_int_equal(add(bus, &clash[3], 0x0800, 0x1000), -EBUSY);
	assert_int_equal(add(bus, &clash[0], 0x2002, 4), -EINVAL);
	assert_int_equal(add(bus, &clash[0], 0x2000, 6), -EINVAL);
	assert_int_equal(add(bus, &clash[0], 0x2000, 0), -EINVAL);
	assert_int_equal(add(bus, &clash[0], VC_VIRT_PERIPH_SIZE, 4), -EINVAL);
	assert_int_equal(add(bus, &clash[0], VC_VIRT_PERIPH_SIZE - 4, 8), -EINVAL);
	assert_int_equal(add(bus, &clash[0], 4, UINT32_MAX - 3), -EINVAL);
	assert_int_equal(add(bus, &clash[0], 0x1100, 4), 0);
}

static void test_ram(void **state)
{
	struct vc_block ram = { .name = "ram", .base = 0x402000, .size = 0x2000 };
	struct vc_block odd = { .name = "odd", .base = 0x500800, .size = 0x1000 };
	struct vc_bus *bus = *state;
	uint32_t *mapped;

	assert_int_equal(vc_bus_add_ram(bus, &odd), -EINVAL);
	assert_int_equal(vc_bus_add_ram(bus, &ram), 0);
	mapped = mmap(NULL, ram.size, PROT_READ | PROT_WRITE, MAP_SHARED, vc_bus_ram_fd(bus),
		      ram.base);
	assert_ptr_not_equal(mapped, MAP_FAILED);
	mapped[1] = 0x11223344;
	assert_int_equal(((uint32_t *)ram.ram)[1], 0x11223344);
	assert_int_equal(vc_bus_read(bus, 0x402006, 2), 0x1122);
	vc_bus_write(bus, 0x402005, 1, 0xff);
	assert_int_equal(mapped[1], 0x1122ff44);
	vc_bus_reset(bus);
	assert_int_equal(mapped[1], 0);
	/* Whoever has the file cannot take the memory away from us. */
	assert_int_equal(fcntl(vc_bus_ram_fd(bus), F_GET_SEALS) & F_SEAL_SHRINK, F_SEAL_SHRINK);
	munmap(mapped, ram.size);
}

static void test_iterate_and_reset(void **state)
{
	struct test_block t[2];
	struct vc_bus *bus = *state;
	struct vc_block *block;

	assert_int_equal(add(bus, &t[1], 0x2000, 4), 0);
	assert_int_equal(add(bus, &t[0], 0x1000, 4), 0);
	vc_bus_read(bus, 0x3000, 4);
	block = vc_bus_next(bus, NULL);
	assert_ptr_equal(block, &t[0].block);
	block = vc_bus_next(bus, block);
	assert_ptr_equal(block, &t[1].block);
	block = vc_bus_next(bus, block);
	assert_string_equal(block->name, "unmapped");
	assert_int_equal(block->reads, 1);
	assert_null(vc_bus_next(bus, block));

	vc_bus_reset(bus);
	assert_int_equal(t[0].resets, 1);
	assert_int_equal(t[1].resets, 1);
}

#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_decode),
		TEST(test_sizes),
		TEST(test_refused),
		TEST(test_ram),
		TEST(test_iterate_and_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
