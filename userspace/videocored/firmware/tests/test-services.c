// SPDX-License-Identifier: GPL-2.0
/*
 * echo, func, fun2 and GCMD as vchiq_test and vcgencmd see them.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host.h"

#define LIST_AT	HOST_HEAP_AT
#define DATA_AT	(HOST_HEAP_AT + 0x100000u)

static void post_bulk(struct host *host, uint32_t type, uint32_t port,
		      uint32_t fw_port, uint32_t nr, uint32_t size)
{
	uint32_t list = LIST_AT + nr * 4096;
	uint32_t buffer = DATA_AT + nr * 0x10000;
	uint32_t payload[2] = { HOST_BUS(list), size };
	bool has_fragment = size % 64;

	host_set_word(host, list, size);
	host_set_word(host, list + 4, type == BULK_TX ? 0 : has_fragment ? 2 + nr : 1);
	host_set_word(host, list + 8, HOST_BUS(buffer) | ((size + 4095) / 4096 - 1));
	host_send(host, type, port, fw_port, payload, sizeof(payload));
}

/* The buffer of bulk @nr after DONE; the last partial line is in the fragment. */
static const uint8_t *bulk_data(struct host *host, uint32_t nr, uint32_t size)
{
	uint8_t *buffer = host->ram + DATA_AT + nr * 0x10000;
	uint32_t tail = size % 64;

	memcpy(buffer + size - tail,
	       host->ram + HOST_FRAGMENTS_AT + nr * 128 + 64, tail);
	return buffer;
}

static void fill(struct host *host, uint32_t nr, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		host->ram[DATA_AT + nr * 0x10000 + i] = (uint8_t)(i + nr * 31);
}

static void expect_done(struct host *host, uint32_t type, uint32_t actual)
{
	struct host_msg msg;
	uint32_t value;

	host_receive(host, &msg);
	assert_int_equal(msg.type, type);
	memcpy(&value, msg.data, 4);
	assert_int_equal(value, actual);
}

/* -----------------------------------------------------------------------------
 * echo
 */

static void send_word(struct host *host, int port, uint32_t word)
{
	host_send(host, DATA, 0, (uint32_t)port, &word, sizeof(word));
}

static void echo_answers(void **state)
{
	struct host *host = host_connected();
	int port = host_open(host, "echo", 0, 3, 3);
	uint32_t echo[4] = { 5, 1, 2, 3 };
	struct host_msg msg;

	send_word(host, port, 1);	/* ONEWAY */
	host_expect_silence(host);
	send_word(host, port, 2);	/* ASYNC */
	host_expect(host, &msg, DATA, (uint32_t)port, 0, 0);
	send_word(host, port, 3);	/* SYNC */
	host_expect(host, &msg, DATA, (uint32_t)port, 0, 1);
	host_send(host, DATA, 0, (uint32_t)port, echo, sizeof(echo));
	host_expect(host, &msg, DATA, (uint32_t)port, 0, sizeof(echo));
	assert_memory_equal(msg.data, echo, sizeof(echo));
	host_destroy(host);
}

static void echo_reports_errors(void **state)
{
	struct host *host = host_connected();
	int port = host_open(host, "echo", 0, 3, 3);
	uint32_t huge[10] = { 4, 0x7fffffff, 1 };
	struct host_msg msg;

	send_word(host, port, 6);
	host_receive(host, &msg);
	assert_true(msg.size > 1 && msg.data[0] != 5);
	send_word(host, port, 4);
	host_receive(host, &msg);
	assert_true(msg.size > 1 && msg.data[0] != 5);
	host_send(host, DATA, 0, (uint32_t)port, "ab", 2);
	host_receive(host, &msg);
	assert_true(msg.size > 1 && msg.data[0] != 5);
	host_send(host, DATA, 0, (uint32_t)port, huge, sizeof(huge));
	host_receive(host, &msg);
	assert_true(msg.size > 1 && msg.data[0] != 5);
	host_destroy(host);
}

