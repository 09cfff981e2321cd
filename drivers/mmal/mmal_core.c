// SPDX-License-Identifier: GPL-2.0
/*
 * MMAL client: connections to the firmware's multimedia service.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "mmal_priv.h"

/* Connections of one device that debugfs can tell apart. */
#define VC_MMAL_MAX_NAMES	8

static const int vc_mmal_errnos[] = {
	[MMAL_SUCCESS] = 0,
	[MMAL_ENOMEM] = -ENOMEM,
	[MMAL_ENOSPC] = -ENOSPC,
	[MMAL_EINVAL] = -EINVAL,
	[MMAL_ENOSYS] = -EOPNOTSUPP,
	[MMAL_ENOENT] = -ENOENT,
	[MMAL_ENXIO] = -ENXIO,
	[MMAL_EIO] = -EIO,
	[MMAL_ESPIPE] = -ESPIPE,
	[MMAL_ECORRUPT] = -EILSEQ,
	[MMAL_ENOTREADY] = -EBUSY,
	[MMAL_ECONFIG] = -EINVAL,
	[MMAL_EISCONN] = -EISCONN,
	[MMAL_ENOTCONN] = -ENOTCONN,
	[MMAL_EAGAIN] = -EAGAIN,
	[MMAL_EFAULT] = -EFAULT,
};

/* The one place where a status of the firmware becomes an errno. */
int vc_mmal_errno(u32 status)
{
	if (status >= ARRAY_SIZE(vc_mmal_errnos))
		return -EPROTO;
	return vc_mmal_errnos[status];
}

void vc_mmal_violation(struct vc_mmal *mmal, const char *what, u32 value)
{
	scoped_guard(mutex, &mmal->lock)
		mmal->stats.violations++;
	dev_err_ratelimited(&mmal->vdev->dev, "bad MMAL message: %s %u\n", what,
			    value);
}

/* However the connection went: what counts is that it is gone. */
int vc_mmal_send(struct vc_mmal *mmal, const void *msg, size_t len)
{
	int ret = vchiq_service_send(mmal->svc, msg, len);

	if (ret == -ENOTCONN || ret == -ECONNRESET)
		return -ENODEV;
	return ret;
}

static void vc_mmal_message(struct vchiq_service *svc, const void *data,
			    size_t len)
{
	struct vc_mmal *mmal = vchiq_service_priv(svc);
	const struct mmal_msg_header *h = data;
	const void *payload = h + 1;

	if (len < sizeof(*h) || le32_to_cpu(h->magic) != MMAL_MAGIC) {
		vc_mmal_violation(mmal, "length or magic", len);
		return;
	}
	len -= sizeof(*h);
	switch (le32_to_cpu(h->type)) {
	case MMAL_MSG_BUFFER_TO_HOST:
		vc_mmal_buffer_returned(mmal, h, payload, len);
		break;
	case MMAL_MSG_EVENT_TO_HOST:
		vc_mmal_event_received(mmal, payload, len);
		break;
	default:
		vc_mmal_call_answered(mmal, h, payload, len);
	}
}

static void vc_mmal_closed(struct vchiq_service *svc)
{
	struct vc_mmal *mmal = vchiq_service_priv(svc);

	scoped_guard(mutex, &mmal->lock) {
		mmal->closed = true;
		vc_mmal_calls_closed(mmal);
		vc_mmal_buffers_reclaim(mmal, NULL, -ENODEV);
	}
	if (mmal->ops && mmal->ops->closed)
		mmal->ops->closed(mmal, mmal->priv);
}

static const struct vchiq_service_ops vc_mmal_service_ops = {
	.message = vc_mmal_message,
	.closed = vc_mmal_closed,
};

static int vc_mmal_read_version(struct vc_mmal *mmal)
{
	const struct mmal_msg_version payload = {};
	struct mmal_msg_version reply;
	struct vc_mmal_call call = {
		.type = MMAL_MSG_GET_VERSION,
		.payload = &payload,
		.len = sizeof(payload),
		.reply = &reply,
		.reply_size = sizeof(reply),
		.reply_min = sizeof(reply),
	};
	int ret;

	ret = vc_mmal_call(mmal, &call);
	if (ret)
		return ret;
	mmal->major = le32_to_cpu(reply.major);
	mmal->minor = le32_to_cpu(reply.minor);
	return 0;
}

void vc_mmal_version(struct vc_mmal *mmal, u32 *major, u32 *minor)
{
	*major = mmal->major;
	*minor = mmal->minor;
}
EXPORT_SYMBOL_GPL(vc_mmal_version);

