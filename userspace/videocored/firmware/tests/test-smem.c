// SPDX-License-Identifier: GPL-2.0
/*
 * SMEM: import, references, RELEASED once and not too early.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "guest.h"
#include "host.h"
#include "smem.h"

#define BLOCK_AT	HOST_HEAP_AT
#define BLOCK_SIZE	0x6000u

struct machine {
	struct host *host;
	struct smem_pool *pool;
	uint32_t port;		/* the firmware's */
	uint32_t trans_id;
};

/* A host with SMEM open; @version 0: it says nothing about its version. */
static struct machine start(uint32_t version)
{
	struct machine m = { .host = host_connected(), .trans_id = 1 };
	uint32_t request[3] = { 9, 1, version };
	struct host_msg msg;
	uint32_t word;

	m.pool = smem_pool_create(m.host->fw);
	assert_non_null(m.pool);
	m.port = (uint32_t)host_open(m.host, "SMEM", 0, 1, 0);
	if (!version)
		return m;
	host_send(m.host, DATA, 0, m.port, request, sizeof(request));
	host_receive(m.host, &msg);
	memcpy(&word, msg.data, 4);
	assert_int_equal(word, 0x80000009);
	return m;
}

static void stop(struct machine *m)
{
	struct smem_pool *pool = m->pool;

	vc_firmware_stop(m->host->fw);
	smem_pool_destroy(pool);
	host_destroy(m->host);
}

/* Returns the handle, 0 when refused. */
static uint32_t import(struct machine *m, uint32_t bus, uint32_t size,
		       uint32_t kernel_id)
{
	uint32_t request[15] = { 8, ++m->trans_id, 1, bus, size, kernel_id, 77 };
	struct host_msg msg;
	uint32_t words[2];

	memcpy(&request[7], "test", 4);
	host_send(m->host, DATA, 0, m->port, request, sizeof(request));
	host_expect(m->host, &msg, DATA, m->port, 0, 8);
	memcpy(words, msg.data, 8);
	assert_int_equal(words[0], m->trans_id);
	return words[1];
}

static void free_block(struct machine *m, uint32_t handle)
{
	uint32_t request[4] = { 4, ++m->trans_id, handle, 0 };

	host_send(m->host, DATA, 0, m->port, request, sizeof(request));
}

static void expect_released(struct machine *m, uint32_t bus, uint32_t size,
			    uint32_t kernel_id, uint32_t handle)
{
	uint32_t want[5] = { 0x8000000b, bus, size, kernel_id, handle };
	struct host_msg msg;

	host_expect(m->host, &msg, DATA, m->port, 0, sizeof(want));
	assert_memory_equal(msg.data, want, sizeof(want));
}

struct ref {
	struct smem_pool *pool;
	uint32_t handle;
	uint32_t bus;
	uint32_t size;
	int ret;
};

static void do_get(void *arg)
{
	struct ref *ref = arg;

	ref->ret = smem_block_get(ref->pool, ref->handle, &ref->bus, &ref->size);
}

static void do_put(void *arg)
{
	struct ref *ref = arg;

	smem_block_put(ref->pool, ref->handle);
}

static struct ref get(struct machine *m, uint32_t handle)
{
	struct ref ref = { .pool = m->pool, .handle = handle };

	host_sync(m->host);
	vc_firmware_call(m->host->fw, do_get, &ref);
	return ref;
}

static void put(struct machine *m, uint32_t handle)
{
	struct ref ref = { .pool = m->pool, .handle = handle };

	vc_firmware_call(m->host->fw, do_put, &ref);
	host_sync(m->host);
}

static void free_releases(void **state)
{
	struct machine m = start(2);
	uint32_t handle = import(&m, HOST_BUS(BLOCK_AT), BLOCK_SIZE, 5);

	assert_int_not_equal(handle, 0);
	free_block(&m, handle);
	expect_released(&m, HOST_BUS(BLOCK_AT), BLOCK_SIZE, 5, handle);
	host_expect_silence(m.host);
	assert_int_equal(get(&m, handle).ret, -ENOENT);
	stop(&m);
}

static void components_keep_a_block(void **state)
{
	struct machine m = start(2);
	uint32_t handle = import(&m, HOST_BUS(BLOCK_AT), BLOCK_SIZE, 5);
	struct ref ref = get(&m, handle);

	assert_int_equal(ref.ret, 0);
	assert_int_equal(ref.bus, HOST_BUS(BLOCK_AT));
	assert_int_equal(ref.size, BLOCK_SIZE);
	assert_int_equal(get(&m, handle).ret, 0);
	free_block(&m, handle);
	host_expect_silence(m.host);
	/* Freed twice is freed once. */
	free_block(&m, handle);
	put(&m, handle);
	host_expect_silence(m.host);
	put(&m, handle);
	expect_released(&m, HOST_BUS(BLOCK_AT), BLOCK_SIZE, 5, handle);
	put(&m, handle);
	host_expect_silence(m.host);
	stop(&m);
}

