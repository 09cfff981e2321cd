/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the parts of the SMEM service. Firmware thread.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_SMEM_PRIV_H
#define VIDEOCORED_FIRMWARE_SMEM_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <videocore/smem.h>

#include "firmware.h"

/**
 * enum smem_kind - where a block's memory is from
 * @SMEM_IMPORTED: the host's, by IMPORT
 * @SMEM_HEAP: ours, by ALLOC
 * @SMEM_REQUESTED: the host's, because we asked by VC_MEM_REQUEST
 */
enum smem_kind {
	SMEM_IMPORTED,
	SMEM_HEAP,
	SMEM_REQUESTED,
};

/**
 * struct smem_block - memory with a handle
 * @link: in the pool
 * @kind: where it is from
 * @handle: the firmware's name for it
 * @bus: address, as imported; 0 of one that was asked for and has not come
 * @size: bytes
 * @kernel_id: the host's name for it
 * @trans_id: of the IMPORT or ALLOC, for ACTION_CLEAN; of our own request
 * @refs: of components, and one of the host while @is_host_ref
 * @locks: of the host, a block of the heap
 * @is_host_ref: not freed by the host
 * @client: who imported it, NULL when the client has gone
 * @is_padded: the label came with an end, and with nothing behind that
 * @name: label
 */
struct smem_block {
	TAILQ_ENTRY(smem_block) link;
	enum smem_kind kind;
	uint32_t handle;
	uint32_t bus;
	uint32_t size;
	uint32_t kernel_id;
	uint32_t trans_id;
	unsigned int refs;
	unsigned int locks;
	bool is_host_ref;
	struct fw_service *client;
	bool is_padded;
	char name[SMEM_NAME_LEN];
};

TAILQ_HEAD(smem_blocks, smem_block);

/**
 * enum smem_fault - what goes wrong with a message
 * @SMEM_FAULT_NONE: nothing
 * @SMEM_FAULT_REFUSE: the request fails (replies)
 * @SMEM_FAULT_LOSE: it is not sent
 * @SMEM_FAULT_DELAY: it is sent after smem_faults.ms
 * @SMEM_FAULT_TWICE: it is sent twice
 * @SMEM_FAULT_SWAP: it is sent after the next one (replies)
 * @SMEM_FAULT_EARLY: it is sent before the reply to IMPORT (RELEASED)
 * @SMEM_FAULT_WRONG: before it comes one that names another block (RELEASED)
 * @SMEM_FAULT_ASTRAY: only that one comes (RELEASED)
 */
enum smem_fault {
	SMEM_FAULT_NONE,
	SMEM_FAULT_REFUSE,
	SMEM_FAULT_LOSE,
	SMEM_FAULT_DELAY,
	SMEM_FAULT_TWICE,
	SMEM_FAULT_SWAP,
	SMEM_FAULT_EARLY,
	SMEM_FAULT_WRONG,
	SMEM_FAULT_ASTRAY,
};

/**
 * struct smem_faults - faults that were asked for
 * @reply: of replies
 * @released: of RELEASED
 * @every: only each so-manieth message has it
 * @ms: for SMEM_FAULT_DELAY; no swapped message waits longer
 * @is_mute: CLIENT_VERSION is not acknowledged
 * @is_strange: ACTION_CLEAN is ignored
 */
struct smem_faults {
	enum smem_fault reply;
	enum smem_fault released;
	unsigned int every;
	unsigned int ms;
	bool is_mute;
	bool is_strange;
};

/* One open service. */
struct smem_client {
	TAILQ_ENTRY(smem_client) link;
	struct fw_service *svc;
	uint32_t version;
};

TAILQ_HEAD(smem_clients, smem_client);

struct smem_late;
TAILQ_HEAD(smem_lates, smem_late);

/**
 * struct smem_pool - all blocks
 * @fw: firmware
 * @blocks: all
 * @nr_blocks: how many
 * @next_handle: where to look for a free one
 * @next_trans_id: of our own requests
 * @heap_base: the heap, with alias
 * @heap_size: its bytes, 0 without one
 * @clients: open services
 * @faults: what goes wrong
 * @nr_messages: since the faults were set, of those that they may hit
 * @lates: messages that wait
 * @nr_imports: ever
 * @nr_cleans: ACTION_CLEAN ever
 * @nr_answers: to VC_MEM_REQUEST ever
 */
struct smem_pool {
	struct vc_firmware *fw;
	struct smem_blocks blocks;
	unsigned int nr_blocks;
	uint32_t next_handle;
	uint32_t next_trans_id;
	uint32_t heap_base;
	uint32_t heap_size;
	struct smem_clients clients;
	struct smem_faults faults;
	unsigned int nr_messages;
	struct smem_lates lates;
	uint64_t nr_imports;
	uint64_t nr_cleans;
	uint64_t nr_answers;
};

/* smem.c */
struct smem_block *smem_block_find(struct smem_pool *pool, uint32_t handle);
struct smem_block *smem_block_create(struct smem_pool *pool, struct fw_service *svc,
				     enum smem_kind kind, const char *name);
void smem_block_unref(struct smem_pool *pool, struct smem_block *block);
void smem_block_drop_host(struct smem_pool *pool, struct smem_block *block);
bool smem_is_memory(struct smem_pool *pool, uint32_t bus, uint32_t size);

/* smem-fault.c */
void smem_send(struct fw_service *svc, const void *data, size_t len);
bool smem_fault_refuses(struct smem_pool *pool);
void smem_send_reply(struct smem_pool *pool, struct fw_service *svc, const void *data, size_t len);
void smem_send_released(struct smem_pool *pool, struct fw_service *svc,
			const struct smem_released *released);
void smem_fault_forget(struct smem_pool *pool, struct fw_service *svc);

/* smem-heap.c: requests, see struct smem_request. */
void smem_on_alloc(struct smem_pool *pool, struct fw_service *svc, uint32_t trans_id,
		   const void *data);
void smem_on_lock(struct smem_pool *pool, struct fw_service *svc, uint32_t trans_id,
		  const void *data);
void smem_on_unlock(struct smem_pool *pool, struct fw_service *svc, uint32_t trans_id,
		    const void *data);
void smem_on_unlock_noans(struct smem_pool *pool, struct fw_service *svc, uint32_t trans_id,
			  const void *data);
void smem_on_resize(struct smem_pool *pool, struct fw_service *svc, uint32_t trans_id,
		    const void *data);
void smem_on_request_reply(struct smem_pool *pool, struct fw_service *svc, uint32_t trans_id,
			   const void *data);

#endif /* VIDEOCORED_FIRMWARE_SMEM_PRIV_H */
