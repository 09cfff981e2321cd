// SPDX-License-Identifier: GPL-2.0
/*
 * VideoCore shared memory: the SMEM service of the firmware, by which it is
 * told where memory is and tells when it has no more use for it.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "../compat.h"
#include "vc_sm_priv.h"

static uint first_id = 1;
module_param(first_id, uint, 0444);
MODULE_PARM_DESC(first_id, "number of the first transaction and of the first import, up to 0x7fffffff");

static uint timeout_ms = 5000;
module_param(timeout_ms, uint, 0644);
MODULE_PARM_DESC(timeout_ms, "how long the firmware may take to answer, and another device to be done with a buffer (5000)");

static struct vchiq_driver vc_sm_driver;

/* One numbering of device nodes for all VideoCores of the machine. */
static DEFINE_IDA(vc_sm_ida);

/* It may be changed at any time: read anew for each wait. */
unsigned int vc_sm_timeout_ms(void)
{
	return clamp(READ_ONCE(timeout_ms), 100u, 60000u);
}

static void vc_sm_destroy(struct kref *ref)
{
	struct vc_sm *sm = container_of(ref, struct vc_sm, ref);

	xa_destroy(&sm->imports);
	xa_destroy(&sm->pending);
	mutex_destroy(&sm->buffers_lock);
	mutex_destroy(&sm->heap_lock);
	put_device(&sm->vdev->dev);
	kfree(sm);
}

struct vc_sm *vc_sm_ref(struct vc_sm *sm)
{
	kref_get(&sm->ref);
	return sm;
}

void vc_sm_put(struct vc_sm *sm)
{
	if (sm)
		kref_put(&sm->ref, vc_sm_destroy);
}
EXPORT_SYMBOL_GPL(vc_sm_put);

struct device *vc_sm_device(struct vc_sm *sm)
{
	return &sm->vdev->dev;
}
EXPORT_SYMBOL_GPL(vc_sm_device);

/*
 * Between enter and leave the device stays bound: DMA mappings and messages
 * are possible. False when it is unbound.
 */
bool vc_sm_enter(struct vc_sm *sm)
{
	down_read(&sm->bind_sem);
	if (sm->bound)
		return true;
	up_read(&sm->bind_sem);
	return false;
}

void vc_sm_leave(struct vc_sm *sm)
{
	up_read(&sm->bind_sem);
}

static int vc_sm_match_parent(struct device *dev, const void *parent)
{
	return dev->parent == parent;
}

struct vc_sm *vc_sm_get(struct vchiq_device *sibling)
{
	struct vc_sm *sm = ERR_PTR(-EPROBE_DEFER);
	struct device *dev;

	dev = driver_find_device(&vc_sm_driver.driver, NULL,
				 sibling->dev.parent, vc_sm_match_parent);
	if (!dev)
		return sm;
	/* The device's lock keeps its driver bound. */
	device_lock(dev);
	if (dev->driver == &vc_sm_driver.driver && dev_get_drvdata(dev)) {
		if (device_link_add(&sibling->dev, dev,
				    DL_FLAG_AUTOPROBE_CONSUMER))
			sm = vc_sm_ref(dev_get_drvdata(dev));
		else
			sm = ERR_PTR(-ENODEV);
	}
	device_unlock(dev);
	put_device(dev);
	return sm;
}
EXPORT_SYMBOL_GPL(vc_sm_get);

/* -----------------------------------------------------------------------------
 * Messages
 */

/* Between vc_sm_enter() and vc_sm_leave(), or from within probe. */
int vc_sm_send_entered(struct vc_sm *sm, u32 type, u32 trans_id, const void *body,
		       size_t len)
{
	struct {
		struct smem_header header;
		u8 body[sizeof(struct smem_import)];
	} msg = {
		.header.type = cpu_to_le32(type),
		.header.trans_id = cpu_to_le32(trans_id),
	};
	int ret;

	if (len > sizeof(msg.body))
		return -EMSGSIZE;
	memcpy(msg.body, body, len);
	ret = vchiq_service_send(sm->svc, &msg, sizeof(msg.header) + len);
	/* However the connection went: what counts is that it is gone. */
	if (ret == -ENOTCONN || ret == -ECONNRESET)
		return -ENODEV;
	return ret;
}

