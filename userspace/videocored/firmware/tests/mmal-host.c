// SPDX-License-Identifier: GPL-2.0
/*
 * A client of the multimedia service for tests, and the fakes around it.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "mmal-host.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <unistd.h>

#include <cmocka.h>
#include <drm_fourcc.h>

#include "camera-engine.h"
#include "guest.h"
#include "loop.h"
#include "media/pattern.h"
#include "media/provenance.h"
#include "media/source.h"
#include "mmal.h"
#include "smem.h"
#include "videocored.h"

/* An address of the machine, like QEMU's. */
#define RAM_BASE	0x40000000u

struct fw_service {
	void *ctx;
	void *priv;
	bool closed;
};

struct queued {
	struct mmal_host_message msg;

	STAILQ_ENTRY(queued) link;
};

STAILQ_HEAD(queued_list, queued);

struct post {
	void (*fn)(void *arg);
	void *arg;

	STAILQ_ENTRY(post) link;
};

STAILQ_HEAD(post_list, post);

struct block {
	uint32_t bus;
	uint32_t size;
	unsigned int refs;
};

static struct {
	struct videocored vc;
	struct mmal_server *server;
	const struct fw_service_ops *ops;
	struct fw_service svc;
	struct queued_list messages;
	size_t nr_messages;
	struct fw_bulk *bulks;
	struct block blocks[MMAL_HOST_BLOCKS];
	uint8_t *ram;
	int ram_fd;
	uint64_t now_ns;
	struct camera_engine *engine;
	unsigned int kicks;
	struct mmal_host_written written;

	pthread_mutex_t post_lock;	/* Protects posts */
	struct post_list posts;
} host = { .post_lock = PTHREAD_MUTEX_INITIALIZER };

int (*mmal_host_render_hook)(struct vc_image *dst);
void (*mmal_host_post_hook)(void);
double mmal_host_source_fps;

/* -----------------------------------------------------------------------------
 * In the place of the transport
 */

int vc_firmware_add_service(struct vc_firmware *fw, const struct fw_service_ops *ops, void *ctx)
{
	host.ops = ops;
	host.svc.ctx = ctx;
	return 0;
}

struct videocored *vc_firmware_videocored(struct vc_firmware *fw)
{
	return &host.vc;
}

int vc_firmware_call(struct vc_firmware *fw, void (*fn)(void *arg), void *arg)
{
	fn(arg);
	return 0;
}

int vc_firmware_post(struct vc_firmware *fw, void (*fn)(void *arg), void *arg)
{
	struct post *post = malloc(sizeof(*post));

	post->fn = fn;
	post->arg = arg;
	pthread_mutex_lock(&host.post_lock);
	STAILQ_INSERT_TAIL(&host.posts, post, link);
	pthread_mutex_unlock(&host.post_lock);
	if (mmal_host_post_hook)
		mmal_host_post_hook();
	return 0;
}

int fw_service_send(struct fw_service *svc, const void *data, size_t len)
{
	struct queued *queued;

	if (svc->closed)
		return -ENOTCONN;
	queued = calloc(1, sizeof(*queued));
	assert_in_range(len, sizeof(queued->msg.head), MMAL_MAX_MSG);
	memcpy(&queued->msg.head, data, sizeof(queued->msg.head));
	queued->msg.len = len - sizeof(queued->msg.head);
	memcpy(queued->msg.payload, (const uint8_t *)data + sizeof(queued->msg.head),
	       queued->msg.len);
	STAILQ_INSERT_TAIL(&host.messages, queued, link);
	host.nr_messages++;
	return 0;
}

int fw_service_bulk(struct fw_service *svc, struct fw_bulk *bulk)
{
	struct fw_bulk **end = &host.bulks;

	if (svc->closed)
		return -ENOTCONN;
	while (*end)
		end = &(*end)->next;
	bulk->next = NULL;
	*end = bulk;
	return 0;
}

void *fw_service_ctx(struct fw_service *svc)
{
	return svc->ctx;
}

void *fw_service_priv(struct fw_service *svc)
{
	return svc->priv;
}

void fw_service_set_priv(struct fw_service *svc, void *priv)
{
	svc->priv = priv;
}

