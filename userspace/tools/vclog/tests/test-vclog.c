// SPDX-License-Identifier: GPL-2.0
/*
 * vclog's parsers: memory laid out by hand, sound and hostile.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <endian.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <videocore/debug.h>

#include "../vclog.h"

#define BASE		0x3b000000u
#define SIZE		0x10000u
#define LOG		(BASE + 0x8000u)
#define FIFO		(LOG + 0x100u)
#define RING		(LOG + 0x1000u)
#define RING_SIZE	64u
#define SYMBOLS		(BASE + 0x3000u)

/** struct fixture - memory and what was read from it */
struct fixture {
	struct vcm vcm;
	uint8_t *data;
	struct vcm_entry seen[16];
	unsigned int nr_seen;
};

static void put(struct fixture *f, uint32_t addr, const void *data, size_t len)
{
	memcpy(f->data + ((addr & VC_ADDR_MASK) - BASE), data, len);
}

static void put_u32(struct fixture *f, uint32_t addr, uint32_t value)
{
	value = htole32(value);
	put(f, addr, &value, sizeof(value));
}

static void put_toc(struct fixture *f)
{
	put_u32(f, LOG + offsetof(struct vc_log_toc, sync), VC_LOG_SYNC);
	put_u32(f, LOG + offsetof(struct vc_log_toc, nr_logs), VC_LOG_NR);
	put_u32(f, LOG + offsetof(struct vc_log_toc, logs[VC_LOG_MESSAGES].addr),
		FIFO | VC_ADDR_ALIAS_UNCACHED);
	put_u32(f, LOG + offsetof(struct vc_log_toc, logs[VC_LOG_ASSERTIONS].addr), FIFO);
}

static void put_fifo(struct fixture *f, uint32_t id, uint32_t oldest, uint32_t write)
{
	put_u32(f, FIFO + offsetof(struct vc_log_fifo, id), id);
	put_u32(f, FIFO + offsetof(struct vc_log_fifo, start), RING);
	put_u32(f, FIFO + offsetof(struct vc_log_fifo, end), RING + RING_SIZE);
	put_u32(f, FIFO + offsetof(struct vc_log_fifo, oldest), RING + oldest);
	put_u32(f, FIFO + offsetof(struct vc_log_fifo, write), RING + write);
}

/* An entry that begins at @pos of the ring and may go round its end. */
static void put_entry(struct fixture *f, uint32_t pos, uint32_t time, uint16_t seq,
		      const void *payload, uint16_t len)
{
	const struct vc_log_entry header = {
		.time = htole32(time),
		.seq = htole16(seq),
		.size = htole16((uint16_t)(sizeof(header) + len)),
	};
	uint8_t bytes[256];
	uint32_t i;

	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), payload, len);
	for (i = 0; i < sizeof(header) + len; i++)
		put(f, RING + (pos + i) % RING_SIZE, &bytes[i], 1);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->data = calloc(1, SIZE);
	f->vcm = (struct vcm){
		.base = BASE, .end = BASE + SIZE, .load = BASE,
		.log = LOG, .log_len = 0x2000, .data = f->data,
	};
	put_toc(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	free(f->data);
	free(f);
	return 0;
}

static void see(const struct vcm_entry *entry, void *arg)
{
	struct fixture *f = arg;

	assert_true(f->nr_seen < 16);
	f->seen[f->nr_seen++] = *entry;
}

static int read_messages(struct fixture *f)
{
	struct vcm_log log;

	assert_int_equal(vcm_log_open(&f->vcm, VC_LOG_MESSAGES, &log), 0);
	return vcm_log_read(&f->vcm, &log, see, f);
}

/* -----------------------------------------------------------------------------
 * Memory
 */

static void all_aliases_are_the_same_memory(void **state)
{
	struct fixture *f = *state;
	uint32_t value;

	put_u32(f, BASE + 8, 0x12345678);
	assert_int_equal(vcm_read_u32(&f->vcm, BASE + 8, &value), 0);
	assert_int_equal(value, 0x12345678);
	assert_int_equal(vcm_read_u32(&f->vcm, (BASE + 8) | 0xc0000000u, &value), 0);
}

static void peripherals_are_no_memory(void **state)
{
	struct fixture *f = *state;
	uint32_t value;

	assert_int_equal(vcm_read_u32(&f->vcm, (BASE + 8) | 0x40000000u, &value), -EFAULT);
}

