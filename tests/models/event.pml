/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cases A, B, F, G and K: a side sleeps until its event is fired, the other
 * publishes positions, fires and rings. Nothing may be left pending while the
 * receiver sleeps: then all would wait for ever, which Spin reports as an invalid
 * end state.
 *
 *	default		the firmware sends, the host's thread receives; its
 *			interrupt handler and a thread that kicks it locally run
 *			on processors of their own
 *	-DTO_FIRMWARE	two threads of the host send, the firmware receives
 *
 *	-DK_HANDLER_WRITES	the handler fires and disarms before it wakes
 *	-DK_KICK_WRITES		so does the one who kicks
 *	-DG_LOOK_FIRST		the handler looks at the event before it takes the bell
 *	-DRING_ALWAYS		the sender does not ask whether the bell is wanted (F)
 *
 * Copyright (C) 2026 vc-media project
 */

#ifndef NR_MSGS
#define NR_MSGS		3
#endif
#ifndef NR_KICKS
#define NR_KICKS	1
#endif

/* Words. One event, one position, and the doorbell's way through the buffers. */
#define ARMED(e)	(e)
#define FIRED(e)	(e + 1)
#define TX_POS		2
#define BELL		3
#define NR_WORDS	4
#define TRIGGER		0
/* Not in this model. */
#define INITIALISED	NO_WORD

#ifdef TO_FIRMWARE

#define HOST		0	/* a sender */
#define HOST_2		1	/* another one */
#define FW		2
#define NR_CPUS		3
#define READS(c, w)	((c == FW) -> (w == FIRED(TRIGGER) || w == TX_POS) : \
			 (w <= FIRED(TRIGGER)))

#else

#define HOST		0	/* the receiver */
#define IRQ		1	/* its interrupt handler */
#define KICK		2	/* who kicks it */
#define FW		3
#define NR_CPUS		4
#define READS(c, w)	((c == FW) -> (w == ARMED(TRIGGER)) : \
			 ((c == HOST) -> (w == FIRED(TRIGGER) || w == TX_POS) : \
			  (c == IRQ && w <= FIRED(TRIGGER))))

#endif

/*
 * The bell is read-to-clear. R5: a receiver that has acknowledged is awake and
 * not armed, so that no bell is rung for it.
 */
#define ON_STORE(c, w, v)						\
	if								\
	:: w == BELL -> bell = 1; mem[BELL] = 0				\
	:: w == FIRED(TRIGGER) && v == 0 -> assert(!mem[ARMED(TRIGGER)]) \
	:: else								\
	fi

bool bell;		/* rung and not acknowledged */

#include "memory.pml"
#include "barriers.pml"
#include "host.pml"
#include "firmware.pml"

#ifdef TO_FIRMWARE

/* -----------------------------------------------------------------------------
 * vchiq_tx_send(): publishes under the transmit lock, signals without it.
 */

byte sent;
bool locked;

/* A lock is seen free after what was stored under it: so are their positions. */
#define STORES_POS(c)	((cpu[c].nr > 0 && cpu[c].word[0] == TX_POS) || \
			 (cpu[c].nr > 1 && cpu[c].word[1] == TX_POS) || \
			 (cpu[c].nr > 2 && cpu[c].word[2] == TX_POS) || \
			 (cpu[c].nr > 3 && cpu[c].word[3] == TX_POS))

proctype sender(byte c; byte nr)
{
	byte k;
	bool armed;

	do
	:: nr > 0 ->
		atomic {
			!locked && !STORES_POS(1 - c) -> locked = true;
			sent++
		}
		vchiq_shared_publish_tx(c, sent);
		locked = false;
		vchiq_event_signal(c, TRIGGER, armed);
		if
#ifdef RING_ALWAYS
		:: store(c, BELL, 1)
#else
		:: armed -> store(c, BELL, 1)
		:: else
#endif
		fi;
		armed = false;
		nr--
	:: else -> break
	od
}

/*
 * firmware_thread(): polls, and sleeps when there was nothing to do. The bell
 * that wakes it is a flag under a lock that on_doorbell() takes.
 */
proctype receiver()
{
	byte k, pos;
	bool fired;

	do
	:: pos == NR_MSGS -> break
	:: else ->
		/* take_posts() */
		atomic {
			if
			:: bell -> bell = 0; refresh(FW)
			:: else
			fi
		}
		vsh_event_take(FW, TRIGGER, fired);
		if
		:: fired -> vsh_peer_tx_pos(FW, pos)
		:: else ->
			vsh_event_arm(FW, TRIGGER);
			vsh_events_armed(FW);
			vsh_event_is_fired(FW, TRIGGER, fired);
			if
			:: fired
			:: else -> bell
			fi;
			vsh_event_disarm(FW, TRIGGER);
			vsh_events_disarmed(FW)
		fi;
		fired = false
	od
}

