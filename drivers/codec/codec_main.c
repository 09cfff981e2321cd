// SPDX-License-Identifier: GPL-2.0
/*
 * The firmware's codecs and converters as V4L2 mem2mem devices. Pictures and
 * streams are read and written by the firmware in the very buffers that user
 * space has.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/module.h>
#include <linux/slab.h>

#include <media/v4l2-ioctl.h>

#include "codec_priv.h"

const struct vc_codec_role_info vc_codec_roles[VC_CODEC_NR_ROLES] = {
	[VC_CODEC_DECODE] = {
		.card = "bcm2835-codec-decode",
		.component = "ril.video_decode",
		.function = MEDIA_ENT_F_PROC_VIDEO_DECODER,
		.max_size = 1920,
	},
	[VC_CODEC_ENCODE] = {
		.card = "bcm2835-codec-encode",
		.component = "ril.video_encode",
		.function = MEDIA_ENT_F_PROC_VIDEO_ENCODER,
		.max_size = 1920,
	},
	[VC_CODEC_ISP] = {
		.card = "bcm2835-codec-isp",
		.component = "ril.isp",
		.function = MEDIA_ENT_F_PROC_VIDEO_SCALER,
		.max_size = 16384,
	},
	[VC_CODEC_ENCODE_IMAGE] = {
		.card = "bcm2835-codec-encode_image",
		.component = "ril.image_encode",
		.function = MEDIA_ENT_F_PROC_VIDEO_ENCODER,
		.max_size = 16384,
	},
	[VC_CODEC_DECODE_IMAGE] = {
		.card = "bcm2835-codec-decode_image",
		.component = "ril.image_decode",
		.function = MEDIA_ENT_F_PROC_VIDEO_DECODER,
		.max_size = 16384,
	},
	[VC_CODEC_DEINTERLACE] = {
		.card = "bcm2835-codec-image_fx",
		.component = "ril.image_fx",
		.function = MEDIA_ENT_F_PROC_VIDEO_PIXEL_FORMATTER,
		.max_size = 1920,
	},
};

static bool zero_copy = true;
module_param(zero_copy, bool, 0444);
MODULE_PARM_DESC(zero_copy,
		 "share buffers with the firmware (default); N: have it copy them, for buffers that are not contiguous or firmware without shared memory");

static int decode_video_nr = 10;
module_param(decode_video_nr, int, 0444);
MODULE_PARM_DESC(decode_video_nr, "wished number of the decoder's video device");

static int encode_video_nr = 11;
module_param(encode_video_nr, int, 0444);
MODULE_PARM_DESC(encode_video_nr, "wished number of the encoder's video device");

static int isp_video_nr = 12;
module_param(isp_video_nr, int, 0444);
MODULE_PARM_DESC(isp_video_nr, "wished number of the converter's video device");

static int encode_image_nr = 31;
module_param(encode_image_nr, int, 0444);
MODULE_PARM_DESC(encode_image_nr, "wished number of the JPEG encoder's video device");

static int decode_image_nr = 32;
module_param(decode_image_nr, int, 0444);
MODULE_PARM_DESC(decode_image_nr, "wished number of the JPEG decoder's video device");

static int deinterlace_video_nr = 18;
module_param(deinterlace_video_nr, int, 0444);
MODULE_PARM_DESC(deinterlace_video_nr, "wished number of the deinterlacer's video device");

static int vc_codec_wished_nr(enum vc_codec_role role)
{
	switch (role) {
	case VC_CODEC_DECODE:
		return decode_video_nr;
	case VC_CODEC_ENCODE:
		return encode_video_nr;
	case VC_CODEC_ISP:
		return isp_video_nr;
	case VC_CODEC_ENCODE_IMAGE:
		return encode_image_nr;
	case VC_CODEC_DECODE_IMAGE:
		return decode_image_nr;
	case VC_CODEC_DEINTERLACE:
		return deinterlace_video_nr;
	default:
		return -1;
	}
}

/* Buffers go to the firmware when they are queued: there are no jobs to run. */
static void vc_codec_device_run(void *priv)
{
}

static const struct v4l2_m2m_ops vc_codec_m2m_ops = {
	.device_run = vc_codec_device_run,
};

/* -----------------------------------------------------------------------------
 * Life
 */

