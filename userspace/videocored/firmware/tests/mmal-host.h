/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client of the multimedia service for tests. It takes the place of the
 * transport (fw_service_*), the memory handles, the source, the provenance and the
 * clock; messages and bulks queue up here and the test looks at them.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef TESTS_MMAL_HOST_H
#define TESTS_MMAL_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <videocore/mmal-parameters.h>

#include "firmware.h"
#include "media/image.h"

struct camera_engine;
struct mmal_server;

#define MMAL_HOST_BUS		0xc0000000u
#define MMAL_HOST_RAM_SIZE	(32u << 20)
#define MMAL_HOST_BLOCKS	8
#define MMAL_HOST_CAMERAS	2

/** struct mmal_host_message - one message of the firmware */
struct mmal_host_message {
	struct mmal_msg_header head;
	uint8_t payload[MMAL_MAX_MSG];
	size_t len;	/* of the payload */
};

/** struct mmal_host_written - a call of vc_provenance_written() */
struct mmal_host_written {
	unsigned int count;
	unsigned int references;
	uint64_t seq;
	uint32_t bus;
	uint32_t len;
};

/*
 * Start the service and open it once. Ends with mmal_host_stop(), which checks
 * that nothing is left over.
 */
void mmal_host_start(double option_fps);
void mmal_host_stop(void);
/* The connection goes: abort the bulks, close the service. */
void mmal_host_close(void);
struct mmal_server *mmal_host_server(void);

/* "ril.camera", set up as a driver does it and enabled; its control port is the first. */
uint32_t mmal_host_create_camera(void);

void mmal_host_send(uint32_t type, uint32_t context, const void *payload, size_t len);
void mmal_host_send_raw(const void *data, size_t len);
/* Take the oldest message; fails the test if there is none. */
void mmal_host_receive(struct mmal_host_message *msg);
size_t mmal_host_nr_messages(void);

/* A reply to @type with just a status: returns that. */
uint32_t mmal_host_status(uint32_t type, uint32_t context);
/* Send and return the status of the answer. */
uint32_t mmal_host_call(uint32_t type, const void *payload, size_t len);

/* Complete the oldest bulk, of @len bytes in that direction; data goes to or comes from @data. */
void mmal_host_bulk(bool to_host, void *data, size_t len);
/* Whatever it is; false if there is none. */
bool mmal_host_any_bulk(bool abort);
size_t mmal_host_nr_bulks(void);

/* What was posted to the firmware thread. */
void mmal_host_run_posts(void);

/* Requests as clients make them. */
uint32_t mmal_host_create(const char *name);
uint32_t mmal_host_component(uint32_t type, uint32_t component);
uint32_t mmal_host_port(uint32_t component, uint32_t port_type, uint32_t index,
			struct mmal_msg_port_info_reply *info);
uint32_t mmal_host_set_format(uint32_t component, uint32_t port_type, uint32_t index,
			      uint32_t encoding, uint32_t width, uint32_t height,
			      struct mmal_msg_port_info_reply *info);
uint32_t mmal_host_action(uint32_t component, uint32_t port, uint32_t action,
			  uint32_t num, uint32_t size);
uint32_t mmal_host_connect(uint32_t component, uint32_t port, uint32_t peer, uint32_t peer_port);
uint32_t mmal_host_set(uint32_t component, uint32_t port, uint32_t id, const void *value,
		       size_t len);
uint32_t mmal_host_set_u32(uint32_t component, uint32_t port, uint32_t id, uint32_t value);
/* Returns the status; *size is what the reply says, the value goes to @value. */
uint32_t mmal_host_get(uint32_t component, uint32_t port, uint32_t id, void *value,
		       size_t room, size_t *size);

struct mmal_msg_buffer mmal_host_buffer(uint32_t component, uint32_t port, uint32_t cookie,
					uint32_t data, uint32_t alloc);
/* The next message is a buffer; returns the header's status. */
uint32_t mmal_host_returned(struct mmal_msg_buffer *buf);

/* Memory: import @len bytes at @offset of guest memory, 0 = none free. */
uint32_t mmal_host_import(uint32_t offset, uint32_t len);
unsigned int mmal_host_block_refs(uint32_t handle);
uint8_t *mmal_host_ram(void);

/* The clock of the firmware and its cameras. */
void mmal_host_set_time(uint64_t ns);
uint64_t mmal_host_time(void);
/* Tests without a thread: the engine that was made last. */
uint64_t mmal_host_tick(uint64_t ns);
unsigned int mmal_host_kicks(void);
void mmal_host_set_engine(struct camera_engine *engine);
struct camera_engine *mmal_host_engine(void);
void mmal_host_count_kick(void);

/* What the fakes saw. */
struct mmal_host_written mmal_host_written(void);
/* Frame rate of the source. */
extern double mmal_host_source_fps;
/* Called instead of drawing when set; returns what vc_source_render() returns. */
extern int (*mmal_host_render_hook)(struct vc_image *dst);
/* Called when something was posted to the firmware thread; by any thread. */
extern void (*mmal_host_post_hook)(void);

#endif /* TESTS_MMAL_HOST_H */
