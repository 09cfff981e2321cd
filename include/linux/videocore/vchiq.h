/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VCHIQ for kernel clients: the "vchiq" bus and services on it.
 *
 * A client is a driver on the vchiq bus. It opens services of the firmware,
 * sends messages and bulks, and is called back from the receiving context of
 * the transport, which it must not block.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef LINUX_VIDEOCORE_VCHIQ_H
#define LINUX_VIDEOCORE_VCHIQ_H

#include <linux/device.h>
#include <linux/mod_devicetable.h>
#include <linux/types.h>
#include <linux/uio.h>

#include <videocore/vchiq.h>

struct vchiq_service;

/**
 * struct vchiq_client_id - entry of a driver's id table
 * @name: name of the devices it binds to, the last entry is empty
 */
struct vchiq_client_id {
	char name[32];
};

/**
 * struct vchiq_device - a function of the firmware that a driver can bind to
 * @dev: device on the vchiq bus, child of the transport's platform device. Its
 *	DMA configuration is the transport's: addresses from the DMA API with
 *	this device are bus addresses that the firmware understands.
 * @name: what drivers match on, e.g. "bcm2835-camera"
 */
struct vchiq_device {
	struct device dev;
	const char *name;
};

#define to_vchiq_device(d) container_of_const(d, struct vchiq_device, dev)

/**
 * struct vchiq_driver - a driver on the vchiq bus
 * @probe: bind; the connection to the firmware is up
 * @remove: unbind; every service must be closed on return
 * @id_table: names, ends with an empty entry
 * @driver: the embedded driver
 */
struct vchiq_driver {
	int (*probe)(struct vchiq_device *vdev);
	void (*remove)(struct vchiq_device *vdev);
	const struct vchiq_client_id *id_table;
	struct device_driver driver;
};

int __vchiq_driver_register(struct vchiq_driver *drv, struct module *owner);
void vchiq_driver_unregister(struct vchiq_driver *drv);

#define vchiq_driver_register(drv) __vchiq_driver_register(drv, THIS_MODULE)
#define module_vchiq_driver(drv) \
	module_driver(drv, vchiq_driver_register, vchiq_driver_unregister)

/* Alias of a device called @name; depmod and udev load the driver by it. */
#define VCHIQ_MODULE_ALIAS(name) MODULE_ALIAS("vchiq:" name)

/**
 * struct vchiq_bulk - one bulk transfer, owned by the client until completed
 * @buf: kernel buffer, direct mapped or vmalloc. DMA is done to it in place,
 *	except that slab memory goes through a copy
 * @len: bytes, 1 or more
 * @to_host: true: the firmware fills @buf (BULK_RX), false: it reads @buf
 * @actual: bytes moved, valid in the completion
 * @status: 0, -ECONNABORTED when the peer or a close aborted it, or another errno
 * @complete: called once, from the receiving context, or from within
 *	vchiq_service_close() when the firmware does not answer. May free the bulk
 *	or post it again
 * @priv: the client's
 */
struct vchiq_bulk {
	void *buf;
	size_t len;
	bool to_host;
	size_t actual;
	int status;
	void (*complete)(struct vchiq_service *svc, struct vchiq_bulk *bulk);
	void *priv;
};

/**
 * struct vchiq_service_ops - callbacks of an open service
 *
 * All are called from the receiving context of the transport, one at a time
 * for a connection, without locks held. They may take mutexes for short
 * sections, queue work and call vchiq_service_send_nowait(); they must not wait
 * for anything that itself needs the receiving context (opening, closing,
 * vchiq_service_send() when out of slots).
 *
 * @message: a message arrived. @data is a private copy, 8-byte aligned, valid
 *	during the call; the firmware cannot change it any more.
 * @closed: the firmware closed the service or the connection broke; no other
 *	callback follows. The client still has to call vchiq_service_close().
 */
struct vchiq_service_ops {
	void (*message)(struct vchiq_service *svc, const void *data, size_t len);
	void (*closed)(struct vchiq_service *svc);
};

/**
 * struct vchiq_service_params - what to open
 * @fourcc: VCHIQ_FOURCC() of the firmware's service
 * @version: version offered
 * @version_min: oldest peer version accepted
 * @ops: callbacks
 * @priv: for vchiq_service_priv()
 */
struct vchiq_service_params {
	u32 fourcc;
	s16 version;
	s16 version_min;
	const struct vchiq_service_ops *ops;
	void *priv;
};

struct vchiq_service *
vchiq_service_open(struct vchiq_device *vdev,
		   const struct vchiq_service_params *params);
void vchiq_service_close(struct vchiq_service *svc);
void *vchiq_service_priv(struct vchiq_service *svc);
s16 vchiq_service_peer_version(struct vchiq_service *svc);

int vchiq_service_send(struct vchiq_service *svc, const void *data, size_t len);
int vchiq_service_send_nowait(struct vchiq_service *svc, const void *data,
			      size_t len);
int vchiq_service_bulk(struct vchiq_service *svc, struct vchiq_bulk *bulk);

#endif /* LINUX_VIDEOCORE_VCHIQ_H */
