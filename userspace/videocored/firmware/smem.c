// SPDX-License-Identifier: GPL-2.0
/*
 * The "SMEM" service: memory of the host that the firmware may use by handle.
 *
 * A block lives as long as somebody references it: the host from IMPORT to FREE,
 * components from smem_block_get() to smem_block_put(). With the last reference
 * RELEASED goes out, once, and only then may the host reuse the memory.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <videocore/vchiq.h>

#include "firmware.h"
#include "guest.h"
#include "log.h"
#include "smem-priv.h"
#include "smem.h"
#include "videocored.h"

/* Handles look like this on a board; nothing may be read into them. */
#define HANDLE_FIRST	0xc0000020u
#define HANDLE_LAST	0xffffffffu
#define MAX_BLOCKS	4096u

struct smem_block *smem_block_find(struct smem_pool *pool, uint32_t handle)
{
	struct smem_block *block;

	TAILQ_FOREACH(block, &pool->blocks, link) {
		if (block->handle == handle)
			return block;
	}
	return NULL;
}

/* Memory of the host goes back to it; that of the heap is ours. */
static void send_released(struct smem_pool *pool, const struct smem_block *block)
{
	const struct smem_client *client;
	struct smem_released released = {
		.cmd = htole32(SMEM_ASYNC | SMEM_RELEASED),
		.addr = htole32(block->bus),
		.size = htole32(block->size),
		.kernel_id = htole32(block->kernel_id),
		.vc_handle = htole32(block->handle),
	};

	if (!block->client || block->kind == SMEM_HEAP || !block->bus)
		return;
	client = fw_service_priv(block->client);
	if (client->version >= SMEM_PROTOCOL_RELEASED)
		smem_send_released(pool, block->client, &released);
}

void smem_block_unref(struct smem_pool *pool, struct smem_block *block)
{
	if (--block->refs)
		return;
	vc_dbg("smem", "released 0x%08x, %u bytes at 0x%08x", block->handle,
	       block->size, block->bus);
	send_released(pool, block);
	TAILQ_REMOVE(&pool->blocks, block, link);
	pool->nr_blocks--;
	free(block);
}

void smem_block_drop_host(struct smem_pool *pool, struct smem_block *block)
{
	if (!block->is_host_ref)
		return;
	block->is_host_ref = false;
	smem_block_unref(pool, block);
}

int smem_block_get(struct smem_pool *pool, uint32_t handle, uint32_t *bus,
		   uint32_t *size)
{
	struct smem_block *block = smem_block_find(pool, handle);

	if (!block)
		return -ENOENT;
	block->refs++;
	*bus = block->bus;
	*size = block->size;
	return 0;
}

void smem_block_put(struct smem_pool *pool, uint32_t handle)
{
	struct smem_block *block = smem_block_find(pool, handle);

	/* One put too many must not take the host's reference. */
	if (block && block->refs > block->is_host_ref)
		smem_block_unref(pool, block);
}

/* -----------------------------------------------------------------------------
 * Requests
 */

static uint32_t new_handle(struct smem_pool *pool)
{
	uint32_t handle;

	do {
		handle = pool->next_handle;
		pool->next_handle = handle == HANDLE_LAST ? HANDLE_FIRST : handle + 1;
	} while (smem_block_find(pool, handle));
	return handle;
}

/* Writable guest memory, all of it. */
bool smem_is_memory(struct smem_pool *pool, uint32_t bus, uint32_t size)
{
	struct videocored *vc = vc_firmware_videocored(pool->fw);
	struct vc_guest_view *view = vc_guest_view_get(vc->guest);
	bool is_mapped = vc_guest_ptr(view, bus, size);

	vc_guest_view_put(view);
	return is_mapped;
}

/* Whatever is behind the end of a label was not meant for us. */
static bool is_padded(const char *name)
{
	size_t end = strnlen(name, SMEM_NAME_LEN);

	for (size_t i = end; i < SMEM_NAME_LEN; i++) {
		if (name[i])
			return false;
	}
	return end < SMEM_NAME_LEN;
}

/* With a reference of the host's. NULL: too many, or out of memory. */
struct smem_block *smem_block_create(struct smem_pool *pool, struct fw_service *svc,
				     enum smem_kind kind, const char *name)
{
	struct smem_block *block;

	if (pool->nr_blocks == MAX_BLOCKS)
		return NULL;
	block = calloc(1, sizeof(*block));
	if (!block)
		return NULL;
	block->kind = kind;
	block->handle = new_handle(pool);
	block->refs = 1;
	block->is_host_ref = true;
	block->client = svc;
	block->is_padded = is_padded(name);
	memcpy(block->name, name, sizeof(block->name));
	block->name[sizeof(block->name) - 1] = '\0';
	TAILQ_INSERT_TAIL(&pool->blocks, block, link);
	pool->nr_blocks++;
	return block;
}