static void components_cannot_take_the_hosts_reference(void **state)
{
	struct machine m = start(2);
	uint32_t handle = import(&m, HOST_BUS(BLOCK_AT), BLOCK_SIZE, 5);

	put(&m, handle);
	host_expect_silence(m.host);
	assert_int_equal(get(&m, handle).ret, 0);
	put(&m, handle);
	host_expect_silence(m.host);
	free_block(&m, handle);
	expect_released(&m, HOST_BUS(BLOCK_AT), BLOCK_SIZE, 5, handle);
	stop(&m);
}

static void old_hosts_are_not_told(void **state)
{
	static const uint32_t versions[] = { 0, 1 };

	for (int i = 0; i < 2; i++) {
		struct machine m = start(versions[i]);
		uint32_t handle = import(&m, HOST_BUS(BLOCK_AT), BLOCK_SIZE, 5);

		free_block(&m, handle);
		host_expect_silence(m.host);
		assert_int_equal(get(&m, handle).ret, -ENOENT);
		stop(&m);
	}
}

static void handles_differ(void **state)
{
	struct machine m = start(3);
	uint32_t a = import(&m, HOST_BUS(BLOCK_AT), 4096, 1);
	uint32_t b = import(&m, HOST_BUS(BLOCK_AT), 4096, 2);
	uint32_t c;

	assert_int_not_equal(a, b);
	free_block(&m, a);
	expect_released(&m, HOST_BUS(BLOCK_AT), 4096, 1, a);
	c = import(&m, HOST_BUS(BLOCK_AT), 4096, 3);
	assert_int_not_equal(c, a);
	assert_int_not_equal(c, b);
	assert_int_equal(get(&m, b).ret, 0);
	stop(&m);
}

static void bad_imports_are_refused(void **state)
{
	static const struct { uint32_t bus, size, kernel_id; } bad[] = {
		{ HOST_BUS(BLOCK_AT), 0, 5 },
		{ HOST_BUS(BLOCK_AT), 4096, 0 },
		{ HOST_BUS(HOST_RAM_SIZE), 4096, 5 },
		{ HOST_BUS(HOST_RAM_SIZE - 4096), 4097, 5 },
		{ HOST_BUS(BLOCK_AT), 0xffffffff, 5 },
		{ HOST_BUS(BLOCK_AT), HOST_RAM_SIZE, 5 },
		{ 0xfffff000, 0x2000, 5 },
		{ 0x7e000000, 4096, 5 },
	};
	struct machine m = start(2);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(import(&m, bad[i].bus, bad[i].size, bad[i].kernel_id), 0);
	/* Another alias of the same memory is fine. */
	assert_int_not_equal(import(&m, 0x80000000 + BLOCK_AT, 4096, 5), 0);
	stop(&m);
}

static void closing_frees_everything(void **state)
{
	struct machine m = start(2);
	uint32_t a = import(&m, HOST_BUS(BLOCK_AT), 4096, 1);
	uint32_t b = import(&m, HOST_BUS(BLOCK_AT), 4096, 2);

	assert_int_equal(get(&m, b).ret, 0);
	host_close(m.host, 0, m.port);
	assert_int_equal(get(&m, a).ret, -ENOENT);
	/* A component still uses the other one; nobody is told when it is done. */
	assert_int_equal(get(&m, b).ret, 0);
	put(&m, b);
	put(&m, b);
	assert_int_equal(get(&m, b).ret, -ENOENT);
	host_expect_silence(m.host);
	stop(&m);
}

static void clients_own_their_blocks(void **state)
{
	struct machine m = start(2);
	uint32_t first = m.port;
	uint32_t handle = import(&m, HOST_BUS(BLOCK_AT), 4096, 1);
	uint32_t request[4] = { 4, 99, handle, 0 };
	int second = host_open(m.host, "SMEM", 1, 1, 0);

	host_send(m.host, DATA, 1, (uint32_t)second, request, sizeof(request));
	host_expect_silence(m.host);
	assert_int_equal(get(&m, handle).ret, 0);
	host_close(m.host, 1, (uint32_t)second);
	assert_int_equal(get(&m, handle).ret, 0);
	m.port = first;
	stop(&m);
}

static void action_clean_undoes_an_import(void **state)
{
	struct machine m = start(2);
	uint32_t handle = import(&m, HOST_BUS(BLOCK_AT), 4096, 1);
	uint32_t request[4] = { 7, 99, 8, m.trans_id };

	host_send(m.host, DATA, 0, m.port, request, sizeof(request));
	expect_released(&m, HOST_BUS(BLOCK_AT), 4096, 1, handle);
	host_send(m.host, DATA, 0, m.port, request, sizeof(request));
	host_expect_silence(m.host);
	stop(&m);
}

