// SPDX-License-Identifier: GPL-2.0
/*
 * The "func" and "fun2" services: the other end of vchiq_test's functional test.
 *
 * "func" plays a fixed part. It echoes messages; it takes one bulk of 1024 bytes,
 * then offers 1024 bytes where the client wants 2048, so that both are aborted,
 * then the 1024 bytes twice, then says with an empty message that it is through.
 * "fun2" takes a block and sends it back, at the alignments it is told.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <videocore/vchiq-test.h>

#include "services.h"

#define FUNC_BLOCK	1024u
#define FUNC_LISTENERS	2u

/* Bulks of "func", in the order in which the client expects them. */
enum func_step {
	FUNC_RECEIVE,
	FUNC_SEND_SHORT,
	FUNC_SEND_TWICE,
	FUNC_NR_STEPS,
};

/**
 * struct func - one client of "func"
 * @bulk: the step in hand
 * @step: which one
 * @data: the client's block, twice
 */
struct func {
	struct fw_bulk bulk;
	enum func_step step;
	uint8_t data[2 * FUNC_BLOCK];
};

static int func_post(struct fw_service *svc, struct func *func);

static void func_bulk_done(struct fw_service *svc, struct fw_bulk *bulk, int actual)
{
	struct func *func = fw_service_priv(svc);

	if (actual < 0 && func->step != FUNC_SEND_SHORT)
		return;
	memcpy(func->data + FUNC_BLOCK, func->data, FUNC_BLOCK);
	if (++func->step < FUNC_NR_STEPS)
		func_post(svc, func);
	else
		fw_service_send(svc, NULL, 0);
}

static int func_post(struct fw_service *svc, struct func *func)
{
	func->bulk.data = func->data;
	func->bulk.len = func->step == FUNC_SEND_TWICE ? 2 * FUNC_BLOCK : FUNC_BLOCK;
	func->bulk.to_host = func->step != FUNC_RECEIVE;
	func->bulk.done = func_bulk_done;
	return fw_service_bulk(svc, &func->bulk);
}

/*
 * The client's second service offers 2048 bytes that must never be received, so
 * bulks wait for the message that only the first service gets.
 */
static void func_message(struct fw_service *svc, const void *data, size_t len)
{
	struct func *func = fw_service_priv(svc);

	if (fw_service_send(svc, data, len))
		return;
	if (!func->bulk.done)
		func_post(svc, func);
}

static int func_open(struct fw_service *svc)
{
	struct func *func = calloc(1, sizeof(*func));

	if (!func)
		return -ENOMEM;
	fw_service_set_priv(svc, func);
	return 0;
}

static void func_close(struct fw_service *svc)
{
	free(fw_service_priv(svc));
}

const struct fw_service_ops fw_func_ops = {
	.fourcc = VC_TEST_FUNC_FOURCC,
	.version = VC_TEST_VERSION,
	.version_min = VC_TEST_VERSION,
	.max_open = FUNC_LISTENERS,
	.open = func_open,
	.message = func_message,
	.close = func_close,
};

#define FUN2_MAX_LEN	(1u << 20)
#define FUN2_MAX_ALIGN	4096u

struct fun2_block {
	struct fw_bulk bulk;	/* first: found again by cast */
	void *memory;
};

static void fun2_done(struct fw_service *svc, struct fw_bulk *bulk, int actual)
{
	struct fun2_block *block = (struct fun2_block *)bulk;

	if (!bulk->to_host && actual >= 0) {
		bulk->to_host = true;
		if (!fw_service_bulk(svc, bulk))
			return;
	}
	free(block->memory);
	free(block);
}

static void fun2_message(struct fw_service *svc, const void *data, size_t len)
{
	struct vc_fun2_params params;
	struct fun2_block *block;

	if (len < sizeof(params))
		return;
	memcpy(&params, data, sizeof(params));
	if (le32toh(params.len) > FUN2_MAX_LEN)
		return;
	block = calloc(1, sizeof(*block));
	if (!block)
		return;
	block->memory = aligned_alloc(FUN2_MAX_ALIGN, FUN2_MAX_LEN + FUN2_MAX_ALIGN);
	if (!block->memory)
		goto err_free;
	block->bulk.data = (uint8_t *)block->memory +
			   le32toh(params.server_align) % FUN2_MAX_ALIGN;
	block->bulk.len = le32toh(params.len);
	block->bulk.done = fun2_done;
	if (!fw_service_bulk(svc, &block->bulk))
		return;

err_free:
	free(block->memory);
	free(block);
}

static int fun2_open(struct fw_service *svc)
{
	return 0;
}

static void fun2_close(struct fw_service *svc)
{
}

const struct fw_service_ops fw_fun2_ops = {
	.fourcc = VC_TEST_FUN2_FOURCC,
	.version = VC_TEST_VERSION,
	.version_min = VC_TEST_VERSION,
	.max_open = 0,
	.open = fun2_open,
	.message = fun2_message,
	.close = fun2_close,
};
