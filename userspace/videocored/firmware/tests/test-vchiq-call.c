// SPDX-License-Identifier: GPL-2.0
/*
 * What the firmware begins, on request of the service "call": opening services of
 * the host, PAUSE and RESUME, REMOTE_USE.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "host.h"

#define PORT	3u	/* the host's, of the service "call" */
#define SERVER	9u	/* the host's, of what it serves */

enum { CALL_OPEN = 1, CALL_CLOSE, CALL_PAUSE, CALL_USE, CALL_RELEASE, CALL_SEND };

#define REFUSED		(-111)
#define BUSY		(-16)
#define INVALID		(-22)
#define NOT_CONNECTED	(-107)
#define TOO_LONG	(-90)

static struct host *with_call(void)
{
	struct host *host = host_connected();

	assert_int_equal(host_open(host, "call", PORT, 1, 1), 1);
	return host;
}

static void command(struct host *host, uint32_t cmd, uint32_t a, uint32_t b)
{
	const uint32_t words[3] = { cmd, a, b };

	host_send(host, DATA, PORT, 1, words, sizeof(words));
}

static void expect_answer(struct host *host, uint32_t cmd, int32_t result)
{
	struct host_msg msg;
	uint32_t words[2];

	host_expect(host, &msg, DATA, 1, PORT, 8);
	memcpy(words, msg.data, sizeof(words));
	assert_int_equal(words[0], cmd);
	assert_int_equal(words[1], (uint32_t)result);
}

/* Port of the firmware's OPEN of "serv", version 2. */
static uint32_t expect_open(struct host *host)
{
	static const uint32_t want[3] = { 0x73657276, 0, 2 | 2 << 16 };
	struct host_msg msg;

	host_receive(host, &msg);
	assert_int_equal(msg.type, OPEN);
	assert_int_equal(msg.dst, 0);
	assert_int_equal(msg.size, 12);
	assert_memory_equal(msg.data, want, sizeof(want));
	return msg.src;
}

static void accept_open(struct host *host, uint32_t port)
{
	const uint16_t version = 2;

	host_send(host, OPENACK, SERVER, port, &version, sizeof(version));
}

static uint32_t called(struct host *host)
{
	uint32_t port;

	command(host, CALL_OPEN, 0x73657276, 2);
	port = expect_open(host);
	accept_open(host, port);
	expect_answer(host, CALL_OPEN, 0);
	return port;
}

static void host_serves(void **state)
{
	struct host *host = with_call();
	uint32_t port = called(host);
	struct host_msg msg;

	host_send(host, DATA, SERVER, port, "hello", 5);
	host_expect(host, &msg, DATA, port, SERVER, 5);
	assert_memory_equal(msg.data, "hello", 5);
	command(host, CALL_SEND, 4088, 0);
	/* Services take turns, the client's is the first. */
	expect_answer(host, CALL_SEND, 0);
	host_expect(host, &msg, DATA, port, SERVER, 4088);
	for (uint32_t i = 0; i < 4088; i++)
		assert_int_equal(msg.data[i], (uint8_t)(i * 7 + (i >> 8)));
	command(host, CALL_CLOSE, 0, 0);
	host_expect(host, &msg, CLOSE, port, SERVER, 0);
	host_expect_silence(host);
	host_send(host, CLOSE, SERVER, port, NULL, 0);
	expect_answer(host, CALL_CLOSE, 0);
	assert_int_equal(called(host), port);
	assert_int_equal(host_counter(host, "errors"), 0);
	host_destroy(host);
}

/* Where the OPENACK comes is where DATA travels. */
static void host_serves_synchronously(void **state)
{
	struct host *host = with_call();
	const uint16_t version = 2;
	struct host_msg msg;
	uint32_t port;

	command(host, CALL_OPEN, 0x73657276, 2);
	port = expect_open(host);
	host_sync_send(host, OPENACK, SERVER, port, &version, sizeof(version));
	expect_answer(host, CALL_OPEN, 0);
	host_sync_send(host, DATA, SERVER, port, "hello", 5);
	host_sync_expect(host, &msg, DATA, port, SERVER, 5);
	host_expect_silence(host);
	host_destroy(host);
}

