// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/vc_sm_faulty: dma-bufs whose exporter fails where it was told to, and
 * fences that are signalled when asked. For tests of what imports dma-bufs; it
 * counts what was not undone. And for tests of exporters: imports by devices of limited
 * reach.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/delay.h>
#include <linux/dma-buf.h>
#include <linux/dma-fence.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/iosys-map.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "../../compat.h"
#include "vc_sm_faulty.h"

#define FAULTY_SLOW_MS	500
#define FAULTY_SIZE	(VC_SM_FAULTY_PAGES * PAGE_SIZE)

/* What there is of each kind; all are 0 when everything was undone. */
static struct faulty_counts {
	atomic_t buffers;
	atomic_t attachments;
	atomic_t mappings;
	atomic_t fences;
} counts;

/**
 * struct faulty - a buffer
 * @mode: VC_SM_FAULTY_*
 * @pages: memory; of all modes but SPLIT and SCATTERED one piece
 * @fence: held until it is signalled, or NULL
 */
struct faulty {
	u32 mode;
	struct page *pages[VC_SM_FAULTY_PAGES];
	struct dma_fence *fence;
};

/* -----------------------------------------------------------------------------
 * Fences
 */

static const char *faulty_fence_name(struct dma_fence *fence)
{
	return "vc_sm_faulty";
}

static void faulty_fence_release(struct dma_fence *fence)
{
	atomic_dec(&counts.fences);
	dma_fence_free(fence);
}

static const struct dma_fence_ops faulty_fence_ops = {
	.get_driver_name = faulty_fence_name,
	.get_timeline_name = faulty_fence_name,
	.release = faulty_fence_release,
};

static DEFINE_SPINLOCK(faulty_fence_lock);

static int faulty_add_fence(struct dma_buf *dmabuf, struct faulty *faulty)
{
	struct dma_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);
	int ret;

	if (!fence)
		return -ENOMEM;
	dma_fence_init(fence, &faulty_fence_ops, &faulty_fence_lock,
		       dma_fence_context_alloc(1), 1);
	atomic_inc(&counts.fences);
	dma_resv_lock(dmabuf->resv, NULL);
	ret = dma_resv_reserve_fences(dmabuf->resv, 1);
	if (!ret)
		dma_resv_add_fence(dmabuf->resv, fence, DMA_RESV_USAGE_WRITE);
	dma_resv_unlock(dmabuf->resv);
	if (ret)
		dma_fence_put(fence);
	else
		faulty->fence = fence;
	return ret;
}

/* -----------------------------------------------------------------------------
 * Buffers
 */

static int faulty_attach(struct dma_buf *dmabuf, struct dma_buf_attachment *attach)
{
	const struct faulty *faulty = dmabuf->priv;

	if (faulty->mode == VC_SM_FAULTY_ATTACH)
		return -EPERM;
	atomic_inc(&counts.attachments);
	return 0;
}

static void faulty_detach(struct dma_buf *dmabuf, struct dma_buf_attachment *attach)
{
	atomic_dec(&counts.attachments);
}

static int faulty_fill(struct sg_table *table, const struct faulty *faulty)
{
	struct scatterlist *sg;
	int i, ret;

	ret = sg_alloc_table(table, VC_SM_FAULTY_PAGES, GFP_KERNEL);
	if (ret)
		return ret;
	/* Entries that are neighbours, which an importer must not take for scattered. */
	for_each_sgtable_sg(table, sg, i)
		sg_set_page(sg, faulty->pages[i], PAGE_SIZE, 0);
	return 0;
}

/* What an importer must not believe. */
static void faulty_distort(struct sg_table *table, u32 mode)
{
	struct scatterlist *sg = table->sgl;

	if (mode == VC_SM_FAULTY_OUTSIDE)
		sg_dma_address(sg) = 0x100000000ull + PAGE_SIZE;
	if (mode == VC_SM_FAULTY_SHORT)
		table->nents = 1;
	if (mode == VC_SM_FAULTY_EMPTY)
		table->nents = 0;
}

static struct sg_table *faulty_map(struct dma_buf_attachment *attach,
				   enum dma_data_direction dir)
{
	const struct faulty *faulty = attach->dmabuf->priv;
	struct sg_table *table;
	int ret = -ENOMEM;

