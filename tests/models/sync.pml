/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Case H: the synchronous slot. Its owner waits until the other has released it,
 * acknowledges, writes a message, fires the other's trigger; that acknowledges,
 * reads, stores message id 0 and fires the owner's release. Sleeping is left to
 * event.pml.
 *
 *	default		the firmware's slot, read by the host
 *	-DTO_FIRMWARE	the host's slot, read by the firmware
 *
 * Neither is a message read that is not the one written last, nor is a release
 * lost: the owner would wait for ever.
 *
 * Copyright (C) 2026 vc-media project
 */

#ifndef NR_MSGS
#define NR_MSGS		3
#endif

#define ARMED(e)	(e)
#define FIRED(e)	(e + 1)
#define TRIGGER		0
#define RELEASE		2
#define MSGID		4
#define SIZE		5
#define PAYLOAD		6
#define NR_WORDS	7
/* Not in this model. */
#define INITIALISED	NO_WORD

#define OWNER		0
#define PEER		1
#define NR_CPUS		2
#define READS(c, w)	(w == FIRED(RELEASE) || w == FIRED(TRIGGER) || \
			 ((c == OWNER) -> (w == MSGID) : (w >= MSGID)))

#include "memory.pml"
#include "barriers.pml"
#include "host.pml"
#include "firmware.pml"

#ifdef TO_FIRMWARE
#define take_release()		vchiq_event_ack(OWNER, RELEASE); taken = true
#define is_free(to)		vchiq_shared_sync_is_free(OWNER, to)
#define write(msgid, data)	vchiq_shared_sync_write(OWNER, msgid, data)
#define trigger(armed)		vchiq_event_signal(OWNER, TRIGGER, armed)
#define take_trigger()		vsh_event_take(PEER, TRIGGER, taken)
#define done()			vsh_sync_release(PEER)
#define release_slot(armed)	vcq_signal(PEER, RELEASE, armed)
#else
#define take_release()		vsh_event_take(OWNER, RELEASE, taken)
#define is_free(to)		load(OWNER, MSGID, to)
#define write(msgid, data)	\
	store(OWNER, PAYLOAD, data); store(OWNER, SIZE, data); \
	store(OWNER, MSGID, msgid)
#define trigger(armed)		vcq_signal(OWNER, TRIGGER, armed)
#define take_trigger()		vchiq_event_ack(PEER, TRIGGER); taken = true
#define done()			vchiq_shared_sync_done(PEER)
#define release_slot(armed)	vchiq_event_signal(PEER, RELEASE, armed)
#endif

proctype owner()
{
	byte k, nr, msgid;
	bool taken, armed;

	do
	:: nr < NR_MSGS ->
		mem[FIRED(RELEASE)];
		take_release();
		if
		:: taken ->
			is_free(msgid);
			assert(!msgid);
			nr++;
			write(nr, nr);
			trigger(armed);
			armed = false
		:: else
		fi;
		taken = false
	:: else -> break
	od
}

proctype peer()
{
	byte k, nr, msgid, size;
	bool taken, armed;

	do
	:: nr < NR_MSGS ->
		mem[FIRED(TRIGGER)];
		take_trigger();
		if
		:: taken ->
			load(PEER, MSGID, msgid);
			nr++;
			assert(msgid == nr);
			load(PEER, SIZE, size);
			assert(size == nr);
			load_late(PEER, PAYLOAD, nr);
			done();
			release_slot(armed);
			msgid = 0;
			size = 0;
			armed = false
		:: else
		fi;
		taken = false
	:: else -> break
	od
}

init {
	atomic {
		cpu_init(OWNER);
		cpu_init(PEER);
		/* The slot starts free. */
		mem[FIRED(RELEASE)] = 1;
		cpu[OWNER].seen[FIRED(RELEASE)] = 1;
		run buffer(OWNER);
		run buffer(PEER);
		run owner();
		run peer()
	}
}
