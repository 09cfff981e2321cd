/* SPDX-License-Identifier: GPL-2.0 */
/*
 * drivers/vchiq/vchiq_shared.c: each function by its name, the same accesses in
 * the same order. @c is the processor that runs it, @e the event, @to where the
 * result goes. tests/models/agree compares this with the code.
 *
 * Copyright (C) 2026 vc-media project
 */

inline vchiq_shared_set_initialised(c)
{
	J_HOST_SET_INITIALISED(c);
	store(c, INITIALISED, 1)
}

inline vchiq_shared_peer_initialised(c, to)
{
	load(c, INITIALISED, to);
	J_HOST_PEER_INITIALISED(c)
}

inline vchiq_event_is_fired(c, e, to)
{
	load(c, FIRED(e), to)
}

inline vchiq_event_is_awaited(c, e, to)
{
	load(c, ARMED(e), to);
	if
	:: to -> load(c, FIRED(e), to)
	:: else -> to = 0
	fi
}

inline vchiq_event_arm(c, e)
{
	store(c, ARMED(e), 1);
	A_HOST_EVENT_ARM(c)
}

inline vchiq_event_disarm(c, e)
{
	store(c, ARMED(e), 0);
	R5_HOST_EVENT_DISARM(c)
}

inline vchiq_event_pass(c)
{
	K_HOST_EVENT_PASS(c)
}

inline vchiq_event_ack(c, e)
{
	store(c, FIRED(e), 0);
	B_HOST_EVENT_ACK(c)
}

inline vchiq_event_signal(c, e, to)
{
	B_HOST_EVENT_SIGNAL(c);
	load(c, FIRED(e), to);
	if
	:: to -> to = 0
	:: else ->
		store(c, FIRED(e), 1);
		A_HOST_EVENT_SIGNAL(c);
		load(c, ARMED(e), to)
	fi
}

inline vchiq_shared_publish_tx(c, pos)
{
	C_HOST_PUBLISH_TX(c);
	store(c, TX_POS, pos)
}

inline vchiq_shared_peer_tx(c, to)
{
	load(c, TX_POS, to);
	C_HOST_PEER_TX(c)
}

inline vchiq_shared_recycled(c, to)
{
	load(c, SLOT_QUEUE_RECYCLE, to);
	D_HOST_RECYCLED(c)
}

inline vchiq_shared_recycled_slot(c, index, to)
{
	load(c, SLOT_QUEUE(index), to)
}

inline vchiq_shared_peer_slot(c, index, to)
{
	load(c, SLOT_QUEUE(index), to)
}

inline vchiq_shared_give_back(c, count, slot)
{
	E_HOST_GIVE_BACK(c);
	store(c, SLOT_QUEUE(count), slot);
	D_HOST_GIVE_BACK(c);
	store(c, SLOT_QUEUE_RECYCLE, count + 1)
}

inline vchiq_shared_sync_is_free(c, to)
{
	load(c, MSGID, to)
}

inline vchiq_shared_sync_write(c, msgid, data)
{
	store(c, PAYLOAD, data);
	store(c, SIZE, data);
	store(c, MSGID, msgid)
}

inline vchiq_shared_sync_done(c)
{
	store(c, MSGID, 0)
}
