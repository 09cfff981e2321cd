// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs: /sys/kernel/debug/DEVICE/stats, what became of the frames.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "camera_priv.h"

static int vc_camera_stats_show(struct seq_file *s, void *unused)
{
	struct vc_camera *cam = s->private;
	struct vc_camera_stats stats;
	bool is_streaming;

	scoped_guard(spinlock, &cam->buf_lock) {
		stats = cam->stats;
		is_streaming = cam->is_streaming;
	}
	seq_printf(s, "streaming %d\n", is_streaming);
	seq_printf(s, "frames_delivered %llu\n", stats.delivered);
	seq_printf(s, "frames_dropped %llu\n", stats.dropped);
	seq_printf(s, "starved %llu\n", stats.starved);
	seq_printf(s, "bytes_copied %llu\n", stats.bytes_copied);
	/* The format may change meanwhile, and is no matter then. */
	seq_printf(s, "buffers_in_firmware %d\n",
		   atomic_read(&vc_camera_giving_port(cam)->nr_busy));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vc_camera_stats);

void vc_camera_debugfs_create(struct vc_camera *cam)
{
	char name[64];

	if (cam->number)
		snprintf(name, sizeof(name), "%s-%u", dev_name(&cam->vdev->dev),
			 cam->number);
	else
		strscpy(name, dev_name(&cam->vdev->dev));
	cam->debugfs = debugfs_create_dir(name, NULL);
	debugfs_create_file("stats", 0444, cam->debugfs, cam,
			    &vc_camera_stats_fops);
}
