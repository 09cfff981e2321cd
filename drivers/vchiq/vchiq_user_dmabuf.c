// SPDX-License-Identifier: GPL-2.0
/*
 * dma-bufs as the memory of bulks.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/dma-buf.h>
#include <linux/dma-resv.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/overflow.h>

#include "../compat.h"
#include "vchiq_user.h"

VC_IMPORT_NS(DMA_BUF);

static int vchiq_dmabuf_check(const struct dma_buf *dmabuf, const struct vchiq_args_bulk *args)
{
	fmode_t mode = args->to_host ? FMODE_WRITE : FMODE_READ;
	u64 end;

	if (!args->size || args->size > S32_MAX ||
	    check_add_overflow(args->offset, args->size, &end) || end > dmabuf->size)
		return -EINVAL;

	return dmabuf->file->f_mode & mode ? 0 : -EACCES;
}

/* Whoever writes has finished; if we write, whoever reads has too. */
static int vchiq_dmabuf_await_fences(struct dma_buf *dmabuf, bool is_write)
{
	long left;

	left = dma_resv_wait_timeout(dmabuf->resv, dma_resv_usage_rw(is_write), true,
				     msecs_to_jiffies(VCHIQ_USER_FENCE_TIMEOUT_MS));
	if (left < 0)
		return vchiq_user_errno(left);

	return left ? 0 : -ETIMEDOUT;
}

static int vchiq_dmabuf_map(struct vchiq_user_dmabuf *buf, struct device *dev)
{
	int ret;

	buf->attachment = dma_buf_attach(buf->dmabuf, dev);
	if (IS_ERR(buf->attachment))
		return PTR_ERR(buf->attachment);

	buf->sgt = dma_buf_map_attachment_unlocked(buf->attachment, buf->direction);
	if (!IS_ERR(buf->sgt))
		return 0;

	ret = PTR_ERR(buf->sgt);
	dma_buf_detach(buf->dmabuf, buf->attachment);
	return ret;
}

/**
 * vchiq_user_dmabuf_get - get at the memory of a dma-buf
 * @buf: what vchiq_user_dmabuf_put() needs to undo it; zero
 * @dev: DMA device of the transport
 * @args: arguments of the bulk
 *
 * Return: 0, -EBADF or -EINVAL if the descriptor is none of a dma-buf, -EINVAL if
 * the range is not in it, -EACCES, -EINTR, -ETIMEDOUT if it stays busy, -EIO if
 * the firmware cannot reach it, -ENOMEM.
 */
int vchiq_user_dmabuf_get(struct vchiq_user_dmabuf *buf, struct device *dev,
			  const struct vchiq_args_bulk *args)
{
	struct dma_buf *dmabuf = dma_buf_get(args->fd);
	int ret;

	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);

	ret = vchiq_dmabuf_check(dmabuf, args);
	if (ret)
		goto err_put;
	ret = vchiq_dmabuf_await_fences(dmabuf, args->to_host);
	if (ret)
		goto err_put;

	buf->dmabuf = dmabuf;
	buf->direction = args->to_host ? DMA_FROM_DEVICE : DMA_TO_DEVICE;
	ret = vchiq_dmabuf_map(buf, dev);
	if (ret) {
		buf->dmabuf = NULL;
		ret = ret == -ENOMEM || ret == -EINTR ? ret : -EIO;
		goto err_put;
	}

	return 0;

err_put:
	dma_buf_put(dmabuf);
	return ret;
}

void vchiq_user_dmabuf_put(struct vchiq_user_dmabuf *buf)
{
	dma_buf_unmap_attachment_unlocked(buf->attachment, buf->sgt, buf->direction);
	dma_buf_detach(buf->dmabuf, buf->attachment);
	dma_buf_put(buf->dmabuf);
	buf->dmabuf = NULL;
}
