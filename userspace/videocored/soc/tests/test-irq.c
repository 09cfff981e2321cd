// SPDX-License-Identifier: GPL-2.0
/*
 * Levels in, edges out, seen by the eventfds a client would wait on.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include <videocore/virt.h>

#include "loop.h"
#include "soc/irq.h"

#define LINE		VC_VIRT_IRQ_HVS
#define OTHER		VC_VIRT_IRQ_PV2
#define TIMEOUT_MS	5000

/** struct fixture - lines on a loop that runs */
struct fixture {
	struct vc_loop *loop;
	struct vc_irq *irq;
	pthread_t thread;
	int fd;
};

static void *run_loop(void *arg)
{
	vc_loop_run(arg);
	return NULL;
}

static int attach(struct fixture *f, unsigned int line)
{
	int fd = eventfd(0, EFD_NONBLOCK);

	assert_int_equal(vc_irq_attach(f->irq, line, dup(fd)), 0);
	return fd;
}

/* Without the loop, nothing is repeated: what is counted is what calls did. */
static int setup_still(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->loop = vc_loop_create();
	f->irq = vc_irq_create(f->loop);
	f->fd = attach(f, LINE);
	*state = f;

	return 0;
}

static int setup_running(void **state)
{
	struct fixture *f;

	setup_still(state);
	f = *state;
	return pthread_create(&f->thread, NULL, run_loop, f->loop);
}

static int teardown_still(void **state)
{
	struct fixture *f = *state;

	close(f->fd);
	vc_irq_destroy(f->irq);
	vc_loop_destroy(f->loop);
	free(f);

	return 0;
}

static int teardown_running(void **state)
{
	struct fixture *f = *state;

	vc_loop_stop(f->loop);
	pthread_join(f->thread, NULL);
	return teardown_still(state);
}

static uint64_t edges(int fd)
{
	uint64_t n = 0;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

static bool wait_edge(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, TIMEOUT_MS) == 1 && edges(fd) > 0;
}

static void test_rising(void **state)
{
	struct fixture *f = *state;

	vc_irq_set(f->irq, LINE, true);
	assert_int_equal(edges(f->fd), 1);
	vc_irq_set(f->irq, LINE, false);
	assert_int_equal(edges(f->fd), 0);
	/* Down and up again at once is a new edge, however soon. */
	vc_irq_set(f->irq, LINE, true);
	assert_int_equal(edges(f->fd), 1);
	assert_int_equal(vc_irq_edges(f->irq, LINE), 2);
	assert_int_equal(vc_irq_edges(f->irq, OTHER), 0);
}

/* A handler at work is not interrupted by its own line. */
static void test_still_up(void **state)
{
	struct fixture *f = *state;
	int i;

	for (i = 0; i < 1000; i++)
		vc_irq_set(f->irq, LINE, true);
	assert_int_equal(edges(f->fd), 1);
}

/* Once it leaves the line alone there is an edge, long before the line's own turn. */
static void test_left_alone(void **state)
{
	struct fixture *f = *state;
	uint64_t start, quickest = UINT64_MAX, took;
	int i;

	vc_irq_set(f->irq, LINE, true);
	/* Late in its schedule, when by itself it would wait for 64 ms and more. */
	while (vc_irq_edges(f->irq, LINE) < 6)
		assert_true(wait_edge(f->fd));
	edges(f->fd);
	for (i = 0; i < 10; i++) {
		start = vc_now_ns();
		vc_irq_set(f->irq, LINE, true);
		assert_true(wait_edge(f->fd));
		took = vc_now_ns() - start;
		quickest = took < quickest ? took : quickest;
	}
	assert_true(quickest >= 200000);
	assert_true(quickest < 30000000);
}

static void test_attach_late(void **state)
{
	struct fixture *f = *state;
	int fd;

	vc_irq_set(f->irq, OTHER, true);
	fd = attach(f, OTHER);
	assert_int_equal(edges(fd), 1);
	/* A new vector for a line that is down is quiet. */
	vc_irq_set(f->irq, OTHER, false);
	close(fd);
	fd = attach(f, OTHER);
	assert_int_equal(edges(fd), 0);
	assert_int_equal(vc_irq_attach(f->irq, OTHER, -1), 0);
	vc_irq_set(f->irq, OTHER, true);
	assert_int_equal(edges(fd), 0);
	close(fd);
}

