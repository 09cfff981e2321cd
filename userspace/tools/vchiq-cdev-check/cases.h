/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the cases of vchiq-cdev-check share. They use the ioctls as they are, not
 * a library, for it is the ioctls that are to be checked.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCHIQ_CDEV_CHECK_CASES_H
#define VCHIQ_CDEV_CHECK_CASES_H

#include <linux/vchiq.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check.h"

#define FOURCC(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
#define ECHO		FOURCC('e', 'c', 'h', 'o')
#define FUNC		FOURCC('f', 'u', 'n', 'c')
#define FUN2		FOURCC('f', 'u', 'n', '2')
#define NONE		FOURCC('n', 'o', 'n', 'e')
#define MAX_MESSAGE	4088u
#define NOWHERE		((void *)16)

/* First word of a message to "echo". */
enum echo_command {
	ECHO_ASYNC = 2,
	ECHO_SYNC = 3,
	ECHO_CONFIG = 4,
	ECHO_ECHO = 5,
};

/* Whether the kernel's own driver, of which ours is to be no worse, does the same. */
enum test_scope {
	OURS,
	STOCK,
};

struct test_case {
	const char *name;
	void (*run)(void);
	enum test_scope scope;
};

extern const struct test_case arg_cases[], message_cases[], bulk_cases[], end_cases[],
	server_cases[], dead_cases[];

/* Ends the case, saying why it cannot be run here. */
void __attribute__((noreturn, format(printf, 1, 2))) skip(const char *fmt, ...);

int open_device(void);
/* Connected. */
int open_client(void);
/* 0 or -1 with errno. */
int try_create(int fd, uint32_t fourcc, int version, bool is_vchi, void *userdata,
	       uint32_t *handle);
uint32_t create(int fd, uint32_t fourcc, bool is_vchi, void *userdata);
void remove_service(int fd, uint32_t handle);
int try_send(int fd, uint32_t handle, const void *data, uint32_t size);
void send_message(int fd, uint32_t handle, const void *data, uint32_t size);
/* Any message of that size that "echo" sends back. */
void send_echo(int fd, uint32_t handle, uint32_t size, uint8_t seed);
int dequeue(int fd, uint32_t handle, void *buf, uint32_t size, bool blocking);
/* Both ways work. */
void check_alive(void);
void check_service(int fd, uint32_t handle);
/* One event; @buf takes a message of up to MAX_MESSAGE + 8 bytes. */
int await_one(int fd, struct vchiq_ioc_completion *completion, void *buf);
void expect(int fd, enum vchiq_reason reason, void *service, void *bulk);
int bulk(int fd, uint32_t handle, bool receive, void *data, uint32_t size, int *mode,
	 void *userdata);
void configure(int fd, uint32_t handle, uint32_t size, uint32_t iters);

/* Memory with nothing behind it: its last bytes are at end - n. */
uint8_t *before_hole(size_t size);
/* Memory that cannot be written. */
void *read_only(const void *data, size_t size);

/* A thread that makes one call. */
struct call {
	pthread_t thread;
	long (*run)(void *arg);
	void *arg;
	long ret;
	int error;
	int tid;
	bool is_done;
};

void call_start(struct call *call, long (*run)(void *arg), void *arg);
/* Until it sleeps in the kernel. */
void call_await_blocked(struct call *call);
void call_signal(struct call *call);
/* It has returned in time. */
void call_join(struct call *call);

uint64_t now_ms(void);

#endif /* VCHIQ_CDEV_CHECK_CASES_H */
