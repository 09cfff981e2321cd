// SPDX-License-Identifier: GPL-2.0
/*
 * SMEM: memory of the VideoCore's own heap for the host, and memory of the host
 * that the VideoCore asks for.
 *
 * Blocks of the heap never move; LOCK only counts.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <endian.h>
#include <string.h>

#include "log.h"
#include "smem-priv.h"
#include "smem.h"

#define PAGE		4096u
#define ALIAS_DIRECT	0xc0000000u

/* -----------------------------------------------------------------------------
 * Heap
 */

static const struct smem_block *overlapping(struct smem_pool *pool, uint32_t bus, uint32_t size)
{
	const struct smem_block *block;

	TAILQ_FOREACH(block, &pool->blocks, link) {
		if (block->kind == SMEM_HEAP && block->bus < (uint64_t)bus + size &&
		    bus < (uint64_t)block->bus + block->size)
			return block;
	}
	return NULL;
}

/* The first place that is free, 0 if there is none. */
static uint32_t find_room(struct smem_pool *pool, uint32_t size, uint32_t align)
{
	uint64_t at = pool->heap_base, end = (uint64_t)pool->heap_base + pool->heap_size;
	const struct smem_block *block;

	while (1) {
		at = (at + align - 1) & ~(uint64_t)(align - 1);
		if (at + size > end)
			return 0;
		block = overlapping(pool, (uint32_t)at, size);
		if (!block)
			return (uint32_t)at;
		at = (uint64_t)block->bus + block->size;
	}
}

static struct smem_block *alloc(struct smem_pool *pool, struct fw_service *svc, uint32_t trans_id,
				const struct smem_alloc *body)
{
	uint64_t size = (uint64_t)le32toh(body->base_unit) * le32toh(body->num_unit);
	uint32_t align = le32toh(body->alignment), bus;
	struct smem_block *block;

	if (align < PAGE)
		align = PAGE;
	if (!size || size > pool->heap_size || (align & (align - 1)))
		return NULL;
	size = (size + PAGE - 1) & ~(uint64_t)(PAGE - 1);
	bus = find_room(pool, (uint32_t)size, align);
	if (!bus)
		return NULL;
	block = smem_block_create(pool, svc, SMEM_HEAP, body->name);
	if (!block)
		return NULL;
	block->bus = bus;
	block->size = (uint32_t)size;
	block->trans_id = trans_id;
	return block;
}

void smem_on_alloc(struct smem_pool *pool, struct fw_service *svc, uint32_t trans_id,
		   const void *data)
{
	struct smem_alloc_result result = { .trans_id = htole32(trans_id) };
	struct smem_block *block = NULL;
	struct smem_alloc body;

	memcpy(&body, data, sizeof(body));
	if (!smem_fault_refuses(pool))
		block = alloc(pool, svc, trans_id, &body);
	if (block) {
		result.res_handle = htole32(block->handle);
		result.res_mem = htole32(block->bus);
		result.res_base_size = body.base_unit;
		result.res_num = body.num_unit;
	}
	smem_send_reply(pool, svc, &result, sizeof(result));
}

/* A block of the heap that @svc has allocated and not freed. */
static struct smem_block *find_own(struct smem_pool *pool, struct fw_service *svc,
				   uint32_t handle)
{
	struct smem_block *block = smem_block_find(pool, handle);

	if (!block || block->kind != SMEM_HEAP || block->client != svc || !block->is_host_ref)
		return NULL;
	return block;
}

void smem_on_lock(struct smem_pool *pool, struct fw_service *svc, uint32_t trans_id,
		  const void *data)
{
	struct smem_lock_result result = { .trans_id = htole32(trans_id) };
	struct smem_block *block = NULL;
	struct smem_resource body;

	memcpy(&body, data, sizeof(body));
	if (!smem_fault_refuses(pool))
		block = find_own(pool, svc, le32toh(body.res_handle));
	if (block) {
		block->locks++;
		result.res_handle = htole32(block->handle);
		result.res_mem = htole32(block->bus);
		result.res_old_mem = htole32(block->bus);
	}
	smem_send_reply(pool, svc, &result, sizeof(result));
}

static bool unlock(struct smem_pool *pool, struct fw_service *svc, const void *data)
{
	struct smem_resource body;
	struct smem_block *block;

	memcpy(&body, data, sizeof(body));
	block = find_own(pool, svc, le32toh(body.res_handle));
	if (!block || !block->locks)
		return false;
	block->locks--;
	return true;
}

