// SPDX-License-Identifier: GPL-2.0
/*
 * Bulks: pairing, page lists, fragments at every alignment, aborts.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probe.h"

#define PORT	3u
#define LIST_AT	HOST_HEAP_AT			/* page lists, one a page */
#define DATA_AT	(HOST_HEAP_AT + 0x100000u)	/* pages of buffers */
#define GUARD	0xa5

static struct host *with_probe(struct probe *probe)
{
	struct host *host = host_connected();

	probe_add(probe, host);
	assert_int_equal(host_open(host, "prob", PORT, 5, 3), 1);
	return host;
}

/* One run of consecutive pages, 32-bit format. */
static void put_list(struct host *host, uint32_t list, uint32_t buffer,
		     uint32_t size, uint32_t type)
{
	uint32_t offset = buffer % 4096;
	uint32_t pages = (offset + size + 4095) / 4096;

	host_set_word(host, list, size);
	host_set_word(host, list + 4, type | offset << 16);
	host_set_word(host, list + 8, HOST_BUS(buffer - offset) | (pages - 1));
}

static void post(struct host *host, uint32_t type, uint32_t list, uint32_t size)
{
	uint32_t payload[2] = { HOST_BUS(list), size };

	host_send(host, type, PORT, 1, payload, sizeof(payload));
}

static void expect_done(struct host *host, uint32_t type, uint32_t actual)
{
	struct host_msg msg;
	uint32_t value;

	host_expect(host, &msg, type, 1, PORT, 4);
	memcpy(&value, msg.data, 4);
	assert_int_equal(value, actual);
}

static uint8_t pattern(uint32_t i)
{
	return (uint8_t)(i * 7 + (i >> 8));
}

static uint8_t *pattern_buffer(uint32_t size)
{
	uint8_t *data = malloc(size);

	assert_non_null(data);
	for (uint32_t i = 0; i < size; i++)
		data[i] = pattern(i);
	return data;
}

static bool fragment_needed(uint32_t offset, uint32_t size, uint32_t line)
{
	return offset % line || (offset + size) % line;
}

static void host_fills(struct host *host, uint32_t buffer, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		host->ram[buffer + i] = pattern(i);
}

static void to_firmware(void **state)
{
	static const uint32_t offsets[] = { 0, 1, 31, 32, 63, 64, 4095 };
	static const uint32_t sizes[] = { 1, 63, 64, 100, 4096, 4097, 10000 };
	struct probe probe;
	struct host *host = with_probe(&probe);
	uint8_t *got = malloc(10000), *want = pattern_buffer(10000);

	for (size_t i = 0; i < 7; i++) {
		for (size_t j = 0; j < 7; j++) {
			uint32_t at = DATA_AT + offsets[i];

			host_fills(host, at, sizes[j]);
			put_list(host, LIST_AT, at, sizes[j], 0);
			memset(got, 0, sizes[j]);
			post(host, BULK_TX, LIST_AT, sizes[j]);
			assert_int_equal(probe_bulk(&probe, host, got, sizes[j], false), 0);
			expect_done(host, BULK_TX_DONE, sizes[j]);
			host_sync(host);
			assert_int_equal(probe.seen.actual[probe.seen.bulks_done - 1], sizes[j]);
			assert_memory_equal(got, want, sizes[j]);
			probe_clear(&probe, host);
		}
	}
	free(got);
	free(want);
	host_destroy(host);
}

/*
 * What the host does after DONE: the head from the fragment to the start of the
 * buffer, the tail to the last line.
 */
static void gather_fragment(struct host *host, uint32_t buffer, uint32_t size,
			    uint32_t nr)
{
	uint32_t line = host->line, offset = buffer % 4096;
	uint32_t at = HOST_FRAGMENTS_AT + nr * 2 * line;
	uint32_t head = (line - offset % line) % line;
	uint32_t tail;

	if (head > size)
		head = size;
	memcpy(host->ram + buffer, host->ram + at, head);
	if (head == size)
		return;
	tail = (offset + size) % line;
	memcpy(host->ram + buffer + size - tail, host->ram + at + line, tail);
}

