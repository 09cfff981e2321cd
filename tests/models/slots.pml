/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cases C, D and E: messages of one or two units in slots of two, padding where
 * one does not fit, slots that come back out of order and are filled again. Both
 * sides look without being called; that they are called in time is event.pml.
 *
 *	default		the firmware sends, the host receives
 *	-DTO_FIRMWARE	the other way round
 *	-DNO_FLUSH	padding is not published before waiting for a slot
 *
 * The receiver never reads a header or a payload other than the one written for
 * its position (a stale one, or that of the slot's next user); no slot is filled
 * that the receiver has not given back; and neither side waits for ever.
 *
 * Copyright (C) 2026 vc-media project
 */

#ifndef NR_MSGS
#define NR_MSGS		4
#endif
#define NR_SLOTS	2
#define SLOT_UNITS	2

/* Words: for each unit of each slot a header and a payload. */
#define HEADER(s, i)		((s) * SLOT_UNITS + (i))
#define PAYLOAD(s, i)		(NR_SLOTS * SLOT_UNITS + (s) * SLOT_UNITS + (i))
#define TX_POS			(2 * NR_SLOTS * SLOT_UNITS)
#define SLOT_QUEUE_RECYCLE	(TX_POS + 1)
#define SLOT_QUEUE(n)		(TX_POS + 2 + (n) % NR_SLOTS)
#define NR_WORDS		(TX_POS + 2 + NR_SLOTS)
/* Not in this model. */
#define ARMED(e)		NO_WORD
#define FIRED(e)		NO_WORD
#define INITIALISED		NO_WORD
#define MSGID			NO_WORD

#define TX		0
#define RX		1
#define NR_CPUS		2
#ifdef TO_FIRMWARE
/* The firmware remembers which slots it gave back. */
#define READS(c, w)	((c == RX) == (w <= TX_POS))
#else
#define READS(c, w)	((c == RX) -> (w != SLOT_QUEUE_RECYCLE) : (w > TX_POS))
#endif

#include "memory.pml"
#include "barriers.pml"
#include "host.pml"
#include "firmware.pml"

#ifdef TO_FIRMWARE
#define publish(pos)			vchiq_shared_publish_tx(TX, pos)
#define recycled(count)			vchiq_shared_recycled(TX, count)
#define recycled_slot(index, slot)	vchiq_shared_recycled_slot(TX, index, slot)
#define peer_tx(pos)			vsh_peer_tx_pos(RX, pos)
#define peer_slot(index, slot)		slot = given[(index) % NR_SLOTS]
#define give_back(count, slot)		\
	given[(count) % NR_SLOTS] = slot; vsh_recycle_slot(RX, count, slot)
#else
#define publish(pos)			vsh_publish_tx_pos(TX, pos)
#define recycled(count)			vsh_recycled_count(TX, count)
#define recycled_slot(index, slot)	vsh_recycled_slot(TX, index, slot)
#define peer_tx(pos)			vchiq_shared_peer_tx(RX, pos)
#define peer_slot(index, slot)		vchiq_shared_peer_slot(RX, index, slot)
#define give_back(count, slot)		vchiq_shared_give_back(RX, count, slot)
#endif

/* A header tells the kind of message; in the model also what position it is for. */
#define ONE		1
#define TWO		2
#define PADDING		3
#define HEADER_OF(pos, kind)	((pos) * 4 + (kind) + 1)
#define PAYLOAD_OF(pos)		((pos) + 1)

byte end_pos = 255;		/* where the last message ended */
bool at_receiver[NR_SLOTS];	/* from the slot's first message to its return */

/* -----------------------------------------------------------------------------
 * Transmitting
 */

/* Whose number comes back must have been sent: as vchiq_tx_take_back() has it. */
inline take_back()
{
	recycled(count);
	do
	:: available != count ->
		recycled_slot(available, slot);
		assert(is_sent[slot]);
		is_sent[slot] = false;
		ring[available % NR_SLOTS] = slot;
		available++
	:: else -> break
	od;
	slot = 0;
	count = 0
}

inline advance(units)
{
	pos = pos + units;
	if
	:: pos % SLOT_UNITS == 0 -> is_sent[cur] = true
	:: else
	fi
}

inline reserve()
{
	if
	:: pos % SLOT_UNITS && units > SLOT_UNITS - pos % SLOT_UNITS ->
		store(TX, HEADER(cur, pos % SLOT_UNITS), HEADER_OF(pos, PADDING));
		advance(1);
#ifndef NO_FLUSH
		publish(pos)
#endif
	:: else
	fi;
	if
	:: pos % SLOT_UNITS == 0 ->
		do
		:: started == available && mem[SLOT_QUEUE_RECYCLE] != available ->
			take_back()
		:: started != available -> break
		od;
		cur = ring[started % NR_SLOTS];
		started++;
		assert(!at_receiver[cur]);
		at_receiver[cur] = true
	:: else
	fi
}

proctype transmitter()
{
	byte k, pos, cur, slot, count, nr, units;
	byte started, available = NR_SLOTS;
	byte ring[NR_SLOTS];
	bool is_sent[NR_SLOTS];

	ring[1] = 1;
	do
	:: nr < NR_MSGS ->
		if
		:: units = ONE
		:: units = TWO
		fi;
		reserve();
		store(TX, PAYLOAD(cur, pos % SLOT_UNITS + units - 1), PAYLOAD_OF(pos));
		store(TX, HEADER(cur, pos % SLOT_UNITS), HEADER_OF(pos, units));
		advance(units);
		publish(pos);
		units = 0;
		nr++
	:: else -> break
	od;
	end_pos = pos
}

/* -----------------------------------------------------------------------------
 * Receiving
 */

/* Ours until we say so; the words come after. */
inline return_slot(s)
{
	at_receiver[s] = false;
	give_back(count, s);
	count++
}

/*
 * A client may hold a message, and so its slot, until the next slot is read to
 * its end; then they go back in either order.
 */
inline finish_slot()
{
	if
	:: !is_holding ->
		if
		:: is_holding = true; held = cur
		:: return_slot(cur)
		fi
	:: else ->
		is_holding = false;
		if
		:: return_slot(cur); return_slot(held)
		:: return_slot(held); return_slot(cur)
		fi;
		held = 0
	fi;
	cur = 0
}

inline receive_one()
{
	if
	:: pos % SLOT_UNITS == 0 -> peer_slot(pos / SLOT_UNITS, cur)
	:: else
	fi;
	load(RX, HEADER(cur, pos % SLOT_UNITS), header);
	assert(header && (header - 1) / 4 == pos);
	if
	:: (header - 1) % 4 == PADDING -> pos++
	:: else ->
		load_late(RX, PAYLOAD(cur, pos % SLOT_UNITS + (header - 1) % 4 - 1),
			  PAYLOAD_OF(pos));
		pos = pos + (header - 1) % 4
	fi;
	header = 0;
	if
	:: pos % SLOT_UNITS == 0 -> finish_slot()
	:: else
	fi
}

proctype receiver()
{
	byte k, pos, avail, cur, held, header;
	byte count = NR_SLOTS;
	bool is_holding;
#ifdef TO_FIRMWARE
	byte given[NR_SLOTS];

	given[1] = 1;
#endif
	do
	:: mem[TX_POS] != pos ->
		peer_tx(avail);
		do
		:: pos != avail -> receive_one()
		:: else -> break
		od;
		avail = 0
	:: end_pos == pos -> break
	od;
	use_late(RX)
}

/* Everything that setup.pml is about was seen by both. */
inline word_init(w, v)
{
	mem[w] = v;
	if
	:: READS(TX, w) -> cpu[TX].seen[w] = v
	:: else
	fi;
	if
	:: READS(RX, w) -> cpu[RX].seen[w] = v
	:: else
	fi
}

init {
	atomic {
		cpu_init(TX);
		cpu_init(RX);
		word_init(SLOT_QUEUE(1), 1);
		word_init(SLOT_QUEUE_RECYCLE, NR_SLOTS);
		run buffer(TX);
		run buffer(RX);
		run transmitter();
		run receiver()
	}
}