/* -----------------------------------------------------------------------------
 * In the place of memory handles, source, provenance and clock
 */

int smem_block_get(struct smem_pool *pool, uint32_t handle, uint32_t *bus, uint32_t *size)
{
	if (!handle || handle > MMAL_HOST_BLOCKS || !host.blocks[handle - 1].size)
		return -ENOENT;
	host.blocks[handle - 1].refs++;
	*bus = host.blocks[handle - 1].bus;
	*size = host.blocks[handle - 1].size;
	return 0;
}

void smem_block_put(struct smem_pool *pool, uint32_t handle)
{
	assert_in_range(handle, 1, MMAL_HOST_BLOCKS);
	assert_true(host.blocks[handle - 1].refs);
	host.blocks[handle - 1].refs--;
}

double vc_source_fps(const struct vc_source *src)
{
	return mmal_host_source_fps;
}

int vc_source_render(struct vc_source *src, uint64_t seq, uint64_t t_us, struct vc_image *dst)
{
	struct vc_image *yuv;
	int ret;

	if (mmal_host_render_hook)
		return mmal_host_render_hook(dst);
	yuv = vc_image_create(DRM_FORMAT_YUV420, dst->width, dst->height);
	vc_pattern_draw(yuv, seq);
	ret = vc_image_convert(yuv, dst);
	vc_image_destroy(yuv);
	return ret;
}

void vc_provenance_written(struct vc_provenance *prov, uint64_t seq, uint32_t bus, uint32_t len,
			   uint64_t now_ns, const struct vc_image *reference)
{
	host.written.count++;
	host.written.references += reference != NULL;
	host.written.seq = seq;
	host.written.bus = bus;
	host.written.len = len;
}

void vc_provenance_read(struct vc_provenance *prov, uint32_t bus)
{
}

uint64_t vc_now_ns(void)
{
	return __atomic_load_n(&host.now_ns, __ATOMIC_SEQ_CST);
}

/* -----------------------------------------------------------------------------
 * Life
 */

void mmal_host_start(double option_fps)
{
	struct vc_source *const sources[MMAL_HOST_CAMERAS] = { NULL };
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	memset(&host, 0, sizeof(host));
	host.post_lock = lock;
	STAILQ_INIT(&host.messages);
	STAILQ_INIT(&host.posts);
	host.now_ns = 1000000000;
	mmal_host_source_fps = 25;
	host.vc.opt.fps = option_fps;
	host.vc.guest = vc_guest_create(RAM_BASE);
	host.ram_fd = memfd_create("ram", 0);
	assert_int_equal(ftruncate(host.ram_fd, MMAL_HOST_RAM_SIZE), 0);
	assert_int_equal(vc_guest_map(host.vc.guest, RAM_BASE, MMAL_HOST_RAM_SIZE, host.ram_fd, 0,
				      true), 0);
	host.ram = mmap(NULL, MMAL_HOST_RAM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			host.ram_fd, 0);
	assert_ptr_not_equal(host.ram, MAP_FAILED);
	host.server = mmal_server_create(NULL, NULL, sources, MMAL_HOST_CAMERAS);
	assert_non_null(host.server);
	assert_int_equal(host.ops->open(&host.svc), 0);
}

void mmal_host_close(void)
{
	struct fw_bulk *bulk;

	host.svc.closed = true;
	while ((bulk = host.bulks)) {
		host.bulks = bulk->next;
		bulk->done(&host.svc, bulk, -1);
	}
	host.ops->close(&host.svc);
}

void mmal_host_stop(void)
{
	struct queued *queued;

	if (!host.svc.closed)
		mmal_host_close();
	mmal_host_run_posts();
	mmal_server_destroy(host.server);
	while ((queued = STAILQ_FIRST(&host.messages))) {
		STAILQ_REMOVE_HEAD(&host.messages, link);
		free(queued);
	}
	for (int i = 0; i < MMAL_HOST_BLOCKS; i++)
		assert_int_equal(host.blocks[i].refs, 0);
	vc_guest_destroy(host.vc.guest);
	munmap(host.ram, MMAL_HOST_RAM_SIZE);
	close(host.ram_fd);
	mmal_host_render_hook = NULL;
	mmal_host_post_hook = NULL;
}

