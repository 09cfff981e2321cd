// SPDX-License-Identifier: GPL-2.0
/*
 * The two bells as guest and firmware see them.
 *
 * Copyright (C) 2026 vc-media project
 */
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
#include "soc/bus.h"
#include "soc/doorbell.h"
#include "soc/irq.h"
#include "videocored.h"

#define BELL0		(VC_VIRT_DOORBELL + 0x00)
#define BELL2		(VC_VIRT_DOORBELL + 0x08)
#define RUNG		4

/** struct fixture - a doorbell block and its interrupt */
struct fixture {
	struct videocored vc;
	unsigned int rung;
	int fd;
};

static void on_rung(void *arg)
{
	((struct fixture *)arg)->rung++;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->vc.loop = vc_loop_create();
	f->vc.irq = vc_irq_create(f->vc.loop);
	f->vc.bus = vc_bus_create();
	f->vc.doorbell = vc_doorbell_create(&f->vc);
	f->fd = eventfd(0, EFD_NONBLOCK);
	vc_irq_attach(f->vc.irq, VC_VIRT_IRQ_DOORBELL, dup(f->fd));
	*state = f;

	return f->vc.doorbell ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	close(f->fd);
	vc_doorbell_destroy(f->vc.doorbell);
	vc_bus_destroy(f->vc.bus);
	vc_irq_destroy(f->vc.irq);
	vc_loop_destroy(f->vc.loop);
	free(f);

	return 0;
}

static uint64_t edges(struct fixture *f)
{
	uint64_t n = 0;

	return read(f->fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

static void test_bell0(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(vc_bus_read(f->vc.bus, BELL0, 4), 0);
	vc_doorbell_ring_host(f->vc.doorbell);
	assert_int_equal(edges(f), 1);
	/* Already rung: nothing more to tell. */
	vc_doorbell_ring_host(f->vc.doorbell);
	assert_int_equal(edges(f), 0);
	assert_int_equal(vc_bus_read(f->vc.bus, BELL0, 4), RUNG);
	assert_int_equal(vc_bus_read(f->vc.bus, BELL0, 4), 0);
	vc_doorbell_ring_host(f->vc.doorbell);
	assert_int_equal(edges(f), 1);
}

static void test_bell2(void **state)
{
	struct fixture *f = *state;

	/* Nobody listens yet. */
	vc_bus_write(f->vc.bus, BELL2, 4, 0);
	vc_doorbell_set_handler(f->vc.doorbell, on_rung, f);
	vc_bus_write(f->vc.bus, BELL2, 4, 0);
	vc_bus_write(f->vc.bus, BELL2, 4, 0xffffffff);
	assert_int_equal(f->rung, 2);
	assert_int_equal(vc_bus_read(f->vc.bus, BELL2, 4), 0);
	vc_bus_write(f->vc.bus, BELL0, 4, 1);
	vc_bus_write(f->vc.bus, BELL2 + 4, 4, 1);
	assert_int_equal(f->rung, 2);
	assert_int_equal(edges(f), 0);
}

static void test_reset(void **state)
{
	struct fixture *f = *state;

	vc_doorbell_ring_host(f->vc.doorbell);
	vc_bus_reset(f->vc.bus);
	assert_int_equal(vc_bus_read(f->vc.bus, BELL0, 4), 0);
}

static void *ring(void *arg)
{
	struct fixture *f = arg;
	int i;

	for (i = 0; i < 10000; i++)
		vc_doorbell_ring_host(f->vc.doorbell);
	return NULL;
}

/* Whatever the order of rings and reads: a ring after the last read is seen. */
static void test_race(void **state)
{
	struct fixture *f = *state;
	pthread_t thread;
	int i;

	assert_int_equal(pthread_create(&thread, NULL, ring, f), 0);
	for (i = 0; i < 10000; i++)
		vc_bus_read(f->vc.bus, BELL0, 4);
	pthread_join(thread, NULL);
	vc_bus_read(f->vc.bus, BELL0, 4);
	edges(f);
	vc_doorbell_ring_host(f->vc.doorbell);
	assert_int_equal(edges(f), 1);
	assert_int_equal(vc_bus_read(f->vc.bus, BELL0, 4), RUNG);
}

#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bell0),
		TEST(test_bell2),
		TEST(test_reset),
		TEST(test_race),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
