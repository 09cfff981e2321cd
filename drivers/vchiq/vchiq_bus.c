// SPDX-License-Identifier: GPL-2.0
/*
 * The "vchiq" bus: what the firmware can do, as devices that drivers bind to.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/device.h>
#include <linux/export.h>
#include <linux/of_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "vchiq_priv.h"

/**
 * struct vchiq_client - a device on the bus
 * @vdev: the device
 * @node: in vchiq_conn.clients
 */
struct vchiq_client {
	struct vchiq_device vdev;
	struct list_head node;
};

/* Later ones may use earlier ones: they are removed in reverse order. */
static const char * const vchiq_client_names[] = {
	"vc-sm",
	"vc-echo",
	"bcm2835-camera",
	"bcm2835-codec",
};

static struct vchiq_client *to_vchiq_client(struct device *dev)
{
	return container_of(to_vchiq_device(dev), struct vchiq_client, vdev);
}

static const struct vchiq_driver *to_vchiq_driver(const struct device_driver *drv)
{
	return container_of_const(drv, struct vchiq_driver, driver);
}

static int vchiq_bus_match(struct device *dev, const struct device_driver *drv)
{
	const struct vchiq_client_id *id = to_vchiq_driver(drv)->id_table;
	const struct vchiq_device *vdev = to_vchiq_device(dev);

	for (; id && id->name[0]; id++) {
		if (!strcmp(id->name, vdev->name))
			return 1;
	}

	return 0;
}

static int vchiq_bus_uevent(const struct device *dev, struct kobj_uevent_env *env)
{
	const struct vchiq_device *vdev = to_vchiq_device(dev);

	return add_uevent_var(env, "MODALIAS=vchiq:%s", vdev->name);
}

static int vchiq_bus_probe(struct device *dev)
{
	return to_vchiq_driver(dev->driver)->probe(to_vchiq_device(dev));
}

static void vchiq_bus_remove(struct device *dev)
{
	const struct vchiq_driver *drv = to_vchiq_driver(dev->driver);

	if (drv->remove)
		drv->remove(to_vchiq_device(dev));
}

/* Addresses that clients hand to the firmware are those of the transport. */
static int vchiq_bus_dma_configure(struct device *dev)
{
	return of_dma_configure(dev, dev->parent->of_node, true);
}

static ssize_t modalias_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "vchiq:%s\n", to_vchiq_device(dev)->name);
}
static DEVICE_ATTR_RO(modalias);

static struct attribute *vchiq_device_attrs[] = {
	&dev_attr_modalias.attr,
	NULL
};
ATTRIBUTE_GROUPS(vchiq_device);

const struct bus_type vchiq_bus_type = {
	.name = "vchiq",
	.dev_groups = vchiq_device_groups,
	.match = vchiq_bus_match,
	.uevent = vchiq_bus_uevent,
	.probe = vchiq_bus_probe,
	.remove = vchiq_bus_remove,
	.dma_configure = vchiq_bus_dma_configure,
};

/**
 * __vchiq_driver_register - register a driver on the vchiq bus
 * @drv: the driver
 * @owner: its module
 *
 * Return: 0, -EINVAL if it lacks what it must have, or an errno.
 */
int __vchiq_driver_register(struct vchiq_driver *drv, struct module *owner)
{
	if (!drv->probe || !drv->id_table)
		return -EINVAL;

	drv->driver.bus = &vchiq_bus_type;
	drv->driver.owner = owner;
	return driver_register(&drv->driver);
}
EXPORT_SYMBOL_GPL(__vchiq_driver_register);

/**
 * vchiq_driver_unregister - unregister a driver
 * @drv: the driver
 */
void vchiq_driver_unregister(struct vchiq_driver *drv)
{
	driver_unregister(&drv->driver);
}
EXPORT_SYMBOL_GPL(vchiq_driver_unregister);

/* -----------------------------------------------------------------------------
 * Devices
 */

static void vchiq_client_release(struct device *dev)
{
	kfree(to_vchiq_client(dev));
}

static int vchiq_bus_add_device(struct vchiq_conn *conn, const char *name)
{
	struct vchiq_client *client = kzalloc(sizeof(*client), GFP_KERNEL);
	struct device *dev;
	int ret;

	if (!client)
		return -ENOMEM;

	client->vdev.name = name;
	dev = &client->vdev.dev;
	device_initialize(dev);
	dev->parent = conn->dev;
	dev->bus = &vchiq_bus_type;
	dev->release = vchiq_client_release;
	dev->dma_mask = &dev->coherent_dma_mask;
	dev->coherent_dma_mask = DMA_BIT_MASK(32);

	ret = dev_set_name(dev, "%s:%s", dev_name(conn->dev), name);
	if (!ret)
		ret = device_add(dev);
	if (ret) {
		put_device(dev);
		return ret;
	}

	list_add(&client->node, &conn->clients);
	return 0;
}

/* Put the functions of the firmware on the bus; their drivers may bind at once. */
int vchiq_bus_add_devices(struct vchiq_conn *conn)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(vchiq_client_names); i++) {
		ret = vchiq_bus_add_device(conn, vchiq_client_names[i]);
		if (ret) {
			vchiq_bus_remove_devices(conn);
			return ret;
		}
	}

	return 0;
}

/* Take them off, the last first. Their drivers have closed everything after it. */
void vchiq_bus_remove_devices(struct vchiq_conn *conn)
{
	struct vchiq_client *client, *tmp;

	list_for_each_entry_safe(client, tmp, &conn->clients, node) {
		list_del(&client->node);
		device_unregister(&client->vdev.dev);
	}
}
