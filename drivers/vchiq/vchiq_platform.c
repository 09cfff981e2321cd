// SPDX-License-Identifier: GPL-2.0
/*
 * VCHIQ, the message transport between the ARM and the VideoCore: platform
 * driver for the doorbell block.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/pm.h>

#include <soc/bcm2835/raspberrypi-firmware.h>

#include "vchiq_priv.h"

/**
 * struct vchiq_soc - what depends on the chip
 * @line_size: cache line size that the firmware assumes for the ends of bulks
 * @list_format: of page lists
 * @dma_compatible: device that reaches all memory, which data is mapped for; NULL:
 *	the same as the slots
 */
struct vchiq_soc {
	unsigned int line_size;
	enum vchiq_list_format list_format;
	const char *dma_compatible;
};

static const struct vchiq_soc vchiq_bcm2835 = {
	.line_size = 32,
};

static const struct vchiq_soc vchiq_bcm2836 = {
	.line_size = 64,
};

static const struct vchiq_soc vchiq_bcm2711 = {
	.line_size = 64,
	.list_format = VCHIQ_LIST_36BIT,
	.dma_compatible = "brcm,bcm2711-dma",
};

/* The firmware of the same chip is the doorbell's sibling, if there is one. */
static struct device_node *vchiq_firmware_node(struct device *dev)
{
	struct device_node *parent = of_get_parent(dev->of_node);
	struct device_node *node;

	node = of_get_compatible_child(parent, "raspberrypi,bcm2835-firmware");
	of_node_put(parent);
	if (node)
		return node;

	return of_find_compatible_node(NULL, NULL, "raspberrypi,bcm2835-firmware");
}

static int vchiq_get_firmware(struct vchiq_conn *conn)
{
	struct device_node *node = vchiq_firmware_node(conn->dev);

	if (!node)
		return dev_err_probe(conn->dev, -ENOENT,
				     "no \"raspberrypi,bcm2835-firmware\" node in the device tree\n");

	conn->firmware = devm_rpi_firmware_get(conn->dev, node);
	of_node_put(node);

	return conn->firmware ? 0 : -EPROBE_DEFER;
}

static void vchiq_put_device(void *dev)
{
	put_device(dev);
}

/*
 * Slots and page lists are in the first GiB, which the firmware reaches by 32-bit
 * addresses. The data of bulks may be anywhere: the firmware moves it with the
 * 40-bit DMA controller, and its page numbers are those of that bus.
 */
static int vchiq_get_dma_dev(struct vchiq_conn *conn, const struct vchiq_soc *soc)
{
	struct platform_device *pdev;
	struct device_node *node;

	conn->list_format = soc->list_format;
	conn->dma_dev = conn->dev;
	if (!soc->dma_compatible)
		return 0;

	node = of_find_compatible_node(NULL, NULL, soc->dma_compatible);
	pdev = of_find_device_by_node(node);
	of_node_put(node);
	if (!pdev)
		return dev_err_probe(conn->dev, node ? -EPROBE_DEFER : -ENODEV,
				     "no \"%s\" device for the data\n", soc->dma_compatible);

	conn->dma_dev = &pdev->dev;
	return devm_add_action_or_reset(conn->dev, vchiq_put_device, conn->dma_dev) ?:
	       dma_set_mask_and_coherent(conn->dma_dev, DMA_BIT_MASK(36));
}

static int vchiq_get_resources(struct vchiq_conn *conn, struct platform_device *pdev)
{
	const struct vchiq_soc *soc = of_device_get_match_data(&pdev->dev);
	int ret;

	conn->dev = &pdev->dev;
	conn->line_size = soc->line_size;
	conn->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(conn->regs))
		return PTR_ERR(conn->regs);

	conn->irq = platform_get_irq(pdev, 0);
	if (conn->irq < 0)
		return conn->irq;

	ret = dma_set_mask_and_coherent(conn->dev, DMA_BIT_MASK(32));
	return ret ?: vchiq_get_dma_dev(conn, soc);
}

/* What uses the connection, which is up. */
static int vchiq_add_users(struct vchiq_conn *conn)
{
	int ret;

	ret = vchiq_keep_start(conn);
	if (ret)
		return ret;
	ret = vchiq_bus_add_devices(conn);
	if (ret)
		goto err_keep_stop;
	ret = vchiq_cdev_add(conn);
	if (ret)
		goto err_remove_devices;

	vchiq_debugfs_add(conn);
	vchiq_recover_allow(conn);
	return 0;

err_remove_devices:
	vchiq_bus_remove_devices(conn);
err_keep_stop:
	vchiq_keep_stop(conn);
	return ret;
}