static void nothing_is_read_outside(void **state)
{
	struct fixture *f = *state;
	uint8_t byte;

	assert_int_equal(vcm_read(&f->vcm, BASE, &byte, 1), 0);
	assert_int_equal(vcm_read(&f->vcm, BASE - 1, &byte, 1), -EFAULT);
	assert_int_equal(vcm_read(&f->vcm, BASE + SIZE - 1, &byte, 1), 0);
	assert_int_equal(vcm_read(&f->vcm, BASE + SIZE, &byte, 1), -EFAULT);
	assert_int_equal(vcm_read(&f->vcm, BASE + SIZE - 1, &byte, 2), -EFAULT);
	assert_int_equal(vcm_read(&f->vcm, BASE + 1, &byte, SIZE_MAX), -EFAULT);
}

/* -----------------------------------------------------------------------------
 * Logs
 */

static void a_message_is_read(void **state)
{
	struct fixture *f = *state;

	put_fifo(f, VC_LOG_ID_MESSAGES, 0, 8 + 9);
	put_entry(f, 0, 1234, 7, "\x40\0\0\0hello", 9);
	assert_int_equal(read_messages(f), 1);
	assert_string_equal(f->seen[0].text, "hello");
	assert_int_equal(f->seen[0].time_ms, 1234);
	assert_int_equal(f->seen[0].seq, 7);
	assert_int_equal(f->seen[0].category, VC_LOG_VMCS);
}

static void an_entry_goes_round_the_end(void **state)
{
	struct fixture *f = *state;
	uint32_t pos;

	/* With every split of header and text. */
	for (pos = RING_SIZE - 16; pos < RING_SIZE; pos++) {
		f->nr_seen = 0;
		put_fifo(f, VC_LOG_ID_MESSAGES, pos, (pos + 17) % RING_SIZE);
		put_entry(f, pos, 1, 1, "\1\0\0\0world", 9);
		assert_int_equal(read_messages(f), 1);
		assert_string_equal(f->seen[0].text, "world");
	}
}

static void an_assertion_is_read(void **state)
{
	struct fixture *f = *state;
	struct vcm_log log;

	put_fifo(f, VC_LOG_ID_ASSERTIONS, 0, 8 + 14);
	put_entry(f, 0, 5, 1, "a.c\0\x2a\0\0\0x == 1", 14);
	assert_int_equal(vcm_log_open(&f->vcm, VC_LOG_ASSERTIONS, &log), 0);
	assert_int_equal(vcm_log_read(&f->vcm, &log, see, f), 1);
	assert_string_equal(f->seen[0].file, "a.c");
	assert_int_equal(f->seen[0].line, 42);
	assert_string_equal(f->seen[0].text, "x == 1");
}

static void only_new_entries_come_again(void **state)
{
	struct fixture *f = *state;
	struct vcm_log log;

	put_fifo(f, VC_LOG_ID_MESSAGES, 0, 17);
	put_entry(f, 0, 10, 0xffff, "\1\0\0\0first", 9);
	assert_int_equal(vcm_log_open(&f->vcm, VC_LOG_MESSAGES, &log), 0);
	assert_int_equal(vcm_log_read(&f->vcm, &log, see, f), 1);
	assert_int_equal(vcm_log_read(&f->vcm, &log, see, f), 0);
	/* The same millisecond, and the number wraps. */
	put_entry(f, 17, 10, 0, "\1\0\0\0other", 9);
	put_fifo(f, VC_LOG_ID_MESSAGES, 0, 34);
	assert_int_equal(vcm_log_read(&f->vcm, &log, see, f), 1);
	assert_string_equal(f->seen[1].text, "other");
}

static void what_cannot_be_shown_is_replaced(void **state)
{
	struct fixture *f = *state;

	put_fifo(f, VC_LOG_ID_MESSAGES, 0, 8 + 9);
	put_entry(f, 0, 1, 1, "\1\0\0\0a\x1b[J\n", 9);
	assert_int_equal(read_messages(f), 1);
	assert_string_equal(f->seen[0].text, "a [J");
}

static void an_entry_without_size_is_not_walked(void **state)
{
	struct fixture *f = *state;

	put_fifo(f, VC_LOG_ID_MESSAGES, 0, 40);
	assert_int_equal(read_messages(f), -EAGAIN);
	assert_int_equal(f->nr_seen, 0);
}

static void an_entry_beyond_the_last_shows_nothing(void **state)
{
	struct fixture *f = *state;

	put_entry(f, 0, 1, 1, "\1\0\0\0fine!", 9);
	put_entry(f, 17, 1, 2, "\1\0\0\0wrong", 9);
	put_fifo(f, VC_LOG_ID_MESSAGES, 0, 30);
	assert_int_equal(read_messages(f), -EAGAIN);
	assert_int_equal(f->nr_seen, 0);
}

