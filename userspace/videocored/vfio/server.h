/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vfio-user server: a Unix socket, one client at a time. Loop thread.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_VFIO_SERVER_H
#define VIDEOCORED_VFIO_SERVER_H

struct json_object;
struct vc_loop;
struct vfu_device_config;
struct vfu_server;

/*
 * Listen on @path; a socket left over by a process that is gone is replaced.
 * 0 or -errno (-EADDRINUSE: somebody listens there).
 */
int vfu_server_create(struct vfu_server **server, struct vc_loop *loop,
		      const struct vfu_device_config *config, const char *path);
/* Ends the connection, removes the socket. */
void vfu_server_destroy(struct vfu_server *server);

/* connected, clients, messages by command, errors, posted, broken. */
void vfu_server_status(struct vfu_server *server, struct json_object *out);

#endif /* VIDEOCORED_VFIO_SERVER_H */
