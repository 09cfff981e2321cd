// SPDX-License-Identifier: GPL-2.0
/*
 * The "mmal" service: clients, dispatch of their messages, their components.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include <videocore/debug.h>
#include <videocore/vchiq.h>

#include "log.h"
#include "mmal-priv.h"
#include "soc/vcmem.h"
#include "videocored.h"

/* -----------------------------------------------------------------------------
 * Replies
 */

enum mmal_status mmal_status_from_errno(int error)
{
	static const struct {
		int error;
		enum mmal_status status;
	} map[] = {
		{ 0, MMAL_SUCCESS },
		{ -ENOMEM, MMAL_ENOMEM },
		{ -ENOSPC, MMAL_ENOSPC },
		{ -EINVAL, MMAL_EINVAL },
		{ -EOPNOTSUPP, MMAL_ENOSYS },
		{ -ENOENT, MMAL_ENOENT },
		{ -ENXIO, MMAL_ENXIO },
		{ -EIO, MMAL_EIO },
		{ -EBUSY, MMAL_ENOTREADY },
		{ -EISCONN, MMAL_EISCONN },
		{ -ENOTCONN, MMAL_ENOTCONN },
		{ -EAGAIN, MMAL_EAGAIN },
		{ -EFAULT, MMAL_EFAULT },
	};

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (map[i].error == error)
			return map[i].status;
	return MMAL_EIO;
}

/* For a debugger that looks at the VideoCore's memory. */
static void mmal_trace(struct mmal_server *server, uint32_t event, const void *data, size_t len)
{
	if (server->vcmem)
		vc_vcmem_trace(server->vcmem, event, data, len);
}

int mmal_send(struct mmal_client *client, uint32_t type, uint32_t context, uint32_t status,
	      const void *payload, size_t len)
{
	uint8_t message[MMAL_MAX_MSG] = { 0 };
	struct mmal_msg_header *header = (struct mmal_msg_header *)message;

	if (len > sizeof(message) - sizeof(*header))
		return -EMSGSIZE;
	header->magic = htole32(MMAL_MAGIC);
	header->type = htole32(type);
	header->context = htole32(context);
	header->status = htole32(status);
	memcpy(message + sizeof(*header), payload, len);
	mmal_trace(client->server, VC_MMAL_TRACE_MSG, message, sizeof(*header) + len);
	return fw_service_send(client->svc, message, sizeof(*header) + len);
}

static void mmal_answer(const struct mmal_request *req, uint32_t status, const void *payload,
			size_t len)
{
	struct mmal_counters *count = &req->client->server->count;

	if (mmal_fault_takes(req, status, payload, len))
		return;
	count->replies++;
	if (mmal_send(req->client, req->type, req->context, status, payload, len))
		count->reply_fails++;
}

void mmal_reply(const struct mmal_request *req, const void *payload, size_t len)
{
	mmal_answer(req, MMAL_SUCCESS, payload, len);
}

void mmal_reply_status(const struct mmal_request *req, int error)
{
	struct mmal_msg_status reply = { .status = htole32(mmal_status_from_errno(error)) };

	if (error)
		req->client->server->count.failed++;
	mmal_reply(req, &reply, sizeof(reply));
}

/* A message that was not even looked into: both words say so. */
static void mmal_reply_refused(const struct mmal_request *req, int error)
{
	uint32_t status = mmal_status_from_errno(error);
	struct mmal_msg_status reply = { .status = htole32(status) };

	mmal_answer(req, status, &reply, sizeof(reply));
}

/* -----------------------------------------------------------------------------
 * Handles: ((index + 1) << 3) for components, index_all + 1 for ports, as the
 * user library demands (spec mmal.md 3.1)
 */

struct component *mmal_client_component(struct mmal_client *client, uint32_t handle)
{
	uint32_t index = (handle >> 3) - 1;

	if ((handle & 7) || index >= MMAL_MAX_COMPONENTS)
		return NULL;
	return client->components[index];
}

struct component_port *mmal_client_port(struct mmal_client *client, uint32_t component_handle,
					uint32_t port_handle)
{
	struct component *comp = mmal_client_component(client, component_handle);

	if (!comp || !port_handle || port_handle > comp->nr_ports)
		return NULL;
	return &comp->ports[port_handle - 1];
}

uint32_t mmal_port_handle(const struct component_port *port)
{
	return port->index_all + 1;
}

/* -----------------------------------------------------------------------------
 * Requests that concern the service or a component
 */