/* Send a request, expect an answer of so many words. */
static void ask(struct machine *m, const uint32_t *body, size_t nr, uint32_t type,
		uint32_t *answer, size_t nr_answer)
{
	uint32_t request[15] = { type, ++m->trans_id };
	struct host_msg msg;

	memcpy(request + 2, body, nr * 4);
	host_send(m->host, DATA, 0, m->port, request, 8 + nr * 4);
	host_expect(m->host, &msg, DATA, m->port, 0, nr_answer * 4);
	memcpy(answer, msg.data, nr_answer * 4);
	assert_int_equal(answer[0], m->trans_id);
}

/* Handle and address of @size bytes of the heap, 0 when refused. */
static uint32_t heap_alloc(struct machine *m, uint32_t size, uint32_t align, uint32_t *bus)
{
	uint32_t body[13] = { 1, 1, size, align, 77 }, answer[5];

	ask(m, body, 13, 0, answer, 5);
	*bus = answer[2];
	return answer[1];
}

static void heap_is_handed_out(void **state)
{
	struct machine m = start(2);
	uint32_t a, b, c, bus[3], lock[4], body[2];

	smem_pool_set_heap(m.pool, BLOCK_AT, 0x10000);
	a = heap_alloc(&m, 5000, 0, &bus[0]);
	b = heap_alloc(&m, 0x4000, 0x4000, &bus[1]);
	assert_int_not_equal(a, 0);
	assert_int_equal(bus[0], HOST_BUS(BLOCK_AT));
	assert_int_equal(bus[1], HOST_BUS(BLOCK_AT + 0x4000));
	assert_int_equal(heap_alloc(&m, 0x10000, 0, &bus[2]), 0);
	assert_int_equal(heap_alloc(&m, 0, 0, &bus[2]), 0);
	assert_int_equal(heap_alloc(&m, 4096, 0x3000, &bus[2]), 0);
	body[0] = b;
	body[1] = bus[1];
	ask(&m, body, 2, 1, lock, 4);
	assert_int_equal(lock[1], b);
	assert_int_equal(lock[2], bus[1]);
	/* Freed without a word; the place is used again. */
	free_block(&m, a);
	host_expect_silence(m.host);
	c = heap_alloc(&m, 0x2000, 0, &bus[2]);
	assert_int_not_equal(c, a);
	assert_int_equal(bus[2], bus[0]);
	body[0] = a;
	ask(&m, body, 2, 1, lock, 4);
	assert_int_equal(lock[2], 0);
	assert_int_equal(get(&m, b).ret, 0);
	stop(&m);
}

/* "vcctl smem ACTION [ARG...]", words separated by spaces. */
static int control(struct machine *m, const char *text)
{
	struct json_object *args = json_object_new_array(), *out = json_object_new_object();
	char copy[128], *rest = copy, *action, *word;
	int ret;

	assert_true(strlen(text) < sizeof(copy));
	memcpy(copy, text, strlen(text) + 1);
	action = strsep(&rest, " ");
	while ((word = strsep(&rest, " ")))
		json_object_array_add(args, json_object_new_string(word));
	ret = smem_pool_control(m->pool, action, args, out);
	json_object_put(args);
	json_object_put(out);
	return ret;
}

static void request_is_answered(void **state)
{
	uint32_t reply[5] = { 10, 0, 1, HOST_BUS(BLOCK_AT), 9 };
	struct machine m = start(2);
	uint32_t words[13];
	struct host_msg msg;

	assert_int_equal(control(&m, "request 5000 4096"), 0);
	host_expect(m.host, &msg, DATA, m.port, 0, sizeof(words));
	memcpy(words, msg.data, sizeof(words));
	assert_int_equal(words[0], 0x8000000c);
	assert_int_equal(words[1], 1);
	assert_int_equal(words[2], 5000);
	host_send(m.host, DATA, 0, m.port, reply, sizeof(reply));
	assert_int_equal(get(&m, words[12]).ret, 0);
	put(&m, words[12]);
	assert_int_equal(control(&m, "poke 1 2 3"), -EINVAL);
	assert_int_equal(control(&m, "peek 1 2 3"), -ENOENT);
	assert_int_equal(control(&m, "list"), 0);
	assert_int_equal(control(&m, "drop"), 0);
	expect_released(&m, HOST_BUS(BLOCK_AT), 5000, 9, words[12]);
	stop(&m);
}