static void wild_positions_are_refused(void **state)
{
	struct fixture *f = *state;

	/* There is a message where they would be, were they only taken round the ring. */
	put_entry(f, 0, 1234, 7, "\x40\0\0\0hello", 9);
	put_fifo(f, VC_LOG_ID_MESSAGES, 0, RING_SIZE + 8 + 9);
	assert_int_equal(read_messages(f), -EAGAIN);
	put_fifo(f, VC_LOG_ID_MESSAGES, 2 * RING_SIZE, 8 + 9);
	assert_int_equal(read_messages(f), -EAGAIN);
	put_fifo(f, VC_LOG_ID_MESSAGES, 0u - 8, 0);
	assert_int_equal(read_messages(f), -EAGAIN);
	assert_int_equal(f->nr_seen, 0);
}

static void a_ring_without_end_is_refused(void **state)
{
	struct fixture *f = *state;

	put_fifo(f, VC_LOG_ID_MESSAGES, 0, 0);
	put_u32(f, FIFO + offsetof(struct vc_log_fifo, end), RING - 4);
	assert_int_equal(read_messages(f), -EINVAL);
	put_u32(f, FIFO + offsetof(struct vc_log_fifo, end), RING);
	assert_int_equal(read_messages(f), -EINVAL);
}

static void a_ring_outside_is_refused(void **state)
{
	struct fixture *f = *state;

	put_fifo(f, VC_LOG_ID_MESSAGES, 0, 0);
	put_u32(f, FIFO + offsetof(struct vc_log_fifo, end), BASE + SIZE + 8);
	assert_int_equal(read_messages(f), -EFAULT);
}

static void no_logs_are_found_where_there_are_none(void **state)
{
	struct fixture *f = *state;
	struct vcm_log log;

	put_u32(f, LOG + offsetof(struct vc_log_toc, nr_logs), 1);
	assert_int_equal(vcm_log_open(&f->vcm, VC_LOG_MESSAGES, &log), -ENOENT);
	put_u32(f, LOG, 0);
	assert_int_equal(vcm_log_open(&f->vcm, VC_LOG_ASSERTIONS, &log), -ENOENT);
	f->vcm.log = BASE + SIZE - 8;
	assert_int_equal(vcm_log_open(&f->vcm, VC_LOG_ASSERTIONS, &log), -ENOENT);
	f->vcm.log = 0;
	assert_int_equal(vcm_log_open(&f->vcm, VC_LOG_ASSERTIONS, &log), -ENOENT);
}

/* -----------------------------------------------------------------------------
 * Symbols
 */

static void put_header(struct fixture *f, uint32_t table)
{
	const struct vc_debug_header header = {
		.symbols = htole32(table),
		.magic = htole32(VC_DEBUG_MAGIC),
		.mem_base = htole32(BASE),
		.mem_size = htole32(0x4000),
	};

	put(f, BASE + VC_DEBUG_HEADER_OFFSET, &header, sizeof(header));
}

static void put_symbol(struct fixture *f, uint32_t addr, uint32_t label, const char *text)
{
	put_u32(f, addr, label);
	put_u32(f, addr + 4, BASE + 0x5000);
	put_u32(f, addr + 8, 4);
	if (text)
		put(f, label, text, strlen(text));
}

static void a_symbol_is_found_by_name(void **state)
{
	struct fixture *f = *state;
	struct vcm_symbol symbol;

	put_header(f, SYMBOLS | VC_ADDR_ALIAS_UNCACHED);
	put_symbol(f, SYMBOLS, BASE + 0x3400, "other");
	put_symbol(f, SYMBOLS + 12, BASE + 0x3500, "wanted");
	assert_int_equal(vcm_symbol(&f->vcm, "wanted", &symbol), 0);
	assert_int_equal(symbol.addr, BASE + 0x5000);
	assert_int_equal(symbol.size, 4);
	assert_int_equal(vcm_symbol(&f->vcm, "absent", &symbol), -ENOENT);
}

static void no_magic_means_no_symbols(void **state)
{
	struct fixture *f = *state;
	struct vcm_symbol symbol;

	put_header(f, SYMBOLS);
	put_u32(f, BASE + VC_DEBUG_HEADER_OFFSET + offsetof(struct vc_debug_header, magic), 0);
	assert_int_equal(vcm_symbols(&f->vcm, &symbol, 1), -ENOENT);
}

static void a_table_far_away_is_refused(void **state)
{
	struct fixture *f = *state;
	struct vcm_symbol symbol;

	put_header(f, BASE + VC_DEBUG_MAX_TABLE_OFFSET + 1);
	assert_int_equal(vcm_symbols(&f->vcm, &symbol, 1), -ENOENT);
	put_header(f, BASE - 4);
	assert_int_equal(vcm_symbols(&f->vcm, &symbol, 1), -ENOENT);
	put_header(f, BASE + SIZE - 4);
	assert_int_equal(vcm_symbols(&f->vcm, &symbol, 1), -EFAULT);
}

