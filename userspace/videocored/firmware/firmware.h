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
 * @open: a client opened it; set fw_service_set_priv(). 0, or -errno to refuse
 * @message: a DATA message; @data is a private copy valid during the call
 * @close: the client closed it, or the connection went. Bulks have been aborted
 *	(and their callbacks run) before; the service is invalid on return
 */
struct fw_service_ops {
	uint32_t fourcc;
	int16_t version;
	int16_t version_min;
	unsigned int max_open;
	int (*open)(struct fw_service *svc);
	void (*message)(struct fw_service *svc, const void *data, size_t len);
	void (*close)(struct fw_service *svc);
};

/**
 * struct fw_bulk - one bulk transfer of a service, owned by the service
 * @data: our end; must stay valid until @done
 * @len: bytes
 * @to_host: true: @data is sent, matching the host's BULK_RX
 * @done: called once; @actual is the byte count or -1 when aborted. Never
 *	called from inside fw_service_bulk(); it may free or post @bulk again
 * @next: the transport's
 */
struct fw_bulk {
	void *data;
	size_t len;
	bool to_host;
	void (*done)(struct fw_service *svc, struct fw_bulk *bulk, int actual);
	struct fw_bulk *next;
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

/* Before the guest connects; the default is 64 bytes, 32-bit. 0 or -EINVAL. */
int vc_firmware_configure(struct vc_firmware *fw,
			  const struct vc_firmware_config *config);

/*
 * Any thread, before the guest connects. @ops must outlive the firmware. A
 * fourcc may be added more than once: an OPEN goes to the first that has room.
 */
int vc_firmware_add_service(struct vc_firmware *fw,
			    const struct fw_service_ops *ops, void *ctx);

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
