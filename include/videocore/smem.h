/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SMEM, the shared-memory service of the firmware: messages.
 *
 * Host to firmware: struct smem_header and a body. Firmware to host: no header;
 * the first word is the transaction id of the request that is answered, or,
 * with SMEM_ASYNC set, the type of an unsolicited message.
 * Source: spec smem.md sections 1 and 2.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORE_SMEM_H
#define VIDEOCORE_SMEM_H

#include <linux/types.h>

#define SMEM_VERSION			1
#define SMEM_VERSION_MIN		0
#define SMEM_NAME_LEN			32
#define SMEM_ASYNC			0x80000000u

/* Values of CLIENT_VERSION: from 2 on the host understands RELEASED. */
#define SMEM_PROTOCOL_RELEASED		2

enum smem_type {
	SMEM_ALLOC		= 0,
	SMEM_LOCK		= 1,
	SMEM_UNLOCK		= 2,
	SMEM_UNLOCK_NOANS	= 3,
	SMEM_FREE		= 4,
	SMEM_RESIZE		= 5,
	SMEM_WALK_ALLOC		= 6,
	SMEM_ACTION_CLEAN	= 7,
	SMEM_IMPORT		= 8,
	SMEM_CLIENT_VERSION	= 9,
	SMEM_VC_MEM_REQUEST_REPLY = 10,
	SMEM_RELEASED		= 11,
	SMEM_VC_MEM_REQUEST	= 12,
};

#define SMEM_CACHED			0
#define SMEM_NON_CACHED			1

struct smem_header {
	__le32 type;
	__le32 trans_id;	/* 1..0x7fffffff, chosen by the host */
};

struct smem_alloc {
	__le32 type;
	__le32 base_unit;	/* bytes */
	__le32 num_unit;
	__le32 alignment;	/* bytes */
	__le32 allocator;
	char name[SMEM_NAME_LEN];
};

struct smem_alloc_result {
	__le32 trans_id;
	__le32 res_handle;
	__le32 res_mem;
	__le32 res_base_size;
	__le32 res_num;
};

/* LOCK, UNLOCK, UNLOCK_NOANS and FREE. */
struct smem_resource {
	__le32 res_handle;
	__le32 res_mem;
};

struct smem_lock_result {
	__le32 trans_id;
	__le32 res_handle;
	__le32 res_mem;
	__le32 res_old_mem;
};

struct smem_resize {
	__le32 res_handle;
	__le32 res_mem;
	__le32 res_new_size;	/* bytes */
};

/* The value of a failure does not matter. */
#define SMEM_FAILED			0xffffffffu

struct smem_result {
	__le32 trans_id;
	__le32 success;		/* 0 = success */
};

struct smem_action_clean {
	__le32 res_action;	/* type of the abandoned request */
	__le32 action_trans_id;
};

struct smem_import {
	__le32 type;
	__le32 addr;		/* bus address, alias included */
	__le32 size;		/* bytes */
	__le32 kernel_id;	/* non-zero, echoed in RELEASED */
	__le32 allocator;
	char name[SMEM_NAME_LEN];
};

struct smem_import_result {
	__le32 trans_id;
	__le32 res_handle;	/* 0 = failure */
};

struct smem_client_version {
	__le32 version;
};

struct smem_released {
	__le32 cmd;		/* SMEM_ASYNC | SMEM_RELEASED */
	__le32 addr;
	__le32 size;
	__le32 kernel_id;
	__le32 vc_handle;
};

struct smem_vc_mem_request {
	__le32 cmd;		/* SMEM_ASYNC | SMEM_VC_MEM_REQUEST */
	__le32 trans_id;	/* the firmware's own numbering */
	__le32 size;
	__le32 align;
	char name[SMEM_NAME_LEN];
	__le32 vc_handle;
};

struct smem_vc_mem_request_reply {
	__le32 trans_id;
	__le32 addr;		/* 0 = failed */
	__le32 kernel_id;
};

_Static_assert(sizeof(struct smem_alloc) == 52, "ALLOC");
_Static_assert(sizeof(struct smem_import) == 52, "IMPORT");
_Static_assert(sizeof(struct smem_vc_mem_request) == 52, "VC_MEM_REQUEST");

#endif /* VIDEOCORE_SMEM_H */
