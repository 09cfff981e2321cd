// SPDX-License-Identifier: GPL-2.0
/*
 * Pixel valve: vertical blanking with a clock of the test's own.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <event2/event.h>

#include "bus.h"
#include "irq.h"
#include "loop.h"
#include "pixelvalve.h"

#define BASE		0x807000
#define CONTROL		0x00
#define V_CONTROL	0x04
#define HORZA		0x0c
#define HORZB		0x10
#define VERTA		0x14
#define VERTB		0x18
#define INTEN		0x24
#define INTSTAT		0x28
#define VFP_START	0x80

static uint64_t now;
static uint32_t clock_hz;
static bool line;
static unsigned int nr_frames, nr_started, nr_stopped;
static bool irq_was_up_at_latch;
static struct event_base *events;
static struct vc_bus *bus;
static struct vc_pixelvalve *pv;

uint64_t vc_now_ns(void)
{
	return now;
}

void vc_irq_set(struct vc_irq *irq, unsigned int nr, bool level)
{
	line = level;
}

static uint32_t rd(uint32_t off)
{
	return vc_bus_read(bus, BASE + off, 4);
}

static void wr(uint32_t off, uint32_t val)
{
	vc_bus_write(bus, BASE + off, 4, val);
}

static uint32_t clock_rate(void *arg)
{
	return clock_hz;
}

static void frame_start(void *arg, uint64_t now_ns)
{
	nr_frames++;
	irq_was_up_at_latch = line || (rd(INTSTAT) & VFP_START);
}

static void started(void *arg)
{
	nr_started++;
}

static void stopped(void *arg)
{
	nr_stopped++;
}

static const struct vc_pixelvalve_ops ops = {
	.clock_rate = clock_rate,
	.frame_start = frame_start,
	.started = started,
	.stopped = stopped,
};

static int setup(void **state)
{
	now = 1000000000;
	clock_hz = 74250000;
	line = false;
	nr_frames = 0;
	nr_started = 0;
	nr_stopped = 0;
	events = event_base_new();
	bus = vc_bus_create();
	pv = vc_pixelvalve_create(bus, NULL, events, BASE, 5, &ops, NULL);
	return pv ? 0 : -1;
}

static int teardown(void **state)
{
	vc_pixelvalve_destroy(pv);
	vc_bus_destroy(bus);
	event_base_free(events);
	return 0;
}

/* 1280x720: 1650 x 750 pixels, 60 Hz exactly. */
static void enable_720p(void)
{
	wr(HORZA, 220 << 16 | 40);
	wr(HORZB, 110 << 16 | 1280);
	wr(VERTA, 20 << 16 | 5);
	wr(VERTB, 5 << 16 | 720);
	wr(CONTROL, 1);
	assert_int_equal(nr_started, 0);
	wr(V_CONTROL, 1);
}

static void test_period(void **state)
{
	struct vc_pixelvalve_mode mode;

	enable_720p();
	assert_int_equal(nr_started, 1);
	vc_pixelvalve_mode(pv, &mode);
	assert_int_equal(mode.htotal, 1650);
	assert_int_equal(mode.vtotal, 750);
	assert_int_equal(mode.hdisplay, 1280);
	assert_int_equal(vc_pixelvalve_deadline(pv) - now, 16666666);
	clock_hz = 74175824;	/* 1000/1001 of it */
	now = vc_pixelvalve_deadline(pv);
	vc_pixelvalve_run(pv, now);
	assert_int_equal(vc_pixelvalve_deadline(pv) - now, 16683333);
}

/* The timer is always late; the hundredth deadline is where it should be. */
static void test_no_drift(void **state)
{
	uint64_t begin = now;
	unsigned int i;

	enable_720p();
	for (i = 1; i <= 6000; i++) {
		now = vc_pixelvalve_deadline(pv) + 123456 + i % 7 * 100000;
		vc_pixelvalve_run(pv, now);
		assert_int_equal(nr_frames, i);
	}
	assert_int_equal(vc_pixelvalve_deadline(pv) - begin,
			 (uint64_t)6001 * 1000000000 / 60);
}

static void test_not_early(void **state)
{
	enable_720p();
	vc_pixelvalve_run(pv, vc_pixelvalve_deadline(pv) - 1);
	assert_int_equal(nr_frames, 0);
	vc_pixelvalve_run(pv, vc_pixelvalve_deadline(pv));
	assert_int_equal(nr_frames, 1);
}

