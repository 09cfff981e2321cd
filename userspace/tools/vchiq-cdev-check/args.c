// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers, structures, handles, and what each command says of wrong ones.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <sys/ioctl.h>
#include <unistd.h>

#include "cases.h"

#ifdef __LP64__
_Static_assert(VCHIQ_IOC_CREATE_SERVICE == 0xc030c402, "CREATE_SERVICE");
_Static_assert(VCHIQ_IOC_QUEUE_MESSAGE == 0x4010c404, "QUEUE_MESSAGE");
_Static_assert(VCHIQ_IOC_QUEUE_BULK_TRANSMIT == 0xc028c405, "QUEUE_BULK_TRANSMIT");
_Static_assert(VCHIQ_IOC_QUEUE_BULK_RECEIVE == 0xc028c406, "QUEUE_BULK_RECEIVE");
_Static_assert(VCHIQ_IOC_AWAIT_COMPLETION == 0xc020c407, "AWAIT_COMPLETION");
_Static_assert(VCHIQ_IOC_DEQUEUE_MESSAGE == 0xc018c408, "DEQUEUE_MESSAGE");
_Static_assert(VCHIQ_IOC_GET_CONFIG == 0xc010c40a, "GET_CONFIG");
#define DUMP_PHYS_MEM 0x4010c40f
#else
_Static_assert(VCHIQ_IOC_CREATE_SERVICE == 0xc01cc402, "CREATE_SERVICE");
_Static_assert(VCHIQ_IOC_QUEUE_MESSAGE == 0x400cc404, "QUEUE_MESSAGE");
_Static_assert(VCHIQ_IOC_QUEUE_BULK_TRANSMIT == 0xc014c405, "QUEUE_BULK_TRANSMIT");
_Static_assert(VCHIQ_IOC_QUEUE_BULK_RECEIVE == 0xc014c406, "QUEUE_BULK_RECEIVE");
_Static_assert(VCHIQ_IOC_AWAIT_COMPLETION == 0xc014c407, "AWAIT_COMPLETION");
_Static_assert(VCHIQ_IOC_DEQUEUE_MESSAGE == 0xc010c408, "DEQUEUE_MESSAGE");
_Static_assert(VCHIQ_IOC_GET_CONFIG == 0xc008c40a, "GET_CONFIG");
#define DUMP_PHYS_MEM 0x4008c40f
#endif
_Static_assert(VCHIQ_IOC_SET_SERVICE_OPTION == 0x400cc40e, "SET_SERVICE_OPTION");
_Static_assert(VCHIQ_IOC_CLOSE_DELIVERED == 0xc411, "CLOSE_DELIVERED");
_Static_assert(VCHIQ_IOC_QUEUE_BULK_DMABUF == 0xc028c412, "QUEUE_BULK_DMABUF");

/* Those with a structure. */
static const unsigned long with_struct[] = {
	VCHIQ_IOC_CREATE_SERVICE, VCHIQ_IOC_QUEUE_MESSAGE, VCHIQ_IOC_QUEUE_BULK_TRANSMIT,
	VCHIQ_IOC_QUEUE_BULK_RECEIVE, VCHIQ_IOC_AWAIT_COMPLETION, VCHIQ_IOC_DEQUEUE_MESSAGE,
	VCHIQ_IOC_GET_CONFIG, VCHIQ_IOC_SET_SERVICE_OPTION, VCHIQ_IOC_QUEUE_BULK_DMABUF,
};

/* Those that take a handle. */
static const unsigned long with_handle[] = {
	VCHIQ_IOC_REMOVE_SERVICE, VCHIQ_IOC_CLOSE_SERVICE, VCHIQ_IOC_USE_SERVICE,
	VCHIQ_IOC_RELEASE_SERVICE,
};

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static void case_unknown(void)
{
	uint8_t data[256] = { 0 };
	int fd = open_client();

	CHECK_FAILS(ioctl(fd, DUMP_PHYS_MEM, data), ENOTTY);
	CHECK_FAILS(ioctl(fd, _IO(VCHIQ_IOC_MAGIC, 15), data), ENOTTY);
	CHECK_FAILS(ioctl(fd, _IO(VCHIQ_IOC_MAGIC, 19), data), ENOTTY);
	CHECK_FAILS(ioctl(fd, _IO(VCHIQ_IOC_MAGIC, 255), data), ENOTTY);
	CHECK_FAILS(ioctl(fd, _IO('v', 0), data), ENOTTY);
	CHECK_FAILS(ioctl(fd, _IOR(VCHIQ_IOC_MAGIC, 0, int), data), ENOTTY);
	/* Another size or direction is another command. */
	CHECK_FAILS(ioctl(fd, _IOWR(VCHIQ_IOC_MAGIC, 2, char[44]), data), ENOTTY);
	CHECK_FAILS(ioctl(fd, _IOW(VCHIQ_IOC_MAGIC, 2, struct vchiq_ioc_create_service), data),
		    ENOTTY);
	CHECK_FAILS(ioctl(fd, _IOR(VCHIQ_IOC_MAGIC, 4, struct vchiq_ioc_queue_message), data),
		    ENOTTY);
	CHECK_FAILS(ioctl(fd, 0, data), ENOTTY);
	CHECK_FAILS(ioctl(fd, ~0u, data), ENOTTY);
	check_alive();
}