/* The last file is closed and the device is unbound. */
static void vc_codec_free(struct v4l2_device *v4l2_dev)
{
	struct vc_codec *codec = container_of(v4l2_dev, struct vc_codec,
					      v4l2_dev);
	int i;

	for (i = 0; i < VC_CODEC_NR_ROLES; i++) {
		if (codec->nodes[i].m2m)
			v4l2_m2m_release(codec->nodes[i].m2m);
		mutex_destroy(&codec->nodes[i].lock);
	}
	media_device_cleanup(&codec->mdev);
	put_device(&codec->vdev->dev);
	kfree(codec);
}

static void vc_codec_init_media(struct vc_codec *codec)
{
	struct media_device *mdev = &codec->mdev;

	mdev->dev = &codec->vdev->dev;
	strscpy(mdev->model, VC_CODEC_NAME, sizeof(mdev->model));
	snprintf(mdev->bus_info, sizeof(mdev->bus_info), "platform:%s",
		 dev_name(mdev->dev));
	media_device_init(mdev);
	codec->v4l2_dev.mdev = mdev;
}

static struct vc_codec *vc_codec_create(struct vchiq_device *vdev)
{
	struct vc_codec *codec;
	int i, ret;

	codec = kzalloc(sizeof(*codec), GFP_KERNEL);
	if (!codec)
		return ERR_PTR(-ENOMEM);
	codec->vdev = vdev;
	codec->v4l2_dev.release = vc_codec_free;
	ret = v4l2_device_register(&vdev->dev, &codec->v4l2_dev);
	if (ret) {
		kfree(codec);
		return ERR_PTR(ret);
	}
	get_device(&vdev->dev);
	spin_lock_init(&codec->ctx_lock);
	INIT_LIST_HEAD(&codec->contexts);
	for (i = 0; i < VC_CODEC_NR_ROLES; i++) {
		codec->nodes[i].codec = codec;
		codec->nodes[i].role = i;
		mutex_init(&codec->nodes[i].lock);
	}
	vc_codec_init_media(codec);
	return codec;
}

static void vc_codec_destroy(struct vc_codec *codec)
{
	v4l2_device_unregister(&codec->v4l2_dev);
	v4l2_device_put(&codec->v4l2_dev);
}

/* -----------------------------------------------------------------------------
 * Nodes
 */

static void vc_codec_init_video(struct vc_codec_node *node)
{
	struct video_device *video = &node->video;

	strscpy(video->name, vc_codec_roles[node->role].card,
		sizeof(video->name));
	video->v4l2_dev = &node->codec->v4l2_dev;
	video->fops = &vc_codec_fops;
	video->ioctl_ops = &vc_codec_ioctl_ops;
	video->release = video_device_release_empty;
	video->lock = &node->lock;
	video->vfl_dir = VFL_DIR_M2M;
	video->device_caps = V4L2_CAP_VIDEO_M2M_MPLANE | V4L2_CAP_STREAMING;
	video_set_drvdata(video, node);
}

static void vc_codec_disable_ioctls(struct vc_codec_node *node)
{
	struct video_device *video = &node->video;
	const enum vc_codec_role role = node->role;

	if (role != VC_CODEC_DECODE && role != VC_CODEC_DECODE_IMAGE) {
		v4l2_disable_ioctl(video, VIDIOC_DECODER_CMD);
		v4l2_disable_ioctl(video, VIDIOC_TRY_DECODER_CMD);
		v4l2_disable_ioctl(video, VIDIOC_CROPCAP);
	}
	if (role != VC_CODEC_ENCODE && role != VC_CODEC_ENCODE_IMAGE) {
		v4l2_disable_ioctl(video, VIDIOC_ENCODER_CMD);
		v4l2_disable_ioctl(video, VIDIOC_TRY_ENCODER_CMD);
	}
	if (role != VC_CODEC_ENCODE) {
		v4l2_disable_ioctl(video, VIDIOC_S_PARM);
		v4l2_disable_ioctl(video, VIDIOC_G_PARM);
		v4l2_disable_ioctl(video, VIDIOC_ENUM_FRAMEINTERVALS);
	}
}