struct mmal_server *mmal_host_server(void)
{
	return host.server;
}

/* -----------------------------------------------------------------------------
 * Messages and bulks
 */

void mmal_host_send_raw(const void *data, size_t len)
{
	/* An exact copy, so that a sanitizer sees what is read beyond it. */
	void *copy = malloc(len ? len : 1);

	memcpy(copy, data, len);
	host.ops->message(&host.svc, copy, len);
	free(copy);
}

void mmal_host_send(uint32_t type, uint32_t context, const void *payload, size_t len)
{
	uint8_t data[2 * MMAL_MAX_MSG];
	struct mmal_msg_header head;

	/* Fields that clients leave alone hold anything. */
	memset(&head, 0xbc, sizeof(head));
	head.magic = MMAL_MAGIC;
	head.type = type;
	head.context = context;
	memcpy(data, &head, sizeof(head));
	if (len)
		memcpy(data + sizeof(head), payload, len);
	mmal_host_send_raw(data, sizeof(head) + len);
}

size_t mmal_host_nr_messages(void)
{
	return host.nr_messages;
}

void mmal_host_receive(struct mmal_host_message *msg)
{
	struct queued *queued = STAILQ_FIRST(&host.messages);

	assert_non_null(queued);
	STAILQ_REMOVE_HEAD(&host.messages, link);
	host.nr_messages--;
	*msg = queued->msg;
	free(queued);
	assert_int_equal(msg->head.magic, MMAL_MAGIC);
}

uint32_t mmal_host_status(uint32_t type, uint32_t context)
{
	struct mmal_host_message msg;
	uint32_t status;

	mmal_host_receive(&msg);
	assert_int_equal(msg.head.type, type);
	assert_int_equal(msg.head.context, context);
	assert_true(msg.len >= sizeof(status));
	memcpy(&status, msg.payload, sizeof(status));
	return status;
}

uint32_t mmal_host_call(uint32_t type, const void *payload, size_t len)
{
	mmal_host_send(type, 77, payload, len);
	return mmal_host_status(type, 77);
}

size_t mmal_host_nr_bulks(void)
{
	size_t n = 0;

	for (const struct fw_bulk *bulk = host.bulks; bulk; bulk = bulk->next)
		n++;
	return n;
}

void mmal_host_bulk(bool to_host, void *data, size_t len)
{
	struct fw_bulk *bulk = host.bulks;

	assert_non_null(bulk);
	assert_int_equal(bulk->to_host, to_host);
	assert_int_equal(bulk->len, len);
	host.bulks = bulk->next;
	if (data)
		memcpy(to_host ? data : bulk->data, to_host ? bulk->data : data, len);
	bulk->done(&host.svc, bulk, len);
}

bool mmal_host_any_bulk(bool abort)
{
	struct fw_bulk *bulk = host.bulks;

	if (!bulk)
		return false;
	host.bulks = bulk->next;
	bulk->done(&host.svc, bulk, abort ? -1 : (int)bulk->len);
	return true;
}

void mmal_host_run_posts(void)
{
	struct post *post;

	for (;;) {
		pthread_mutex_lock(&host.post_lock);
		post = STAILQ_FIRST(&host.posts);
		if (post)
			STAILQ_REMOVE_HEAD(&host.posts, link);
		pthread_mutex_unlock(&host.post_lock);
		if (!post)
			return;
		post->fn(post->arg);
		free(post);
	}
}

/* -----------------------------------------------------------------------------
 * Requests
 */

uint32_t mmal_host_create(const char *name)
{
	struct mmal_msg_component_create msg = { .client_component = 5, .pid = 1 };
	struct mmal_msg_component_create_reply reply;
	struct mmal_host_message in;

	strncpy(msg.name, name, sizeof(msg.name) - 1);
	mmal_host_send(MMAL_MSG_COMPONENT_CREATE, 1, &msg, sizeof(msg));
	mmal_host_receive(&in);
	assert_int_equal(in.len, sizeof(reply));
	memcpy(&reply, in.payload, sizeof(reply));
	return reply.status ? 0 : reply.component_handle;
}

