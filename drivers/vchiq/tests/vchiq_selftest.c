// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the transport from inside, against the firmware's test services
 * "echo" and "fun2". Not loaded by itself. Reading the file "results" in its
 * debugfs directory runs all tests and shows the outcome as TAP; "traffic" keeps
 * messages and bulks going for as many milliseconds as are written to it, for
 * tests that pull something away meanwhile.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <linux/videocore/vchiq.h>

#define ECHO_FOURCC		VCHIQ_FOURCC('e', 'c', 'h', 'o')
#define FUN2_FOURCC		VCHIQ_FOURCC('f', 'u', 'n', '2')
#define TEST_VERSION		3
#define TEST_TIMEOUT_MS		10000
#define GUARD			64
#define GUARD_BYTE		0xa5

/* First word of a message to "echo". */
enum echo_command {
	ECHO_ONEWAY = 1,
	ECHO_ASYNC = 2,
	ECHO_SYNC = 3,
	ECHO_CONFIG = 4,
	ECHO_ECHO = 5,
};

struct echo_config {
	__le32 command;
	__le32 block_size;
	__le32 iters;
	__le32 verify;
	__le32 echo;
	__le32 align_size;
	__le32 client_align;
	__le32 server_align;
	__le32 client_message_quota;
	__le32 server_message_quota;
};

struct fun2_params {
	__le32 len;
	__le32 server_align;
	__le32 client_align;
	__le32 iteration;
};

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

/* -----------------------------------------------------------------------------
 * Links
 */

static void link_message(struct vchiq_service *svc, const void *data, size_t len)
{
	struct link *link = vchiq_service_priv(svc);
	const __le32 *words = data;

	scoped_guard(spinlock, &link->lock) {
		if (len >= 2 * sizeof(*words) && le32_to_cpu(words[1]) == link->in_order)
			link->in_order++;
		memcpy(link->data, data, len);
		link->len = len;
		link->received++;
	}
	wake_up_all(&link->wait);
}

static void link_closed(struct vchiq_service *svc)
{
	struct link *link = vchiq_service_priv(svc);

	scoped_guard(spinlock, &link->lock)
		link->is_closed = true;
	wake_up_all(&link->wait);
}

static const struct vchiq_service_ops link_ops = {
	.message = link_message,
	.closed = link_closed,
};

static struct link *link_open(struct selftest *st, u32 fourcc, s16 version)
{
	struct link *link = kzalloc(sizeof(*link), GFP_KERNEL);
	const struct vchiq_service_params params = {
		.fourcc = fourcc,
		.version = version,
		.version_min = version,
		.ops = &link_ops,
		.priv = link,
	};
	struct vchiq_service *svc;

	if (!link)
		return ERR_PTR(-ENOMEM);

	spin_lock_init(&link->lock);
	init_waitqueue_head(&link->wait);
	svc = vchiq_service_open(st->vdev, &params);
	if (IS_ERR(svc)) {
		kfree(link);
		return ERR_CAST(svc);
	}

	link->svc = svc;
	return link;
}

static void link_close(struct link *link)
{
	vchiq_service_close(link->svc);
	kfree(link);
}

static bool link_has(struct link *link, u32 received)
{
	guard(spinlock)(&link->lock);

	return link->received >= received || link->is_closed;
}

/* Wait until @received messages have come. */
static int link_await(struct link *link, u32 received)
{
	if (!wait_event_timeout(link->wait, link_has(link, received),
				msecs_to_jiffies(TEST_TIMEOUT_MS)))
		return -ETIMEDOUT;

	guard(spinlock)(&link->lock);
	return link->received >= received ? 0 : -ENOTCONN;
}

static u32 link_received(struct link *link)
{
	guard(spinlock)(&link->lock);

	return link->received;
}

static int link_command(struct link *link, const void *data, size_t len, u32 answers)
{
	u32 received = link_received(link);
	int ret;

	ret = vchiq_service_send(link->svc, data, len);
	return ret ?: link_await(link, received + answers);
}

static int link_sync(struct link *link)
{
	__le32 command = cpu_to_le32(ECHO_SYNC);

	return link_command(link, &command, sizeof(command), 1);
}

static void fill(u8 *data, size_t len, u32 seed)
{
	size_t i;

	for (i = 0; i < len; i++)
		data[i] = (i * 7 + (i >> 8) + seed) & 0xff;
}

