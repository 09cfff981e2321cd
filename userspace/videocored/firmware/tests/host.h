/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VCHIQ host for tests: guest memory in a memfd, and the protocol of the ARM's
 * side written from its description. It shares no layout, constant or code with
 * the firmware under test, so that a common mistake cannot hide.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef TESTS_HOST_H
#define TESTS_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware.h"
#include "videocored.h"

#define HOST_BUS(offset)	(0xc0000000u + (offset))
#define HOST_PHYS(offset)	(0x40000000u + (offset))
#define HOST_RAM_SIZE		(8u << 20)
#define HOST_SLOTS_AT		0x100000u	/* slot zero; 4096 bytes each */
#define HOST_SLOTS		65u
#define HOST_FRAGMENTS_AT	(HOST_SLOTS_AT + HOST_SLOTS * 4096u)
#define HOST_HEAP_AT		0x200000u	/* free for tests */

/* Message types, in the order of their numbers. */
enum {
	PADDING, CONNECT, OPEN, OPENACK, CLOSE, DATA, BULK_RX, BULK_TX,
	BULK_RX_DONE, BULK_TX_DONE, PAUSE, RESUME, REMOTE_USE, REMOTE_RELEASE,
	REMOTE_USE_ACTIVE,
};

/* Byte offsets of words in slot zero. */
enum {
	Z_MAGIC = 0,
	Z_VERSION = 4,		/* and version_min in the upper half */
	Z_SIZE = 8,
	Z_SLOT_SIZE = 12,
	Z_MAX_SLOTS = 16,
	Z_MAX_SLOTS_PER_SIDE = 20,
	Z_FRAGMENTS = 24,
	Z_NR_FRAGMENTS = 28,
	Z_MASTER = 32,
	Z_SLAVE = 404,
};

/* Relative to Z_MASTER or Z_SLAVE. */
enum {
	S_INITIALISED = 0,
	S_SLOT_FIRST = 4,
	S_SLOT_LAST = 8,
	S_SLOT_SYNC = 12,
	S_TRIGGER = 16,		/* events: +0 armed, +4 fired */
	S_TX_POS = 28,
	S_RECYCLE = 32,
	S_QUEUE_RECYCLE = 44,
	S_SYNC_TRIGGER = 48,
	S_SYNC_RELEASE = 60,
	S_QUEUE = 72,
	S_DEBUG = 328,
};

struct host_msg {
	uint32_t type;
	uint32_t src;
	uint32_t dst;
	uint32_t size;
	uint8_t data[4088];
};

/**
 * struct host - the machine
 * @vc: guest and doorbell, for the firmware
 * @fw: the firmware under test, with a probe service
 * @ram: guest memory
 * @line: cache line size that the host was told
 * @observe: called on the firmware thread by each host_sync(), or NULL
 * @observer: for @observe
 * @hold: do not recycle slots on its own
 * @held: slots that were read to the end, in order
 */
struct host {
	struct videocored vc;
	struct vc_firmware *fw;
	int memfd;
	uint8_t *ram;
	unsigned int line;
	uint32_t tx_pos;
	uint32_t tx_available;
	uint32_t rx_pos;
	uint32_t rx_slot;
	uint32_t nr_recycled;
	void (*observe)(void *observer);
	void *observer;
	bool hold;
	uint32_t held[64];
	unsigned int nr_held;
};

/* The synchronous slots: the host's, and the firmware's. */
#define HOST_SYNC_AT		(HOST_SLOTS_AT + 33u * 4096u)
#define HOST_PEER_SYNC_AT	(HOST_SLOTS_AT + 1u * 4096u)

/* Memory, firmware and doorbell; slot zero filled, not handed over. */
struct host *host_create(void);
void host_destroy(struct host *host);
/* Slot zero and slots as a host that starts lays them out. */
void host_lay_out(struct host *host);
/* The firmware's answer to the property, 0 = accepted. */
uint32_t host_hand_over(struct host *host);
/* All of the above up to both CONNECTs. */
struct host *host_connected(void);

uint32_t host_word(struct host *host, uint32_t offset);
void host_set_word(struct host *host, uint32_t offset, uint32_t value);
/* Until the word has this value; fails the test if it never does. */
void host_await_word(struct host *host, uint32_t offset, uint32_t value);
/* Offset in @ram of word @word of slot zero. */
#define ZERO(word)	(HOST_SLOTS_AT + (word))

/* Signal one of the firmware's events, S_TRIGGER and so on. */
void host_signal(struct host *host, uint32_t event);
/* Return when the firmware has handled everything signalled so far. */
void host_sync(struct host *host);
/* Times the doorbell was rung for the host. */
unsigned int host_rings(struct host *host);

/* Write a message, with padding and slots as needed. It must fit. */
void host_put(struct host *host, uint32_t type, uint32_t src, uint32_t dst,
	      const void *data, uint32_t size);
/* The same with a header that lies about @size. */
void host_put_raw(struct host *host, uint32_t msgid, uint32_t claimed_size,
		  const void *data, uint32_t size);
/* Publish what was put and signal. */
void host_publish(struct host *host);
void host_send(struct host *host, uint32_t type, uint32_t src, uint32_t dst,
	       const void *data, uint32_t size);
/*
 * Send in the host's synchronous slot, once the firmware has released it; fails
 * the test if it does not.
 */
void host_sync_send(struct host *host, uint32_t type, uint32_t src, uint32_t dst,
		    const void *data, uint32_t size);
/* Next message of the firmware's synchronous slot, which stays taken. */
void host_sync_take(struct host *host, struct host_msg *msg);
/* Give it back. */
void host_sync_release(struct host *host);
/* Both, with a check. */
void host_sync_expect(struct host *host, struct host_msg *msg, uint32_t type,
		      uint32_t src, uint32_t dst, uint32_t size);
/* Free slots the host could write to. */
unsigned int host_free_slots(struct host *host);

/* Next message that is not padding; fails the test if none comes. */
void host_receive(struct host *host, struct host_msg *msg);
/* The same without waiting: false if there is none. */
bool host_try_receive(struct host *host, struct host_msg *msg);
void host_expect(struct host *host, struct host_msg *msg, uint32_t type,
		 uint32_t src, uint32_t dst, uint32_t size);
/* Nothing more comes, after host_sync(). */
void host_expect_silence(struct host *host);
/* Give back held slot number @index. */
void host_recycle_held(struct host *host, unsigned int index);

/* Open a service; returns the firmware's port or -1 when refused. */
int host_open(struct host *host, const char *fourcc, uint32_t port,
	      int version, int version_min);
/* Close and expect the answer. */
void host_close(struct host *host, uint32_t port, uint32_t fw_port);

/* "connected", "broken", ...; static storage. */
const char *host_state(struct host *host);
/* "running", "hanging" or "off" */
const char *host_power(struct host *host);
int64_t host_counter(struct host *host, const char *name);

#endif /* TESTS_HOST_H */