static void send_result(struct smem_pool *pool, struct fw_service *svc, uint32_t trans_id,
			bool is_done)
{
	struct smem_result result = {
		.trans_id = htole32(trans_id),
		.success = htole32(is_done ? 0 : SMEM_FAILED),
	};

	smem_send_reply(pool, svc, &result, sizeof(result));
}

void smem_on_unlock(struct smem_pool *pool, struct fw_service *svc, uint32_t trans_id,
		    const void *data)
{
	send_result(pool, svc, trans_id, unlock(pool, svc, data));
}

void smem_on_unlock_noans(struct smem_pool *pool, struct fw_service *svc, uint32_t trans_id,
			  const void *data)
{
	unlock(pool, svc, data);
}

/* Smaller always, larger not: nothing of ours resizes. */
void smem_on_resize(struct smem_pool *pool, struct fw_service *svc, uint32_t trans_id,
		    const void *data)
{
	struct smem_resize body;
	struct smem_block *block;
	bool is_done;

	memcpy(&body, data, sizeof(body));
	block = find_own(pool, svc, le32toh(body.res_handle));
	is_done = block && !block->locks && body.res_new_size &&
		  le32toh(body.res_new_size) <= block->size;
	if (is_done)
		block->size = (le32toh(body.res_new_size) + PAGE - 1) & ~(PAGE - 1);
	send_result(pool, svc, trans_id, is_done);
}

void smem_pool_set_heap(struct smem_pool *pool, uint32_t base, uint32_t size)
{
	pool->heap_base = base | ALIAS_DIRECT;
	pool->heap_size = size & ~(PAGE - 1);
}

/* -----------------------------------------------------------------------------
 * Memory that we ask the host for
 */

static void request(struct smem_pool *pool, struct fw_service *svc, uint32_t size, uint32_t align)
{
	struct smem_vc_mem_request msg = {
		.cmd = htole32(SMEM_ASYNC | SMEM_VC_MEM_REQUEST),
		.size = htole32(size),
		.align = htole32(align),
		.name = "videocored",
	};
	struct smem_block *block = smem_block_create(pool, svc, SMEM_REQUESTED, msg.name);

	if (!block)
		return;
	block->size = size;
	block->trans_id = ++pool->next_trans_id & 0x7fffffff;
	/* The reference is our own. */
	block->is_host_ref = false;
	msg.trans_id = htole32(block->trans_id);
	msg.vc_handle = htole32(block->handle);
	smem_send(svc, &msg, sizeof(msg));
}

int smem_pool_request(struct smem_pool *pool, uint32_t size, uint32_t align, unsigned int count)
{
	struct smem_client *client;

	TAILQ_FOREACH(client, &pool->clients, link) {
		if (client->version < SMEM_PROTOCOL_RELEASED)
			continue;
		while (count--)
			request(pool, client->svc, size, align);
		return 0;
	}
	return -1;
}

void smem_pool_drop_requested(struct smem_pool *pool)
{
	struct smem_block *block, *next;

	for (block = TAILQ_FIRST(&pool->blocks); block; block = next) {
		next = TAILQ_NEXT(block, link);
		if (block->kind == SMEM_REQUESTED && block->bus)
			smem_block_unref(pool, block);
	}
}

void smem_on_request_reply(struct smem_pool *pool, struct fw_service *svc, uint32_t trans_id,
			   const void *data)
{
	struct smem_vc_mem_request_reply body;
	struct smem_block *block;

	memcpy(&body, data, sizeof(body));
	TAILQ_FOREACH(block, &pool->blocks, link) {
		if (block->kind == SMEM_REQUESTED && !block->bus &&
		    block->trans_id == le32toh(body.trans_id))
			break;
	}
	if (!block) {
		vc_err("smem", "memory that was not asked for, transaction %u",
		       le32toh(body.trans_id));
		return;
	}
	pool->nr_answers++;
	if (!body.addr || !body.kernel_id) {
		vc_dbg("smem", "the host has no %u bytes", block->size);
		smem_block_unref(pool, block);
		return;
	}
	block->kernel_id = le32toh(body.kernel_id);
	block->bus = le32toh(body.addr);
	if (!smem_is_memory(pool, block->bus, block->size))
		vc_err("smem", "the host's memory is none: 0x%08x", block->bus);
}
