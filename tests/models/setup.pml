/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Case J: each side lays out its words, then says that they are there. Who sees
 * the flag of the other sees them.
 *
 *	default		the firmware's flag, read by the host
 *	-DTO_FIRMWARE	the host's flag, read by the firmware
 *
 * Copyright (C) 2026 vc-media project
 */

#define INITIALISED	0
#define LAYOUT(n)	(1 + (n))
#define NR_LAYOUT	2
#define NR_WORDS	(1 + NR_LAYOUT)
/* Not in this model. */
#define ARMED(e)	NO_WORD
#define FIRED(e)	NO_WORD

#define OWNER		0
#define PEER		1
#define NR_CPUS		2
#define READS(c, w)	(c == PEER)

#include "memory.pml"
#include "barriers.pml"
#include "host.pml"
#include "firmware.pml"

proctype owner()
{
	byte k;

	store(OWNER, LAYOUT(0), 7);
	store(OWNER, LAYOUT(1), 8);
#ifdef TO_FIRMWARE
	vchiq_shared_set_initialised(OWNER)
#else
	vsh_publish_initialised(OWNER)
#endif
}

proctype peer()
{
	byte k, flag, word;

	mem[INITIALISED];
#ifdef TO_FIRMWARE
	vsh_initialised(PEER, flag);
#else
	vchiq_shared_peer_initialised(PEER, flag);
#endif
	if
	:: flag ->
		load(PEER, LAYOUT(0), word);
		assert(word == 7);
		load(PEER, LAYOUT(1), word);
		assert(word == 8)
	:: else
	fi
}

init {
	atomic {
		cpu_init(OWNER);
		cpu_init(PEER);
		run buffer(OWNER);
		run owner();
		run peer()
	}
}
