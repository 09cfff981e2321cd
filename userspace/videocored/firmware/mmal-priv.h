/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The "mmal" service from inside: server, clients, requests. Shared by the
 * mmal-*.c files and the components.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_MMAL_PRIV_H
#define VIDEOCORED_FIRMWARE_MMAL_PRIV_H

#include <endian.h>
#include <pthread.h>
#include <stdatomic.h>

#include "camera-feed.h"
#include "component.h"
#include "firmware.h"
#include "mmal.h"
#include "smem.h"

struct vc_guest;
struct vc_provenance;
struct vc_vcmem;

#define MMAL_MAX_COMPONENTS	64	/* of one client; handles allow 256 */
#define MMAL_MAX_DATA		(64u << 20)	/* bytes of one buffer */
/* Far more than any client has; what a client may make us keep is bounded. */
#define MMAL_MAX_BUFFERS	256	/* of one port */
#define MMAL_MAX_XFERS		512	/* of one client */

/** struct mmal_counters - for GET_STATS and vcctl */
struct mmal_counters {
	uint32_t rx;
	uint32_t rx_zero_copy;
	uint32_t rx_empty;
	uint32_t rx_fails;
	uint32_t rx_short_msg;
	uint32_t tx;
	uint32_t tx_zero_copy;
	uint32_t tx_empty;
	uint32_t tx_fails;
	uint32_t tx_short_msg;
	uint32_t clients_created;
	uint32_t clients_destroyed;
	uint32_t bad_messages;
	uint32_t executed;
	uint32_t failed;
	uint32_t replies;
	uint32_t reply_fails;
	uint32_t components_created;
	uint32_t components_destroyed;
	uint32_t components_failed;
};

/**
 * struct mmal_faults - what goes wrong
 * @type: of the requests whose answers do not come, 0 = none
 * @holds: they are held back, not lost
 * @nr_misses: these come before it begins
 * @nr_hits: that many of them
 * @extradata: bytes after each changed format that is told
 */
struct mmal_faults {
	uint32_t type;
	bool holds;
	uint32_t nr_misses;
	uint32_t nr_hits;
	uint32_t extradata;
};

TAILQ_HEAD(mmal_clients, mmal_client);
TAILQ_HEAD(mmal_held_list, mmal_held);

/**
 * struct mmal_server - the service
 * @lock: Protects @clients and the clients' component tables against the status
 *	reader; both change on the firmware thread only, which reads them without
 * @refused_param: cannot be set, 0 = none
 * @feeds: of each camera what it looks at
 * @faults: what was asked for
 * @held: answers held back
 * @notified: a call of the components' poll operations is under way
 */
struct mmal_server {
	struct vc_firmware *fw;
	struct smem_pool *smem;
	struct vc_guest *guest;
	struct vc_provenance *prov;
	struct vc_vcmem *vcmem;
	uint32_t refused_param;
	struct camera_feed feeds[MMAL_CAMERA_INFO_CAMERAS];
	unsigned int nr_feeds;
	struct mmal_counters count;
	struct mmal_faults faults;
	struct mmal_held_list held;
	atomic_bool notified;

	pthread_mutex_t lock;
	struct mmal_clients clients;
};

/**
 * struct mmal_client - one open instance of the service
 * @complained: its first bad message has been reported
 * @nr_xfers: bulks under way
 */
struct mmal_client {
	bool complained;
	unsigned int nr_xfers;
	struct mmal_server *server;
	struct fw_service *svc;
	struct component *components[MMAL_MAX_COMPONENTS];

	TAILQ_ENTRY(mmal_client) node;
};

/** struct mmal_request - a message that has been checked for its length */
struct mmal_request {
	struct mmal_client *client;
	uint32_t type;
	uint32_t context;
	const void *payload;
	size_t len;
};

/* Returned by handlers that have answered, or never will. */
#define MMAL_HANDLED	1

/*
 * Handlers return 0 or -errno, which is sent as an answer with a status, or
 * MMAL_HANDLED.
 */
int mmal_port_info_get(const struct mmal_request *req);
int mmal_port_info_set(const struct mmal_request *req);
int mmal_port_action(const struct mmal_request *req);
int mmal_parameter_set(const struct mmal_request *req);
int mmal_parameter_get(const struct mmal_request *req);
int mmal_buffer_from_host(const struct mmal_request *req);
int mmal_port_flush(const struct mmal_request *req);

/* The one place where an errno becomes a status of the wire. */
enum mmal_status mmal_status_from_errno(int error);

struct component *mmal_client_component(struct mmal_client *client, uint32_t handle);
struct component_port *mmal_client_port(struct mmal_client *client, uint32_t component_handle,
					uint32_t port_handle);
uint32_t mmal_port_handle(const struct component_port *port);

void mmal_reply(const struct mmal_request *req, const void *payload, size_t len);
void mmal_reply_status(const struct mmal_request *req, int error);
int mmal_send(struct mmal_client *client, uint32_t type, uint32_t context, uint32_t status,
	      const void *payload, size_t len);

/* A message whose data is too long for it and follows as a bulk. */
void mmal_send_bulk(struct mmal_client *client, uint32_t type, const void *payload,
		    size_t payload_len, const void *data, size_t len);

/* True if the answer is not to be sent now. */
bool mmal_fault_takes(const struct mmal_request *req, uint32_t status, const void *payload,
		      size_t len);
/* The client goes, and with it whom to tell. */
void mmal_fault_forget(struct mmal_client *client);

/* Give a buffer back with the results in it; it is freed. */
void mmal_buffer_return(struct component_buffer *buf);
/* Hand over to the component what has all of its data. */
void mmal_buffer_deliver(struct component_port *port);

/* The one place where formats are put on the wire, but for their extradata. */
void mmal_format_to_wire(const struct component_format *fmt, struct mmal_es_format *format,
			 struct mmal_es_video *es);
/* What comes out of @port does not suit its format but would suit @fmt. */
void mmal_event_format_changed(struct component_port *port, const struct component_format *fmt);

/* Thread-safe: have the poll operations of all components called soon. */
void mmal_server_notify(struct mmal_server *server);

#endif /* VIDEOCORED_FIRMWARE_MMAL_PRIV_H */