init {
	atomic {
		cpu_init(HOST);
		cpu_init(HOST_2);
		cpu_init(FW);
		run buffer(HOST);
		run buffer(HOST_2);
		run buffer(FW);
		run sender(HOST, NR_MSGS - 1);
		run sender(HOST_2, 1);
		run receiver()
	}
}

#else /* to the host */

/* -----------------------------------------------------------------------------
 * The firmware
 */

proctype sender()
{
	byte k, pos;
	bool armed;

	do
	:: pos < NR_MSGS ->
		pos++;
		vsh_publish_tx_pos(FW, pos);
		vcq_signal(FW, TRIGGER, armed);
		if
#ifdef RING_ALWAYS
		:: store(FW, BELL, 1)
#else
		:: armed -> store(FW, BELL, 1)
		:: else
#endif
		fi;
		armed = false
	:: else -> break
	od
}

/* -----------------------------------------------------------------------------
 * The host. What its processors share among each other, they share in order, but
 * that orders nothing towards the firmware: the barriers of wait queues and locks
 * are of the smp_ kind.
 */

bool kicked;		/* vchiq_worker.kicked */
bool woken;		/* the task was woken since it went on the wait queue */
byte wanted, handled;	/* what the kicks were for */

/*
 * wake_up(). A task that is woken, or finds that it was when it takes the queue's
 * lock, sees what the other had seen.
 */
inline wake_up()
{
	woken = true
}

inline prepare_to_wait()
{
	atomic {
		if
		:: woken -> refresh(HOST); woken = false
		:: else
		fi
	}
}

inline schedule()
{
	atomic { woken -> refresh(HOST); woken = false }
}

inline fire_and_disarm(c)
{
	store(c, FIRED(TRIGGER), 1);
	store(c, ARMED(TRIGGER), 0)
}

proctype interrupt()
{
	byte k;
	bool fired;

end:	do
	:: bell ->
#ifdef G_LOOK_FIRST
		vchiq_event_is_fired(IRQ, TRIGGER, fired);
		bell = 0;
#else
		bell = 0;
		G_HOST_BELL(IRQ);
		/* It may look at armed, too: who is not armed looks by himself. */
		if
		:: true -> vchiq_event_is_fired(IRQ, TRIGGER, fired)
		:: true -> vchiq_event_is_awaited(IRQ, TRIGGER, fired)
		fi;
#endif
#ifdef K_HANDLER_WRITES
		fire_and_disarm(IRQ);
		fired = true;
#endif
		/* vchiq_worker_hear() */
		if
		:: fired -> wake_up()
		:: else
		fi;
		fired = false
	od
}

/* vchiq_worker_kick() */
proctype kick()
{
	byte k;

	do
	:: wanted < NR_KICKS ->
		wanted++;
#ifdef K_KICK_WRITES
		fire_and_disarm(KICK);
#else
		kicked = true;
#endif
		wake_up()
	:: else -> break
	od
}

/* vchiq_worker_due() */
inline is_due(to)
{
	vchiq_event_is_fired(HOST, TRIGGER, to);
	to = to || kicked
}

/* vchiq_rx_run() */
inline run_rx()
{
	do
	:: vchiq_shared_peer_tx(HOST, now_at);
		if
		:: now_at == pos -> break
		:: else -> pos = now_at
		fi
	od;
	now_at = 0
}

/* vchiq_worker_wait(), vchiq_worker_thread() */
proctype receiver()
{
	byte k, pos, now_at;
	bool due;

	do
	:: pos == NR_MSGS && handled == NR_KICKS -> break
	:: else ->
		is_due(due);
		if
		:: due
		:: else ->
			vchiq_event_arm(HOST, TRIGGER);
			do
			:: prepare_to_wait();
				is_due(due);
				if
				:: due -> break
				:: else -> schedule()
				fi
			od;
			vchiq_event_disarm(HOST, TRIGGER)
		fi;
		due = false;
		kicked = false;
		vchiq_event_ack(HOST, TRIGGER);
		handled = wanted;
		run_rx()
	od
}

init {
	atomic {
		cpu_init(HOST);
		cpu_init(IRQ);
		cpu_init(KICK);
		cpu_init(FW);
		run buffer(HOST);
#ifdef K_HANDLER_WRITES
		run buffer(IRQ);
#endif
#ifdef K_KICK_WRITES
		run buffer(KICK);
#endif
		run buffer(FW);
		run interrupt();
		run kick();
		run sender();
		run receiver()
	}
}

#endif /* to the host */
