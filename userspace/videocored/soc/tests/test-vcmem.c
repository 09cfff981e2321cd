// SPDX-License-Identifier: GPL-2.0
/*
 * What videocored writes to the VideoCore's memory, as vclog reads it.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <endian.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include <videocore/debug.h>
#include <videocore/mmal.h>
#include <videocore/virt.h>

#include "../../../tools/vclog/vclog.h"
#include "../../guest.h"
#include "../vcmem.h"

#define BASE	0x100000u
#define SIZE	0x200000u

/** struct fixture - guest memory, its VideoCore's part, and a reader of that */
struct fixture {
	struct vc_guest *guest;
	struct vc_vcmem *mem;
	struct vcm vcm;
	uint8_t *ram;
	int fd;
	int nr_entries;
	struct vcm_entry first;
	struct vcm_entry last;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->fd = memfd_create("ram", MFD_CLOEXEC);
	if (f->fd < 0 || ftruncate(f->fd, BASE + SIZE))
		return -1;
	f->ram = mmap(NULL, BASE + SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, f->fd, 0);
	f->guest = vc_guest_create(VC_VIRT_RAM_BASE);
	f->mem = vc_vcmem_create(f->guest, BASE, SIZE);
	f->vcm = (struct vcm){
		.base = BASE, .end = BASE + SIZE, .load = BASE, .data = f->ram + BASE,
		.log = BASE + SIZE - VC_VCMEM_LOG_SIZE, .log_len = VC_VCMEM_LOG_SIZE,
	};
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	vc_vcmem_destroy(f->mem);
	vc_guest_destroy(f->guest);
	munmap(f->ram, BASE + SIZE);
	close(f->fd);
	free(f);
	return 0;
}

static void boot(struct fixture *f)
{
	assert_int_equal(vc_guest_map(f->guest, VC_VIRT_RAM_BASE, BASE + SIZE, f->fd, 0, true), 0);
	vc_vcmem_boot(f->mem);
}

static void see(const struct vcm_entry *entry, void *arg)
{
	struct fixture *f = arg;

	if (!f->nr_entries++)
		f->first = *entry;
	f->last = *entry;
}

static int read_log(struct fixture *f, unsigned int index)
{
	struct vcm_log log;

	f->nr_entries = 0;
	assert_int_equal(vcm_log_open(&f->vcm, index, &log), 0);
	return vcm_log_read(&f->vcm, &log, see, f);
}

static void symbols_are_found(void **state)
{
	struct fixture *f = *state;
	struct vcm_symbol symbol;
	uint32_t pointer;

	boot(f);
	assert_int_equal(vcm_symbol(&f->vcm, "mmal_dbg_log", &symbol), 0);
	assert_int_equal(vcm_read_u32(&f->vcm, symbol.addr, &pointer), 0);
	assert_in_range(pointer & VC_ADDR_MASK, BASE, BASE + VC_VCMEM_IMAGE_SIZE);
}

static void a_message_is_logged(void **state)
{
	struct fixture *f = *state;

	boot(f);
	assert_int_equal(read_log(f, VC_LOG_MESSAGES), 0);
	vc_vcmem_log(f->mem, VC_LOG_DEBUG, "mmal", "component created");
	assert_int_equal(read_log(f, VC_LOG_MESSAGES), 1);
	assert_string_equal(f->last.text, "mmal: component created");
	assert_int_equal(f->last.category, VC_LOG_VMCS << 1);
	assert_int_equal(read_log(f, VC_LOG_ASSERTIONS), 0);
}

static void an_error_is_an_assertion_too(void **state)
{
	struct fixture *f = *state;

	boot(f);
	vc_vcmem_log(f->mem, VC_LOG_ERROR, "vchiq", "it broke");
	assert_int_equal(read_log(f, VC_LOG_ASSERTIONS), 1);
	assert_string_equal(f->last.file, "vchiq.c");
	assert_string_equal(f->last.text, "it broke");
	assert_int_equal(read_log(f, VC_LOG_MESSAGES), 1);
}

static void what_was_logged_before_the_guest_came_is_there(void **state)
{
	struct fixture *f = *state;

	vc_vcmem_log(f->mem, VC_LOG_INFO, "vchiq", "early");
	boot(f);
	assert_int_equal(read_log(f, VC_LOG_MESSAGES), 1);
	assert_string_equal(f->last.text, "vchiq: early");
}