static void test_mask(void **state)
{
	struct fixture *f = *state;

	vc_irq_mask(f->irq, LINE, true);
	vc_irq_set(f->irq, LINE, true);
	assert_int_equal(edges(f->fd), 0);
	vc_irq_mask(f->irq, LINE, false);
	assert_int_equal(edges(f->fd), 1);
	vc_irq_set(f->irq, LINE, false);
	vc_irq_mask(f->irq, LINE, true);
	vc_irq_mask(f->irq, LINE, false);
	assert_int_equal(edges(f->fd), 0);
}

static void test_trigger(void **state)
{
	struct fixture *f = *state;

	vc_irq_trigger(f->irq, LINE);
	assert_int_equal(edges(f->fd), 1);
	vc_irq_trigger(f->irq, OTHER);
	vc_irq_trigger(f->irq, VC_VIRT_IRQ_COUNT);
}

static void test_reset(void **state)
{
	struct fixture *f = *state;
	int fd;

	vc_irq_set(f->irq, LINE, true);
	vc_irq_mask(f->irq, OTHER, true);
	edges(f->fd);
	vc_irq_reset(f->irq);
	vc_irq_set(f->irq, LINE, true);
	assert_int_equal(edges(f->fd), 0);
	fd = attach(f, OTHER);
	vc_irq_set(f->irq, OTHER, true);
	assert_int_equal(edges(fd), 1);
	close(fd);
}

static void test_bad_line(void **state)
{
	struct fixture *f = *state;

	vc_irq_set(f->irq, VC_VIRT_IRQ_COUNT, true);
	vc_irq_mask(f->irq, UINT32_MAX, true);
	assert_int_equal(vc_irq_attach(f->irq, VC_VIRT_IRQ_COUNT, -1), -EINVAL);
	assert_int_equal(vc_irq_edges(f->irq, VC_VIRT_IRQ_COUNT), 0);
}

static void test_repeated(void **state)
{
	struct fixture *f = *state;
	int i;

	vc_irq_set(f->irq, LINE, true);
	for (i = 0; i < 4; i++)
		assert_true(wait_edge(f->fd));
	vc_irq_set(f->irq, LINE, false);
	edges(f->fd);
	/* A line that went up later is repeated on its own schedule. */
	i = attach(f, OTHER);
	vc_irq_set(f->irq, OTHER, true);
	assert_true(wait_edge(i));
	assert_true(wait_edge(i));
	assert_int_equal(edges(f->fd), 0);
	close(i);
}

static void *toggle(void *arg)
{
	struct fixture *f = arg;
	int i;

	for (i = 0; i < 20000; i++)
		vc_irq_set(f->irq, LINE, i & 1);
	return NULL;
}

/* Other threads raise lines while the loop thread attaches and repeats. */
static void test_threads(void **state)
{
	struct fixture *f = *state;
	pthread_t a, b;
	int i;

	assert_int_equal(pthread_create(&a, NULL, toggle, f), 0);
	assert_int_equal(pthread_create(&b, NULL, toggle, f), 0);
	for (i = 0; i < 200; i++)
		close(attach(f, LINE));
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	close(f->fd);
	f->fd = attach(f, LINE);
	edges(f->fd);
	vc_irq_set(f->irq, LINE, false);
	vc_irq_set(f->irq, LINE, true);
	assert_true(wait_edge(f->fd));
}

#define STILL(fn)	cmocka_unit_test_setup_teardown(fn, setup_still, teardown_still)
#define RUNNING(fn)	cmocka_unit_test_setup_teardown(fn, setup_running, teardown_running)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STILL(test_rising),
		STILL(test_still_up),
		STILL(test_attach_late),
		STILL(test_mask),
		STILL(test_trigger),
		STILL(test_reset),
		STILL(test_bad_line),
		RUNNING(test_left_alone),
		RUNNING(test_repeated),
		RUNNING(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
