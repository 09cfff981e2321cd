/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A weak memory for Spin: what processors without an order of their own, such
 * as those of a Pi, may do with plain loads and stores of shared words.
 *
 * A program includes this after defining
 *
 *	NR_CPUS, NR_WORDS	processors and shared words, numbered from 0
 *	READS(c, w)		whether processor c ever loads word w
 *	ON_STORE(c, w, v)	statements run when a store takes effect; may assert
 *
 * and runs one buffer(c) for each processor that stores. There is one memory, as
 * on ARM: a store takes effect for all others at once (multi-copy atomicity).
 * Which reorderings there are, and how:
 *
 *	store, store	Stores wait in a buffer, which takes effect in any order;
 *			only stores to one word, and those with a write barrier
 *			in between, keep theirs.
 *	store, load	A load does not wait for the buffer. It sees the newest
 *			buffered store to the same word.
 *	load, load	A load may have been done early. It returns any value that
 *			the word had since the last load barrier, but never an
 *			older one than a load of the same word did before. So
 *			even a load whose address comes from an earlier one, or
 *			that is behind a branch on it, may have been done first.
 *	load, store	load_late() may be done late: at any time until it is
 *			needed, or a barrier comes. Loads whose value decides a
 *			branch are never done after the stores behind it: that is
 *			the one dependency that is relied upon.
 *
 * With these, every execution of a program whose instructions are done in any
 * order that barriers, same-word pairs and load-to-store control dependencies
 * allow is one of the model. If @t is when the load that a store depends on was
 * done, put the load there in program order; loads before it in the program
 * that were done later decide no branch (else the store would wait for them) and
 * are the late ones; loads behind it that were done earlier are the early ones.
 *
 * Why an early load needs no history: a value that is looked at late enough to
 * be old is kept in @seen. Whenever a store takes effect, each reader either
 * takes it over or not; whenever a reader loads, it either takes over what is
 * in memory or not.
 *
 * Copyright (C) 2026 vc-media project
 */

#ifndef NR_BUF
#define NR_BUF		4		/* a full buffer makes its processor wait */
#endif
#ifndef ON_STORE
#define ON_STORE(c, w, v)	skip
#endif

#define NO_WORD		255

typedef cpu_state {
	byte seen[NR_WORDS];	/* what a load may return, besides what is in memory */
	byte nr;		/* stores in the buffer, oldest first */
	byte word[NR_BUF];
	byte val[NR_BUF];
	bool behind[NR_BUF];	/* a write barrier came before this store */
	bool split;		/* a write barrier came after the last store */
	byte late;		/* word that a load is still to be done of, or NO_WORD */
	byte want;		/* the value that load has to return */
}

byte mem[NR_WORDS];
cpu_state cpu[NR_CPUS];

/* -----------------------------------------------------------------------------
 * The buffer
 */

/* Take store @i out of the buffer of @c; the rest moves up. */
inline buffer_remove(c, i)
{
	cpu[c].nr--;
	k = i;
	do
	:: k < cpu[c].nr ->
		cpu[c].word[k] = cpu[c].word[k + 1];
		cpu[c].val[k] = cpu[c].val[k + 1];
		cpu[c].behind[k] = cpu[c].behind[k + 1];
		k++
	:: else -> break
	od;
	cpu[c].word[k] = 0;
	cpu[c].val[k] = 0;
	cpu[c].behind[k] = 0;
	/* Nothing is left for the first, or the next, to be behind of. */
	cpu[c].behind[0] = 0;
	if
	:: cpu[c].nr == 0 -> cpu[c].split = 0
	:: else
	fi;
	k = 0
}

/* Each other reader of @w may take the new value over now. */
inline memory_offer(c, w, v)
{
	k = 0;
	do
	:: k < NR_CPUS ->
		/* A late load may be done just now. */
		assert(cpu[k].late != w || cpu[k].want == v);
		if
		:: k != c && READS(k, w) && cpu[k].seen[w] != v -> cpu[k].seen[w] = v
		:: true
		fi;
		k++
	:: else -> break
	od;
	k = 0
}

/* Store @i of the buffer takes effect. */
inline buffer_drain(c, i)
{
	w = cpu[c].word[i];
	v = cpu[c].val[i];
	buffer_remove(c, i);
	mem[w] = v;
	if
	:: READS(c, w) -> cpu[c].seen[w] = v
	:: else
	fi;
	ON_STORE(c, w, v);
	memory_offer(c, w, v);
	w = 0;
	v = 0
}

/* Nothing to wait for: no barrier up to store i, no older store to its word. */
#define HAS(c, i)	(cpu[c].nr > i)
#define IS_OTHER(c, i, j)	(cpu[c].word[i] != cpu[c].word[j])
#define MAY_DRAIN_0(c)	HAS(c, 0)
#define MAY_DRAIN_1(c)	(HAS(c, 1) && !cpu[c].behind[1] && IS_OTHER(c, 1, 0))
#define MAY_DRAIN_2(c)	(HAS(c, 2) && !cpu[c].behind[1] && !cpu[c].behind[2] && \
			 IS_OTHER(c, 2, 0) && IS_OTHER(c, 2, 1))