/* The ring is filled twice over with entries of all lengths. */
static void the_oldest_messages_make_room(void **state)
{
	struct fixture *f = *state;
	char text[200], dots[150];
	size_t bytes = 0;
	int i;

	memset(dots, '.', sizeof(dots));
	boot(f);
	for (i = 0; bytes < 2 * VC_VCMEM_LOG_SIZE; i++) {
		bytes += (size_t)snprintf(text, sizeof(text), "%d %.*s", i, i % 150, dots);
		vc_vcmem_log(f->mem, VC_LOG_INFO, "x", text);
	}
	assert_true(read_log(f, VC_LOG_MESSAGES) > 1000);
	assert_int_equal(atoi(f->last.text + strlen("x: ")), i - 1);
	assert_int_equal(atoi(f->first.text + strlen("x: ")), i - f->nr_entries);
}

static void a_long_message_is_cut(void **state)
{
	struct fixture *f = *state;
	char text[2000];

	boot(f);
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	vc_vcmem_log(f->mem, VC_LOG_ERROR, "x", text);
	assert_int_equal(read_log(f, VC_LOG_MESSAGES), 1);
	assert_in_range(strlen(f->last.text), 300, 600);
	assert_int_equal(read_log(f, VC_LOG_ASSERTIONS), 1);
}

static void what_the_guest_writes_there_is_not_believed(void **state)
{
	struct fixture *f = *state;
	int i;

	boot(f);
	for (i = 0; i < 20000; i++) {
		if (i % 1000 == 0)
			memset(f->ram + BASE, 0xff, SIZE);
		vc_vcmem_log(f->mem, VC_LOG_INFO, "x", "y");
	}
	vc_vcmem_reset(f->mem);
	vc_vcmem_boot(f->mem);
	assert_true(read_log(f, VC_LOG_MESSAGES) > 1000);
}

static void nothing_is_written_once_the_guest_has_gone(void **state)
{
	struct fixture *f = *state;

	boot(f);
	vc_vcmem_reset(f->mem);
	memset(f->ram + BASE, 0, SIZE);
	vc_vcmem_log(f->mem, VC_LOG_INFO, "x", "y");
	vc_vcmem_trace(f->mem, VC_MMAL_TRACE_OPENED, NULL, 0);
	assert_int_equal(f->ram[BASE + SIZE - VC_VCMEM_LOG_SIZE], 0);
}

static void the_trace_has_the_newest_events(void **state)
{
	struct fixture *f = *state;
	uint32_t message[20] = { 0 };
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	uint32_t i;

	boot(f);
	for (i = 0; i < VC_MMAL_TRACE_ENTRIES + 5; i++) {
		message[1] = i;
		vc_vcmem_trace(f->mem, VC_MMAL_TRACE_MSG, message, sizeof(message));
	}
	assert_int_equal(vcm_trace_print(&f->vcm, out), VC_MMAL_TRACE_ENTRIES);
	fclose(out);
	assert_null(strstr(text, "type 4 "));
	assert_non_null(strstr(text, "type 5 "));
	assert_non_null(strstr(text, "type 68 "));
	free(text);
}

static void the_statistics_are_those_told_last(void **state)
{
	struct mmal_msg_stats stats = { .buffers.rx = htole32(7) };
	struct fixture *f = *state;
	struct vcm_symbol symbol;
	uint32_t pointer, rx;

	boot(f);
	vc_vcmem_stats(f->mem, &stats);
	assert_int_equal(vcm_symbol(&f->vcm, "mmal_vc_stats", &symbol), 0);
	assert_int_equal(vcm_read_u32(&f->vcm, symbol.addr, &pointer), 0);
	assert_int_equal(vcm_read_u32(&f->vcm, pointer, &rx), 0);
	assert_int_equal(rx, 7);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(symbols_are_found),
		T(a_message_is_logged),
		T(an_error_is_an_assertion_too),
		T(what_was_logged_before_the_guest_came_is_there),
		T(the_oldest_messages_make_room),
		T(a_long_message_is_cut),
		T(what_the_guest_writes_there_is_not_believed),
		T(nothing_is_written_once_the_guest_has_gone),
		T(the_trace_has_the_newest_events),
		T(the_statistics_are_those_told_last),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
