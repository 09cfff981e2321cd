// SPDX-License-Identifier: GPL-2.0
/*
 * Transposer: GO, BUSY, the interrupt, ABORT, and what lands in memory.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <drm_fourcc.h>
#include <event2/event.h>

#include "bus.h"
#include "compositor.h"
#include "hvs.h"
#include "image.h"
#include "irq.h"
#include "loop.h"
#include "memory.h"
#include "txp.h"

#define PTR	0x00
#define PITCH	0x04
#define DIM	0x08
#define CTRL	0x0c
#define GO	(1u << 0)
#define BUSY	(1u << 1)
#define EI	(1u << 2)
#define ABORT	(1u << 14)
#define INVERT	(1u << 12)

static bool line;
static unsigned int nr_raised;
static struct event_base *events;
static struct vc_bus *bus;
static struct vc_hvs *hvs;
static struct vc_txp *txp;
static struct vc_compositor_writeback job;
static unsigned int nr_jobs;

void vc_irq_set(struct vc_irq *irq, unsigned int nr, bool level)
{
	nr_raised += level && !line;
	line = level;
}

struct event_base *vc_loop_base(struct vc_loop *loop)
{
	return events;
}

int vc_loop_post(struct vc_loop *loop, void (*fn)(void *arg), void *arg)
{
	fn(arg);
	return 0;
}

/* The compositor takes the job and keeps it until the test lets it go. */
int vc_compositor_write_back(struct vc_compositor *comp,
			     const struct vc_compositor_writeback *wb)
{
	job = *wb;
	nr_jobs++;
	return 0;
}

static uint32_t rd(uint32_t off)
{
	return vc_bus_read(bus, VC_VIRT_TXP + off, 4);
}

static void wr(uint32_t off, uint32_t val)
{
	vc_bus_write(bus, VC_VIRT_TXP + off, 4, val);
}

static int setup(void **state)
{
	line = false;
	nr_raised = 0;
	nr_jobs = 0;
	memset(&job, 0, sizeof(job));
	events = event_base_new();
	bus = vc_bus_create();
	hvs = vc_hvs_create(bus);
	txp = vc_txp_create(bus, NULL, NULL, hvs, NULL);
	if (!txp)
		return -1;
	vc_bus_write(bus, VC_VIRT_HVS + 0x28, 4, 300);
	vc_bus_write(bus, VC_VIRT_HVS + 0x60, 4, 0xa0000000 | 640 << 12 | 480);
	wr(PTR, 0xc1000000);
	wr(PITCH, 2560);
	wr(DIM, 480 << 16 | 640);
	return 0;
}

static int teardown(void **state)
{
	vc_txp_destroy(txp);
	vc_bus_destroy(bus);
	vc_hvs_destroy(hvs);
	event_base_free(events);
	return 0;
}

static void run_timer(void)
{
	event_base_loop(events, EVLOOP_ONCE);
}

static void test_one_shot(void **state)
{
	wr(CTRL, GO | EI | 0xf << 16 | 13 << 8 | INVERT);
	assert_int_equal(nr_jobs, 0);
	assert_true(rd(CTRL) & BUSY);
	assert_false(rd(CTRL) & GO);
	assert_false(line);
	assert_int_equal(vc_bus_read(bus, VC_VIRT_HVS + 0x38, 4), 300);
	run_timer();
	assert_int_equal(nr_jobs, 1);
	assert_int_equal(job.dst.ptr, 0xc1000000);
	assert_int_equal(job.dst.pitch, 2560);
	assert_int_equal(job.dst.width, 640);
	assert_int_equal(job.dst.height, 480);
	assert_int_equal(job.dst.alpha, 255);
	assert_true(rd(CTRL) & BUSY);
	job.done(job.arg);
	assert_false(rd(CTRL) & (BUSY | GO));
	assert_int_equal(nr_raised, 1);
	/* one edge: the driver would take another one for another job */
	assert_false(line);
	/* the handler writes the register back without EI; this must not start again */
	wr(CTRL, rd(CTRL) & ~EI);
	assert_false(rd(CTRL) & BUSY);
	assert_int_equal(nr_raised, 1);
}

static void test_ids(void **state)
{
	assert_int_equal(rd(CTRL) >> 24, 0x54);
	assert_int_equal(rd(CTRL) >> 22 & 3, 1);
}

