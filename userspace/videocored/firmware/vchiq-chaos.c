// SPDX-License-Identifier: GPL-2.0
/*
 * A firmware that misbehaves.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "vchiq-chaos.h"
#include "vchiq-priv.h"
#include "vchiq-shared.h"

/* Messages of one batch, and slots that are left to who has something to say. */
#define BATCH		256u
#define SLOTS_LEFT	6u
/* Slots of the host that are held at a time. */
#define MAX_HELD	8u
/* The longest delay that is not the tick's. */
#define DELAY_MAX_US	50u
/* A rare deed once in so many messages, at the usual rate. */
#define RARE		10000u
#define USUAL_RATE	20u
/* A host that takes nothing for so long has given up. */
#define GIVEN_UP_NS	500000000ull

/* -----------------------------------------------------------------------------
 * Chance
 */

void vcq_chaos_seed(struct vcq_chaos *chaos, uint64_t seed)
{
	chaos->random = seed;
}

/* splitmix64: small, and any seed is a good one. */
uint32_t vcq_chaos_random(struct vcq_chaos *chaos, uint32_t below)
{
	uint64_t z = chaos->random += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	z ^= z >> 31;
	return (uint32_t)((z >> 32) * below >> 32);
}

static bool one_in(struct vcq_chaos *chaos, uint32_t n)
{
	return !vcq_chaos_random(chaos, n);
}

static uint32_t any_word(struct vcq_chaos *chaos)
{
	static const uint32_t nasty[] = {
		0, 1, 4088, 4089, 4096, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff,
	};

	if (one_in(chaos, 2))
		return nasty[vcq_chaos_random(chaos, sizeof(nasty) / sizeof(nasty[0]))];
	return vcq_chaos_random(chaos, 0xffffffff);
}

/* By the rate asked for; 0 is never. */
static bool is_time_for_rare(struct vcq_chaos *chaos)
{
	return chaos->config.is_hostile &&
	       vcq_chaos_random(chaos, RARE * USUAL_RATE) < chaos->config.rate;
}

static void note(struct vcq_chaos *chaos, enum vcq_deed deed)
{
	chaos->violations++;
	chaos->deeds[deed]++;
}

static void delay(struct vcq_chaos *chaos)
{
	struct timespec ts = {
		.tv_nsec = 1000 * (long)vcq_chaos_random(chaos, DELAY_MAX_US),
	};

	nanosleep(&ts, NULL);
}

/* -----------------------------------------------------------------------------
 * Messages
 */

/* Ports of a service that is there, or any. */
static uint32_t any_ports(struct vcq_chaos *chaos, struct vcq_connection *conn)
{
	struct fw_service *svc = TAILQ_FIRST(&conn->services);

	if (svc && svc->peer_port != VCHIQ_PORT_NONE && one_in(chaos, 2))
		return VCHIQ_MSGID(0, svc->port, svc->peer_port);
	return VCHIQ_MSGID(0, vcq_chaos_random(chaos, 16), vcq_chaos_random(chaos, 16));
}

static enum vchiq_msg_type type_of(struct vcq_chaos *chaos, enum vcq_deed deed)
{
	uint32_t other = vcq_chaos_random(chaos, 2);

	switch (deed) {
	case VCQ_DEED_OPENACK:
		return VCHIQ_MSG_OPENACK;
	case VCQ_DEED_CLOSE:
		return VCHIQ_MSG_CLOSE;
	case VCQ_DEED_CONNECT:
		return VCHIQ_MSG_CONNECT;
	case VCQ_DEED_DONE:
		return VCHIQ_MSG_BULK_RX_DONE + other;
	case VCQ_DEED_BULK:
		return VCHIQ_MSG_BULK_RX + other;
	case VCQ_DEED_RESUME:
		return VCHIQ_MSG_RESUME;
	case VCQ_DEED_USE:
		return VCHIQ_MSG_REMOTE_USE + other;
	case VCQ_DEED_OPEN:
		return VCHIQ_MSG_OPEN;
	case VCQ_DEED_TYPE:
		return VCHIQ_MSG_REMOTE_USE_ACTIVE + vcq_chaos_random(chaos, 242);
	default:
		return VCHIQ_MSG_DATA;
	}
}

