// SPDX-License-Identifier: GPL-2.0
/*
 * Bus addresses to pointers, mappings that come and go while somebody looks.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include <videocore/virt.h>

#include "guest.h"

#define BASE	VC_VIRT_RAM_BASE
#define PAGE	4096u

/** struct fixture - guest memory and a file to map from */
struct fixture {
	struct vc_guest *guest;
	int fd;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->guest = vc_guest_create(BASE);
	f->fd = memfd_create("guest", MFD_CLOEXEC);
	*state = f;

	return ftruncate(f->fd, 16 * PAGE);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	vc_guest_destroy(f->guest);
	close(f->fd);
	free(f);

	return 0;
}

static void *at(struct fixture *f, uint32_t bus, size_t len)
{
	struct vc_guest_view *view = vc_guest_view_get(f->guest);
	void *ptr = vc_guest_ptr(view, bus, len);

	vc_guest_view_put(view);
	return ptr;
}

static void test_empty(void **state)
{
	struct fixture *f = *state;

	assert_null(at(f, 0xc0000000, 1));
	assert_int_equal(vc_guest_unmap(f->guest, BASE, PAGE), -ENOENT);
	vc_guest_unmap_all(f->guest);
}

/* All four aliases are the same memory; the peripherals are none of it. */
static void test_aliases(void **state)
{
	struct fixture *f = *state;
	uint8_t *first;

	assert_int_equal(vc_guest_map(f->guest, BASE, 4 * PAGE, f->fd, 0, true), 0);
	first = at(f, 0xc0000000, 4 * PAGE);
	assert_non_null(first);
	assert_ptr_equal(at(f, 0x00000000, PAGE), first);
	assert_ptr_equal(at(f, 0x40000000, PAGE), first);
	assert_ptr_equal(at(f, 0x80000000 + PAGE, PAGE), first + PAGE);
}

static void test_peripherals(void **state)
{
	uint64_t at_periph = BASE + (VC_VIRT_PERIPH_BUS & ~VC_VIRT_DMA_ALIAS_MASK);
	struct fixture *f = *state;

	assert_int_equal(vc_guest_map(f->guest, at_periph, PAGE, f->fd, 0, true), 0);
	assert_null(at(f, VC_VIRT_PERIPH_BUS, 4));
	assert_non_null(at(f, 0xfe000000, 4));
}

static void test_ranges(void **state)
{
	struct fixture *f = *state;

	/* Two neighbours and a gap. */
	assert_int_equal(vc_guest_map(f->guest, BASE, 2 * PAGE, f->fd, 0, true), 0);
	assert_int_equal(vc_guest_map(f->guest, BASE + 2 * PAGE, PAGE, f->fd, 4 * PAGE, true), 0);
	assert_int_equal(vc_guest_map(f->guest, BASE + 5 * PAGE, PAGE, f->fd, 5 * PAGE, true), 0);
	assert_non_null(at(f, 0xc0000000, 2 * PAGE));
	assert_null(at(f, 0xc0000000, 2 * PAGE + 1));
	assert_null(at(f, 0xc0000000 + 2 * PAGE - 1, 2));
	assert_non_null(at(f, 0xc0000000 + 2 * PAGE - 1, 1));
	assert_non_null(at(f, 0xc0000000 + 2 * PAGE, PAGE));
	assert_null(at(f, 0xc0000000 + 3 * PAGE, 1));
	assert_null(at(f, 0xc0000000 + 6 * PAGE, 1));
	assert_null(at(f, 0xc0000000, 0));
	assert_null(at(f, 0xc0000000, SIZE_MAX));
	assert_null(at(f, 0xc0000000 + PAGE, SIZE_MAX - PAGE + 1));
}

/* Offset, length and the end of the alias; nothing wraps to address 0. */
static void test_end_of_bus(void **state)
{
	uint64_t last = BASE + VC_VIRT_DMA_SIZE - PAGE;
	struct fixture *f = *state;

	assert_int_equal(vc_guest_map(f->guest, BASE, PAGE, f->fd, 0, true), 0);
	assert_int_equal(vc_guest_map(f->guest, last, 2 * PAGE, f->fd, 0, true), 0);
	assert_non_null(at(f, 0xc0000000 + VC_VIRT_DMA_SIZE - PAGE, PAGE));
	assert_null(at(f, 0xc0000000 + VC_VIRT_DMA_SIZE - PAGE, PAGE + 1));
	assert_null(at(f, 0xc0000000 + VC_VIRT_DMA_SIZE, 1));
	assert_null(at(f, 0xffffffff, 1));
	assert_null(at(f, 0xffffffff, 2));
	assert_null(at(f, 0xfffff000, 0x2000));
}

static void test_map_refused(void **state)
{
	struct fixture *f = *state;
	int pipes[2];

	assert_int_equal(vc_guest_map(f->guest, BASE, 2 * PAGE, f->fd, 0, true), 0);
	assert_int_equal(vc_guest_map(f->guest, BASE + PAGE, PAGE, f->fd, 0, true), -EEXIST);
	assert_int_equal(vc_guest_map(f->guest, BASE - PAGE, 2 * PAGE, f->fd, 0, true), -EEXIST);
	assert_int_equal(vc_guest_map(f->guest, BASE + 4 * PAGE, 0, f->fd, 0, true), -EINVAL);
	assert_int_equal(vc_guest_map(f->guest, UINT64_MAX - PAGE, 2 * PAGE, f->fd, 0, true),
			 -EINVAL);
	/* The file is too short, or no file. */
	assert_int_equal(vc_guest_map(f->guest, BASE + 4 * PAGE, 2 * PAGE, f->fd, 15 * PAGE, true),
			 -EINVAL);
	assert_int_equal(vc_guest_map(f->guest, BASE + 4 * PAGE, PAGE, f->fd, UINT64_MAX - 1, true),
			 -EINVAL);
	assert_int_equal(vc_guest_map(f->guest, BASE + 4 * PAGE, PAGE, -1, 0, true), -EBADF);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(vc_guest_map(f->guest, BASE + 4 * PAGE, PAGE, pipes[0], 0, true), -EINVAL);
	close(pipes[0]);
	close(pipes[1]);
	/* Not aligned: the kernel says so. */
	assert_int_equal(vc_guest_map(f->guest, BASE + 4 * PAGE, PAGE, f->fd, 5, true), -EINVAL);
}