/* All that needs no undoing. */
static struct vchiq_conn *vchiq_alloc(struct platform_device *pdev)
{
	struct vchiq_conn *conn = devm_kzalloc(&pdev->dev, sizeof(*conn), GFP_KERNEL);
	int ret;

	if (!conn)
		return ERR_PTR(-ENOMEM);

	ret = vchiq_get_resources(conn, pdev) ?: vchiq_get_firmware(conn);
	if (ret)
		return ERR_PTR(ret);

	platform_set_drvdata(pdev, conn);
	return conn;
}

static int vchiq_probe(struct platform_device *pdev)
{
	struct vchiq_conn *conn = vchiq_alloc(pdev);
	int ret;

	if (IS_ERR(conn))
		return PTR_ERR(conn);

	ret = vchiq_conn_init(conn);
	if (ret)
		return ret;
	ret = vchiq_memory_get(conn);
	if (ret)
		goto err_conn_fini;
	ret = request_irq(conn->irq, vchiq_conn_interrupt, 0, dev_name(conn->dev), conn);
	if (ret)
		goto err_memory_put;
	ret = vchiq_conn_up(conn);
	if (ret)
		goto err_free_irq;
	ret = vchiq_add_users(conn);
	if (ret)
		goto err_conn_down;

	return 0;

err_conn_down:
	vchiq_conn_down(conn);
err_free_irq:
	free_irq(conn->irq, conn);
err_memory_put:
	vchiq_memory_put(conn);
err_conn_fini:
	vchiq_conn_fini(conn);
	return ret;
}

/*
 * First nobody makes the connection anew; then those who use it go, the files of
 * users and the drivers on the bus; then what carries it.
 */
static void vchiq_remove(struct platform_device *pdev)
{
	struct vchiq_conn *conn = platform_get_drvdata(pdev);

	vchiq_recover_stop(conn);
	vchiq_debugfs_remove(conn);
	vchiq_cdev_remove(conn);
	vchiq_bus_remove_devices(conn);
	vchiq_keep_stop(conn);
	vchiq_conn_down(conn);
	free_irq(conn->irq, conn);
	vchiq_memory_put(conn);
	vchiq_conn_fini(conn);
}

/*
 * The drivers of the devices on the bus have suspended. The firmware may keep
 * running, so it is asked to send nothing and to move no bulk until we are back.
 * One that does not answer keeps the system from suspending: it might write to
 * memory that is not powered or is being saved. A connection that broke is no
 * reason.
 */
static int vchiq_suspend(struct device *dev)
{
	struct vchiq_conn *conn = dev_get_drvdata(dev);

	return vchiq_conn_is_up(conn) ? vchiq_conn_pause(conn) : 0;
}

static int vchiq_resume(struct device *dev)
{
	struct vchiq_conn *conn = dev_get_drvdata(dev);

	return vchiq_conn_is_up(conn) ? vchiq_conn_unpause(conn) : 0;
}

static DEFINE_SIMPLE_DEV_PM_OPS(vchiq_pm_ops, vchiq_suspend, vchiq_resume);

static const struct of_device_id vchiq_of_match[] = {
	{ .compatible = "brcm,bcm2711-vchiq", .data = &vchiq_bcm2711 },
	{ .compatible = "brcm,bcm2836-vchiq", .data = &vchiq_bcm2836 },
	{ .compatible = "brcm,bcm2835-vchiq", .data = &vchiq_bcm2835 },
	{ }
};
MODULE_DEVICE_TABLE(of, vchiq_of_match);

static struct platform_driver vchiq_platform_driver = {
	.probe = vchiq_probe,
	.remove = vchiq_remove,
	.driver = {
		.name = "vc-media-vchiq",
		.of_match_table = vchiq_of_match,
		.pm = pm_sleep_ptr(&vchiq_pm_ops),
	},
};

static int __init vchiq_init(void)
{
	int ret;

	ret = bus_register(&vchiq_bus_type);
	if (ret)
		return ret;

	ret = vchiq_cdev_init();
	if (ret)
		goto err_bus_unregister;

	ret = platform_driver_register(&vchiq_platform_driver);
	if (ret)
		goto err_cdev_exit;

	return 0;

err_cdev_exit:
	vchiq_cdev_exit();
err_bus_unregister:
	bus_unregister(&vchiq_bus_type);
	return ret;
}
module_init(vchiq_init);

static void __exit vchiq_exit(void)
{
	platform_driver_unregister(&vchiq_platform_driver);
	/*
	 * Links that vc_sm made between our devices let go of them later, on a
	 * workqueue: they are released there, by code of this module.
	 */
	device_link_wait_removal();
	vchiq_cdev_exit();
	bus_unregister(&vchiq_bus_type);
}
module_exit(vchiq_exit);

MODULE_DESCRIPTION("VideoCore host interface queue");
MODULE_LICENSE("GPL");
