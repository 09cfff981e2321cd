/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/vchiq: messages and bulk transfers between a program and the VideoCore.
 *
 * An open file is one client. Pointers and sizes are those of the program: a
 * 32-bit program has its own numbers of the commands, as its structures are
 * smaller.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef _UAPI_LINUX_VCHIQ_H
#define _UAPI_LINUX_VCHIQ_H

#include <linux/ioctl.h>
#include <linux/types.h>

#ifndef __KERNEL__
#ifndef __user
#define __user
#endif
#endif

/* Parts of a message. */
#define VCHIQ_MAX_ELEMENTS		8
/* What a file may leave unread; a service that brings more is closed. */
#define VCHIQ_MAX_UNREAD_MESSAGES	4096
#define VCHIQ_MAX_UNREAD_BYTES		(1024 * 1024)

/* Versions of the program's library, for VCHIQ_IOC_LIB_VERSION. */
#define VCHIQ_LIB_VERSION		8
#define VCHIQ_LIB_VERSION_MIN		3
#define VCHIQ_LIB_VERSION_CLOSE_DELIVERED 7

/**
 * enum vchiq_reason - what a completion is about
 * @VCHIQ_REASON_SERVICE_OPENED: the firmware opened a server of the program
 * @VCHIQ_REASON_SERVICE_CLOSED: nothing more comes for the service
 * @VCHIQ_REASON_MESSAGE_AVAILABLE: a message, in the completion or to be dequeued
 * @VCHIQ_REASON_BULK_TRANSMIT_DONE: the firmware has read the memory
 * @VCHIQ_REASON_BULK_RECEIVE_DONE: the firmware has filled the memory
 * @VCHIQ_REASON_BULK_TRANSMIT_ABORTED: the firmware will not read the memory
 * @VCHIQ_REASON_BULK_RECEIVE_ABORTED: the firmware will not fill the memory
 */
enum vchiq_reason {
	VCHIQ_REASON_SERVICE_OPENED		= 0,
	VCHIQ_REASON_SERVICE_CLOSED		= 1,
	VCHIQ_REASON_MESSAGE_AVAILABLE		= 2,
	VCHIQ_REASON_BULK_TRANSMIT_DONE		= 3,
	VCHIQ_REASON_BULK_RECEIVE_DONE		= 4,
	VCHIQ_REASON_BULK_TRANSMIT_ABORTED	= 5,
	VCHIQ_REASON_BULK_RECEIVE_ABORTED	= 6,
};

/**
 * enum vchiq_bulk_mode - how a program learns that a bulk is over
 * @VCHIQ_BULK_MODE_CALLBACK: by a completion
 * @VCHIQ_BULK_MODE_BLOCKING: the call returns then
 * @VCHIQ_BULK_MODE_NOCALLBACK: not at all
 * @VCHIQ_BULK_MODE_WAITING: go on with the wait of this thread that a signal
 *	interrupted; the driver wrote it into the structure
 */
enum vchiq_bulk_mode {
	VCHIQ_BULK_MODE_CALLBACK	= 0,
	VCHIQ_BULK_MODE_BLOCKING	= 1,
	VCHIQ_BULK_MODE_NOCALLBACK	= 2,
	VCHIQ_BULK_MODE_WAITING		= 3,
};

/**
 * enum vchiq_service_option - what VCHIQ_IOC_SET_SERVICE_OPTION sets
 * @VCHIQ_SERVICE_OPTION_AUTOCLOSE: a server listens again after a close
 * @VCHIQ_SERVICE_OPTION_SLOT_QUOTA: slots that may hold its messages, 0 = default
 * @VCHIQ_SERVICE_OPTION_MESSAGE_QUOTA: messages on their way, 0 = default
 * @VCHIQ_SERVICE_OPTION_SYNCHRONOUS: use the synchronous slots; while listening
 * @VCHIQ_SERVICE_OPTION_TRACE: trace the service's messages
 */
enum vchiq_service_option {
	VCHIQ_SERVICE_OPTION_AUTOCLOSE		= 0,
	VCHIQ_SERVICE_OPTION_SLOT_QUOTA		= 1,
	VCHIQ_SERVICE_OPTION_MESSAGE_QUOTA	= 2,
	VCHIQ_SERVICE_OPTION_SYNCHRONOUS	= 3,
	VCHIQ_SERVICE_OPTION_TRACE		= 4,
};

/**
 * struct vchiq_ioc_service_params - a service to be created
 * @fourcc: its name, first character in the most significant byte
 * @callback: the program's own, not looked at
 * @userdata: returned in completions of the service
 * @version: version of the program's end
 * @version_min: oldest version of the firmware's end it can live with
 */