static int vc_mmal_stats_show(struct seq_file *s, void *unused)
{
	struct vc_mmal *mmal = s->private;
	struct vc_mmal_stats stats;

	scoped_guard(mutex, &mmal->lock)
		stats = mmal->stats;
	seq_printf(s, "version %u.%u\n", mmal->major, mmal->minor);
	seq_printf(s, "calls %llu\n", stats.calls);
	seq_printf(s, "timeouts %llu\n", stats.timeouts);
	seq_printf(s, "late %llu\n", stats.late);
	seq_printf(s, "violations %llu\n", stats.violations);
	seq_printf(s, "events %llu\n", stats.events);
	seq_printf(s, "events_lost %llu\n", stats.events_lost);
	seq_printf(s, "buffers_sent %llu\n", stats.buffers_sent);
	seq_printf(s, "buffers_done %llu\n", stats.buffers_done);
	seq_printf(s, "buffers_reclaimed %llu\n", stats.buffers_reclaimed);
	seq_printf(s, "bulks %llu\n", stats.bulks);
	seq_printf(s, "shorts %llu\n", stats.shorts);
	seq_printf(s, "bytes_copied %llu\n", stats.bytes_copied);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vc_mmal_stats);

static bool vc_mmal_debugfs_has(const char *name)
{
	struct dentry *there = debugfs_lookup(name, NULL);

	if (IS_ERR_OR_NULL(there))
		return false;
	dput(there);
	return true;
}

/* A device may have several connections, of which the later ones are numbered. */
static void vc_mmal_debugfs_create(struct vc_mmal *mmal)
{
	const char *device = dev_name(&mmal->vdev->dev);
	unsigned int i;
	char name[64];

	snprintf(name, sizeof(name), "vc_mmal-%s", device);
	for (i = 1; i < VC_MMAL_MAX_NAMES && vc_mmal_debugfs_has(name); i++)
		snprintf(name, sizeof(name), "vc_mmal-%s-%u", device, i);
	mmal->debugfs = debugfs_create_dir(name, NULL);
	debugfs_create_file("stats", 0400, mmal->debugfs, mmal,
			    &vc_mmal_stats_fops);
}

static struct vc_mmal *vc_mmal_create(struct vchiq_device *vdev,
				      const struct vc_mmal_ops *ops, void *priv)
{
	struct vc_mmal *mmal;

	mmal = kzalloc(sizeof(*mmal), GFP_KERNEL);
	if (!mmal)
		return NULL;
	mmal->vdev = vdev;
	mmal->ops = ops;
	mmal->priv = priv;
	xa_init_flags(&mmal->components, XA_FLAGS_ALLOC1);
	xa_init_flags(&mmal->calls, XA_FLAGS_ALLOC1);
	xa_init_flags(&mmal->buffers, XA_FLAGS_ALLOC1);
	mutex_init(&mmal->lock);
	spin_lock_init(&mmal->event_lock);
	INIT_LIST_HEAD(&mmal->events);
	INIT_WORK(&mmal->event_work, vc_mmal_event_work);
	vc_mmal_lanes_init(mmal);
	return mmal;
}

static void vc_mmal_free(struct vc_mmal *mmal)
{
	/* Of which some may have waited for their bulks. */
	vc_mmal_lanes_flush(mmal);
	vc_mmal_events_drop(mmal);
	xa_destroy(&mmal->components);
	xa_destroy(&mmal->calls);
	xa_destroy(&mmal->buffers);
	mutex_destroy(&mmal->lock);
	kfree(mmal);
}

/**
 * vc_mmal_open() - connect to the multimedia service
 * @vdev: device of the client; one connection each
 * @ops: callbacks, or NULL
 * @priv: for them
 *
 * Return: the connection or ERR_PTR().
 */
struct vc_mmal *vc_mmal_open(struct vchiq_device *vdev,
			     const struct vc_mmal_ops *ops, void *priv)
{
	struct vc_mmal *mmal = vc_mmal_create(vdev, ops, priv);
	const struct vchiq_service_params params = {
		.fourcc = VCHIQ_FOURCC('m', 'm', 'a', 'l'),
		.version = MMAL_VERSION_KERNEL,
		.version_min = MMAL_VERSION_MIN,
		.ops = &vc_mmal_service_ops,
		.priv = mmal,
	};
	int ret;

	if (!mmal)
		return ERR_PTR(-ENOMEM);
	mmal->svc = vchiq_service_open(vdev, &params);
	if (IS_ERR(mmal->svc)) {
		ret = PTR_ERR(mmal->svc);
		goto err_free;
	}
	ret = vc_mmal_read_version(mmal);
	if (ret)
		goto err_close;
	vc_mmal_debugfs_create(mmal);
	return mmal;

err_close:
	vchiq_service_close(mmal->svc);
err_free:
	vc_mmal_free(mmal);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_GPL(vc_mmal_open);

/**
 * vc_mmal_close() - disconnect
 * @mmal: connection without components, or NULL
 */
void vc_mmal_close(struct vc_mmal *mmal)
{
	if (!mmal)
		return;
	debugfs_remove_recursive(mmal->debugfs);
	vchiq_service_close(mmal->svc);
	vc_mmal_free(mmal);
}
EXPORT_SYMBOL_GPL(vc_mmal_close);

MODULE_DESCRIPTION("MMAL: multimedia components of the VideoCore firmware");
MODULE_LICENSE("GPL");
