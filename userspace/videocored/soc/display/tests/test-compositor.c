// SPDX-License-Identifier: GPL-2.0
/*
 * Compositor thread: one frame at a time, nothing after blanking, comparison
 * with the camera only of what is surely whole and visible.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "compositor.h"
#include "dlist.h"
#include "image.h"
#include "memory.h"
#include "provenance.h"
#include "screen.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool hold;		/* keep the compositor in vc_screen_present() */
static unsigned int entered, presented, blanked, compared;
static struct vc_compositor_frame frame;
static struct vc_compositor *comp;
static struct memory m;

void vc_screen_present(struct vc_screen *screen, const struct vc_image *img, uint64_t now_ns)
{
	pthread_mutex_lock(&lock);
	entered++;
	pthread_cond_broadcast(&changed);
	while (hold)
		pthread_cond_wait(&changed, &lock);
	presented++;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

void vc_screen_blank(struct vc_screen *screen)
{
	blanked++;
}

void vc_provenance_compare(struct vc_provenance *prov, uint64_t seq, const struct vc_image *img,
			   unsigned int x, unsigned int y, unsigned int w, unsigned int h)
{
	pthread_mutex_lock(&lock);
	compared++;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static void set_hold(bool on)
{
	pthread_mutex_lock(&lock);
	hold = on;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static void wait_for_count(const unsigned int *count, unsigned int want)
{
	pthread_mutex_lock(&lock);
	while (*count < want)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

/* The thread takes one frame after the other, so accepting one means the last is done. */
static void submit(void)
{
	while (vc_compositor_submit(comp, &frame) == -EBUSY)
		sched_yield();
}

static const struct dlist_plane plane = {
	.format = 7, .order = 3, .src_w = 64, .src_h = 48, .alpha_mode = 1, .alpha = 255,
	.nr_mem = 1, .ptr = { MEMORY_BUS }, .pitch = { 256 }, .unity = true,
};

static void set_planes(unsigned int nr)
{
	unsigned int pos = 64;

	while (nr--)
		pos = dlist_add(frame.scene.ram, pos, &plane);
	frame.scene.ram[pos] = DLIST_END;
	assert_int_equal(vc_hvs_list_parse(frame.scene.ram, 64, &frame.scene.list), 0);
}

static int setup(void **state)
{
	entered = 0;
	presented = 0;
	blanked = 0;
	compared = 0;
	hold = false;
	memset(&frame, 0, sizeof(frame));
	frame.scene.width = 64;
	frame.scene.height = 48;
	frame.serial = 5;
	set_planes(1);
	if (memory_init(&m))
		return -1;
	comp = vc_compositor_create(m.guest, NULL, NULL);
	vc_compositor_set_active(comp, 5);
	return comp ? 0 : -1;
}

static int teardown(void **state)
{
	set_hold(false);
	vc_compositor_destroy(comp);
	memory_fini(&m);
	return 0;
}

static void test_one_at_a_time(void **state)
{
	struct vc_compositor_stats stats;

	set_hold(true);
	assert_int_equal(vc_compositor_submit(comp, &frame), 0);
	wait_for_count(&entered, 1);
	assert_int_equal(vc_compositor_submit(comp, &frame), -EBUSY);
	set_hold(false);
	submit();
	wait_for_count(&presented, 2);
	vc_compositor_stats(comp, &stats);
	assert_int_equal(stats.composed, 2);
	assert_int_equal(stats.left_out, 0);
}

static void on_written_back(void *arg)
{
	vc_screen_present(NULL, NULL, 0);
}

/* A frame that waits while the screen is turned off is not shown afterwards. */
static void test_blank(void **state)
{
	struct vc_compositor_writeback wb = { .done = on_written_back };
	struct vc_compositor_stats stats;

	set_hold(true);
	assert_int_equal(vc_compositor_write_back(comp, &wb), 0);
	wait_for_count(&entered, 1);
	assert_int_equal(vc_compositor_submit(comp, &frame), 0);
	vc_compositor_blank(comp);
	assert_int_equal(blanked, 1);
	set_hold(false);
	submit();
	wait_for_count(&presented, 2);
	vc_compositor_stats(comp, &stats);
	assert_int_equal(stats.composed, 2);
	assert_int_equal(stats.written_back, 1);
	/* one of writeback, one of the frame after blanking */
	assert_int_equal(presented, 2);
}

static void test_compare(void **state)
{
	frame.has_camera = true;
	submit();
	wait_for_count(&compared, 1);
}

static void expect_not_compared(void)
{
	frame.has_camera = true;
	submit();
	wait_for_count(&presented, 1);
	submit();
	wait_for_count(&presented, 2);
	assert_int_equal(compared, 0);
}

static void test_next_list_is_on(void **state)
{
	vc_compositor_set_active(comp, 6);
	expect_not_compared();
}

static void test_covered_by_another(void **state)
{
	set_planes(2);
	expect_not_compared();
}

static void test_hangs_over(void **state)
{
	frame.scene.width = 63;
	expect_not_compared();
}

static void test_no_size(void **state)
{
	struct vc_compositor_stats stats;

	frame.scene.width = 0;
	submit();
	frame.scene.width = 64;
	submit();
	wait_for_count(&presented, 1);
	vc_compositor_stats(comp, &stats);
	assert_int_equal(stats.composed, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_blank, setup, teardown),
		cmocka_unit_test_setup_teardown(test_compare, setup, teardown),
		cmocka_unit_test_setup_teardown(test_next_list_is_on, setup, teardown),
		cmocka_unit_test_setup_teardown(test_covered_by_another, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hangs_over, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_size, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