uint32_t mmal_host_component(uint32_t type, uint32_t component)
{
	const struct mmal_msg_component msg = { .component_handle = component };

	return mmal_host_call(type, &msg, sizeof(msg));
}

static void receive_info(uint32_t type, struct mmal_msg_port_info_reply *info)
{
	struct mmal_host_message in;

	mmal_host_receive(&in);
	assert_int_equal(in.head.type, type);
	assert_int_equal(in.len, sizeof(*info));
	memcpy(info, in.payload, sizeof(*info));
}

uint32_t mmal_host_port(uint32_t component, uint32_t port_type, uint32_t index,
			struct mmal_msg_port_info_reply *info)
{
	const struct mmal_msg_port_info_get msg = {
		.component_handle = component, .port_type = port_type, .index = index,
	};
	struct mmal_msg_port_info_reply local;

	if (!info)
		info = &local;
	mmal_host_send(MMAL_MSG_PORT_INFO_GET, 2, &msg, sizeof(msg));
	receive_info(MMAL_MSG_PORT_INFO_GET, info);
	return info->status ? 0 : info->port_handle;
}

uint32_t mmal_host_set_format(uint32_t component, uint32_t port_type, uint32_t index,
			      uint32_t encoding, uint32_t width, uint32_t height,
			      struct mmal_msg_port_info_reply *info)
{
	struct mmal_msg_port_info_set msg = {
		.component_handle = component,
		.port_type = port_type,
		.index = index,
		.format.type = MMAL_ES_VIDEO,
		.format.encoding = encoding,
		.es.width = width,
		.es.height = height,
		.es.crop.width = width,
		.es.crop.height = height,
		.es.frame_rate.den = 1,
	};
	struct mmal_msg_port_info_reply local;

	if (!info)
		info = &local;
	memset(&msg.port, 0xbc, sizeof(msg.port));
	mmal_host_send(MMAL_MSG_PORT_INFO_SET, 3, &msg, sizeof(msg));
	receive_info(MMAL_MSG_PORT_INFO_SET, info);
	return info->status;
}

uint32_t mmal_host_action(uint32_t component, uint32_t port, uint32_t action,
			  uint32_t num, uint32_t size)
{
	struct mmal_msg_port_action_port msg = {
		.component_handle = component, .port_handle = port, .action = action,
	};

	memset(&msg.port, 0xbc, sizeof(msg.port));
	msg.port.buffer_num = num;
	msg.port.buffer_size = size;
	return mmal_host_call(MMAL_MSG_PORT_ACTION, &msg, sizeof(msg));
}

uint32_t mmal_host_connect(uint32_t component, uint32_t port, uint32_t peer, uint32_t peer_port)
{
	const struct mmal_msg_port_action_handle msg = {
		.component_handle = component,
		.port_handle = port,
		.action = MMAL_ACTION_CONNECT,
		.peer_component_handle = peer,
		.peer_port_handle = peer_port,
	};

	return mmal_host_call(MMAL_MSG_PORT_ACTION, &msg, sizeof(msg));
}

uint32_t mmal_host_set(uint32_t component, uint32_t port, uint32_t id, const void *value,
		       size_t len)
{
	uint8_t data[MMAL_MAX_MSG];
	const struct mmal_msg_parameter msg = {
		.component_handle = component, .port_handle = port, .id = id, .size = len + 8,
	};

	memcpy(data, &msg, sizeof(msg));
	memcpy(data + sizeof(msg), value, len);
	return mmal_host_call(MMAL_MSG_PORT_PARAMETER_SET, data, sizeof(msg) + len);
}

uint32_t mmal_host_set_u32(uint32_t component, uint32_t port, uint32_t id, uint32_t value)
{
	return mmal_host_set(component, port, id, &value, sizeof(value));
}

