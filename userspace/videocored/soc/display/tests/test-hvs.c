// SPDX-License-Identifier: GPL-2.0
/*
 * HVS registers: bind-time behaviour, the frame sequence of a channel, what a
 * frame's snapshot contains.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <videocore/virt.h>

#include "bus.h"
#include "dlist.h"
#include "hvs-compose.h"
#include "hvs.h"

#define DISPLIST1	0x24
#define DISPLACT1	0x34
#define DISPCTRL1	0x50
#define DISPBKGND1	0x54
#define DISPSTAT1	0x58
#define DISPBASE1	0x5c
#define ENABLE		0x80000000u
#define RESET		0x40000000u
#define ONESHOT		0x20000000u

static struct vc_bus *bus;
static struct vc_hvs *hvs;
static struct vc_hvs_scene scene;
static int line;

static int setup(void **state)
{
	bus = vc_bus_create();
	hvs = vc_hvs_create(bus);
	return hvs ? 0 : -1;
}

static int teardown(void **state)
{
	vc_bus_destroy(bus);
	vc_hvs_destroy(hvs);
	return 0;
}

static uint32_t rd(uint32_t off)
{
	return vc_bus_read(bus, VC_VIRT_HVS + off, 4);
}

static void wr(uint32_t off, uint32_t val)
{
	vc_bus_write(bus, VC_VIRT_HVS + off, 4, val);
}

static void enable_channel(uint32_t flags)
{
	wr(DISPCTRL1, 0);
	wr(DISPCTRL1, RESET);
	wr(DISPCTRL1, 0);
	wr(DISPCTRL1, ENABLE | flags | 1280 << 12 | 720);
}

static void test_registers(void **state)
{
	assert_int_equal(rd(0x08), 0x64647276);
	wr(0x00, ENABLE | 0x123);
	assert_int_equal(rd(0x00), ENABLE | 0x123);
	wr(0x14, 0xaabbccdd);
	assert_int_equal(rd(0x14), 0xaabbccdd);
	wr(DISPLACT1, 77);
	assert_int_equal(rd(DISPLACT1), 0);
	wr(0x04, 0xffffffff);
	assert_int_equal(rd(0x04), 0);
}

/* The driver warns unless a stopped channel is disabled and empty at once. */
static void test_stop(void **state)
{
	enable_channel(0);
	vc_hvs_latch(hvs, 1);
	assert_int_equal(rd(DISPSTAT1) >> 30, 2);
	wr(DISPCTRL1, RESET);
	wr(DISPCTRL1, 0);
	assert_int_equal(rd(DISPCTRL1), 0);
	assert_int_equal(rd(DISPSTAT1) >> 30, 0);
	assert_true(rd(DISPSTAT1) & 1u << 28);
	assert_false(rd(DISPSTAT1) & 1u << 29);
}

static void test_latch(void **state)
{
	wr(DISPLIST1, 500);
	enable_channel(0);
	assert_int_equal(rd(DISPLIST1), 500);
	assert_int_equal(rd(DISPSTAT1) >> 30, 1);
	assert_int_equal(rd(DISPLACT1), 0);
	vc_hvs_latch(hvs, 1);
	assert_int_equal(rd(DISPLACT1), 500);
	wr(DISPLIST1, 600);
	wr(DISPLIST1, 700);
	assert_int_equal(rd(DISPLACT1), 500);
	vc_hvs_frame_end(hvs, 1);
	vc_hvs_latch(hvs, 1);
	assert_int_equal(rd(DISPLACT1), 700);
	assert_int_equal(rd(DISPSTAT1) >> 12 & 63, 1);
}

static void test_disabled_is_not_latched(void **state)
{
	wr(DISPLIST1, 500);
	vc_hvs_latch(hvs, 1);
	assert_int_equal(rd(DISPLACT1), 0);
}

static void test_oneshot_stays_armed(void **state)
{
	enable_channel(ONESHOT);
	vc_hvs_latch(hvs, 1);
	vc_hvs_frame_end(hvs, 1);
	assert_true(vc_hvs_is_enabled(hvs, 1));
	assert_int_equal(rd(DISPSTAT1) >> 30, 1);
}