/* Bytes beside the buffer, lines that are shared included, are not ours. */
static void check_guard(struct host *host, uint32_t buffer, uint32_t size)
{
	for (uint32_t i = 1; i <= 128; i++) {
		assert_int_equal(host->ram[buffer - i], GUARD);
		assert_int_equal(host->ram[buffer + size - 1 + i], GUARD);
	}
}

static void receive_once(struct host *host, struct probe *probe, uint32_t offset,
			 uint32_t size, uint8_t *data)
{
	uint32_t buffer = DATA_AT + 4096 + offset;
	bool has_fragment = fragment_needed(offset, size, host->line);
	uint32_t nr = size % 64, line = host->line;
	uint32_t head = (line - offset % line) % line;

	memset(host->ram + buffer - 256, GUARD, size + 512);
	memset(host->ram + HOST_FRAGMENTS_AT, GUARD, 64 * 2 * line);
	put_list(host, LIST_AT, buffer, size, has_fragment ? 2 + nr : 1);
	post(host, BULK_RX, LIST_AT, size);
	assert_int_equal(probe_bulk(probe, host, data, size, true), 0);
	expect_done(host, BULK_RX_DONE, size);
	/* Partial lines went to the fragment only. */
	if (has_fragment && head && size > 1)
		assert_int_equal(host->ram[buffer], GUARD);
	gather_fragment(host, buffer, size, nr);
	assert_memory_equal(host->ram + buffer, data, size);
	check_guard(host, buffer, size);
	probe_clear(probe, host);
}

static void receive_all(struct host *host, struct probe *probe)
{
	static const uint32_t sizes[] = { 1, 2, 31, 32, 33, 63, 64, 65, 127, 128,
					  129, 200, 4096, 4097, 8192, 9001 };
	uint8_t *data = pattern_buffer(9001);

	for (uint32_t offset = 0; offset <= 130; offset++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			receive_once(host, probe, offset, sizes[i], data);
	}
	for (uint32_t offset = 4000; offset < 4096; offset += 5) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			receive_once(host, probe, offset, sizes[i], data);
	}
	free(data);
}

static void to_host_64_byte_lines(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);

	receive_all(host, &probe);
	host_destroy(host);
}

static void to_host_32_byte_lines(void **state)
{
	struct vc_firmware_config config = { .line_size = 32 };
	struct host *host = host_create();
	struct probe probe;
	struct host_msg msg;

	host->line = 32;
	probe_add(&probe, host);
	assert_int_equal(vc_firmware_configure(host->fw, &config), 0);
	assert_int_equal(host_hand_over(host), 0);
	host_expect(host, &msg, CONNECT, 0, 0, 0);
	assert_int_equal(host_open(host, "prob", PORT, 5, 3), 1);
	receive_all(host, &probe);
	host_destroy(host);
}

/* Runs of 1, 3 and 2 pages, not in order of address. */
static void scattered_pages(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	uint32_t size = 6 * 4096 - 100 - 50;
	uint8_t *got = malloc(size), *want = pattern_buffer(size);
	static const uint32_t pages[] = { 9, 2, 3, 4, 20, 21 };

	for (uint32_t i = 0; i < size; i++) {
		uint32_t at = i + 100;

		host->ram[DATA_AT + pages[at / 4096] * 4096 + at % 4096] = pattern(i);
	}
	host_set_word(host, LIST_AT, size);
	host_set_word(host, LIST_AT + 4, 0 | 100 << 16);
	host_set_word(host, LIST_AT + 8, HOST_BUS(DATA_AT + 9 * 4096) | 0);
	host_set_word(host, LIST_AT + 12, HOST_BUS(DATA_AT + 2 * 4096) | 2);
	host_set_word(host, LIST_AT + 16, HOST_BUS(DATA_AT + 20 * 4096) | 1);
	host_set_word(host, LIST_AT + 20, 0xffffffff);
	post(host, BULK_TX, LIST_AT, size);
	assert_int_equal(probe_bulk(&probe, host, got, size, false), 0);
	expect_done(host, BULK_TX_DONE, size);
	assert_memory_equal(got, want, size);
	free(got);
	free(want);
	host_destroy(host);
}