static void test_read_only(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(vc_guest_map(f->guest, BASE, PAGE, f->fd, 0, false), 0);
	assert_null(at(f, 0xc0000000, 4));
}

static void test_unmap(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(vc_guest_map(f->guest, BASE, 2 * PAGE, f->fd, 0, true), 0);
	assert_int_equal(vc_guest_map(f->guest, BASE + 4 * PAGE, PAGE, f->fd, 0, true), 0);
	/* Not in pieces. */
	assert_int_equal(vc_guest_unmap(f->guest, BASE, PAGE), -EINVAL);
	assert_int_equal(vc_guest_unmap(f->guest, BASE + PAGE, 4 * PAGE), -EINVAL);
	assert_int_equal(vc_guest_unmap(f->guest, BASE, 0), -EINVAL);
	assert_int_equal(vc_guest_unmap(f->guest, UINT64_MAX, 2), -EINVAL);
	assert_non_null(at(f, 0xc0000000, 2 * PAGE));
	/* Several at once. */
	assert_int_equal(vc_guest_unmap(f->guest, BASE, 16 * PAGE), 0);
	assert_null(at(f, 0xc0000000, 1));
	assert_null(at(f, 0xc0000000 + 4 * PAGE, 1));
	assert_int_equal(vc_guest_map(f->guest, BASE, PAGE, f->fd, 0, true), 0);
}

static void test_table_full(void **state)
{
	struct fixture *f = *state;
	uint64_t i;
	int ret;

	for (i = 0; i < 10000; i++) {
		ret = vc_guest_map(f->guest, BASE + i * PAGE, PAGE, f->fd, 0, true);
		if (ret)
			break;
	}
	assert_int_equal(ret, -ENOSPC);
	assert_true(i >= 64);
	vc_guest_unmap_all(f->guest);
	assert_int_equal(vc_guest_map(f->guest, BASE, PAGE, f->fd, 0, true), 0);
}

/* Who still looks at it keeps it; who looks now does not see it any more. */
static void test_unmapped_while_viewed(void **state)
{
	struct fixture *f = *state;
	struct vc_guest_view *view;
	uint8_t *ptr;

	assert_int_equal(vc_guest_map(f->guest, BASE, PAGE, f->fd, 0, true), 0);
	view = vc_guest_view_get(f->guest);
	ptr = vc_guest_ptr(view, 0xc0000000, PAGE);
	assert_non_null(ptr);
	assert_int_equal(vc_guest_unmap(f->guest, BASE, PAGE), 0);
	assert_null(at(f, 0xc0000000, 1));
	ptr[7] = 42;
	assert_ptr_equal(vc_guest_ptr(view, 0xc0000000, PAGE), ptr);
	/* The same address again is other memory. */
	assert_int_equal(vc_guest_map(f->guest, BASE, PAGE, f->fd, PAGE, true), 0);
	assert_int_equal(*(uint8_t *)at(f, 0xc0000007, 1), 0);
	assert_int_equal(ptr[7], 42);
	vc_guest_view_put(view);
	/* And after the guest itself has gone. */
	view = vc_guest_view_get(f->guest);
	ptr = vc_guest_ptr(view, 0xc0000000, PAGE);
	vc_guest_destroy(f->guest);
	ptr[0] = 1;
	vc_guest_view_put(view);
	f->guest = vc_guest_create(BASE);
}

/** struct reader - a thread that looks at memory until told to stop */
struct reader {
	struct vc_guest *guest;
	atomic_bool stop;
	atomic_ulong seen;
};

static void *read_memory(void *arg)
{
	struct reader *r = arg;
	struct vc_guest_view *view;
	volatile uint8_t *ptr;

	while (!atomic_load(&r->stop)) {
		view = vc_guest_view_get(r->guest);
		ptr = vc_guest_ptr(view, 0xc0000000, PAGE);
		if (ptr) {
			ptr[0] = (uint8_t)(ptr[1] + 1);
			atomic_fetch_add(&r->seen, 1);
		}
		vc_guest_view_put(view);
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct fixture *f = *state;
	struct reader r = { .guest = f->guest };
	pthread_t thread;
	int i;

	assert_int_equal(pthread_create(&thread, NULL, read_memory, &r), 0);
	for (i = 0; i < 2000 || !atomic_load(&r.seen); i++) {
		assert_int_equal(vc_guest_map(f->guest, BASE, PAGE, f->fd, 0, true), 0);
		if (i & 1)
			vc_guest_unmap_all(f->guest);
		else
			assert_int_equal(vc_guest_unmap(f->guest, BASE, PAGE), 0);
	}
	atomic_store(&r.stop, true);
	pthread_join(thread, NULL);
	assert_true(atomic_load(&r.seen) > 0);
}

#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_empty),
		TEST(test_aliases),
		TEST(test_peripherals),
		TEST(test_ranges),
		TEST(test_end_of_bus),
		TEST(test_map_refused),
		TEST(test_read_only),
		TEST(test_unmap),
		TEST(test_table_full),
		TEST(test_unmapped_while_viewed),
		TEST(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
