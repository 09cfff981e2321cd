// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to the firmware and their answers, matched by context.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include "mmal_priv.h"
#include "mmal_trace.h"

/* The firmware answers in milliseconds; sensor start-up takes up to a second. */
#define VC_MMAL_TIMEOUT_MIN_MS	100u
#define VC_MMAL_TIMEOUT_MAX_MS	60000u
static unsigned int timeout_ms = 3000;
module_param(timeout_ms, uint, 0644);
MODULE_PARM_DESC(timeout_ms, "how long to wait for an answer of the firmware, in ms");

/* Once it has not answered in time, it is not given as much again. */
#define VC_MMAL_SILENT_TIMEOUT_MS	300u

static int vc_mmal_call_enter(struct vc_mmal *mmal, struct vc_mmal_call *call,
			      u32 *context)
{
	int ret;

	guard(mutex)(&mmal->lock);
	if (mmal->closed)
		return -ENODEV;
	ret = xa_alloc_cyclic(&mmal->calls, context, call, VC_MMAL_ID_LIMIT,
			      &mmal->next_call, GFP_KERNEL);
	if (ret < 0)
		return ret;
	mmal->stats.calls++;
	return 0;
}

/* After this the receiving context does not know the call any more. */
static int vc_mmal_call_leave(struct vc_mmal *mmal, struct vc_mmal_call *call,
			      u32 context, int error)
{
	guard(mutex)(&mmal->lock);
	xa_erase(&mmal->calls, context);
	/* It may have come at the last moment. */
	if (completion_done(&call->done))
		return call->error;
	if (error == -ETIMEDOUT) {
		mmal->stats.timeouts++;
		WRITE_ONCE(mmal->silent, true);
	}
	return error;
}

static int vc_mmal_call_send(struct vc_mmal *mmal, struct vc_mmal_call *call,
			     u32 context)
{
	struct vc_mmal_msg msg = {
		.header.magic = cpu_to_le32(MMAL_MAGIC),
		.header.type = cpu_to_le32(call->type),
		.header.context = cpu_to_le32(context),
	};

	if (call->flush)
		return vc_mmal_xfer_flush(call->flush, context);
	if (call->len > sizeof(msg.payload))
		return -EMSGSIZE;
	if (call->len)
		memcpy(msg.payload, call->payload, call->len);
	return vc_mmal_send(mmal, &msg, sizeof(msg.header) + call->len);
}

static int vc_mmal_call_wait(struct vc_mmal *mmal, struct vc_mmal_call *call)
{
	const unsigned int ms = clamp(READ_ONCE(timeout_ms), VC_MMAL_TIMEOUT_MIN_MS,
				      VC_MMAL_TIMEOUT_MAX_MS);
	unsigned long timeout = msecs_to_jiffies(READ_ONCE(mmal->silent) ?
						 min(ms, VC_MMAL_SILENT_TIMEOUT_MS) : ms);
	long left;

	if (call->must_wait)
		left = wait_for_completion_timeout(&call->done, timeout);
	else
		left = wait_for_completion_killable_timeout(&call->done,
							    timeout);
	if (left < 0)
		return left;
	return left ? 0 : -ETIMEDOUT;
}

/* All answers but that to GET_VERSION begin with a status. */
static int vc_mmal_call_errno(const struct vc_mmal_call *call)
{
	if (call->type == MMAL_MSG_GET_VERSION)
		return 0;
	return vc_mmal_errno(le32_to_cpup(call->reply));
}

/* There was no answer: the firmware may have done it, or may still do it. */
bool vc_mmal_is_undecided(int ret)
{
	return ret == -ETIMEDOUT || ret == -ERESTARTSYS;
}

/*
 * Make a call: 0 if the firmware did what was asked for. With an errno from its
 * status the answer is in @call->reply all the same.
 */
int vc_mmal_call(struct vc_mmal *mmal, struct vc_mmal_call *call)
{
	u32 context;
	int ret;

	init_completion(&call->done);
	call->error = 0;
	call->reply_len = 0;
	ret = vc_mmal_call_enter(mmal, call, &context);
	if (ret)
		return ret;
	trace_vc_mmal_call_begin(call->type, context, 0);
	ret = vc_mmal_call_send(mmal, call, context);
	if (!ret)
		ret = vc_mmal_call_wait(mmal, call);
	ret = vc_mmal_call_leave(mmal, call, context, ret);
	if (ret == -ETIMEDOUT)
		dev_err_ratelimited(&mmal->vdev->dev,
				    "%s: no answer to MMAL message %u\n",
				    call->name ?: "MMAL", call->type);
	ret = ret ?: vc_mmal_call_errno(call);
	trace_vc_mmal_call_end(call->type, context, ret);
	return ret;
}

/* A call whose answer is a status and nothing else. */
int vc_mmal_call_status(struct vc_mmal *mmal, struct vc_mmal_call *call)
{
	struct mmal_msg_status reply;

	call->reply = &reply;
	call->reply_size = sizeof(reply);
	call->reply_min = sizeof(reply);
	return vc_mmal_call(mmal, call);
}

/* A component came to be after all; nobody else knows what to call it. */
static void vc_mmal_call_forgotten(struct vc_mmal *mmal, const void *payload,
				   size_t len)
{
	const struct mmal_msg_component_create_reply *reply = payload;
	struct {
		struct mmal_msg_header header;
		struct mmal_msg_component component;
	} msg = {
		.header.magic = cpu_to_le32(MMAL_MAGIC),
		.header.type = cpu_to_le32(MMAL_MSG_COMPONENT_DESTROY),
	};

	if (len < sizeof(*reply) || reply->status)
		return;
	msg.component.component_handle = reply->component_handle;
	if (vchiq_service_send_nowait(mmal->svc, &msg, sizeof(msg)))
		dev_dbg(&mmal->vdev->dev, "a component is left in the firmware\n");
}

/* Receiving context: an answer. */
void vc_mmal_call_answered(struct vc_mmal *mmal, const struct mmal_msg_header *h,
			   const void *payload, size_t len)
{
	struct vc_mmal_call *call;

	guard(mutex)(&mmal->lock);
	WRITE_ONCE(mmal->silent, false);
	call = xa_load(&mmal->calls, le32_to_cpu(h->context));
	if (!call || completion_done(&call->done)) {
		mmal->stats.late++;
		if (le32_to_cpu(h->type) == MMAL_MSG_COMPONENT_CREATE)
			vc_mmal_call_forgotten(mmal, payload, len);
		return;
	}
	if (call->type != le32_to_cpu(h->type) || len < call->reply_min) {
		mmal->stats.violations++;
		call->error = -EPROTO;
	} else {
		call->reply_len = min(len, call->reply_size);
		memcpy(call->reply, payload, call->reply_len);
	}
	complete_all(&call->done);
}

/* With mmal->lock held: there will be no answers any more. */
void vc_mmal_calls_closed(struct vc_mmal *mmal)
{
	struct vc_mmal_call *call;
	unsigned long context;

	lockdep_assert_held(&mmal->lock);
	xa_for_each(&mmal->calls, context, call) {
		if (completion_done(&call->done))
			continue;
		call->error = -ENODEV;
		complete_all(&call->done);
	}
}