/* -----------------------------------------------------------------------------
 * Opening and closing
 */

static int expect_refused(struct selftest *st, u32 fourcc, s16 version)
{
	struct link *link = link_open(st, fourcc, version);

	if (!IS_ERR(link)) {
		link_close(link);
		return -EEXIST;
	}

	return PTR_ERR(link) == -ECONNREFUSED ? 0 : PTR_ERR(link);
}

static int test_refuse_unknown(struct selftest *st)
{
	return expect_refused(st, VCHIQ_FOURCC('n', 'o', 'n', 'e'), TEST_VERSION);
}

static int test_refuse_version(struct selftest *st)
{
	return expect_refused(st, ECHO_FOURCC, 1) ?: expect_refused(st, ECHO_FOURCC, 9);
}

static int test_open_close(struct selftest *st)
{
	struct link *link;
	unsigned int i;
	int ret;

	for (i = 0; i < 200; i++) {
		link = link_open(st, ECHO_FOURCC, TEST_VERSION);
		if (IS_ERR(link))
			return PTR_ERR(link);
		/* Every other one is closed at once, with nothing sent. */
		ret = i % 2 ? link_sync(link) : 0;
		link_close(link);
		if (ret)
			return ret;
	}

	return 0;
}

struct storm {
	struct work_struct work;
	struct selftest *st;
	int ret;
};

static void storm_work(struct work_struct *work)
{
	struct storm *storm = container_of(work, struct storm, work);
	struct link *link;
	unsigned int i;

	for (i = 0; i < 50 && !storm->ret; i++) {
		link = link_open(storm->st, ECHO_FOURCC, TEST_VERSION);
		if (IS_ERR(link)) {
			storm->ret = PTR_ERR(link);
			return;
		}
		storm->ret = link_sync(link);
		link_close(link);
	}
}

static int test_storm(struct selftest *st)
{
	struct workqueue_struct *wq = alloc_workqueue("vchiq-storm", WQ_UNBOUND, 0);
	struct storm storms[8] = { };
	unsigned int i;
	int ret = 0;

	if (!wq)
		return -ENOMEM;

	for (i = 0; i < ARRAY_SIZE(storms); i++) {
		storms[i].st = st;
		INIT_WORK_ONSTACK(&storms[i].work, storm_work);
		queue_work(wq, &storms[i].work);
	}
	for (i = 0; i < ARRAY_SIZE(storms); i++) {
		flush_work(&storms[i].work);
		destroy_work_on_stack(&storms[i].work);
		ret = ret ?: storms[i].ret;
	}
	destroy_workqueue(wq);

	return ret;
}

/* -----------------------------------------------------------------------------
 * Messages
 */

static int echo_once(struct link *link, u8 *buf, size_t len)
{
	__le32 command = cpu_to_le32(ECHO_ECHO);
	int ret;

	fill(buf, len, len);
	memcpy(buf, &command, sizeof(command));
	ret = link_command(link, buf, len, 1);
	if (ret)
		return ret;
	if (link->len != len || memcmp(link->data, buf, len))
		return -EBADMSG;

	return 0;
}

static int with_echo(struct selftest *st, int (*test)(struct link *link, u8 *buf))
{
	struct link *link = link_open(st, ECHO_FOURCC, TEST_VERSION);
	u8 *buf;
	int ret;

	if (IS_ERR(link))
		return PTR_ERR(link);

	buf = kmalloc(VCHIQ_MAX_MSG_SIZE + 8, GFP_KERNEL);
	ret = buf ? test(link, buf) : -ENOMEM;
	kfree(buf);
	link_close(link);
	return ret;
}

static int sizes(struct link *link, u8 *buf)
{
	size_t len;
	int ret;

	for (len = 4; len <= VCHIQ_MAX_MSG_SIZE; len += len < 80 ? 1 : 61) {
		ret = echo_once(link, buf, len);
		if (ret)
			return ret;
	}

	return echo_once(link, buf, VCHIQ_MAX_MSG_SIZE) ?: echo_once(link, buf, 4080);
}

static int test_sizes(struct selftest *st)
{
	return with_echo(st, sizes);
}

static int limits(struct link *link, u8 *buf)
{
	if (vchiq_service_send(link->svc, buf, 0) != -EINVAL)
		return -ERANGE;
	if (vchiq_service_send(link->svc, buf, VCHIQ_MAX_MSG_SIZE + 1) != -EMSGSIZE)
		return -ERANGE;

	return link_sync(link);
}

