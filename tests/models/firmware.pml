/* SPDX-License-Identifier: GPL-2.0 */
/*
 * userspace/videocored/firmware/vchiq-shared.c: each function by its name, the
 * same accesses in the same order. tests/models/agree compares this with the
 * code.
 *
 * Copyright (C) 2026 vc-media project
 */

inline vsh_event_arm(c, e)
{
	store(c, ARMED(e), 1)
}

inline vsh_events_armed(c)
{
	A_FW_EVENTS_ARMED(c)
}

inline vsh_event_is_fired(c, e, to)
{
	load(c, FIRED(e), to)
}

inline vsh_event_disarm(c, e)
{
	store(c, ARMED(e), 0)
}

inline vsh_events_disarmed(c)
{
	R5_FW_EVENTS_DISARMED(c)
}

inline vsh_event_take(c, e, to)
{
	load(c, FIRED(e), to);
	if
	:: to ->
		store(c, FIRED(e), 0);
		B_FW_EVENT_TAKE(c)
	:: else
	fi
}

inline vsh_event_fire(c, e)
{
	B_FW_EVENT_FIRE(c);
	store(c, FIRED(e), 1);
	A_FW_EVENT_FIRE(c)
}

inline vsh_event_is_armed(c, e, to)
{
	load(c, ARMED(e), to)
}

/* vcq_signal() of vchiq-connection.c */
#define vcq_signal(c, e, to) \
	vsh_event_fire(c, e); \
	vsh_event_is_armed(c, e, to)

inline vsh_peer_tx_pos(c, to)
{
	load(c, TX_POS, to);
	C_FW_PEER_TX_POS(c)
}

inline vsh_publish_tx_pos(c, pos)
{
	C_FW_PUBLISH_TX_POS(c);
	store(c, TX_POS, pos)
}

inline vsh_recycle_slot(c, count, slot)
{
	store(c, SLOT_QUEUE(count), slot);
	D_FW_RECYCLE_SLOT(c);
	store(c, SLOT_QUEUE_RECYCLE, count + 1)
}

inline vsh_recycled_count(c, to)
{
	load(c, SLOT_QUEUE_RECYCLE, to);
	D_FW_RECYCLED_COUNT(c)
}

inline vsh_recycled_slot(c, index, to)
{
	load(c, SLOT_QUEUE(index), to)
}

inline vsh_sync_release(c)
{
	store(c, MSGID, 0)
}

inline vsh_initialised(c, to)
{
	load(c, INITIALISED, to);
	J_FW_INITIALISED(c)
}

inline vsh_publish_initialised(c)
{
	J_FW_PUBLISH_INITIALISED(c);
	store(c, INITIALISED, 1)
}