/* What ends a connection at once is rare: a batch shall get far. */
static enum vcq_deed any_deed(struct vcq_chaos *chaos, bool is_rare)
{
	static const enum vcq_deed often[] = {
		VCQ_DEED_DATA, VCQ_DEED_DATA, VCQ_DEED_OPENACK, VCQ_DEED_CLOSE,
		VCQ_DEED_DONE, VCQ_DEED_USE, VCQ_DEED_OPEN, VCQ_DEED_RESUME,
	};

	if (is_rare)
		return vcq_chaos_random(chaos, VCQ_NR_MESSAGE_DEEDS + 1);
	return often[vcq_chaos_random(chaos, sizeof(often) / sizeof(often[0]))];
}

static bool send_deed(struct vcq_chaos *chaos, struct vcq_connection *conn)
{
	bool is_rare = is_time_for_rare(chaos);
	enum vcq_deed deed = any_deed(chaos, is_rare);
	uint32_t ports = any_ports(chaos, conn);
	uint32_t msgid = ((uint32_t)type_of(chaos, deed) << 24) | ports;
	uint32_t words[4] = {
		any_word(chaos), any_word(chaos), any_word(chaos), any_word(chaos),
	};
	uint32_t size = is_rare ? vcq_chaos_random(chaos, sizeof(words) + 1) :
			sizeof(words[0]) * (1 + vcq_chaos_random(chaos, 4));
	uint32_t claimed = deed == VCQ_DEED_SIZE ? any_word(chaos) : size;

	if (!vcq_tx_raw(conn, msgid, claimed, words, size))
		return false;
	note(chaos, deed);
	return true;
}

/* Legal, and for nothing. The host answers the second. */
static bool send_mild(struct vcq_chaos *chaos, struct vcq_connection *conn)
{
	static const uint8_t zeros[64];
	uint32_t size = vcq_chaos_random(chaos, sizeof(zeros) + 1);

	if (conn->nr_uses < VCQ_MAX_USES / 2 && one_in(chaos, 4)) {
		if (!vcq_use(conn, NULL, NULL))
			vcq_tx_control(conn, VCHIQ_MSGID(VCHIQ_MSG_REMOTE_RELEASE, 0, 0));
		return true;
	}
	return vcq_tx_raw(conn, VCHIQ_MSGID(VCHIQ_MSG_PADDING, 0, 0), size, zeros, size);
}

static unsigned int free_slots(const struct vcq_connection *conn)
{
	return conn->tx.available - conn->tx.started;
}

static void send_batch(struct vcq_chaos *chaos, struct vcq_connection *conn)
{
	uint32_t left = vcq_chaos_random(chaos, BATCH);

	while (left-- && free_slots(conn) > SLOTS_LEFT && vcq_may_send(conn)) {
		if (!(chaos->config.is_hostile ? send_deed : send_mild)(chaos, conn))
			return;
	}
}

/* Take over what the connection has counted since the last time; or only note it. */
void vcq_chaos_count(struct vcq_chaos *chaos, const struct vcq_connection *conn, bool add)
{
	uint64_t now = conn ? conn->count.rx_messages + conn->count.tx_messages : 0;

	if (add)
		chaos->messages += now - chaos->counted;
	chaos->counted = now;
}

void vcq_chaos_poll(struct vcq_connection *conn)
{
	struct vcq_chaos *chaos = conn->chaos;

	vcq_chaos_count(chaos, conn, true);
	if (one_in(chaos, 64))
		delay(chaos);
	if (conn->state == VCQ_CONNECTED)
		send_batch(chaos, conn);
	if (conn->state == VCQ_CONNECTED && one_in(chaos, 32))
		vcq_tx_pad(conn);
}

/* -----------------------------------------------------------------------------
 * Signals, slots and completions
 */

void vcq_chaos_before_armed(struct vcq_connection *conn)
{
	if (one_in(conn->chaos, 32))
		delay(conn->chaos);
}

bool vcq_chaos_holds_bell(struct vcq_connection *conn)
{
	struct vcq_chaos *chaos = conn->chaos;

	if (is_time_for_rare(chaos)) {
		note(chaos, VCQ_DEED_BELL_LOST);
		return true;
	}
	if (!one_in(chaos, 8))
		return false;
	chaos->owes_bell = true;
	return true;
}

