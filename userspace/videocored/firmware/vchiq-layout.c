// SPDX-License-Identifier: GPL-2.0
/*
 * Slot zero as the host hands it over: checks, version, whose slots are whose.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>

#include "guest.h"
#include "log.h"
#include "vchiq-priv.h"
#include "vchiq-shared.h"

/* What the host wrote about one side's slots, read once. */
struct slot_range {
	uint32_t first;
	uint32_t last;
	uint32_t sync;
};

static int refuse(const char *why, uint32_t value)
{
	vc_err("vchiq", "slot zero refused: %s (0x%x)", why, value);
	return -EPROTO;
}

static int check_sizes(struct vchiq_slot_zero *zero)
{
	const struct {
		const char *what;
		const __le32 *word;
		uint32_t want;
	} words[] = {
		{ "bad magic", &zero->magic, VCHIQ_MAGIC },
		{ "size of slot zero", &zero->slot_zero_size, sizeof(*zero) },
		{ "slot size", &zero->slot_size, VCHIQ_SLOT_SIZE },
		{ "number of slots", &zero->max_slots, VCHIQ_MAX_SLOTS },
		{ "slots per side", &zero->max_slots_per_side,
		  VCHIQ_MAX_SLOTS_PER_SIDE },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		uint32_t value = vsh_load(words[i].word);

		if (value != words[i].want)
			return refuse(words[i].what, value);
	}
	return 0;
}

/* The lower version becomes the common one, and the host reads it from here. */
static int agree_on_version(struct vcq_connection *conn)
{
	int16_t version = (int16_t)vsh_load16(&conn->zero->version);
	int16_t version_min = (int16_t)vsh_load16(&conn->zero->version_min);

	if (version < VCHIQ_VERSION_MIN)
		return refuse("version too old", (uint16_t)version);
	if (version_min > VCHIQ_VERSION)
		return refuse("version too new", (uint16_t)version_min);
	conn->version = version;
	if (version > VCHIQ_VERSION) {
		conn->version = VCHIQ_VERSION;
		vsh_store16(&conn->zero->version, VCHIQ_VERSION);
	}
	return 0;
}

static struct slot_range read_range(const struct vchiq_shared_state *state)
{
	return (struct slot_range){
		.first = vsh_load(&state->slot_first),
		.last = vsh_load(&state->slot_last),
		.sync = vsh_load(&state->slot_sync),
	};
}

static int check_range(const struct slot_range *range)
{
	if (range->first < VCHIQ_SLOT_ZERO_SLOTS ||
	    range->first >= VCHIQ_MAX_SLOTS)
		return refuse("first slot", range->first);
	if (range->last < range->first || range->last >= VCHIQ_MAX_SLOTS ||
	    range->last - range->first >= VCHIQ_MAX_SLOTS_PER_SIDE)
		return refuse("last slot", range->last);
	if (range->sync < VCHIQ_SLOT_ZERO_SLOTS ||
	    range->sync >= VCHIQ_MAX_SLOTS ||
	    (range->sync >= range->first && range->sync <= range->last))
		return refuse("synchronous slot", range->sync);
	return 0;
}

static bool overlap(const struct slot_range *a, const struct slot_range *b)
{
	return (a->first <= b->last && b->first <= a->last) ||
	       (a->sync >= b->first && a->sync <= b->last) ||
	       (b->sync >= a->first && b->sync <= a->last) ||
	       a->sync == b->sync;
}

static uint32_t max3(uint32_t a, uint32_t b, uint32_t c)
{
	uint32_t most = a > b ? a : b;

	return most > c ? most : c;
}

static int map_slots(struct vcq_connection *conn, const struct slot_range *own,
		     const struct slot_range *peer)
{
	uint32_t most = max3(own->last, peer->last, own->sync);

	conn->nr_slots = max3(most, peer->sync, 0) + 1;
	conn->zero = vc_guest_ptr(conn->view, conn->bus,
				  (size_t)conn->nr_slots * VCHIQ_SLOT_SIZE);
	if (!conn->zero)
		return refuse("slots are not in memory", conn->bus);
	return 0;
}

static int map_fragments(struct vcq_connection *conn)
{
	uint32_t bus = vsh_load(&conn->zero->fragments_addr);
	uint32_t count = vsh_load(&conn->zero->fragments_count);

	if (!count)
		return 0;
	if (count > VCHIQ_NUM_FRAGMENTS)
		return refuse("number of fragments", count);
	conn->fragments = vc_guest_ptr(conn->view, bus,
				       2u * conn->config.line_size * count);
	if (!conn->fragments)
		return refuse("fragments are not in memory", bus);
	conn->nr_fragments = count;
	return 0;
}

/* Nothing of the host's memory has been changed when this fails, but version. */
int vcq_layout_attach(struct vcq_connection *conn)
{
	struct slot_range own, peer;
	int ret;

	if (conn->bus % VCHIQ_SLOT_SIZE)
		return refuse("address is not aligned", conn->bus);
	conn->zero = vc_guest_ptr(conn->view, conn->bus, sizeof(*conn->zero));
	if (!conn->zero)
		return refuse("address is not memory", conn->bus);
	ret = check_sizes(conn->zero);
	if (ret)
		return ret;
	if (vsh_initialised(&conn->zero->master))
		return refuse("in use already", conn->bus);
	own = read_range(&conn->zero->master);
	peer = read_range(&conn->zero->slave);
	ret = check_range(&own) ?: check_range(&peer);
	if (ret)
		return ret;
	if (overlap(&own, &peer))
		return refuse("slots of both sides overlap", own.first);
	ret = map_slots(conn, &own, &peer) ?: map_fragments(conn) ?:
	      vcq_rx_init(conn, peer.first, peer.last) ?:
	      agree_on_version(conn);
	if (ret)
		return ret;
	conn->rx.sync_slot = peer.sync;
	conn->sync_slot = own.sync;
	vcq_tx_init(conn, own.first, own.last);
	return 0;
}
