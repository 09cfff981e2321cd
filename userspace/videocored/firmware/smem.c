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
#include <sys/queue.h>

#include <videocore/smem.h>
#include <videocore/vchiq.h>

#include "firmware.h"
#include "guest.h"
#include "log.h"
#include "smem.h"
#include "videocored.h"

/* Handles look like this on a board; nothing may be read into them. */
#define HANDLE_FIRST	0xc0000020u
#define HANDLE_LAST	0xffffffffu
#define MAX_BLOCKS	4096u

/**
 * struct smem_block - imported memory
 * @link: in the pool
 * @handle: the firmware's name for it
 * @bus: address, as imported
 * @size: bytes
 * @kernel_id: the host's name for it
 * @trans_id: of the IMPORT, for ACTION_CLEAN
 * @refs: of components, and one of the host while @is_host_ref
 * @is_host_ref: not freed by the host
 * @client: who imported it, NULL when the client has gone
 */
struct smem_block {
	TAILQ_ENTRY(smem_block) link;
	uint32_t handle;
	uint32_t bus;
	uint32_t size;
	uint32_t kernel_id;
	uint32_t trans_id;
	unsigned int refs;
	bool is_host_ref;
	struct fw_service *client;
};

TAILQ_HEAD(smem_blocks, smem_block);

struct smem_pool {
	struct vc_firmware *fw;
	struct smem_blocks blocks;
	unsigned int nr_blocks;
	uint32_t next_handle;
};

/* One open service. */
struct smem_client {
	uint32_t version;
};

static struct smem_block *find_block(struct smem_pool *pool, uint32_t handle)
{
	struct smem_block *block;

	TAILQ_FOREACH(block, &pool->blocks, link) {
		if (block->handle == handle)
			return block;
	}
	return NULL;
}

/* What is lost here would leave the host waiting, so an overfull client goes. */
static void send(struct fw_service *svc, const void *data, size_t len)
{
	int ret = fw_service_send(svc, data, len);

	if (!ret || ret == -ENOTCONN)
		return;
	vc_err("smem", "client does not read its answers: %s", strerror(-ret));
	fw_service_close(svc);
}

static void send_released(const struct smem_block *block)
{
	const struct smem_client *client;
	struct smem_released released = {
		.cmd = htole32(SMEM_ASYNC | SMEM_RELEASED),
		.addr = htole32(block->bus),
		.size = htole32(block->size),
		.kernel_id = htole32(block->kernel_id),
		.vc_handle = htole32(block->handle),
	};

	if (!block->client)
		return;
	client = fw_service_priv(block->client);
	if (client->version >= SMEM_PROTOCOL_RELEASED)
		send(block->client, &released, sizeof(released));
}

static void put_block(struct smem_pool *pool, struct smem_block *block)
{
	if (--block->refs)
		return;
	vc_dbg("smem", "released 0x%08x, %u bytes at 0x%08x", block->handle,
	       block->size, block->bus);
	send_released(block);
	TAILQ_REMOVE(&pool->blocks, block, link);
	pool->nr_blocks--;
	free(block);
}

static void drop_host_ref(struct smem_pool *pool, struct smem_block *block)
{
	if (!block->is_host_ref)
		return;
	block->is_host_ref = false;
	put_block(pool, block);
}

int smem_block_get(struct smem_pool *pool, uint32_t handle, uint32_t *bus,
		   uint32_t *size)
{
	struct smem_block *block = find_block(pool, handle);

	if (!block)
		return -ENOENT;
	block->refs++;
	*bus = block->bus;
	*size = block->size;
	return 0;
}

void smem_block_put(struct smem_pool *pool, uint32_t handle)
{
	struct smem_block *block = find_block(pool, handle);

	/* One put too many must not take the host's reference. */
	if (block && block->refs > block->is_host_ref)
		put_block(pool, block);
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
	} while (find_block(pool, handle));
	return handle;
}

/* Writable guest memory, all of it. */
static bool is_memory(struct smem_pool *pool, uint32_t bus, uint32_t size)
{
	struct videocored *vc = vc_firmware_videocored(pool->fw);
	struct vc_guest_view *view = vc_guest_view_get(vc->guest);
	bool is_mapped = vc_guest_ptr(view, bus, size);

	vc_guest_view_put(view);
	return is_mapped;
}

/* The handle, or 0 if the block is not acceptable. */
static uint32_t import(struct smem_pool *pool, struct fw_service *svc,
		       uint32_t trans_id, const struct smem_import *body)
{
	uint32_t bus = le32toh(body->addr);
	uint32_t size = le32toh(body->size);
	struct smem_block *block;

	if (pool->nr_blocks == MAX_BLOCKS || !body->kernel_id ||
	    !is_memory(pool, bus, size)) {
		vc_err("smem", "import refused: %u bytes at 0x%08x", size, bus);
		return 0;
	}
	block = calloc(1, sizeof(*block));
	if (!block)
		return 0;
	block->handle = new_handle(pool);
	block->bus = bus;
	block->size = size;
	block->kernel_id = le32toh(body->kernel_id);
	block->trans_id = trans_id;
	block->refs = 1;
	block->is_host_ref = true;
	block->client = svc;
	TAILQ_INSERT_TAIL(&pool->blocks, block, link);
	pool->nr_blocks++;
	vc_dbg("smem", "import 0x%08x, %u bytes at 0x%08x", block->handle, size, bus);
	return block->handle;
}