static int mmal_get_version(const struct mmal_request *req)
{
	struct mmal_msg_version reply = {
		.major = htole32(MMAL_VERSION),
		.minimum = htole32(MMAL_VERSION_MIN),
	};

	mmal_reply(req, &reply, sizeof(reply));
	return MMAL_HANDLED;
}

static int mmal_free_index(const struct mmal_client *client)
{
	for (int i = 0; i < MMAL_MAX_COMPONENTS; i++)
		if (!client->components[i])
			return i;
	return -ENOMEM;
}

static struct component *mmal_component_add(struct mmal_client *client, const char *name,
					    int *error)
{
	struct mmal_server *server = client->server;
	int index = mmal_free_index(client);
	struct component *comp;

	*error = index;
	if (index < 0)
		return NULL;
	comp = component_create(server, client, name, error);
	if (!comp)
		return NULL;
	comp->handle = (uint32_t)(index + 1) << 3;
	server->count.components_created++;
	pthread_mutex_lock(&server->lock);
	client->components[index] = comp;
	pthread_mutex_unlock(&server->lock);
	return comp;
}

static void mmal_component_remove(struct mmal_client *client, struct component *comp)
{
	struct mmal_server *server = client->server;

	pthread_mutex_lock(&server->lock);
	client->components[(comp->handle >> 3) - 1] = NULL;
	pthread_mutex_unlock(&server->lock);
	component_destroy(comp);
	server->count.components_destroyed++;
}

static int mmal_component_create(const struct mmal_request *req)
{
	const struct mmal_msg_component_create *msg = req->payload;
	struct mmal_msg_component_create_reply reply = { 0 };
	char name[sizeof(msg->name) + 1] = { 0 };
	struct component *comp;
	int error;

	memcpy(name, msg->name, sizeof(msg->name));
	comp = mmal_component_add(req->client, name, &error);
	if (comp) {
		comp->cookie = le32toh(msg->client_component);
		comp->pid = le32toh(msg->pid);
		reply.component_handle = htole32(comp->handle);
		reply.input_num = htole32(comp->ops->nr_inputs);
		reply.output_num = htole32(comp->ops->nr_outputs);
		reply.clock_num = htole32(comp->ops->nr_clocks);
		vc_dbg("mmal", "component %s created, handle %u", comp->ops->name, comp->handle);
	} else {
		vc_info("mmal", "no component \"%.128s\": %s", name, strerror(-error));
		req->client->server->count.components_failed++;
		reply.status = htole32(mmal_status_from_errno(error));
	}
	mmal_reply(req, &reply, sizeof(reply));
	return MMAL_HANDLED;
}

static struct component *mmal_request_component(const struct mmal_request *req)
{
	const struct mmal_msg_component *msg = req->payload;

	return mmal_client_component(req->client, le32toh(msg->component_handle));
}

static int mmal_component_destroy(const struct mmal_request *req)
{
	struct component *comp = mmal_request_component(req);

	if (!comp)
		return -EINVAL;
	mmal_component_remove(req->client, comp);
	return 0;
}

static int mmal_component_enable(const struct mmal_request *req)
{
	struct component *comp = mmal_request_component(req);

	return comp ? component_enable(comp, true) : -EINVAL;
}

static int mmal_component_disable(const struct mmal_request *req)
{
	struct component *comp = mmal_request_component(req);

	return comp ? component_enable(comp, false) : -EINVAL;
}

static void mmal_stats_components(struct mmal_client *client, struct mmal_msg_stats *stats)
{
	unsigned int n = 0;

	for (int i = 0; i < MMAL_MAX_COMPONENTS; i++) {
		const struct component *comp = client->components[i];

		if (!comp || n == MMAL_STATS_COMPONENTS)
			continue;
		stats->components.list[n].state = htole32(1);
		stats->components.list[n].pid = htole32(comp->pid);
		memcpy(stats->components.list[n].name, comp->ops->name,
		       strnlen(comp->ops->name, sizeof(stats->components.list[n].name) - 1));
		n++;
	}
	stats->components.list_size = htole32(n);
}

