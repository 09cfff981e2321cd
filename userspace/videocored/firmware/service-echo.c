// SPDX-License-Identifier: GPL-2.0
/*
 * The "echo" service: the other end of vchiq_test's ping, control and bulk tests.
 * "sync" is the same over the synchronous channel.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <videocore/vchiq-test.h>

#include "log.h"
#include "services.h"

#define ECHO_MAX_BLOCK	(16u << 20)
#define ECHO_MAX_ALIGN	4096u
/* Receives posted ahead; the client posts as many transmits at once. */
#define ECHO_AHEAD	4u
/* Blocks that wait for the client to receive them. */
#define ECHO_MAX_BLOCKS	16u

/**
 * struct echo - one client
 * @svc: its service
 * @block_size: bytes of each bulk
 * @offset: of each block from an address that is a multiple of 4096
 * @to_post: receives that the test still has coming
 * @nr_receiving: receives posted
 * @nr_blocks: blocks in use
 * @echo: send each block back
 */
struct echo {
	struct fw_service *svc;
	uint32_t block_size;
	uint32_t offset;
	uint32_t to_post;
	uint32_t nr_receiving;
	uint32_t nr_blocks;
	bool echo;
};

struct echo_block {
	struct fw_bulk bulk;	/* first: found again by cast */
	void *memory;
};

static void send(struct fw_service *svc, const void *data, size_t len)
{
	int ret = fw_service_send(svc, data, len);

	if (!ret || ret == -ENOTCONN)
		return;
	vc_err("echo", "client does not read its answers: %s", strerror(-ret));
	fw_service_close(svc);
}

static void send_error(struct fw_service *svc, const char *text)
{
	send(svc, text, strlen(text) + 1);
}

static void post_receives(struct echo *echo);

static void block_free(struct echo *echo, struct echo_block *block)
{
	free(block->memory);
	free(block);
	echo->nr_blocks--;
}

static void block_sent(struct fw_service *svc, struct fw_bulk *bulk, int actual)
{
	struct echo *echo = fw_service_priv(svc);

	block_free(echo, (struct echo_block *)bulk);
	post_receives(echo);
}

static void block_received(struct fw_service *svc, struct fw_bulk *bulk, int actual)
{
	struct echo *echo = fw_service_priv(svc);

	echo->nr_receiving--;
	if (echo->echo && actual >= 0) {
		bulk->to_host = true;
		bulk->done = block_sent;
		if (fw_service_bulk(svc, bulk))
			block_free(echo, (struct echo_block *)bulk);
	} else {
		block_free(echo, (struct echo_block *)bulk);
	}
	post_receives(echo);
}

static int post_receive(struct echo *echo)
{
	struct echo_block *block = calloc(1, sizeof(*block));

	if (!block)
		return -ENOMEM;
	block->memory = aligned_alloc(ECHO_MAX_ALIGN,
				      ((size_t)echo->block_size + 2 * ECHO_MAX_ALIGN - 1) /
				      ECHO_MAX_ALIGN * ECHO_MAX_ALIGN);
	if (!block->memory)
		goto err_free;
	block->bulk.data = (uint8_t *)block->memory + echo->offset;
	block->bulk.len = echo->block_size;
	block->bulk.done = block_received;
	if (fw_service_bulk(echo->svc, &block->bulk))
		goto err_free;
	echo->nr_blocks++;
	echo->nr_receiving++;
	echo->to_post--;
	return 0;

err_free:
	free(block->memory);
	free(block);
	return -ENOMEM;
}

static void post_receives(struct echo *echo)
{
	while (echo->to_post && echo->nr_receiving < ECHO_AHEAD &&
	       echo->nr_blocks < ECHO_MAX_BLOCKS) {
		if (post_receive(echo))
			return;
	}
}

static bool has_bulks(const struct echo *echo)
{
	return echo->to_post || echo->nr_blocks;
}

static void on_config(struct echo *echo, const void *data, size_t len)
{
	struct vc_echo_config config;
	uint32_t align_size;

	if (len < sizeof(config)) {
		send_error(echo->svc, "CONFIG is too short");
		return;
	}
	memcpy(&config, data, sizeof(config));
	align_size = le32toh(config.align_size);
	if (has_bulks(echo)) {
		send_error(echo->svc, "bulks of the last CONFIG are outstanding");
		return;
	}
	if (le32toh(config.block_size) > ECHO_MAX_BLOCK || align_size > ECHO_MAX_ALIGN) {
		send_error(echo->svc, "CONFIG is out of range");
		return;
	}
	echo->block_size = le32toh(config.block_size);
	echo->to_post = echo->block_size ? le32toh(config.iters) : 0;
	echo->echo = config.echo;
	echo->offset = align_size ? le32toh(config.server_align) % align_size : 0;
	post_receives(echo);
	send(echo->svc, "", 1);
}

static void echo_message(struct fw_service *svc, const void *data, size_t len)
{
	struct echo *echo = fw_service_priv(svc);
	__le32 command;

	if (len < sizeof(command)) {
		send_error(svc, "message is too short");
		return;
	}
	memcpy(&command, data, sizeof(command));
	switch (le32toh(command)) {
	case VC_ECHO_ERROR:
	case VC_ECHO_ONEWAY:
		break;
	case VC_ECHO_ASYNC:
		send(svc, NULL, 0);
		break;
	case VC_ECHO_SYNC:
		send(svc, "", 1);
		break;
	case VC_ECHO_CONFIG:
		on_config(echo, data, len);
		break;
	case VC_ECHO_ECHO:
		send(svc, data, len);
		break;
	default:
		send_error(svc, "unknown command");
	}
}

static int echo_open(struct fw_service *svc)
{
	struct echo *echo = calloc(1, sizeof(*echo));

	if (!echo)
		return -ENOMEM;
	echo->svc = svc;
	fw_service_set_priv(svc, echo);
	return 0;
}

static void echo_close(struct fw_service *svc)
{
	free(fw_service_priv(svc));
}

/* More than one client, so that programs can run side by side. */
const struct fw_service_ops fw_echo_ops = {
	.fourcc = VC_TEST_ECHO_FOURCC,
	.version = VC_TEST_VERSION,
	.version_min = VC_TEST_VERSION,
	.max_open = 64,
	.open = echo_open,
	.message = echo_message,
	.close = echo_close,
};

const struct fw_service_ops fw_sync_ops = {
	.fourcc = VC_TEST_SYNC_FOURCC,
	.version = VC_TEST_VERSION,
	.version_min = VC_TEST_VERSION,
	.max_open = 16,
	.is_sync = true,
	.open = echo_open,
	.message = echo_message,
	.close = echo_close,
};
