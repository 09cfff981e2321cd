// SPDX-License-Identifier: GPL-2.0
/*
 * Finding out that the firmware will not give memory back because it is dead.
 *
 * How long it keeps memory is its business; a lens shading table stays for as long
 * as the camera. But as long as it owes us something it is asked now and then
 * whether it is there: CLIENT_VERSION is always acknowledged. A firmware that hangs
 * as a whole is found out by the transport, which then closes the service.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "vc_sm_priv.h"

/* Is there memory that the VPU should give back? */
static bool vc_sm_watch_is_needed(struct vc_sm *sm)
{
	struct vc_sm_import *import;
	unsigned long id;

	lockdep_assert_held(&sm->lock);

	xa_for_each(&sm->imports, id, import) {
		if (import->state == VC_SM_FREEING ||
		    import->state == VC_SM_ABANDONED)
			return !sm->closed;
	}
	return false;
}

static void vc_sm_watch_work(struct work_struct *work)
{
	struct vc_sm *sm = container_of(to_delayed_work(work), struct vc_sm, watch);
	bool is_needed, is_silent;

	scoped_guard(spinlock, &sm->lock) {
		is_needed = vc_sm_watch_is_needed(sm) && sm->reports_release;
		is_silent = sm->is_asked;
		sm->is_asked = is_needed;
	}
	if (!is_needed)
		return;
	if (is_silent) {
		dev_err(&sm->vdev->dev, "the firmware does not answer, taking memory back\n");
		vc_sm_import_all_gone(sm);
		vc_sm_heap_all_gone(sm);
		return;
	}
	vc_sm_ask_version(sm);
	vc_sm_watch_kick(sm);
}

/* The VPU owes us something. */
void vc_sm_watch_kick(struct vc_sm *sm)
{
	queue_delayed_work(sm->wq, &sm->watch, msecs_to_jiffies(vc_sm_timeout_ms()));
}

/* It is alive. */
void vc_sm_watch_heard(struct vc_sm *sm)
{
	lockdep_assert_held(&sm->lock);
	sm->is_asked = false;
}

void vc_sm_watch_init(struct vc_sm *sm)
{
	INIT_DELAYED_WORK(&sm->watch, vc_sm_watch_work);
}

void vc_sm_watch_stop(struct vc_sm *sm)
{
	disable_delayed_work_sync(&sm->watch);
}