struct vchiq_ioc_service_params {
	__s32 fourcc;
	void __user *callback;
	void __user *userdata;
	__s16 version;
	__s16 version_min;
};

/**
 * struct vchiq_ioc_create_service - argument of VCHIQ_IOC_CREATE_SERVICE
 * @params: in: what to create
 * @is_open: in: 1 open a service of the firmware, 0 offer one to it
 * @is_vchi: in: 1 messages are dequeued, 0 they come with the completions
 * @handle: out: by which the service is known, never 0
 */
struct vchiq_ioc_create_service {
	struct vchiq_ioc_service_params params;
	__s32 is_open;
	__s32 is_vchi;
	__u32 handle;
};

/**
 * struct vchiq_ioc_element - part of a message
 * @data: its bytes
 * @size: how many, 0 is skipped
 */
struct vchiq_ioc_element {
	const void __user *data;
	__u32 size;
};

/**
 * struct vchiq_ioc_queue_message - argument of VCHIQ_IOC_QUEUE_MESSAGE
 * @handle: the service
 * @count: number of elements
 * @elements: the message, 1 to 4088 bytes in all
 */
struct vchiq_ioc_queue_message {
	__u32 handle;
	__u32 count;
	const struct vchiq_ioc_element __user *elements;
};

/**
 * struct vchiq_ioc_queue_bulk - argument of VCHIQ_IOC_QUEUE_BULK_TRANSMIT and
 *	VCHIQ_IOC_QUEUE_BULK_RECEIVE
 * @handle: the service
 * @data: memory to read or fill
 * @size: bytes
 * @userdata: returned in the completion
 * @mode: in: one of enum vchiq_bulk_mode; out: VCHIQ_BULK_MODE_WAITING when a
 *	signal interrupted the wait and the call can be repeated
 */
struct vchiq_ioc_queue_bulk {
	__u32 handle;
	void __user *data;
	__u32 size;
	void __user *userdata;
	__s32 mode;
};

/**
 * struct vchiq_ioc_header - what is in front of a message in a message buffer
 * @msgid: of no meaning to a program
 * @size: bytes of the message
 */
struct vchiq_ioc_header {
	__s32 msgid;
	__u32 size;
};

/**
 * struct vchiq_ioc_completion - something that happened
 * @reason: one of enum vchiq_reason
 * @header: the message buffer with the message, NULL if there is none
 * @service_userdata: as given when the service was created
 * @bulk_userdata: as given with the bulk
 */
struct vchiq_ioc_completion {
	__s32 reason;
	struct vchiq_ioc_header __user *header;
	void __user *service_userdata;
	void __user *bulk_userdata;
};

/**
 * struct vchiq_ioc_await_completion - argument of VCHIQ_IOC_AWAIT_COMPLETION
 * @count: in: room in @buf
 * @buf: completions, the call returns how many; 0 after VCHIQ_IOC_SHUTDOWN
 * @msgbufsize: in: bytes of each message buffer
 * @msgbufcount: in: message buffers; out: how many are left
 * @msgbufs: in: the message buffers, the last one is used first
 */
struct vchiq_ioc_await_completion {
	__u32 count;
	struct vchiq_ioc_completion __user *buf;
	__u32 msgbufsize;
	__u32 msgbufcount;
	void __user * __user *msgbufs;
};

/**
 * struct vchiq_ioc_dequeue_message - argument of VCHIQ_IOC_DEQUEUE_MESSAGE
 * @handle: the service
 * @blocking: in: wait for a message
 * @bufsize: in: bytes of @buf
 * @buf: takes the message, the call returns its size; NULL: drop it
 */
struct vchiq_ioc_dequeue_message {
	__u32 handle;
	__s32 blocking;
	__u32 bufsize;
	void __user *buf;
};

/**
 * struct vchiq_ioc_config - limits of the driver
 * @max_msg_size: bytes of the longest message
 * @bulk_threshold: messages are right for what is not longer
 * @max_outstanding_bulks: of a service, in each direction
 * @max_services: services there can be
 * @version: version of the driver
 * @version_min: oldest library it can live with
 */
struct vchiq_ioc_config {
	__u32 max_msg_size;
	__u32 bulk_threshold;
	__u32 max_outstanding_bulks;
	__u32 max_services;
	__s16 version;
	__s16 version_min;
};

/**
 * struct vchiq_ioc_get_config - argument of VCHIQ_IOC_GET_CONFIG
 * @config_size: in: bytes of the structure the program knows
 * @config: out
 */
