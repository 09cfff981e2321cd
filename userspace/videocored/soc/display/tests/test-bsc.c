// SPDX-License-Identifier: GPL-2.0
/*
 * BSC: the sequences of the i2c-bcm2835 driver (soc-glue.md 5).
 *
 * Copyright (C) 2026 vc-media project
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bsc.h"
#include "bus.h"
#include "edid.h"
#include "irq.h"

#define BASE	0x805000
#define C	0x00
#define S	0x04
#define DLEN	0x08
#define A	0x0c
#define FIFO	0x10

#define C_READ	(1 << 0)
#define C_CLEAR	(1 << 4)
#define C_ST	(1 << 7)
#define C_INTD	(1 << 8)
#define C_INTT	(1 << 9)
#define C_INTR	(1 << 10)
#define C_EN	(1 << 15)
#define S_DONE	(1 << 1)
#define S_TXW	(1 << 2)
#define S_RXR	(1 << 3)
#define S_TXD	(1 << 4)
#define S_RXD	(1 << 5)
#define S_ERR	(1 << 8)
#define S_CLKT	(1 << 9)

static bool line;
static struct vc_bus *bus;
static struct vc_bsc *bsc;
static struct vc_ddc ddc;

void vc_irq_set(struct vc_irq *irq, unsigned int nr, bool level)
{
	line = level;
}

static const struct vc_i2c_ops ops = {
	.write = vc_ddc_write,
	.read = vc_ddc_read,
	.stop = vc_ddc_stop,
};

static int setup(void **state)
{
	memset(&ddc, 0, sizeof(ddc));
	ddc.is_present = true;
	ddc.len = VC_EDID_DEFAULT_LEN;
	vc_edid_default(ddc.edid);
	bus = vc_bus_create();
	bsc = vc_bsc_create(bus, NULL, BASE, 8, &ops, &ddc);
	return bus && bsc ? 0 : -1;
}

static int teardown(void **state)
{
	vc_bus_destroy(bus);
	vc_bsc_destroy(bsc);
	return 0;
}

static uint32_t rd(uint32_t off)
{
	return vc_bus_read(bus, BASE + off, 4);
}

static void wr(uint32_t off, uint32_t val)
{
	vc_bus_write(bus, BASE + off, 4, val);
}

struct msg {
	uint8_t addr;
	bool read;
	uint16_t len;
	uint8_t *buf;
};

static void start_transfer(const struct msg *m, bool is_last)
{
	uint32_t c = C_ST | C_EN | (m->read ? C_READ | C_INTR : C_INTT);

	wr(A, m->addr);
	wr(DLEN, m->len);
	wr(C, is_last ? c | C_INTD : c);
}

/* The driver's interrupt handler until it completes: 0 or -1. Fails on a storm. */
static int transfer(const struct msg *msgs, unsigned int nr)
{
	unsigned int cur = 0, pos = 0, rounds;
	int ret = -2;

	start_transfer(&msgs[0], nr == 1);
	for (rounds = 0; line && ret == -2 && rounds < 1000; rounds++) {
		const struct msg *m = &msgs[cur];
		uint32_t s = rd(S);

		if (s & (S_CLKT | S_ERR)) {
			ret = -1;
		} else if (s & S_DONE) {
			while (m->read && pos < m->len && (rd(S) & S_RXD))
				m->buf[pos++] = rd(FIFO);
			ret = pos == m->len && !(rd(S) & S_RXD) ? 0 : -1;
		} else if (s & S_TXW) {
			if (pos == m->len) {
				ret = -1;
				break;
			}
			while (pos < m->len && (rd(S) & S_TXD))
				wr(FIFO, m->buf[pos++]);
			if (pos == m->len && cur + 1 < nr) {
				pos = 0;
				cur++;
				start_transfer(&msgs[cur], cur + 1 == nr);
			}
		} else if (s & S_RXR) {
			if (pos == m->len) {
				ret = -1;
				break;
			}
			while (pos < m->len && (rd(S) & S_RXD))
				m->buf[pos++] = rd(FIFO);
		} else {
			fail_msg("line up without a cause, S = %x", s);
		}
	}
	wr(C, C_CLEAR);
	wr(S, S_CLKT | S_ERR | S_DONE);
	assert_false(line);
	return ret;
}