/* Page frame number of the physical address, at most 256 pages a run. */
static void pages_of_36_bits(void **state)
{
	struct vc_firmware_config config;
	struct host *host = host_create();
	uint32_t size = 3 * 4096;
	uint8_t *got = malloc(size), *want = pattern_buffer(size);
	struct probe probe;
	struct host_msg msg;

	probe_add(&probe, host);
	assert_int_equal(vc_firmware_chip("bcm2711", &config), 0);
	assert_int_equal(vc_firmware_configure(host->fw, &config), 0);
	assert_int_equal(host_hand_over(host), 0);
	host_expect(host, &msg, CONNECT, 0, 0, 0);
	assert_int_equal(host_open(host, "prob", PORT, 5, 3), 1);
	host_fills(host, DATA_AT, 2 * 4096);
	for (uint32_t i = 0; i < 4096; i++)
		host->ram[DATA_AT + 0x10000 + i] = pattern(i + 2 * 4096);
	host_set_word(host, LIST_AT, size);
	host_set_word(host, LIST_AT + 4, 0);
	host_set_word(host, LIST_AT + 8, HOST_PHYS(DATA_AT) >> 12 << 8 | 1);
	host_set_word(host, LIST_AT + 12, HOST_PHYS(DATA_AT + 0x10000) >> 12 << 8 | 0);
	post(host, BULK_TX, LIST_AT, size);
	assert_int_equal(probe_bulk(&probe, host, got, size, false), 0);
	expect_done(host, BULK_TX_DONE, size);
	assert_memory_equal(got, want, size);
	/* The VideoCore's own address of the page is no physical one. */
	host_set_word(host, LIST_AT + 8, HOST_BUS(DATA_AT) >> 12 << 8 | 1);
	post(host, BULK_TX, LIST_AT, size);
	assert_int_equal(probe_bulk(&probe, host, got, size, false), 0);
	assert_string_equal(host_state(host), "broken");
	free(got);
	free(want);
	host_destroy(host);
}

/* Either side may be first; each direction is a queue of its own. */
static void pairs_in_order(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	uint8_t got[4][256];
	uint8_t sent[256];

	for (uint32_t i = 0; i < 4; i++) {
		memset(host->ram + DATA_AT + i * 4096, 'a' + (int)i, 256);
		put_list(host, LIST_AT + i * 4096, DATA_AT + i * 4096, 256, 0);
		post(host, BULK_TX, LIST_AT + i * 4096, 256);
	}
	memset(sent, 'z', sizeof(sent));
	put_list(host, LIST_AT + 4 * 4096, DATA_AT + 4 * 4096, 256, 1);
	post(host, BULK_RX, LIST_AT + 4 * 4096, 256);
	host_expect_silence(host);
	assert_int_equal(probe_bulk(&probe, host, sent, 256, true), 0);
	expect_done(host, BULK_RX_DONE, 256);
	assert_int_equal(host->ram[DATA_AT + 4 * 4096 + 255], 'z');
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(probe_bulk(&probe, host, got[i], 256, false), 0);
		expect_done(host, BULK_TX_DONE, 256);
		assert_int_equal(got[i][255], 'a' + i);
	}
	/* The firmware first. */
	assert_int_equal(probe_bulk(&probe, host, got[0], 256, false), 0);
	post(host, BULK_TX, LIST_AT + 4096, 256);
	expect_done(host, BULK_TX_DONE, 256);
	host_sync(host);
	assert_int_equal(got[0][0], 'b');
	host_destroy(host);
}

static void different_sizes_abort_both(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	uint8_t data[256] = { 0 };

	memset(host->ram + DATA_AT, GUARD, 4096);
	put_list(host, LIST_AT, DATA_AT, 256, 1);
	post(host, BULK_RX, LIST_AT, 256);
	assert_int_equal(probe_bulk(&probe, host, data, 128, true), 0);
	expect_done(host, BULK_RX_DONE, 0xffffffff);
	assert_int_equal(probe.seen.actual[0], -1);
	assert_int_equal(host->ram[DATA_AT], GUARD);
	/* The next pair is not touched by that. */
	post(host, BULK_RX, LIST_AT, 256);
	assert_int_equal(probe_bulk(&probe, host, data, 256, true), 0);
	expect_done(host, BULK_RX_DONE, 256);
	assert_int_equal(probe.seen.actual[1], 256);
	host_destroy(host);
}