static void mmal_stats_fill(struct mmal_client *client, struct mmal_msg_stats *stats)
{
	const struct mmal_counters *count = &client->server->count;

	*stats = (struct mmal_msg_stats){
		.buffers.rx = htole32(count->rx),
		.buffers.rx_zero_copy = htole32(count->rx_zero_copy),
		.buffers.rx_empty = htole32(count->rx_empty),
		.buffers.rx_fails = htole32(count->rx_fails),
		.buffers.tx_short_msg = htole32(count->tx_short_msg),
		.buffers.rx_short_msg = htole32(count->rx_short_msg),
		.buffers.tx = htole32(count->tx),
		.buffers.tx_zero_copy = htole32(count->tx_zero_copy),
		.buffers.tx_empty = htole32(count->tx_empty),
		.buffers.tx_fails = htole32(count->tx_fails),
		.service.created = htole32(count->clients_created),
		.service.destroyed = htole32(count->clients_destroyed),
		.commands.bad_messages = htole32(count->bad_messages),
		.commands.executed = htole32(count->executed),
		.commands.failed = htole32(count->failed),
		.commands.replies = htole32(count->replies),
		.commands.reply_fails = htole32(count->reply_fails),
		.components.created = htole32(count->components_created),
		.components.destroyed = htole32(count->components_destroyed),
		.components.failed = htole32(count->components_failed),
	};
	mmal_stats_components(client, stats);
}

static int mmal_get_stats(const struct mmal_request *req)
{
	const struct mmal_msg_stats *msg = req->payload;
	struct mmal_msg_stats reply;

	mmal_stats_fill(req->client, &reply);
	mmal_reply(req, &reply, sizeof(reply));
	if (le32toh(msg->reset))
		req->client->server->count = (struct mmal_counters){ 0 };
	return MMAL_HANDLED;
}

static int mmal_get_core_stats(const struct mmal_request *req)
{
	const struct mmal_msg_core_stats *msg = req->payload;
	uint32_t index = le32toh(msg->component_index);
	struct mmal_msg_core_stats_reply reply = { 0 };
	struct component_port *port;
	struct component *comp;

	comp = index < MMAL_MAX_COMPONENTS ? req->client->components[index] : NULL;
	if (!comp) {
		reply.result = htole32(MMAL_CORE_STATS_NO_COMPONENT);
		mmal_reply(req, &reply, sizeof(reply));
		return MMAL_HANDLED;
	}
	memcpy(reply.component_name, comp->ops->name,
	       strnlen(comp->ops->name, sizeof(reply.component_name) - 1));
	port = component_port(comp, le32toh(msg->port_type), le32toh(msg->port_index));
	if (!port)
		reply.result = htole32(MMAL_CORE_STATS_NO_PORT);
	else
		reply.buffer_count = htole32(le32toh(msg->dir) ? port->nr_tx : port->nr_rx);
	mmal_reply(req, &reply, sizeof(reply));
	return MMAL_HANDLED;
}

static int mmal_host_log(const struct mmal_request *req)
{
	vc_info("mmal", "host says: %.*s", (int)strnlen(req->payload, req->len),
		(const char *)req->payload);
	return 0;
}

/* -----------------------------------------------------------------------------
 * Dispatch
 */

struct mmal_handler {
	int (*fn)(const struct mmal_request *req);
	size_t len_min;
	size_t len_max;
	bool silent;	/* never answered under its own type */
};

#define MMAL_PAYLOAD_MAX	(MMAL_MAX_MSG - sizeof(struct mmal_msg_header))

#define HANDLER(f, min, max)	{ .fn = (f), .len_min = (min), .len_max = (max) }
#define EXACT(f, payload)	HANDLER(f, sizeof(payload), sizeof(payload))
#define SILENT(f, payload)	{ .fn = (f), .len_min = sizeof(payload), \
				  .len_max = sizeof(payload), .silent = true }
#define PARAMETER(f)		HANDLER(f, sizeof(struct mmal_msg_parameter), \
				sizeof(struct mmal_msg_parameter) + COMPONENT_VALUE_MAX)

static const struct mmal_handler mmal_handlers[] = {
	[MMAL_MSG_GET_VERSION] = EXACT(mmal_get_version, struct mmal_msg_version),
	[MMAL_MSG_COMPONENT_CREATE] = EXACT(mmal_component_create,
					    struct mmal_msg_component_create),
	[MMAL_MSG_COMPONENT_DESTROY] = EXACT(mmal_component_destroy, struct mmal_msg_component),
	[MMAL_MSG_COMPONENT_ENABLE] = EXACT(mmal_component_enable, struct mmal_msg_component),
	[MMAL_MSG_COMPONENT_DISABLE] = EXACT(mmal_component_disable, struct mmal_msg_component),
	[MMAL_MSG_PORT_INFO_GET] = EXACT(mmal_port_info_get, struct mmal_msg_port_info_get),
	[MMAL_MSG_PORT_INFO_SET] = EXACT(mmal_port_info_set, struct mmal_msg_port_info_set),
	[MMAL_MSG_PORT_ACTION] = HANDLER(mmal_port_action,
					 offsetof(struct mmal_msg_port_action_port, port),
					 sizeof(struct mmal_msg_port_action_port)),
	[MMAL_MSG_BUFFER_FROM_HOST] = SILENT(mmal_buffer_from_host, struct mmal_msg_buffer),
	[MMAL_MSG_GET_STATS] = EXACT(mmal_get_stats, struct mmal_msg_stats),
	[MMAL_MSG_PORT_PARAMETER_SET] = PARAMETER(mmal_parameter_set),
	[MMAL_MSG_PORT_PARAMETER_GET] = PARAMETER(mmal_parameter_get),
	[MMAL_MSG_GET_CORE_STATS_FOR_PORT] = EXACT(mmal_get_core_stats,
						   struct mmal_msg_core_stats),
	[MMAL_MSG_BUFFER_FROM_HOST_ZEROLEN] = SILENT(mmal_buffer_from_host,
						     struct mmal_msg_buffer),
	[MMAL_MSG_PORT_FLUSH] = EXACT(mmal_port_flush, struct mmal_msg_buffer),
	[MMAL_MSG_HOST_LOG] = HANDLER(mmal_host_log, 1, MMAL_PAYLOAD_MAX),
};