	if (faulty->mode == VC_SM_FAULTY_MAP)
		return ERR_PTR(-ENXIO);
	table = kzalloc(sizeof(*table), GFP_KERNEL);
	if (!table)
		return ERR_PTR(-ENOMEM);
	ret = faulty_fill(table, faulty);
	if (ret)
		goto err_free;
	ret = dma_map_sgtable(attach->dev, table, dir, 0);
	if (ret)
		goto err_free_table;
	attach->priv = (void *)(unsigned long)sg_dma_address(table->sgl);
	faulty_distort(table, faulty->mode);
	atomic_inc(&counts.mappings);
	return table;

err_free_table:
	sg_free_table(table);
err_free:
	kfree(table);
	return ERR_PTR(ret);
}

static void faulty_unmap(struct dma_buf_attachment *attach, struct sg_table *table,
			 enum dma_data_direction dir)
{
	const struct faulty *faulty = attach->dmabuf->priv;

	if (faulty->mode == VC_SM_FAULTY_SLOW)
		msleep(FAULTY_SLOW_MS);
	sg_dma_address(table->sgl) = (unsigned long)attach->priv;
	dma_unmap_sgtable(attach->dev, table, dir, 0);
	sg_free_table(table);
	kfree(table);
	atomic_dec(&counts.mappings);
}

static void faulty_free_pages(struct faulty *faulty)
{
	unsigned int i;

	for (i = 0; i < VC_SM_FAULTY_PAGES; i++)
		if (faulty->pages[i])
			__free_page(faulty->pages[i]);
}

static void faulty_release(struct dma_buf *dmabuf)
{
	struct faulty *faulty = dmabuf->priv;

	if (faulty->fence) {
		dma_fence_signal(faulty->fence);
		dma_fence_put(faulty->fence);
	}
	faulty_free_pages(faulty);
	kfree(faulty);
	atomic_dec(&counts.buffers);
}

static int faulty_begin_cpu_access(struct dma_buf *dmabuf, enum dma_data_direction dir)
{
	return -EOPNOTSUPP;
}

/* No operation but those that must be there. */
static const struct dma_buf_ops faulty_bare_ops = {
	.map_dma_buf = faulty_map,
	.unmap_dma_buf = faulty_unmap,
	.release = faulty_release,
};

static const struct dma_buf_ops faulty_ops = {
	.attach = faulty_attach,
	.detach = faulty_detach,
	.map_dma_buf = faulty_map,
	.unmap_dma_buf = faulty_unmap,
	.begin_cpu_access = faulty_begin_cpu_access,
	.release = faulty_release,
};

static int faulty_get_pages(struct faulty *faulty)
{
	unsigned int order = get_order(FAULTY_SIZE), step = 1, i;
	struct page *block;

	/* Every second page of a larger block. */
	if (faulty->mode == VC_SM_FAULTY_SCATTERED)
		step = 2;
	block = alloc_pages(GFP_KERNEL | __GFP_ZERO, order + step - 1);
	if (!block)
		return -ENOMEM;
	split_page(block, order + step - 1);
	for (i = 0; i < VC_SM_FAULTY_PAGES; i++) {
		faulty->pages[i] = block + i * step;
		if (step > 1)
			__free_page(block + i * step + 1);
	}
	return 0;
}

static struct dma_buf *faulty_create(u32 mode)
{
	struct faulty *faulty = kzalloc(sizeof(*faulty), GFP_KERNEL);
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct dma_buf *dmabuf;

	if (!faulty)
		return ERR_PTR(-ENOMEM);
	faulty->mode = mode;
	if (faulty_get_pages(faulty)) {
		faulty_free_pages(faulty);
		kfree(faulty);
		return ERR_PTR(-ENOMEM);
	}
	info.ops = mode == VC_SM_FAULTY_BARE ? &faulty_bare_ops : &faulty_ops;
	info.size = FAULTY_SIZE;
	info.flags = O_RDWR;
	info.priv = faulty;
	dmabuf = dma_buf_export(&info);
	if (IS_ERR(dmabuf)) {
		faulty_free_pages(faulty);
		kfree(faulty);
		return dmabuf;
	}
	atomic_inc(&counts.buffers);
	return dmabuf;
}

/* -----------------------------------------------------------------------------
 * Importers
 */

