/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The firmware's "mmal" service and its components. Firmware thread.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_MMAL_H
#define VIDEOCORED_FIRMWARE_MMAL_H

struct json_object;
struct mmal_server;
struct smem_pool;
struct vc_firmware;
struct vc_source;

/* Registers the service. Each of the @nr sources, the caller's, is what one camera sees. */
struct mmal_server *mmal_server_create(struct vc_firmware *fw,
				       struct smem_pool *smem,
				       struct vc_source *const *sources, unsigned int nr);
/* After the firmware thread has ended: nothing calls the service any more. */
void mmal_server_destroy(struct mmal_server *server);

/* Thread-safe: let a camera that is there see @source; returns what it saw before. */
struct vc_source *mmal_server_set_source(struct mmal_server *server, unsigned int camera,
					 struct vc_source *source);
/* Thread-safe: go wrong as @spec says, see vcctl(1); "off": not any more. 0 or -errno. */
int mmal_server_set_faults(struct mmal_server *server, const char *spec);
/* Thread-safe: frames, dropped, clients, components with their ports. */
void mmal_server_status(struct mmal_server *server, struct json_object *out);

#endif /* VIDEOCORED_FIRMWARE_MMAL_H */