/* One line is enough: a client that goes wrong may do so for ever. */
static void mmal_bad_message(struct mmal_client *client, uint32_t type, size_t len)
{
	client->server->count.bad_messages++;
	vc_log(client->complained ? VC_LOG_DEBUG : VC_LOG_ERROR, "mmal",
	       "message of type %u has %zu bytes: dropped or refused", type, len);
	client->complained = true;
}

static void mmal_dispatch(const struct mmal_request *req)
{
	const struct mmal_handler *handler = NULL;
	int ret;

	if (req->type < sizeof(mmal_handlers) / sizeof(mmal_handlers[0]))
		handler = &mmal_handlers[req->type];
	if (!handler || !handler->fn) {
		mmal_bad_message(req->client, req->type, req->len);
		mmal_reply_refused(req, -EOPNOTSUPP);
		return;
	}
	if (req->len < handler->len_min || req->len > handler->len_max) {
		mmal_bad_message(req->client, req->type, req->len);
		if (!handler->silent)
			mmal_reply_refused(req, -EINVAL);
		return;
	}
	req->client->server->count.executed++;
	ret = handler->fn(req);
	if (ret != MMAL_HANDLED)
		mmal_reply_status(req, ret);
}

/* For a debugger that looks at the VideoCore's memory: as of the last message. */
static void mmal_show_stats(struct mmal_client *client)
{
	struct mmal_msg_stats stats;

	if (!client->server->vcmem)
		return;
	mmal_stats_fill(client, &stats);
	vc_vcmem_stats(client->server->vcmem, &stats);
}

static void mmal_service_message(struct fw_service *svc, const void *data, size_t len)
{
	struct mmal_client *client = fw_service_priv(svc);
	const struct mmal_msg_header *header = data;
	struct mmal_request req = { .client = client };

	if (len < sizeof(*header) || len > MMAL_MAX_MSG ||
	    le32toh(header->magic) != MMAL_MAGIC) {
		mmal_bad_message(client, 0, len);
		return;
	}
	mmal_trace(client->server, VC_MMAL_TRACE_MSG, data, len);
	req.type = le32toh(header->type);
	req.context = le32toh(header->context);
	req.payload = header + 1;
	req.len = len - sizeof(*header);
	vc_dbg("mmal", "type %u context %u, %zu bytes", req.type, req.context, req.len);
	mmal_dispatch(&req);
	mmal_show_stats(client);
}

static int mmal_service_open(struct fw_service *svc)
{
	struct mmal_server *server = fw_service_ctx(svc);
	struct mmal_client *client = calloc(1, sizeof(*client));

	if (!client)
		return -ENOMEM;
	client->server = server;
	client->svc = svc;
	fw_service_set_priv(svc, client);
	server->count.clients_created++;
	mmal_trace(server, VC_MMAL_TRACE_OPENED, NULL, 0);
	pthread_mutex_lock(&server->lock);
	TAILQ_INSERT_TAIL(&server->clients, client, node);
	pthread_mutex_unlock(&server->lock);
	return 0;
}

static void mmal_service_close(struct fw_service *svc)
{
	struct mmal_client *client = fw_service_priv(svc);
	struct mmal_server *server = client->server;

	for (int i = 0; i < MMAL_MAX_COMPONENTS; i++)
		if (client->components[i])
			mmal_component_remove(client, client->components[i]);
	pthread_mutex_lock(&server->lock);
	TAILQ_REMOVE(&server->clients, client, node);
	pthread_mutex_unlock(&server->lock);
	mmal_fault_forget(client);
	server->count.clients_destroyed++;
	mmal_trace(server, VC_MMAL_TRACE_CLOSED, NULL, 0);
	free(client);
}

