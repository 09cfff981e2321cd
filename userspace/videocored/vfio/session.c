// SPDX-License-Identifier: GPL-2.0
/*
 * One client's connection. A frame is read whole, checked, handled, answered;
 * then the next. While an answer does not fit into the transport nothing more is
 * read, so a client that does not read cannot make us store anything.
 *
 * What breaks the framing (lengths, types, descriptors) ends the connection; a
 * request that cannot be met gets an error as its answer.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../log.h"
#include "commands.h"
#include "session.h"
#include "transport.h"

/* Frames handled before other events get their turn. */
#define SESSION_BATCH	64

/**
 * struct vfu_session - connection state
 * @tran: carries the frames
 * @stats: counters, shared with other sessions
 * @ctx: what the commands see
 * @got: bytes of the current frame in @rx
 * @fds: descriptors that came with it, -1 once taken
 * @nr_fds: entries of @fds
 * @sent: bytes of @tx already sent
 * @tx_len: bytes in @tx, 0 if no answer is waiting
 * @tx_fd: descriptor to go with the answer, -1 without
 * @error: why the connection ended
 * @rx: current frame
 * @tx: current answer
 */
struct vfu_session {
	struct vfu_tran *tran;
	struct vfu_stats *stats;
	struct vfu_context ctx;
	size_t got;
	int fds[VFU_MAX_FDS];
	size_t nr_fds;
	size_t sent;
	size_t tx_len;
	int tx_fd;
	char error[160];
	uint8_t rx[VFU_MAX_FRAME] __attribute__((aligned(8)));
	uint8_t tx[VFU_MAX_FRAME] __attribute__((aligned(8)));
};

struct vfu_session *vfu_session_create(struct vfu_tran *tran, struct vfu_device *dev,
				       struct vfu_stats *stats)
{
	struct vfu_session *s;

	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->tran = tran;
	s->stats = stats;
	s->ctx.dev = dev;
	s->tx_fd = -1;

	return s;
}

static void session_drop_fds(struct vfu_session *s)
{
	size_t i;

	for (i = 0; i < s->nr_fds; i++)
		if (s->fds[i] >= 0)
			close(s->fds[i]);
	s->nr_fds = 0;
}

void vfu_session_destroy(struct vfu_session *s)
{
	if (!s)
		return;
	session_drop_fds(s);
	free(s);
}

bool vfu_session_wants_write(const struct vfu_session *s)
{
	return s->tx_len > 0;
}

const char *vfu_session_error(const struct vfu_session *s)
{
	return s->error;
}

/* 0 when the answer is out, -EAGAIN to wait for the transport. */
static int session_flush(struct vfu_session *s)
{
	ssize_t n;

	while (s->sent < s->tx_len) {
		n = s->tran->ops->send(s->tran, s->tx + s->sent, s->tx_len - s->sent, s->tx_fd);
		if (n == -EPIPE || n == -ECONNRESET)
			return -ENOTCONN;
		if (n < 0 && n != -EAGAIN)
			snprintf(s->error, sizeof(s->error), "cannot answer: %s",
				 strerror((int)-n));
		if (n < 0)
			return (int)n;
		s->tx_fd = -1;
		s->sent += (size_t)n;
	}
	s->sent = 0;
	s->tx_len = 0;

	return 0;
}

static int session_malformed(struct vfu_session *s, const struct vfu_header *hdr, const char *what)
{
	snprintf(s->error, sizeof(s->error),
		 "malformed frame: %s (id %u, command %u, size %u, flags 0x%x)", what,
		 hdr->id, hdr->command, hdr->size, hdr->flags);
	s->stats->broken++;

	return -EPROTO;
}

static int session_recv_error(struct vfu_session *s, int err)
{
	if (err == -ECONNRESET)
		return -ENOTCONN;
	if (err == -E2BIG) {
		snprintf(s->error, sizeof(s->error),
			 "malformed frame: more than %u descriptors", VFU_MAX_FDS);
		s->stats->broken++;
	} else {
		snprintf(s->error, sizeof(s->error), "cannot receive: %s", strerror(-err));
	}

	return err;
}