struct vchiq_ioc_get_config {
	__u32 config_size;
	struct vchiq_ioc_config __user *config;
};

/**
 * struct vchiq_ioc_set_service_option - argument of VCHIQ_IOC_SET_SERVICE_OPTION
 * @handle: the service
 * @option: one of enum vchiq_service_option
 * @value: what it becomes
 */
struct vchiq_ioc_set_service_option {
	__u32 handle;
	__s32 option;
	__s32 value;
};

/**
 * enum vchiq_bulk_direction - which way a bulk goes
 * @VCHIQ_BULK_DIRECTION_TRANSMIT: the firmware reads the memory
 * @VCHIQ_BULK_DIRECTION_RECEIVE: the firmware fills the memory
 */
enum vchiq_bulk_direction {
	VCHIQ_BULK_DIRECTION_TRANSMIT	= 0,
	VCHIQ_BULK_DIRECTION_RECEIVE	= 1,
};

/**
 * struct vchiq_ioc_queue_bulk_dmabuf - argument of VCHIQ_IOC_QUEUE_BULK_DMABUF
 * @offset: in: of the first byte in the dma-buf
 * @size: in: bytes
 * @userdata: in: returned in the completion
 * @handle: in: the service
 * @fd: in: the dma-buf
 * @direction: in: one of enum vchiq_bulk_direction
 * @mode: as in struct vchiq_ioc_queue_bulk
 *
 * The same for 64-bit and 32-bit programs.
 */
struct vchiq_ioc_queue_bulk_dmabuf {
	__u64 offset;
	__u64 size;
	__u64 userdata;
	__u32 handle;
	__s32 fd;
	__u32 direction;
	__s32 mode;
};

#define VCHIQ_IOC_MAGIC			0xc4

/* Those without a structure take the value or handle itself. */
#define VCHIQ_IOC_CONNECT		_IO(VCHIQ_IOC_MAGIC, 0)
#define VCHIQ_IOC_SHUTDOWN		_IO(VCHIQ_IOC_MAGIC, 1)
#define VCHIQ_IOC_CREATE_SERVICE \
	_IOWR(VCHIQ_IOC_MAGIC, 2, struct vchiq_ioc_create_service)
#define VCHIQ_IOC_REMOVE_SERVICE	_IO(VCHIQ_IOC_MAGIC, 3)
#define VCHIQ_IOC_QUEUE_MESSAGE \
	_IOW(VCHIQ_IOC_MAGIC, 4, struct vchiq_ioc_queue_message)
#define VCHIQ_IOC_QUEUE_BULK_TRANSMIT \
	_IOWR(VCHIQ_IOC_MAGIC, 5, struct vchiq_ioc_queue_bulk)
#define VCHIQ_IOC_QUEUE_BULK_RECEIVE \
	_IOWR(VCHIQ_IOC_MAGIC, 6, struct vchiq_ioc_queue_bulk)
#define VCHIQ_IOC_AWAIT_COMPLETION \
	_IOWR(VCHIQ_IOC_MAGIC, 7, struct vchiq_ioc_await_completion)
#define VCHIQ_IOC_DEQUEUE_MESSAGE \
	_IOWR(VCHIQ_IOC_MAGIC, 8, struct vchiq_ioc_dequeue_message)
#define VCHIQ_IOC_GET_CLIENT_ID		_IO(VCHIQ_IOC_MAGIC, 9)
#define VCHIQ_IOC_GET_CONFIG \
	_IOWR(VCHIQ_IOC_MAGIC, 10, struct vchiq_ioc_get_config)
#define VCHIQ_IOC_CLOSE_SERVICE		_IO(VCHIQ_IOC_MAGIC, 11)
#define VCHIQ_IOC_USE_SERVICE		_IO(VCHIQ_IOC_MAGIC, 12)
#define VCHIQ_IOC_RELEASE_SERVICE	_IO(VCHIQ_IOC_MAGIC, 13)
#define VCHIQ_IOC_SET_SERVICE_OPTION \
	_IOW(VCHIQ_IOC_MAGIC, 14, struct vchiq_ioc_set_service_option)
#define VCHIQ_IOC_LIB_VERSION		_IO(VCHIQ_IOC_MAGIC, 16)
#define VCHIQ_IOC_CLOSE_DELIVERED	_IO(VCHIQ_IOC_MAGIC, 17)
/* Not in the driver that others know. */
#define VCHIQ_IOC_QUEUE_BULK_DMABUF \
	_IOWR(VCHIQ_IOC_MAGIC, 18, struct vchiq_ioc_queue_bulk_dmabuf)

#endif /* _UAPI_LINUX_VCHIQ_H */