/* DONE for each before our CLOSE; our callbacks before the service's close. */
static void host_close_aborts(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	uint8_t data[256] = { 0 };
	struct host_msg msg;

	put_list(host, LIST_AT, DATA_AT, 256, 0);
	put_list(host, LIST_AT + 4096, DATA_AT, 256, 1);
	for (int i = 0; i < 2; i++)
		assert_int_equal(probe_bulk(&probe, host, data, 256, true), 0);
	for (int i = 0; i < 3; i++)
		post(host, BULK_TX, LIST_AT, 256);
	host_send(host, CLOSE, PORT, 1, NULL, 0);
	for (int i = 0; i < 3; i++)
		expect_done(host, BULK_TX_DONE, 0xffffffff);
	host_expect(host, &msg, CLOSE, 1, PORT, 0);
	host_expect_silence(host);
	assert_int_equal(probe.seen.bulks_done, 2);
	assert_int_equal(probe.seen.actual[0], -1);
	assert_int_equal(probe.seen.actual[1], -1);
	assert_int_equal(probe.seen.closed_with_bulks, 2);
	assert_int_equal(host_counter(host, "bulk_aborts"), 3);
	host_destroy(host);
}

static void firmware_close_aborts(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	uint8_t data[256] = { 0 };
	struct host_msg msg;

	put_list(host, LIST_AT, DATA_AT, 256, 1);
	post(host, BULK_RX, LIST_AT, 256);
	assert_int_equal(probe_bulk(&probe, host, data, 256, false), 0);
	probe_close(&probe, host);
	assert_int_equal(probe.seen.bulks_done, 1);
	expect_done(host, BULK_RX_DONE, 0xffffffff);
	host_expect(host, &msg, CLOSE, 1, PORT, 0);
	assert_int_equal(probe_bulk(&probe, host, data, 256, false), -107 /* ENOTCONN */);
	host_send(host, CLOSE, PORT, 1, NULL, 0);
	host_expect_silence(host);
	assert_int_equal(probe.seen.closed, 1);
	host_destroy(host);
}

/* A host that goes tells nobody: our side is aborted all the same. */
static void reset_aborts(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	uint8_t data[256] = { 0 };

	assert_int_equal(probe_bulk(&probe, host, data, 256, false), 0);
	vc_firmware_reset(host->fw);
	host_sync(host);
	assert_int_equal(probe.seen.bulks_done, 1);
	assert_int_equal(probe.seen.actual[0], -1);
	assert_int_equal(probe.seen.closed_with_bulks, 1);
	host_destroy(host);
}

static void pause_holds_bulks(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	uint8_t data[256] = { 0 };
	struct host_msg msg;

	put_list(host, LIST_AT, DATA_AT, 256, 1);
	post(host, BULK_RX, LIST_AT, 256);
	host_send(host, PAUSE, 0, 0, NULL, 0);
	host_expect(host, &msg, PAUSE, 0, 0, 0);
	assert_int_equal(probe_bulk(&probe, host, data, 256, true), 0);
	host_expect_silence(host);
	assert_int_equal(probe.seen.bulks_done, 0);
	host_send(host, RESUME, 0, 0, NULL, 0);
	expect_done(host, BULK_RX_DONE, 256);
	host_destroy(host);
}

/* -----------------------------------------------------------------------------
 * Page lists that are not
 */

struct bad_list {
	const char *name;
	uint32_t words[3];
	uint32_t type;		/* of the message */
};

#define PAGE	HOST_BUS(DATA_AT)