static void test_reset_values(void **state)
{
	assert_int_equal(rd(S), 0x50);
	assert_int_equal(rd(0x14), 0x5dc);
	assert_int_equal(rd(0x18), 0x300030);
	assert_int_equal(rd(0x1c), 0x40);
}

/* Write offset, repeated start, read 128: as drm_do_probe_ddc_edid() does. */
static void test_edid_blocks(void **state)
{
	uint8_t offset = 0, buf[128];
	struct msg msgs[] = {
		{ 0x50, false, 1, &offset },
		{ 0x50, true, 128, buf },
	};

	assert_int_equal(transfer(msgs, 2), 0);
	assert_memory_equal(buf, ddc.edid, 128);
	offset = 128;
	assert_int_equal(transfer(msgs, 2), 0);
	assert_memory_equal(buf, ddc.edid + 128, 128);
}

static void test_nobody_there(void **state)
{
	uint8_t offset = 0, buf[128];
	struct msg msgs[] = {
		{ 0x50, false, 1, &offset },
		{ 0x50, true, 128, buf },
	};

	ddc.is_present = false;
	assert_int_equal(transfer(msgs, 2), -1);
	assert_int_equal(transfer(msgs, 1), -1);
	/* and the next transfer is not poisoned by it */
	ddc.is_present = true;
	assert_int_equal(transfer(msgs, 2), 0);
	assert_memory_equal(buf, ddc.edid, 128);
}

/* Three messages; the first is for a slave that is not there. */
static void test_nack_is_told_late(void **state)
{
	uint8_t segment = 1, offset = 0, buf[4];
	struct msg msgs[] = {
		{ 0x30, false, 1, &segment },
		{ 0x50, false, 1, &offset },
		{ 0x50, true, 4, buf },
	};

	start_transfer(&msgs[0], false);
	assert_true(rd(S) & S_TXW);
	wr(FIFO, segment);
	assert_false(rd(S) & (S_ERR | S_DONE | S_TXW));
	assert_false(line);
	wr(C, C_CLEAR);
	assert_int_equal(transfer(msgs, 3), -1);
	ddc.len = 512;
	memset(ddc.edid + 256, 0x77, 4);
	assert_int_equal(transfer(msgs, 3), 0);
	assert_memory_equal(buf, "\x77\x77\x77\x77", 4);
}

/* DONE must not survive a start, TXW not the last byte. */
static void test_flags(void **state)
{
	uint8_t offset = 0;
	struct msg msg = { 0x50, false, 1, &offset };

	start_transfer(&msg, true);
	assert_true(line);
	wr(FIFO, 0);
	assert_true(rd(S) & S_DONE);
	assert_false(rd(S) & S_TXW);
	start_transfer(&msg, true);
	assert_false(rd(S) & S_DONE);
	assert_true(rd(S) & S_TXW);
}

static void test_write_only(void **state)
{
	uint8_t bytes[3] = { 1, 2, 3 };
	struct msg msg = { 0x50, false, 3, bytes };

	assert_int_equal(transfer(&msg, 1), 0);
	assert_int_equal(ddc.offset, 1);
}

/* More bytes than announced go nowhere. */
static void test_overrun(void **state)
{
	uint8_t byte = 9;
	struct msg msg = { 0x50, false, 1, &byte };
	unsigned int i;

	start_transfer(&msg, false);
	for (i = 0; i < 100000; i++)
		wr(FIFO, i);
	assert_false(rd(S) & S_TXW);
	wr(DLEN, 0xffffffff);
	assert_int_equal(rd(DLEN), 0xffff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_reset_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_edid_blocks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nobody_there, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nack_is_told_late, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flags, setup, teardown),
		cmocka_unit_test_setup_teardown(test_write_only, setup, teardown),
		cmocka_unit_test_setup_teardown(test_overrun, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