/* 2000 messages before the first is read, as vchiq_test does. */
static void echo_keeps_consuming(void **state)
{
	struct host *host = host_connected();
	int port = host_open(host, "echo", 0, 3, 3);
	struct host_msg msg;

	for (int i = 0; i < 1000; i++) {
		send_word(host, port, 2);
		send_word(host, port, 1);
	}
	send_word(host, port, 3);
	for (int i = 0; i < 1000; i++)
		host_expect(host, &msg, DATA, (uint32_t)port, 0, 0);
	host_expect(host, &msg, DATA, (uint32_t)port, 0, 1);
	host_destroy(host);
}

static void configure(struct host *host, int port, uint32_t size, uint32_t iters,
		      uint32_t echo)
{
	uint32_t config[10] = { 4, size, iters, 1, echo, 4096, 0, 13, 0, 0 };
	struct host_msg msg;

	host_send(host, DATA, 0, (uint32_t)port, config, sizeof(config));
	host_expect(host, &msg, DATA, (uint32_t)port, 0, 1);
	assert_int_equal(msg.data[0], 0);
}

static void echo_bulks(void **state)
{
	static const uint32_t sizes[] = { 8, 1024, 4088, 20000 };
	struct host *host = host_connected();
	int port = host_open(host, "echo", 0, 3, 3);

	for (size_t s = 0; s < 4; s++) {
		configure(host, port, sizes[s], 9, 1);
		for (uint32_t i = 0; i < 9; i++) {
			fill(host, i % 2, sizes[s]);
			post_bulk(host, BULK_TX, 0, (uint32_t)port, i % 2, sizes[s]);
			expect_done(host, BULK_TX_DONE, sizes[s]);
			post_bulk(host, BULK_RX, 0, (uint32_t)port, 2, sizes[s]);
			expect_done(host, BULK_RX_DONE, sizes[s]);
			assert_memory_equal(bulk_data(host, 2, sizes[s]),
					    host->ram + DATA_AT + i % 2 * 0x10000, sizes[s]);
		}
	}
	host_destroy(host);
}

/* All four transmits are taken before one is received. */
static void echo_receives_ahead(void **state)
{
	struct host *host = host_connected();
	int port = host_open(host, "echo", 0, 3, 3);

	configure(host, port, 1024, 4, 1);
	for (uint32_t i = 0; i < 4; i++) {
		fill(host, i, 1024);
		post_bulk(host, BULK_TX, 0, (uint32_t)port, i, 1024);
	}
	for (uint32_t i = 0; i < 4; i++)
		expect_done(host, BULK_TX_DONE, 1024);
	for (uint32_t i = 0; i < 4; i++) {
		post_bulk(host, BULK_RX, 0, (uint32_t)port, 4 + i, 1024);
		expect_done(host, BULK_RX_DONE, 1024);
		assert_memory_equal(bulk_data(host, 4 + i, 1024),
				    host->ram + DATA_AT + i * 0x10000, 1024);
	}
	host_destroy(host);
}

static void echo_without_echo(void **state)
{
	struct host *host = host_connected();
	int port = host_open(host, "echo", 0, 3, 3);

	configure(host, port, 1024, 2, 0);
	for (uint32_t i = 0; i < 2; i++) {
		post_bulk(host, BULK_TX, 0, (uint32_t)port, i, 1024);
		expect_done(host, BULK_TX_DONE, 1024);
	}
	/* No third receive, and nothing is sent back. */
	post_bulk(host, BULK_TX, 0, (uint32_t)port, 0, 1024);
	host_expect_silence(host);
	host_destroy(host);
}

static void echo_closes_with_bulks(void **state)
{
	struct host *host = host_connected();
	int port = host_open(host, "echo", 0, 3, 3);

	configure(host, port, 1024, 100, 1);
	post_bulk(host, BULK_TX, 0, (uint32_t)port, 0, 1024);
	expect_done(host, BULK_TX_DONE, 1024);
	host_close(host, 0, (uint32_t)port);
	host_destroy(host);
}

/* -----------------------------------------------------------------------------
 * func and fun2, the steps of vchiq_test -f
 */