static void test_stall(void **state)
{
	struct vc_pixelvalve_stats stats;
	uint64_t begin = now;

	enable_720p();
	now += 100500000;	/* six frames and a bit */
	vc_pixelvalve_run(pv, now);
	assert_int_equal(nr_frames, 1);
	vc_pixelvalve_stats(pv, &stats);
	assert_int_equal(stats.vblanks, 6);
	assert_int_equal(stats.missed, 5);
	assert_int_equal(vc_pixelvalve_deadline(pv) - begin, 7ull * 1000000000 / 60);
}

static void test_latch_before_irq(void **state)
{
	enable_720p();
	wr(INTEN, VFP_START);
	irq_was_up_at_latch = true;
	vc_pixelvalve_run(pv, vc_pixelvalve_deadline(pv));
	assert_false(irq_was_up_at_latch);
	assert_true(line);
	assert_true(rd(INTSTAT) & VFP_START);
}

/* The status is set regardless of INTEN; the line is not. */
static void test_irq(void **state)
{
	enable_720p();
	vc_pixelvalve_run(pv, vc_pixelvalve_deadline(pv));
	assert_false(line);
	assert_int_equal(rd(INTSTAT), VFP_START);
	wr(INTEN, VFP_START);
	assert_true(line);
	wr(INTSTAT, 0x7f);
	assert_true(line);
	wr(INTSTAT, VFP_START);
	assert_false(line);
	assert_int_equal(rd(INTSTAT), 0);
}

static void test_stop(void **state)
{
	enable_720p();
	wr(V_CONTROL, 0);
	assert_int_equal(nr_stopped, 1);
	assert_int_equal(rd(V_CONTROL) & 1, 0);
	assert_int_equal(vc_pixelvalve_deadline(pv), 0);
	vc_pixelvalve_run(pv, now + 1000000000);
	assert_int_equal(nr_frames, 0);
	wr(CONTROL, 0);
	assert_int_equal(nr_stopped, 1);
}

static void test_reset(void **state)
{
	enable_720p();
	wr(INTEN, VFP_START);
	vc_pixelvalve_run(pv, vc_pixelvalve_deadline(pv));
	vc_bus_reset(bus);
	assert_false(line);
	assert_false(vc_pixelvalve_is_running(pv));
	assert_int_equal(nr_stopped, 1);
}

static void test_no_clock(void **state)
{
	clock_hz = 0;
	enable_720p();
	assert_int_equal(vc_pixelvalve_deadline(pv) - now, 1000000000 / 60);
}

/* Timing registers of zero, or a clock that would mean a storm of interrupts. */
static void test_nonsense(void **state)
{
	clock_hz = 0xffffffff;
	wr(CONTROL, 1);
	wr(V_CONTROL, 1);
	assert_int_equal(vc_pixelvalve_deadline(pv) - now, 1000000000 / 60);
	assert_int_equal(vc_pixelvalve_line(pv, now), -1);
	wr(HORZB, 1);
	wr(VERTB, 1);
	vc_pixelvalve_run(pv, vc_pixelvalve_deadline(pv));
	assert_true(vc_pixelvalve_deadline(pv) >= now + 1000000000 / 60);
}

static void test_line(void **state)
{
	uint64_t period, begin;

	enable_720p();
	now = vc_pixelvalve_deadline(pv);
	vc_pixelvalve_run(pv, now);
	begin = now;
	period = vc_pixelvalve_deadline(pv) - begin;
	assert_int_equal(vc_pixelvalve_line(pv, begin), -1);
	assert_int_equal(vc_pixelvalve_line(pv, begin + period * 29 / 750), -1);
	assert_int_equal(vc_pixelvalve_line(pv, begin + period * 301 / 7500), 0);
	assert_int_equal(vc_pixelvalve_line(pv, begin + period * 3901 / 7500), 360);
	assert_int_equal(vc_pixelvalve_line(pv, begin + period - 1), 719);
	/* the timer is late: the last line lasts */
	assert_int_equal(vc_pixelvalve_line(pv, begin + period + 5000), 719);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_period, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_drift, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_early, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stall, setup, teardown),
		cmocka_unit_test_setup_teardown(test_latch_before_irq, setup, teardown),
		cmocka_unit_test_setup_teardown(test_irq, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reset, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_clock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nonsense, setup, teardown),
		cmocka_unit_test_setup_teardown(test_line, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