static int test_limits(struct selftest *st)
{
	return with_echo(st, limits);
}

/* Numbered messages of changing size, far more than the slots hold. */
static int burst(struct link *link, u8 *buf)
{
	const u32 count = 3000;
	__le32 *words = (__le32 *)buf;
	u32 i;
	int ret;

	fill(buf, VCHIQ_MAX_MSG_SIZE, 1);
	for (i = 0; i < count; i++) {
		words[0] = cpu_to_le32(ECHO_ECHO);
		words[1] = cpu_to_le32(i);
		ret = vchiq_service_send(link->svc, buf, 8 + (i * 37) % 1500);
		if (ret)
			return ret;
	}

	ret = link_await(link, count);
	if (ret)
		return ret;

	return link->in_order == count ? 0 : -EILSEQ;
}

static int test_burst(struct selftest *st)
{
	return with_echo(st, burst);
}

/* Messages without an answer, then with empty ones. */
static int oneway(struct link *link, u8 *buf)
{
	__le32 command = cpu_to_le32(ECHO_ONEWAY);
	u32 i;
	int ret;

	for (i = 0; i < 4000; i++) {
		if (i == 2000)
			command = cpu_to_le32(ECHO_ASYNC);
		ret = vchiq_service_send(link->svc, &command, sizeof(command));
		if (ret)
			return ret;
	}

	return link_await(link, 2000) ?: link_sync(link);
}

static int test_oneway(struct selftest *st)
{
	return with_echo(st, oneway);
}

/* Without waiting: nothing is lost, and what finds no room says so. */
static int nowait(struct link *link, u8 *buf)
{
	u32 sent = 0, full = 0;
	u32 i;
	int ret;

	fill(buf, 2000, 5);
	*(__le32 *)buf = cpu_to_le32(ECHO_ECHO);
	for (i = 0; i < 2000; i++) {
		ret = vchiq_service_send_nowait(link->svc, buf, 2000);
		if (ret == -EAGAIN)
			full++;
		else if (!ret)
			sent++;
		else
			return ret;
	}
	if (!full)
		return -ERANGE;

	return link_await(link, sent);
}

static int test_nowait(struct selftest *st)
{
	return with_echo(st, nowait);
}

/* -----------------------------------------------------------------------------
 * Bulks
 */

static void transfer_complete(struct vchiq_service *svc, struct vchiq_bulk *bulk)
{
	complete(&container_of(bulk, struct transfer, bulk)->done);
}

static void transfer_init(struct transfer *transfer, void *buf, size_t len, bool to_host)
{
	memset(transfer, 0, sizeof(*transfer));
	transfer->bulk.buf = buf;
	transfer->bulk.len = len;
	transfer->bulk.to_host = to_host;
	transfer->bulk.complete = transfer_complete;
	init_completion(&transfer->done);
}

static int transfer_await(struct transfer *transfer)
{
	if (!wait_for_completion_timeout(&transfer->done, msecs_to_jiffies(TEST_TIMEOUT_MS)))
		return -ETIMEDOUT;
	if (transfer->bulk.status)
		return transfer->bulk.status;

	return transfer->bulk.actual == transfer->bulk.len ? 0 : -EMSGSIZE;
}

/*
 * One block out and back. The link is closed on every failure, as the transfers
 * are on our stack.
 */
static int bulk_there_and_back(struct link *link, void *out, void *in, size_t len)
{
	struct transfer tx, rx;
	int ret;

	transfer_init(&tx, out, len, false);
	transfer_init(&rx, in, len, true);
	ret = vchiq_service_bulk(link->svc, &rx.bulk);
	if (!ret)
		ret = vchiq_service_bulk(link->svc, &tx.bulk);
	if (!ret)
		ret = transfer_await(&tx);
	if (!ret)
		ret = transfer_await(&rx);
	if (!ret && memcmp(out, in, len))
		ret = -EBADMSG;
	if (ret) {
		vchiq_service_close(link->svc);
		link->svc = NULL;
	}

	return ret;
}

static int echo_config(struct link *link, size_t len, u32 iters)
{
	const struct echo_config config = {
		.command = cpu_to_le32(ECHO_CONFIG),
		.block_size = cpu_to_le32(len),
		.iters = cpu_to_le32(iters),
		.echo = cpu_to_le32(1),
	};
	int ret;

	ret = link_command(link, &config, sizeof(config), 1);
	if (ret)
		return ret;

	return link->len == 1 ? 0 : -EBADMSG;
}

