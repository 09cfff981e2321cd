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

#include <linux/bits.h>
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
 * struct vchiq_bulk_mem - memory of a bulk other than a kernel buffer
 * @pages: pages of 4096 bytes or more, pinned by the caller; or NULL with @sgt
 * @nr_pages: how many
 * @sgt: contiguous or scattered memory that is mapped for the transport's DMA
 *	device (see vchiq_service_dma_dev()), e.g. of a dma-buf attachment; or NULL
 *	with @pages
 * @offset: of the first byte, in @pages or @sgt
 * @release: called once when the firmware cannot touch the memory any more, in
 *	process context; before the completion of the bulk when that is done, aborted
 *	or could not be posted, and long after it when the firmware does not answer
 *
 * Embedded in an object of the caller's. The transport owns it from a
 * vchiq_service_bulk() that succeeds until @release is called; when that returns
 * an errno it stays the caller's, and @release is not called. It is never called
 * after the driver of the transport was unbound.
 */
struct vchiq_bulk_mem {
	struct page **pages;
	unsigned int nr_pages;
	struct sg_table *sgt;
	size_t offset;
	void (*release)(struct vchiq_bulk_mem *mem);
};

/**
 * struct vchiq_bulk - one bulk transfer, owned by the client until completed
 * @buf: kernel buffer, direct mapped or vmalloc. DMA is done to it in place,
 *	except that slab memory goes through a copy. NULL if @mem is given
 * @mem: the memory, if it is no kernel buffer
 * @len: bytes, 1 or more
 * @to_host: true: the firmware fills the memory (BULK_RX), false: it reads it
 * @actual: bytes moved, valid in the completion
 * @status: 0, -ECONNABORTED when the peer or a close aborted it, or another errno
 * @complete: called once, from the receiving context, or from within
 *	vchiq_service_close() when the firmware does not answer. May free the bulk
 *	or post it again
 * @priv: the client's
 */
struct vchiq_bulk {
	void *buf;
	struct vchiq_bulk_mem *mem;
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
 * All are called from a context of the transport, one at a time for a service.
 * Those of different services may run at the same time: messages and bulks come
 * from the receiving context, synchronous messages and @opened of a synchronous
 * service from others. They may take mutexes for short sections, queue work and
 * call vchiq_service_send_nowait(); they must not wait for anything that itself
 * needs the receiving context (opening, closing, vchiq_service_send() when out of
 * slots).
 *
 * @opened: only of vchiq_service_listen(): the firmware opened the service
 * @message: a message arrived. @data is a private copy, 8-byte aligned, valid
 *	during the call; the firmware cannot change it any more.
 * @closed: the firmware closed the service or the connection broke; no other
 *	callback follows. The client still has to call vchiq_service_close(). A
 *	service that listens does so again, @opened may follow.
 */
struct vchiq_service_ops {
	void (*opened)(struct vchiq_service *svc);
	void (*message)(struct vchiq_service *svc, const void *data, size_t len);
	void (*closed)(struct vchiq_service *svc);
};

/* Any signal ends a wait of the service with -ERESTARTSYS, not only a fatal one. */
#define VCHIQ_SERVICE_INTERRUPTIBLE	BIT(0)
/* Of vchiq_service_listen(): messages go through the synchronous slots. */
#define VCHIQ_SERVICE_SYNC		BIT(1)
/* Of vchiq_service_listen(): does not listen again by itself once it was closed. */
#define VCHIQ_SERVICE_ONCE		BIT(2)
/*
 * Who waits for room for a bulk may run callbacks meanwhile, of other services too, and
 * so holds no lock that one of them takes.
 */
#define VCHIQ_SERVICE_POLLS		BIT(3)

/**
 * struct vchiq_service_params - what to open
 * @fourcc: VCHIQ_FOURCC() of the firmware's service
 * @version: version offered
 * @version_min: oldest peer version accepted
 * @ops: callbacks
 * @priv: for vchiq_service_priv()
 * @flags: VCHIQ_SERVICE_*
 */
struct vchiq_service_params {
	u32 fourcc;
	s16 version;
	s16 version_min;
	const struct vchiq_service_ops *ops;
	void *priv;
	unsigned int flags;
};

/**
 * enum vchiq_option - what vchiq_service_set_option() sets
 * @VCHIQ_OPTION_AUTOCLOSE: a listening service listens again after a close
 * @VCHIQ_OPTION_SLOT_QUOTA: slots that may hold its messages, 0 = the default
 * @VCHIQ_OPTION_MESSAGE_QUOTA: messages on their way, 0 = the default
 * @VCHIQ_OPTION_SYNCHRONOUS: use the synchronous slots; only while listening
 * @VCHIQ_OPTION_TRACE: the service's messages are traced with their contents
 *
 * The values are those of the user interface.
 */
enum vchiq_option {
	VCHIQ_OPTION_AUTOCLOSE,
	VCHIQ_OPTION_SLOT_QUOTA,
	VCHIQ_OPTION_MESSAGE_QUOTA,
	VCHIQ_OPTION_SYNCHRONOUS,
	VCHIQ_OPTION_TRACE,
};

struct vchiq_service *
vchiq_service_open(struct vchiq_device *vdev,
		   const struct vchiq_service_params *params);
struct vchiq_service *
vchiq_service_listen(struct vchiq_device *vdev,
		     const struct vchiq_service_params *params);
int vchiq_service_relisten(struct vchiq_service *svc);
void vchiq_service_close(struct vchiq_service *svc);
void *vchiq_service_priv(struct vchiq_service *svc);
s16 vchiq_service_peer_version(struct vchiq_service *svc);
u32 vchiq_service_client_id(struct vchiq_service *svc);
struct device *vchiq_service_dma_dev(struct vchiq_service *svc);
int vchiq_service_set_option(struct vchiq_service *svc, enum vchiq_option option,
			     int value);
void vchiq_service_expect_begin(struct vchiq_service *svc);
void vchiq_service_expect_end(struct vchiq_service *svc);
int vchiq_service_use(struct vchiq_service *svc);
int vchiq_service_unuse(struct vchiq_service *svc);

int vchiq_service_send(struct vchiq_service *svc, const void *data, size_t len);
int vchiq_service_send_nowait(struct vchiq_service *svc, const void *data,
			      size_t len);
int vchiq_service_bulk(struct vchiq_service *svc, struct vchiq_bulk *bulk);

#endif /* LINUX_VIDEOCORE_VCHIQ_H */