/* Read until @s->rx holds @want bytes. 0, -EAGAIN, -ENOTCONN or another -errno. */
static int session_fill(struct vfu_session *s, size_t want)
{
	size_t nr_fds;
	ssize_t n;

	while (s->got < want) {
		nr_fds = VFU_MAX_FDS - s->nr_fds;
		n = s->tran->ops->recv(s->tran, s->rx + s->got, want - s->got,
				       s->fds + s->nr_fds, &nr_fds);
		if (n == -EAGAIN)
			return -EAGAIN;
		if (n < 0)
			return session_recv_error(s, (int)n);
		s->nr_fds += nr_fds;
		if (n == 0 && s->got) {
			snprintf(s->error, sizeof(s->error),
				 "malformed frame: ends after %zu bytes", s->got);
			s->stats->broken++;
			return -EPROTO;
		}
		if (n == 0)
			return -ENOTCONN;
		s->got += (size_t)n;
	}

	return 0;
}

static int session_check_header(struct vfu_session *s, const struct vfu_header *hdr)
{
	if (hdr->size < sizeof(*hdr) || hdr->size > VFU_MAX_FRAME)
		return session_malformed(s, hdr, "size");
	if ((hdr->flags & VFU_TYPE_MASK) != VFU_TYPE_REQUEST)
		return session_malformed(s, hdr, "not a request");
	if (hdr->flags & VFU_ERROR)
		return session_malformed(s, hdr, "error flag in a request");
	if (!s->ctx.negotiated && hdr->command != VFU_VERSION)
		return session_malformed(s, hdr, "version not negotiated");

	return 0;
}

/* A whole frame is in @s->rx. */
static int session_handle(struct vfu_session *s, const struct vfu_header *hdr)
{
	struct vfu_request req = {
		.command = hdr->command,
		.payload = s->rx + sizeof(*hdr),
		.len = hdr->size - sizeof(*hdr),
		.fds = s->fds,
		.nr_fds = s->nr_fds,
	};
	struct vfu_reply rep = {
		.payload = s->tx + sizeof(*hdr),
		.room = sizeof(s->tx) - sizeof(*hdr),
		.fd = -1,
	};
	struct vfu_header *out = (struct vfu_header *)s->tx;
	int ret;

	s->stats->commands[hdr->command < VFU_NR_COMMANDS ? hdr->command : 0]++;
	ret = vfu_command(&s->ctx, &req, &rep);
	session_drop_fds(s);
	if (ret) {
		s->stats->errors++;
		vc_dbg("vfio", "command %u: %s", hdr->command, strerror(-ret));
	}
	if (hdr->flags & VFU_NO_REPLY) {
		s->stats->posted++;
		return 0;
	}

	out->id = hdr->id;
	out->command = hdr->command;
	out->size = (uint32_t)(sizeof(*out) + (ret ? 0 : rep.len));
	out->flags = VFU_TYPE_REPLY | (ret ? VFU_ERROR : 0);
	out->error = ret ? (uint32_t)-ret : 0;
	s->tx_len = out->size;
	s->tx_fd = ret ? -1 : rep.fd;
	/* Without a common version there is no common frame to go on with. */
	if (hdr->command == VFU_VERSION && ret) {
		session_flush(s);
		return session_malformed(s, hdr, "version or capabilities");
	}

	return session_flush(s);
}

static int session_frame(struct vfu_session *s)
{
	struct vfu_header hdr;
	int ret;

	ret = session_fill(s, sizeof(hdr));
	if (ret)
		return ret;
	memcpy(&hdr, s->rx, sizeof(hdr));
	ret = session_check_header(s, &hdr);
	if (ret)
		return ret;
	ret = session_fill(s, hdr.size);
	if (ret)
		return ret;
	s->got = 0;

	return session_handle(s, &hdr);
}

int vfu_session_run(struct vfu_session *s)
{
	unsigned int i;
	int ret = session_flush(s);

	for (i = 0; !ret && i < SESSION_BATCH; i++)
		ret = session_frame(s);

	return ret == -EAGAIN ? 0 : ret;
}