uint32_t mmal_host_get(uint32_t component, uint32_t port, uint32_t id, void *value,
		       size_t room, size_t *size)
{
	const struct mmal_msg_parameter msg = {
		.component_handle = component, .port_handle = port, .id = id, .size = room + 8,
	};
	struct mmal_msg_parameter_get_reply reply;
	struct mmal_host_message in;

	mmal_host_send(MMAL_MSG_PORT_PARAMETER_GET, 4, &msg, sizeof(msg));
	mmal_host_receive(&in);
	assert_int_equal(in.head.type, MMAL_MSG_PORT_PARAMETER_GET);
	assert_true(in.len >= sizeof(reply));
	memcpy(&reply, in.payload, sizeof(reply));
	assert_int_equal(reply.id, id);
	assert_true(in.len - sizeof(reply) <= room);
	if (!reply.status)
		assert_int_equal(in.len, 4 + reply.size);
	memcpy(value, in.payload + sizeof(reply), in.len - sizeof(reply));
	*size = reply.size - 8;
	return reply.status;
}

struct mmal_msg_buffer mmal_host_buffer(uint32_t component, uint32_t port, uint32_t cookie,
					uint32_t data, uint32_t alloc)
{
	struct mmal_msg_buffer buf;

	memset(&buf, 0xbc, sizeof(buf));
	buf.drvbuf.magic = MMAL_MAGIC;
	buf.drvbuf.component_handle = component;
	buf.drvbuf.port_handle = port;
	buf.drvbuf.client_context = cookie;
	buf.header.cmd = 0;
	buf.header.data = data;
	buf.header.alloc_size = alloc;
	buf.header.length = 0;
	buf.header.offset = 0;
	buf.header.flags = 0;
	buf.payload_in_message = 0;
	return buf;
}

uint32_t mmal_host_returned(struct mmal_msg_buffer *buf)
{
	struct mmal_host_message in;

	mmal_host_receive(&in);
	assert_int_equal(in.head.type, MMAL_MSG_BUFFER_TO_HOST);
	assert_int_equal(in.len, sizeof(*buf));
	memcpy(buf, in.payload, sizeof(*buf));
	assert_int_equal(buf->drvbuf.magic, MMAL_MAGIC);
	assert_true(!buf->payload_in_message || buf->payload_in_message == buf->header.length);
	return in.head.status;
}

/* -----------------------------------------------------------------------------
 * Memory, time, what was seen
 */

uint32_t mmal_host_import(uint32_t offset, uint32_t len)
{
	for (uint32_t i = 0; i < MMAL_HOST_BLOCKS; i++) {
		if (host.blocks[i].size)
			continue;
		host.blocks[i].bus = MMAL_HOST_BUS + offset;
		host.blocks[i].size = len;
		return i + 1;
	}
	return 0;
}

unsigned int mmal_host_block_refs(uint32_t handle)
{
	return host.blocks[handle - 1].refs;
}

uint8_t *mmal_host_ram(void)
{
	return host.ram;
}

void mmal_host_set_time(uint64_t ns)
{
	__atomic_store_n(&host.now_ns, ns, __ATOMIC_SEQ_CST);
}

uint64_t mmal_host_time(void)
{
	return vc_now_ns();
}

void mmal_host_set_engine(struct camera_engine *engine)
{
	host.engine = engine;
}

struct camera_engine *mmal_host_engine(void)
{
	return host.engine;
}

void mmal_host_count_kick(void)
{
	host.kicks++;
}

unsigned int mmal_host_kicks(void)
{
	return host.kicks;
}

uint64_t mmal_host_tick(uint64_t ns)
{
	uint64_t next;

	mmal_host_set_time(ns);
	next = camera_engine_tick(host.engine, ns);
	mmal_host_run_posts();
	return next;
}

struct mmal_host_written mmal_host_written(void)
{
	return host.written;
}

uint32_t mmal_host_create_camera(void)
{
	const struct mmal_camera_config config = {
		.max_stills_w = 3280, .max_stills_h = 2464, .one_shot_stills = 1,
		.max_preview_video_w = 1920, .max_preview_video_h = 1088,
		.num_preview_video_frames = 3, .use_stc_timestamp = 1,
	};
	uint32_t camera = mmal_host_create("ril.camera");

	assert_int_equal(mmal_host_set(camera, 1, MMAL_PARAM_CAMERA_CONFIG, &config,
				       sizeof(config)), 0);
	assert_int_equal(mmal_host_component(MMAL_MSG_COMPONENT_ENABLE, camera), 0);
	return camera;
}