int vc_sm_send(struct vc_sm *sm, u32 type, u32 trans_id, const void *body,
	       size_t len)
{
	int ret;

	if (!vc_sm_enter(sm))
		return -ENODEV;
	ret = vc_sm_send_entered(sm, type, trans_id, body, len);
	vc_sm_leave(sm);
	return ret;
}

/* Acknowledged if the firmware reports what it releases. */
int vc_sm_ask_version(struct vc_sm *sm)
{
	const struct smem_client_version version = {
		.version = cpu_to_le32(SMEM_PROTOCOL_RELEASED),
	};

	return vc_sm_send(sm, SMEM_CLIENT_VERSION, 0, &version, sizeof(version));
}

static void vc_sm_violation(struct vc_sm *sm, const char *what, u32 value)
{
	scoped_guard(spinlock, &sm->lock)
		sm->stats.violations++;
	dev_err_ratelimited(&sm->vdev->dev, "bad message: %s %#x\n", what,
			    value);
}

static void vc_sm_handle_async(struct vc_sm *sm, u32 type, const void *data,
			       size_t len)
{
	switch (type) {
	case SMEM_CLIENT_VERSION:
		scoped_guard(spinlock, &sm->lock) {
			sm->reports_release = true;
			vc_sm_watch_heard(sm);
		}
		break;
	case SMEM_RELEASED:
		if (len < sizeof(struct smem_released))
			vc_sm_violation(sm, "length of RELEASED", len);
		else
			vc_sm_import_released(sm, data);
		break;
	case SMEM_VC_MEM_REQUEST:
		if (len < sizeof(struct smem_vc_mem_request))
			vc_sm_violation(sm, "length of VC_MEM_REQUEST", len);
		else
			vc_sm_request(sm, data);
		break;
	default:
		vc_sm_violation(sm, "type", type);
	}
}

static void vc_sm_message(struct vchiq_service *svc, const void *data,
			  size_t len)
{
	struct vc_sm *sm = vchiq_service_priv(svc);
	u32 first;

	if (len < sizeof(__le32)) {
		vc_sm_violation(sm, "length", len);
		return;
	}
	first = le32_to_cpup(data);
	if (first & SMEM_ASYNC)
		vc_sm_handle_async(sm, first & ~SMEM_ASYNC, data, len);
	else
		vc_sm_call_replied(sm, data, len);
}

static void vc_sm_closed(struct vchiq_service *svc)
{
	struct vc_sm *sm = vchiq_service_priv(svc);

	dev_err(&sm->vdev->dev, "the firmware closed the service\n");
	vc_sm_import_all_gone(sm);
	queue_work(sm->wq, &sm->heap_gone);
}

static const struct vchiq_service_ops vc_sm_service_ops = {
	.message = vc_sm_message,
	.closed = vc_sm_closed,
};

static int vc_sm_connect(struct vc_sm *sm)
{
	const struct vchiq_service_params params = {
		.fourcc = VCHIQ_FOURCC('S', 'M', 'E', 'M'),
		.version = SMEM_VERSION,
		.version_min = SMEM_VERSION_MIN,
		.ops = &vc_sm_service_ops,
		.priv = sm,
	};
	const struct smem_client_version version = {
		.version = cpu_to_le32(SMEM_PROTOCOL_RELEASED),
	};
	struct vchiq_service *svc;
	int ret;

	svc = vchiq_service_open(sm->vdev, &params);
	if (IS_ERR(svc))
		return PTR_ERR(svc);
	sm->svc = svc;
	ret = vc_sm_send_entered(sm, SMEM_CLIENT_VERSION, 0, &version,
				 sizeof(version));
	if (ret)
		vchiq_service_close(svc);
	return ret;
}

/* -----------------------------------------------------------------------------
 * Probe and remove
 */

static struct vc_sm *vc_sm_create(struct vchiq_device *vdev)
{
	struct vc_sm *sm;