static void on_import(struct smem_pool *pool, struct fw_service *svc,
		      uint32_t trans_id, const void *data)
{
	struct smem_import_result result = { .trans_id = htole32(trans_id) };
	struct smem_import body;

	memcpy(&body, data, sizeof(body));
	result.res_handle = htole32(import(pool, svc, trans_id, &body));
	send(svc, &result, sizeof(result));
}

static void on_free(struct smem_pool *pool, struct fw_service *svc,
		    uint32_t trans_id, const void *data)
{
	struct smem_resource body;
	struct smem_block *block;

	memcpy(&body, data, sizeof(body));
	block = find_block(pool, le32toh(body.res_handle));
	if (!block || block->client != svc || !block->is_host_ref) {
		vc_dbg("smem", "free of 0x%08x, which is not imported",
		       le32toh(body.res_handle));
		return;
	}
	drop_host_ref(pool, block);
}

/* The host gave up waiting for an answer: undo what it asked for. */
static void on_action_clean(struct smem_pool *pool, struct fw_service *svc,
			    uint32_t trans_id, const void *data)
{
	struct smem_action_clean body;
	struct smem_block *block;

	memcpy(&body, data, sizeof(body));
	if (le32toh(body.res_action) != SMEM_IMPORT)
		return;
	TAILQ_FOREACH(block, &pool->blocks, link) {
		if (block->client == svc &&
		    block->trans_id == le32toh(body.action_trans_id)) {
			drop_host_ref(pool, block);
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
	send(svc, &ack, sizeof(ack));
}

static void on_ignored(struct smem_pool *pool, struct fw_service *svc,
		       uint32_t trans_id, const void *data)
{
}

/* There is no VideoCore memory to hand out; the host must not wait for it. */
static void on_alloc(struct smem_pool *pool, struct fw_service *svc,
		     uint32_t trans_id, const void *data)
{
	struct smem_alloc_result result = { .trans_id = htole32(trans_id) };

	send(svc, &result, sizeof(result));
}

static void on_lock(struct smem_pool *pool, struct fw_service *svc,
		    uint32_t trans_id, const void *data)
{
	struct smem_lock_result result = { .trans_id = htole32(trans_id) };

	send(svc, &result, sizeof(result));
}

static void on_unlock(struct smem_pool *pool, struct fw_service *svc,
		      uint32_t trans_id, const void *data)
{
	struct smem_result result = {
		.trans_id = htole32(trans_id),
		.success = htole32((uint32_t)-1),
	};

	send(svc, &result, sizeof(result));
}

static const struct {
	size_t len;
	void (*run)(struct smem_pool *pool, struct fw_service *svc,
		    uint32_t trans_id, const void *data);
} requests[] = {
	[SMEM_ALLOC] = { sizeof(struct smem_alloc), on_alloc },
	[SMEM_LOCK] = { sizeof(struct smem_resource), on_lock },
	[SMEM_UNLOCK] = { sizeof(struct smem_resource), on_unlock },
	[SMEM_UNLOCK_NOANS] = { sizeof(struct smem_resource), on_ignored },
	[SMEM_FREE] = { sizeof(struct smem_resource), on_free },
	[SMEM_RESIZE] = { sizeof(struct smem_resize), on_unlock },
	[SMEM_WALK_ALLOC] = { 0, on_ignored },
	[SMEM_ACTION_CLEAN] = { sizeof(struct smem_action_clean), on_action_clean },
	[SMEM_IMPORT] = { sizeof(struct smem_import), on_import },
	[SMEM_CLIENT_VERSION] = { sizeof(struct smem_client_version),
				  on_client_version },
	[SMEM_VC_MEM_REQUEST_REPLY] = { sizeof(struct smem_vc_mem_request_reply),
					on_ignored },
};

/* -----------------------------------------------------------------------------
 * Service
 */

static void smem_message(struct fw_service *svc, const void *data, size_t len)
{
	struct smem_header header;
	uint32_t type;

	if (len < sizeof(header)) {
		vc_err("smem", "message of %zu bytes", len);
		return;
	}
	memcpy(&header, data, sizeof(header));
	type = le32toh(header.type);
	if (type >= sizeof(requests) / sizeof(requests[0]) ||
	    len - sizeof(header) < requests[type].len) {
		vc_err("smem", "message of type %u, %zu bytes", type, len);
		return;
	}
	requests[type].run(fw_service_ctx(svc), svc, le32toh(header.trans_id),
			   (const uint8_t *)data + sizeof(header));
}

static int smem_open(struct fw_service *svc)
{
	struct smem_client *client = calloc(1, sizeof(*client));

	if (!client)
		return -ENOMEM;
	client->version = 1;
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
	struct smem_block *block, *next;

	for (block = TAILQ_FIRST(&pool->blocks); block; block = next) {
		next = TAILQ_NEXT(block, link);
		if (block->client != svc)
			continue;
		block->client = NULL;
		drop_host_ref(pool, block);
	}
	free(fw_service_priv(svc));
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
