// SPDX-License-Identifier: GPL-2.0
/*
 * Requests that the firmware answers, found by their transaction id.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/string.h>

#include "vc_sm_priv.h"

/**
 * struct vc_sm_wait - somebody waits for an answer
 * @call: the request
 * @done: it came, or never will
 * @reply: where it goes
 * @result: 0 or an errno
 */
struct vc_sm_wait {
	struct vc_sm_call call;
	struct completion done;
	void *reply;
	int result;
};

static const struct xa_limit vc_sm_id_limit = XA_LIMIT(1, 0x7fffffff);

/*
 * Give @call a number that no pending request has. From here on call->done() may
 * be called. -ENODEV when the connection has gone.
 */
int vc_sm_call_register(struct vc_sm *sm, struct vc_sm_call *call)
{
	int ret;

	ret = xa_alloc_cyclic(&sm->pending, &call->trans_id, call,
			      vc_sm_id_limit, &sm->next_trans_id, GFP_KERNEL);
	if (ret < 0)
		return ret;
	guard(spinlock)(&sm->lock);
	if (!sm->closed)
		return 0;
	/* If it is not there any more, it was done by vc_sm_call_all_gone(). */
	xa_cmpxchg(&sm->pending, call->trans_id, call, NULL, 0);
	return -ENODEV;
}

/* Let the firmware undo a request that nobody waits for any more. */
int vc_sm_call_clean(struct vc_sm *sm, u32 type, u32 trans_id)
{
	const struct smem_action_clean body = {
		.res_action = cpu_to_le32(type),
		.action_trans_id = cpu_to_le32(trans_id),
	};

	return vc_sm_send(sm, SMEM_ACTION_CLEAN, 0, &body, sizeof(body));
}

static void vc_sm_call_wake(struct vc_sm_call *call, const void *reply)
{
	struct vc_sm_wait *wait = container_of(call, struct vc_sm_wait, call);

	if (reply)
		memcpy(wait->reply, reply, call->reply_len);
	else
		wait->result = -ENODEV;
	complete(&wait->done);
}

static int vc_sm_call_wait(struct vc_sm_wait *wait)
{
	long left;

	left = wait_for_completion_interruptible_timeout(&wait->done,
							 msecs_to_jiffies(vc_sm_timeout_ms()));
	if (left < 0)
		return left;
	return left ? wait->result : -ETIMEDOUT;
}

/*
 * Nobody touches @wait after this. False when the answer came at the last moment.
 */
static bool vc_sm_call_withdraw(struct vc_sm *sm, struct vc_sm_wait *wait)
{
	struct vc_sm_call *call = &wait->call;

	guard(spinlock)(&sm->lock);
	if (xa_cmpxchg(&sm->pending, call->trans_id, call, NULL, 0) != call)
		return false;
	sm->stats.abandoned++;
	return true;
}

/*
 * A request and its answer, of @reply_len bytes at least. The wait is interruptible
 * and bounded; who gives up lets the firmware undo the request.
 */
int vc_sm_call_sync(struct vc_sm *sm, u32 type, const void *body, size_t len,
		    void *reply, size_t reply_len)
{
	struct vc_sm_wait wait = {
		.call.reply_len = reply_len,
		.call.done = vc_sm_call_wake,
		.reply = reply,
	};
	int ret;

	init_completion(&wait.done);
	ret = vc_sm_call_register(sm, &wait.call);
	if (ret)
		return ret;
	ret = vc_sm_send(sm, type, wait.call.trans_id, body, len);
	if (ret) {
		vc_sm_call_withdraw(sm, &wait);
		return ret;
	}
	ret = vc_sm_call_wait(&wait);
	if (ret != -ETIMEDOUT && ret != -ERESTARTSYS)
		return ret;
	if (!vc_sm_call_withdraw(sm, &wait))
		return wait.result;
	vc_sm_call_clean(sm, type, wait.call.trans_id);
	return ret;
}

/* Receiving context. */
void vc_sm_call_replied(struct vc_sm *sm, const void *data, size_t len)
{
	u32 trans_id = le32_to_cpup(data);
	struct vc_sm_call *call;

	guard(spinlock)(&sm->lock);
	call = xa_load(&sm->pending, trans_id);
	if (!call) {
		sm->stats.late_replies++;
		return;
	}
	if (len < call->reply_len) {
		sm->stats.violations++;
		dev_err_ratelimited(&sm->vdev->dev,
				    "bad message: reply of %zu bytes\n", len);
		return;
	}
	xa_erase(&sm->pending, trans_id);
	call->done(call, data);
}

/* The connection is gone, and all answers with it. */
void vc_sm_call_all_gone(struct vc_sm *sm)
{
	struct vc_sm_call *call;
	unsigned long id;

	lockdep_assert_held(&sm->lock);

	xa_for_each(&sm->pending, id, call) {
		xa_erase(&sm->pending, id);
		call->done(call, NULL);
	}
}
