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

#include <linux/debugfs.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>

#include <linux/videocore/vchiq.h>

#include "vchiq_selftest.h"

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
	{ "of a bulk that ends early nothing else is touched", test_bulk_short },
	{ "the firmware opens a service of ours", test_listen },
	{ "and another time, after either side closed it", test_listen_again },
	{ "but not one that listens once, until it is told to", test_listen_once },
	{ "a name is offered by one client only", test_listen_clash },
	{ "the firmware opens a synchronous service of ours", test_listen_sync },
	{ "messages pass through the synchronous slots", test_sync },
	{ "nothing is lost while the firmware pauses us", test_pause },
	{ "the firmware uses and releases us", test_remote_use },
	{ "the firmware opens KEEP to keep us alive", test_keep },
	{ "nothing is sent for a service that nobody uses", test_use_count },
	{ "options that make no sense are refused", test_options },
	{ "bulks from pinned pages", test_pinned_pages },
	{ "bulks from a table that is mapped already", test_mapped_table },
	{ "more unaligned bulks than there are fragments wait", test_fragments },
	{ "a signal ends the waits of who wants that", test_interruptible },
	{ "an open that a signal ended before it was sent is over at once", test_open_unsent },
	{ "nothing is sent while the system sleeps, and all afterwards", test_suspend },
	{ "who was interrupted lets go of the synchronous slot", test_sync_interrupted },
	{ "a synchronous message that nobody takes is released", test_sync_undelivered },
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