static bool has_struct(unsigned int nr)
{
	for (size_t i = 0; i < NR(with_struct); i++) {
		if (_IOC_NR(with_struct[i]) == nr)
			return true;
	}
	return nr == _IOC_NR(DUMP_PHYS_MEM);
}

static bool is_command(unsigned long cmd)
{
	for (size_t i = 0; i < NR(with_struct); i++) {
		if (with_struct[i] == cmd)
			return true;
	}
	return cmd <= VCHIQ_IOC_CLOSE_DELIVERED && !has_struct(_IOC_NR(cmd));
}

static void try_wrong_sizes(int fd, unsigned int nr, unsigned int dir, void *data)
{
	for (unsigned int size = 0; size < 72; size++) {
		unsigned long cmd = _IOC(dir, VCHIQ_IOC_MAGIC, nr, size);

		if (!is_command(cmd))
			CHECK_FAILS(ioctl(fd, cmd, data), ENOTTY);
	}
}

/* Whatever is not exactly a command is none, and what it points to stays as it is. */
static void case_wrong_sizes(void)
{
	uint8_t data[256], before[sizeof(data)];
	int fd = open_client();

	memset(data, 0x5a, sizeof(data));
	memcpy(before, data, sizeof(data));
	for (unsigned int nr = 0; nr < 24; nr++) {
		for (unsigned int dir = 0; dir < 4; dir++)
			try_wrong_sizes(fd, nr, dir, data);
	}
	CHECK(!memcmp(data, before, sizeof(data)), "memory was written");
	check_alive();
}

static void case_bad_struct(void)
{
	int fd = open_client();

	for (size_t i = 0; i < NR(with_struct); i++) {
		CHECK_FAILS(ioctl(fd, with_struct[i], NULL), EFAULT);
		CHECK_FAILS(ioctl(fd, with_struct[i], NOWHERE), EFAULT);
		/* It begins in memory and ends where there is none. */
		CHECK_FAILS(ioctl(fd, with_struct[i], before_hole(64) - 4), EFAULT);
	}
	check_alive();
}

static void handle_fails(int fd, uint32_t handle)
{
	struct vchiq_ioc_set_service_option option = { .handle = handle };
	int mode = VCHIQ_BULK_MODE_CALLBACK;
	uint8_t data[16];

	for (size_t i = 0; i < NR(with_handle); i++)
		CHECK_FAILS(ioctl(fd, with_handle[i], handle), EINVAL);
	CHECK_FAILS(try_send(fd, handle, data, sizeof(data)), EINVAL);
	CHECK_FAILS(dequeue(fd, handle, data, sizeof(data), false), EINVAL);
	CHECK_FAILS(bulk(fd, handle, false, data, sizeof(data), &mode, NULL), EINVAL);
	CHECK_FAILS(bulk(fd, handle, true, data, sizeof(data), &mode, NULL), EINVAL);
	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_SET_SERVICE_OPTION, &option), EINVAL);
}

static void case_bad_handle(void)
{
	int fd = open_client(), other = open_client();
	uint32_t closed = create(fd, ECHO, true, NULL), kept, again;

	handle_fails(fd, 0);
	handle_fails(fd, ~0u);
	handle_fails(fd, closed + 1);
	handle_fails(other, closed);
	remove_service(fd, closed);
	handle_fails(fd, closed);
	/* A service in its place is another one. */
	again = create(fd, ECHO, true, NULL);
	CHECK(again != closed, "the handle was used again");
	handle_fails(fd, closed);
	kept = create(other, ECHO, true, NULL);
	handle_fails(fd, kept);
	check_service(fd, again);
	check_service(other, kept);
}