#define MAY_DRAIN_3(c)	(HAS(c, 3) && !cpu[c].behind[1] && !cpu[c].behind[2] && \
			 !cpu[c].behind[3] && IS_OTHER(c, 3, 0) && \
			 IS_OTHER(c, 3, 1) && IS_OTHER(c, 3, 2))

#if NR_BUF != 4
#error "one MAY_DRAIN_ for each store that the buffer holds"
#endif

/* What takes effect outside of the program: buffered stores and late loads. */
proctype buffer(byte c)
{
	byte k, v, w;

end:	do
	:: atomic { MAY_DRAIN_0(c) -> buffer_drain(c, 0) }
	:: atomic { MAY_DRAIN_1(c) -> buffer_drain(c, 1) }
	:: atomic { MAY_DRAIN_2(c) -> buffer_drain(c, 2) }
	:: atomic { MAY_DRAIN_3(c) -> buffer_drain(c, 3) }
	od
}

/* -----------------------------------------------------------------------------
 * Accesses
 */

inline store(c, w, v)
{
	atomic {
		cpu[c].nr < NR_BUF ->
		cpu[c].word[cpu[c].nr] = w;
		cpu[c].val[cpu[c].nr] = v;
		cpu[c].behind[cpu[c].nr] = cpu[c].split;
		cpu[c].split = 0;
		cpu[c].nr++
	}
}

#define BUFFERED(c, i, w)	(cpu[c].nr > i && cpu[c].word[i] == w)

inline load(c, w, to)
{
	atomic {
		if
		:: BUFFERED(c, 3, w) -> to = cpu[c].val[3]
		:: !BUFFERED(c, 3, w) && BUFFERED(c, 2, w) -> to = cpu[c].val[2]
		:: !BUFFERED(c, 3, w) && !BUFFERED(c, 2, w) && BUFFERED(c, 1, w) ->
			to = cpu[c].val[1]
		:: !BUFFERED(c, 3, w) && !BUFFERED(c, 2, w) && !BUFFERED(c, 1, w) &&
		   BUFFERED(c, 0, w) ->
			to = cpu[c].val[0]
		:: else ->
			if
			:: cpu[c].seen[w] != mem[w] -> to = cpu[c].seen[w]
			:: true ->
				cpu[c].seen[w] = mem[w];
				to = mem[w]
			fi
		fi
	}
}

/* The late load is done at last. */
inline late_finish(c)
{
	if
	:: cpu[c].late != NO_WORD ->
		assert(mem[cpu[c].late] == cpu[c].want);
		cpu[c].seen[cpu[c].late] = mem[cpu[c].late];
		cpu[c].late = NO_WORD;
		cpu[c].want = 0
	:: else
	fi
}

/*
 * A load whose value decides nothing but has to be @v. One at a time: a second
 * one waits for the first.
 */
inline load_late(c, w, v)
{
	atomic {
		late_finish(c);
		if
		:: assert(cpu[c].seen[w] == v)		/* was done early */
		:: cpu[c].late = w; cpu[c].want = v
		fi
	}
}

/* Its value is needed. */
inline use_late(c)
{
	atomic { late_finish(c) }
}

inline cpu_init(c)
{
	cpu[c].late = NO_WORD
}

/* -----------------------------------------------------------------------------
 * Barriers
 */

inline refresh(c)
{
	k = 0;
	do
	:: k < NR_WORDS && READS(c, k) -> cpu[c].seen[k] = mem[k]; k++
	:: k < NR_WORDS && !READS(c, k) -> k++
	:: k == NR_WORDS -> break
	od;
	k = 0
}

/* Everything before, before everything after. */
inline mb(c)
{
	atomic {
		cpu[c].nr == 0 ->
		late_finish(c);
		refresh(c)
	}
}

/* Stores before stores. */
inline wmb(c)
{
	atomic { cpu[c].split = (cpu[c].nr > 0) }
}

/* Loads before loads and stores, as "dsb ld" and acquire fences have it. */
inline rmb(c)
{
	atomic {
		late_finish(c);
		refresh(c)
	}
}

/* Loads and stores before stores. */
inline release(c)
{
	atomic {
		late_finish(c);
		cpu[c].split = (cpu[c].nr > 0)
	}
}

/* All but stores before loads. */
inline acqrel(c)
{
	atomic {
		late_finish(c);
		cpu[c].split = (cpu[c].nr > 0);
		refresh(c)
	}
}

/* A barrier that was taken away. */
inline none(c)
{
	skip
}