static void a_table_that_never_ends_is_left(void **state)
{
	struct fixture *f = *state;
	struct vcm_symbol *symbols = calloc(VC_DEBUG_MAX_SYMBOLS + 1, sizeof(*symbols));
	uint32_t i;

	put_header(f, SYMBOLS);
	put(f, BASE, "x", 2);
	for (i = 0; i < VC_DEBUG_MAX_SYMBOLS + 8; i++)
		put_symbol(f, SYMBOLS + i * 12, BASE, NULL);
	assert_int_equal(vcm_symbols(&f->vcm, symbols, VC_DEBUG_MAX_SYMBOLS + 1),
			 VC_DEBUG_MAX_SYMBOLS);
	free(symbols);
}

static void a_name_without_end_is_refused_or_cut(void **state)
{
	struct fixture *f = *state;
	struct vcm_symbol symbol;

	put_header(f, SYMBOLS);
	put_symbol(f, SYMBOLS, BASE + SIZE - 4, "abcd");
	assert_int_equal(vcm_symbols(&f->vcm, &symbol, 1), -EFAULT);
	memset(f->data + 0x6000, 'n', 300);
	put_symbol(f, SYMBOLS, BASE + 0x6000, NULL);
	assert_int_equal(vcm_symbols(&f->vcm, &symbol, 1), 1);
	assert_int_equal(strlen(symbol.label), sizeof(symbol.label) - 1);
}

/* -----------------------------------------------------------------------------
 * Trace and map
 */

static void a_foreign_trace_is_refused(void **state)
{
	struct fixture *f = *state;
	FILE *out = fopen("/dev/null", "w");

	if (!out) {
		fail_msg("/dev/null: %s", strerror(errno));
		return;
	}
	assert_int_equal(vcm_trace_print(&f->vcm, out), -ENOENT);
	put_header(f, SYMBOLS);
	put_symbol(f, SYMBOLS, BASE + 0x3400, "mmal_dbg_log");
	put_u32(f, BASE + 0x5000, BASE + SIZE - 16);
	assert_int_equal(vcm_trace_print(&f->vcm, out), -EFAULT);
	put_u32(f, BASE + 0x5000, BASE + 0x6000);
	assert_int_equal(vcm_trace_print(&f->vcm, out), -EINVAL);
	fclose(out);
}

static void the_map_covers_the_memory_once(void **state)
{
	struct fixture *f = *state;
	unsigned int start, len, at = BASE;
	char *text, *line;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	put_header(f, SYMBOLS);
	assert_int_equal(vcm_map_print(&f->vcm, out), 0);
	fclose(out);
	for (line = strchr(text, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
		start = (unsigned int)strtoul(line + 1, &line, 16);
		len = (unsigned int)strtoul(line, &line, 10);
		assert_int_equal(start, at);
		at += len;
	}
	assert_int_equal(at, BASE + SIZE);
	free(text);
}

/* Names of variables come from the memory, too. */
static void the_picture_has_no_foreign_markup(void **state)
{
	struct fixture *f = *state;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	put_header(f, SYMBOLS);
	put_symbol(f, SYMBOLS, BASE + 0x3400, "</svg>&evil;");
	assert_int_equal(vcm_map_draw(&f->vcm, out), 0);
	fclose(out);
	assert_non_null(strstr(text, "&lt;/svg>&amp;evil;"));
	assert_string_equal(strstr(text, "</svg>"), "</svg>\n");
	free(text);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(all_aliases_are_the_same_memory),
		T(peripherals_are_no_memory),
		T(nothing_is_read_outside),
		T(a_message_is_read),
		T(an_entry_goes_round_the_end),
		T(an_assertion_is_read),
		T(only_new_entries_come_again),
		T(what_cannot_be_shown_is_replaced),
		T(an_entry_without_size_is_not_walked),
		T(an_entry_beyond_the_last_shows_nothing),
		T(wild_positions_are_refused),
		T(a_ring_without_end_is_refused),
		T(a_ring_outside_is_refused),
		T(no_logs_are_found_where_there_are_none),
		T(a_symbol_is_found_by_name),
		T(no_magic_means_no_symbols),
		T(a_table_far_away_is_refused),
		T(a_table_that_never_ends_is_left),
		T(a_name_without_end_is_refused_or_cut),
		T(a_foreign_trace_is_refused),
		T(the_map_covers_the_memory_once),
		T(the_picture_has_no_foreign_markup),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