/* The channel stays armed: a second GO works without touching the HVS. */
static void test_again(void **state)
{
	unsigned int i;

	for (i = 1; i <= 3; i++) {
		wr(CTRL, GO | EI | 13 << 8);
		run_timer();
		job.done(job.arg);
		wr(CTRL, rd(CTRL) & ~EI);
		assert_int_equal(nr_jobs, i);
		assert_int_equal(nr_raised, i);
		assert_int_equal(job.dst.width, 640);
	}
}

static void test_abort(void **state)
{
	wr(CTRL, GO | EI | 13 << 8);
	wr(CTRL, ABORT);
	assert_false(rd(CTRL) & BUSY);
	assert_int_equal(nr_jobs, 0);
	/* memory may still be written: busy until it is not */
	wr(CTRL, GO | EI | 13 << 8);
	run_timer();
	wr(CTRL, ABORT);
	assert_true(rd(CTRL) & BUSY);
	job.done(job.arg);
	assert_false(rd(CTRL) & BUSY);
	assert_int_equal(nr_raised, 0);
}

static void test_channel_off(void **state)
{
	vc_bus_write(bus, VC_VIRT_HVS + 0x60, 4, 0);
	wr(CTRL, GO | EI | 13 << 8);
	run_timer();
	assert_int_equal(job.dst.width, 0);
	job.done(job.arg);
	assert_int_equal(nr_raised, 1);
}

static void test_reset(void **state)
{
	wr(CTRL, GO | EI | 13 << 8);
	run_timer();
	vc_bus_reset(bus);
	assert_true(rd(CTRL) & BUSY);
	job.done(job.arg);
	assert_false(rd(CTRL) & BUSY);
	assert_int_equal(nr_raised, 0);
}

/* -----------------------------------------------------------------------------
 * Memory
 */

static void store(unsigned int format, bool keeps_alpha, uint32_t pixel, uint8_t *out)
{
	struct vc_txp_target dst = {
		.ptr = MEMORY_BUS, .pitch = 16, .width = 1, .height = 1, .format = format,
		.keeps_alpha = keeps_alpha, .alpha = 255,
	};
	struct vc_image *img = vc_image_create(DRM_FORMAT_XRGB8888, 1, 1);
	struct vc_guest_view *view;
	struct memory m = { NULL, NULL };

	if (memory_init(&m) || !m.mem) {
		fail_msg("no memory");
		return;
	}
	memcpy(img->plane[0], &pixel, 4);
	view = vc_guest_view_get(m.guest);
	assert_int_equal(vc_txp_store(&dst, img, view), 0);
	memcpy(out, m.mem, 4);
	dst.ptr = MEMORY_BUS + MEMORY_SIZE - 1;
	assert_int_equal(vc_txp_store(&dst, img, view), -EFAULT);
	dst.format = 4;
	assert_int_equal(vc_txp_store(&dst, img, view), -EINVAL);
	vc_guest_view_put(view);
	memory_fini(&m);
	vc_image_destroy(img);
}

static void test_formats(void **state)
{
	uint8_t out[4];

	store(13, false, 0x01112233, out);
	assert_memory_equal(out, "\x33\x22\x11\xff", 4);
	store(13, true, 0x01112233, out);
	assert_memory_equal(out, "\x33\x22\x11\x01", 4);
	store(12, false, 0x01112233, out);
	assert_memory_equal(out, "\x11\x22\x33\xff", 4);
	store(14, false, 0x01112233, out);
	assert_memory_equal(out, "\xff\x11\x22\x33", 4);
	store(15, false, 0x01112233, out);
	assert_memory_equal(out, "\xff\x33\x22\x11", 4);
	store(9, false, 0x01112233, out);
	assert_memory_equal(out, "\x33\x22\x11", 3);
	store(8, false, 0x01112233, out);
	assert_memory_equal(out, "\x11\x22\x33", 3);
	store(7, false, 0x00f80010, out);
	assert_memory_equal(out, "\x02\xf8", 2);
	store(1, true, 0xc0f08010, out);
	assert_memory_equal(out, "\x81\xcf", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_shot, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ids, setup, teardown),
		cmocka_unit_test_setup_teardown(test_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_abort, setup, teardown),
		cmocka_unit_test_setup_teardown(test_channel_off, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reset, setup, teardown),
		cmocka_unit_test(test_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