static const struct bad_list bad_lists[] = {
	{ "length differs", { 255, 0, PAGE }, BULK_TX },
	{ "read for a transmit", { 256, 1, PAGE }, BULK_TX },
	{ "fragment for a transmit", { 256, 2, PAGE }, BULK_TX },
	{ "write for a receive", { 256, 0, PAGE }, BULK_RX },
	{ "offset past the page", { 256, 4096u << 16, PAGE }, BULK_TX },
	{ "fragment past the last", { 256, 66, PAGE }, BULK_RX },
	{ "fragment number huge", { 256, 0xffff, PAGE }, BULK_RX },
	{ "unaligned start, no fragment", { 256, 1 | 32u << 16, PAGE }, BULK_RX },
	{ "page outside of memory", { 256, 0, HOST_BUS(HOST_RAM_SIZE) }, BULK_TX },
	{ "page of the peripherals", { 256, 0, 0x7e000000 }, BULK_TX },
	{ "page at the end of the alias", { 256, 1, 0xfffff000 }, BULK_RX },
};

static void bad_page_lists(void **state)
{
	for (size_t i = 0; i < sizeof(bad_lists) / sizeof(bad_lists[0]); i++) {
		const struct bad_list *bad = &bad_lists[i];
		struct probe probe;
		struct host *host = with_probe(&probe);
		uint8_t data[256] = { 0 };

		for (uint32_t w = 0; w < 3; w++)
			host_set_word(host, LIST_AT + 4 * w, bad->words[w]);
		post(host, bad->type, LIST_AT, 256);
		assert_int_equal(probe_bulk(&probe, host, data, 256, bad->type == BULK_RX), 0);
		if (strcmp(host_state(host), "broken") != 0)
			fail_msg("accepted: %s", bad->name);
		assert_int_equal(probe.seen.closed, 1);
		assert_int_equal(probe.seen.actual[0], -1);
		host_destroy(host);
	}
}

static void page_list_elsewhere(void **state)
{
	static const uint32_t lists[] = {
		HOST_RAM_SIZE, HOST_RAM_SIZE - 4, LIST_AT + 2, HOST_RAM_SIZE - 8,
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct probe probe;
		struct host *host = with_probe(&probe);
		uint8_t data[256] = { 0 };

		/* The header fits in the last 8 bytes, the first run does not. */
		host_set_word(host, HOST_RAM_SIZE - 8, 256);
		post(host, BULK_TX, lists[i], 256);
		assert_int_equal(probe_bulk(&probe, host, data, 256, false), 0);
		assert_string_equal(host_state(host), "broken");
		host_destroy(host);
	}
}

static void more_than_four_outstanding(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);

	put_list(host, LIST_AT, DATA_AT, 256, 0);
	for (int i = 0; i < 4; i++)
		post(host, BULK_TX, LIST_AT, 256);
	put_list(host, LIST_AT + 4096, DATA_AT, 256, 1);
	for (int i = 0; i < 4; i++)
		post(host, BULK_RX, LIST_AT + 4096, 256);
	assert_string_equal(host_state(host), "connected");
	post(host, BULK_TX, LIST_AT, 256);
	assert_string_equal(host_state(host), "broken");
	host_destroy(host);
}

static void bulk_message_of_wrong_size(void **state)
{
	static const uint32_t sizes[] = { 0, 4, 7, 9, 12 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct probe probe;
		struct host *host = with_probe(&probe);

		host_send(host, BULK_TX, PORT, 1, "123456789012", sizes[i]);
		assert_string_equal(host_state(host), "broken");
		host_destroy(host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(to_firmware),
		cmocka_unit_test(to_host_64_byte_lines),
		cmocka_unit_test(to_host_32_byte_lines),
		cmocka_unit_test(scattered_pages),
		cmocka_unit_test(pages_of_36_bits),
		cmocka_unit_test(pairs_in_order),
		cmocka_unit_test(different_sizes_abort_both),
		cmocka_unit_test(host_close_aborts),
		cmocka_unit_test(firmware_close_aborts),
		cmocka_unit_test(reset_aborts),
		cmocka_unit_test(pause_holds_bulks),
		cmocka_unit_test(bad_page_lists),
		cmocka_unit_test(page_list_elsewhere),
		cmocka_unit_test(more_than_four_outstanding),
		cmocka_unit_test(bulk_message_of_wrong_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
