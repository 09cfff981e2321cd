/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the selftest share.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCHIQ_SELFTEST_H
#define VCHIQ_SELFTEST_H

#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include <linux/videocore/vchiq.h>

#define ECHO_FOURCC		VCHIQ_FOURCC('e', 'c', 'h', 'o')
#define FUN2_FOURCC		VCHIQ_FOURCC('f', 'u', 'n', '2')
#define TEST_VERSION		3
#define TEST_TIMEOUT_MS		10000

/**
 * struct selftest - the device
 * @vdev: device on the bus
 * @debugfs: directory
 * @lock: one run at a time
 * @is_gone: the driver is being unbound
 */
struct selftest {
	struct vchiq_device *vdev;
	struct dentry *debugfs;
	struct mutex lock; /* One run at a time */
	bool is_gone;
};

/**
 * struct link - one open service
 * @svc: the service
 * @lock: protects the following
 * @received: messages received
 * @in_order: messages echoed in the order sent
 * @len: length of the last one
 * @data: the last one
 * @opened: times it was opened from the other side
 * @closed: times it was closed from the other side
 * @is_closed: it was closed from the other side
 * @wait: for anything of it
 */
struct link {
	struct vchiq_service *svc;
	spinlock_t lock; /* Protects the following */
	u32 received;
	u32 in_order;
	size_t len;
	u8 data[VCHIQ_MAX_MSG_SIZE];
	u32 opened;
	u32 closed;
	bool is_closed;
	wait_queue_head_t wait;
};

/**
 * struct transfer - one bulk and its end
 * @bulk: the bulk
 * @done: completed
 */
struct transfer {
	struct vchiq_bulk bulk;
	struct completion done;
};

struct link *link_open(struct selftest *st, u32 fourcc, s16 version);
struct link *link_open_flags(struct selftest *st, u32 fourcc, s16 version,
			     unsigned int flags);
struct link *link_listen(struct selftest *st, u32 fourcc, s16 version, unsigned int flags);
void link_close(struct link *link);
int link_await(struct link *link, u32 received);
u32 link_received(struct link *link);
int link_command(struct link *link, const void *data, size_t len, u32 answers);
int link_sync(struct link *link);
int with_link(struct selftest *st, int (*test)(struct link *link));
int with_echo(struct selftest *st, int (*test)(struct link *link, u8 *buf));

void fill(u8 *data, size_t len, u32 seed);
int echo_once(struct link *link, u8 *buf, size_t len);
int echo_config(struct link *link, size_t len, u32 iters);
void transfer_init(struct transfer *transfer, void *buf, size_t len, bool to_host);
int transfer_await(struct transfer *transfer);

int bulk_echo(struct selftest *st, u8 *out, u8 *in, size_t len);

int test_refuse_unknown(struct selftest *st);
int test_refuse_version(struct selftest *st);
int test_open_close(struct selftest *st);
int test_storm(struct selftest *st);
int test_use_count(struct selftest *st);
int test_options(struct selftest *st);

int test_sizes(struct selftest *st);
int test_limits(struct selftest *st);
int test_burst(struct selftest *st);
int test_oneway(struct selftest *st);
int test_nowait(struct selftest *st);
int test_sync(struct selftest *st);

int test_bulk_sizes(struct selftest *st);
int test_bulk_memory(struct selftest *st);
int test_bulk_alignment(struct selftest *st);
int test_bulk_queue(struct selftest *st);
int test_bulk_abort(struct selftest *st);
int test_bulk_invalid(struct selftest *st);
int test_bulk_short(struct selftest *st);
int test_pinned_pages(struct selftest *st);
int test_mapped_table(struct selftest *st);

int test_listen(struct selftest *st);
int test_listen_again(struct selftest *st);
int test_listen_once(struct selftest *st);
int test_listen_clash(struct selftest *st);
int test_listen_sync(struct selftest *st);
int test_sync_undelivered(struct selftest *st);
int test_pause(struct selftest *st);
int test_remote_use(struct selftest *st);
int test_keep(struct selftest *st);

int test_fragments(struct selftest *st);
int test_interruptible(struct selftest *st);
int test_open_unsent(struct selftest *st);
int test_suspend(struct selftest *st);
int test_sync_interrupted(struct selftest *st);

#endif /* VCHIQ_SELFTEST_H */