static void release_slot(struct vcq_chaos *chaos, struct vcq_connection *conn)
{
	unsigned int at = vcq_chaos_random(chaos, chaos->nr_held);
	uint8_t slot = chaos->held[at];

	chaos->held[at] = chaos->held[--chaos->nr_held];
	vcq_rx_give_back(conn, slot);
}

/* By our own books nothing has happened. */
static void release_wrongly(struct vcq_chaos *chaos, struct vcq_connection *conn,
			    enum vcq_deed deed)
{
	struct vchiq_shared_state *peer = &conn->zero->slave;
	const struct vcq_rx *rx = &conn->rx;

	note(chaos, deed);
	if (deed == VCQ_DEED_COUNT)
		vsh_store(&peer->slot_queue_recycle, rx->given + any_word(chaos));
	else if (deed == VCQ_DEED_SLOT)
		vsh_recycle_slot(peer, rx->given, any_word(chaos));
	else
		vsh_recycle_slot(peer, rx->given,
				 rx->ring[(rx->given - 1) % VCHIQ_MAX_SLOTS_PER_SIDE]);
	vcq_signal(conn, &peer->recycle);
}

bool vcq_chaos_holds_slot(struct vcq_connection *conn, uint8_t slot)
{
	struct vcq_chaos *chaos = conn->chaos;

	if (is_time_for_rare(chaos))
		release_wrongly(chaos, conn, VCQ_DEED_SLOT + vcq_chaos_random(chaos, 3));
	if (chaos->nr_held >= MAX_HELD || !one_in(chaos, 2)) {
		if (chaos->nr_held)
			release_slot(chaos, conn);
		return false;
	}
	chaos->held[chaos->nr_held++] = slot;
	return true;
}

unsigned int vcq_chaos_dones(struct vcq_connection *conn, int *actual)
{
	struct vcq_chaos *chaos = conn->chaos;
	uint32_t what = chaos->config.is_hostile ? vcq_chaos_random(chaos, 1000) : 1000;

	/* Bulks are few: by the rate itself, not by the rare one. */
	if (what >= chaos->config.rate)
		return 1;
	if (what % 3 == 0) {
		note(chaos, VCQ_DEED_DONE_TWICE);
		return 2;
	}
	if (what % 3 == 1) {
		note(chaos, VCQ_DEED_DONE_NOT);
		return 0;
	}
	note(chaos, VCQ_DEED_DONE);
	*actual = (int)any_word(chaos);
	return 1;
}

/* -----------------------------------------------------------------------------
 * Without the host
 */

static void touch_position(struct vcq_chaos *chaos, struct vcq_connection *conn)
{
	note(chaos, VCQ_DEED_POSITION);
	vsh_publish_tx_pos(&conn->zero->master, conn->tx.pos + any_word(chaos));
	vcq_signal(conn, &conn->zero->slave.trigger);
}

static void touch_sync_slot(struct vcq_chaos *chaos, struct vcq_connection *conn)
{
	note(chaos, VCQ_DEED_SYNC);
	vsh_write_header(vcq_header(conn, conn->sync_slot, 0),
			 one_in(chaos, 2) ? any_word(chaos) :
			 VCHIQ_MSGID(VCHIQ_MSG_DATA, 0, 0) | any_ports(chaos, conn),
			 any_word(chaos));
	vcq_signal(conn, &conn->zero->slave.sync_trigger);
}

static void touch_event(struct vcq_chaos *chaos, struct vcq_connection *conn)
{
	struct vchiq_shared_state *peer = &conn->zero->slave;
	struct vchiq_remote_event *events[] = {
		&peer->trigger, &peer->recycle, &peer->sync_trigger, &peer->sync_release,
	};
	struct vchiq_remote_event *event = events[vcq_chaos_random(chaos, 4)];

	note(chaos, VCQ_DEED_EVENT);
	vsh_store(one_in(chaos, 2) ? &event->armed : &event->fired, any_word(chaos));
}

static void touch_memory(struct vcq_chaos *chaos, struct vcq_connection *conn)
{
	static void (*const touches[])(struct vcq_chaos *chaos, struct vcq_connection *conn) = {
		touch_position, touch_sync_slot, touch_event, touch_event,
	};

	touches[vcq_chaos_random(chaos, sizeof(touches) / sizeof(touches[0]))](chaos, conn);
}