/* The driver of the kernel takes the service that it does not find for one. */
static void case_bad_delivered(void)
{
	int fd = open_client(), other = open_client();
	uint32_t handle = create(fd, ECHO, true, NULL);

	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_CLOSE_DELIVERED, 0), EINVAL);
	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_CLOSE_DELIVERED, ~0u), EINVAL);
	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_CLOSE_DELIVERED, handle), EINVAL);
	CHECK_FAILS(ioctl(other, VCHIQ_IOC_CLOSE_DELIVERED, handle), EINVAL);
	remove_service(fd, handle);
	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_CLOSE_DELIVERED, handle), EINVAL);
}

/* Whose service it is matters here too. */
static void case_client_id(void)
{
	int fd = open_client(), other = open_client();
	uint32_t handle = create(fd, ECHO, true, NULL);

	CHECK(ioctl(fd, VCHIQ_IOC_GET_CLIENT_ID, handle) == getpid(), "we are not its client");
	CHECK_FAILS(ioctl(other, VCHIQ_IOC_GET_CLIENT_ID, handle), EINVAL);
	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_GET_CLIENT_ID, 0), EINVAL);
	remove_service(fd, handle);
	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_GET_CLIENT_ID, handle), EINVAL);
}

static int get_config(int fd, uint32_t size, void *config)
{
	struct vchiq_ioc_get_config args = { size, config };

	return ioctl(fd, VCHIQ_IOC_GET_CONFIG, &args);
}

static void case_config(void)
{
	struct vchiq_ioc_config config;
	int fd = open_device();

	memset(&config, 0x77, sizeof(config));
	CHECK(!get_config(fd, 4, &config), "GET_CONFIG of 4 bytes");
	CHECK(config.max_msg_size == MAX_MESSAGE && config.bulk_threshold == 0x77777777,
	      "more than 4 bytes were written");
	CHECK(!get_config(fd, sizeof(config), &config), "GET_CONFIG");
	CHECK(config.bulk_threshold == 4088 && config.max_outstanding_bulks == 4 &&
	      config.max_services == 4096 && config.version == 8 && config.version_min == 3,
	      "wrong limits");
	CHECK_FAILS(get_config(fd, sizeof(config) + 1, &config), EINVAL);
	CHECK_FAILS(get_config(fd, ~0u, &config), EINVAL);
	CHECK_FAILS(get_config(fd, sizeof(config), NULL), EFAULT);
	CHECK_FAILS(get_config(fd, sizeof(config), read_only(&config, sizeof(config))), EFAULT);
	CHECK_FAILS(get_config(fd, sizeof(config), before_hole(64) - 4), EFAULT);
}

static void case_lib_version(void)
{
	int fd = open_device();

	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_LIB_VERSION, 0), EINVAL);
	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_LIB_VERSION, 2), EINVAL);
	CHECK(!ioctl(fd, VCHIQ_IOC_LIB_VERSION, 3), "LIB_VERSION 3");
	CHECK(!ioctl(fd, VCHIQ_IOC_LIB_VERSION, 8), "LIB_VERSION 8");
}

static void case_not_connected(void)
{
	struct vchiq_ioc_completion completion;
	int fd = open_device();
	uint32_t handle;

	CHECK_FAILS(try_create(fd, ECHO, 3, true, NULL, &handle), ENOTCONN);
	CHECK_FAILS(await_one(fd, &completion, NULL), ENOTCONN);
	CHECK(!ioctl(fd, VCHIQ_IOC_SHUTDOWN, 0), "SHUTDOWN");
	CHECK(!ioctl(fd, VCHIQ_IOC_CONNECT, 0), "CONNECT");
	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_CONNECT, 0), EINVAL);
	check_service(fd, create(fd, ECHO, true, NULL));
}

static void case_bad_create(void)
{
	int fd = open_client();
	uint32_t handle;

	CHECK_FAILS(try_create(fd, NONE, 3, true, NULL, &handle), EIO);
	CHECK_FAILS(try_create(fd, ECHO, 2, true, NULL, &handle), EIO);
	CHECK_FAILS(try_create(fd, ECHO, 4, true, NULL, &handle), EIO);
	CHECK_FAILS(try_create(fd, ECHO, -1, true, NULL, &handle), EIO);
	check_service(fd, create(fd, ECHO, true, NULL));
}