	sm = kzalloc(sizeof(*sm), GFP_KERNEL);
	if (!sm)
		return NULL;
	kref_init(&sm->ref);
	sm->vdev = vdev;
	get_device(&vdev->dev);
	init_rwsem(&sm->bind_sem);
	mutex_init(&sm->buffers_lock);
	INIT_LIST_HEAD(&sm->buffers);
	spin_lock_init(&sm->lock);
	hash_init(sm->by_buffer);
	sm->next_kernel_id = first_id;
	sm->next_trans_id = first_id;
	xa_init_flags(&sm->imports, XA_FLAGS_ALLOC1);
	xa_init_flags(&sm->pending, XA_FLAGS_ALLOC1);
	return sm;
}

static int vc_sm_set_up_dma(struct vc_sm *sm)
{
	struct device *dev = &sm->vdev->dev;
	int ret;

	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(32));
	if (ret)
		return ret;
	/* A buffer is one piece, however large. */
	dev->dma_parms = &sm->dma_parms;
	dma_set_max_seg_size(dev, VC_SM_WINDOW);
	dma_set_seg_boundary(dev, DMA_BIT_MASK(32));
	return 0;
}

static int vc_sm_probe(struct vchiq_device *vdev)
{
	struct device *dev = &vdev->dev;
	struct vc_sm *sm;
	int ret;

	sm = vc_sm_create(vdev);
	if (!sm)
		return -ENOMEM;
	ret = vc_sm_set_up_dma(sm);
	if (ret) {
		dev_err_probe(dev, ret, "no DMA\n");
		goto err_put;
	}
	sm->index = ida_alloc(&vc_sm_ida, GFP_KERNEL);
	if (sm->index < 0) {
		ret = sm->index;
		goto err_clear_dma;
	}
	vc_sm_watch_init(sm);
	vc_sm_heap_init(sm);
	sm->wq = alloc_workqueue("vc_sm%d", WQ_UNBOUND, 0, sm->index);
	if (!sm->wq) {
		ret = -ENOMEM;
		goto err_free_index;
	}
	ret = vc_sm_connect(sm);
	if (ret) {
		dev_err_probe(dev, ret, "cannot open the service\n");
		goto err_destroy_wq;
	}
	sm->bound = true;
	dev_set_drvdata(dev, sm);
	ret = vc_sm_dev_register(sm);
	if (ret)
		goto err_disconnect;
	vc_sm_debugfs_create(sm);
	return 0;

err_disconnect:
	sm->bound = false;
	vchiq_service_close(sm->svc);
err_destroy_wq:
	destroy_workqueue(sm->wq);
err_free_index:
	ida_free(&vc_sm_ida, sm->index);
err_clear_dma:
	dev->dma_parms = NULL;
err_put:
	vc_sm_put(sm);
	return ret;
}

static void vc_sm_remove(struct vchiq_device *vdev)
{
	struct vc_sm *sm = dev_get_drvdata(&vdev->dev);

	debugfs_remove_recursive(sm->debugfs);
	vc_sm_dev_unregister(sm);
	/* From here on nobody starts anything that needs the device. */
	scoped_guard(rwsem_write, &sm->bind_sem)
		sm->bound = false;
	vchiq_service_close(sm->svc);
	vc_sm_import_all_gone(sm);
	vc_sm_heap_all_gone(sm);
	vc_sm_watch_stop(sm);
	/* Unmaps all that is still mapped, while the device is here. */
	destroy_workqueue(sm->wq);
	ida_free(&vc_sm_ida, sm->index);
	vdev->dev.dma_parms = NULL;
	vc_sm_put(sm);
}

static const struct vchiq_client_id vc_sm_ids[] = {
	{ .name = "vc-sm" },
	{ }
};

static struct vchiq_driver vc_sm_driver = {
	.probe = vc_sm_probe,
	.remove = vc_sm_remove,
	.id_table = vc_sm_ids,
	.driver = {
		.name = "vc_sm",
	},
};
module_vchiq_driver(vc_sm_driver);

VCHIQ_MODULE_ALIAS("vc-sm");
MODULE_DESCRIPTION("VideoCore shared memory: dma-bufs and the firmware's handles of them");
MODULE_LICENSE("GPL");
VC_IMPORT_NS(DMA_BUF);
