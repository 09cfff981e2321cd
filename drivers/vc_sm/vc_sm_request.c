// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that the VPU asks for: VC_MEM_REQUEST. Every request is answered.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/log2.h>
#include <linux/slab.h>

#include "vc_sm_priv.h"

/* What a firmware that asks too much is not given. */
#define VC_SM_MAX_REQUESTS	16

struct vc_sm_vpu_request {
	struct work_struct work;
	struct vc_sm *sm;
	u32 trans_id;
	u32 size;
	u32 align;
	u32 vc_handle;
	char name[SMEM_NAME_LEN];
};

static struct vc_sm_import *
vc_sm_request_allocate(const struct vc_sm_vpu_request *req)
{
	size_t align = max(req->align, 1u), size = round_up((u64)req->size, align);
	struct vc_sm_import *import;
	struct vc_sm_mem *mem;

	if (!is_power_of_2(align))
		return ERR_PTR(-EINVAL);
	mem = vc_sm_mem_alloc(req->sm, size, VC_SM_CMA, req->name);
	if (IS_ERR(mem))
		return ERR_CAST(mem);
	/* Blocks come aligned to their size, as far as the allocator can. */
	if (!IS_ALIGNED(mem->dma, align))
		import = ERR_PTR(-ENOMEM);
	else
		import = vc_sm_import_adopt(req->sm, mem, req->vc_handle,
					    req->name);
	vc_sm_mem_put(mem);
	return import;
}

static void vc_sm_request_work(struct work_struct *work)
{
	struct vc_sm_vpu_request *req =
		container_of(work, struct vc_sm_vpu_request, work);
	struct smem_vc_mem_request_reply reply = {
		.trans_id = cpu_to_le32(req->trans_id),
	};
	struct vc_sm *sm = req->sm;
	struct vc_sm_import *import;
	int ret;

	/* An answer with address 0 says that there is no memory. */
	import = vc_sm_request_allocate(req);
	if (!IS_ERR(import)) {
		reply.addr = cpu_to_le32(import->bus);
		reply.kernel_id = cpu_to_le32(import->kernel_id);
	}
	ret = vc_sm_send(sm, SMEM_VC_MEM_REQUEST_REPLY, 0, &reply, sizeof(reply));
	if (!IS_ERR(import) && ret)
		vc_sm_import_put(import);
	else if (!IS_ERR(import))
		vc_sm_import_disown(import);
	scoped_guard(spinlock, &sm->lock)
		sm->nr_requests--;
	vc_sm_put(sm);
	kfree(req);
}

static bool vc_sm_request_admit(struct vc_sm *sm)
{
	guard(spinlock)(&sm->lock);
	sm->stats.vpu_requests++;
	if (sm->nr_requests >= VC_SM_MAX_REQUESTS)
		return false;
	sm->nr_requests++;
	return true;
}

static int vc_sm_request_queue(struct vc_sm *sm,
			       const struct smem_vc_mem_request *msg)
{
	struct vc_sm_vpu_request *req;

	if (!vc_sm_request_admit(sm))
		return -EBUSY;
	req = kzalloc(sizeof(*req), GFP_KERNEL);
	if (!req) {
		guard(spinlock)(&sm->lock);
		sm->nr_requests--;
		return -ENOMEM;
	}
	INIT_WORK(&req->work, vc_sm_request_work);
	req->sm = vc_sm_ref(sm);
	req->trans_id = le32_to_cpu(msg->trans_id);
	req->size = le32_to_cpu(msg->size);
	req->align = le32_to_cpu(msg->align);
	req->vc_handle = le32_to_cpu(msg->vc_handle);
	strscpy(req->name, msg->name, sizeof(req->name));
	queue_work(sm->wq, &req->work);
	return 0;
}

/* Receiving context: allocation may take long and is left to the work queue. */
void vc_sm_request(struct vc_sm *sm, const struct smem_vc_mem_request *msg)
{
	struct vc_sm_refusal {
		struct smem_header header;
		struct smem_vc_mem_request_reply reply;
	} refusal = {
		.header.type = cpu_to_le32(SMEM_VC_MEM_REQUEST_REPLY),
		.reply.trans_id = msg->trans_id,
	};

	if (!vc_sm_request_queue(sm, msg))
		return;
	if (vchiq_service_send_nowait(sm->svc, &refusal, sizeof(refusal)))
		dev_warn_ratelimited(&sm->vdev->dev,
				     "request for memory left unanswered\n");
}
