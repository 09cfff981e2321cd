/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A firmware that misbehaves, for tests of its host. What it does follows from a
 * seed, so that it can be done again; when it does it follows from the host, too.
 *
 * Mild: everything is legal, and at the worst moment. Hostile: violations of the
 * protocol as well. Firmware thread.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_VCHIQ_CHAOS_H
#define VIDEOCORED_VCHIQ_CHAOS_H

#include <stdbool.h>
#include <stdint.h>

#include <videocore/vchiq.h>

#include "firmware.h"

struct json_object;
struct vcq_connection;

/* What a hostile firmware does. */
enum vcq_deed {
	/* Messages; each is one of a batch. */
	VCQ_DEED_DATA,		/* to any port, of any service */
	VCQ_DEED_OPENACK,	/* for nobody, or twice */
	VCQ_DEED_CLOSE,		/* storms of it */
	VCQ_DEED_CONNECT,	/* again */
	VCQ_DEED_DONE,		/* without a bulk, of any length */
	VCQ_DEED_BULK,		/* BULK_RX and BULK_TX are the host's */
	VCQ_DEED_RESUME,	/* without PAUSE */
	VCQ_DEED_USE,		/* and RELEASE, unbalanced */
	VCQ_DEED_OPEN,		/* short, unknown, of no version */
	VCQ_DEED_TYPE,		/* there is no such type, or it is the host's */
	VCQ_NR_MESSAGE_DEEDS,
	/* Rare, as they are the end of the connection or may be. */
	VCQ_DEED_SIZE = VCQ_NR_MESSAGE_DEEDS, /* a header lies about it */
	VCQ_DEED_POSITION,	/* tx_pos is anywhere */
	VCQ_DEED_SLOT,		/* one that is not the host's is given back */
	VCQ_DEED_SLOT_TWICE,	/* one is given back twice */
	VCQ_DEED_COUNT,		/* the count grows, no slot comes */
	VCQ_DEED_SYNC,		/* garbage in the synchronous slot */
	VCQ_DEED_DONE_TWICE,
	VCQ_DEED_DONE_NOT,
	VCQ_DEED_BELL_LOST,
	VCQ_DEED_EVENT,		/* words of an event that are the host's */
	VCQ_NR_DEEDS,
};

/**
 * struct vcq_chaos - the generator and what it has done
 * @config: what was asked for
 * @is_on: it misbehaves
 * @random: state of the generator
 * @tick: what happens without the host
 * @held: slots of the host that are given back later, in another order
 * @nr_held: how many
 * @owes_bell: a doorbell that is rung late
 * @is_pausing: until the next tick
 * @seen: progress of the host at @seen_ns
 * @seen_ns: when it last made any
 * @counted: what the connection had counted when we looked
 * @messages: sent and received while it was on
 * @violations: how often it did what is forbidden
 * @restarts: fresh firmwares after the end of a connection
 * @deeds: by kind
 */
struct vcq_chaos {
	struct vc_chaos_config config;
	bool is_on;
	uint64_t random;
	struct fw_timer tick;
	uint8_t held[VCHIQ_MAX_SLOTS_PER_SIDE];
	unsigned int nr_held;
	bool owes_bell;
	bool is_pausing;
	uint64_t seen;
	uint64_t seen_ns;
	uint64_t counted;
	uint64_t messages;
	uint64_t violations;
	uint64_t restarts;
	uint64_t deeds[VCQ_NR_DEEDS];
};

/* The generator on its own: the same seed gives the same numbers. */
void vcq_chaos_seed(struct vcq_chaos *chaos, uint64_t seed);
uint32_t vcq_chaos_random(struct vcq_chaos *chaos, uint32_t below);

/* Where the transport asks. @conn->chaos is set. */
void vcq_chaos_poll(struct vcq_connection *conn);
void vcq_chaos_before_armed(struct vcq_connection *conn);
/* True: not now. */
bool vcq_chaos_holds_bell(struct vcq_connection *conn);
bool vcq_chaos_holds_slot(struct vcq_connection *conn, uint8_t slot);
/* How many DONE there shall be for one; may change *@actual. */
unsigned int vcq_chaos_dones(struct vcq_connection *conn, int *actual);

void vcq_chaos_count(struct vcq_chaos *chaos, const struct vcq_connection *conn, bool add);

/* Every tick; @conn is NULL while there is none. True: it is time for a restart. */
bool vcq_chaos_tick(struct vcq_chaos *chaos, struct vcq_connection *conn, uint64_t now_ns);
/* A connection was made, or is no more: nothing of it is held. */
void vcq_chaos_forget(struct vcq_chaos *chaos);
void vcq_chaos_status(const struct vcq_chaos *chaos, struct json_object *out);

#endif /* VIDEOCORED_VCHIQ_CHAOS_H */