/* NULL if the block is not acceptable. */
static struct smem_block *import(struct smem_pool *pool, struct fw_service *svc,
				 uint32_t trans_id, const struct smem_import *body)
{
	uint32_t bus = le32toh(body->addr);
	uint32_t size = le32toh(body->size);
	struct smem_block *block = NULL;

	if (body->kernel_id && smem_is_memory(pool, bus, size))
		block = smem_block_create(pool, svc, SMEM_IMPORTED, body->name);
	if (!block) {
		vc_err("smem", "import refused: %u bytes at 0x%08x", size, bus);
		return NULL;
	}
	block->bus = bus;
	block->size = size;
	block->kernel_id = le32toh(body->kernel_id);
	block->trans_id = trans_id;
	pool->nr_imports++;
	vc_dbg("smem", "import 0x%08x, %u bytes at 0x%08x", block->handle, size, bus);
	return block;
}

static void on_import(struct smem_pool *pool, struct fw_service *svc,
		      uint32_t trans_id, const void *data)
{
	struct smem_import_result result = { .trans_id = htole32(trans_id) };
	struct smem_block *block = NULL;
	struct smem_import body;

	memcpy(&body, data, sizeof(body));
	if (!smem_fault_refuses(pool))
		block = import(pool, svc, trans_id, &body);
	if (block)
		result.res_handle = htole32(block->handle);
	if (block && pool->faults.released == SMEM_FAULT_EARLY)
		smem_block_drop_host(pool, block);
	smem_send_reply(pool, svc, &result, sizeof(result));
}

static void on_free(struct smem_pool *pool, struct fw_service *svc,
		    uint32_t trans_id, const void *data)
{
	struct smem_resource body;
	struct smem_block *block;

	memcpy(&body, data, sizeof(body));
	block = smem_block_find(pool, le32toh(body.res_handle));
	if (!block || block->client != svc || !block->is_host_ref) {
		vc_dbg("smem", "free of 0x%08x, which is not imported",
		       le32toh(body.res_handle));
		return;
	}
	smem_block_drop_host(pool, block);
}

/* The host gave up waiting for an answer: undo what it asked for. */
static void on_action_clean(struct smem_pool *pool, struct fw_service *svc,
			    uint32_t trans_id, const void *data)
{
	struct smem_action_clean body;
	struct smem_block *block;

	memcpy(&body, data, sizeof(body));
	pool->nr_cleans++;
	if ((le32toh(body.res_action) != SMEM_IMPORT && le32toh(body.res_action) != SMEM_ALLOC) ||
	    pool->faults.is_strange)
		return;
	TAILQ_FOREACH(block, &pool->blocks, link) {
		if (block->client == svc && block->kind != SMEM_REQUESTED &&
		    block->trans_id == le32toh(body.action_trans_id)) {
			smem_block_drop_host(pool, block);
			return;
		}
	}
}

static void on_client_version(struct smem_pool *pool, struct fw_service *svc,
			      uint32_t trans_id, const void *data)
{
	__le32 ack = htole32(SMEM_ASYNC | SMEM_CLIENT_VERSION);
	struct smem_client *client = fw_service_priv(svc);
	struct smem_client_version body;

	memcpy(&body, data, sizeof(body));
	client->version = le32toh(body.version);
	if (client->version > SMEM_PROTOCOL_RELEASED)
		client->version = SMEM_PROTOCOL_RELEASED;
	if (!pool->faults.is_mute)
		smem_send(svc, &ack, sizeof(ack));
}

static void on_ignored(struct smem_pool *pool, struct fw_service *svc,
		       uint32_t trans_id, const void *data)
{
}

/*
 * A type has a body of @len bytes, and is answered in @answer bytes, 0 for not at
 * all. The second word of an answer is a handle, or a status: @failure says "no".
 */
