// SPDX-License-Identifier: GPL-2.0
/*
 * Services that the program offers and the firmware opens, as its service "call"
 * does when it is asked to.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <sys/ioctl.h>
#include <unistd.h>

#include "cases.h"

#define CALL		FOURCC('c', 'a', 'l', 'l')
#define MINE		FOURCC('m', 'i', 'n', 'e')

enum call_command {
	CALL_OPEN = 1,
	CALL_CLOSE = 2,
	CALL_SEND = 6,
};

/* Who asks the firmware. */
struct caller {
	int fd;
	uint32_t handle;
};

static struct caller open_caller(void)
{
	struct caller caller = { .fd = open_client() };

	if (try_create(caller.fd, CALL, 1, true, NULL, &caller.handle))
		skip("the firmware has no service \"call\"");
	return caller;
}

static void ask(const struct caller *caller, enum call_command command, uint32_t arg)
{
	const uint32_t msg[] = { command, arg, 1 };

	send_message(caller->fd, caller->handle, msg, command == CALL_OPEN ? 12 : 8);
}

/* What became of it: 0 or a negative errno. */
static int answer(const struct caller *caller)
{
	int32_t got[2];

	CHECK(dequeue(caller->fd, caller->handle, got, sizeof(got), true) == sizeof(got),
	      "no answer");
	return got[1];
}

static int call_firmware(const struct caller *caller, enum call_command command, uint32_t arg)
{
	ask(caller, command, arg);
	return answer(caller);
}

static int try_serve(int fd, uint32_t fourcc, void *cookie, uint32_t *handle)
{
	struct vchiq_ioc_create_service args = {
		.params = {
			.fourcc = (int32_t)fourcc,
			.userdata = cookie,
			.version = 1,
			.version_min = 1,
		},
	};
	int ret = ioctl(fd, VCHIQ_IOC_CREATE_SERVICE, &args);

	*handle = args.handle;
	return ret;
}

static uint32_t serve(int fd, void *cookie)
{
	uint32_t handle;

	CHECK(!try_serve(fd, MINE, cookie, &handle), "CREATE_SERVICE of a server");
	return handle;
}

/* The firmware sends, and sends back. */
static void check_served(const struct caller *caller, int fd, uint32_t handle, void *cookie)
{
	struct { struct vchiq_ioc_header header; uint8_t data[MAX_MESSAGE]; } got;
	struct vchiq_ioc_completion completion;

	CHECK(!call_firmware(caller, CALL_SEND, 100), "the firmware does not send");
	CHECK(await_one(fd, &completion, &got) == 1, "AWAIT_COMPLETION");
	CHECK(completion.reason == VCHIQ_REASON_MESSAGE_AVAILABLE &&
	      completion.service_userdata == cookie, "reason %d", completion.reason);
	CHECK(got.header.size == 100 && got.data[99] == (uint8_t)(99 * 7), "other bytes");
	send_message(fd, handle, "hello", 5);
	CHECK(await_one(fd, &completion, &got) == 1, "AWAIT_COMPLETION");
	CHECK(got.header.size == 5 && !memcmp(got.data, "hello", 5), "other bytes came back");
}

static void case_server(void)
{
	struct caller caller = open_caller();
	int cookie, fd = open_client();
	uint32_t handle = serve(fd, &cookie);

	CHECK(!ioctl(fd, VCHIQ_IOC_GET_CLIENT_ID, handle), "opened by somebody");
	CHECK_FAILS(try_send(fd, handle, "x", 1), EIO);
	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_CLOSE_SERVICE, handle), EIO);
	for (int i = 0; i < 3; i++) {
		CHECK(!call_firmware(&caller, CALL_OPEN, MINE), "the firmware was refused");
		expect(fd, VCHIQ_REASON_SERVICE_OPENED, &cookie, NULL);
		check_served(&caller, fd, handle, &cookie);
		/* It listens again by itself. */
		CHECK(!call_firmware(&caller, CALL_CLOSE, 0), "the firmware cannot close");
		expect(fd, VCHIQ_REASON_SERVICE_CLOSED, &cookie, NULL);
		CHECK_FAILS(try_send(fd, handle, "x", 1), EIO);
	}
	remove_service(fd, handle);
	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_CLOSE_SERVICE, handle), EINVAL);
	CHECK(call_firmware(&caller, CALL_OPEN, MINE) == -ECONNREFUSED, "it still listens");
}

