// SPDX-License-Identifier: GPL-2.0
/*
 * The firmware's camera as a V4L2 capture device. Frames are written by the
 * firmware into the very buffers that user space gets.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <media/v4l2-fh.h>
#include <media/v4l2-ioctl.h>

#include "camera_priv.h"

static bool zero_copy = true;
module_param(zero_copy, bool, 0444);
MODULE_PARM_DESC(zero_copy,
		 "share pictures with the firmware (default); N: have it copy them, for buffers that are not contiguous or firmware without shared memory");

/**
 * struct vc_cameras - the cameras of a VideoCore
 * @sm: shared memory, NULL: pictures are copied
 * @nr: of @camera
 * @camera: each a device of its own
 */
struct vc_cameras {
	struct vc_sm *sm;
	unsigned int nr;
	struct vc_camera *camera[MMAL_CAMERA_INFO_CAMERAS];
};

static const struct v4l2_file_operations vc_camera_fops = {
	.owner = THIS_MODULE,
	.open = v4l2_fh_open,
	.release = vb2_fop_release,
	.poll = vb2_fop_poll,
	.unlocked_ioctl = video_ioctl2,
	.mmap = vb2_fop_mmap,
};

/* The last file is closed and the device is unbound. */
static void vc_camera_release(struct v4l2_device *v4l2_dev)
{
	struct vc_camera *cam = container_of(v4l2_dev, struct vc_camera,
					     v4l2_dev);

	v4l2_ctrl_handler_free(&cam->ctrl_handler);
	mutex_destroy(&cam->lock);
	put_device(&cam->vdev->dev);
	kfree(cam);
}

static struct vc_camera *vc_camera_create(struct vchiq_device *vdev,
					  struct vc_sm *sm, unsigned int number)
{
	struct vc_camera *cam;
	int ret;

	cam = kzalloc(sizeof(*cam), GFP_KERNEL);
	if (!cam)
		return ERR_PTR(-ENOMEM);
	cam->vdev = vdev;
	cam->sm = sm;
	cam->number = number;
	cam->v4l2_dev.release = vc_camera_release;
	ret = v4l2_device_register(&vdev->dev, &cam->v4l2_dev);
	if (ret) {
		kfree(cam);
		return ERR_PTR(ret);
	}
	get_device(&vdev->dev);
	mutex_init(&cam->lock);
	return cam;
}

static void vc_camera_destroy(struct vc_camera *cam)
{
	v4l2_device_unregister(&cam->v4l2_dev);
	v4l2_device_put(&cam->v4l2_dev);
}

static int vc_camera_register_video(struct vc_camera *cam)
{
	struct video_device *video = &cam->video;

	strscpy(video->name, VC_CAMERA_NAME, sizeof(video->name));
	video->v4l2_dev = &cam->v4l2_dev;
	video->fops = &vc_camera_fops;
	video->ioctl_ops = &vc_camera_ioctl_ops;
	video->release = video_device_release_empty;
	video->queue = &cam->queue;
	video->lock = &cam->lock;
	video->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
	video_set_drvdata(video, cam);
	return video_register_device(video, VFL_TYPE_VIDEO, -1);
}

/* Until there is a video node nobody competes for anything. */
static int vc_camera_set_up(struct vc_camera *cam)
{
	int ret;

	ret = vc_camera_queue_init(cam);
	if (ret)
		return ret;
	ret = vc_camera_firmware_connect(cam);
	if (ret)
		return ret;
	vc_camera_set_default_format(cam);
	ret = vc_camera_ctrls_init(cam);
	if (ret)
		goto err_disconnect;
	ret = vc_camera_register_video(cam);
	if (ret)
		goto err_disconnect;
	vc_camera_debugfs_create(cam);
	return 0;

err_disconnect:
	vc_camera_firmware_disconnect(cam);
	return ret;
}

static struct vc_camera *vc_camera_add(struct vchiq_device *vdev,
				       struct vc_sm *sm, unsigned int number)
{
	struct vc_camera *cam;
	int ret;

	cam = vc_camera_create(vdev, sm, number);
	if (IS_ERR(cam))
		return cam;
	ret = vc_camera_set_up(cam);
	if (ret) {
		vc_camera_destroy(cam);
		return ERR_PTR(ret);
	}
	dev_info(&vdev->dev, "%s is camera %u '%s', %ux%u\n",
		 video_device_node_name(&cam->video), number, cam->name,
		 cam->max_width, cam->max_height);
	return cam;
}

/* Files may still be open: they find that the device is gone. */
static void vc_camera_del(struct vc_camera *cam)
{
	scoped_guard(mutex, &cam->lock)
		cam->is_gone = true;
	debugfs_remove_recursive(cam->debugfs);
	/* Stops streaming and frees the buffers. */
	vb2_video_unregister_device(&cam->video);
	/* An ioctl that came before that may still be at it. */
	scoped_guard(mutex, &cam->lock)
		vc_camera_firmware_disconnect(cam);
	vc_camera_destroy(cam);
}

/* The first says how many there are. */
static int vc_cameras_add(struct vchiq_device *vdev, struct vc_cameras *cams)
{
	unsigned int nr = 1;
	struct vc_camera *cam;

	do {
		cam = vc_camera_add(vdev, cams->sm, cams->nr);
		if (IS_ERR(cam))
			return dev_err_probe(&vdev->dev, PTR_ERR(cam),
					     "cannot set up camera %u\n",
					     cams->nr);
		cams->camera[cams->nr++] = cam;
		nr = cams->camera[0]->nr_cameras;
	} while (cams->nr < nr);
	return 0;
}

static void vc_cameras_del(struct vc_cameras *cams)
{
	while (cams->nr)
		vc_camera_del(cams->camera[--cams->nr]);
}

static int vc_camera_probe(struct vchiq_device *vdev)
{
	struct device *dev = &vdev->dev;
	struct vc_cameras *cams;
	int ret;

	cams = devm_kzalloc(dev, sizeof(*cams), GFP_KERNEL);
	if (!cams)
		return -ENOMEM;
	dev_set_drvdata(dev, cams);
	cams->sm = zero_copy ? vc_sm_get(vdev) : NULL;
	if (IS_ERR(cams->sm))
		return dev_err_probe(dev, PTR_ERR(cams->sm),
				     "no shared memory\n");
	ret = vc_cameras_add(vdev, cams);
	if (ret) {
		vc_cameras_del(cams);
		vc_sm_put(cams->sm);
	}
	return ret;
}

static void vc_camera_remove(struct vchiq_device *vdev)
{
	struct vc_cameras *cams = dev_get_drvdata(&vdev->dev);

	vc_cameras_del(cams);
	vc_sm_put(cams->sm);
}

static const struct vchiq_client_id vc_camera_ids[] = {
	{ .name = "bcm2835-camera" },
	{ }
};

static struct vchiq_driver vc_camera_driver = {
	.probe = vc_camera_probe,
	.remove = vc_camera_remove,
	.id_table = vc_camera_ids,
	.driver = {
		.name = VC_CAMERA_NAME,
	},
};
module_vchiq_driver(vc_camera_driver);

VCHIQ_MODULE_ALIAS("bcm2835-camera");
MODULE_DESCRIPTION("Camera of the VideoCore firmware");
MODULE_LICENSE("GPL");
