// SPDX-License-Identifier: GPL-2.0
/*
 * The keeper: what a client sees when videocored is killed, and when it is not.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "keeper.h"

#define TIMEOUT_S	20

/** struct client - and the process it talks to, which is the keeper */
struct client {
	int sock;
	pid_t pid;
};

/* @work is done in the place of videocored, with the client's socket. */
static void start(struct client *client, void (*work)(int sock))
{
	struct timeval tv = { .tv_sec = TIMEOUT_S };
	int ends[2], link = -1;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	client->pid = fork();
	assert_true(client->pid >= 0);
	if (!client->pid) {
		close(ends[0]);
		if (vc_keeper_start(&link))
			_exit(99);
		vc_keeper_hold(link, ends[1]);
		work(ends[1]);
		vc_keeper_hold(link, -1);
		_exit(7);
	}
	close(ends[1]);
	client->sock = ends[0];
	setsockopt(client->sock, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
}

static int end_of(struct client *client)
{
	int status;

	assert_int_equal(waitpid(client->pid, &status, 0), client->pid);
	assert_true(WIFEXITED(status));
	close(client->sock);
	return WEXITSTATUS(status);
}

static void expect_byte(struct client *client, char want)
{
	char byte = 0;

	assert_int_equal(recv(client->sock, &byte, 1, 0), 1);
	assert_int_equal(byte, want);
}

static void greet(int sock)
{
	assert_int_equal(write(sock, "h", 1), 1);
}

static void die(int sock)
{
	greet(sock);
	raise(SIGKILL);
}

static void wait_for_signal(int sock)
{
	greet(sock);
	pause();
}

/* The stream ends, and what is on its way is still taken. */
static void killed(void **state)
{
	struct client client;
	char byte;

	start(&client, die);
	expect_byte(&client, 'h');
	assert_int_equal(recv(client.sock, &byte, 1, 0), 0);
	assert_int_equal(send(client.sock, "late", 4, MSG_NOSIGNAL), 4);
	assert_int_equal(end_of(&client), 128 + SIGKILL);
}

static void not_killed(void **state)
{
	struct client client;

	start(&client, greet);
	expect_byte(&client, 'h');
	assert_int_equal(end_of(&client), 7);
}

static void signals_are_handed_on(void **state)
{
	struct client client;

	start(&client, wait_for_signal);
	expect_byte(&client, 'h');
	kill(client.pid, SIGTERM);
	assert_int_equal(end_of(&client), 128 + SIGTERM);
}

static void without_a_keeper(void **state)
{
	vc_keeper_hold(-1, 0);
	vc_keeper_hold(-1, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed),
		cmocka_unit_test(not_killed),
		cmocka_unit_test(signals_are_handed_on),
		cmocka_unit_test(without_a_keeper),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