static void host_refuses(void **state)
{
	struct host *host = with_call();
	uint32_t port;

	command(host, CALL_OPEN, 0x73657276, 2);
	port = expect_open(host);
	host_send(host, CLOSE, 0, port, NULL, 0);
	expect_answer(host, CALL_OPEN, REFUSED);
	assert_int_equal(called(host), port);
	assert_int_equal(host_counter(host, "errors"), 0);
	host_destroy(host);
}

static void host_closes(void **state)
{
	struct host *host = with_call();
	uint32_t port = called(host);
	struct host_msg msg;

	host_send(host, CLOSE, SERVER, port, NULL, 0);
	host_expect(host, &msg, CLOSE, port, SERVER, 0);
	command(host, CALL_SEND, 4, 0);
	expect_answer(host, CALL_SEND, NOT_CONNECTED);
	assert_int_equal(called(host), port);
	host_destroy(host);
}

static void end_of_the_client_closes(void **state)
{
	struct host *host = with_call();
	uint32_t port = called(host);
	struct host_msg msg[2];

	host_send(host, CLOSE, PORT, 1, NULL, 0);
	host_receive(host, &msg[0]);
	host_receive(host, &msg[1]);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(msg[i].type, CLOSE);
		assert_int_equal(msg[i].src + msg[1 - i].src, 1 + port);
	}
	host_send(host, CLOSE, SERVER, port, NULL, 0);
	host_expect_silence(host);
	assert_int_equal(host_counter(host, "errors"), 0);
	host_destroy(host);
}

/* The client goes while the host has not answered the OPEN; then it accepts. */
static void close_while_opening(void **state)
{
	struct host *host = with_call();
	struct host_msg msg;
	uint32_t port;

	command(host, CALL_OPEN, 0x73657276, 2);
	port = expect_open(host);
	host_send(host, CLOSE, PORT, 1, NULL, 0);
	for (int i = 0; i < 2; i++) {
		host_receive(host, &msg);
		assert_int_equal(msg.type, CLOSE);
		assert_int_equal(msg.dst, msg.src == 1 ? PORT : 0);
	}
	accept_open(host, port);
	host_send(host, CLOSE, SERVER, port, NULL, 0);
	host_expect_silence(host);
	assert_int_equal(host_counter(host, "errors"), 0);
	assert_int_equal(host_open(host, "call", PORT, 1, 1), 1);
	assert_int_equal(called(host), port);
	host_destroy(host);
}

static void wrong_commands(void **state)
{
	struct host *host = with_call();

	command(host, 0, 0, 0);
	expect_answer(host, 0, INVALID);
	command(host, 7, 0, 0);
	expect_answer(host, 7, INVALID);
	command(host, 0xffffffff, 0, 0);
	expect_answer(host, 0xffffffff, INVALID);
	host_send(host, DATA, PORT, 1, "\1\0\0\0", 4);
	expect_answer(host, CALL_OPEN, INVALID);
	host_send(host, DATA, PORT, 1, NULL, 0);
	expect_answer(host, 0, INVALID);
	command(host, CALL_CLOSE, 0, 0);
	expect_answer(host, CALL_CLOSE, NOT_CONNECTED);
	command(host, CALL_SEND, 4089, 0);
	expect_answer(host, CALL_SEND, TOO_LONG);
	command(host, CALL_PAUSE, 60001, 0);
	expect_answer(host, CALL_PAUSE, INVALID);
	called(host);
	command(host, CALL_OPEN, 0x73657276, 2);
	expect_answer(host, CALL_OPEN, BUSY);
	host_destroy(host);
}

