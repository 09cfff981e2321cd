// SPDX-License-Identifier: GPL-2.0
/*
 * The control socket: lines in, lines out, whatever is in them.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "control.h"
#include "loop.h"
#include "media/provenance.h"
#include "media/screen.h"
#include "soc/bus.h"
#include "soc/irq.h"
#include "videocored.h"

#define TIMEOUT_S	20

/** struct fixture - the parts "status" looks at, and a client */
struct fixture {
	struct videocored vc;
	char dir[32];
	char path[64];
	pthread_t thread;
	int sock;
};

static void *run_loop(void *arg)
{
	vc_loop_run(arg);
	return NULL;
}

static int client(struct fixture *f)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct timeval tv = { .tv_sec = TIMEOUT_S };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0)
		fail();
	memcpy(addr.sun_path, f->path, sizeof(f->path));
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));

	return fd;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->vc.loop = vc_loop_create();
	f->vc.irq = vc_irq_create(f->vc.loop);
	f->vc.bus = vc_bus_create();
	f->vc.prov = vc_provenance_create();
	f->vc.screen = vc_screen_create();
	snprintf(f->dir, sizeof(f->dir), "/tmp/vcctl-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/sock", f->dir);
	assert_int_equal(vc_control_create(&f->vc.control, &f->vc, f->path), 0);
	assert_int_equal(pthread_create(&f->thread, NULL, run_loop, f->vc.loop), 0);
	f->sock = client(f);
	*state = f;

	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	close(f->sock);
	vc_loop_stop(f->vc.loop);
	pthread_join(f->thread, NULL);
	vc_control_destroy(f->vc.control);
	assert_int_equal(access(f->path, F_OK), -1);
	rmdir(f->dir);
	vc_screen_destroy(f->vc.screen);
	vc_provenance_destroy(f->vc.prov);
	vc_bus_destroy(f->vc.bus);
	vc_irq_destroy(f->vc.irq);
	vc_loop_destroy(f->vc.loop);
	free(f);

	return 0;
}

