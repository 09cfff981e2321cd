// SPDX-License-Identifier: GPL-2.0
/*
 * Events of components: queued in the receiving context, delivered from a work
 * queue, where the client may make calls.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/slab.h>

#include "../compat.h"
#include "mmal_priv.h"

/* A component sends a few in its life; more is a firmware gone wild. */
#define VC_MMAL_MAX_EVENTS	256

struct vc_mmal_queued_event {
	struct list_head node;
	u32 component;
	struct vc_mmal_event event;
};

static void vc_mmal_event_count(struct vc_mmal *mmal, bool lost)
{
	guard(mutex)(&mmal->lock);
	mmal->stats.events++;
	if (lost)
		mmal->stats.events_lost++;
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

static struct vc_mmal_queued_event *vc_mmal_event_pop(struct vc_mmal *mmal)
{
	struct vc_mmal_queued_event *q;

	guard(spinlock)(&mmal->event_lock);
	q = list_first_entry_or_null(&mmal->events,
				     struct vc_mmal_queued_event, node);
	if (q) {
		list_del(&q->node);
		mmal->nr_events--;
	}
	return q;
}

static struct vc_mmal_queued_event *
vc_mmal_event_from_wire(const struct mmal_msg_event *wire)
{
	struct vc_mmal_queued_event *q;

	q = kzalloc(sizeof(*q), GFP_KERNEL);
	if (!q)
		return NULL;
	q->component = le32_to_cpu(wire->client_component);
	q->event.port_type = le32_to_cpu(wire->port_type);
	q->event.port_index = le32_to_cpu(wire->port_num);
	q->event.cmd = le32_to_cpu(wire->cmd);
	q->event.len = le32_to_cpu(wire->length);
	memcpy(q->event.data, wire->data, q->event.len);
	return q;
}

/* Receiving context: EVENT_TO_HOST. */
void vc_mmal_event_received(struct vc_mmal *mmal, const void *payload,
			    size_t len)
{
	const struct mmal_msg_event *wire = payload;
	struct vc_mmal_queued_event *q;
	bool queued;

	/* Longer data would follow as a bulk, which nobody asked for. */
	if (len < offsetof(struct mmal_msg_event, delayed_buffer) ||
	    le32_to_cpu(wire->length) > sizeof(wire->data)) {
		vc_mmal_violation(mmal, "length of event", len);
		return;
	}
	q = vc_mmal_event_from_wire(wire);
	queued = q && vc_mmal_event_queue(mmal, q);
	vc_mmal_event_count(mmal, !queued);
	if (queued)
		queue_work(system_dfl_wq, &mmal->event_work);
	else
		kfree(q);
}

/* vc_mmal_component_destroy() waits for this before the component goes. */
void vc_mmal_event_work(struct work_struct *work)
{
	struct vc_mmal *mmal = container_of(work, struct vc_mmal, event_work);
	struct vc_mmal_component *component;
	struct vc_mmal_queued_event *q;

	while ((q = vc_mmal_event_pop(mmal))) {
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
	while ((q = vc_mmal_event_pop(mmal)))
		kfree(q);
}