static void faults_hit(void **state)
{
	uint32_t request[15] = { 8, 1, 1, HOST_BUS(BLOCK_AT), 4096, 5, 77 };
	struct machine m = start(2);
	struct host_msg msg;
	uint32_t handle;

	assert_int_equal(control(&m, "fault reply=early"), -EINVAL);
	assert_int_equal(control(&m, "fault every=0"), -EINVAL);
	assert_int_equal(control(&m, "fault nonsense"), -EINVAL);
	assert_int_equal(control(&m, "fault reply=refuse"), 0);
	assert_int_equal(import(&m, HOST_BUS(BLOCK_AT), 4096, 5), 0);
	assert_int_equal(control(&m, "fault reply=lose"), 0);
	host_send(m.host, DATA, 0, m.port, request, sizeof(request));
	host_expect_silence(m.host);
	assert_int_equal(control(&m, "fault released=twice"), 0);
	handle = import(&m, HOST_BUS(BLOCK_AT), 4096, 6);
	free_block(&m, handle);
	expect_released(&m, HOST_BUS(BLOCK_AT), 4096, 6, handle);
	expect_released(&m, HOST_BUS(BLOCK_AT), 4096, 6, handle);
	assert_int_equal(control(&m, "fault reply=delay,ms=10"), 0);
	host_send(m.host, DATA, 0, m.port, request, sizeof(request));
	host_expect(m.host, &msg, DATA, m.port, 0, 8);
	stop(&m);
}

/* There is no heap here; nobody waits for it in vain. */
static void other_requests_fail(void **state)
{
	static const struct { uint32_t type, size, answer; } requests[] = {
		{ 0, 60, 20 }, { 1, 16, 16 }, { 2, 16, 8 }, { 5, 20, 8 },
		{ 3, 16, 0 }, { 6, 8, 0 }, { 10, 20, 0 }, { 11, 60, 0 },
		{ 13, 60, 0 }, { 0x80000009, 60, 0 },
	};
	struct machine m = start(2);

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		uint32_t request[15] = { requests[i].type, 1000 + (uint32_t)i };
		struct host_msg msg;
		uint32_t words[2];

		host_send(m.host, DATA, 0, m.port, request, requests[i].size);
		if (!requests[i].answer) {
			host_expect_silence(m.host);
			continue;
		}
		host_expect(m.host, &msg, DATA, m.port, 0, requests[i].answer);
		memcpy(words, msg.data, 8);
		assert_int_equal(words[0], 1000 + i);
		assert_int_equal(words[1], requests[i].answer == 8 ? 0xffffffff : 0);
	}
	stop(&m);
}

/* What is too short for its type is refused, if the host waits for an answer. */
static void short_requests_fail(void **state)
{
	static const uint32_t answers[14] = { [0] = 20, [1] = 16, [2] = 8, [5] = 8, [8] = 8 };
	static const uint32_t lens[14] = { 52, 8, 8, 8, 8, 12, 0, 8, 52, 4, 12 };
	struct machine m = start(2);

	for (uint32_t type = 0; type < 14; type++) {
		uint32_t request[15] = { type, 500 + type }, want[5] = { 500 + type };
		struct host_msg msg;

		if (type == 2 || type == 5)
			want[1] = 0xffffffff;
		for (uint32_t len = 0; len < lens[type]; len += 4) {
			host_send(m.host, DATA, 0, m.port, request, 8 + len);
			if (!answers[type])
				continue;
			host_expect(m.host, &msg, DATA, m.port, 0, answers[type]);
			assert_memory_equal(msg.data, want, answers[type]);
		}
		host_expect_silence(m.host);
	}
	stop(&m);
}

/* Without a transaction nobody can be answered. */
static void requests_without_header_are_ignored(void **state)
{
	struct machine m = start(2);

	for (uint32_t type = 0; type < 14; type++)
		host_send(m.host, DATA, 0, m.port, &type, 4);
	host_send(m.host, DATA, 0, m.port, NULL, 0);
	host_expect_silence(m.host);
	assert_int_not_equal(import(&m, HOST_BUS(BLOCK_AT), 4096, 1), 0);
	stop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(free_releases),
		cmocka_unit_test(components_keep_a_block),
		cmocka_unit_test(components_cannot_take_the_hosts_reference),
		cmocka_unit_test(old_hosts_are_not_told),
		cmocka_unit_test(handles_differ),
		cmocka_unit_test(bad_imports_are_refused),
		cmocka_unit_test(closing_frees_everything),
		cmocka_unit_test(clients_own_their_blocks),
		cmocka_unit_test(action_clean_undoes_an_import),
		cmocka_unit_test(heap_is_handed_out),
		cmocka_unit_test(request_is_answered),
		cmocka_unit_test(faults_hit),
		cmocka_unit_test(other_requests_fail),
		cmocka_unit_test(short_requests_fail),
		cmocka_unit_test(requests_without_header_are_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