/* A handle that cannot be told belongs to nothing. */
static void case_bad_create_result(void)
{
	const struct vchiq_ioc_create_service args = {
		.params = { .fourcc = (int32_t)FUNC, .version = 3, .version_min = 3 },
		.is_open = 1,
	};
	int fd = open_client();
	uint32_t handle;

	CHECK_FAILS(try_create(fd, 0, 3, true, NULL, &handle), EEXIST);
	for (int i = 0; i < 3; i++)
		CHECK_FAILS(ioctl(fd, VCHIQ_IOC_CREATE_SERVICE, read_only(&args, sizeof(args))),
			    EFAULT);
	/* The firmware has two of this one. */
	create(fd, FUNC, true, NULL);
	create(fd, FUNC, true, NULL);
	CHECK_FAILS(try_create(fd, FUNC, 3, true, NULL, &handle), EIO);
}

static int set_option(int fd, uint32_t handle, int option, int value)
{
	struct vchiq_ioc_set_service_option args = { handle, option, value };

	return ioctl(fd, VCHIQ_IOC_SET_SERVICE_OPTION, &args);
}

static void case_option(void)
{
	int fd = open_client();
	uint32_t handle = create(fd, ECHO, true, NULL);

	CHECK_FAILS(set_option(fd, handle, -1, 0), EINVAL);
	CHECK_FAILS(set_option(fd, handle, 5, 0), EINVAL);
	CHECK_FAILS(set_option(fd, handle, VCHIQ_SERVICE_OPTION_SLOT_QUOTA, -1), EINVAL);
	CHECK_FAILS(set_option(fd, handle, VCHIQ_SERVICE_OPTION_SLOT_QUOTA, 65535), EINVAL);
	CHECK_FAILS(set_option(fd, handle, VCHIQ_SERVICE_OPTION_MESSAGE_QUOTA, 70000), EINVAL);
	/* More than services before it may still have on their way. */
	CHECK(!set_option(fd, handle, VCHIQ_SERVICE_OPTION_SLOT_QUOTA, 40), "SLOT_QUOTA");
	CHECK(!set_option(fd, handle, VCHIQ_SERVICE_OPTION_SLOT_QUOTA, 0), "SLOT_QUOTA 0");
	CHECK(!set_option(fd, handle, VCHIQ_SERVICE_OPTION_MESSAGE_QUOTA, 9000), "MESSAGE_QUOTA");
	CHECK(!set_option(fd, handle, VCHIQ_SERVICE_OPTION_TRACE, 1), "TRACE");
	CHECK(!set_option(fd, handle, VCHIQ_SERVICE_OPTION_AUTOCLOSE, 0), "AUTOCLOSE");
	/* Only while it listens. */
	CHECK_FAILS(set_option(fd, handle, VCHIQ_SERVICE_OPTION_SYNCHRONOUS, 1), EINVAL);
	check_service(fd, handle);
}

static void case_use(void)
{
	int fd = open_client(), mode = VCHIQ_BULK_MODE_CALLBACK;
	uint32_t handle = create(fd, ECHO, true, NULL), word = ECHO_SYNC;

	CHECK(!ioctl(fd, VCHIQ_IOC_USE_SERVICE, handle), "USE_SERVICE");
	CHECK(!ioctl(fd, VCHIQ_IOC_RELEASE_SERVICE, handle), "RELEASE_SERVICE");
	CHECK(!ioctl(fd, VCHIQ_IOC_RELEASE_SERVICE, handle), "RELEASE_SERVICE of the opening");
	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_RELEASE_SERVICE, handle), EINVAL);
	CHECK_FAILS(try_send(fd, handle, &word, sizeof(word)), EIO);
	CHECK_FAILS(bulk(fd, handle, false, &word, sizeof(word), &mode, NULL), EIO);
	CHECK(!ioctl(fd, VCHIQ_IOC_USE_SERVICE, handle), "USE_SERVICE");
	check_service(fd, handle);
}

const struct test_case arg_cases[] = {
	{ "unknown commands", case_unknown, STOCK },
	{ "commands of wrong size or direction", case_wrong_sizes, OURS },
	{ "structures that cannot be read", case_bad_struct, OURS },
	{ "handles of nothing, of closed and of foreign services", case_bad_handle, STOCK },
	{ "CLOSE_DELIVERED of what was not closed", case_bad_delivered, OURS },
	{ "GET_CLIENT_ID of foreign services", case_client_id, OURS },
	{ "GET_CONFIG", case_config, STOCK },
	{ "LIB_VERSION", case_lib_version, STOCK },
	{ "before CONNECT", case_not_connected, STOCK },
	{ "services that are refused", case_bad_create, STOCK },
	{ "handles that cannot be told", case_bad_create_result, OURS },
	{ "SET_SERVICE_OPTION", case_option, OURS },
	{ "USE_SERVICE and RELEASE_SERVICE", case_use, STOCK },
	{ 0 }
};
