// SPDX-License-Identifier: GPL-2.0
/*
 * Events of components: queued in the receiving context, delivered from a work
 * queue, where the client may make calls.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "../compat.h"
#include "mmal_priv.h"

/* A component sends a few in its life; more is a firmware gone wild. */
#define VC_MMAL_MAX_EVENTS	256

/**
 * struct vc_mmal_queued_event - an event that is not delivered yet
 * @node: in vc_mmal.events
 * @component: whose, 0: to be delivered to nobody
 * @is_ready: its data is there, or will never be
 * @event: what the client sees
 */
struct vc_mmal_queued_event {
	struct list_head node;
	u32 component;
	bool is_ready;
	struct vc_mmal_event event;
};

static void vc_mmal_event_count(struct vc_mmal *mmal, bool lost)
{
	guard(mutex)(&mmal->lock);
	mmal->stats.events++;
	mmal->stats.events_lost += lost;
}

static bool vc_mmal_event_queue(struct vc_mmal *mmal,
				struct vc_mmal_queued_event *q)
{
	guard(spinlock)(&mmal->event_lock);
	if (mmal->nr_events >= VC_MMAL_MAX_EVENTS)
		return false;
	mmal->nr_events++;
	list_add_tail(&q->node, &mmal->events);
	return true;
}

/* In order: one whose data is still to come holds up those behind it. */
static struct vc_mmal_queued_event *vc_mmal_event_pop(struct vc_mmal *mmal,
						      bool ready_only)
{
	struct vc_mmal_queued_event *q;

	guard(spinlock)(&mmal->event_lock);
	q = list_first_entry_or_null(&mmal->events,
				     struct vc_mmal_queued_event, node);
	if (!q || (ready_only && !q->is_ready))
		return NULL;
	list_del(&q->node);
	mmal->nr_events--;
	return q;
}

/* What is too long for any event is to be delivered to nobody. */
static struct vc_mmal_queued_event *
vc_mmal_event_from_wire(const struct mmal_msg_event *wire)
{
	const u32 size = le32_to_cpu(wire->length);
	const u32 len = min(size, VC_MMAL_EVENT_MAX);
	struct vc_mmal_queued_event *q;

	/* A bulk is a multiple of four. */
	q = kzalloc(struct_size(q, event.data, MMAL_BULK_LEN(len)), GFP_KERNEL);
	if (!q)
		return NULL;
	q->component = len == size ? le32_to_cpu(wire->client_component) : 0;
	q->is_ready = len <= sizeof(wire->data);
	q->event.port_type = le32_to_cpu(wire->port_type);
	q->event.port_index = le32_to_cpu(wire->port_num);
	q->event.cmd = le32_to_cpu(wire->cmd);
	q->event.len = len;
	if (q->is_ready)
		memcpy(q->event.data, wire->data, len);
	return q;
}

/* With mmal->lock held: the data of an event has come, or never will. */
void vc_mmal_event_arrived(struct vc_mmal *mmal,
			   struct vc_mmal_queued_event *q, bool is_whole)
{
	lockdep_assert_held(&mmal->lock);
	mmal->stats.events_lost += !is_whole;
	scoped_guard(spinlock, &mmal->event_lock) {
		if (!is_whole)
			q->component = 0;
		q->is_ready = true;
	}
	queue_work(system_dfl_wq, &mmal->event_work);
}

/*
 * The data of an event follows it as a bulk. That has to be taken whatever becomes of
 * the event, here NULL, so that it is not taken for the next one.
 */
static void vc_mmal_event_fetch(struct vc_mmal *mmal,
				struct vc_mmal_queued_event *q)
{
	int ret;

	ret = vc_mmal_xfer_event(mmal, q, q ? q->event.data : NULL,
				 q ? q->event.len : 0);
	if (!ret || !q)
		return;
	guard(mutex)(&mmal->lock);
	vc_mmal_event_arrived(mmal, q, false);
}

/* Receiving context: EVENT_TO_HOST. */
void vc_mmal_event_received(struct vc_mmal *mmal, const void *payload,
			    size_t len)
{
	const struct mmal_msg_event *wire = payload;
	struct vc_mmal_queued_event *q;
	bool queued;
	u32 size;

	if (len < offsetof(struct mmal_msg_event, delayed_buffer)) {
		vc_mmal_violation(mmal, "length of event", len);
		return;
	}
	size = le32_to_cpu(wire->length);
	q = vc_mmal_event_from_wire(wire);
	queued = q && vc_mmal_event_queue(mmal, q);
	vc_mmal_event_count(mmal, !queued);
	if (!queued)
		kfree(q);
	if (size > VC_MMAL_EVENT_MAX)
		vc_mmal_violation(mmal, "size of event", size);
	if (size > sizeof(wire->data))
		vc_mmal_event_fetch(mmal, queued ? q : NULL);
	else if (queued)
		queue_work(system_dfl_wq, &mmal->event_work);
}

/* vc_mmal_component_destroy() waits for this before the component goes. */
void vc_mmal_event_work(struct work_struct *work)
{
	struct vc_mmal *mmal = container_of(work, struct vc_mmal, event_work);
	struct vc_mmal_component *component;
	struct vc_mmal_queued_event *q;

	while ((q = vc_mmal_event_pop(mmal, true))) {
		component = xa_load(&mmal->components, q->component);
		if (component && component->event)
			component->event(component, &q->event);
		kfree(q);
	}
}

void vc_mmal_events_drop(struct vc_mmal *mmal)
{
	struct vc_mmal_queued_event *q;

	cancel_work_sync(&mmal->event_work);
	while ((q = vc_mmal_event_pop(mmal, false)))
		kfree(q);
}