static const struct {
	size_t len;
	size_t answer;
	uint32_t failure;
	void (*run)(struct smem_pool *pool, struct fw_service *svc,
		    uint32_t trans_id, const void *data);
} requests[] = {
	[SMEM_ALLOC] = { sizeof(struct smem_alloc), sizeof(struct smem_alloc_result),
			 0, smem_on_alloc },
	[SMEM_LOCK] = { sizeof(struct smem_resource), sizeof(struct smem_lock_result),
			0, smem_on_lock },
	[SMEM_UNLOCK] = { sizeof(struct smem_resource), sizeof(struct smem_result),
			  SMEM_FAILED, smem_on_unlock },
	[SMEM_UNLOCK_NOANS] = { sizeof(struct smem_resource), .run = smem_on_unlock_noans },
	[SMEM_FREE] = { sizeof(struct smem_resource), .run = on_free },
	[SMEM_RESIZE] = { sizeof(struct smem_resize), sizeof(struct smem_result),
			  SMEM_FAILED, smem_on_resize },
	[SMEM_WALK_ALLOC] = { 0, .run = on_ignored },
	[SMEM_ACTION_CLEAN] = { sizeof(struct smem_action_clean), .run = on_action_clean },
	[SMEM_IMPORT] = { sizeof(struct smem_import), sizeof(struct smem_import_result),
			  0, on_import },
	[SMEM_CLIENT_VERSION] = { sizeof(struct smem_client_version), .run = on_client_version },
	[SMEM_VC_MEM_REQUEST_REPLY] = { sizeof(struct smem_vc_mem_request_reply),
					.run = smem_on_request_reply },
};

/* The host waits for the answer, whatever it asked: nothing but a failure is in it. */
static void refuse(struct smem_pool *pool, struct fw_service *svc, uint32_t type,
		   uint32_t trans_id)
{
	__le32 answer[sizeof(struct smem_alloc_result) / sizeof(__le32)] = { htole32(trans_id) };

	answer[1] = htole32(requests[type].failure);
	if (requests[type].answer)
		smem_send_reply(pool, svc, answer, requests[type].answer);
}

/* -----------------------------------------------------------------------------
 * Service
 */

static void smem_message(struct fw_service *svc, const void *data, size_t len)
{
	struct smem_pool *pool = fw_service_ctx(svc);
	struct smem_header header;
	uint32_t type, trans_id;

	if (len < sizeof(header)) {
		vc_err("smem", "message of %zu bytes", len);
		return;
	}
	memcpy(&header, data, sizeof(header));
	type = le32toh(header.type);
	trans_id = le32toh(header.trans_id);
	if (type >= sizeof(requests) / sizeof(requests[0])) {
		vc_err("smem", "message of type %u", type);
		return;
	}
	if (len - sizeof(header) < requests[type].len) {
		vc_err("smem", "message of type %u, %zu bytes", type, len);
		refuse(pool, svc, type, trans_id);
		return;
	}
	requests[type].run(pool, svc, trans_id, (const uint8_t *)data + sizeof(header));
}

static int smem_open(struct fw_service *svc)
{
	struct smem_client *client = calloc(1, sizeof(*client));
	struct smem_pool *pool = fw_service_ctx(svc);

	if (!client)
		return -ENOMEM;
	client->version = 1;
	client->svc = svc;
	TAILQ_INSERT_TAIL(&pool->clients, client, link);
	fw_service_set_priv(svc, client);
	return 0;
}

/*
 * A client that goes takes its references along, and nobody is left to be told.
 * Blocks that components still use stay until they put them.
 */
static void smem_close(struct fw_service *svc)
{
	struct smem_pool *pool = fw_service_ctx(svc);
	struct smem_client *client = fw_service_priv(svc);
	struct smem_block *block, *next;

	for (block = TAILQ_FIRST(&pool->blocks); block; block = next) {
		next = TAILQ_NEXT(block, link);
		if (block->client != svc)
			continue;
		block->client = NULL;
		/* What we asked for is ours to put. */
		if (block->kind == SMEM_REQUESTED)
			smem_block_unref(pool, block);
		else
			smem_block_drop_host(pool, block);
	}
	smem_fault_forget(pool, svc);
	TAILQ_REMOVE(&pool->clients, client, link);
	free(client);
}

static const struct fw_service_ops smem_ops = {
	.fourcc = VCHIQ_FOURCC('S', 'M', 'E', 'M'),
	.version = SMEM_VERSION,
	.version_min = SMEM_VERSION_MIN,
	.max_open = 0,
	.open = smem_open,
	.message = smem_message,
	.close = smem_close,
};

struct smem_pool *smem_pool_create(struct vc_firmware *fw)
{
	struct smem_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	pool->fw = fw;
	pool->next_handle = HANDLE_FIRST;
	TAILQ_INIT(&pool->blocks);
	TAILQ_INIT(&pool->lates);
	TAILQ_INIT(&pool->clients);
	smem_pool_set_faults(pool, "off");
	if (vc_firmware_add_service(fw, &smem_ops, pool)) {
		free(pool);
		return NULL;
	}
	return pool;
}

void smem_pool_destroy(struct smem_pool *pool)
{
	struct smem_block *block;

	if (!pool)
		return;
	while ((block = TAILQ_FIRST(&pool->blocks))) {
		TAILQ_REMOVE(&pool->blocks, block, link);
		free(block);
	}
	free(pool);
}