/* Nothing new: the host looks, and finds that. */
static void signal_for_nothing(struct vcq_chaos *chaos, struct vcq_connection *conn)
{
	struct vchiq_shared_state *peer = &conn->zero->slave;

	vcq_signal(conn, one_in(chaos, 2) ? &peer->trigger : &peer->recycle);
	vcq_ring_host(conn->fw);
}

static void pause_or_resume(struct vcq_chaos *chaos, struct vcq_connection *conn)
{
	if (chaos->is_pausing) {
		chaos->is_pausing = false;
		vcq_resume(conn);
	} else if (chaos->is_on && one_in(chaos, 32)) {
		chaos->is_pausing = !vcq_pause(conn);
	}
}

/* A host that has given up takes no message and gives none. */
static bool has_given_up(struct vcq_chaos *chaos, struct vcq_connection *conn, uint64_t now_ns)
{
	uint64_t progress = (uint64_t)conn->tx.available << 32 | conn->rx.pos;

	if (progress != chaos->seen || !chaos->seen_ns) {
		chaos->seen = progress;
		chaos->seen_ns = now_ns;
	}
	return chaos->config.restart && now_ns - chaos->seen_ns > GIVEN_UP_NS;
}

bool vcq_chaos_tick(struct vcq_chaos *chaos, struct vcq_connection *conn, uint64_t now_ns)
{
	if (!conn || conn->state == VCQ_BROKEN || conn->state == VCQ_CONNECTING)
		return false;
	while (chaos->nr_held)
		release_slot(chaos, conn);
	if (chaos->owes_bell) {
		chaos->owes_bell = false;
		vcq_ring_host(conn->fw);
	}
	pause_or_resume(chaos, conn);
	if (!chaos->is_on)
		return false;
	if (one_in(chaos, 8))
		signal_for_nothing(chaos, conn);
	if (chaos->config.is_hostile &&
	    vcq_chaos_random(chaos, 50 * USUAL_RATE) < chaos->config.rate)
		touch_memory(chaos, conn);
	return has_given_up(chaos, conn, now_ns);
}

void vcq_chaos_forget(struct vcq_chaos *chaos)
{
	chaos->nr_held = 0;
	chaos->owes_bell = false;
	chaos->is_pausing = false;
	chaos->seen_ns = 0;
	chaos->counted = 0;
}

/* -----------------------------------------------------------------------------
 * Status
 */

static void put(struct json_object *to, const char *key, uint64_t value)
{
	json_object_object_add(to, key, json_object_new_uint64(value));
}

void vcq_chaos_status(const struct vcq_chaos *chaos, struct json_object *out)
{
	static const char *const names[VCQ_NR_DEEDS] = {
		[VCQ_DEED_DATA] = "data",
		[VCQ_DEED_OPENACK] = "openack",
		[VCQ_DEED_CLOSE] = "close",
		[VCQ_DEED_CONNECT] = "connect",
		[VCQ_DEED_DONE] = "done",
		[VCQ_DEED_BULK] = "bulk",
		[VCQ_DEED_RESUME] = "resume",
		[VCQ_DEED_USE] = "use",
		[VCQ_DEED_OPEN] = "open",
		[VCQ_DEED_TYPE] = "type",
		[VCQ_DEED_SIZE] = "size",
		[VCQ_DEED_POSITION] = "position",
		[VCQ_DEED_SLOT] = "slot",
		[VCQ_DEED_SLOT_TWICE] = "slot_twice",
		[VCQ_DEED_COUNT] = "count",
		[VCQ_DEED_SYNC] = "sync",
		[VCQ_DEED_DONE_TWICE] = "done_twice",
		[VCQ_DEED_DONE_NOT] = "done_not",
		[VCQ_DEED_BELL_LOST] = "bell_lost",
		[VCQ_DEED_EVENT] = "event",
	};
	struct json_object *deeds = json_object_new_object();

	json_object_object_add(out, "on", json_object_new_boolean(chaos->is_on));
	put(out, "seed", chaos->config.seed);
	json_object_object_add(out, "hostile", json_object_new_boolean(chaos->config.is_hostile));
	put(out, "rate", chaos->config.rate);
	put(out, "messages", chaos->messages);
	put(out, "violations", chaos->violations);
	put(out, "restarts", chaos->restarts);
	for (int i = 0; i < VCQ_NR_DEEDS; i++)
		put(deeds, names[i], chaos->deeds[i]);
	json_object_object_add(out, "deeds", deeds);
}