static void say(int sock, const char *text)
{
	assert_int_equal(send(sock, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* The next line as JSON. */
static struct json_object *hear(int sock)
{
	static char line[65536];
	struct json_object *json;
	size_t len = 0;

	do {
		assert_true(len < sizeof(line) - 1);
		assert_int_equal(recv(sock, line + len, 1, 0), 1);
	} while (line[len++] != '\n');
	line[len] = '\0';
	json = json_tokener_parse(line);
	assert_true(json_object_is_type(json, json_type_object));

	return json;
}

static void expect_ok(int sock)
{
	struct json_object *json = hear(sock);

	assert_true(json_object_get_boolean(json_object_object_get(json, "ok")));
	assert_null(json_object_object_get(json, "error"));
	json_object_put(json);
}

static void expect_error(int sock, const char *part)
{
	struct json_object *json = hear(sock);
	const char *error = json_object_get_string(json_object_object_get(json, "error"));

	assert_non_null(error);
	assert_non_null(strstr(error, part));
	assert_null(json_object_object_get(json, "ok"));
	json_object_put(json);
}

static void test_ping(void **state)
{
	struct fixture *f = *state;

	say(f->sock, "{\"cmd\":\"ping\"}\n");
	expect_ok(f->sock);
	/* In pieces, with blank lines around, two in one. */
	say(f->sock, "\n  \r\n{\"cmd\":");
	say(f->sock, "\"ping\"}\n{\"cmd\":\"ping\"}\r\n");
	expect_ok(f->sock);
	expect_ok(f->sock);
}

static void test_id(void **state)
{
	struct fixture *f = *state;
	struct json_object *json;

	say(f->sock, "{\"id\":77,\"cmd\":\"ping\"}\n{\"id\":\"x\",\"cmd\":\"nonsense\"}\n");
	json = hear(f->sock);
	assert_int_equal(json_object_get_int(json_object_object_get(json, "id")), 77);
	json_object_put(json);
	json = hear(f->sock);
	assert_string_equal(json_object_get_string(json_object_object_get(json, "id")), "x");
	json_object_put(json);
}

static void test_status(void **state)
{
	struct fixture *f = *state;
	struct json_object *json, *bus;

	say(f->sock, "{\"cmd\":\"status\"}\n");
	json = hear(f->sock);
	bus = json_object_object_get(json, "bus");
	assert_non_null(json_object_object_get(bus, "traps"));
	assert_non_null(json_object_object_get(json_object_object_get(bus, "blocks"), "unmapped"));
	assert_non_null(json_object_object_get(json, "screen"));
	assert_non_null(json_object_object_get(json, "provenance"));
	json_object_put(json);
}

static void test_garbage(void **state)
{
	static const char *const garbage[] = {
		"hello\n", "{\n", "[]\n", "\"cmd\"\n", "null\n", "{\"cmd\":}\n",
		"{\"cmd\":\"ping\"} x\n", "\x01\x02\xff\xfe\n", "{\"cmd\":\"ping\",}\n",
		"{{{{{{{{{{{{\n", "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]\n",
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		say(f->sock, garbage[i]);
		expect_error(f->sock, "not a JSON object");
	}
	say(f->sock, "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}\n");
	expect_error(f->sock, "not a JSON object");
	say(f->sock, "{\"cmd\":\"ping\"}\n");
	expect_ok(f->sock);
}

static void test_nul(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(send(f->sock, "{\"cmd\":\"ping\"}\0{\n", 17, 0), 17);
	expect_error(f->sock, "not a JSON object");
}

static void test_wrong_arguments(void **state)
{
	struct fixture *f = *state;

	say(f->sock, "{}\n{\"cmd\":3}\n{\"cmd\":\"nonsense\"}\n{\"cmd\":\"screenshot\"}\n");
	expect_error(f->sock, "\"cmd\"");
	expect_error(f->sock, "\"cmd\"");
	expect_error(f->sock, "unknown command");
	expect_error(f->sock, "\"path\"");
	say(f->sock, "{\"cmd\":\"screenshot\",\"path\":\"\"}\n");
	expect_error(f->sock, "\"path\"");
	say(f->sock, "{\"cmd\":\"record-start\",\"path\":\"/x.mp4\",\"fps\":-1}\n");
	expect_error(f->sock, "\"fps\"");
	say(f->sock, "{\"cmd\":\"record-start\",\"path\":\"/x.mp4\",\"fps\":\"quick\"}\n");
	expect_error(f->sock, "\"fps\"");
}

/* One error, however long it is and in however many pieces; then the next line counts. */
static void test_long_line(void **state)
{
	struct fixture *f = *state;
	char part[3000];
	int i;

	memset(part, 'x', sizeof(part) - 1);
	part[sizeof(part) - 1] = '\0';
	for (i = 0; i < 100; i++)
		say(f->sock, part);
	say(f->sock, "\n{\"cmd\":\"ping\"}\n");
	expect_error(f->sock, "too long");
	expect_ok(f->sock);
}

/* A slow command is answered in its place, and others are served meanwhile. */
static void test_slow(void **state)
{
	struct fixture *f = *state;
	int other = client(f);

	say(f->sock, "{\"cmd\":\"screenshot\",\"path\":\"/nowhere/at/all.png\"}\n"
		     "{\"cmd\":\"ping\"}\n");
	say(other, "{\"cmd\":\"ping\"}\n");
	expect_ok(other);
	expect_error(f->sock, "");
	expect_ok(f->sock);
	close(other);
}

static void test_gone_while_slow(void **state)
{
	struct fixture *f = *state;
	int other = client(f);

	say(other, "{\"cmd\":\"screenshot\",\"path\":\"/nowhere/at/all.png\"}\n");
	close(other);
	say(f->sock, "{\"cmd\":\"record-stop\"}\n{\"cmd\":\"ping\"}\n");
	json_object_put(hear(f->sock));
	expect_ok(f->sock);
}

static void test_many_clients(void **state)
{
	struct fixture *f = *state;
	int sock[20];
	size_t i;

	for (i = 0; i < 20; i++)
		sock[i] = client(f);
	for (i = 0; i < 20; i++)
		say(sock[i], "{\"cmd\":\"ping\"}\n");
	for (i = 0; i < 20; i++) {
		expect_ok(sock[i]);
		close(sock[i]);
	}
}

static void test_quit(void **state)
{
	struct fixture *f = *state;

	say(f->sock, "{\"cmd\":\"quit\"}\n");
	expect_ok(f->sock);
}

#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ping),
		TEST(test_id),
		TEST(test_status),
		TEST(test_garbage),
		TEST(test_nul),
		TEST(test_wrong_arguments),
		TEST(test_long_line),
		TEST(test_slow),
		TEST(test_gone_while_slow),
		TEST(test_many_clients),
		TEST(test_quit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