/* Closed from this side it listens again too. */
static void case_server_close(void)
{
	struct caller caller = open_caller();
	int cookie, fd = open_client();
	uint32_t handle = serve(fd, &cookie);

	for (int i = 0; i < 3; i++) {
		CHECK(!call_firmware(&caller, CALL_OPEN, MINE), "the firmware was refused");
		expect(fd, VCHIQ_REASON_SERVICE_OPENED, &cookie, NULL);
		CHECK(!ioctl(fd, VCHIQ_IOC_CLOSE_SERVICE, handle), "CLOSE_SERVICE");
		expect(fd, VCHIQ_REASON_SERVICE_CLOSED, &cookie, NULL);
	}
	CHECK(!call_firmware(&caller, CALL_OPEN, MINE), "the firmware was refused");
	expect(fd, VCHIQ_REASON_SERVICE_OPENED, &cookie, NULL);
	check_served(&caller, fd, handle, &cookie);
	remove_service(fd, handle);
	expect(fd, VCHIQ_REASON_SERVICE_CLOSED, &cookie, NULL);
}

/* Not to be found before CONNECT. */
static void case_hidden(void)
{
	struct caller caller = open_caller();
	int cookie, fd = open_device();
	uint32_t handle = serve(fd, &cookie);

	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_CLOSE_SERVICE, handle), EIO);
	CHECK(call_firmware(&caller, CALL_OPEN, MINE) == -ECONNREFUSED, "it is not hidden");
	CHECK(!ioctl(fd, VCHIQ_IOC_CONNECT, 0), "CONNECT");
	CHECK(!call_firmware(&caller, CALL_OPEN, MINE), "it is still hidden");
	expect(fd, VCHIQ_REASON_SERVICE_OPENED, &cookie, NULL);
	check_served(&caller, fd, handle, &cookie);
	close(fd);
	CHECK(call_firmware(&caller, CALL_OPEN, MINE), "it is still there");
}

/* One file serves a name, though more than once. */
static void case_clash(void)
{
	int fd = open_client(), other = open_client();
	uint32_t handle, second;

	handle = serve(fd, NULL);
	second = serve(fd, NULL);
	CHECK(handle != second, "the same handle");
	CHECK_FAILS(try_serve(other, MINE, NULL, &second), EEXIST);
	CHECK_FAILS(try_serve(other, 0, NULL, &second), EEXIST);
	close(fd);
	serve(other, NULL);
}

static void case_no_autoclose(void)
{
	struct caller caller = open_caller();
	int cookie, fd = open_client();
	uint32_t handle = serve(fd, &cookie);
	struct vchiq_ioc_set_service_option option = {
		.handle = handle,
		.option = VCHIQ_SERVICE_OPTION_AUTOCLOSE,
		.value = 0,
	};

	CHECK(!ioctl(fd, VCHIQ_IOC_SET_SERVICE_OPTION, &option), "AUTOCLOSE");
	CHECK(!call_firmware(&caller, CALL_OPEN, MINE), "the firmware was refused");
	expect(fd, VCHIQ_REASON_SERVICE_OPENED, &cookie, NULL);
	CHECK(!call_firmware(&caller, CALL_CLOSE, 0), "the firmware cannot close");
	expect(fd, VCHIQ_REASON_SERVICE_CLOSED, &cookie, NULL);
	CHECK(call_firmware(&caller, CALL_OPEN, MINE) == -ECONNREFUSED, "it listens again");
	CHECK(!ioctl(fd, VCHIQ_IOC_CLOSE_SERVICE, handle), "CLOSE_SERVICE");
	CHECK(!call_firmware(&caller, CALL_OPEN, MINE), "it does not listen again");
	expect(fd, VCHIQ_REASON_SERVICE_OPENED, &cookie, NULL);
}

const struct test_case server_cases[] = {
	{ "a server is opened and closed by the firmware", case_server, OURS },
	{ "a server is closed by the program", case_server_close, OURS },
	{ "a server before CONNECT", case_hidden, OURS },
	{ "servers of one name", case_clash, OURS },
	{ "a server without autoclose", case_no_autoclose, OURS },
	{ 0 }
};
