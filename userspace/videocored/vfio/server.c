// SPDX-License-Identifier: GPL-2.0
/*
 * The vfio-user server. A second client waits in the socket's backlog until the
 * first one has gone; the device is as after power-on then.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <json-c/json.h>

#include "../keeper.h"
#include "../log.h"
#include "../loop.h"
#include "../unix.h"
#include "device.h"
#include "server.h"
#include "session.h"
#include "transport.h"

/**
 * struct vfu_server - socket, and the client if there is one
 * @loop: for the events
 * @dev: what is served
 * @keeper: see vc_keeper_hold()
 * @path: of the socket
 * @listen_fd: listening socket
 * @listen: event of @listen_fd, pending while there is no client
 * @sock: the client's connection
 * @readable: event of the connection
 * @writable: event of the connection while an answer waits
 * @session: NULL without a client
 * @stats: of all sessions
 * @clients: sessions so far
 */
struct vfu_server {
	struct vc_loop *loop;
	struct vfu_device *dev;
	int keeper;
	char *path;
	int listen_fd;
	struct event *listen;
	struct vfu_tran_sock sock;
	struct event *readable;
	struct event *writable;
	struct vfu_session *session;
	struct vfu_stats stats;
	uint64_t clients;
};

static void server_close_client(struct vfu_server *srv)
{
	event_free(srv->readable);
	event_free(srv->writable);
	vfu_session_destroy(srv->session);
	/* The keeper has it, too: closing alone would tell the client nothing. */
	shutdown(srv->sock.fd, SHUT_RDWR);
	vc_keeper_hold(srv->keeper, -1);
	close(srv->sock.fd);
	srv->session = NULL;
	vfu_device_disconnect(srv->dev);
}

/* After a run: end the client, or wait for what it needs next. */
static void server_after_run(struct vfu_server *srv, int ret)
{
	bool blocked = vfu_session_wants_write(srv->session);

	if (!ret) {
		if (blocked) {
			event_del(srv->readable);
			event_add(srv->writable, NULL);
		} else {
			event_add(srv->readable, NULL);
		}
		return;
	}

	if (ret == -ENOTCONN)
		vc_info("vfio", "client gone");
	else
		vc_err("vfio", "connection ended: %s", vfu_session_error(srv->session));
	server_close_client(srv);
	event_add(srv->listen, NULL);
}

static void server_on_client(evutil_socket_t fd, short events, void *arg)
{
	struct vfu_server *srv = arg;

	server_after_run(srv, vfu_session_run(srv->session));
}

static int server_start_session(struct vfu_server *srv, int fd)
{
	struct event_base *base = vc_loop_base(srv->loop);

	vfu_tran_sock_init(&srv->sock, fd);
	srv->readable = event_new(base, fd, EV_READ | EV_PERSIST, server_on_client, srv);
	if (!srv->readable)
		return -ENOMEM;
	srv->writable = event_new(base, fd, EV_WRITE, server_on_client, srv);
	if (!srv->writable)
		goto err_readable;
	srv->session = vfu_session_create(&srv->sock.tran, srv->dev, &srv->stats);
	if (!srv->session)
		goto err_writable;
	event_add(srv->readable, NULL);

	return 0;

err_writable:
	event_free(srv->writable);
err_readable:
	event_free(srv->readable);
	return -ENOMEM;
}

static void server_on_listen(evutil_socket_t listen_fd, short events, void *arg)
{
	struct vfu_server *srv = arg;
	int fd;

	fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			vc_err("vfio", "accept: %s", strerror(errno));
		return;
	}
	if (server_start_session(srv, fd)) {
		vc_err("vfio", "no memory for a client");
		close(fd);
		return;
	}
	vc_keeper_hold(srv->keeper, fd);
	srv->clients++;
	event_del(srv->listen);
	vc_info("vfio", "client connected");
}

int vfu_server_create(struct vfu_server **server, struct vc_loop *loop,
		      const struct vfu_device_config *config, const char *path)
{
	struct vfu_server *srv;
	int ret = -ENOMEM;

	srv = calloc(1, sizeof(*srv));
	if (!srv)
		return -ENOMEM;
	srv->loop = loop;
	srv->keeper = config->keeper;
	srv->dev = vfu_device_create(config);
	if (!srv->dev)
		goto err_free;
	srv->path = strdup(path);
	if (!srv->path)
		goto err_device;
	srv->listen_fd = vc_unix_listen(path);
	if (srv->listen_fd < 0) {
		ret = srv->listen_fd;
		goto err_path;
	}
	srv->listen = event_new(vc_loop_base(loop), srv->listen_fd, EV_READ | EV_PERSIST,
				server_on_listen, srv);
	if (!srv->listen)
		goto err_close;
	event_add(srv->listen, NULL);
	*server = srv;

	return 0;

err_close:
	close(srv->listen_fd);
	unlink(path);
err_path:
	free(srv->path);
err_device:
	vfu_device_destroy(srv->dev);
err_free:
	free(srv);
	return ret;
}

void vfu_server_destroy(struct vfu_server *srv)
{
	if (!srv)
		return;
	if (srv->session) {
		vc_take_leave(srv->sock.fd);
		server_close_client(srv);
	}
	event_free(srv->listen);
	close(srv->listen_fd);
	unlink(srv->path);
	free(srv->path);
	vfu_device_destroy(srv->dev);
	free(srv);
}

static const char *const command_names[VFU_NR_COMMANDS] = {
	[0] = "unknown",
	[VFU_VERSION] = "version",
	[VFU_DMA_MAP] = "dma_map",
	[VFU_DMA_UNMAP] = "dma_unmap",
	[VFU_DEVICE_GET_INFO] = "get_info",
	[VFU_DEVICE_GET_REGION_INFO] = "get_region_info",
	[VFU_DEVICE_GET_REGION_IO_FDS] = "get_region_io_fds",
	[VFU_DEVICE_GET_IRQ_INFO] = "get_irq_info",
	[VFU_DEVICE_SET_IRQS] = "set_irqs",
	[VFU_REGION_READ] = "region_read",
	[VFU_REGION_WRITE] = "region_write",
	[VFU_DMA_READ] = "dma_read",
	[VFU_DMA_WRITE] = "dma_write",
	[VFU_DEVICE_RESET] = "reset",
	[VFU_DIRTY_PAGES] = "dirty_pages",
	[VFU_REGION_WRITE_MULTI] = "region_write_multi",
};

static void put_count(struct json_object *out, const char *key, uint64_t count)
{
	json_object_object_add(out, key, json_object_new_int64((int64_t)count));
}

void vfu_server_status(struct vfu_server *srv, struct json_object *out)
{
	struct json_object *messages = json_object_new_object();
	unsigned int i;

	for (i = 0; i < VFU_NR_COMMANDS; i++)
		if (srv->stats.commands[i])
			put_count(messages, command_names[i], srv->stats.commands[i]);
	json_object_object_add(out, "connected", json_object_new_boolean(srv->session != NULL));
	put_count(out, "clients", srv->clients);
	json_object_object_add(out, "messages", messages);
	put_count(out, "posted", srv->stats.posted);
	put_count(out, "errors", srv->stats.errors);
	put_count(out, "broken", srv->stats.broken);
}