static void func_plays_its_part(void **state)
{
	struct host *host = host_connected();
	struct host_msg msg;
	int a, b;

	assert_int_equal(host_open(host, "func", 0, 0, 0), -1);
	assert_int_equal(host_open(host, "func", 0, 1, 1), -1);
	assert_int_equal(host_open(host, "func", 0, 4, 4), -1);
	a = host_open(host, "func", 0, 3, 3);
	b = host_open(host, "func", 1, 3, 3);
	assert_true(a > 0 && b > 0);
	assert_int_equal(host_open(host, "func", 2, 3, 3), -1);
	host_close(host, 1, (uint32_t)b);
	b = host_open(host, "func", 1, 3, 3);

	host_send(host, DATA, 0, (uint32_t)a, "abcdefghijklmnopqrstuvwxyz", 26);
	host_expect(host, &msg, DATA, (uint32_t)a, 0, 26);
	assert_memory_equal(msg.data, "abcdefghijklmnopqrstuvwxyz", 26);

	post_bulk(host, BULK_TX, 1, (uint32_t)b, 3, 2048);
	fill(host, 0, 1024);
	post_bulk(host, BULK_TX, 0, (uint32_t)a, 0, 1024);
	expect_done(host, BULK_TX_DONE, 1024);
	post_bulk(host, BULK_RX, 0, (uint32_t)a, 1, 2048);
	expect_done(host, BULK_RX_DONE, 0xffffffff);
	post_bulk(host, BULK_RX, 0, (uint32_t)a, 1, 2048);
	expect_done(host, BULK_RX_DONE, 2048);
	assert_memory_equal(bulk_data(host, 1, 2048), host->ram + DATA_AT, 1024);
	assert_memory_equal(bulk_data(host, 1, 2048) + 1024, host->ram + DATA_AT, 1024);
	host_expect(host, &msg, DATA, (uint32_t)a, 0, 0);
	post_bulk(host, BULK_RX, 0, (uint32_t)a, 2, 2048);
	host_expect_silence(host);
	host_send(host, CLOSE, 0, (uint32_t)a, NULL, 0);
	expect_done(host, BULK_RX_DONE, 0xffffffff);
	host_expect(host, &msg, CLOSE, (uint32_t)a, 0, 0);
	host_send(host, CLOSE, 1, (uint32_t)b, NULL, 0);
	expect_done(host, BULK_TX_DONE, 0xffffffff);
	host_expect(host, &msg, CLOSE, (uint32_t)b, 1, 0);
	host_destroy(host);
}

static void fun2_sends_back(void **state)
{
	struct host *host = host_connected();
	int port = host_open(host, "fun2", 0, 3, 3);

	for (uint32_t size = 1; size < 9000; size += size / 3 + 1) {
		uint32_t params[4] = { size, size % 40, 0, size };

		fill(host, 0, size);
		host_send(host, DATA, 0, (uint32_t)port, params, sizeof(params));
		post_bulk(host, BULK_RX, 0, (uint32_t)port, 1, size);
		post_bulk(host, BULK_TX, 0, (uint32_t)port, 0, size);
		expect_done(host, BULK_TX_DONE, size);
		expect_done(host, BULK_RX_DONE, size);
		assert_memory_equal(bulk_data(host, 1, size), host->ram + DATA_AT, size);
	}
	host_destroy(host);
}

/* -----------------------------------------------------------------------------
 * GCMD
 */

struct gencmd {
	const char *request;
	uint32_t result;
	const char *start;	/* of the answer */
};

static const struct gencmd gencmds[] = {
	{ "measure_temp ", 0, "temp=42.8'C" },
	{ "measure_clock core ", 0, "frequency(1)=400000000" },
	{ "measure_clock", 2, "error=2 error_msg=\"Invalid arguments\"" },
	{ "measure_clock nonsense", 2, "error=2 error_msg=\"Invalid arguments\"" },
	{ "measure_volts ", 0, "volt=1.2000V" },
	{ "get_mem gpu ", 0, "gpu=76M" },
	{ "get_throttled", 0, "throttled=0x0" },
	{ "get_camera", 0, "supported=1 detected=1" },
	{ "codec_enabled H264", 0, "H264=enabled" },
	{ "get_config nonsense", 0, "nonsense=0" },
	{ "commands", 0, "commands=\"codec_enabled, commands, " },
	{ "vcos version ", 0, "Jan " },
	{ "vcos log status ", 0, "default: " },
	{ "vcos tea", 2, "error=2" },
	{ "display_power", 0, "display_power=1" },
	{ "display_power 0 2 ", 0, "display_power=1" },
	{ "display_power -1", 0, "display_power=1" },
	{ "display_power 2", 2, "error=2" },
	{ "otp_dump", 0, "08:00000000\n" },
	{ "mem_reloc_stats", 0, "alloc failures: " },
	{ "hdmi_timings", 0, "hdmi_timings=1920 " },
	{ "dispmanx_list", 0, "" },
	{ "get_rsts", 0, "get_rsts=" },
	{ "get_hvs_asserts", 0, "E0:" },
	{ "make_tea now", 1, "error=1 error_msg=\"Command not registered\"" },
	{ "", 1, "error=1 error_msg=\"Command not registered\"" },
	{ "    ", 1, "error=1 error_msg=\"Command not registered\"" },
	{ "a b c d e f g h i j k l m", 1, "error=1" },
};