static int bulk_echo(struct selftest *st, u8 *out, u8 *in, size_t len)
{
	struct link *link = link_open(st, ECHO_FOURCC, TEST_VERSION);
	int ret;

	if (IS_ERR(link))
		return PTR_ERR(link);

	fill(out, len, len);
	memset(in, 0, len);
	ret = echo_config(link, len, 1);
	if (!ret)
		ret = bulk_there_and_back(link, out, in, len);
	link_close(link);
	return ret;
}

static int test_bulk_sizes(struct selftest *st)
{
	static const size_t lens[] = {
		1, 63, 64, 65, 4095, 4096, 4097, 65536 + 13, 1000000, 3110400, 8294400,
	};
	const size_t max = 8294400;
	u8 *out = vmalloc(max);
	u8 *in = vmalloc(max);
	unsigned int i;
	int ret = out && in ? 0 : -ENOMEM;

	for (i = 0; !ret && i < ARRAY_SIZE(lens); i++)
		ret = bulk_echo(st, out, in, lens[i]);
	vfree(out);
	vfree(in);
	return ret;
}

/* Contiguous pages, and slab memory, which the transport copies. */
static int test_bulk_memory(struct selftest *st)
{
	const size_t len = 100000;
	u8 *pages = alloc_pages_exact(len, GFP_KERNEL);
	u8 *big = kmalloc(len, GFP_KERNEL);
	u8 *out = kmalloc(777, GFP_KERNEL);
	u8 *in = kmalloc(777, GFP_KERNEL);
	int ret = -ENOMEM;

	if (pages && big && out && in)
		ret = bulk_echo(st, out, in, 777) ?: bulk_echo(st, pages, big, len);
	if (!ret)
		ret = bulk_echo(st, big, pages, len);
	kfree(in);
	kfree(out);
	kfree(big);
	if (pages)
		free_pages_exact(pages, len);
	return ret;
}

static int guard_check(const u8 *buf, size_t offset, size_t len)
{
	size_t i;

	for (i = 0; i < GUARD; i++) {
		if (buf[offset - GUARD + i] != GUARD_BYTE ||
		    buf[offset + len + i] != GUARD_BYTE)
			return -EOVERFLOW;
	}

	return 0;
}

/*
 * One aligned-so transfer. What lies around the buffer is written after posting,
 * as a neighbour may.
 */
static int fun2_once(struct link *link, u8 *out, u8 *in, size_t offset, size_t len)
{
	const struct fun2_params params = {
		.len = cpu_to_le32(len),
		.server_align = cpu_to_le32(len % 40),
		.client_align = cpu_to_le32(offset % 64),
	};
	int ret;

	fill(out, len + 2 * PAGE_SIZE, len + offset);
	memset(in, GUARD_BYTE, offset + len + GUARD);
	ret = vchiq_service_send(link->svc, &params, sizeof(params));
	if (!ret)
		ret = bulk_there_and_back(link, out + offset, in + offset, len);

	return ret ?: guard_check(in, offset, len);
}

static int fun2_all(struct link *link, u8 *out, u8 *in)
{
	static const size_t big[] = { 64, 127, 1024, 4095, 4096, 4097, 8192 };
	static const size_t offsets[] = {
		0, 1, 2, 4, 8, 16, 31, 32, 33, 63, 4096 - 64, 4096 - 8, 4096 - 1,
	};
	unsigned int i, j;
	size_t len;
	int ret;

	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		for (len = 1; len < 64; len += 3) {
			ret = fun2_once(link, out, in, PAGE_SIZE + offsets[i], len);
			if (ret)
				return ret;
		}
		for (j = 0; j < ARRAY_SIZE(big); j++) {
			ret = fun2_once(link, out, in, PAGE_SIZE + offsets[i], big[j]);
			if (ret)
				return ret;
		}
	}

	return 0;
}

static int test_bulk_alignment(struct selftest *st)
{
	struct link *link = link_open(st, FUN2_FOURCC, TEST_VERSION);
	u8 *out, *in;
	int ret;

	if (IS_ERR(link))
		return PTR_ERR(link);

	out = vmalloc(8 * PAGE_SIZE);
	in = vmalloc(8 * PAGE_SIZE);
	ret = out && in ? fun2_all(link, out, in) : -ENOMEM;
	link_close(link);
	vfree(out);
	vfree(in);
	return ret;
}

