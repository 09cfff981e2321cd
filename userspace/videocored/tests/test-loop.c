// SPDX-License-Identifier: GPL-2.0
/*
 * Calls from other threads to the loop thread.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "loop.h"

#define NR_THREADS	4
#define NR_CALLS	2000

static struct vc_loop *loop;

/** struct poster - a thread that posts, and what arrived of it */
struct poster {
	unsigned int next;
	unsigned int wrong;
	unsigned int *left;
};

struct call {
	struct poster *poster;
	unsigned int number;
};

static int setup(void **state)
{
	loop = vc_loop_create();
	return loop ? 0 : -1;
}

static int teardown(void **state)
{
	vc_loop_destroy(loop);
	return 0;
}

static void stop(void *arg)
{
	vc_loop_stop(loop);
}

static void count(void *arg)
{
	(*(unsigned int *)arg)++;
}

static void test_stop_before_run(void **state)
{
	vc_loop_stop(loop);
	assert_int_equal(vc_loop_run(loop), 0);
}

static void test_post_before_run(void **state)
{
	unsigned int n = 0;

	assert_int_equal(vc_loop_post(loop, count, &n), 0);
	assert_int_equal(vc_loop_post(loop, count, &n), 0);
	assert_int_equal(vc_loop_post(loop, stop, NULL), 0);
	assert_int_equal(n, 0);
	assert_int_equal(vc_loop_run(loop), 0);
	assert_int_equal(n, 2);
}

static void repost(void *arg)
{
	unsigned int *n = arg;

	if (++*n < 100)
		vc_loop_post(loop, repost, n);
	else
		vc_loop_stop(loop);
}

static void test_post_from_call(void **state)
{
	unsigned int n = 0;

	vc_loop_post(loop, repost, &n);
	assert_int_equal(vc_loop_run(loop), 0);
	assert_int_equal(n, 100);
}

static void arrive(void *arg)
{
	struct call *call = arg;
	struct poster *poster = call->poster;

	if (call->number != poster->next++)
		poster->wrong++;
	free(call);
	if (!--*poster->left)
		vc_loop_stop(loop);
}

static void *post_calls(void *arg)
{
	struct call *call;
	unsigned int i;

	for (i = 0; i < NR_CALLS; i++) {
		call = malloc(sizeof(*call));
		call->poster = arg;
		call->number = i;
		vc_loop_post(loop, arrive, call);
	}
	return NULL;
}

/* Nothing lost, each thread's calls in its order. */
static void test_order(void **state)
{
	unsigned int left = NR_THREADS * NR_CALLS, i;
	struct poster posters[NR_THREADS] = { 0 };
	pthread_t threads[NR_THREADS];

	for (i = 0; i < NR_THREADS; i++) {
		posters[i].left = &left;
		assert_int_equal(pthread_create(&threads[i], NULL, post_calls, &posters[i]), 0);
	}
	assert_int_equal(vc_loop_run(loop), 0);
	for (i = 0; i < NR_THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(posters[i].next, NR_CALLS);
		assert_int_equal(posters[i].wrong, 0);
	}
}

static void test_time(void **state)
{
	uint64_t a = vc_now_ns(), b = vc_now_ns();

	assert_true(a > 0);
	assert_true(b >= a);
}

#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_stop_before_run),
		TEST(test_post_before_run),
		TEST(test_post_from_call),
		TEST(test_order),
		TEST(test_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