static int get_line(void *arg)
{
	return line;
}

/* vc4-display.md 4.3: the driver subtracts the lines in the FIFO plus one. */
static void test_line(void **state)
{
	struct vc_hvs_timing timing = { .line = get_line };

	vc_hvs_set_timing(hvs, 1, &timing);
	wr(DISPBASE1, 0x2fff1800);
	wr(DISPCTRL1, ENABLE | 1920 << 12 | 1080);
	line = 100;
	assert_int_equal(rd(DISPSTAT1) & 0xfff, 0);
	vc_hvs_latch(hvs, 1);
	assert_int_equal(rd(DISPSTAT1) & 0xfff, 104);
	line = -1;
	assert_int_equal(rd(DISPSTAT1) & 0xfff, 0);
	line = 1079;
	assert_int_equal(rd(DISPSTAT1) & 0xfff, 1080);
}

/* As vc_hvs_create() placed it: the list RAM is memory of the bus. */
static uint32_t *dlist_ram(void)
{
	struct vc_block *block = NULL;

	while ((block = vc_bus_next(bus, block)))
		if (block->base == VC_VIRT_HVS_DLIST)
			return block->ram;
	return NULL;
}

static void test_snapshot(void **state)
{
	struct dlist_plane p = {
		.format = 4, .order = 2, .src_w = 64, .src_h = 32, .alpha_mode = 1,
		.alpha = 255, .nr_mem = 1, .ptr = { 0xc0000000 }, .pitch = { 128 },
		.unity = true,
	};
	uint32_t *ram = dlist_ram();
	unsigned int i;

	assert_non_null(ram);
	ram[dlist_add(ram, 500, &p)] = DLIST_END;
	wr(DISPLIST1, 500);
	enable_channel(0);
	wr(DISPBKGND1, 1u << 29 | 0x112233);
	wr(0x78, 1u << 31 | 0x300);
	for (i = 0; i < 768; i++)
		wr(0xe0, 255 - i % 256);
	vc_hvs_latch(hvs, 1);
	vc_hvs_snapshot(hvs, 1, &scene);
	assert_int_equal(scene.width, 1280);
	assert_int_equal(scene.height, 720);
	assert_int_equal(scene.background, 0x112233);
	assert_true(scene.has_gamma);
	assert_int_equal(scene.gamma[0][0], 255);
	assert_int_equal(scene.gamma[2][255], 0);
	assert_false(scene.has_ctm);
	assert_int_equal(scene.list.nr_planes, 1);
	assert_int_equal(scene.list.plane[0].src_w, 64);
}

static void test_ctm(void **state)
{
	/* channel 1, offset of red -1; red comes from blue, green and blue from red */
	wr(0x80, 2u << 24 | 0xff << 16);
	wr(0x84, 0x1ff << 20);
	wr(0x8c, 0x3ff << 10 | 0x100);
	vc_hvs_snapshot(hvs, 1, &scene);
	assert_true(scene.has_ctm);
	assert_int_equal(scene.ctm_offset[0], -1);
	assert_int_equal(scene.ctm[0][2], 512);
	assert_int_equal(scene.ctm[0][0], 0);
	assert_int_equal(scene.ctm[1][0], -512);
	assert_int_equal(scene.ctm[2][0], 256);
	vc_hvs_snapshot(hvs, 2, &scene);
	assert_false(scene.has_ctm);
}

/* A list index that the guest made up. */
static void test_wild_index(void **state)
{
	wr(DISPLIST1, 0xffffffff);
	enable_channel(0);
	vc_hvs_latch(hvs, 1);
	vc_hvs_snapshot(hvs, 1, &scene);
	assert_int_equal(scene.list.nr_planes, 0);
	/* and a gamma address beyond the table */
	wr(0x78, 1u << 31 | 0xfff);
	wr(0xe0, 1);
	rd(0xe0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_registers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_latch, setup, teardown),
		cmocka_unit_test_setup_teardown(test_disabled_is_not_latched, setup, teardown),
		cmocka_unit_test_setup_teardown(test_oneshot_stays_armed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_snapshot, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ctm, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wild_index, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
