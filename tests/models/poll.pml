/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who waits for the firmware does the work of the host's thread while that sleeps.
 * The event has one holder at a time, and all that was said of the thread in
 * event.pml must hold of whoever holds it: nothing may be left pending while nobody
 * looks and no bell will be rung.
 *
 * The waiter leaves the event armed, or, if it expects to be back soon, as it is: then a
 * timer has the thread arm it.
 *
 *	-DTAKE_UNASKED		the waiter does not ask whether somebody holds the event
 *	-DLEAVE_UNSEEN		the waiter does not look again after arming
 *	-DLEAVE_EARLY		that look is done before the event is given up
 *	-DLEAVE_UNTIMED		no timer when the event is left disarmed
 *
 * Copyright (C) 2026 vc-media project
 */

#ifndef NR_MSGS
#define NR_MSGS		2
#endif
#ifndef NR_BORROWS
#define NR_BORROWS	1
#endif

#define ARMED(e)	(e)
#define FIRED(e)	(e + 1)
#define TX_POS		2
#define BELL		3
#define NR_WORDS	4
#define TRIGGER		0
/* Not in this model. */
#define INITIALISED	NO_WORD

#define HOST		0	/* the thread */
#define IRQ		1	/* the interrupt handler */
#define WAITER		2	/* who waits */
#define FW		3
#define NR_CPUS		4
#define READS(c, w)	((c == FW) -> (w == ARMED(TRIGGER)) : \
			 ((c == IRQ) -> w <= FIRED(TRIGGER) : \
			  (w == FIRED(TRIGGER) || w == TX_POS)))

/* R5, whoever acknowledges. */
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

#define NOBODY	255

byte holder = HOST;	/* vchiq_worker.holder */
bool is_armed;		/* vchiq_worker.is_armed */
bool kicked;		/* vchiq_worker.kicked */
bool timed;		/* vchiq_worker.rearm is pending */
bool woken;		/* the thread was woken since it went on the wait queue */
byte pos;		/* the holder's */

proctype sender()
{
	byte k, sent;
	bool armed;

	do
	:: sent < NR_MSGS ->
		sent++;
		vsh_publish_tx_pos(FW, sent);
		vcq_signal(FW, TRIGGER, armed);
		if
		:: armed -> store(FW, BELL, 1)
		:: else
		fi;
		armed = false
	:: else -> break
	od
}

/* As in event.pml. */
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

proctype interrupt()
{
	byte k;
	bool fired;

end:	do
	:: bell ->
		bell = 0;
		G_HOST_BELL(IRQ);
		vchiq_event_is_awaited(IRQ, TRIGGER, fired);
		if
		:: fired -> wake_up()
		:: else
		fi;
		fired = false
	od
}

/* vchiq_worker_rearm(): while somebody holds the event it waits on. */
proctype timer()
{
end:	do
	:: atomic { timed && holder == NOBODY -> timed = false };
		kicked = true;
		wake_up()
	od
}

/* vchiq_worker_take(): who takes it sees what the one before had seen. */
inline take(c, taken)
{
	atomic {
		if
		:: holder == NOBODY -> holder = c; refresh(c); taken = true
		:: else -> taken = false
		fi
	}
}

inline disarm(c)
{
	if
	:: is_armed -> is_armed = false; vchiq_event_disarm(c, TRIGGER)
	:: else
	fi
}

/*
 * smp_store_mb(): who found the event held before has seen nothing that we do not see
 * after it.
 */
inline set_nobody(c)
{
#ifdef LEAVE_EARLY
	holder = NOBODY
#else
	atomic { holder = NOBODY; refresh(c) }
#endif
}

/* vchiq_worker_let_go() */
inline let_go(c)
{
	is_armed = true;
	vchiq_event_arm(c, TRIGGER);
	set_nobody(c)
}

/* vchiq_event_ack(), vchiq_rx_run() */
inline ack_and_run(c)
{
	assert(holder == c);
	vchiq_event_ack(c, TRIGGER);
	vchiq_shared_peer_tx(c, now_at);
	if
	:: now_at > pos -> pos = now_at
	:: else
	fi;
	now_at = 0
}

/* vchiq_worker_due() of the thread */
inline is_due(to)
{
	vchiq_event_is_fired(HOST, TRIGGER, to);
	to = to || kicked
}

/* vchiq_worker_thread(); it may sleep for good once all was received. */
proctype thread()
{
	byte k, now_at;
	bool due, taken;

	do
	:: true ->
		is_due(due);
		if
		:: due
		:: else ->
			let_go(HOST);
			do
			:: prepare_to_wait();
				is_due(due);
				if
				:: due -> take(HOST, taken)
				:: else
				fi;
				if
				:: taken -> break
				:: else
				fi;
				if
				:: atomic { woken -> refresh(HOST); woken = false }
				:: atomic { pos == NR_MSGS && !kicked -> goto done }
				fi
			od;
			taken = false;
			disarm(HOST)
		fi;
		due = false;
		kicked = false;
		ack_and_run(HOST)
	od;
done:	skip
}

/* vchiq_poll(): looks once or not at all, which is what may go wrong. */
proctype waiter()
{
	byte k, now_at, n;
	bool fired, taken;

	do
	:: n < NR_BORROWS ->
		n++;
#ifdef TAKE_UNASKED
		holder = WAITER;
		taken = true;
#else
		take(WAITER, taken);
#endif
		if
		:: !taken
		:: else ->
			disarm(WAITER);
			if
			:: true ->
				vchiq_event_is_fired(WAITER, TRIGGER, fired);
				if
				:: fired -> ack_and_run(WAITER)
				:: else
				fi
			:: true
			fi;
			fired = false;
			if
			:: true ->
				let_go(WAITER);
#ifndef LEAVE_UNSEEN
				vchiq_event_is_fired(WAITER, TRIGGER, fired)
#endif
			:: true ->
				vchiq_event_pass(WAITER);
				set_nobody(WAITER);
#ifndef LEAVE_UNTIMED
				timed = true
#endif
			fi;
			fired = fired || kicked;
			if
			:: fired -> wake_up()
			:: else
			fi;
			fired = false
		fi;
		taken = false
	:: else -> break
	od
}

init {
	atomic {
		cpu_init(HOST);
		cpu_init(IRQ);
		cpu_init(WAITER);
		cpu_init(FW);
		run buffer(HOST);
		run buffer(WAITER);
		run buffer(FW);
		run interrupt();
		run timer();
		run sender();
		run thread();
		run waiter()
	}
}