/*
 * More than may be outstanding at once, in both directions. A receive is posted
 * before each transmit, so that the firmware always gets rid of what it has.
 */
static int queue_blocks(struct link *link, struct transfer *transfers, u8 *mem,
			unsigned int count, size_t len)
{
	unsigned int i;
	int ret;

	for (i = 0; i < count; i++) {
		transfer_init(&transfers[2 * i], mem + 2 * i * len, len, true);
		transfer_init(&transfers[2 * i + 1], mem + (2 * i + 1) * len, len, false);
		fill(mem + (2 * i + 1) * len, len, i);
		ret = vchiq_service_bulk(link->svc, &transfers[2 * i].bulk);
		if (!ret)
			ret = vchiq_service_bulk(link->svc, &transfers[2 * i + 1].bulk);
		if (ret)
			return ret;
	}
	for (i = 0; i < 2 * count; i++) {
		ret = transfer_await(&transfers[i]);
		if (ret)
			return ret;
		if (i % 2 && memcmp(mem + i * len, mem + (i - 1) * len, len))
			return -EBADMSG;
	}

	return 0;
}

static int test_bulk_queue(struct selftest *st)
{
	const unsigned int count = 100;
	const size_t len = 6000;
	struct transfer *transfers = kcalloc(2 * count, sizeof(*transfers), GFP_KERNEL);
	u8 *mem = vzalloc(2 * count * len);
	struct link *link = link_open(st, ECHO_FOURCC, TEST_VERSION);
	int ret = -ENOMEM;

	if (IS_ERR(link)) {
		ret = PTR_ERR(link);
	} else {
		if (transfers && mem)
			ret = echo_config(link, len, count);
		if (!ret)
			ret = queue_blocks(link, transfers, mem, count, len);
		link_close(link);
	}
	vfree(mem);
	kfree(transfers);
	return ret;
}

/* Bulks that nobody matches end with the service. */
static int test_bulk_abort(struct selftest *st)
{
	struct link *link = link_open(st, ECHO_FOURCC, TEST_VERSION);
	struct transfer transfers[2 * VCHIQ_NUM_SERVICE_BULKS];
	u8 *mem = vmalloc(ARRAY_SIZE(transfers) * 100);
	unsigned int i, posted = 0;
	int ret = mem ? 0 : -ENOMEM;

	if (IS_ERR(link)) {
		vfree(mem);
		return PTR_ERR(link);
	}

	for (i = 0; !ret && i < ARRAY_SIZE(transfers); i++) {
		transfer_init(&transfers[i], mem + i * 100, 100, i % 2);
		ret = vchiq_service_bulk(link->svc, &transfers[i].bulk);
		if (!ret)
			posted++;
	}
	link_close(link);
	for (i = 0; i < posted; i++) {
		if (!completion_done(&transfers[i].done) ||
		    transfers[i].bulk.status != -ECONNABORTED)
			ret = ret ?: -EBUSY;
	}
	vfree(mem);
	return ret;
}

static int test_bulk_invalid(struct selftest *st)
{
	struct link *link = link_open(st, ECHO_FOURCC, TEST_VERSION);
	struct transfer transfer;
	u8 byte = 0;
	int ret = 0;

	if (IS_ERR(link))
		return PTR_ERR(link);

	transfer_init(&transfer, &byte, 0, false);
	if (vchiq_service_bulk(link->svc, &transfer.bulk) != -EINVAL)
		ret = -ERANGE;
	transfer_init(&transfer, NULL, 1, true);
	if (vchiq_service_bulk(link->svc, &transfer.bulk) != -EINVAL)
		ret = -ERANGE;
	transfer_init(&transfer, &byte, (size_t)S32_MAX + 1, false);
	if (vchiq_service_bulk(link->svc, &transfer.bulk) != -EMSGSIZE)
		ret = -ERANGE;
	link_close(link);
	return ret;
}

/* -----------------------------------------------------------------------------
 * Running
 */

