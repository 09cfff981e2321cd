// SPDX-License-Identifier: GPL-2.0
/*
 * A process that outlives a videocored that is killed.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper.h"
#include "loop.h"

/* A client that notices the end of the stream falls silent within this. */
#define GOODBYE_QUIET_MS	100
#define GOODBYE_MAX_NS		500000000ull

/* A byte with each message, and the socket with those that bring one. */
union fd_message {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int))];
};

void vc_take_leave(int fd)
{
	uint64_t end = vc_now_ns() + GOODBYE_MAX_NS;
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	char rest[4096];

	if (shutdown(fd, SHUT_WR))
		return;
	while (vc_now_ns() < end && poll(&poll_fd, 1, GOODBYE_QUIET_MS) > 0) {
		if (recv(fd, rest, sizeof(rest), MSG_DONTWAIT) <= 0)
			return;
	}
}

void vc_keeper_hold(int link, int fd)
{
	union fd_message control = { 0 };
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = sizeof(byte) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;

	if (link < 0)
		return;
	if (fd >= 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = sizeof(control.bytes);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	}
	/* A keeper that is gone cannot help, nor does it have to. */
	(void)sendmsg(link, &msg, MSG_NOSIGNAL);
}

/* False when the other end is closed. *@fd is what it brought, or -1. */
static bool receive(int link, int *fd)
{
	union fd_message control = { 0 };
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = sizeof(byte) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *cmsg;
	ssize_t n;

	*fd = -1;
	do {
		n = recvmsg(link, &msg, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	cmsg = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (cmsg && cmsg->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(cmsg), sizeof(*fd));
	return n > 0;
}

/* The socket that is held when the child has ended, or -1. */
static int keep(int link)
{
	int held = -1, fd;

	while (receive(link, &fd)) {
		if (held >= 0)
			close(held);
		held = fd;
	}
	return held;
}

static volatile pid_t child;

static void hand_on(int sig)
{
	kill(child, sig);
}

static int exit_status(int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	fprintf(stderr, "videocored: killed by signal %d\n", WTERMSIG(status));
	return 128 + WTERMSIG(status);
}

static void __attribute__((noreturn)) run_keeper(int link)
{
	int held, status = 0;

	signal(SIGTERM, hand_on);
	signal(SIGINT, hand_on);
	held = keep(link);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (held >= 0 && !WIFEXITED(status))
		vc_take_leave(held);
	exit(exit_status(status));
}

int vc_keeper_start(int *link)
{
	pid_t parent = getpid(), pid;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;
	pid = fork();
	if (pid < 0) {
		close(ends[0]);
		close(ends[1]);
		return -EAGAIN;
	}
	if (pid) {
		close(ends[1]);
		child = pid;
		run_keeper(ends[0]);
	}
	close(ends[0]);
	/* Who is left alone ends in an orderly way. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		exit(EXIT_FAILURE);
	*link = ends[1];
	return 0;
}
