/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The firmware side of VCHIQ: connection, services, bulks. Everything below
 * runs on the firmware thread unless it says otherwise.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_H
#define VIDEOCORED_FIRMWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fw_service;
struct json_object;
struct videocored;
struct vc_firmware;

/**
 * struct fw_service_ops - a service the firmware offers
 * @fourcc: VCHIQ_FOURCC()
 * @version: own version
 * @version_min: oldest client version accepted
 * @max_open: instances that may be open at once, 0 = no limit
 * @is_sync: OPENACK and DATA travel in the synchronous slots, if the host's
 *	version allows it
 * @open: a client opened it; set fw_service_set_priv(). 0, or -errno to refuse
 * @opened: of a service that we opened on the host: it is open, or (-errno) it
 *	was refused and is invalid on return
 * @message: a DATA message; @data is a private copy valid during the call
 * @close: the other side closed it, or the connection went. Bulks have been aborted
 *	(and their callbacks run) before; the service is invalid on return
 */
struct fw_service_ops {
	uint32_t fourcc;
	int16_t version;
	int16_t version_min;
	unsigned int max_open;
	bool is_sync;
	int (*open)(struct fw_service *svc);
	void (*opened)(struct fw_service *svc, int error);
	void (*message)(struct fw_service *svc, const void *data, size_t len);
	void (*close)(struct fw_service *svc);
};

/**
 * struct fw_bulk - one bulk transfer of a service, owned by the service
 * @data: our end; must stay valid until @done
 * @len: bytes
 * @to_host: true: @data is sent, matching the host's BULK_RX
 * @missing: so many bytes at the end do not come, but the host is told
 * @done: called once; @actual is the byte count or -1 when aborted. Never
 *	called from inside fw_service_bulk(); it may free or post @bulk again
 * @next: the transport's
 */
struct fw_bulk {
	void *data;
	size_t len;
	bool to_host;
	size_t missing;
	void (*done)(struct fw_service *svc, struct fw_bulk *bulk, int actual);
	struct fw_bulk *next;
};

/**
 * struct fw_timer - a call in the future, on the firmware thread
 * @fn: called once
 * @arg: for @fn
 * @due_ns: the transport's, as the following
 * @is_set: it is in the list
 * @next: in the list
 * @prev: in the list
 */
struct fw_timer {
	void (*fn)(void *arg);
	void *arg;
	uint64_t due_ns;
	bool is_set;
	struct fw_timer *next;
	struct fw_timer **prev;
};

/**
 * struct vc_firmware_config - what the firmware takes from the device tree
 * @line_size: cache line of the host that bulks care for: 64 (brcm,bcm2836-vchiq)
 *	or 32 (brcm,bcm2835-vchiq)
 * @addr36: page lists have the 36-bit format (brcm,bcm2711-vchiq)
 */
struct vc_firmware_config {
	unsigned int line_size;
	bool addr36;
};

/*
 * Starts the firmware thread; NULL when out of memory or threads. Takes the
 * doorbell handler of @vc. vc->guest and vc->doorbell must exist and outlive it.
 */
struct vc_firmware *vc_firmware_create(struct videocored *vc);
/*
 * Loop thread, once no guest can connect any more: closes every service, runs
 * what was posted and ends the thread. Services may free their state after it.
 */
void vc_firmware_stop(struct vc_firmware *fw);
/* Stops if that has not been done. NULL is fine. */
void vc_firmware_destroy(struct vc_firmware *fw);

/* What the device tree of chip @name says: "bcm2711", ... 0 or -EINVAL. */
int vc_firmware_chip(const char *name, struct vc_firmware_config *config);
/* Before the guest connects; the default is that of bcm2836. 0 or -EINVAL. */
int vc_firmware_configure(struct vc_firmware *fw,
			  const struct vc_firmware_config *config);

/*
 * Any thread, before the guest connects. @ops must outlive the firmware. A
 * fourcc may be added more than once: an OPEN goes to the first that has room.
 */
int vc_firmware_add_service(struct vc_firmware *fw,
			    const struct fw_service_ops *ops, void *ctx);

/**
 * enum vc_firmware_power - what "vcctl firmware" does to it
 * @VC_FIRMWARE_RUNS: as it should
 * @VC_FIRMWARE_HANGS: keeps its connection and answers nothing
 * @VC_FIRMWARE_OFF: has none, and refuses slot zero
 */
enum vc_firmware_power {
	VC_FIRMWARE_RUNS,
	VC_FIRMWARE_HANGS,
	VC_FIRMWARE_OFF,
};

/*
 * Thread-safe. A change to RUNS is a fresh start: what was before is forgotten,
 * and the memory of that time is not touched any more. 0 or as vc_firmware_call().
 */
