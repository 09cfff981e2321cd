// SPDX-License-Identifier: GPL-2.0
/*
 * Frames over a Unix stream socket, never blocking.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../soc/bus.h"
#include "protocol.h"
#include "transport.h"

/* Returns how many descriptors the sender attached, storing what there is room for. */
static size_t take_fds(struct msghdr *msg, int *fds, size_t room)
{
	struct cmsghdr *cmsg;
	size_t total = 0, n, i;
	int fd;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < n; i++, total++) {
			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(int), sizeof(fd));
			if (total < room)
				fds[total] = fd;
			else
				close(fd);
		}
	}

	return total;
}

static void close_fds(int *fds, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		close(fds[i]);
}

static ssize_t sock_recv(struct vfu_tran *tran, void *buf, size_t len, int *fds, size_t *nr_fds)
{
	struct vfu_tran_sock *sock = vc_container_of(tran, struct vfu_tran_sock, tran);
	union {
		char buf[CMSG_SPACE(VFU_MAX_FDS * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = buf, .iov_len = len };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	size_t room = *nr_fds, total;
	ssize_t ret;

	*nr_fds = 0;
	do {
		ret = recvmsg(sock->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (ret < 0 && errno == EINTR);
	if (ret < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;

	total = take_fds(&msg, fds, room);
	*nr_fds = total < room ? total : room;
	if (total > room || (msg.msg_flags & MSG_CTRUNC)) {
		close_fds(fds, *nr_fds);
		*nr_fds = 0;
		return -E2BIG;
	}

	return ret;
}

static ssize_t sock_send(struct vfu_tran *tran, const void *buf, size_t len, int fd)
{
	struct vfu_tran_sock *sock = vc_container_of(tran, struct vfu_tran_sock, tran);
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)buf, .iov_len = len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t ret;

	if (fd >= 0) {
		msg.msg_control = control.buf;
		msg.msg_controllen = sizeof(control.buf);
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.align), &fd, sizeof(fd));
	}
	do {
		ret = sendmsg(sock->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (ret < 0 && errno == EINTR);
	if (ret < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;

	return ret;
}

static const struct vfu_tran_ops sock_ops = {
	.recv = sock_recv,
	.send = sock_send,
};

void vfu_tran_sock_init(struct vfu_tran_sock *sock, int fd)
{
	sock->tran.ops = &sock_ops;
	sock->fd = fd;
}