static void stray_openacks_are_errors(void **state)
{
	struct host *host = with_call();
	uint32_t port = called(host);

	accept_open(host, port);
	accept_open(host, 77);
	assert_int_equal(host_counter(host, "errors"), 2);
	assert_string_equal(host_state(host), "connected");
	host_destroy(host);
}

/* -----------------------------------------------------------------------------
 * PAUSE
 */

static void firmware_pauses(void **state)
{
	struct host *host = with_call();
	struct host_msg msg;

	command(host, CALL_PAUSE, 50, 0);
	host_expect(host, &msg, PAUSE, 0, 0, 0);
	/* Between its PAUSE and ours we may send, but it answers nothing. */
	command(host, CALL_SEND, 4, 0);
	host_expect_silence(host);
	assert_string_equal(host_state(host), "pausing");
	host_send(host, PAUSE, 0, 0, NULL, 0);
	host_receive(host, &msg);
	assert_int_equal(msg.type, RESUME);
	/* What was held back comes after it. */
	expect_answer(host, CALL_SEND, NOT_CONNECTED);
	expect_answer(host, CALL_PAUSE, 0);
	assert_string_equal(host_state(host), "connected");
	assert_int_equal(host_counter(host, "errors"), 0);
	host_destroy(host);
}

/* RESUME waits for our PAUSE however long that takes. */
static void resume_waits_for_the_host(void **state)
{
	struct host *host = with_call();
	struct host_msg msg;

	command(host, CALL_PAUSE, 0, 0);
	host_expect(host, &msg, PAUSE, 0, 0, 0);
	host_expect_silence(host);
	host_expect_silence(host);
	host_send(host, PAUSE, 0, 0, NULL, 0);
	host_expect(host, &msg, RESUME, 0, 0, 0);
	expect_answer(host, CALL_PAUSE, 0);
	host_destroy(host);
}

static void both_pause_at_once(void **state)
{
	struct host *host = with_call();
	const uint32_t words[2] = { CALL_PAUSE, 0 };
	struct host_msg msg;

	host_put(host, DATA, PORT, 1, words, sizeof(words));
	host_put(host, PAUSE, 0, 0, NULL, 0);
	host_publish(host);
	host_expect(host, &msg, PAUSE, 0, 0, 0);
	host_expect(host, &msg, RESUME, 0, 0, 0);
	expect_answer(host, CALL_PAUSE, 0);
	assert_int_equal(host_counter(host, "errors"), 0);
	host_destroy(host);
}

static void host_resumes_first(void **state)
{
	struct host *host = with_call();
	struct host_msg msg;

	command(host, CALL_PAUSE, 60000, 0);
	host_expect(host, &msg, PAUSE, 0, 0, 0);
	host_send(host, PAUSE, 0, 0, NULL, 0);
	host_send(host, RESUME, 0, 0, NULL, 0);
	host_expect_silence(host);
	assert_string_equal(host_state(host), "connected");
	host_close(host, PORT, 1);
	assert_int_equal(host_counter(host, "errors"), 0);
	host_destroy(host);
}

/* The client's end ends its pause. */
static void close_while_pausing(void **state)
{
	struct host *host = with_call();
	struct host_msg msg;

	command(host, CALL_PAUSE, 60000, 0);
	host_expect(host, &msg, PAUSE, 0, 0, 0);
	host_put(host, CLOSE, PORT, 1, NULL, 0);
	host_put(host, PAUSE, 0, 0, NULL, 0);
	host_publish(host);
	host_expect(host, &msg, RESUME, 0, 0, 0);
	host_expect(host, &msg, CLOSE, 1, PORT, 0);
	host_destroy(host);
}

static void message_after_pause_breaks(void **state)
{
	struct host *host = with_call();
	struct host_msg msg;

	command(host, CALL_PAUSE, 60000, 0);
	host_expect(host, &msg, PAUSE, 0, 0, 0);
	host_send(host, PAUSE, 0, 0, NULL, 0);
	command(host, CALL_USE, 0, 0);
	assert_string_equal(host_state(host), "broken");
	host_destroy(host);
}

