// SPDX-License-Identifier: GPL-2.0
/*
 * Open files: each has its queues, its controls and its component.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/module.h>
#include <linux/slab.h>

#include <media/v4l2-ioctl.h>

#include "../compat.h"
#include "codec_priv.h"

static struct vc_codec_ctx *vc_codec_ctx_create(struct vc_codec_node *node)
{
	struct vc_codec_ctx *ctx;
	int ret;

	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL);
	if (!ctx)
		return ERR_PTR(-ENOMEM);
	ctx->node = node;
	spin_lock_init(&ctx->buf_lock);
	INIT_WORK(&ctx->work, vc_codec_work);
	v4l2_fh_init(&ctx->fh, &node->video);
	ret = vc_codec_ctrls_init(ctx);
	if (ret)
		goto err_fh;
	vc_codec_set_default_formats(ctx);
	ctx->fh.m2m_ctx = v4l2_m2m_ctx_init(node->m2m, ctx, vc_codec_queue_init);
	if (IS_ERR(ctx->fh.m2m_ctx)) {
		ret = PTR_ERR(ctx->fh.m2m_ctx);
		goto err_ctrls;
	}
	return ctx;

err_ctrls:
	v4l2_ctrl_handler_free(&ctx->ctrls);
err_fh:
	v4l2_fh_exit(&ctx->fh);
	kfree(ctx);
	return ERR_PTR(ret);
}

/* Into the list, unless all in it has been stopped already. */
static int vc_codec_ctx_list(struct vc_codec_ctx *ctx)
{
	struct vc_codec *codec = ctx->node->codec;

	guard(spinlock)(&codec->ctx_lock);
	if (codec->is_gone)
		return -ENODEV;
	list_add(&ctx->list, &codec->contexts);
	return 0;
}

/* Nothing of it is with the firmware afterwards. vc_codec_node.lock is held. */
static void vc_codec_ctx_stop(struct vc_codec_ctx *ctx)
{
	lockdep_assert_held(&ctx->node->lock);
	ctx->is_dead = true;
	/* Also frees the buffers, which are the memory service's. */
	vb2_queue_release(ctx->queue[VC_CODEC_OUT].vq);
	vb2_queue_release(ctx->queue[VC_CODEC_CAP].vq);
	vc_mmal_component_destroy(ctx->component);
	ctx->component = NULL;
}

static void vc_codec_ctx_free(struct vc_codec_ctx *ctx)
{
	v4l2_m2m_ctx_release(ctx->fh.m2m_ctx);
	v4l2_ctrl_handler_free(&ctx->ctrls);
	v4l2_fh_exit(&ctx->fh);
	kfree(ctx);
}

static int vc_codec_open(struct file *file)
{
	struct vc_codec_node *node = video_drvdata(file);
	struct vc_codec_ctx *ctx;
	int ret;

	if (mutex_lock_interruptible(&node->lock))
		return -ERESTARTSYS;
	ctx = vc_codec_ctx_create(node);
	ret = PTR_ERR_OR_ZERO(ctx);
	if (!ret)
		ret = vc_codec_ctx_list(ctx);
	if (ret && !IS_ERR(ctx))
		vc_codec_ctx_free(ctx);
	mutex_unlock(&node->lock);
	if (ret)
		return ret;
	file->private_data = &ctx->fh;
	vc_fh_add(&ctx->fh, file);
	return 0;
}

static int vc_codec_release(struct file *file)
{
	struct vc_codec_ctx *ctx = vc_codec_ctx_of(file);
	struct vc_codec_node *node = ctx->node;

	scoped_guard(spinlock, &node->codec->ctx_lock)
		list_del_init(&ctx->list);
	scoped_guard(mutex, &node->lock)
		if (!ctx->is_dead)
			vc_codec_ctx_stop(ctx);
	/* Nobody schedules it any more, and it needs the lock. */
	cancel_work_sync(&ctx->work);
	vc_fh_del(&ctx->fh, file);
	scoped_guard(mutex, &node->lock)
		vc_codec_ctx_free(ctx);
	return 0;
}

/*
 * Who waits to hear what stream there is may do so before there is any of it: no
 * buffer is no error then.
 */
static __poll_t vc_codec_poll(struct file *file, struct poll_table_struct *wait)
{
	const struct vc_codec_ctx *ctx = vc_codec_ctx_of(file);
	const __poll_t events = v4l2_m2m_fop_poll(file, wait);

	guard(mutex)(&ctx->node->lock);
	if (ctx->awaits_changes && !ctx->has_header && !ctx->is_dead &&
	    !ctx->queue[VC_CODEC_OUT].vq->error)
		return events & ~EPOLLERR;
	return events;
}

const struct v4l2_file_operations vc_codec_fops = {
	.owner = THIS_MODULE,
	.open = vc_codec_open,
	.release = vc_codec_release,
	.poll = vc_codec_poll,
	.unlocked_ioctl = video_ioctl2,
	.mmap = v4l2_m2m_fop_mmap,
};

static struct vc_codec_ctx *vc_codec_pop_context(struct vc_codec *codec)
{
	struct vc_codec_ctx *ctx;

	guard(spinlock)(&codec->ctx_lock);
	codec->is_gone = true;
	list_for_each_entry(ctx, &codec->contexts, list)
		if (!ctx->is_dead)
			return ctx;
	return NULL;
}

/*
 * The device goes while files are open: what they have is taken from them. The
 * locks of all nodes are taken, so that no file is closed meanwhile.
 */
void vc_codec_contexts_stop(struct vc_codec *codec)
{
	struct vc_codec_ctx *ctx;
	int i;

	for (i = 0; i < VC_CODEC_NR_ROLES; i++)
		mutex_lock_nested(&codec->nodes[i].lock, i);
	while ((ctx = vc_codec_pop_context(codec)))
		vc_codec_ctx_stop(ctx);
	for (i = VC_CODEC_NR_ROLES - 1; i >= 0; i--)
		mutex_unlock(&codec->nodes[i].lock);
}
