// SPDX-License-Identifier: GPL-2.0
/*
 * HDMI: the bits the driver waits for, packet RAM, CEC with nobody there.
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
#include "hdmi.h"
#include "irq.h"

static bool line;
static struct vc_bus *bus;
static struct vc_hdmi *hdmi;

void vc_irq_set(struct vc_irq *irq, unsigned int nr, bool level)
{
	line = level;
}

static int setup(void **state)
{
	line = false;
	bus = vc_bus_create();
	hdmi = vc_hdmi_create(bus, NULL);
	return hdmi ? 0 : -1;
}

static int teardown(void **state)
{
	vc_bus_destroy(bus);
	vc_hdmi_destroy(hdmi);
	return 0;
}

static uint32_t rd(uint32_t off)
{
	return vc_bus_read(bus, VC_VIRT_HDMI + off, 4);
}

static void wr(uint32_t off, uint32_t val)
{
	vc_bus_write(bus, VC_VIRT_HDMI + off, 4, val);
}

static void wr_hd(uint32_t off, uint32_t val)
{
	vc_bus_write(bus, VC_VIRT_HDMI_HD + off, 4, val);
}

static void test_hotplug(void **state)
{
	assert_int_equal(rd(0x0c), 0);
	vc_hdmi_set_connected(hdmi, true);
	assert_int_equal(rd(0x0c), 1);
	wr(0x0c, 0);
	assert_int_equal(rd(0x0c), 1);
}

static void test_recenter(void **state)
{
	wr(0x5c, 0);
	assert_false(rd(0x5c) & 1 << 14);
	wr(0x5c, 1 << 6);
	assert_true(rd(0x5c) & 1 << 14);
	wr(0x5c, 1 << 14);
	assert_int_equal(rd(0x5c), 0);
}

static void test_mode(void **state)
{
	wr(0xc0, 1);
	assert_int_equal(rd(0xc0) & 3, 3);
	assert_true(vc_hdmi_is_hdmi_mode(hdmi));
	wr(0xc0, 2);
	assert_int_equal(rd(0xc0) & 3, 0);
}

/* Status follows the configuration both ways, while packets are enabled. */
static void test_packets(void **state)
{
	wr(0xa0, 1 << 2);
	assert_int_equal(rd(0xa4), 0);
	wr(0xa0, 1 << 16 | 1 << 2);
	assert_int_equal(rd(0xa4), 1 << 2);
	assert_true(rd(0xa0) & 1 << 16);
	wr(0xa0, 1 << 16);
	assert_int_equal(rd(0xa4), 0);
}

static void test_software_reset(void **state)
{
	wr(0xc4, 1280);
	wr(0x400 + 2 * 0x24, 0x0d0282);
	wr_hd(0x0c, 1 << 2);
	assert_int_equal(rd(0xc4), 0);
	assert_int_equal(rd(0x400 + 2 * 0x24), 0x0d0282);
}

/* A message is not acknowledged; the driver clears START and the interrupt. */
static void test_cec(void **state)
{
	wr(0x354, 1 << 6);
	wr(0xe8, 1 << 20 | 15 << 12);
	assert_true(line);
	assert_true(rd(0x340) & 1 << 6);
	assert_int_equal(rd(0xe8) >> 30, 2);	/* TX_EOM, not good */
	assert_false(rd(0xf8) & 1 << 23);
	wr(0xe8, rd(0xe8) & ~(1 << 20));
	wr(0x348, 1 << 6);
	assert_false(line);
	/* masked: pending, but silent */
	wr(0x350, 1 << 6);
	wr(0xe8, 1 << 20);
	assert_true(rd(0x340) & 1 << 6);
	assert_false(line);
	vc_bus_reset(bus);
	assert_int_equal(rd(0x340), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_hotplug, setup, teardown),
		cmocka_unit_test_setup_teardown(test_recenter, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mode, setup, teardown),
		cmocka_unit_test_setup_teardown(test_packets, setup, teardown),
		cmocka_unit_test_setup_teardown(test_software_reset, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cec, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