static const struct fw_service_ops mmal_service_ops = {
	.fourcc = VCHIQ_FOURCC('m', 'm', 'a', 'l'),
	.version = MMAL_VERSION,
	.version_min = MMAL_VERSION_MIN,
	.open = mmal_service_open,
	.message = mmal_service_message,
	.close = mmal_service_close,
};

/* -----------------------------------------------------------------------------
 * Server
 */

static void mmal_each_component(struct mmal_server *server, void (*fn)(struct component *comp))
{
	struct mmal_client *client;

	TAILQ_FOREACH(client, &server->clients, node)
		for (int i = 0; i < MMAL_MAX_COMPONENTS; i++)
			if (client->components[i])
				fn(client->components[i]);
}

static void poll_component(struct component *comp)
{
	if (comp->ops->poll)
		comp->ops->poll(comp);
}

static void mmal_server_poll(void *arg)
{
	struct mmal_server *server = arg;

	/* First: what is finished from here on needs another call. */
	atomic_store(&server->notified, false);
	mmal_each_component(server, poll_component);
}

static void tell_source_changed(struct component *comp)
{
	if (comp->ops->source_changed)
		comp->ops->source_changed(comp);
}

static void mmal_server_source_changed(void *arg)
{
	mmal_each_component(arg, tell_source_changed);
}

void mmal_server_notify(struct mmal_server *server)
{
	if (atomic_exchange(&server->notified, true))
		return;
	if (vc_firmware_post(server->fw, mmal_server_poll, server))
		atomic_store(&server->notified, false);
}

struct mmal_server *mmal_server_create(struct vc_firmware *fw, struct smem_pool *smem,
				       struct vc_source *const *sources, unsigned int nr)
{
	struct videocored *vc = vc_firmware_videocored(fw);
	struct mmal_server *server = calloc(1, sizeof(*server));

	if (!server)
		return NULL;
	server->fw = fw;
	server->smem = smem;
	server->guest = vc->guest;
	server->prov = vc->prov;
	server->vcmem = vc->vcmem;
	server->refused_param = vc->opt.refused_param;
	for (unsigned int i = 0; i < nr && i < MMAL_CAMERA_INFO_CAMERAS; i++)
		camera_feed_init(&server->feeds[server->nr_feeds++], sources[i], vc->opt.fps);
	pthread_mutex_init(&server->lock, NULL);
	TAILQ_INIT(&server->clients);
	TAILQ_INIT(&server->held);
	if (vc_firmware_add_service(fw, &mmal_service_ops, server)) {
		mmal_server_destroy(server);
		return NULL;
	}
	return server;
}

void mmal_server_destroy(struct mmal_server *server)
{
	if (!server)
		return;
	for (unsigned int i = 0; i < server->nr_feeds; i++)
		camera_feed_fini(&server->feeds[i]);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

struct vc_source *mmal_server_set_source(struct mmal_server *server, unsigned int camera,
					 struct vc_source *source)
{
	struct vc_source *old = camera_feed_set_source(&server->feeds[camera], source);

	vc_firmware_post(server->fw, mmal_server_source_changed, server);
	return old;
}

static void mmal_client_status(struct mmal_client *client, struct json_object *list)
{
	for (int i = 0; i < MMAL_MAX_COMPONENTS; i++) {
		struct component *comp = client->components[i];
		struct json_object *item;

		if (!comp)
			continue;
		item = json_object_new_object();
		json_object_object_add(item, "name", json_object_new_string(comp->ops->name));
		json_object_object_add(item, "handle", json_object_new_int64(comp->handle));
		if (comp->ops->status)
			comp->ops->status(comp, item);
		json_object_array_add(list, item);
	}
}

void mmal_server_status(struct mmal_server *server, struct json_object *out)
{
	struct json_object *list = json_object_new_array();
	struct mmal_client *client;
	int clients = 0;

	pthread_mutex_lock(&server->lock);
	TAILQ_FOREACH(client, &server->clients, node) {
		mmal_client_status(client, list);
		clients++;
	}
	pthread_mutex_unlock(&server->lock);
	json_object_object_add(out, "clients", json_object_new_int(clients));
	json_object_object_add(out, "components", list);
	/* Approximate: written by the firmware thread meanwhile. */
	json_object_object_add(out, "bad_messages",
			       json_object_new_int64(server->count.bad_messages));
}