static int vc_codec_register_node(struct vc_codec_node *node)
{
	struct vc_codec *codec = node->codec;
	int ret;

	ret = vc_codec_read_formats(node);
	if (ret)
		return ret;
	node->m2m = v4l2_m2m_init(&vc_codec_m2m_ops);
	if (IS_ERR(node->m2m)) {
		ret = PTR_ERR(node->m2m);
		node->m2m = NULL;
		return ret;
	}
	vc_codec_init_video(node);
	vc_codec_disable_ioctls(node);
	ret = video_register_device(&node->video, VFL_TYPE_VIDEO,
				    vc_codec_wished_nr(node->role));
	if (ret)
		return ret;
	ret = v4l2_m2m_register_media_controller(node->m2m, &node->video,
						 vc_codec_roles[node->role].function);
	if (ret) {
		video_unregister_device(&node->video);
		return ret;
	}
	node->is_there = true;
	dev_info(&codec->vdev->dev, "%s is %s\n",
		 video_device_node_name(&node->video),
		 vc_codec_roles[node->role].card);
	return 0;
}

static void vc_codec_unregister_nodes(struct vc_codec *codec)
{
	int i;

	for (i = 0; i < VC_CODEC_NR_ROLES; i++) {
		struct vc_codec_node *node = &codec->nodes[i];

		if (!node->is_there)
			continue;
		v4l2_m2m_unregister_media_controller(node->m2m);
		video_unregister_device(&node->video);
		node->is_there = false;
	}
}

/* A firmware without one of the components has the others. */
static int vc_codec_register_nodes(struct vc_codec *codec)
{
	int i, ret, nr = 0;

	for (i = 0; i < VC_CODEC_NR_ROLES; i++) {
		ret = vc_codec_register_node(&codec->nodes[i]);
		if (!ret)
			nr++;
		else if (ret != -ENOENT)
			goto err_unregister;
	}
	if (nr)
		return 0;
	ret = -ENODEV;

err_unregister:
	vc_codec_unregister_nodes(codec);
	return ret;
}

static int vc_codec_set_up(struct vc_codec *codec)
{
	int ret;

	ret = vc_codec_firmware_connect(codec);
	if (ret)
		return ret;
	ret = vc_codec_register_nodes(codec);
	if (ret)
		goto err_disconnect;
	ret = media_device_register(&codec->mdev);
	if (ret)
		goto err_unregister;
	return 0;

err_unregister:
	vc_codec_unregister_nodes(codec);
	/* Who was quick has opened one of them. */
	vc_codec_contexts_stop(codec);
err_disconnect:
	vc_codec_firmware_disconnect(codec);
	return ret;
}

static int vc_codec_probe(struct vchiq_device *vdev)
{
	struct device *dev = &vdev->dev;
	struct vc_codec *codec;
	struct vc_sm *sm;
	int ret;

	sm = zero_copy ? vc_sm_get(vdev) : NULL;
	if (IS_ERR(sm))
		return dev_err_probe(dev, PTR_ERR(sm), "no shared memory\n");
	codec = vc_codec_create(vdev);
	if (IS_ERR(codec)) {
		ret = PTR_ERR(codec);
		goto err_put_sm;
	}
	codec->sm = sm;
	ret = vc_codec_set_up(codec);
	if (ret) {
		dev_err_probe(dev, ret, "cannot set up the codecs\n");
		goto err_destroy;
	}
	return 0;

err_destroy:
	vc_codec_destroy(codec);
err_put_sm:
	vc_sm_put(sm);
	return ret;
}

/* Files may still be open: they find that the device is gone. */
static void vc_codec_remove(struct vchiq_device *vdev)
{
	struct v4l2_device *v4l2_dev = dev_get_drvdata(&vdev->dev);
	struct vc_codec *codec = container_of(v4l2_dev, struct vc_codec,
					      v4l2_dev);
	struct vc_sm *sm = codec->sm;

	media_device_unregister(&codec->mdev);
	vc_codec_unregister_nodes(codec);
	vc_codec_contexts_stop(codec);
	vc_codec_firmware_disconnect(codec);
	vc_codec_destroy(codec);
	vc_sm_put(sm);
}

static const struct vchiq_client_id vc_codec_ids[] = {
	{ .name = "bcm2835-codec" },
	{ }
};

static struct vchiq_driver vc_codec_driver = {
	.probe = vc_codec_probe,
	.remove = vc_codec_remove,
	.id_table = vc_codec_ids,
	.driver = {
		.name = VC_CODEC_NAME,
	},
};
module_vchiq_driver(vc_codec_driver);

VCHIQ_MODULE_ALIAS("bcm2835-codec");
MODULE_DESCRIPTION("Codecs and converters of the VideoCore firmware");
MODULE_LICENSE("GPL");