static const struct {
	const char *name;
	int (*run)(struct selftest *st);
} tests[] = {
	{ "a service that is not there is refused", test_refuse_unknown },
	{ "a version that does not fit is refused", test_refuse_version },
	{ "open and close 200 times", test_open_close },
	{ "open and close from 8 threads", test_storm },
	{ "messages of all sizes come back unchanged", test_sizes },
	{ "messages of no size or too much are refused", test_limits },
	{ "3000 messages come back in order", test_burst },
	{ "4000 one-way and empty messages", test_oneway },
	{ "sending without waiting says when there is no room", test_nowait },
	{ "bulks from 1 byte to 8 MB", test_bulk_sizes },
	{ "bulks from pages and slabs", test_bulk_memory },
	{ "bulks at odd addresses leave their neighbours alone", test_bulk_alignment },
	{ "100 bulks each way, more than are outstanding at once", test_bulk_queue },
	{ "bulks that nobody takes are aborted by closing", test_bulk_abort },
	{ "bulks of nothing and of too much are refused", test_bulk_invalid },
};

static void run_one(struct seq_file *file, struct selftest *st, unsigned int i)
{
	ktime_t start = ktime_get();
	int ret = st->is_gone ? -ENODEV : tests[i].run(st);

	seq_printf(file, "%s %u - %s\n", ret ? "not ok" : "ok", i + 1, tests[i].name);
	seq_printf(file, "# %lld ms", ktime_ms_delta(ktime_get(), start));
	if (ret)
		seq_printf(file, ", error %d", ret);
	seq_puts(file, "\n");
}

static int results_show(struct seq_file *file, void *data)
{
	struct selftest *st = file->private;
	unsigned int i;

	guard(mutex)(&st->lock);
	seq_printf(file, "1..%zu\n", ARRAY_SIZE(tests));
	for (i = 0; i < ARRAY_SIZE(tests); i++)
		run_one(file, st, i);
	return 0;
}

static int results_open(struct inode *inode, struct file *file)
{
	/* Large enough to be filled in one go: the tests must not run twice. */
	return single_open_size(file, results_show, inode->i_private, SZ_16K);
}

static const struct file_operations results_fops = {
	.owner = THIS_MODULE,
	.open = results_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

/* Messages and bulks without end; ends with the first error. */
static int traffic(struct selftest *st, unsigned long end)
{
	const size_t len = 100000;
	u8 *out = vmalloc(len);
	u8 *in = vmalloc(len);
	int ret = out && in ? 0 : -ENOMEM;

	while (!ret && time_before(jiffies, end) && !READ_ONCE(st->is_gone)) {
		ret = bulk_echo(st, out, in, len);
		if (!ret)
			ret = test_burst(st);
	}
	vfree(out);
	vfree(in);
	return ret;
}

static ssize_t traffic_write(struct file *file, const char __user *user, size_t len,
			     loff_t *pos)
{
	struct selftest *st = file->private_data;
	unsigned int ms;
	int ret;

	ret = kstrtouint_from_user(user, len, 0, &ms);
	if (ret)
		return ret;

	guard(mutex)(&st->lock);
	return traffic(st, jiffies + msecs_to_jiffies(ms)) ?: len;
}

static const struct file_operations traffic_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = traffic_write,
};

static int selftest_probe(struct vchiq_device *vdev)
{
	struct selftest *st = devm_kzalloc(&vdev->dev, sizeof(*st), GFP_KERNEL);
	char name[64];

	if (!st)
		return -ENOMEM;

	st->vdev = vdev;
	mutex_init(&st->lock);
	dev_set_drvdata(&vdev->dev, st);
	snprintf(name, sizeof(name), "vchiq-selftest-%s", dev_name(vdev->dev.parent));
	st->debugfs = debugfs_create_dir(name, NULL);
	debugfs_create_file("results", 0400, st->debugfs, st, &results_fops);
	debugfs_create_file("traffic", 0200, st->debugfs, st, &traffic_fops);
	return 0;
}

/* Removing the files waits for whoever is in them, and the traffic to stop. */
static void selftest_remove(struct vchiq_device *vdev)
{
	struct selftest *st = dev_get_drvdata(&vdev->dev);

	WRITE_ONCE(st->is_gone, true);
	debugfs_remove_recursive(st->debugfs);
}

static const struct vchiq_client_id selftest_ids[] = {
	{ "vc-echo" },
	{ }
};

static struct vchiq_driver selftest_driver = {
	.probe = selftest_probe,
	.remove = selftest_remove,
	.id_table = selftest_ids,
	.driver = {
		.name = KBUILD_MODNAME,
	},
};
module_vchiq_driver(selftest_driver);

MODULE_DESCRIPTION("Tests of the VideoCore host interface queue");
MODULE_LICENSE("GPL");
