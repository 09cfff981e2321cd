/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What memory.pml allows: two processors of two accesses each with a barrier in
 * between, for each pair of barriers. A run prints the pairs with which the bad
 * outcome is possible; tests/models/run compares them with the file "shapes", so
 * that a memory that is stronger or weaker than we think does not go unseen.
 *
 *	SB	x = 1; y?	y = 1; x?	both read 0	(case A)
 *	R	x = 1; y = 1	y = 2; x?	y is 2, x was 0	(case B)
 *	MP	x = 1; y = 1	y?; x?		1, then 0	(cases C, D, F, G, J)
 *	LB	x?; y = 1	y?; x = 1	x was 1, and y	(case E)
 *	S	x = 2; y = 1	y?; x = 1	1, x stays 2	(case H)
 *	W	x = 1; y = 2	y = 1; x = 2	1 stays in both
 *
 * Copyright (C) 2026 vc-media project
 */

#define NR_CPUS		2
#define NR_WORDS	2
#define READS(c, w)	true

#include "memory.pml"

#define X	0
#define Y	1

#define SB	0
#define R	1
#define MP	2
#define LB	3
#define S	4
#define W	5

#define NONE	0
#define STORES	1
#define LOADS	2
#define FULL	3

byte shape, barrier[NR_CPUS];
byte saw[NR_CPUS];
byte nr_done;

c_decl {
	static const char *shapes[] = { "SB", "R", "MP", "LB", "S", "W" };
	static const char *barriers[] = { "none", "stores", "loads", "full" };
	static unsigned char printed[6][4][4];
}

inline between(c)
{
	if
	:: barrier[c] == NONE
	:: barrier[c] == STORES -> wmb(c)
	:: barrier[c] == LOADS -> rmb(c)
	:: barrier[c] == FULL -> mb(c)
	fi
}

inline choose(b)
{
	if
	:: b = NONE
	:: b = STORES
	:: b = LOADS
	:: b = FULL
	fi
}

byte saw_x;

proctype first()
{
	byte k;

	if
	:: shape == SB -> store(0, X, 1); between(0); load(0, Y, saw[0])
	:: shape == R || shape == MP -> store(0, X, 1); between(0); store(0, Y, 1)
	:: shape == S -> store(0, X, 2); between(0); store(0, Y, 1)
	:: shape == W -> store(0, X, 1); between(0); store(0, Y, 2)
	:: shape == LB ->
		if
		:: load(0, X, saw[0]); between(0); store(0, Y, 1)
		:: barrier[0] == NONE || barrier[0] == STORES ->
			between(0);
			store(0, Y, 1);
			load(0, X, saw[0])
		fi
	fi;
	nr_done++
}

proctype second()
{
	byte k;

	if
	:: shape == SB -> store(1, Y, 1); between(1); load(1, X, saw[1])
	:: shape == R -> store(1, Y, 2); between(1); load(1, X, saw[1])
	:: shape == MP -> load(1, Y, saw[1]); between(1); load(1, X, saw_x)
	:: shape == W -> store(1, Y, 1); between(1); store(1, X, 2)
	:: shape == LB || shape == S ->
		/* The store depends on nothing that was loaded. */
		if
		:: load(1, Y, saw[1]); between(1); store(1, X, 1)
		:: barrier[1] == NONE || barrier[1] == STORES ->
			between(1);
			store(1, X, 1);
			load(1, Y, saw[1])
		fi
	fi;
	nr_done++
}

#define BAD	((shape == SB && !saw[0] && !saw[1]) || \
		 (shape == R && mem[Y] == 2 && !saw[1]) || \
		 (shape == MP && saw[1] == 1 && !saw_x) || \
		 (shape == LB && saw[0] == 1 && saw[1] == 1) || \
		 (shape == S && saw[1] == 1 && mem[X] == 2) || \
		 (shape == W && mem[X] == 1 && mem[Y] == 1))

init {
	atomic {
		if
		:: shape = SB
		:: shape = R
		:: shape = MP
		:: shape = LB
		:: shape = S
		:: shape = W
		fi;
		choose(barrier[0]);
		choose(barrier[1]);
		cpu_init(0);
		cpu_init(1);
		run buffer(0);
		run buffer(1);
		run first();
		run second()
	}
	nr_done == 2 && cpu[0].nr == 0 && cpu[1].nr == 0;
	if
	:: BAD ->
		c_code {
			if (!printed[now.shape][now.barrier[0]][now.barrier[1]]++)
				printf("allowed: %s %s %s\n", shapes[now.shape],
				       barriers[now.barrier[0]],
				       barriers[now.barrier[1]]);
		}
	:: else
	fi
}