static int faulty_attach_and_map(struct dma_buf *dmabuf, struct device *dev)
{
	struct dma_buf_attachment *attach = dma_buf_attach(dmabuf, dev);
	struct sg_table *table;

	if (IS_ERR(attach))
		return PTR_ERR(attach);
	table = dma_buf_map_attachment_unlocked(attach, DMA_BIDIRECTIONAL);
	if (!IS_ERR(table))
		dma_buf_unmap_attachment_unlocked(attach, table, DMA_BIDIRECTIONAL);
	dma_buf_detach(dmabuf, attach);
	return PTR_ERR_OR_ZERO(table);
}

/* @mask: what the device reaches; 0: it has no DMA. */
static int faulty_import_as(struct dma_buf *dmabuf, u64 mask)
{
	struct platform_device *pdev;
	int ret;

	pdev = platform_device_register_simple("vc_sm_faulty", PLATFORM_DEVID_AUTO, NULL, 0);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	/* dma_set_mask() would refuse what reaches no memory at all. */
	pdev->platform_dma_mask = mask;
	if (!mask)
		pdev->dev.dma_mask = NULL;
	ret = faulty_attach_and_map(dmabuf, &pdev->dev);
	platform_device_unregister(pdev);
	return ret;
}

/* -----------------------------------------------------------------------------
 * Device
 */

static long faulty_ioctl_create(u32 mode)
{
	struct dma_buf *dmabuf;
	int ret;

	if (mode >= VC_SM_FAULTY_NR_MODES)
		return -EINVAL;
	dmabuf = faulty_create(mode);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	ret = mode == VC_SM_FAULTY_FENCE ? faulty_add_fence(dmabuf, dmabuf->priv) : 0;
	if (!ret)
		ret = dma_buf_fd(dmabuf, O_CLOEXEC);
	if (ret < 0)
		dma_buf_put(dmabuf);
	return ret;
}

static long faulty_ioctl_signal(int fd)
{
	struct dma_buf *dmabuf = dma_buf_get(fd);
	struct faulty *faulty;
	long ret = -EINVAL;

	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	faulty = dmabuf->priv;
	if (dmabuf->ops == &faulty_ops && faulty->fence) {
		dma_fence_signal(faulty->fence);
		ret = 0;
	}
	dma_buf_put(dmabuf);
	return ret;
}

static long faulty_ioctl_import(int fd, u64 mask)
{
	struct dma_buf *dmabuf = dma_buf_get(fd);
	int ret;

	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	ret = faulty_import_as(dmabuf, mask);
	dma_buf_put(dmabuf);
	return ret;
}

static long faulty_ioctl_vmap(int fd)
{
	struct dma_buf *dmabuf = dma_buf_get(fd);
	struct iosys_map map;
	int ret;

	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	ret = dma_buf_vmap_unlocked(dmabuf, &map);
	if (!ret)
		dma_buf_vunmap_unlocked(dmabuf, &map);
	dma_buf_put(dmabuf);
	return ret;
}

static long faulty_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case VC_SM_FAULTY_CREATE:
		return faulty_ioctl_create(arg);
	case VC_SM_FAULTY_SIGNAL:
		return faulty_ioctl_signal(arg);
	case VC_SM_FAULTY_IMPORT_NONE:
		return faulty_ioctl_import(arg, 0);
	case VC_SM_FAULTY_IMPORT_NARROW:
		return faulty_ioctl_import(arg, DMA_BIT_MASK(24));
	case VC_SM_FAULTY_IMPORT_WIDE:
		return faulty_ioctl_import(arg, DMA_BIT_MASK(32));
	case VC_SM_FAULTY_VMAP:
		return faulty_ioctl_vmap(arg);
	default:
		return -ENOTTY;
	}
}

static ssize_t faulty_read(struct file *filp, char __user *to, size_t len, loff_t *pos)
{
	char text[96];
	int n;

	n = scnprintf(text, sizeof(text), "buffers %d attachments %d mappings %d fences %d\n",
		      atomic_read(&counts.buffers), atomic_read(&counts.attachments),
		      atomic_read(&counts.mappings), atomic_read(&counts.fences));
	return simple_read_from_buffer(to, len, pos, text, n);
}

static const struct file_operations faulty_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = faulty_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.read = faulty_read,
};

static struct miscdevice faulty_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vc_sm_faulty",
	.fops = &faulty_fops,
	.mode = 0600,
};
module_misc_device(faulty_misc);

MODULE_DESCRIPTION("dma-bufs that fail, for tests");
MODULE_LICENSE("GPL");
VC_IMPORT_NS(DMA_BUF);
