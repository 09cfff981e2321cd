/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What carries the frames: a socket, or a test's or fuzzer's buffer.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_VFIO_TRANSPORT_H
#define VIDEOCORED_VFIO_TRANSPORT_H

#include <stddef.h>
#include <sys/types.h>

struct vfu_tran;

/**
 * struct vfu_tran_ops - a byte stream that carries descriptors
 * @recv: up to @len bytes; descriptors that came along are stored in @fds and
 *	belong to the caller. On entry *@nr_fds is the room in @fds, on return how
 *	many there are. Bytes, 0 at the end, -EAGAIN, -E2BIG for more descriptors
 *	than there is room for (all closed), or -errno
 * @send: up to @len bytes, with @fd unless -1 (stays the caller's). Bytes,
 *	-EAGAIN or -errno; the descriptor goes with the first byte
 */
struct vfu_tran_ops {
	ssize_t (*recv)(struct vfu_tran *tran, void *buf, size_t len, int *fds, size_t *nr_fds);
	ssize_t (*send)(struct vfu_tran *tran, const void *buf, size_t len, int fd);
};

/** struct vfu_tran - embed it in the transport's state */
struct vfu_tran {
	const struct vfu_tran_ops *ops;
};

/** struct vfu_tran_sock - a connected stream socket; @fd stays the caller's */
struct vfu_tran_sock {
	struct vfu_tran tran;
	int fd;
};

void vfu_tran_sock_init(struct vfu_tran_sock *sock, int fd);

#endif /* VIDEOCORED_VFIO_TRANSPORT_H */