static void second_pause_is_busy(void **state)
{
	struct host *host = with_call();
	struct host_msg msg;

	command(host, CALL_PAUSE, 0, 0);
	host_expect(host, &msg, PAUSE, 0, 0, 0);
	command(host, CALL_PAUSE, 0, 0);
	host_send(host, PAUSE, 0, 0, NULL, 0);
	host_expect(host, &msg, RESUME, 0, 0, 0);
	host_receive(host, &msg);
	host_receive(host, &msg);
	assert_int_equal(msg.type, DATA);
	host_expect_silence(host);
	host_destroy(host);
}

/* -----------------------------------------------------------------------------
 * REMOTE_USE
 */

static void remote_use(void **state)
{
	struct host *host = with_call();
	struct host_msg msg;

	command(host, CALL_USE, 0, 0);
	host_expect(host, &msg, REMOTE_USE, 0, 0, 0);
	host_expect_silence(host);
	host_send(host, REMOTE_USE_ACTIVE, 0, 0, NULL, 0);
	expect_answer(host, CALL_USE, 0);
	command(host, CALL_RELEASE, 0, 0);
	host_receive(host, &msg);
	assert_int_equal(msg.type, REMOTE_RELEASE);
	expect_answer(host, CALL_RELEASE, 0);
	assert_int_equal(host_counter(host, "errors"), 0);
	host_send(host, REMOTE_USE_ACTIVE, 0, 0, NULL, 0);
	assert_int_equal(host_counter(host, "errors"), 1);
	host_destroy(host);
}

/* The answer to a client that has gone is not given to the next. */
static void remote_use_of_a_client_that_went(void **state)
{
	struct host *host = with_call();
	struct host_msg msg;

	command(host, CALL_USE, 0, 0);
	host_expect(host, &msg, REMOTE_USE, 0, 0, 0);
	host_close(host, PORT, 1);
	assert_int_equal(host_open(host, "call", PORT, 1, 1), 1);
	command(host, CALL_USE, 0, 0);
	host_expect(host, &msg, REMOTE_USE, 0, 0, 0);
	host_send(host, REMOTE_USE_ACTIVE, 0, 0, NULL, 0);
	host_expect_silence(host);
	host_send(host, REMOTE_USE_ACTIVE, 0, 0, NULL, 0);
	expect_answer(host, CALL_USE, 0);
	host_destroy(host);
}

/* With all of it under way the connection goes. */
static void reset_in_the_middle(void **state)
{
	struct host *host = with_call();
	struct host_msg msg;

	called(host);
	assert_int_equal(host_open(host, "call", PORT + 1, 1, 1), 3);
	host_send(host, DATA, PORT + 1, 3, (uint32_t[]){ CALL_OPEN, 1, 1 }, 12);
	host_receive(host, &msg);
	assert_int_equal(msg.type, OPEN);
	command(host, CALL_USE, 0, 0);
	command(host, CALL_PAUSE, 60000, 0);
	host_sync(host);
	vc_firmware_reset(host->fw);
	assert_string_equal(host_state(host), "disconnected");
	host_destroy(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_serves),
		cmocka_unit_test(host_serves_synchronously),
		cmocka_unit_test(host_refuses),
		cmocka_unit_test(host_closes),
		cmocka_unit_test(end_of_the_client_closes),
		cmocka_unit_test(close_while_opening),
		cmocka_unit_test(wrong_commands),
		cmocka_unit_test(stray_openacks_are_errors),
		cmocka_unit_test(firmware_pauses),
		cmocka_unit_test(resume_waits_for_the_host),
		cmocka_unit_test(both_pause_at_once),
		cmocka_unit_test(host_resumes_first),
		cmocka_unit_test(close_while_pausing),
		cmocka_unit_test(message_after_pause_breaks),
		cmocka_unit_test(second_pause_is_busy),
		cmocka_unit_test(remote_use),
		cmocka_unit_test(remote_use_of_a_client_that_went),
		cmocka_unit_test(reset_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