int vc_firmware_set_power(struct vc_firmware *fw, enum vc_firmware_power power);
/* OFF now, RUNS after @delay_ms. */
int vc_firmware_restart(struct vc_firmware *fw, unsigned int delay_ms);
/*
 * Before the guest connects: accept new slot memory in place of that of a living
 * connection. Genuine firmware does not, nor do we by default.
 */
void vc_firmware_allow_reinit(struct vc_firmware *fw);

/**
 * struct vc_chaos_config - how to misbehave, see vchiq-chaos.h
 * @seed: of the generator
 * @is_hostile: violate the protocol, too
 * @rate: violations in a thousand chances
 * @restart: a fresh firmware when the host has given up a connection
 */
struct vc_chaos_config {
	uint64_t seed;
	bool is_hostile;
	unsigned int rate;
	bool restart;
};

/* "seed=N[,class=mild|hostile][,rate=R][,restart]". 0 or -EINVAL. */
int vc_chaos_parse(const char *text, struct vc_chaos_config *config);
/* Thread-safe. NULL: behave from now on. 0 or as vc_firmware_call(). */
int vc_firmware_chaos(struct vc_firmware *fw, const struct vc_chaos_config *config);

/*
 * Loop thread: the guest handed over slot zero (property tag 0x48010). Returns
 * the answer word, 0 = accepted. Blocks until the firmware thread decided.
 */
uint32_t vc_firmware_vchiq_init(struct vc_firmware *fw, uint32_t slot_zero_bus);
/* Loop thread: device reset or client gone; forget the guest's memory. */
void vc_firmware_reset(struct vc_firmware *fw);

/*
 * Thread-safe: run fn(arg) on the firmware thread, in order. 0, -ENOMEM, or
 * -ESHUTDOWN after vc_firmware_stop(). A service may have gone when fn runs.
 */
int vc_firmware_post(struct vc_firmware *fw, void (*fn)(void *arg), void *arg);
/* Thread-safe snapshot for vcctl status: connection, services, counters. */
void vc_firmware_status(struct vc_firmware *fw, struct json_object *out);

/* Thread-safe: run fn(arg) there and wait until it has returned. 0 or as above. */
int vc_firmware_call(struct vc_firmware *fw, void (*fn)(void *arg), void *arg);

/* Call timer->fn(timer->arg) after @ms; what was set before counts no more. */
void fw_timer_set(struct vc_firmware *fw, struct fw_timer *timer, unsigned int ms);
void fw_timer_cancel(struct vc_firmware *fw, struct fw_timer *timer);

/**
 * struct fw_open - a service of the host that shall be opened
 * @fourcc: VCHIQ_FOURCC()
 * @version: own version
 * @version_min: oldest version of the host's accepted
 * @ops: the callbacks opened, message and close
 * @ctx: fw_service_ctx()
 */
struct fw_open {
	uint32_t fourcc;
	int16_t version;
	int16_t version_min;
	const struct fw_service_ops *ops;
	void *ctx;
};

/* Open it on the connection of @via. ops->opened follows. 0 or -errno. */
int fw_service_open(struct fw_service *via, const struct fw_open *open,
		    struct fw_service **out);

/*
 * PAUSE the connection of @svc: nothing is sent any more. -EBUSY unless it is
 * connected. Resuming waits for the host's PAUSE if that has not come.
 */
int fw_pause(struct fw_service *svc);
int fw_resume(struct fw_service *svc);

/*
 * REMOTE_USE: ask the host to stay. active(arg) follows with its answer, or with
 * -ENOTCONN when the connection goes, unless it is cancelled. 0, -EBUSY or
 * -ENOMEM.
 */
int fw_remote_use(struct fw_service *svc, void (*active)(void *arg, int error),
		  void *arg);
void fw_remote_use_cancel(struct fw_service *svc, void *arg);
void fw_remote_release(struct fw_service *svc);

/*
 * Queue a message to the client; copied, never blocks, sent in order as slots
 * become free. 0, -EMSGSIZE, -ENOTCONN (closing) or -ENOMEM, also when the
 * client has left too much unread.
 */
int fw_service_send(struct fw_service *svc, const void *data, size_t len);
/* Post a bulk; it is matched with the host's in order. 0 or -ENOTCONN. */
int fw_service_bulk(struct fw_service *svc, struct fw_bulk *bulk);
/*
 * Close from the firmware's side: what was sent before still goes out, bulks are
 * aborted (their callbacks run inside the call), then CLOSE. The service's close
 * callback follows when the client has answered.
 */
void fw_service_close(struct fw_service *svc);

void *fw_service_ctx(struct fw_service *svc);	/* of vc_firmware_add_service() */
void *fw_service_priv(struct fw_service *svc);
void fw_service_set_priv(struct fw_service *svc, void *priv);
int16_t fw_service_client_version(struct fw_service *svc);
struct vc_firmware *fw_service_firmware(struct fw_service *svc);
struct videocored *vc_firmware_videocored(struct vc_firmware *fw);

#endif /* VIDEOCORED_FIRMWARE_H */