static void ask(struct host *host, int port, const void *request, uint32_t size,
		struct host_msg *msg)
{
	host_send(host, DATA, 0, (uint32_t)port, request, size);
	host_receive(host, msg);
	assert_int_equal(msg->type, DATA);
	assert_in_range(msg->size, 5, 4092);
	assert_int_equal(msg->data[msg->size - 1], 0);
}

/* Each command that is listed can be given. */
static void gencmd_lists_what_it_knows(void **state)
{
	struct host *host = host_connected();
	int port = host_open(host, "GCMD", 0, 1, 1);
	struct host_msg list, msg;
	char *rest, *name;

	ask(host, port, "commands", 9, &list);
	rest = strchr((char *)list.data + 4, '"') + 1;
	while ((name = strtok_r(rest, ", \"", &rest))) {
		ask(host, port, name, (uint32_t)strlen(name) + 1, &msg);
		if (strstr((char *)msg.data + 4, "error=1"))
			fail_msg("%s is not there", name);
	}
	host_destroy(host);
}

static void gencmd_answers(void **state)
{
	struct host *host = host_connected();
	int port = host_open(host, "GCMD", 0, 1, 1);
	struct host_msg msg;

	for (size_t i = 0; i < sizeof(gencmds) / sizeof(gencmds[0]); i++) {
		const struct gencmd *cmd = &gencmds[i];
		uint32_t result;

		ask(host, port, cmd->request, (uint32_t)strlen(cmd->request) + 1, &msg);
		memcpy(&result, msg.data, 4);
		assert_int_equal(result, cmd->result);
		assert_memory_equal(msg.data + 4, cmd->start, strlen(cmd->start));
	}
	ask(host, port, "version", 8, &msg);
	assert_non_null(strstr((char *)msg.data + 4, "version "));
	host_destroy(host);
}

/* No terminating NUL, no text, too long. */
static void gencmd_takes_any_bytes(void **state)
{
	struct host *host = host_connected();
	int port = host_open(host, "GCMD", 0, 1, 1);
	uint8_t junk[4088];
	struct host_msg msg;

	memset(junk, 0xff, sizeof(junk));
	ask(host, port, junk, 0, &msg);
	ask(host, port, junk, 1, &msg);
	ask(host, port, junk, 4088, &msg);
	memset(junk, ' ', sizeof(junk));
	ask(host, port, junk, 4088, &msg);
	memset(junk, 'x', sizeof(junk));
	for (size_t i = 0; i < 11; i++)
		junk[i] = (uint8_t)"get_config "[i];
	ask(host, port, junk, 4088, &msg);
	assert_memory_equal(msg.data + 4, "xxxx", 4);
	host_destroy(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(echo_answers),
		cmocka_unit_test(echo_reports_errors),
		cmocka_unit_test(echo_keeps_consuming),
		cmocka_unit_test(echo_bulks),
		cmocka_unit_test(echo_receives_ahead),
		cmocka_unit_test(echo_without_echo),
		cmocka_unit_test(echo_closes_with_bulks),
		cmocka_unit_test(func_plays_its_part),
		cmocka_unit_test(fun2_sends_back),
		cmocka_unit_test(gencmd_lists_what_it_knows),
		cmocka_unit_test(gencmd_answers),
		cmocka_unit_test(gencmd_takes_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
