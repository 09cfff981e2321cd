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
#include <linux/platform_device.h>

#include <soc/bcm2835/raspberrypi-firmware.h>

#include "vchiq_priv.h"

/**
 * struct vchiq_soc - what depends on the chip
 * @line_size: cache line size that the firmware assumes for the ends of bulks
 */
struct vchiq_soc {
	unsigned int line_size;
};

static const struct vchiq_soc vchiq_bcm2835 = {
	.line_size = 32,
};

static const struct vchiq_soc vchiq_bcm2836 = {
	.line_size = 64,
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

static int vchiq_get_resources(struct vchiq_conn *conn, struct platform_device *pdev)
{
	const struct vchiq_soc *soc = of_device_get_match_data(&pdev->dev);

	conn->dev = &pdev->dev;
	conn->line_size = soc->line_size;
	conn->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(conn->regs))
		return PTR_ERR(conn->regs);

	conn->irq = platform_get_irq(pdev, 0);
	if (conn->irq < 0)
		return conn->irq;

	return dma_set_mask_and_coherent(conn->dev, DMA_BIT_MASK(32));
}

static int vchiq_probe(struct platform_device *pdev)
{
	struct vchiq_conn *conn;
	int ret;

	conn = devm_kzalloc(&pdev->dev, sizeof(*conn), GFP_KERNEL);
	if (!conn)
		return -ENOMEM;

	ret = vchiq_get_resources(conn, pdev);
	if (ret)
		return ret;
	ret = vchiq_get_firmware(conn);
	if (ret)
		return ret;

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

	platform_set_drvdata(pdev, conn);
	ret = vchiq_bus_add_devices(conn);
	if (ret)
		goto err_conn_down;

	vchiq_debugfs_add(conn);
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

static void vchiq_remove(struct platform_device *pdev)
{
	struct vchiq_conn *conn = platform_get_drvdata(pdev);

	vchiq_debugfs_remove(conn);
	vchiq_bus_remove_devices(conn);
	vchiq_conn_down(conn);
	free_irq(conn->irq, conn);
	vchiq_memory_put(conn);
	vchiq_conn_fini(conn);
}

static const struct of_device_id vchiq_of_match[] = {
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
	},
};

static int __init vchiq_init(void)
{
	int ret;

	ret = bus_register(&vchiq_bus_type);
	if (ret)
		return ret;

	ret = platform_driver_register(&vchiq_platform_driver);
	if (ret)
		bus_unregister(&vchiq_bus_type);
	return ret;
}
module_init(vchiq_init);

static void __exit vchiq_exit(void)
{
	platform_driver_unregister(&vchiq_platform_driver);
	bus_unregister(&vchiq_bus_type);
}
module_exit(vchiq_exit);

MODULE_DESCRIPTION("VideoCore host interface queue");
MODULE_LICENSE("GPL");
